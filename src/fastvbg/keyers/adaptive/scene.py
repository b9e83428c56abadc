"""What the adaptive keyer knows of a scene: arrays of integers, made, saved and read again."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import BadZipFile

import numpy as np

from fastvbg.checks import check_same_size
from fastvbg.constants import AdaptiveSettings
from fastvbg.errors import ShapeError, SinkError, SourceError
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.adaptive_plan import ONE, scratch_for, settings_now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from fastvbg._types import Frame, Planes
    from fastvbg.kernels._kernel import Kernel

    Form = tuple[str, tuple[int, int], tuple[int, int]]

adaptive = Module("keying.adaptive")

_VERSION = 1

# What the kernels' 16-bit and 8-bit arithmetic holds.
_LEAST = AdaptiveSettings(1, *(0,) * 10)
_MOST = AdaptiveSettings(254, 12, 1 << 30, 1 << 30, 21845, 15, 15, 21845, 127, 127, 127)
_PLANES = "yuv"


class Scene:
    """Means and spreads of three planes, swings, and the kernels' scratch.

    Parameters
    ----------
    form : (str, (int, int), (int, int))
        `"bgr"` or `"planes"`, the frame's height and width, and those of a chroma plane.
    spread : int
        Where every spread starts.
    """

    def __init__(self, form: Form, spread: int) -> None:
        _, luma, chroma = self.form = form
        shapes = (luma, chroma, chroma)
        self.means = tuple(np.zeros(shape, np.uint16) for shape in shapes)
        self.spreads = tuple(np.full(shape, spread, np.uint16) for shape in shapes)
        self.swings = np.zeros(luma, np.uint8)
        self.gain = ONE
        self.frames = 0
        self._totals = np.zeros(5, np.int64)
        self._scratch = scratch_for(luma[1])

    def run(
        self, kernel: Kernel, *arguments: Any, settings: AdaptiveSettings, learns: bool
    ) -> None:
        """Call a kernel on a frame; with `learns`, the scene learns it."""
        everyone = self.frames < settings.warm_up or (
            settings.absorb > 0 and self.frames % settings.absorb == settings.absorb - 1
        )
        now = settings_now(
            settings, gain=self.gain, everyone=everyone, frames=self.frames, learns=learns
        )
        self._totals[:] = 0
        state = self.means, self.spreads, self.swings, self._totals
        kernel.call(*arguments, state, (*self._scratch, now))
        if learns:
            self.frames += 1
            if not everyone:
                self._follow_exposure()

    def _follow_exposure(self) -> None:
        """Set the gain for the next frame, by what is free, or by all where hardly any is.

        Between an eighth and a half it is the one of both that changes less of the light. Who
        moved while the room was learned left marks there, and a gain by these marks alone would
        make foreground of the rest, for good; while by all alone who fills half of the picture
        would be light.
        """
        seen, known, free, all_seen, all_known = self._totals.tolist()
        height, width = self.swings.shape
        rows = (height + 3) // 4 * width
        gains = []
        if 8 * free >= rows:
            gains.append(self._gain_of(seen, known))
        if 2 * free < rows:
            gains.append(self._gain_of(all_seen, all_known))
        self.gain = min(gains, key=lambda gain: abs(gain - ONE))

    def _gain_of(self, seen: int, known: int) -> int:
        """Return the gain by which what is seen is as bright as what is known."""
        if not seen or 256 * abs(seen - known) <= known:
            return self.gain
        return min(max(self.gain * known // seen, ONE >> 1), 2 * ONE - 1)

    def begin(self, first: Frame | Planes) -> None:
        """Take the first frame as the means."""
        if isinstance(first, np.ndarray):
            planes = [np.empty(mean.shape, np.uint8) for mean in self.means]
            adaptive.planes_of.call(first, *planes, self._scratch[0])
        else:
            planes = list(first)
        for mean, plane in zip(self.means, planes, strict=True):
            np.left_shift(plane, 7, out=mean, dtype=np.uint16)

    def check_form(self, form: Form) -> None:
        """Demand that a frame is of the first one's form."""
        if form == self.form:
            return
        check_same_size("frame", form[1], "the first", self.form[1])
        raise ShapeError(
            f"frame: got {_described(form)}, wanted {_described(self.form)} like the first"
        )

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return all of it by name, for `scene_of`; the large ones are its own."""
        head = {
            "form": np.array(self.form[0]),
            "gain": np.array(self.gain),
            "frames": np.array(self.frames),
        }
        return {**head, **self._arrays()}

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        named: dict[str, npt.NDArray[Any]] = {"swings": self.swings}
        for name, mean, spread in zip(_PLANES, self.means, self.spreads, strict=True):
            named[f"mean_{name}"], named[f"spread_{name}"] = mean, spread
        return named

    def save(self, path: str | os.PathLike[str], settings: AdaptiveSettings, frozen: bool) -> None:
        """Write everything to an npz file."""
        head = {
            "version": np.array(_VERSION),
            "frozen": np.array(frozen),
            "settings": np.array(settings),
        }
        try:
            with _whole(Path(path)) as file:  # given a name, numpy might add to it
                np.savez_compressed(file, **head, **self.arrays())  # type: ignore[arg-type]
        except OSError as error:
            why = error.strerror or error
            raise SinkError(f"{os.fspath(path)}: cannot write ({why})") from error


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing, which stands under its name only when it is whole."""
    if path.exists() and not path.is_file():  # a device, or a pipe, which nothing may replace
        with path.open("wb") as file:
            yield file
        return
    target = Path(os.path.realpath(path))
    part = target.with_name(f".fastvbg-{secrets.token_hex(6)}.partial")
    try:
        with part.open("xb") as file:
            yield file
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _described(form: Form) -> str:
    kind, _, chroma = form
    return "BGR" if kind == "bgr" else f"planes with chroma of {chroma[1]}x{chroma[0]}"


def load_scene(path: str | os.PathLike[str]) -> tuple[Scene, AdaptiveSettings, bool]:
    """Return a scene that was saved, its keyer's settings and whether it was frozen."""
    name = os.fspath(path)
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as saved:
            return _scene_of(dict(saved))
    except OSError as error:
        if error.strerror:
            raise SourceError(f"{name}: cannot read ({error.strerror})") from error
        raise SourceError(f"{name}: not a scene that AdaptiveKeyer.save wrote") from error
    except (BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        raise SourceError(f"{name}: not a scene that AdaptiveKeyer.save wrote") from error


def _scene_of(saved: dict[str, npt.NDArray[Any]]) -> tuple[Scene, AdaptiveSettings, bool]:
    if int(saved["version"]) != _VERSION:
        raise ValueError("another version")
    settings = AdaptiveSettings(*(int(value) for value in saved["settings"]))
    limits = zip(settings, _LEAST, _MOST, strict=True)
    if not all(least <= value <= most for value, least, most in limits):
        raise ValueError("settings")
    return scene_of(saved), settings, bool(saved["frozen"])


def scene_of(saved: Mapping[str, npt.NDArray[Any]]) -> Scene:
    """Return the scene of which these are the `arrays`; `KeyError` or `ValueError` if of none."""
    luma, chroma = saved["mean_y"].shape, saved["mean_u"].shape
    if len(luma) != 2 or any(
        part not in (whole, (whole + 1) // 2) for part, whole in zip(chroma, luma, strict=True)
    ):
        raise ValueError("shapes")
    scene = Scene((str(saved["form"]), luma, chroma), 0)
    for name, array in scene._arrays().items():
        stored = saved[name]
        if stored.shape != array.shape or stored.dtype != array.dtype:
            raise ValueError(name)
        array[...] = stored
    scene.gain, scene.frames = int(saved["gain"]), int(saved["frames"])
    if not ONE >> 1 <= scene.gain < 2 * ONE or scene.frames < 0:
        raise ValueError("gain")
    return scene
