"""The screen behind a chroma key: its colour, found in a frame, and how strong it is where.

Light on a screen is uneven, and its colour weaker where there is less. A coarse grid over the frame
holds the strength; cells that the foreground hides keep what they had, or at first take it from
their neighbours.
"""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.checks import check_colour, check_frame
from fastvbg.errors import OptionError
from fastvbg.keyers._planes import thin_frame

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame

    Plane = npt.NDArray[np.uint8]
    Planes = tuple[Plane, Plane, Plane]
    Floats = npt.NDArray[np.float32]

UNIT = 64
"""Length of a key's direction."""
FULL = 4080
"""Strength times reach of the screen itself: 255 * 16."""
LEAST_STRENGTH = 16
"""The weakest chroma that can be a key: the reach of a weaker one fits no byte."""

_LEAST_COLOUR = 24
_WINDOW = 6
# On 7 clips without a screen the most common colour holds 0.27 of the border at most; a screen
# behind a person who covers a third of the border holds 0.52.
_LEAST_SHARE = 0.4
_BORDER = 0.08

_GRID = (9, 16)
_CELL = 10
_SCREEN = 0.55
"""Share of the strength that counts as screen when its light is measured."""
_RATE = 0.5
_CHANGE = 0.02
_PERIOD = 8


def pick_key(frame: Frame) -> tuple[int, int, int]:
    """Find the colour of the screen in a frame: what its border mostly shows.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3), uint8
        Channels blue, green, red.

    Returns
    -------
    (int, int, int)
        Blue, green, red, each 0 to 255.

    Raises
    ------
    DTypeError, ShapeError
        The frame is not as above (also a `TypeError` or `ValueError`).
    OptionError
        No colour holds 2/5 of the border, as one of a screen would (also a `ValueError`).

    Examples
    --------
    >>> import numpy as np
    >>> pick_key(np.full((90, 160, 3), (64, 160, 64), np.uint8))
    (64, 160, 64)
    """
    shape = check_frame("frame", frame)
    step = max(1, max(shape) // 320)
    thin = np.ascontiguousarray(frame[::step, ::step])
    planes = thin_frame(thin, 1)
    near = _screen_pixels(planes)
    b, g, r = (round(float(value)) for value in thin[near].mean(axis=0))
    return b, g, r


def pick_chroma(planes: Planes) -> tuple[float, float]:
    """Return U and V, from gray, of the screen in thinned planes of one size."""
    near = _screen_pixels(planes)
    return float(planes[1][near].mean()) - 128, float(planes[2][near].mean()) - 128


def _screen_pixels(planes: Planes) -> npt.NDArray[np.bool_]:
    """Tell which pixels of the border show its most common colour."""
    u, v = (plane.astype(np.int64) for plane in planes[1:])
    border = np.ones(u.shape, bool)
    down, across = (max(1, round(_BORDER * side)) for side in u.shape)
    border[down : u.shape[0] - down, across : u.shape[1] - across] = False
    colourful = border & (np.hypot(u - 128, v - 128) >= _LEAST_COLOUR)
    counts = np.bincount(u[colourful] * 256 + v[colourful], minlength=1 << 16)
    size = 2 * _WINDOW + 1
    sums = cv2.blur(
        counts.reshape(256, 256).astype(np.float32), (size, size), borderType=cv2.BORDER_CONSTANT
    )
    best_u, best_v = divmod(int(sums.argmax()), 256)
    near = colourful & (abs(u - best_u) <= _WINDOW) & (abs(v - best_v) <= _WINDOW)
    share = near.sum() / max(1, border.sum())
    if share < _LEAST_SHARE:
        raise OptionError(
            f"key: no screen found: the most common colour of the frame's border holds "
            f"{100 * share:.0f} % of it, wanted {100 * _LEAST_SHARE:.0f} % or more; "
            "name the screen's colour, as in key=(64, 160, 64)"
        )
    return np.asarray(near)


def chroma_of(key: object, *, planar: bool) -> tuple[float, float]:
    """Return U and V, from gray, of a colour: full range for frames, limited for planes."""
    b, g, r = check_colour("key", key)
    scale = 224 / 255 if planar else 1.0
    u = scale * (127 * b - 84 * g - 43 * r) / 256
    v = scale * (127 * r - 106 * g - 21 * b) / 256
    if hypot(u, v) < LEAST_STRENGTH:
        raise OptionError(
            f"key: got {(b, g, r)}, which is nearly gray, wanted a colour such as (64, 160, 64)"
        )
    return u, v


def direction_of(u: float, v: float) -> tuple[int, int]:
    """Return the direction of a chroma in 1/64."""
    length = hypot(u, v)
    return round(UNIT * u / length), round(UNIT * v / length)


class Screen:
    """How strong the key is over the frame.

    Parameters
    ----------
    u, v : float
        Of the key, from gray.
    shape : (int, int)
        Of the plane that `reach` becomes.
    """

    def __init__(self, u: float, v: float, shape: tuple[int, ...]) -> None:
        self.direction = direction_of(u, v)
        self._strength = hypot(u, v)
        self._shape = shape
        self._grid: Floats | None = None
        self._held: Floats | None = None
        self._frames = 0
        self.reach = np.full(shape, self._reach_of(np.float32(self._strength)), np.uint8)

    def due(self) -> bool:
        """Count a frame, and tell whether the screen is to be measured in it."""
        self._frames += 1
        return self._frames % _PERIOD == 1

    def measure(self, u: Plane, v: Plane) -> None:
        """Measure the screen in a frame's chroma, any strides."""
        rows, cols = (max(1, min(n, g * _CELL)) for n, g in zip(u.shape, _GRID, strict=True))
        steps = u.shape[0] // rows, u.shape[1] // cols
        thin_u, thin_v = (p[:: steps[0], :: steps[1]].astype(np.float32) - 128 for p in (u, v))
        x, y = self.direction
        along, beside = thin_u * x + thin_v * y, thin_u * y - thin_v * x
        strength = (along - np.abs(beside) / 2) / UNIT
        size = _GRID[::-1]
        expected: Floats | float = self._strength
        if self._grid is not None:
            expected = cv2.resize(self._grid, strength.shape[::-1]).astype(np.float32)
        screen = (strength > _SCREEN * expected).astype(np.float32)
        share = cv2.resize(screen, size, interpolation=cv2.INTER_AREA)
        total = cv2.resize(strength * screen, size, interpolation=cv2.INTER_AREA)
        seen = share > 0.5
        found = np.where(seen, total / np.maximum(share, 1e-6), 0).astype(np.float32)
        if self._grid is None:
            self._grid = _filled(found, seen, self._strength)
        else:
            self._grid = np.where(seen, self._grid + _RATE * (found - self._grid), self._grid)
            self._grid = self._grid.astype(np.float32)
        self._spread()

    def _spread(self) -> None:
        """Bring the grid to the plane, where it has changed."""
        grid = self._grid
        assert grid is not None  # noqa: S101
        if self._held is not None and bool(np.all(abs(grid - self._held) <= _CHANGE * self._held)):
            return
        self._held = grid.copy()
        reach = self._reach_of(grid)
        cv2.resize(reach, self._shape[::-1], dst=self.reach, interpolation=cv2.INTER_LINEAR)

    @staticmethod
    def _reach_of(strength: Floats | np.float32) -> Plane:
        return np.asarray(
            np.clip(np.round(FULL / np.maximum(strength, LEAST_STRENGTH)), 1, 255), np.uint8
        )


def _filled(found: Floats, seen: npt.NDArray[np.bool_], default: float) -> Floats:
    """Return a grid whose unseen cells take the mean of the nearest seen ones."""
    out, missing = found.copy(), ~seen
    weight = seen.astype(np.float32)
    for size in (3, 5, 9, 17, 33):
        if not missing.any():
            break
        window = (size, size)
        total = cv2.blur(found * weight, window, borderType=cv2.BORDER_CONSTANT)
        count = cv2.blur(weight, window, borderType=cv2.BORDER_CONSTANT)
        near = missing & (count > 1e-4)
        out[near] = (total / np.maximum(count, 1e-6))[near]
        missing &= ~near
    out[missing] = default
    return np.asarray(out, np.float32)
