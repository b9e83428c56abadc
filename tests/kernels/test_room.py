"""The remembered room on arrays: byte equality with its literal form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastvbg.kernels._kernel import Module
from fastvbg.reference import room as reference

room = Module("person.room")

_SIZES = [(1, 1), (2, 3), (33, 65), (40, 136), (19, 131)]
_SHIFTS = [(0, 0), (1, 0), (1, 1)]
_OPTIONS = 48.0, 144.0, 1600 / 65025


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
    wanted, after = reference.learn(marks, frame, known, noise, factor)
    room.learn.call(marks, frame, known, noise, factor, shifts)
    np.testing.assert_array_equal(noise, after)
    for plane, expected in zip(known, wanted, strict=True):
        np.testing.assert_array_equal(plane, expected)


@pytest.mark.parametrize("factor", [1, 2, 4, 8])
@pytest.mark.parametrize("shifts", _SHIFTS)
@pytest.mark.parametrize("shape", _SIZES)
def test_coverage_is_decided_as_in_its_literal_form(shape, shifts, factor) -> None:
    rng = np.random.default_rng(8)
    cells = -(-shape[0] // factor), -(-shape[1] // factor)
    known = _planes(rng, shape, shifts)
    frame = _unaligned(_planes(rng, shape, shifts, known))
    fronts = _planes(rng, cells, (0, 0))
    variance = rng.choice(np.array([-1, 4, 9.3, 200], np.float32), cells)
    matte = rng.choice(np.array([0, 1, 77, 128, 254, 255], np.uint8), shape)
    wanted = reference.decide(matte, frame, known, fronts, variance, factor, _OPTIONS)
    rows = np.empty((6, factor * cells[1]), np.int32)
    room.decide.call(matte, frame, known, fronts, variance, factor, shifts, _OPTIONS, rows)
    np.testing.assert_array_equal(matte, wanted)


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
