"""How the light of frames drifts from that in which a room was remembered: `RoomLight`.

A camera that exposes anew when somebody moves, a white balance that hunts, a lamp, a cloud. Where
nobody is, a frame shows in what light the room is; so what is known behind people is lit likewise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane, Planes

    Lines = npt.NDArray[np.float64]
    Samples = npt.NDArray[np.float64]

_STEP = 4
"""Cells of the canvas of which one is looked at, each way."""
_FEWEST = 64
_FITS, _NEAREST, _NEAR = 4, 3.0, 2.5
"""How often a line is fitted, to samples that are off by that many levels, or times the median."""
_PRIOR = 1.0
"""Variance, in levels squared, that speaks for a gain of 1."""
_GAINS = 0.25, 4.0
_EXPLAINED = 6.0
"""Levels by which the median sample may be off at most, for the light to be taken."""
_SAME, _SAME_FOR = 0.5, 30
"""Levels up to which the light is the same, and frames after which it is taken to stay."""
_LEVELS = 16.0, 235.0


class RoomLight:
    """Follows one video's light."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Take the light of the next frame for that of the room."""
        self.lines: Lines | None = None
        """Gain and offset of Y, U and V, (3, 2), from the room to the last frame; None as it is."""
        self._held: Lines | None = None
        self._same_for = 0

    @property
    def stays(self) -> bool:
        """Whether another light has stayed the same for so long that it is to be the room's."""
        return self._same_for >= _SAME_FOR

    def measure(self, room: Planes, frame: Planes, free: Plane) -> None:
        """Measure a frame's light.

        Parameters
        ----------
        room, frame : tuple of 3 ndarray, shape (h, w), uint8
            The room where the frame shows it, in the light in which it is known, and the frame,
            both on the canvas.
        free : ndarray, shape (h, w), uint8
            Anything but 0 where the room is known and nobody is near.
        """
        some = free[::_STEP, ::_STEP] > 0
        count = int(np.count_nonzero(some))
        pairs = [
            (one[::_STEP, ::_STEP], two[::_STEP, ::_STEP])
            for one, two in zip(room, frame, strict=True)
        ]
        still = self.lines is None and not any(_is_off(*pair, some, count) for pair in pairs)
        if still or count < _FEWEST:
            return
        known, seen = (
            np.array([plane[some] for plane in planes], np.float64)
            for planes in zip(*pairs, strict=True)
        )
        found = np.array([_line(*pair) for pair in zip(known, seen, strict=True)])
        apart = np.abs(seen - (known * found[:, :1] + found[:, 1:])).max(axis=0)
        if np.median(apart) <= _EXPLAINED:
            self._take(found)

    def _take(self, found: Lines) -> None:
        self.lines = found
        self._same_for += 1
        if self._held is None or _apart(found, self._held) > _SAME:
            self._held, self._same_for = found, 0


def _is_off(known: Plane, seen: Plane, some: npt.NDArray[np.bool_], count: int) -> bool:
    """Tell whether more than half of some samples are brighter, or darker, than they were."""
    return any(2 * np.count_nonzero(other & some) > count for other in (seen > known, seen < known))


def _starts(known: Samples, seen: Samples) -> list[tuple[float, float]]:
    """Return lines to begin from: by a shift alone, and as J. W. Tukey's resistant line has it."""
    lines = [(1.0, float(np.median(seen - known)))]
    low, high = np.quantile(known, (1 / 3, 2 / 3))
    thirds = known <= low, known >= high
    (x0, x1), (y0, y1) = ([float(np.median(of[each])) for each in thirds] for of in (known, seen))
    if x1 - x0 > _NEAREST:
        gain = min(max((y1 - y0) / (x1 - x0), _GAINS[0]), _GAINS[1])
        lines.append((gain, float(np.median(seen - gain * known))))
    return lines


def _line(known: Samples, seen: Samples) -> tuple[float, float]:
    """Return the gain and offset that take most samples of a plane to those of another."""

    def apart_by(line: tuple[float, float]) -> float:
        return float(np.median(np.abs(seen - (line[0] * known + line[1]))))

    gain, offset = min(_starts(known, seen), key=apart_by)
    for _ in range(_FITS):
        apart = np.abs(seen - (gain * known + offset))
        near = apart <= max(_NEAREST, _NEAR * float(np.median(apart)))
        x, y = known[near], seen[near]
        middle, level = float(x.mean()), float(y.mean())
        away = x - middle
        spread, together = float(away @ away), float(away @ (y - level))
        gain = (together + _PRIOR * len(x)) / (spread + _PRIOR * len(x))
        gain = min(max(gain, _GAINS[0]), _GAINS[1])
        offset = level - gain * middle
    return gain, offset


def _apart(one: Lines, two: Lines) -> float:
    """Return by how many levels two lights differ at most, of what is neither black nor white."""
    gains, offsets = (one - two).T
    return float(max(np.abs(gains * level + offsets).max() for level in _LEVELS))


def inverse(lines: Lines) -> Lines:
    """Return the lines from the frame to the room."""
    gains, offsets = lines.T
    return np.column_stack((1 / gains, -offsets / gains))


def fixed(lines: Lines) -> list[tuple[int, int]]:
    """Return gains and offsets as kernels take them, in 1/1024."""
    return [(round(float(gain) * 1024), round(float(offset) * 1024)) for gain, offset in lines]
