"""The keying space equals its reference for every colour, size and layout."""

from __future__ import annotations

import os
from contextlib import ExitStack

import numpy as np
import pytest

from fastvbg.kernels.keying.keyspace import keyspace
from fastvbg.reference.keyspace import keyspace as reference
from tests.kernels.test_guard import guarded
from tests.support.kernel_arrays import FRAME_LAYOUTS, at_offset


def planes_of(frame):
    planes = [np.full(frame.shape[:2], 7, np.uint8) for _ in range(3)]
    keyspace.call(frame, *planes)
    return planes


def check(frame):
    for got, wanted in zip(planes_of(frame), reference(frame), strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_every_colour():
    colours = np.arange(1 << 24, dtype=np.uint32)
    frame = np.stack([colours & 255, colours >> 8 & 255, colours >> 16], axis=-1)
    check(frame.astype(np.uint8).reshape(4096, 4096, 3))


def test_every_colour_where_rows_are_not_packed():
    levels = np.array([0, 1, 2, 63, 127, 128, 129, 200, 254, 255], np.uint8)
    frame = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(10, 100, 3)
    check(frame[:, ::-1])


def test_tails(rng):
    for width in range(201):
        check(rng.integers(0, 256, (2, width, 3), np.uint8))


@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
def test_layouts(layout, rng):
    for size in ((0, 0), (1, 1), (7, 70), (33, 5), (2, 129)):
        check(FRAME_LAYOUTS[layout](rng.integers(0, 256, (*size, 3), np.uint8)))


def test_unaligned_starts_and_read_only(rng):
    for offset in (0, 1, 31, 63):
        frame = at_offset(rng.integers(0, 256, (3, 131, 3), np.uint8), offset)
        frame.flags.writeable = False
        check(frame)


def test_gray_has_no_colour_and_keeps_its_value():
    frame = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    y, u, v = planes_of(frame)
    np.testing.assert_array_equal(y[0], np.arange(256))
    assert (u == 128).all()
    assert (v == 128).all()


@pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")
@pytest.mark.parametrize("size", [(1, 1), (2, 33), (3, 64), (5, 77), (3, 200)])
def test_no_memory_outside_is_touched(size, rng):
    frame = rng.integers(0, 256, (*size, 3), np.uint8)
    for side in range(2):
        with ExitStack() as stack:
            placed = guarded(stack, frame, side)
            planes = [guarded(stack, np.zeros(size, np.uint8), side) for _ in range(3)]
            keyspace.call(placed, *planes)
            for got, wanted in zip(planes, reference(frame), strict=True):
                np.testing.assert_array_equal(got, wanted)
            del placed, planes, got
