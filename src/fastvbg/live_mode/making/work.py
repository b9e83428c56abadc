"""Settings at work on the pictures of one source."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from fastvbg.errors import OptionError, shown
from fastvbg.live_mode.making.ahead import BESIDE, kernels_for
from fastvbg.live_mode.pictures.framing import WHOLE, Framing, Sight, box_of
from fastvbg.masks.person import Person
from fastvbg.masks.plate import Plate
from fastvbg.matting.pairing import Pair
from fastvbg.matting.run import Run
from fastvbg.options import Described, File
from fastvbg.pipeline.blur import Blur
from fastvbg.pipeline.opening import make_laying, make_masker, reading_of
from fastvbg.pixels import make_pixels
from fastvbg.preparing import prepare
from fastvbg.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    import av

    from fastvbg._types import Matte
    from fastvbg.masks.base import Mask
    from fastvbg.matting.masker import Masker
    from fastvbg.media.model import Picture, StreamInfo
    from fastvbg.pipeline.stages import Laying
    from fastvbg.pixels import Pixels

_OF_FILES = ("start", "end", "max_frames", "fps", "scale")
_NOBODY_BLUR = 4.0
"""Percent of the height, of a picture in which nobody is."""


class Wanted(NamedTuple):
    """What is wanted of a picture, beside its composite."""

    matte: bool
    """Its matte, too."""
    follows: bool = False
    """That a crop follows who is in it."""
    spare: bool = False
    """That nobody else reads it afterwards, so it may be changed."""
    mirrored: bool = False
    """That it is shown left for right, over the background as it is."""


class Made(NamedTuple):
    """What was made of a picture."""

    picture: av.VideoFrame
    matte: Matte | None
    """Valid until the next one; None where it was not asked for."""


def checked_live(settings: Settings) -> Settings:
    """Return settings, if they can be used live; say what cannot, and what can.

    Raises
    ------
    OptionError
        They need a whole file, or make no picture.
    """
    said = [name for name in _OF_FILES if getattr(settings, name) is not None]
    if said:
        raise OptionError(f"{said[0]}: it goes with files, a camera has neither beginning nor end")
    kind = settings.kind
    demand_unwritten(kind)
    if settings.transparent:
        raise OptionError(
            "background: a camera's picture has no transparency; wanted a colour, a file or blur"
        )
    if settings.background_end == "trim":
        raise OptionError(
            "background_end: got 'trim', which ends with the background; live, wanted loop or hold"
        )
    if settings.pairing == "tutorial" or settings.pixel_path != "native":
        raise OptionError("pairing, pixel_path: the tutorial's way goes with files")
    if kind.name in BESIDE:
        raise OptionError(
            f"mask: {kind.name!r} takes what lies beside a file; live, wanted one that looks at "
            "the frames alone: person, chroma, adaptive, motion, or plate with a picture"
        )
    if isinstance(kind, Plate) and isinstance(kind.plate, str) and takes_frames(kind.plate):
        raise OptionError(
            f"plate: {kind.plate!r} needs the clip first; live, wanted a picture of the empty "
            "room, or take one: key p in the terminal, or the page's button"
        )
    return settings


def demand_unwritten(described: Described) -> None:
    """Demand that no option names a file which is written at the end of a run: live has none.

    Raises
    ------
    OptionError
        One does.
    """
    for name, path in Described.files(described):
        option = described.options()[name]
        if isinstance(option, File) and option.written:
            raise OptionError(
                f"{name}: got {shown(path)}, which is written at the end of a file; live, leave it "
                "out"
            )


def takes_frames(plate: str) -> bool:
    """Tell whether a plate is to be taken of a clip's frames."""
    return plate == "auto" or plate.startswith("first:")


def _of_mattes(settings: Settings) -> Settings:
    """Return of settings what mattes depend on."""
    names = "mask", "refine", "keep_region", "drop_region", "foreground"
    return Settings(**{name: getattr(settings, name) for name in names})


class _Keying:
    """A masker and what it holds open."""

    def __init__(self, settings: Settings, every: int, run: Run) -> None:
        self._stack = run.stack
        self._asked = _of_mattes(settings), every
        kind = self.asked_for = settings.kind.chosen(run)
        if isinstance(kind, Person) and kind.every < every:
            kind = replace(kind, every=every)
        self.kind: Mask = kind
        # A card is shown meanwhile: literal forms would be slower than the camera.
        _prepare(settings, self.kind, run)
        self.masker: Masker = make_masker(replace(settings, mask=self.kind), run)

    def serves(self, settings: Settings, every: int) -> bool:
        """Tell whether other settings want the same mattes, so that nothing learned is lost."""
        return self._asked == (_of_mattes(settings), every)

    def close(self) -> None:
        """Close what is open."""
        self._stack.close()


def _prepare(settings: Settings, kind: Mask, run: Run) -> None:
    def heard(name: str, number: int, total: int) -> None:  # noqa: ARG001
        run.tell(f"preparing kernels {number} of {total}, once for this machine")

    prepare(kernels_for(settings, kind), heard)


class AsItIs:
    """The camera's picture: the room is shown, since no background was asked for."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels

    def __call__(self, pair: Pair, seconds: Fraction) -> Picture:  # noqa: ARG002
        """Return a copy of a picture."""
        shown = self._pixels.empty()
        planes = zip(self._pixels.planes(pair.next), self._pixels.planes(shown), strict=True)
        for source, target in planes:
            target[:] = source
        return shown

    def lay(
        self,
        matte: Matte,  # noqa: ARG002
        pair: Pair,
        seconds: Fraction,
        kept: Picture | None = None,  # noqa: ARG002
    ) -> Picture:
        """Return a copy of a picture, whatever its matte is."""
        return self(pair, seconds)


class Work:
    """Makes the composite of each picture of a source.

    Parameters
    ----------
    settings : Settings
        Of which `checked_live` is sure.
    info : StreamInfo
        Of the pictures, 8-bit 4:2:0.
    tell : callable
        Takes lines that are worth knowing.
    last : Work, optional
        What worked before it: its masker goes on where the mattes are the same.
    every : int
        A network looks at one of so many frames, at most.
    """

    def __init__(
        self,
        settings: Settings,
        info: StreamInfo,
        tell: Callable[[str], None],
        last: Work | None = None,
        *,
        every: int = 1,
    ) -> None:
        self.settings, self.info = settings, info
        self.pixels = make_pixels(info, settings.threads or 1, in_one_piece=True)
        self._stack = ExitStack()
        with ExitStack() as failing:
            failing.callback(self._stack.close)
            self.keying: _Keying
            if last is not None and last.info == info and last.keying.serves(settings, every):
                self.keying = last.keying
                _prepare(settings, self.keying.kind, self._run(self._stack, tell))
            else:
                stack = failing.enter_context(ExitStack())
                self.keying = _Keying(settings, every, self._run(stack, tell))
            run = self._run(self._stack, tell)
            self._laying: Laying = (
                AsItIs(self.pixels)
                if settings.background is None
                else make_laying(settings, self.keying.masker, run)
            )
            failing.pop_all()
        self._prev: av.VideoFrame | None = None
        self._start: float | None = None
        self._framing: Framing | None = None
        self.sight = Sight()
        """How the last picture was shown."""
        self._last = 0.0
        self._nobody = Blur(self.pixels, _NOBODY_BLUR)
        self.somebody = True
        """Whether the last matte kept somebody; true where none was made."""

    def _run(self, stack: ExitStack, tell: Callable[[str], None]) -> Run:
        # Like standard input, a camera can be read once only.
        return Run(self.pixels, self.info, "-", reading_of(self.settings), stack, tell=tell)

    @property
    def kind(self) -> Mask:
        """The mask of the settings, or what was chosen for the pictures where that is open."""
        return self.keying.asked_for

    @property
    def fits(self) -> bool:
        """Whether the last picture shows what the mask knows of the room, if that is hidden."""
        return self.settings.background is None or self.keying.masker.fits

    @property
    def has_network(self) -> bool:
        """Whether a network looks at the frames."""
        return isinstance(self.keying.kind, Person)

    def follow(self, *, wanted: bool) -> None:
        """Let a crop follow who is in the picture, or no longer."""
        if wanted and self._framing is None:
            self._framing = Framing()
        elif not wanted:
            self._framing = None

    def __call__(
        self, picture: av.VideoFrame, now: float, wanted: Wanted
    ) -> tuple[Made, av.VideoFrame | None]:
        """Return what is made of a picture, and the picture before it, which is needed no more."""
        self._start = now if self._start is None else self._start
        seconds = Fraction(round(1000 * (now - self._start)), 1000)
        prev = picture if self._prev is None else self._prev
        spare = wanted.spare and not wanted.matte and not self.keying.masker.looks_back
        pair = Pair(prev, picture, 0, 0, begins=self._prev is None, spare=spare)
        old, self._prev = self._prev, picture
        if self._framing is None:  # else it is the last one's until the next is known
            self.sight = Sight(WHOLE, wanted.mirrored)
        bare = not wanted.matte and self._framing is None
        if bare and (not wanted.mirrored or self.settings.background is None):
            made: Any = self._shown(picture) if wanted.mirrored else self._laying(pair, seconds)
            self.somebody = True
            return Made(made, None), old
        matte = self.keying.masker(pair, seconds)
        box = box_of(matte)
        self.somebody = box is not None
        if self._framing is not None:
            crop = self._framing.follow(box, min(1.0, now - self._last))
            self.sight = Sight(crop, wanted.mirrored)
        self._last = now
        if not self.sight.changes:
            made = self._laying.lay(matte, pair, seconds)
            return Made(made, matte), old
        return self._otherwise(pair, matte, seconds), old

    def _otherwise(self, pair: Pair, matte: Matte, seconds: Fraction) -> Made:
        """Return a picture that is shown otherwise than it was taken, over the whole background.

        What a mask has learned, a plate and regions hold for pictures as they are taken; so do the
        colours behind a soft edge.
        """
        own: Any = pair.next
        if self.settings.background is not None:
            own = self.keying.masker.foreground(pair._replace(spare=False), matte)
        kept = self._shown(own)
        near = kept if own is pair.next else self._shown(pair.next)
        moved = self.sight.show(matte, np.empty_like(matte))
        made: Any = self._laying.lay(moved, pair._replace(next=near), seconds, kept)
        self.pixels.recycle(kept)
        if own is not pair.next:
            self.pixels.recycle(near)
            self.pixels.recycle(own)
        return Made(made, moved)

    def _shown(self, picture: Any) -> Any:
        """Return a picture of the camera's as it is shown."""
        result: Any = self.pixels.empty()
        planes = zip(self.pixels.planes(picture), self.pixels.planes(result), strict=True)
        for source, target in planes:
            self.sight.show(source, target)
        return result

    def blurred(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return a picture blurred all over, for one in which nobody is."""
        nobody = np.zeros((self.info.height, self.info.width), np.uint8)
        return cast("av.VideoFrame", self._nobody(picture, nobody))

    def forget(self) -> None:
        """Begin anew: the next picture does not follow on the last one."""
        self._prev = None

    def close(self, successor: Work | None = None) -> None:
        """Close what is open, but for a masker that the successor goes on with."""
        self._stack.close()
        if successor is None or successor.keying is not self.keying:
            self.keying.close()
