"""The kernels of a foreground's own colours equal their reference, whatever size and layout."""

from __future__ import annotations

import os
from contextlib import ExitStack

import numpy as np
import pytest

from fastvbg.kernels.keying import unmix_frames, unmix_planes
from fastvbg.kernels.keying.unmix_plan import cell_of, gains_of, unmix_scratch
from fastvbg.reference.unmix import Known, clear_frame, clear_planes, gain_of
from tests.kernels.test_guard import guarded
from tests.support.kernel_arrays import FRAME_LAYOUTS, LAYOUTS, at_offset

SIZES = [(1, 1), (2, 3), (5, 31), (3, 64), (7, 129), (40, 99), (97, 333)]
FORMS = [(0, 0), (1, 0), (1, 1)]
GREEN = (-32, -55)
DIRECTIONS = [GREEN, (55, -32), (64, 0), (0, -64)]
FARTHEST = 11648


def some(rng, *shape):
    return rng.integers(0, 256, shape, np.uint8)


def chroma_of(size, shift_x, shift_y):
    return (size[0] + shift_y) >> shift_y, (size[1] + shift_x) >> shift_x


def matte_of(rng, size):
    """Coverage of all kinds, all alike on the left, and mostly whole on the right."""
    matte = np.where(rng.random(size) < 0.5, rng.choice([0, 255], size), some(rng, *size))
    matte[:, : size[1] // 3] = rng.choice([0, 255])
    right = matte[:, 2 * size[1] // 3 :]
    right[rng.random(right.shape) < 0.9] = 255
    return matte.astype(np.uint8)


def screen_of(rng, shape, direction=GREEN):
    table = rng.integers(-FARTHEST, FARTHEST + 1, (2, 256)).astype(np.int32)
    return Known(some(rng, *shape), some(rng, *shape), direction, table)


def grayish(rng, frame):
    """What is seen, half the time of weak colours, so that bounds matter."""
    return frame if rng.random() < 0.5 else (112 + frame // 8).astype(np.uint8)


@pytest.mark.parametrize("shifts", FORMS)
@pytest.mark.parametrize("size", SIZES)
def test_planes(size, shifts, rng):
    chroma = chroma_of(size, *shifts)
    for direction in DIRECTIONS:
        seen, now = ((some(rng, *size), *(some(rng, *chroma) for _ in range(2))) for _ in range(2))
        seen = tuple(grayish(rng, plane) for plane in seen)
        matte, screen = matte_of(rng, size), screen_of(rng, chroma, direction)
        for amount, cell in ((255, 32), (100, 64), (0, 32)):
            wanted = clear_planes(seen, now, matte, screen, cell, amount)
            for layout in LAYOUTS.values():
                out = [layout(plane.copy()) for plane in now]
                u, v, m, reach = (layout(each) for each in (*seen[1:], matte, screen.reach))
                given = (u, v), m, screen.light, reach, out[0], (out[1], out[2]), shifts, direction
                rest = amount, gains_of(amount), screen.chroma, cell, *unmix_scratch(size, cell)
                unmix_planes.clear.call(*given, *rest)
                for got, plane in zip(out, wanted, strict=True):
                    np.testing.assert_array_equal(got, plane)


@pytest.mark.parametrize("size", SIZES)
def test_frames(size, rng):
    for direction in DIRECTIONS:
        seen, now = grayish(rng, some(rng, *size, 3)), some(rng, *size, 3)
        matte, screen = matte_of(rng, size), screen_of(rng, size, direction)
        for amount, cell in ((255, 32), (100, 64), (0, 32)):
            wanted = clear_frame(seen, now, matte, screen, cell, amount)
            rest = direction, gains_of(amount), screen.chroma, cell, *unmix_scratch(size, cell)
            for layout in FRAME_LAYOUTS.values():
                out = layout(now.copy())
                given = layout(seen), matte[:, ::-1][:, ::-1], screen.light, screen.reach, out
                unmix_frames.clear.call(*given, *rest)
                np.testing.assert_array_equal(out, wanted)
    rgba = np.dstack([now[..., ::-1], matte])
    unmix_frames.clear.call(seen, matte, screen.light, screen.reach, rgba[..., 2::-1], *rest)
    np.testing.assert_array_equal(rgba, np.dstack([wanted[..., ::-1], matte]))


def test_every_luma_at_every_coverage():
    luma, matte = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    gray = np.full_like(luma, 128)
    for level in (0, 1, 90, 200, 255):
        light = np.full_like(luma, level)
        screen = Known(light, light, GREEN, np.zeros((2, 256), np.int32))
        for amount in (*range(0, 256, 5), 1, 254):
            out = at_offset(luma, 3)
            rest = amount, gains_of(amount), screen.chroma, 32, *unmix_scratch(luma.shape, 32)
            apart = gray.copy(), gray.copy()
            given = (gray, gray), matte, light, light, out, apart, (0, 0), GREEN
            unmix_planes.clear.call(*given, *rest)
            planes = luma, gray, gray
            wanted = clear_planes(planes, planes, matte, screen, 32, amount)
            np.testing.assert_array_equal(out, wanted[0])


def test_gains_are_as_defined():
    for amount in range(256):
        np.testing.assert_array_equal(
            gains_of(amount), gain_of(np.arange(256, dtype=np.uint8), amount)
        )


@pytest.mark.parametrize(
    ("shape", "cell"), [((1, 1), 32), ((540, 960), 32), ((1920, 1080), 64), ((2160, 3840), 128)]
)
def test_cells_are_a_thirtieth_of_the_frame(shape, cell):
    assert cell_of(shape) == cell


@pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")
@pytest.mark.parametrize("size", [(1, 1), (2, 33), (3, 64), (5, 77), (35, 200)])
def test_no_memory_outside_is_touched(size, rng):
    frame, matte = some(rng, *size, 3), matte_of(rng, size)
    thin = chroma_of(size, 1, 1)
    rest = gains_of(255), screen_of(rng, (1, 1)).chroma, 32
    for side in range(2):
        with ExitStack() as stack:

            def held(array):
                return guarded(stack, np.ascontiguousarray(array), side)  # noqa: B023

            f, out, m = held(frame), held(frame), held(matte)
            planes = [held(some(rng, *shape)) for shape in (size, thin, thin, thin, thin)]
            known = [held(some(rng, *shape)) for shape in (size, size, thin, thin)]
            bounds, rows, numbers = unmix_scratch(size, 32)
            scratch = bounds, held(rows), numbers
            unmix_frames.clear.call(f, m, *known[:2], out, GREEN, *rest, *scratch)
            y, u, v, seen_u, seen_v = planes
            given = (seen_u, seen_v), m, *known[2:], y, (u, v), (1, 1), GREEN, 255
            unmix_planes.clear.call(*given, *rest, *scratch)
            del f, out, m, planes, known, scratch, y, u, v, seen_u, seen_v, given
