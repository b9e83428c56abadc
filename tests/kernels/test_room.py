"""The remembered room on arrays: byte equality with its literal form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastvbg.constants import ROOM_REACH, ROOM_TURNS
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.person import plan
from fastvbg.reference import room as reference

canvas = Module("person.room_canvas")
room = Module("person.room")

_SIZES = [(1, 1), (2, 3), (33, 65), (40, 136), (19, 131)]
_SHIFTS = [(0, 0), (1, 0), (1, 1)]
_CANVASES = [(1, 1), (3, 5), (13, 16), (45, 83), (30, 130)]
_OPTIONS = 48.0, 144.0, 1600 / 65025
_LEVELS = 8, 12


def _planes(rng: Any, shape: tuple[int, int], shifts: tuple[int, int], like: Any = None) -> Any:
    chroma = (shape[0] + shifts[1]) >> shifts[1], (shape[1] + shifts[0]) >> shifts[0]
    planes = []
    for k, size in enumerate((shape, chroma, chroma)):
        plane = rng.integers(0, 256, size, np.uint8)
        if like is not None:
            near = like[k].astype(int) + rng.integers(-3, 4, size)
            plane = np.where(rng.random(size) < 0.7, np.clip(near, 0, 255), plane).astype(np.uint8)
        planes.append(plane)
    return tuple(planes)


def _unaligned(planes: Any) -> Any:
    """Return read-only copies whose rows lie further apart than they are long."""
    wider = []
    for plane in planes:
        spare = np.zeros((plane.shape[0], plane.shape[1] + 5), np.uint8)
        spare[:, 3:-2] = plane
        spare.flags.writeable = False
        wider.append(spare[:, 3:-2])
    return tuple(wider)


@pytest.mark.parametrize("factor", [1, 2, 4, 8])
@pytest.mark.parametrize("shifts", _SHIFTS)
@pytest.mark.parametrize("shape", _SIZES)
def test_a_room_is_learned_as_in_its_literal_form(shape, shifts, factor) -> None:
    rng = np.random.default_rng(7)
    cells = -(-shape[0] // factor), -(-shape[1] // factor)
    known = _planes(rng, shape, shifts)
    frame = _unaligned(_planes(rng, shape, shifts, known))
    marks, noise = rng.integers(0, 3, cells, np.uint8), rng.integers(0, 256, cells, np.uint8)
    marks[8:12] = 0
    rows = plan.room_scratch(cells[1], factor)
    for turn in range(ROOM_TURNS):
        due = np.zeros_like(marks)
        due[turn::ROOM_TURNS] = marks[turn::ROOM_TURNS]
        wanted, after = reference.learn(due, frame, known, noise, factor)
        room.learn.call(marks, frame, known, noise, turn, factor, shifts, rows)
        np.testing.assert_array_equal(noise, after)
        for plane, expected in zip(known, wanted, strict=True):
            np.testing.assert_array_equal(plane, expected)


@pytest.mark.parametrize("factor", [1, 2, 4, 8])
@pytest.mark.parametrize("shifts", _SHIFTS)
@pytest.mark.parametrize("shape", _SIZES)
def test_coverage_is_decided_as_in_its_literal_form(shape, shifts, factor) -> None:
    rng = np.random.default_rng(8)
    cells = -(-shape[0] // factor), -(-shape[1] // factor)
    squares = -(-cells[0] // 4), -(-cells[1] // 4)
    known = _planes(rng, shape, shifts)
    frame = _unaligned(_planes(rng, shape, shifts, known))
    colours = _planes(rng, squares, (0, 0))
    variance = rng.choice(np.array([4, 9.3, 77.7, 200, -np.inf], np.float32), squares)
    edge = (rng.random(cells) < 0.3).astype(np.uint8)
    edge[1:3] = 0
    matte = rng.choice(np.array([0, 1, 77, 128, 254, 255], np.uint8), shape)
    fronts, off = reference.stretch(colours, variance, edge, cells)
    wanted = reference.decide(matte, frame, known, fronts, off, factor, _OPTIONS)
    rest = edge, factor, shifts, _OPTIONS, plan.room_scratch(cells[1], factor)
    room.decide.call(matte, frame, known, colours, variance, *rest)
    np.testing.assert_array_equal(matte, wanted)


def _mattes(rng: Any, shape: tuple[int, int], count: int) -> Any:
    """Return planes that are mostly at one end or near the levels that count."""
    values = np.array([0, 0, 7, 8, 199, 200, 249, 250, 254, 255, 255], np.uint8)
    return tuple(rng.choice(values, (count, *shape)))


def _known(rng: Any, shape: tuple[int, int]) -> Any:
    return (rng.random(shape) < 0.7).astype(np.uint8)


@pytest.mark.parametrize("shape", _CANVASES)
def test_a_frame_is_surveyed_as_in_its_literal_form(shape) -> None:
    rng = np.random.default_rng(9)
    small = _planes(rng, shape, (0, 0))
    guides = _planes(rng, shape, (0, 0), small)
    near, least, most = _mattes(rng, shape, 3)
    known = _known(rng, shape)
    wanted = reference.survey(guides, small, near, (least, most), known, _LEVELS)
    apart, edge = np.empty((2, *shape), np.uint8)
    about = guides, small, near, (least, most), known, _LEVELS
    assert canvas.survey.call(*about, apart, edge) == wanted[2]
    np.testing.assert_array_equal(apart, wanted[0])
    np.testing.assert_array_equal(edge, wanted[1])


@pytest.mark.parametrize("shape", _CANVASES)
@pytest.mark.parametrize("share", [0.0, 0.02, 0.8])
def test_colours_around_are_gathered_as_in_their_literal_form(shape, share) -> None:
    rng = np.random.default_rng(10)
    guides, noise = _planes(rng, shape, (0, 0)), rng.integers(0, 256, shape, np.uint8)
    fitted, seen, near = _mattes(rng, shape, 3)
    fitted[rng.random(shape) < share] = 255
    seen[rng.random(shape) >= share] = 0
    known = _known(rng, shape)
    options = (8, 250, 200), (8.0, 0.25)
    wanted = reference.gather(guides, (fitted, seen), near, known, noise, *options)
    scratch = plan.squares_scratch(*shape)
    for _ in range(2):  # what is left in scratch is not heeded
        canvas.gather.call(
            guides, (fitted, seen), near, known, noise, *options, ROOM_REACH, *scratch
        )
        np.testing.assert_array_equal(scratch[0], wanted[0])
        np.testing.assert_array_equal(scratch[1], wanted[1])


@pytest.mark.parametrize("shape", _CANVASES)
def test_what_is_to_be_learned_is_marked_as_in_its_literal_form(shape) -> None:
    rng = np.random.default_rng(11)
    levels = *_LEVELS, 6, 250, 3
    for turn in range(ROOM_TURNS):
        near, sure = _mattes(rng, shape, 2)
        apart = rng.choice(np.array([0, 2, 3, 12, 13, 255], np.uint8), shape)
        known = _known(rng, shape)
        free_for = rng.choice(np.array([0, 4, 5, 6, 254, 255], np.uint8), shape)
        wanted = reference.mark(near, sure, apart, known, free_for, turn, levels)
        marks = np.zeros(shape, np.uint8)
        canvas.mark.call(near, sure, apart, known, free_for, turn, levels, marks)
        for got, expected in zip((marks, known, free_for), wanted, strict=True):
            np.testing.assert_array_equal(got, expected)


def test_what_is_about_a_square_has_its_colour_and_noise() -> None:
    guides = tuple(np.full((40, 40), level, np.uint8) for level in (90, 110, 140))
    whole, none = np.full((40, 40), 255, np.uint8), np.zeros((40, 40), np.uint8)
    front, known = none.copy(), none.copy()
    front[:, :16], known[:, 24:] = 255, 1
    noise = np.full((40, 40), 32, np.uint8)
    options = (8, 250, 200), (8.0, 0.25)
    colours, variance = reference.gather(guides, (front, whole), none, known, noise, *options)
    # Foreground is three squares about, and the room two.
    assert [bool(each) for each in colours[0][5]] == [True] * 7 + [False] * 3
    assert [level[5, 3] for level in colours] == [90, 110, 140]
    assert [bool(each > 0) for each in variance[5]] == [False] * 4 + [True] * 3 + [False] * 3
    assert variance[5, 5] == (32 / 4) ** 2


def test_what_looks_like_the_room_is_room_and_half_way_is_half() -> None:
    known = tuple(np.full((8, 8), each, np.uint8) for each in (40, 128, 128))
    frame = tuple(plane.copy() for plane in known)
    frame[0][:, 4:] = 140
    fronts = tuple(np.full((1, 1), each, np.uint8) for each in (240, 128, 128))
    variance = np.full((1, 1), 4, np.float32)
    matte = np.full((8, 8), 90, np.uint8)
    options = 48.0, 144.0, 0.0
    decided = reference.decide(matte, frame, known, fronts, variance, 8, options)
    assert decided[0, 0] < 2
    assert abs(int(decided[0, 7]) - 128) < 2
