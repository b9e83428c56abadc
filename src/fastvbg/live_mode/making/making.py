"""Composites by the settings of now: changed, reduced and made anew without a restart."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2

from fastvbg.errors import FastvbgError, SourceError
from fastvbg.live_mode.making.overload import Overload, Reduced
from fastvbg.live_mode.making.smaller import smaller
from fastvbg.live_mode.making.work import Work, checked_live
from fastvbg.live_mode.pictures.framing import Sight
from fastvbg.live_mode.pictures.grab import FORM
from fastvbg.media.planes import new_picture, planes_of
from fastvbg.threads.freed import give_back

if TYPE_CHECKING:
    from collections.abc import Callable

    import av

    from fastvbg._types import Matte
    from fastvbg.live_mode.making.work import Wanted
    from fastvbg.masks.base import Mask
    from fastvbg.media.model import StreamInfo
    from fastvbg.settings import Settings


class Composed(NamedTuple):
    """What was made of a picture."""

    picture: av.VideoFrame
    """The composite, in the size of the session."""
    matte: Matte | None
    """Valid until the next one; None where it was not asked for."""
    before: av.VideoFrame | None
    """The picture before, which nobody needs any more."""
    recycle: Callable[[Any], None] | None
    """Takes the composite back; None where it is nobody's to take."""


class Making:
    """Makes composites.

    Parameters
    ----------
    settings : Settings
        What is made.
    tell, note : callable
        Take lines of what goes wrong, and of what goes as it should.
    """

    def __init__(
        self, settings: Settings, tell: Callable[[str], None], note: Callable[[str], None]
    ) -> None:
        self.settings = checked_live(settings)
        self.reduced = Reduced()
        self._tell, self._note = tell, note
        self._building = threading.Lock()
        self._info: StreamInfo | None = None
        self._pending: Work | None = None
        self._work: Work | None = None
        self._overload = Overload(network=False)
        self._scene, self._since = 0, tuple[int, ...]()
        self._taken: tuple[Mask, int] | None = None

    def begin(self, info: StreamInfo) -> None:
        """Open what the settings name, for pictures like these."""
        with self._building:
            self._info = info
            self._take_up(self._made(self.settings, self.reduced))

    def apply(self, settings: Settings) -> None:
        """Work by other settings from the next picture on; the old ones hold until then."""
        settings = checked_live(settings)
        with self._building:
            if self._info is not None:
                if self._pending is not None:
                    self._pending.close(self._work)
                # What is given up is found anew for it.
                self._pending = self._made(settings, Reduced())
            self.settings = settings

    def _made(self, settings: Settings, reduced: Reduced) -> Work:
        """Return what works by settings, so far reduced."""
        assert self._info is not None  # noqa: S101  (`begin` came first)
        info = self._info
        if reduced.size > 1:
            width, height = (side // reduced.size & ~1 for side in (info.width, info.height))
            info = replace(info, width=max(2, width), height=max(2, height))
            whole = self._info.width, self._info.height
            settings = smaller(settings, whole, (info.width, info.height))
        return Work(settings, info, self._note, self._work, every=reduced.every)

    def _take_up(self, work: Work) -> None:
        old, self._work = self._work, work
        if old is not None:
            old.close(work)
        self._overload = Overload(network=work.has_network)

    def __call__(self, picture: av.VideoFrame, captured: float, wanted: Wanted) -> Composed:
        """Return what is made of a picture."""
        work = self._current()
        work.follow(wanted=wanted.follows)
        small = _resized(picture, work.info, cv2.INTER_AREA)
        made, before = work(small, captured, wanted)
        assert self._info is not None  # noqa: S101  (`begin` came first)
        whole = _resized(made.picture, self._info, cv2.INTER_LINEAR)
        if small is not picture:
            before = picture
        return Composed(
            whole,
            made.matte,
            None if before is picture and small is picture else before,
            work.pixels.recycle if whole is made.picture else None,
        )

    def _current(self) -> Work:
        """Return what works now: what has been opened meanwhile, or anew after a failure."""
        if self._pending is not None:
            with self._building:
                pending, self._pending = self._pending, None
                if pending is not None:
                    self.reduced = Reduced()
                    self._take_up(pending)
        if self._work is None:
            with self._building:
                self._take_up(self._made(self.settings, self.reduced))
        assert self._work is not None  # noqa: S101  (just made)
        return self._work

    @property
    def somebody(self) -> bool:
        """Whether the last matte kept somebody; true where none was made."""
        return self._work is None or self._work.somebody

    @property
    def fits(self) -> bool:
        """Whether the last picture shows what its mask knows of the room."""
        return self._work is None or self._work.fits

    @property
    def sight(self) -> Sight:
        """How the last picture was shown."""
        return Sight() if self._work is None else self._work.sight

    def blurred(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return a picture blurred all over."""
        work = self._current()
        assert self._info is not None  # noqa: S101  (`begin` came first)
        small = _resized(picture, work.info, cv2.INTER_AREA)
        return _resized(work.blurred(small), self._info, cv2.INTER_LINEAR)

    def turn_to(self, scene: int, since: tuple[int, ...] = ()) -> None:
        """Begin anew where the next picture is of another scene, which a mask would take whole.

        So it is where the source was opened anew, as of `Grab.since`.
        """
        if (scene, since) != (self._scene, self._since):
            self._scene, self._since = scene, since
            self.forget()
        taken = self._taken
        if taken is not None and taken[1] != scene and self.settings.kind == taken[0]:
            raise SourceError("the empty room was taken of another camera; take it again")

    def took(self, kind: Mask) -> None:
        """Know that a mask's plate was taken of the scene of now: before another it keeps all."""
        self._taken = kind, self._scene

    def forget(self) -> None:
        """Begin anew: the next picture does not follow on the last one."""
        if self._work is not None:
            self._work.forget()

    def drop(self) -> None:
        """Close what has failed; it is made anew for the next picture."""
        with self._building:
            broken, self._work = self._work, None
            if broken is not None:
                with suppress(Exception):  # what has failed may fail at this, too
                    broken.close()

    def spent(self, seconds: float, period: float, now: float) -> None:
        """Take in how long a picture took; give up more, or less, where it is time to."""
        if not self._overload.add(seconds, period, now):
            return
        reduced = self._overload.reduced
        said = str(reduced)
        with self._building:
            try:
                work = self._made(self.settings, reduced)
            except FastvbgError as error:
                self._overload.refuse()
                self._tell(f"to keep up, {said or 'nothing given up'}: {error}")
                return
            self.reduced = reduced
            old, self._work = self._work, work
            if old is not None:
                old.close(work)
        del old  # its buffers go with it
        give_back()
        self._tell(f"to keep up: {said}" if said else "keeping up again: nothing is given up")

    @property
    def kind(self) -> Mask:
        """What keys: of settings that leave it open what was chosen for these pictures."""
        return self.settings.kind if self._work is None else self._work.kind

    def close(self) -> None:
        """Close all that is open."""
        with self._building:
            for work in (self._pending, self._work):
                if work is not None:
                    try:
                        work.close()
                    except FastvbgError as error:
                        self._tell(str(error))
            # What is applied from now on would be opened, and closed by nobody.
            self._pending = self._work = self._info = None


def _resized(picture: av.VideoFrame, info: StreamInfo, how: int) -> av.VideoFrame:
    """Return a picture in the size of another description; itself where that is its own."""
    if (picture.width, picture.height) == (info.width, info.height):
        return picture
    result = new_picture(info.width, info.height, FORM)
    for source, target in zip(planes_of(picture), planes_of(result), strict=True):
        cv2.resize(source, (target.shape[1], target.shape[0]), target, interpolation=how)
    return result
