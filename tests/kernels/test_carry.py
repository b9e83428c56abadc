"""A matte carried by motion: the kernel equals its literal form byte for byte."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.kernels.person import carry
from fastvbg.kernels.person.plan import carry_scratch
from fastvbg.reference import person as reference
from tests.support.arrays import random_plane

SIZES = [(1, 1), (1, 9), (7, 1), (8, 16), (13, 35), (34, 71)]


def halved(shape):
    return (shape[0] + 1) // 2, (shape[1] + 1) // 2


def carried(matte, picture, flow, moves, part=None):
    rows, cols = matte.shape
    top, end, left, right = part or (0, rows, 0, cols)
    new, now = np.full((2, rows, cols), 77, np.uint8)
    scratch = carry_scratch(rows, cols)
    carry.carry.call(matte, picture, flow, moves, top, end, left, right, scratch, new, now)
    return new, now


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("reach", [0.3, 4.0, 100.0])
def test_equals_reference(shape, reach) -> None:
    rng = np.random.default_rng(1)
    matte, picture = random_plane(*shape), random_plane(*shape, seed=1)
    flow = rng.uniform(-reach, reach, (*halved(shape), 2)).astype(np.float32)
    moves = rng.integers(0, 2, halved(shape)).astype(np.uint8)
    wanted = reference.carry(matte, picture, flow, moves)
    for got, each in zip(carried(matte, picture, flow, moves), wanted, strict=True):
        np.testing.assert_array_equal(got, each)


def test_a_part_alone_is_written() -> None:
    shape, part = (20, 30), (3, 17, 5, 22)
    rng = np.random.default_rng(2)
    matte, picture = random_plane(*shape), random_plane(*shape, seed=1)
    flow = rng.normal(0, 2, (*halved(shape), 2)).astype(np.float32)
    moves = np.ones(halved(shape), np.uint8)
    wanted = reference.carry(matte, picture, flow, moves)
    inside = np.s_[part[0] : part[1], part[2] : part[3]]
    for got, each in zip(carried(matte, picture, flow, moves, part), wanted, strict=True):
        np.testing.assert_array_equal(got[inside], each[inside])
        got[inside] = 77
        assert (got == 77).all()


def test_whole_pixels_shift() -> None:
    """Half a pixel of the halved size, to the right, is one of the canvas."""
    matte = random_plane(16, 20)
    flow = np.zeros((8, 10, 2), np.float32)
    flow[..., 0] = 0.5
    new, _ = carried(matte, matte, flow, np.ones((8, 10), np.uint8))
    np.testing.assert_array_equal(new[:, :-1], matte[:, 1:])


def test_what_stands_still_is_copied() -> None:
    matte, picture = random_plane(9, 9), random_plane(9, 9, seed=1)
    flow = np.full((5, 5, 2), 3.0, np.float32)
    new, now = carried(matte, picture, flow, np.zeros((5, 5), np.uint8))
    np.testing.assert_array_equal(new, matte)
    np.testing.assert_array_equal(now, picture)
