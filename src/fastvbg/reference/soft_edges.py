"""The literal form of soft edges before a plate: coverage told from colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fastvbg.reference.plate import widen_planes

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Planes

    Cells = npt.NDArray[np.bool_]

MOST_CANDIDATES, REACH = 8, 16
DOUBT, UNEXPLAINED = 25 / 16, (9.0, 25.0)


class Known(NamedTuple):
    """What cells say of a frame."""

    opened: Cells
    core: Cells
    edge: Cells


def _cells(plane: Any, cell: int, fill: int) -> Any:
    """Return a plane's cells, (down, across, cell * cell), what lies beyond it filled."""
    rows, cols = plane.shape
    whole = np.pad(plane, ((0, -rows % cell), (0, -cols % cell)), constant_values=fill)
    down, across = whole.shape[0] // cell, whole.shape[1] // cell
    parts = whole.reshape(down, cell, across, cell).swapaxes(1, 2)
    return parts.reshape(down, across, cell * cell)


def _around(cells: Any, *, beyond: bool) -> Any:
    """Return each cell with the eight around it, (down, across, 9)."""
    padded = np.pad(cells, 1, constant_values=beyond)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    return windows.reshape(*cells.shape, 9)


def know(
    matte: Matte,
    keyed: Matte,
    frame: Planes,
    plate: Planes,
    cells: tuple[int, int],
    range_: tuple[int, int],
) -> Known:
    """Return which cells are the open plate, which whole foreground, and which lie at an edge.

    A cell that the matte covers is open where it is the plate after all: keyed in less than an
    eighth of its pixels, and of the plate's means in Y, U and V within 1.5 levels, between
    `range_` in luma, since what is clipped tells nothing. A cell is solid if it is not open and
    its matte 128 or more all over; it is core if it is solid and, where the second of `cells` is 1,
    all around it are, those beyond the frame too. It is at an edge if it is not core and anything
    around it is covered.
    """
    cell, ring = cells
    size = _cells(np.ones_like(matte, np.int64), cell, 0).sum(2)
    hits = _cells((keyed > 0).astype(np.int64), cell, 0).sum(2)
    alike = 8 * hits < size
    for now, known in zip(frame, plate, strict=True):
        off = _cells(now.astype(np.int64) - known, cell, 0).sum(2)
        alike &= 2 * np.abs(off) < 3 * size
    luma = _cells(plate[0].astype(np.int64), cell, 0).sum(2)
    alike &= (luma > range_[0] * size) & (luma < range_[1] * size)
    covered = _cells(matte, cell, 0).max(2) > 0
    opened = covered & alike
    covered &= ~opened
    solid = (_cells(matte, cell, 255).min(2) >= 128) & covered
    core = _around(solid, beyond=True).all(2) if ring else solid
    edge = _around(covered, beyond=False).any(2) & ~core
    return Known(opened, core, edge)


def steps_outward(reach: int = REACH) -> list[tuple[int, int]]:
    """Return steps from a cell to those up to so far from it: by distance, then row and column."""
    span = range(-reach, reach + 1)
    steps = [(y, x) for y in span for x in span if 0 < y * y + x * x <= reach * reach]
    return sorted(steps, key=lambda step: (step[0] ** 2 + step[1] ** 2, step))


def _coverage(now: Any, behind: Any, prior: Any, colours: Any, variance: float) -> Any:
    """Return coverage of pixels, each operation in float32; `now` is less `behind`."""
    one, two = np.float32(1), np.float32(2)
    noise = np.float32(variance)
    doubt = np.float32(DOUBT) * noise * noise
    weighed = np.zeros(len(prior), np.float32)
    weight, least = weighed.copy(), np.full(len(prior), np.float32(1e9))
    for colour in colours:
        y, u, v = (colour - behind).T
        length = y * y + two * (u * u + v * v)
        along = now[:, 0] * y + two * (now[:, 1] * u + now[:, 2] * v)
        share = np.clip((along + doubt * prior) / (length + doubt), np.float32(0), one)
        y, u, v = now[:, 0] - share * y, now[:, 1] - share * u, now[:, 2] - share * v
        off = y * y + two * (u * u + v * v)
        least = np.minimum(least, off)
        close = one / (off + noise)
        close = close * close
        weighed = weighed + close * share
        weight = weight + close
    low, high = (np.float32(each) for each in UNEXPLAINED)
    doubted = np.clip((least - low * noise) / ((high - low) * noise), np.float32(0), one)
    share = weighed / weight
    return share + doubted * (prior - share)


def decide(
    matte: Matte,
    keyed: Matte,
    frame: Planes,
    plate: Planes,
    cells: tuple[int, int],
    range_: tuple[int, int],
    noise: float,
) -> Matte:
    """Return a matte whose soft edges are told by how far colours lie from the plate's.

    Of each cell at an edge, see `know`, the eight nearest core cells, up to 16 cells away, give
    colours `F` that may cover the plate `P`: their means. For each the coverage of a pixel `I`,
    chroma counting twice, is

        a = ((I - P).(F - P) + d*m) / ((F - P).(F - P) + d),  held to 0..1

    where `m` is the matte, 0 in open cells, and `d` is 25/16 of the noise squared.
    The mean over the colours counts, each by `1 / (off + noise)**2`, `off` being the squared
    distance that `a` leaves. Where the least of these is beyond 9 times the noise the
    matte counts more and more, from 25 on alone. Pixels that are not keyed, as none beside them
    is, become 0 where the matte is below 128 or the cell open. Open cells become 0 if nothing
    around them is covered, or no core near enough; cells at an edge with no core stay.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        The matte, refined.
    keyed : ndarray, shape (H, W), uint8
        The plate keyer's own.
    frame, plate : tuple of 3 ndarray, uint8
        Y, U and V; those of the plate as large as luma, in the frame's light.
    cells : tuple of 2 int
        Pixels a side, and 1 where cores have solid cells all around, else 0.
    range_ : tuple of 2 int
        Luma that is clipped: up to the first, and from the second on.
    noise : float
        Variance of the frame's noise, that of luma and twice that of chroma.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte.
    """
    whole, cell = widen_planes(frame), cells[0]
    known = know(matte, keyed, whole, plate, cells, range_)
    near = np.pad(keyed > 0, 1)
    windows: Any = np.lib.stride_tricks.sliding_window_view(near, (3, 3))
    seen = windows.any(axis=(2, 3))
    means = np.stack([_means(plane, cell) for plane in whole], axis=2)
    out: Any = matte.copy()
    for j, i in np.argwhere(known.opened | known.edge):
        here = slice(j * cell, (j + 1) * cell), slice(i * cell, (i + 1) * cell)
        colours = _colours(known.core, means, j, i) if known.edge[j, i] else []
        if not colours:
            if known.opened[j, i]:
                out[here] = 0
            continue
        given = np.zeros_like(matte[here]) if known.opened[j, i] else matte[here]
        behind = np.stack([plane[here].ravel() for plane in plate], 1).astype(np.float32)
        now = np.stack([plane[here].ravel() for plane in whole], 1).astype(np.float32) - behind
        prior = given.ravel().astype(np.float32) / np.float32(255)
        share = _coverage(now, behind, prior, colours, noise).reshape(given.shape)
        value = np.floor(np.float32(255) * share + np.float32(0.5)).astype(np.uint8)
        out[here] = np.where(seen[here] | (given >= 128), value, 0)
    return np.asarray(out, np.uint8)


def _means(plane: Any, cell: int) -> Any:
    """Return the means of cells; those at the frame's end are of what they have."""
    sums = _cells(plane.astype(np.int64), cell, 0).sum(2)
    size = _cells(np.ones_like(plane, np.int64), cell, 0).sum(2)
    return sums.astype(np.float32) / size.astype(np.float32)


def _colours(core: Cells, means: Any, j: int, i: int) -> list[Any]:
    found = []
    for down, across in steps_outward():
        y, x = j + down, i + across
        if 0 <= y < core.shape[0] and 0 <= x < core.shape[1] and core[y, x]:
            found.append(means[y, x])
            if len(found) == MOST_CANDIDATES:
                break
    return found


__all__ = ["decide", "know", "steps_outward"]
