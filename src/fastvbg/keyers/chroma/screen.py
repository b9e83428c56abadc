"""The colour of the screen behind a chroma key: of its region, or what the border mostly shows."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.checks import check_colour, check_order, exchanged
from fastvbg.errors import OptionError
from fastvbg.keyers._arrays import thin_frame, thin_planes
from fastvbg.keyers.chroma.region import SCREENS, Region, grain_of, screen_region
from fastvbg.layout import checked_bgr

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Plane, Planes
    from fastvbg.constants import Order

    Flags = npt.NDArray[np.bool_]

UNIT = 64
"""Length of a key's direction."""
LEAST_STRENGTH = 16
"""The weakest chroma that can be a key: the reach of a weaker one fits no byte."""

_LEAST_COLOUR = 24
_WINDOW = 6
# On 7 clips without a screen the most common colour holds 0.27 of the border at most; a screen
# behind a person who covers a third of the border holds 0.52.
LEAST_SHARE = 0.4
_ROUGH = 10
"""Levels by which a sample's luma differs from that around it where it is a leaf, and no noise."""
_BORDER = 0.08
BLACK = 16
"""Luma of black in planes: without it, saturation is the same in any light."""
_PALE = 0.75
"""Of a screen's least saturation, what an even border of its hue has at least: it may be a sky."""
_NEAR_USUAL = 0.87
"""Cosine of the 30 degrees that a colour's hue lies from a screen's."""
_SAME_HUE = 0.36
"""What two chromas of one screen lie beside one another at most, of their length: 20 degrees."""


class Shown(NamedTuple):
    """The colour of a frame's screen, or that its border shows most."""

    u: float
    v: float
    """Its chroma, from gray."""
    share: float
    """The share of the border that it holds; of what is rough as a lawn or pale as a sky, none."""
    name: str = ""
    """Of a screen's hue, `green` or `blue`, where a region of it is there."""

    @property
    def strength(self) -> float:
        """How far from gray it is."""
        return hypot(self.u, self.v)

    @property
    def is_screen(self) -> bool:
        """Whether it has a screen's region, or holds as much of the border as a screen would."""
        return bool(self.name) or self.share >= LEAST_SHARE

    @property
    def hue(self) -> str:
        """The name of a hue that screens have; empty of another."""
        if self.name:
            return self.name
        for name, hue in SCREENS.items():
            if self.u * hue.u + self.v * hue.v >= _NEAR_USUAL * self.strength:
                return name
        return ""

    def in_light(self, strength: float) -> Shown:
        """Return it in a light that makes it so strong."""
        gain = strength / max(1.0, self.strength)
        return self._replace(u=gain * self.u, v=gain * self.v)

    def is_like(self, other: Shown) -> bool:
        """Tell whether it is of another colour's hue, in whatever light."""
        along = self.u * other.u + self.v * other.v
        return abs(self.u * other.v - self.v * other.u) <= _SAME_HUE * along


def pick_key(frame: Frame, *, order: Order = "bgr") -> tuple[int, int, int]:
    """Find the colour of the screen in a frame.

    It is that of an even green or blue region around whoever stands before it; where there is
    none, what the border mostly shows.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3) or (H, W, 4), uint8
        Channels as `order` says.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of the frame, of which a fourth is not read, and of the colour.

    Returns
    -------
    (int, int, int)
        Blue, green, red or as `order` says, each 0 to 255.

    Raises
    ------
    DTypeError, ShapeError
        The frame is not as above (also a `TypeError` or `ValueError`).
    OptionError
        There is no such region, and no colour holds 2/5 of the border, or the order is none of
        the above (also a `ValueError`).

    Examples
    --------
    >>> import numpy as np
    >>> pick_key(np.full((90, 160, 3), (64, 160, 64), np.uint8))
    (64, 160, 64)
    """
    given = checked_bgr("frame", frame, check_order(order))
    step = frame_step(given.shape)
    thin = np.ascontiguousarray(given[::step, ::step])
    planes = thin_frame(thin, 1)
    shown = shown_in(planes)
    if not shown.is_screen:
        raise OptionError(
            f"key: no screen found: no even green or blue region reaches around, and the most "
            f"common colour of the frame's border holds {100 * shown.share:.0f} % of it, wanted "
            f"{100 * LEAST_SHARE:.0f} % or more; name the screen's colour, as in key=(64, 160, 64)"
        )
    where = np.ones(thin.shape[:2], bool) if shown.name else _border(thin.shape[:2])
    u, v = (plane[where].astype(np.float64) - 128 for plane in planes[1:])
    far = np.hypot(u - shown.u, v - shown.v)
    b, g, r = (
        round(float(value)) for value in thin[where][far <= max(_WINDOW, far.min())].mean(axis=0)
    )
    return (r, g, b) if exchanged(order) else (b, g, r)


def frame_step(shape: tuple[int, ...]) -> int:
    """Return the step between the pixels of a frame that a screen is looked for in."""
    return max(1, max(shape) // 320)


def thinned(picture: Frame | Planes) -> Planes:
    """Return the samples of a frame, or of its planes, that a screen is looked for in."""
    if isinstance(picture, np.ndarray):
        return thin_frame(picture, frame_step(picture.shape))
    y, u, _ = picture
    shift_y, shift_x = (int(a != b) for a, b in zip(y.shape, u.shape, strict=True))
    luma, u, v = thin_planes(picture, shift_x, shift_y, 2 * max(1, max(y.shape) // 640))
    return np.maximum(luma, BLACK) - BLACK, u, v


def shown_in(planes: Planes) -> Shown:
    """Return the screen of thinned planes of one size, or what their border shows most.

    Gray is no colour.
    """
    border = _border(planes[1].shape)
    u, v = (plane[border] for plane in planes[1:])
    region = screen_region(planes)
    if region is not None:
        return _of_region(region, u, v)
    near, some = _most_common(u, v)
    if not some:
        return Shown(0.0, 0.0, 0.0)
    found = Shown(float(u[near].mean()) - 128, float(v[near].mean()) - 128, 0.0)
    luma = float(np.median(planes[0][border][near]))
    if found.hue and found.strength < _PALE * SCREENS[found.hue].saturation * luma:
        return found
    even = near & (grain_of(planes[0])[border] <= _ROUGH)
    return found._replace(share=_share(even))


def _of_region(region: Region, u: Plane, v: Plane) -> Shown:
    """Return the screen of a region: the hue that most of it has at the border, and its strength.

    Of hues that vary with the light, the most common keys better than the median.
    """
    found = Shown(region.u, region.v, region.rim, region.name)
    du, dv = u - 128.0, v - 128.0
    along, beside = du * found.u + dv * found.v, np.abs(du * found.v - dv * found.u)
    alike = beside <= _SAME_HUE * along
    near, some = _most_common(u[alike], v[alike])
    if not some:
        return found
    du, dv = du[alike][near].mean(), dv[alike][near].mean()
    scale = found.strength / max(1.0, float(np.hypot(du, dv)))
    return found._replace(u=float(du) * scale, v=float(dv) * scale)


def _border(shape: tuple[int, ...]) -> Flags:
    border = np.ones(shape, bool)
    down, across = (max(1, round(_BORDER * side)) for side in shape)
    border[down : shape[0] - down, across : shape[1] - across] = False
    return border


def _most_common(u: npt.NDArray[Any], v: npt.NDArray[Any]) -> tuple[Flags, bool]:
    """Tell which samples have about the most common colour, and whether any have one."""
    u, v = u.astype(np.int64), v.astype(np.int64)
    colourful = np.hypot(u - 128.0, v - 128.0) >= _LEAST_COLOUR
    counts = np.bincount(u[colourful] * 256 + v[colourful], minlength=1 << 16)
    size = 2 * _WINDOW + 1
    sums = cv2.blur(
        counts.reshape(256, 256).astype(np.float32), (size, size), borderType=cv2.BORDER_CONSTANT
    )
    best_u, best_v = divmod(int(sums.argmax()), 256)
    near = colourful & (abs(u - best_u) <= _WINDOW) & (abs(v - best_v) <= _WINDOW)
    return np.asarray(near), bool(near.any())


def _share(flags: Flags) -> float:
    return float(np.count_nonzero(flags)) / max(1, flags.size)


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
