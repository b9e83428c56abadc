"""The literal forms of the remembered room: how it is learned, and what it makes of coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

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


__all__ = ["NOISE_PARTS", "decide", "learn"]
