"""The literal form of a foreground's own colours before a screen, where its edges are soft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fastvbg.reference.keyspace import keyspace
from fastvbg.reference.planes import means_over

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte, Plane, Planes

    Numbers = npt.NDArray[np.int64]

__all__ = ["Known", "along_and_beside", "bounds_near", "clear_frame", "clear_planes", "gain_of"]


class Known(NamedTuple):
    """What is known of a screen."""

    light: Plane
    """Its luma, as large as chroma: halved across, or across and down, or not at all."""
    reach: Plane
    """As large: 4080 over the key's strength there."""
    direction: tuple[int, int]
    """Of the key in U and V, a vector of length 64."""
    chroma: npt.NDArray[np.int32]
    """How far the screen's chroma goes along that, and beside it, for each value of `reach`, in
    1/64 levels; shape (2, 256)."""


def along_and_beside(u: Plane, v: Plane, direction: tuple[int, int]) -> tuple[Numbers, Numbers]:
    """Return how far chroma goes along the key's direction and beside it, in 1/64 levels."""
    du, dv = u.astype(np.int64) - 128, v.astype(np.int64) - 128
    x, y = direction
    return du * x + dv * y, du * y - dv * x


def gain_of(coverage: Matte, amount: int = 255) -> Numbers:
    """Return how much further than what is seen the foreground lies from the screen, in 1/256.

    A pixel that is covered by a share a of 255 has a of the foreground's colour and the rest of
    the screen's. So the foreground's is `(255 - a) / a` further away from the screen's than what
    is seen: `((255 - a)*256*amount + c // 2) // c`, where `c = 255*a`; 0 where a is.
    """
    a = coverage.astype(np.int64)
    whole = 255 * np.maximum(a, 1)
    return np.where(a > 0, ((255 - a) * 256 * amount + whole // 2) // whole, 0)


def bounds_near(
    u: Plane, v: Plane, matte: Matte, direction: tuple[int, int], cell: int
) -> npt.NDArray[np.int32]:
    """Return which chroma the foreground has near each square cell of a frame.

    Of a cell 4 times 4 pixels count, from its corner on a quarter of it apart, whose coverage is
    255, and that of those an eighth of a cell above, below and beside them, too, of which the frame
    has them: of an edge that is sharpened the brink has colours that are nowhere else. The bounds
    are the least that the means of the cell and the eight around it go along the key, and the least
    and most that they go beside it, rounded down. Gray is within.

    Parameters
    ----------
    u, v : ndarray, uint8
        Chroma, of the matte's size, halved across, or across and down.
    matte : ndarray, shape (H, W), uint8
        Coverage.
    direction : (int, int)
        Of the key in U and V, a vector of length 64.
    cell : int
        Pixels a side, a multiple of 8.

    Returns
    -------
    ndarray, shape (3, cells down, cells across), int32
        In 1/64 levels.
    """
    rows, cols = matte.shape
    apart, span = cell >> 2, cell >> 3
    whole = np.pad(matte == 255, span, constant_values=True)
    core = whole[span:-span, span:-span].copy()
    for below, beyond in ((0, span), (2 * span, span), (span, 0), (span, 2 * span)):
        core &= whole[below : below + rows, beyond : beyond + cols]
    y, x = np.nonzero(core[::apart, ::apart])
    place = y // 4 + 1, x // 4 + 1
    down, across = int(u.shape[0] != rows), int(u.shape[1] != cols)
    y, x = y * apart >> down, x * apart >> across
    sums = np.zeros((3, -(-rows // cell) + 2, -(-cols // cell) + 2), np.int32)
    along, beside = along_and_beside(u[y, x], v[y, x], direction)
    for total, value in zip(sums, (along, beside, np.ones_like(along)), strict=True):
        np.add.at(total, place, value)
    means = sums[:2] // np.maximum(sums[2], 1)
    near: Any = np.lib.stride_tricks.sliding_window_view(means, (3, 3), axis=(1, 2))
    least, most = near.min(axis=(3, 4)), near.max(axis=(3, 4))
    bounds = np.stack((least[0], least[1], most[1]))
    return np.stack((np.minimum(bounds[0], 0), np.minimum(bounds[1], 0), np.maximum(bounds[2], 0)))


def chroma_shift(
    given: tuple[Plane, Plane],
    cleared: tuple[Plane, Plane],
    gain: Numbers,
    screen: Known,
    bounds: npt.NDArray[np.int32],
) -> tuple[Numbers, Numbers]:
    """Return how far chroma moves where a soft edge shows some of the screen.

    `F`, the foreground's, goes so far along the key, or beside it, as what is seen and
    `(I - S)*gain + 128 >> 8` more, `I` being what is seen and `S` the screen. It may be nearer to
    the key than what is left without spill nowhere, and is held to the bounds of the foreground
    nearby, which are wide enough for what is left without spill.

    Parameters
    ----------
    given, cleared : tuple of 2 ndarray, uint8
        U and V as seen, and without spill.
    gain : ndarray, int64
        Of each sample, see `gain_of`.
    screen : Known
        What is known of the screen.
    bounds : ndarray, shape (3, ...), int32
        Of each sample, see `bounds_near`.

    Returns
    -------
    tuple of 2 ndarray, int64
        By how much U and V move, in 1/64 levels.
    """
    x, y = screen.direction
    seen = along_and_beside(*given, screen.direction)
    along, beside = along_and_beside(*cleared, screen.direction)
    behind = screen.chroma.astype(np.int64)[:, screen.reach]
    far, off = (
        value + ((value - known) * gain + 128 >> 8)
        for value, known in zip(seen, behind, strict=True)
    )
    far = np.maximum(np.minimum(far, along), np.minimum(bounds[0], along)) - along
    off = np.clip(off, np.minimum(bounds[1], beside), np.maximum(bounds[2], beside)) - beside
    far, off = (np.where(gain > 0, moved, 0) for moved in (far, off))
    return (far * x + off * y) >> 6, (far * y - off * x) >> 6


def luma_shift(luma: Plane, gain: Numbers, light: Plane) -> Numbers:
    """Return how far luma moves there: `(|luma - light|*gain + 128) >> 8`, at most 255.

    Parameters
    ----------
    luma : ndarray, shape (H, W), uint8
        Of a frame without spill.
    gain : ndarray, int64
        Of each pixel, see `gain_of`.
    light : ndarray, shape (H, W), uint8
        The screen's luma at each place.

    Returns
    -------
    ndarray, shape (H, W), int64
        Levels, -255 to 255.
    """
    away = luma.astype(np.int64) - light
    by = (abs(away) * gain + 128) >> 8
    return np.asarray(np.sign(away) * np.minimum(by, 255))


def _to_samples(cells: Any, shape: tuple[int, ...], cell: tuple[int, int]) -> Any:
    """Return each sample's value, of a plane whose samples so many down and across share one."""
    rows, cols = (np.arange(size) // part for size, part in zip(shape, cell, strict=True))
    return cells[..., rows[:, np.newaxis], cols]


def clear_planes(
    given: Planes, cleared: Planes, matte: Matte, screen: Known, cell: int, amount: int = 255
) -> Planes:
    """Return planes with the foreground's own colours where the matte is soft.

    Chroma's coverage is the mean of what a sample covers, rounded half up.

    Parameters
    ----------
    given, cleared : tuple of 3 ndarray, uint8
        Y, U and V as seen, and without spill.
    matte : ndarray, shape of Y, uint8
        Coverage; where it is 0 or 255 nothing moves.
    screen : Known
        What is known of the screen.
    cell : int
        As in `bounds_near`.
    amount : int
        How much of it, 0 to 255.

    Returns
    -------
    tuple of 3 ndarray, uint8
        Y, U and V.
    """
    y, u, v = cleared
    down, across = (1 + int(a != b) for a, b in zip(y.shape, u.shape, strict=True))
    light = _to_samples(screen.light, y.shape, (down, across))
    luma = y + luma_shift(y, gain_of(matte, amount), light)
    near = bounds_near(given[1], given[2], matte, screen.direction, cell)
    bounds = _to_samples(near, u.shape, (cell // down, cell // across))
    gain = gain_of(means_over(matte, u.shape), amount)
    moves = chroma_shift((given[1], given[2]), (u, v), gain, screen, bounds)
    moved = (plane + (by + 32 >> 6) for plane, by in zip((u, v), moves, strict=True))
    clean = [np.clip(plane, 0, 255).astype(np.uint8) for plane in (luma, *moved)]
    return clean[0], clean[1], clean[2]


def clear_frame(
    given: Frame, cleared: Frame, matte: Matte, screen: Known, cell: int, amount: int = 255
) -> Frame:
    """Return a frame with the foreground's own colours where the matte is soft.

    Channels move by what Y, U and V of the keying space do; by U and V in 1/256, ITU-T T.871.

    Parameters
    ----------
    given, cleared : ndarray, shape (H, W, 3), uint8
        Channels blue, green, red, as seen, and without spill.
    matte, screen, cell, amount
        As in `clear_planes`.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        The frame.
    """
    (_, *seen), (luma, *chroma) = keyspace(given), keyspace(cleared)
    near = bounds_near(seen[0], seen[1], matte, screen.direction, cell)
    bounds, gain = _to_samples(near, matte.shape, (cell, cell)), gain_of(matte, amount)
    u, v = chroma_shift((seen[0], seen[1]), (chroma[0], chroma[1]), gain, screen, bounds)
    by = luma_shift(luma, gain, screen.light)
    half = 1 << 13
    moves = (454 * u + half >> 14, -88 * u - 183 * v + half >> 14, 359 * v + half >> 14)
    moved = cleared + np.stack([by + move for move in moves], axis=2)
    return np.asarray(np.clip(moved, 0, 255), np.uint8)
