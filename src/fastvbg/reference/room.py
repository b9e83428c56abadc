"""The literal forms of the remembered room: how it is learned, and what it makes of coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import ROOM_COLOURS, ROOM_FEWEST, ROOM_GRID, ROOM_REACH, ROOM_TURNS

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane, Planes

    Floats = npt.NDArray[np.float32]

NOISE_PARTS = 8
"""Parts of a level in which noise is measured."""
_NEW = 4 * NOISE_PARTS
EDGE, OPEN = 1, 2
"""What a cell is where the room decides: at an edge, or the room after all."""


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


def steps_outward() -> list[tuple[int, int]]:
    """Return steps to squares up to the reach of colours: by distance, then row and column."""
    reach = ROOM_COLOURS[1]
    span = range(-reach, reach + 1)
    steps = [(y, x) for y in span for x in span if y * y + x * x <= reach * reach]
    return sorted(steps, key=lambda step: (step[0] ** 2 + step[1] ** 2, step))


def colours_about(sums: Any, j: int, i: int) -> list[Any]:
    """Return the colours of the foreground nearest to a square, of `gather`, each in float32."""
    found = []
    for down, across in steps_outward():
        y, x = j + down, i + across
        if not (0 <= y < sums.shape[1] and 0 <= x < sums.shape[2]):
            continue
        count, *colour = sums[:4, y, x]
        if count >= ROOM_FEWEST[0]:
            found.append(np.array(colour, np.float32) / np.float32(count))
    return found[: ROOM_COLOURS[0]]


def _explained(
    off: Any, prior: Any, opened: Any, behind: Any, colours: Any, noise: np.float32, options: Any
) -> Any:
    """Return coverage of pixels, each operation in float32; `off` is the frame less the room."""
    weight, spread, low, span, trust = (np.float32(each) for each in options)
    zero, one, two = (np.float32(each) for each in (0, 1, 2))
    doubt = weight * (noise + spread * (prior * prior))
    doubt = np.where(opened, trust * doubt, doubt)
    weighed, total = np.zeros_like(prior), np.zeros_like(prior)
    least = np.full_like(prior, np.float32(1e9))
    for colour in colours:
        y, u, v = (front - known for front, known in zip(colour, behind, strict=True))
        length = y * y + two * (u * u + v * v)
        along = off[0] * y + two * (off[1] * u + off[2] * v)
        way = y, u, v

        def left(share: Any, way: Any = way) -> Any:
            y, u, v = (a - share * b for a, b in zip(off, way, strict=True))
            return y * y + two * (u * u + v * v)

        least = np.minimum(least, left(np.clip(along / (length + one), zero, one)))
        share = np.clip((along + doubt * prior) / (length + doubt), zero, one)
        apart = share - prior
        close = one / ((left(share) + doubt * (apart * apart)) + noise)
        close = close * close
        weighed = weighed + close * share
        total = total + close
    share = weighed / total
    doubted = np.clip((least - low * noise) / (span * noise), zero, one)
    return share + doubted * (prior - share)


def decide(
    matte: Matte,
    frame: Planes,
    room: Planes,
    sums: Any,
    variance: Floats,
    edge: Plane,
    factor: int,
    options: tuple[float, float, float, float, float],
) -> Matte:
    """Return coverage on the way from the room's colour to those of the foreground nearby.

    In cells at an edge or open the room `P` may be covered by each of the colours `F` of
    `colours_about`. Where there are none, or the variance is below 0, open cells become 0 and
    others stay. For each the coverage of a pixel `I`, in Y, U and V, chroma counting twice, is

        a = ((I - P).(F - P) + k*m) / ((F - P).(F - P) + k),  held to 0..1

    where `m` is the matte and `k = weight * (variance + spread*m*m)` how far the picture is to be
    doubted, over how far the matte is; in open cells so much times the last option. The mean over
    the colours counts, each by `1 / (off + k*(a - m)**2 + variance)**2`, `off` being the squared
    distance that `a` leaves.
    Where even the least squared distance from the ways themselves, at
    `(I - P).(F - P) / ((F - P).(F - P) + 1)`, is beyond the third of the options times the variance
    the matte counts more and more, and alone where it is beyond that and the fourth.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        Coverage as it is known without the room.
    frame, room : tuple of 3 ndarray, uint8
        Y, U and V; chroma as large as luma, or halved across or down.
    sums, variance : ndarray
        Of squares of `ROOM_GRID` cells, as `gather` has them.
    edge : ndarray, shape (h, w), uint8
        Of cells of `factor` pixels a side, as `survey` has it.
    factor : int
        Pixels.
    options : (float, float, float, float, float)
        The weight, the spread, how many variances are explained, and become not, and how much the
        matte is heeded in open cells.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte.
    """
    rows, cols = (np.arange(size) for size in matte.shape)
    kinds = _of_cells(edge, matte.shape, matte.shape, factor)
    out: Any = matte.copy()
    now, known = (
        [
            plane[rows >> int(plane.shape[0] != len(rows))][
                :, cols >> int(plane.shape[1] != len(cols))
            ].astype(np.float32)
            for plane in planes
        ]
        for planes in (frame, room)
    )
    side = ROOM_GRID * factor
    for j, i in np.ndindex(variance.shape):
        here = slice(j * side, (j + 1) * side), slice(i * side, (i + 1) * side)
        colours = colours_about(sums, j, i) if variance[j, i] >= 0 else []
        if not colours:
            out[here] = np.where(kinds[here] == OPEN, 0, out[here])
            continue
        behind = [plane[here] for plane in known]
        off = [plane[here] - room for plane, room in zip(now, behind, strict=True)]
        given = matte[here].astype(np.float32) / np.float32(255)
        known_so = given, kinds[here] == OPEN, behind, colours
        share = _explained(off, *known_so, variance[j, i], options)
        value = np.floor(np.float32(255) * share + np.float32(0.5)).astype(np.uint8)
        out[here] = np.where(kinds[here] > 0, value, out[here])
    return np.asarray(out, np.uint8)


def survey(
    guides: Planes,
    known_room: Planes,
    mattes: tuple[Plane, Plane, Plane, Plane],
    known: Plane,
    levels: tuple[int, int, int, int],
    luma: tuple[int, int],
) -> tuple[Plane, Plane, tuple[int, int, int]]:
    """Return how far a frame is from the room on the canvas, and where its edges are before it.

    Parameters
    ----------
    guides, known_room : tuple of 3 ndarray, uint8
        Y, U and V of the frame and of the room on the canvas.
    mattes : tuple of 4 ndarray, uint8
        The most that mattes have about a cell: it is free where that is below the first level;
        the least and the most that the matte has beside a cell; and the least that the network saw
        there.
    known : ndarray, uint8
        1 where the room is known, else 0.
    levels : (int, int, int, int)
        From the first on a cell is not free; beyond the second the room has changed; a covered cell
        looks as the room where the network saw less than the third and the frame is nearer to the
        room than the fourth, and is the room after all if most of the nine about it look so.
    luma : (int, int)
        Of the room, between which that can be told; what is clipped tells nothing.

    Returns
    -------
    apart : ndarray, uint8
        The largest difference of Y, U and V.
    edge : ndarray, uint8
        Where the room is known and the matte not all 0 beside a cell: 2 where that is the room
        after all, else 1 if the matte is not all 255 beside it or a cell looks as the room; 0
        elsewhere.
    counts : (int, int, int)
        Of cells that are free and known, of those that have changed, and of edges and open cells.
    """
    differences = [np.abs(a.astype(int) - b) for a, b in zip(guides, known_room, strict=True)]
    apart = np.max(differences, axis=0).astype(np.uint8)
    near, least, most, sure = mattes
    covered = (known > 0) & (most > 0)
    told = (known_room[0] > luma[0]) & (known_room[0] < luma[1])
    told &= covered & (sure < levels[2]) & (apart < levels[3])
    about: Any = np.lib.stride_tricks.sliding_window_view(np.pad(told, 1), (3, 3))
    opened = told & (2 * about.sum((2, 3)) > 9)
    soft = covered & ((least < 255) | about.any((2, 3)))
    edge = np.where(opened, OPEN, np.where(soft, EDGE, 0))
    sound = (known > 0) & (near < levels[0])
    changed = sound & (apart > levels[1])
    counts = int(sound.sum()), int(changed.sum()), int((edge > 0).sum())
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
    matte: Plane,
    edge: Plane,
    known: Plane,
    noise: Plane,
    level: int,
    doubt: tuple[int, float],
) -> tuple[Any, Floats]:
    """Return for squares what is foreground in them, and the variance of the room there.

    Noise is a mean of at least so many cells as `ROOM_FEWEST` has second; where there are fewer the
    variance is -1.

    Parameters
    ----------
    guides : tuple of 3 ndarray, uint8
        Y, U and V on the canvas.
    matte : ndarray, uint8
        On the canvas; what is at least as much as the level is foreground unless it is open.
    edge, known, noise : ndarray, uint8
        As `survey` and `learn` have them; noise is that of known cells.
    level : int
        Of foreground.
    doubt : (int, float)
        The least noise, and how many levels of standard deviation a part of it is.

    Returns
    -------
    sums : ndarray, shape (4, h, w)
        How many cells of a square are foreground, and the sums of their Y, U and V.
    variance : ndarray, shape (h, w), float32
        Of squares.
    """
    front = (matte >= level) & (edge != OPEN)
    sound = known > 0
    sums = np.stack([_sums(front, 0), *(_sums(plane * front, 0) for plane in guides)])
    heard = _sums(sound, ROOM_REACH)
    total = _sums(noise * sound, ROOM_REACH).astype(np.float32)
    mean = total / np.maximum(heard, 1).astype(np.float32)
    off = np.maximum(mean, np.float32(doubt[0])) * np.float32(doubt[1])
    return sums, np.where(heard >= ROOM_FEWEST[1], off * off, np.float32(-1))


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
        Of each `ROOM_TURNS` rows the one that may be learned. What is not known, or another room
        now, is learned in all rows, but in the first turn alone.
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
    anew = (known == 0) | (apart > changed)
    turns = (np.arange(len(known)) % ROOM_TURNS == turn)[:, None]
    due = (free_for >= frames) & np.where(anew, turn == 0, turns)
    marks = np.where(due, 1 + anew, 0).astype(np.uint8)
    taken = (sure >= certain) & (apart < alike)
    return marks, (~taken & ((known > 0) | due)).astype(np.uint8), free_for


__all__ = [
    "EDGE",
    "NOISE_PARTS",
    "OPEN",
    "colours_about",
    "decide",
    "gather",
    "learn",
    "mark",
    "steps_outward",
    "survey",
]
