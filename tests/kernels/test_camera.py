"""A camera's 4:2:2 in one form: the kernels against the literal one."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.kernels._kernel import Module
from fastvbg.reference.camera import halved, taken_apart
from tests.kernels.test_guard import guarded
from tests.support.kernel_arrays import at_offset

unpack = Module("camera.unpack")

SIZES = [(2, 2), (4, 6), (2, 62), (6, 64), (4, 66), (2, 130), (8, 514)]


def empty(shape, offset: int = 0):
    rows, cols = shape
    shapes = (rows, cols), (rows // 2, cols // 2), (rows // 2, cols // 2)
    return tuple(at_offset(np.zeros(each, np.uint8), offset) for each in shapes)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_planes(size, full, rng):
    rows, cols = size
    shapes = (rows, cols), (rows, cols // 2), (rows, cols // 2)
    planes = tuple(rng.integers(0, 256, each, np.uint8) for each in shapes)
    wanted = halved(planes, full=full)
    for offset in (0, 1, 31):
        given = tuple(at_offset(plane, offset) for plane in planes)
        out = empty(size, offset)
        unpack.planes.call(*given, *out, int(full))
        for got, want in zip(out, wanted, strict=True):
            np.testing.assert_array_equal(got, want)
        y, u, v = given
        unpack.planes.call(y, u, v, y, *out[1:], int(full))
        np.testing.assert_array_equal(y, wanted[0])


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("chroma_first", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_pairs(size, chroma_first, full, rng):
    rows, cols = size
    samples = rng.integers(0, 256, (rows, 2 * cols), np.uint8)
    wanted = halved(taken_apart(samples, chroma_first=chroma_first), full=full)
    out = empty(size)
    unpack.pairs.call(samples, *out, int(chroma_first), int(full))
    for got, want in zip(out, wanted, strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("full", [False, True])
def test_every_sample_and_every_sum_of_two(full):
    y = np.arange(256, dtype=np.uint8).reshape(2, 128)
    one, other = np.mgrid[:256, :256].astype(np.uint8)
    chroma = np.stack([one.ravel(), other.ravel()])
    luma = np.resize(y, (2, 2 * chroma.shape[1]))
    out = empty(luma.shape)
    unpack.planes.call(luma, chroma, chroma, *out, int(full))
    for got, want in zip(out, halved((luma, chroma, chroma), full=full), strict=True):
        np.testing.assert_array_equal(got, want)


def test_no_memory_outside_is_touched(rng):
    from contextlib import ExitStack

    rows, cols = 4, 66
    for side in range(2):
        with ExitStack() as stack:
            shapes = (rows, cols), (rows, cols // 2), (rows, cols // 2)
            planes = [guarded(stack, rng.integers(0, 256, each, np.uint8), side) for each in shapes]
            out = [guarded(stack, each, side) for each in empty((rows, cols))]
            unpack.planes.call(*planes, *out, 1)
            samples = guarded(stack, rng.integers(0, 256, (rows, 2 * cols), np.uint8), side)
            unpack.pairs.call(samples, *out, 0, 1)
            wanted = halved(taken_apart(samples), full=True)
            for got, want in zip(out, wanted, strict=True):
                np.testing.assert_array_equal(got, want)
