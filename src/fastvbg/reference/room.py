"""The literal forms of the remembered room: how it is learned, and what it makes of coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import ROOM_FEWEST, ROOM_GRID, ROOM_REACH, ROOM_TURNS

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane, Planes

    Floats = npt.NDArray[np.float32]

NOISE_PARTS = 8
"""Parts of a level in which noise is measured."""
_NEW = 4 * NOISE_PARTS


def _of_cells(cells: Any, shape: tuple[int, ...], luma: tuple[int, ...], factor: int) -> Any:
    """Return what cells of the canvas hold, for each sample of a plane by the first pixel of it."""
    down, across = int(shape[0] != luma[0]), int(shape[1] != luma[1])
    rows = (np.arange(shape[0]) << down) // factor
    cols = (np.arange(shape[1]) << across) // factor
    return cells[rows][:, cols]


def learn(
    marks: Plane, frame: Planes, room: Planes, noise: Plane, factor: int
) -> tuple[Planes, Plane]:
    """Return a room and its noise after a frame was seen.

    Where cells of the canvas are marked by 1, each sample of the room goes one level toward the
    frame's, so it comes to be the median of what was seen; where by 2 it becomes the frame's.

    The noise of a cell marked by 1 is the mean difference of its luma, rounded half up, or 7/8
    of what it was before, rounded up, whichever is more. Of one marked by 2 it is 4 levels.

    Parameters
    ----------
    marks : ndarray, shape (h, w), uint8
        Of cells of `factor` pixels of luma a side; 0 where the room stays.
    frame, room : tuple of 3 ndarray, uint8
        Y, U and V; chroma as large as luma, or halved across or down.
    noise : ndarray, shape (h, w), uint8
        In parts of 1/8 level; at most 255 of them.
    factor : int
        Pixels.

    Returns
    -------
    room : tuple of 3 ndarray, uint8
        The room.
    noise : ndarray, shape (h, w), uint8
        Its noise.
    """
    luma = frame[0].shape
    learned = []
    for now, before in zip(frame, room, strict=True):
        mark = _of_cells(marks, now.shape, luma, factor)
        step = (now > before).astype(np.int16) - (now < before)
        learned.append(np.where(mark == 2, now, before + step * (mark == 1)).astype(np.uint8))
    after = noise.copy()
    for j, i in np.argwhere(marks):
        cell = slice(j * factor, (j + 1) * factor), slice(i * factor, (i + 1) * factor)
        off = np.abs(frame[0][cell].astype(np.int32) - room[0][cell])
        mean = (2 * NOISE_PARTS * int(off.sum()) + off.size) // (2 * off.size)
        kept = int(noise[j, i]) - (int(noise[j, i]) >> 3)
        after[j, i] = min(max(mean, kept), 255) if marks[j, i] == 1 else _NEW
    return (learned[0], learned[1], learned[2]), after


def decide(
    matte: Matte,
    frame: Planes,
    room: Planes,
    fronts: Planes,
    variance: Floats,
    factor: int,
    options: tuple[float, float, float],
) -> Matte:
    """Return coverage along the line from the room's colour to the foreground's.

    By least squares in Y, U and V, `a = D.E / E.E` with `D = frame - room`, `E = front - room`, and
    the matte held to as what was known before: `(255*D.E + k*m) / (E.E + k)`, rounded half up and
    held to 0..255. `k = weight * (variance + spread*m*m)` is how far the picture is to be doubted,
    over how far the matte is. Coverage of 255 stays. Each operation is in float32.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        Coverage as it is known without the room.
    frame, room : tuple of 3 ndarray, uint8
        Y, U and V; chroma as large as luma, or halved across or down.
    fronts : tuple of 3 ndarray, shape (h, w), uint8
        Y, U and V of the foreground, for cells of `factor` pixels a side.
    variance : ndarray, shape (h, w), float32
        Of the room, in levels squared; below 0 where the cell's coverage stays.
    factor : int
        Pixels.
    options : (float, float, float)
        Weights where coverage is soft and where it is 0, and the spread: the variance of the
        foreground's colours over 255 squared.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte.
    """
    rows, cols = (np.arange(size) for size in matte.shape)
    soft, clear, spread = (np.float32(each) for each in options)
    along = np.zeros(matte.shape, np.int32)
    length = np.zeros(matte.shape, np.int32)
    for now, known, front in zip(frame, room, fronts, strict=True):
        y = rows >> int(now.shape[0] != matte.shape[0])
        x = cols >> int(now.shape[1] != matte.shape[1])
        behind = known[y][:, x].astype(np.int32)
        reach = _of_cells(front, matte.shape, matte.shape, factor) - behind
        along += (now[y][:, x] - behind) * reach
        length += reach * reach
    m = matte.astype(np.float32)
    off = _of_cells(variance, matte.shape, matte.shape, factor)
    k = np.where(matte > 0, soft, clear) * (off + spread * (m * m))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = ((255 * along).astype(np.float32) + k * m) / (length.astype(np.float32) + k)
        value = np.floor(np.clip(share, 0, 255) + np.float32(0.5))
    stays = (matte == 255) | (off < 0)
    return np.where(stays, matte, np.where(stays, 0, value)).astype(np.uint8)


def _between(squares: Any, shape: tuple[int, int]) -> Any:
    """Return for each cell of the canvas the four squares whose centres are about it, weighed.

    That is in the type of what squares have, times `(2 * ROOM_GRID)**2`: first down, then across.
    """
    for axis in (0, 1):
        cells = np.arange(shape[axis])
        near, place = cells // ROOM_GRID, cells % ROOM_GRID
        beside = np.clip(near + np.where(2 * place < ROOM_GRID, -1, 1), 0, squares.shape[axis] - 1)
        far = np.abs(2 * place + 1 - ROOM_GRID).astype(squares.dtype)
        far = far[:, None] if axis == 0 else far
        here = (2 * ROOM_GRID - far) * np.take(squares, near, axis)
        squares = here + far * np.take(squares, beside, axis)
    return squares


def stretch(
    colours: Planes, variance: Floats, edge: Plane, shape: tuple[int, int]
) -> tuple[Planes, Floats]:
    """Return for each cell what squares of `ROOM_GRID` cells have, linear between their centres.

    Parameters
    ----------
    colours : tuple of 3 ndarray, shape (h, w), uint8
        Of squares; rounded half up between them.
    variance : ndarray, shape (h, w), float32
        Of squares; infinitely far below 0 where it is not known. In float32, down before across.
    edge : ndarray, uint8
        Of cells; 0 where the variance is to be below 0.
    shape : (int, int)
        Of the canvas.

    Returns
    -------
    colours : tuple of 3 ndarray, uint8
        Of cells.
    variance : ndarray, float32
        Of cells.
    """
    whole = 4 * ROOM_GRID * ROOM_GRID
    y, u, v = (_between(each.astype(np.int32), shape) for each in colours)
    rounded = tuple(((each + whole // 2) // whole).astype(np.uint8) for each in (y, u, v))
    off = _between(variance, shape) * np.float32(1 / whole)
    return (rounded[0], rounded[1], rounded[2]), np.where(edge, off, np.float32(-1))


def survey(
    guides: Planes,
    known_room: Planes,
    near: Plane,
    around: tuple[Plane, Plane],
    known: Plane,
    levels: tuple[int, int],
) -> tuple[Plane, Plane, tuple[int, int, int]]:
    """Return how far a frame is from the room on the canvas, and where its edges are before it.

    Parameters
    ----------
    guides, known_room : tuple of 3 ndarray, uint8
        Y, U and V of the frame and of the room on the canvas.
    near : ndarray, uint8
        The most that mattes have about a cell: it is free where that is below the first level.
    around : tuple of 2 ndarray, uint8
        The least and the most that the matte has beside a cell.
    known : ndarray, uint8
        1 where the room is known, else 0.
    levels : (int, int)
        From the first on a cell is not free; beyond the second the room has changed.

    Returns
    -------
    apart : ndarray, uint8
        The largest difference of Y, U and V.
    edge : ndarray, uint8
        1 where the room is known and the matte is not all 0 nor all 255 beside a cell, else 0.
    counts : (int, int, int)
        Of cells that are free and known, of those that have changed, and of edges.
    """
    differences = [np.abs(a.astype(int) - b) for a, b in zip(guides, known_room, strict=True)]
    apart = np.max(differences, axis=0).astype(np.uint8)
    least, most = around
    edge = known & (least < 255) & (most > 0)
    sound = (known > 0) & (near < levels[0])
    changed = sound & (apart > levels[1])
    counts = int(sound.sum()), int(changed.sum()), int(edge.sum())
    return apart, edge.astype(np.uint8), counts


def _sums(values: Any, reach: int) -> Any:
    """Return sums over squares of `ROOM_GRID` cells, and of those so far each way."""
    rows, cols = (-(-size // ROOM_GRID) for size in values.shape)
    padded = np.zeros((ROOM_GRID * rows, ROOM_GRID * cols), np.int32)
    padded[: values.shape[0], : values.shape[1]] = values
    sums = np.pad(padded.reshape(rows, ROOM_GRID, cols, ROOM_GRID).sum((1, 3)), reach)
    steps = range(2 * reach + 1)
    return np.sum([sums[j : j + rows, i : i + cols] for j in steps for i in steps], axis=0)


def gather(
    guides: Planes,
    mattes: tuple[Plane, Plane],
    near: Plane,
    known: Plane,
    noise: Plane,
    levels: tuple[int, int, int],
    doubt: tuple[int, float],
) -> tuple[Planes, Floats]:
    """Return for squares the colours of the foreground around, and the variance of the room there.

    Colours are means, rounded half up, and noise is a mean, of at least `ROOM_FEWEST` cells; where
    there are fewer the variance is infinitely far below 0.

    Parameters
    ----------
    guides : tuple of 3 ndarray, uint8
        Y, U and V on the canvas.
    mattes : tuple of 2 ndarray, uint8
        The least beside a cell of the matte, and of what the network saw: it is foreground where
        both are at least as much as the second and third level.
    near, known, noise : ndarray, uint8
        As `survey` and `learn` have them; noise is that of cells free and known.
    levels : (int, int, int)
        The first is that of `survey`.
    doubt : (int, float)
        The least noise, and how many levels of standard deviation a part of it is.

    Returns
    -------
    colours : tuple of 3 ndarray, uint8
        Of squares; 0 where there are none.
    variance : ndarray, float32
        Of squares.
    """
    front = (mattes[0] >= levels[1]) & (mattes[1] >= levels[2])
    sound = (known > 0) & (near < levels[0])
    count, heard = _sums(front, ROOM_REACH[0]), _sums(sound, ROOM_REACH[1])
    held = np.maximum(count, 1)
    y, u, v = (
        ((2 * _sums(plane * front, ROOM_REACH[0]) + held) // (2 * held)).astype(np.uint8)
        for plane in guides
    )
    total = _sums(noise * sound, ROOM_REACH[1]).astype(np.float32)
    mean = total / np.maximum(heard, 1).astype(np.float32)
    off = np.maximum(mean, np.float32(doubt[0])) * np.float32(doubt[1])
    enough = (count >= ROOM_FEWEST[0]) & (heard >= ROOM_FEWEST[1])
    return (y, u, v), np.where(enough, off * off, np.float32(-np.inf))


def mark(
    near: Plane,
    sure: Plane,
    apart: Plane,
    known: Plane,
    free_for: Plane,
    turn: int,
    levels: tuple[int, int, int, int, int],
) -> tuple[Plane, Plane, Plane]:
    """Return what is to be learned of a frame, and what is known then.

    Parameters
    ----------
    near, sure, apart, known : ndarray, uint8
        As `survey` has them; `sure` is the least beside a cell of what the network saw.
    free_for : ndarray, uint8
        For how many frames cells have been free.
    turn : int
        Of each `ROOM_TURNS` rows the one that may be learned.
    levels : five ints
        The first two are those of `survey`; for how many frames a cell has to be free; and a cell
        was taken for room where `sure` is at least the fourth and `apart` below the fifth.

    Returns
    -------
    marks : ndarray, uint8
        1 where the room is learned, 2 where it is another one or not known before, else 0.
    known, free_for : ndarray, uint8
        After the frame.
    """
    covered, changed, frames, certain, alike = levels
    free_for = np.where(near < covered, np.minimum(free_for, 254) + 1, 0).astype(np.uint8)
    due = free_for >= frames
    due &= (np.arange(len(due)) % ROOM_TURNS == turn)[:, None]
    marks = np.where(due, 1 + ((known == 0) | (apart > changed)), 0).astype(np.uint8)
    taken = (sure >= certain) & (apart < alike)
    return marks, (~taken & ((known > 0) | due)).astype(np.uint8), free_for


__all__ = ["NOISE_PARTS", "decide", "gather", "learn", "mark", "stretch", "survey"]
