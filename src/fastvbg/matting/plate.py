"""The plate of a run: a picture of the empty scene, or taken from the video itself."""

from __future__ import annotations

import statistics
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.bands import usable_cpus
from fastvbg.checks import check_frame
from fastvbg.errors import OptionError, ShapeError, SourceError
from fastvbg.keyers.plate.beginning import Beginning
from fastvbg.keyers.plate.camera import CameraMotion
from fastvbg.keyers.plate.estimate import PlateEstimator
from fastvbg.keyers.plate.keyer import PlateKeyer
from fastvbg.keyers.plate.light import relit_levels
from fastvbg.matting.byhand import ByHand
from fastvbg.matting.keyer import Fused
from fastvbg.media.image import read_frame
from fastvbg.media.model import CopiedPacket
from fastvbg.media.names import checked_name
from fastvbg.pixels import Behind, make_pixels
from fastvbg.source import open_source
from fastvbg.source.sampling import can_be_read_twice
from fastvbg.values.words import FIRST, parse_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fastvbg._types import Frame, Matte
    from fastvbg.matting.pairing import Pair
    from fastvbg.matting.run import Run
    from fastvbg.media.model import Picture
    from fastvbg.pixels import Pixels
    from fastvbg.source import Source

_MOST_LEAD = 10
"""Seconds that may go by before the scene begins: black, a slate, a fade."""
_MOVES = (
    "plate: the camera moves, so the scene is no longer where the plate has it; "
    "the masks 'adaptive' and 'motion' need no plate"
)
_MUCH_UNLIKE = 0.2
_UNLIKE = (
    "plate: {:.0f} % of the frames look like it nowhere, in whatever light: they show another "
    "room, or from elsewhere; the mask 'person' needs no plate"
)
_LOOKS = 1, 16, 64, 256, 1024
"""Frames of which it is looked whether the matte has the room."""
_MUCH_MISTAKEN = 0.05
_MISTAKEN = (
    "plate: {:.0f} % of the room's details that the frames show as it does are taken for "
    "foreground: it is blurred or strongly compressed, or light has fallen otherwise since; take "
    "it anew with the frames' focus and light, or use the mask person"
)


class PlateRun(Fused):
    """The plate keyer with the plate that was asked for; it warns when the camera moves.

    Parameters
    ----------
    run : Run
        The run.
    asked : str, Path or ndarray
        The plate: a file or a picture, "first:SECONDS", or "auto".
    **given
        Of `PlateKeyer`.
    """

    def __init__(self, run: Run, asked: Any, **given: Any) -> None:
        noise = None
        follows = not (isinstance(asked, str) and asked == "auto")
        from_the_clip = isinstance(asked, str) and (asked == "auto" or asked.startswith(FIRST))
        self._told: list[str] = []
        plate: Any
        if not from_the_clip:
            plate = picture_of(run, asked, self._told)
        elif asked == "auto":
            plate, noise = _known(run, None)
        else:
            plate, noise = _known(run, parse_first("plate", asked))
        self._plate = self._lit = _kept(plate)
        # The median over a clip whose camera moves is no room that a plate could follow.
        self._plate_keyer = keyer = PlateKeyer(
            plate, noise=noise, register=not from_the_clip, follow=follows, **given
        )
        self._lights = keyer.lights
        super().__init__(run.pixels, keyer, run.shape)
        self._by_hand = None if from_the_clip else ByHand(run, keyer)
        self._tell = run.tell
        self._followed = False
        self._camera = CameraMotion()
        self._moves = False
        self._frames, self._mistaken = 0, list[float]()

    @property
    def fits(self) -> bool:
        """Whether the last frame shows the plate's room; else all of another one would be kept."""
        return self._plate_keyer.fits

    def prepare(self, picture: Picture) -> None:
        """Register a plate from outside the clip; see whether the camera moves."""
        seen = self._pixels.sample(picture)
        if self._by_hand is not None:
            self._by_hand.look(seen)
        self._moves = self._camera.add(seen) or self._moves
        self._followed = self._followed or self._plate_keyer.motion is not None

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the keyer's matte."""
        matte = super().matte(pair, seconds)
        self._look(pair.keyed)
        return matte

    def _composite(self, pair: Pair, behind: Picture) -> Picture:
        over = super()._composite(pair, behind)
        self._look(pair.next)
        return over

    def _look(self, picture: Picture) -> None:
        """See now and then whether the matte has the room; the first time tell it at once."""
        self._frames += 1
        keyer = self._plate_keyer
        if self._frames not in _LOOKS or keyer.waits or keyer.motion is not None:
            return
        self._mistaken.append(keyer.mistaken(self._pixels.sample(picture)))
        if len(self._mistaken) == 1:
            for line in self._as_told():
                self._tell(line)

    def _as_told(self) -> list[str]:
        usual = statistics.median(self._mistaken) if self._mistaken else 0.0
        return [_MISTAKEN.format(100 * usual)] if usual >= _MUCH_MISTAKEN else []

    def decide_edges(self, picture: Picture, matte: Matte) -> None:
        """Tell coverage at soft edges from the colours of plate and foreground."""
        self._plate_keyer.decide_edges(self._pixels.sample(picture), self._matte, matte, out=matte)

    def reset(self) -> None:
        """Another scene begins: the light may be another one, and the camera stands elsewhere."""
        super().reset()
        self._camera.reset()

    def behind(self) -> Behind | None:
        """Return the plate, in planes as the last frame shows it; None of BGR that was moved."""
        scene = self._scene()
        return None if scene is None else Behind(scene)

    def _scene(self) -> Any:
        keyer = self._plate_keyer
        if keyer.registration is not None or keyer.motion is not None or keyer.relit:
            return _thinned(keyer.shown, self._plate) if isinstance(self._plate, tuple) else None
        lights = keyer.lights
        if isinstance(self._plate, tuple) and lights != self._lights:
            pairs = zip(self._plate, lights[::2], lights[1::2], strict=True)
            self._lit = tuple(cv2.LUT(plane, relit_levels(*light)) for plane, *light in pairs)
            self._lights = lights
        return self._lit

    def finish(self) -> list[str]:
        """Say how the plate was registered, whether the camera moved, and what the plate is not."""
        told = self._told + ([] if self._by_hand is None else self._by_hand.told())
        moved = self._plate_keyer.lost or (self._moves and not self._followed)
        if moved:
            return [*told, _MOVES]
        unlike = self._plate_keyer.unlike
        if unlike >= _MUCH_UNLIKE:
            return [*told, _UNLIKE.format(100 * unlike)]
        return [*told, *self._as_told()]


def picture_of(run: Run, asked: Any, told: list[str]) -> Any:
    """Return a picture of the empty scene in the form of a run's frames; valid for one call.

    Parameters
    ----------
    run : Run
        The run.
    asked : str, Path or ndarray
        A file or a picture.
    told : list of str
        To which is added what is not heeded of it.
    """
    if isinstance(asked, np.ndarray):
        return _picture(asked, run.shape, run.pixels)
    name = checked_name(asked, "plate")
    picture, alpha = read_frame(name, "plate", run.reading.max_pixels)
    if alpha is not None:
        told.append(f"plate: {name} is transparent in places, which is not heeded")
    return _picture(picture, run.shape, run.pixels)


def _thinned(whole: Any, like: Any) -> Any:
    """Return planes in full size as those of a frame are: chroma averaged."""
    sizes = (plane.shape[1::-1] for plane in like)
    area = cv2.INTER_AREA
    return tuple(
        cv2.resize(p, size, interpolation=area) for p, size in zip(whole, sizes, strict=True)
    )


def _kept(plate: Any) -> Any:
    """Return a copy of a plate: what `Pixels.sample` gives lasts until its next call."""
    return plate.copy() if isinstance(plate, np.ndarray) else tuple(each.copy() for each in plate)


def _picture(picture: Frame, shape: tuple[int, int], pixels: Pixels) -> Any:
    """Return a picture of the empty scene in the frames' form and size.

    A larger one is reduced: a camera's photographs, and frames that are worked on at a smaller
    size, are of the same view. A smaller one lacks details that would be foreground.
    """
    got = check_frame("plate", picture)[:2]
    if got != shape:
        if min(got) < 1 or not _is_larger_view(got, shape):
            raise ShapeError(
                f"plate: got {got[1]}x{got[0]} (width x height), wanted {shape[1]}x{shape[0]} "
                "like the frames, or larger in the same proportions; a plate must be from the "
                "same camera at the same place"
            )
        reduced = cv2.resize(picture, shape[::-1], interpolation=cv2.INTER_AREA)
        picture = np.asarray(reduced, np.uint8)
    return pixels.sample(pixels.from_bgr(picture))


def _is_larger_view(got: tuple[int, ...], wanted: tuple[int, int]) -> bool:
    """Tell whether a picture is larger than frames, and in their proportions to a pixel of them."""
    height, width = wanted
    if got[0] < height or got[1] < width:
        return False
    return abs(got[1] * height / got[0] - width) <= 1 or abs(got[0] * width / got[1] - height) <= 1


def learned(run: Run, asked: Any) -> dict[str, Any]:
    """Return the plate of a run that is taken from its video, and the noise, as arrays."""
    seconds = None if asked == "auto" else parse_first("plate", asked)
    plate, noise = _estimated(run, seconds)
    named = {"noise": noise}
    if isinstance(plate, tuple):
        return {**named, **{f"plane{k}": plane for k, plane in enumerate(plate)}}
    return {**named, "plate": plate}


def _known(run: Run, seconds: Fraction | None) -> Any:
    """Return plate and noise: those of the job as a whole where this is a part of it."""
    if run.learned is None:
        return _estimated(run, seconds)
    arrays = run.learned
    if "plate" in arrays:
        return arrays["plate"], arrays["noise"]
    return tuple(arrays[f"plane{k}"] for k in range(3)), arrays["noise"]


def _estimated(run: Run, seconds: Fraction | None) -> Any:
    """Return plate and noise of the scene's first seconds, or of all that is keyed."""
    if not can_be_read_twice(run.input) and "://" not in str(run.input):
        name = "standard input" if str(run.input) == "-" else run.input
        raise OptionError(
            f"plate: {name} can be read once only, so no plate can be taken from it beforehand; "
            "wanted --plate FILE"
        )
    # Nothing is encoded meanwhile: decoding may have all processors.
    reading = replace(run.reading, threads=run.reading.threads or usable_cpus())
    if seconds is not None:
        reading = replace(reading, start=None, end=None)
    with open_source(run.input, fps=run.fps, options=reading) as source:
        pixels = make_pixels(source.info, reading.threads)
        taken = _all if seconds is None else _first_of(seconds)
        estimator = taken(_frames(source, pixels, run))
    if estimator is None:
        raise SourceError(f"plate: {run.input} has no frame to take it from")
    return estimator.estimate()


def _frames(source: Source, pixels: Pixels, run: Run) -> Iterator[tuple[Any, Fraction]]:
    """Yield the frames as keyers take them, and their times from the first one on."""
    first = None
    for item in source:
        run.poll()
        if not isinstance(item, CopiedPacket):
            first = item.pts if first is None else first
            yield pixels.sample(item.frame), (item.pts - first) * source.info.time_base


def _all(frames: Iterable[tuple[Any, Fraction]]) -> PlateEstimator | None:
    estimator = None
    for frame, _ in frames:
        estimator = estimator or PlateEstimator()
        estimator.add(frame)
    return estimator


def _first_of(seconds: Fraction) -> Callable[[Iterable[tuple[Any, Fraction]]], Any]:
    """Return what takes a scene's first seconds, for which it has to stay as it is."""

    def taken(frames: Iterable[tuple[Any, Fraction]]) -> PlateEstimator | None:
        beginning, estimator, since = Beginning(), None, Fraction(0)
        for frame, time in frames:
            if time - since >= seconds:
                # One gray may be a slate, and the scene is yet to come.
                if not beginning.flat or time >= seconds + _MOST_LEAD:
                    break
                if not beginning.add(frame):
                    continue
                estimator, since = PlateEstimator(), time
            elif time < seconds + _MOST_LEAD and beginning.add(frame):
                estimator, since = PlateEstimator(), time
            assert estimator is not None  # noqa: S101
            estimator.add(frame)
        return estimator

    return taken
