"""The remembered room on arrays: byte equality with its literal form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastvbg.constants import ROOM_COLOURS, ROOM_TURNS
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.person import plan
from fastvbg.reference import room as reference

canvas = Module("person.room_canvas")
edges = Module("person.room_edges")
room = Module("person.room")

_SIZES = [(1, 1), (2, 3), (33, 65), (40, 136), (19, 131)]
_SHIFTS = [(0, 0), (1, 0), (1, 1)]
_CANVASES = [(1, 1), (3, 5), (13, 16), (45, 83), (30, 130)]
_OPTIONS = 25.0, 100.0, 9.0, 16.0, 1 / 16
_LEVELS, _LUMA = (8, 12, 250, 3), (20, 231)


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
    for _ in range(3):
        wanted, after = reference.learn(marks, frame, known, noise, factor)
        room.learn.call(marks, frame, known, noise, factor, shifts, rows)
        marks = np.roll(marks, 1, axis=0)
        np.testing.assert_array_equal(noise, after)
        for plane, expected in zip(known, wanted, strict=True):
            np.testing.assert_array_equal(plane, expected)


def _squares(rng: Any, cells: tuple[int, int], near: Any = None) -> tuple[Any, Any]:
    """Return the sums and the variance of squares, some without; in memory as `gather` has it."""
    sums, variance, *_ = plan.squares_scratch(*cells)
    down, across = variance.shape
    count = rng.choice(np.array([0, 7, 8, 15, 16]), (down, across))
    colours = rng.integers(0, 256, (3, down, across)) if near is None else near
    sums[:4, :, :across] = np.stack([count, *(count * colours)])
    variance[...] = rng.choice(np.array([8, 9.3, 77.7, 200, -1], np.float32), variance.shape)
    return sums, variance


@pytest.mark.parametrize("factor", [1, 2, 4, 8])
@pytest.mark.parametrize("shifts", _SHIFTS)
@pytest.mark.parametrize("shape", [*_SIZES, (70, 130)])
def test_coverage_is_decided_as_in_its_literal_form(shape, shifts, factor) -> None:
    rng = np.random.default_rng(8)
    cells = -(-shape[0] // factor), -(-shape[1] // factor)
    known = _planes(rng, shape, shifts)
    frame = _unaligned(_planes(rng, shape, shifts, known))
    edge = rng.choice(np.array([0, 0, 0, 0, 1, 2], np.uint8), cells)
    edge[1:9] = 0
    scratch = plan.room_edges_scratch()
    for _ in range(2):  # what is left in scratch is not heeded
        sums, variance = _squares(rng, cells)
        matte = rng.choice(np.array([0, 1, 77, 128, 254, 255], np.uint8), shape)
        across = variance.shape[1]
        told = sums[:4, :, :across], variance, edge, factor, _OPTIONS
        wanted = reference.decide(matte, frame, known, *told)
        rest = edge, factor, shifts, _OPTIONS, *scratch
        edges.decide.call(matte, frame, _unaligned(known), sums, variance, *rest)
        np.testing.assert_array_equal(matte, wanted)


def test_steps_lead_to_the_nearest_squares_first() -> None:
    outward, _, colours = plan.room_edges_scratch()
    assert [tuple(step) for step in outward.tolist()] == reference.steps_outward()
    assert len(colours) == ROOM_COLOURS[0]


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
    mattes = _mattes(rng, shape, 4)
    for now, before in zip(guides, small, strict=True):  # a part that looks as the room
        now[: shape[0] // 2] = before[: shape[0] // 2]
    known = _known(rng, shape)
    about = guides, small, mattes, known, _LEVELS, _LUMA
    wanted = reference.survey(*about)
    apart, edge = np.empty((2, *shape), np.uint8)
    alike = np.zeros((shape[0] + 2, shape[1] + 2), np.uint8)
    assert canvas.survey.call(*about, apart, edge, alike) == wanted[2]
    np.testing.assert_array_equal(apart, wanted[0])
    np.testing.assert_array_equal(edge, wanted[1])
    if edge.size > 1000:
        assert set(np.unique(edge)) == {0, reference.EDGE, reference.OPEN}


@pytest.mark.parametrize("shape", _CANVASES)
@pytest.mark.parametrize("share", [0.0, 0.02, 0.8])
def test_squares_are_gathered_as_in_their_literal_form(shape, share) -> None:
    rng = np.random.default_rng(10)
    guides, noise = _planes(rng, shape, (0, 0)), rng.integers(0, 256, shape, np.uint8)
    (fitted,) = _mattes(rng, shape, 1)
    fitted[rng.random(shape) < share] = 128
    edge = rng.choice(np.array([0, 1, 2], np.uint8), shape)
    known = _known(rng, shape)
    known[shape[0] // 3 :, shape[1] // 3 :] = 0
    options = 128, (16.0, 0.18)
    wanted = reference.gather(guides, fitted, edge, known, noise, *options)
    scratch = plan.squares_scratch(*shape)
    for _ in range(2):  # what is left in scratch is not heeded
        canvas.gather.call(guides, fitted, edge, known, noise, *options, *scratch)
        sums, variance, *_ = scratch
        np.testing.assert_array_equal(sums[:4, :, : variance.shape[1]], wanted[0])
        np.testing.assert_array_equal(variance, wanted[1])


@pytest.mark.parametrize("shape", _CANVASES)
def test_what_is_to_be_learned_is_marked_as_in_its_literal_form(shape) -> None:
    rng = np.random.default_rng(11)
    levels = 8, 12, 6, 250, 3
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


def test_noise_is_that_of_the_room_about_a_square() -> None:
    guides = tuple(np.full((40, 40), level, np.uint8) for level in (90, 110, 140))
    front, known = np.zeros((2, 40, 40), np.uint8)
    front[:, :16], known[:, 24:] = 255, 1
    none, noise = np.zeros((40, 40), np.uint8), np.full((40, 40), 32, np.uint8)
    options = 128, (8.0, 0.25)
    sums, variance = reference.gather(guides, front, none, known, noise, *options)
    assert list(sums[0, 5]) == [16] * 4 + [0] * 6
    assert list(sums[1, 5]) == [16 * 90] * 4 + [0] * 6
    assert [bool(each > 0) for each in variance[5]] == [False] * 4 + [True] * 6
    assert variance[5, 5] == (32 / 4) ** 2


def _told(luma: Any, colours: list[int], matte: Any, kind: int, variance: float = 8) -> Any:
    """Return the matte of 32x32 pixels before a gray room of 40, foreground of grays beside it."""
    known = tuple(np.full((32, 32), each, np.uint8) for each in (40, 128, 128))
    frame = (np.broadcast_to(np.asarray(luma, np.uint8), (32, 32)).copy(), *known[1:])
    sums = np.zeros((4, 1, 1 + len(colours)), np.int32)
    for k, colour in enumerate(colours):
        sums[:, 0, 1 + k] = 16, 16 * colour, 16 * 128, 16 * 128
    off = np.full((1, 1 + len(colours)), variance, np.float32)
    edge = np.full((8, 8), kind, np.uint8)
    whole = np.broadcast_to(np.asarray(matte, np.uint8), (32, 32)).copy()
    return reference.decide(whole, frame, known, sums, off, edge, 8, _OPTIONS)


def test_a_cell_is_the_room_after_all_if_most_about_it_look_so() -> None:
    room = tuple(np.full((9, 9), each, np.uint8) for each in (90, 110, 140))
    guides = tuple(plane.copy() for plane in room)
    guides[0][...] = 200
    guides[0][1:5, 1:5] = guides[0][7, 7] = 91
    whole, known = np.full((9, 9), 255, np.uint8), np.ones((9, 9), np.uint8)
    seen = np.full((9, 9), 200, np.uint8)
    about = guides, room, (whole, whole, whole, seen), known, _LEVELS
    _, edge, counts = reference.survey(*about, _LUMA)
    wanted = np.zeros((9, 9), np.uint8)
    wanted[:6, :6] = wanted[6:, 6:] = reference.EDGE
    wanted[1:5, 1:5] = reference.OPEN
    wanted[1:5:3, 1:5:3] = reference.EDGE  # corners have four about them
    np.testing.assert_array_equal(edge, wanted)
    assert counts[2] == 45
    assert not reference.survey(*about, (90, 231))[1].any()  # as if it were clipped
    seen[...] = 250
    assert not reference.survey(*about, _LUMA)[1].any()


def test_what_looks_like_the_room_is_room_and_half_way_is_half() -> None:
    luma = np.full((32, 32), 40)
    luma[:, 16:] = 140
    decided = _told(luma, [240], 90, reference.EDGE)
    assert decided[0, 0] < 8
    assert abs(int(decided[0, 20]) - 128) < 4


def test_of_several_colours_those_count_that_explain_a_pixel_and_the_matte() -> None:
    # Hair as dark as the room is hair beside a bright face, since the matte says so.
    assert _told(42, [42, 240], 255, reference.EDGE)[0, 0] > 240
    assert _told(240, [140, 240], 200, reference.EDGE)[0, 0] > 250
    assert abs(int(_told(140, [240, 140], 130, reference.EDGE)[0, 0]) - 128) < 6


def test_a_colour_that_nothing_explains_leaves_the_matte() -> None:
    known = _told(20, [240], 77, reference.EDGE)
    assert known[0, 0] == 77


def test_what_is_open_becomes_room_unless_foreground_looks_so_too() -> None:
    assert _told(40, [240], 255, reference.OPEN).max() < 8
    assert _told(40, [42, 240], 255, reference.OPEN).min() > 120
    assert not _told(40, [], 255, reference.OPEN).any()
    assert (_told(40, [], 90, reference.EDGE) == 90).all()
    assert (_told(40, [240], 90, 0) == 90).all()


def test_the_room_is_told_from_a_person_as_its_noise_allows() -> None:
    said = [int(_told(40, [80], 200, reference.EDGE, noise)[0, 0]) for noise in (8, 200, 2000)]
    assert said[0] < said[1] < said[2] <= 200
    assert (_told(40, [80], 200, reference.EDGE, -1) == 200).all()


def test_what_is_another_room_is_taken_in_all_rows_at_once() -> None:
    shape, levels = (19, 23), (8, 12, 6, 250, 3)
    none, apart = np.zeros(shape, np.uint8), np.full(shape, 40, np.uint8)
    for turn in range(ROOM_TURNS):
        known, free_for = np.ones(shape, np.uint8), np.full(shape, 9, np.uint8)
        marks = np.full(shape, 7, np.uint8)
        canvas.mark.call(none, none, apart, known, free_for, turn, levels, marks)
        assert (marks == (0 if turn else 2)).all()
        assert known.all()
