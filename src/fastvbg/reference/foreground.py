"""The literal form of the foreground's own colours at soft edges: `estimate_foreground`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import (
    FOREGROUND_CELL,
    FOREGROUND_GAIN_SHIFT,
    FOREGROUND_GAINS,
    FOREGROUND_LEVELS,
    FOREGROUND_PARENT,
    FOREGROUND_REACH,
    FOREGROUND_SURE,
    FOREGROUND_UNIT,
)
from fastvbg.reference.planes import means_over

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte, Plane, Planes

    Integers = npt.NDArray[np.int64]
    Marks = npt.NDArray[np.bool_]


def _summed(values: npt.NDArray[Any], size: int, across: int) -> Integers:
    """Sum up squares of cells; those at the lower and right border may be smaller."""
    rows = np.add.reduceat(values.astype(np.int64), np.arange(0, values.shape[0], size), axis=0)
    return np.add.reduceat(rows, np.arange(0, values.shape[1], across), axis=1)


def soft_cells(matte: Matte, down: int, across: int) -> Marks:
    """Return which cells of so many pixels hold one that is neither 0 nor 255."""
    return _summed((matte > 0) & (matte < 255), down, across) > 0


def _pixels_of(soft: Marks, shape: tuple[int, ...]) -> Marks:
    """Return which pixels lie in soft cells."""
    cell = FOREGROUND_CELL
    return soft.repeat(cell, 0).repeat(cell, 1)[: shape[0], : shape[1]]


def _near(soft: Marks) -> Marks:
    """Return what lies at most `FOREGROUND_REACH` cells from a soft one, each way."""
    (rows, cols), reach = soft.shape, FOREGROUND_REACH
    padded = np.pad(soft, reach)
    near = np.zeros_like(soft)
    for y in range(2 * reach + 1):
        for x in range(2 * reach + 1):
            near |= padded[y : y + rows, x : x + cols]
    return near


def _between(coarse: Integers, shape: tuple[int, ...]) -> Integers:
    """Stretch cells to those of half their size: 9, 3, 3 and 1 sixteenths of the nearest four."""
    for axis in (0, 1):
        own = np.arange(shape[axis]) >> 1
        beside = own + np.where(np.arange(shape[axis]) & 1, 1, -1)
        beside = beside.clip(0, coarse.shape[axis] - 1)
        coarse = 3 * coarse.take(own, axis) + coarse.take(beside, axis)
    return (coarse + 8) >> 4


def _cell_means(weights: Integers, plane: Plane, near: Marks) -> Integers | None:
    """Return the mean of a plane by weights in each cell, in parts of `FOREGROUND_UNIT`.

    Cells with little weight take after the cells twice as large about them, and so on; None where
    there is no weight at all.
    """
    cell = FOREGROUND_CELL
    sums = [
        (_summed(each, cell, cell) * near) for each in (weights, weights * plane.astype(np.int64))
    ]
    levels = [sums]
    for _ in range(FOREGROUND_LEVELS - 1):
        levels.append([_summed(each, 2, 2) for each in levels[-1]])
    total, of_all = (int(each.sum()) for each in levels[-1])
    if not total:
        return None
    parent = np.full_like(levels[-1][0], (FOREGROUND_UNIT * of_all + total // 2) // total)
    for weight, weighted in reversed(levels):
        if parent.shape != weight.shape:
            parent = _between(parent, weight.shape)
        share = weight + FOREGROUND_PARENT
        value = FOREGROUND_UNIT * weighted + FOREGROUND_PARENT * parent
        parent = np.asarray((value + share // 2) // share)
    return parent


def _stretched(cells: Integers, shape: tuple[int, ...]) -> Integers:
    """Stretch cells bilinearly to pixels, still in parts of `FOREGROUND_UNIT`."""
    cell = FOREGROUND_CELL
    for axis in (0, 1):
        at = np.arange(shape[axis])
        own, offset = at // cell, 2 * (at % cell) + 1 - cell
        beside = (own + np.sign(offset)).clip(0, cells.shape[axis] - 1)
        weight = np.abs(offset).reshape((-1, 1) if axis == 0 else (1, -1))
        near, far = cells.take(own, axis), cells.take(beside, axis)
        cells = np.asarray((2 * cell - weight) * near + weight * far, np.int64)
    return (cells + 2 * cell * cell) // (4 * cell * cell)


def estimate_plane(plane: Plane, matte: Matte, soft: Marks) -> Plane:
    """Return the foreground's samples in soft cells, and the plane's elsewhere.

    With a coverage `a` of 0..1, what a camera sees is `I = a*F + (1 - a)*B`. `F0` and `B0` are
    means of surely covered and surely uncovered samples nearby, and what they leave of `I` is
    shared between them by least squares, `F = F0 + a*R / (a*a + (1-a)*(1-a))` where `R` is
    `I - a*F0 - (1-a)*B0`, with a denominator a little larger for the noise of `I`.

    Parameters
    ----------
    plane : ndarray, shape (H, W), uint8
        One channel, or one plane.
    matte : ndarray, shape (H, W), uint8
        Coverage.
    soft : ndarray, bool
        Which cells of the plane are soft.

    Returns
    -------
    ndarray, shape (H, W), uint8
        As the plane where the matte is 0 or 255, and in cells that are not soft.
    """
    near = _near(soft)
    a = matte.astype(np.int64)
    sure = FOREGROUND_SURE
    front = _cell_means(np.maximum(a - (255 - sure), 0), plane, near)
    behind = _cell_means(np.maximum(sure - a, 0), plane, near)
    if front is None or behind is None:
        return np.array(plane)
    first, second = (_stretched(each, plane.shape) for each in (front, behind))
    left = FOREGROUND_UNIT * 255 * plane.astype(np.int64) - a * first - (255 - a) * second
    gain = np.asarray(FOREGROUND_GAINS, np.int64)[a]
    scale = FOREGROUND_UNIT << FOREGROUND_GAIN_SHIFT
    colour = ((first << FOREGROUND_GAIN_SHIFT) + left * gain + scale // 2) // scale
    wanted = _pixels_of(soft, plane.shape) & (matte > 0) & (matte < 255)
    result = np.array(plane)
    result[wanted] = colour.clip(0, 255)[wanted]
    return result


def uncover_plane(plane: Plane, matte: Matte, scene: Plane, soft: Marks) -> Plane:
    """Return what covers a known scene in soft cells: `(I - (1 - a)*P) / a`, rounded half up.

    Parameters
    ----------
    plane, matte, soft : ndarray
        As `estimate_plane` takes them.
    scene : ndarray, shape (H, W), uint8
        The samples of the scene.

    Returns
    -------
    ndarray, shape (H, W), uint8
        As `estimate_plane`.
    """
    inside = _pixels_of(soft, plane.shape) & (matte > 0) & (matte < 255)
    a, seen, behind = (each[inside].astype(np.int64) for each in (matte, plane, scene))
    left = 255 * seen - (255 - a) * behind
    result = np.array(plane)
    result[inside] = ((2 * left + a) // (2 * a)).clip(0, 255)
    return result


def estimate_foreground(
    frame: Frame, matte: Matte, plate: Frame | None = None, known: Plane | None = None
) -> Frame:
    """Return a frame with the foreground's own colours at soft edges.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3), uint8
        A frame; each channel is taken by itself.
    matte : ndarray, shape (H, W), uint8
        Coverage.
    plate : ndarray, shape (H, W, 3), uint8, optional
        The scene, where it is known.
    known : ndarray, shape (h, w), uint8, optional
        1 in squares of 16 pixels in which it is, else 0; everywhere when absent.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        The frame where the matte is 0 or 255, the foreground's colour between.
    """
    if not matte.size:
        return np.array(frame)
    soft = soft_cells(matte, FOREGROUND_CELL, FOREGROUND_CELL)
    result = np.array(frame)
    for k in range(3):
        scene = None if plate is None else plate[..., k]
        result[..., k] = _own(frame[..., k], matte, soft, scene, known)
    return result


def _own(
    plane: Plane, matte: Matte, soft: Marks, scene: Plane | None, known: Plane | None
) -> Plane:
    if scene is None:
        return estimate_plane(plane, matte, soft)
    if known is None:
        return uncover_plane(plane, matte, scene, soft)
    there = soft & _in_known(known, soft.shape)
    estimated = estimate_plane(plane, matte, soft & ~there)
    uncovered = uncover_plane(plane, matte, scene, there)
    return np.where(_pixels_of(there, plane.shape), uncovered, estimated)


def _in_known(known: Plane, cells: tuple[int, ...]) -> Marks:
    """Return which cells of a plane lie in squares of 16 pixels of luma whose flag is 1.

    A square is of two cells of luma each way, or of one of chroma that is halved.
    """
    for axis in (0, 1):
        known = known.repeat(2 if cells[axis] > known.shape[axis] else 1, axis)
    return np.equal(known[: cells[0], : cells[1]], 1)


def estimate_foreground_planes(
    planes: Planes, matte: Matte, plate: Planes | None = None, known: Plane | None = None
) -> Planes:
    """Do so in planes; a chroma sample's coverage is the mean over its luma, rounded half up.

    Cells of chroma are soft where the matte itself is: a mask leaves chroma as it is, too.

    Parameters
    ----------
    planes : tuple of 3 ndarray, uint8
        Y, U and V, of any subsampling.
    matte : ndarray, shape of Y, uint8
        Coverage.
    plate : tuple of 3 ndarray, uint8, optional
        The scene, where it is known.
    known : ndarray, shape (h, w), uint8, optional
        1 in squares of 16 pixels of luma in which it is, else 0; everywhere when absent.

    Returns
    -------
    tuple of 3 ndarray, uint8
        As `estimate_foreground`.
    """
    if not matte.size:
        return planes[0], planes[1], planes[2]
    cell, made = FOREGROUND_CELL, []
    for k, plane in enumerate(planes):
        sizes = zip(matte.shape, plane.shape, strict=True)
        down, across = (-(-whole // own) for whole, own in sizes)
        soft = soft_cells(matte, cell * down, cell * across)
        scene = None if plate is None else plate[k]
        made.append(_own(plane, means_over(matte, plane.shape), soft, scene, known))
    y, u, v = made
    return y, u, v
