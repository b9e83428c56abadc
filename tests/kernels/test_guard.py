"""No kernel touches memory outside its arrays, or writes its inputs."""

from __future__ import annotations

import os
from contextlib import ExitStack

import numpy as np
import pytest

from fastvbg import (
    blend,
    composite,
    estimate_foreground,
    estimate_foreground_planes,
    motion_mask,
    reference,
)
from fastvbg.compositing.planar import I420, NV12, blend_planar, composite_planar
from fastvbg.reference.foreground import estimate_foreground as estimate_literally
from fastvbg.reference.foreground import estimate_foreground_planes as estimate_planes_literally
from tests.support.kernel_arrays import beside_forbidden_page, frame_pair

pytestmark = pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")

SIZES = [(1, 1), (1, 2), (1, 15), (2, 33), (3, 64), (5, 77), (2, 128), (3, 200), (1, 4096)]


def guarded(stack, array, side):
    """Return a copy of an array beside a forbidden page."""
    place = stack.enter_context(beside_forbidden_page(array.size, side))
    place[:] = array.reshape(-1)
    return place.reshape(array.shape)


def check_guarded(function, arrays, out_shapes, expected):
    """Call with every array beside a forbidden page, below and above."""
    for side in range(2):
        with ExitStack() as stack:
            placed = [guarded(stack, array, side) for array in arrays]
            out = [guarded(stack, np.zeros(shape, np.uint8), side) for shape in out_shapes]
            function(placed, out)
            for got, wanted in zip(out, expected, strict=True):
                np.testing.assert_array_equal(got, wanted)
            for now, before in zip(placed, arrays, strict=True):
                np.testing.assert_array_equal(now, before)
            del placed, out, got, now


@pytest.mark.parametrize("size", SIZES)
def test_composite(size, rng):
    prev, next = frame_pair(rng, *size)
    bg = 255 - next
    check_guarded(
        lambda arrays, out: composite(*arrays, out=out[0]),
        [prev, next, bg],
        [prev.shape],
        [reference.composite(prev, next, bg)],
    )


@pytest.mark.parametrize("size", SIZES)
def test_motion_mask(size, rng):
    prev, next = frame_pair(rng, *size)
    check_guarded(
        lambda arrays, out: motion_mask(*arrays, out=out[0]),
        [prev, next],
        [size],
        [reference.motion_mask(prev, next)],
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("matte_size", [None, (1, 1), (9, 16), (40, 300)])
def test_blend(size, matte_size, rng):
    frame, bg = frame_pair(rng, *size)
    matte = rng.integers(0, 256, matte_size or size, np.uint8)
    check_guarded(
        lambda arrays, out: blend(*arrays, out=out[0]),
        [frame, matte, bg],
        [frame.shape],
        [reference.blend(frame, reference.stretch_matte(matte, size), bg)],
    )


def planes_of(rng, height, width):
    chroma = ((height + 1) // 2, (width + 1) // 2)
    return I420(*(rng.integers(0, 256, s, np.uint8) for s in ((height, width), chroma, chroma)))


def interleaved(planes):
    return NV12(planes[0], np.stack(planes[1:], axis=-1))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("form", [I420, NV12])
def test_planar(size, form, rng):
    frames = [planes_of(rng, *size) for _ in range(3)]
    matte = rng.integers(0, 256, size, np.uint8)
    composited = reference.planar_composite(*frames, 3)
    blended = reference.planar_blend(frames[0], matte, frames[1])
    if form is NV12:
        frames = [interleaved(planes) for planes in frames]
        composited, blended = interleaved(composited), interleaved(blended)
    count = len(frames[0])
    shapes = [plane.shape for plane in frames[0]]

    def call_composite(arrays, out):
        parts = [form(*arrays[k : k + count]) for k in range(0, 3 * count, count)]
        composite_planar(*parts, matrix="bt601", out=form(*out))

    def call_blend(arrays, out):
        blend_planar(form(*arrays[:count]), arrays[-1], form(*arrays[count:-1]), out=form(*out))

    check_guarded(call_composite, [p for f in frames for p in f], shapes, composited)
    check_guarded(call_blend, [*frames[0], *frames[1], matte], shapes, blended)


@pytest.mark.parametrize("size", SIZES)
def test_foreground(size, rng):
    frame, _ = frame_pair(rng, *size)
    matte = rng.integers(0, 256, size, np.uint8)
    matte[:, : size[1] // 3] = 255
    check_guarded(
        lambda arrays, out: estimate_foreground(*arrays, out=out[0]),
        [frame, matte],
        [frame.shape],
        [estimate_literally(frame, matte)],
    )
    planes = planes_of(rng, *size)
    check_guarded(
        lambda arrays, out: estimate_foreground_planes(
            tuple(arrays[:3]), arrays[3], out=tuple(out)
        ),
        [*planes, matte],
        [plane.shape for plane in planes],
        estimate_planes_literally(planes, matte),
    )
