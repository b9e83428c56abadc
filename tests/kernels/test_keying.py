"""The kernels of the plate and chroma keyers equal their references, whatever size and layout."""

from __future__ import annotations

import os
from contextlib import ExitStack

import numpy as np
import pytest

from fastvbg import reference as house
from fastvbg.kernels.keying import chroma, plate
from fastvbg.kernels.keying.plan import (
    CHROMA_ROWS,
    PLATE_ROWS,
    model_for,
    rows_for,
    slope_of,
)
from fastvbg.reference.chroma import (
    chroma_matte,
    despill_frame,
    despill_planes,
)
from fastvbg.reference.keyspace import keyspace
from fastvbg.reference.plate import Light, light_plate, plate_matte, widen_planes
from tests.kernels.test_guard import guarded
from tests.support.kernel_arrays import FRAME_LAYOUTS, LAYOUTS, at_offset, frame_pair

SIZES = [(1, 1), (2, 3), (5, 31), (3, 64), (4, 65), (7, 129), (2, 200), (9, 333)]
FORMS = [(0, 0), (1, 0), (1, 1)]
RAMPS = [(0, 1), (6, 12), (26, 166), (255, 255), (0, 255), (100, 7)]
GREEN = (-32, -55)
DIRECTIONS = [GREEN, (55, -32), (64, 0), (0, -64)]


def planes_of(rng, size, shift_x=0, shift_y=0):
    height, width = size
    chroma_size = (height + shift_y) >> shift_y, (width + shift_x) >> shift_x
    return tuple(rng.integers(0, 256, s, np.uint8) for s in (size, chroma_size, chroma_size))


def near(rng, planes):
    """Planes that differ from others by nothing, little or much, place by place."""
    return tuple(
        np.where(
            rng.random(plane.shape) < 0.7,
            np.clip(plane.astype(int) + rng.integers(-25, 26, plane.shape), 0, 255),
            rng.integers(0, 256, plane.shape),
        ).astype(np.uint8)
        for plane in planes
    )


def model_of(planes, floors):
    height, width = planes[0].shape
    model = model_for(height, width)
    for row, plane in enumerate(planes):
        model[:, row, :width] = plane
    model[:, 3, :width] = floors[0] << 4 | floors[1]
    return model


def plate_case(rng, size, shifts=(0, 0)):
    planes = planes_of(rng, size, *shifts)
    scene = near(rng, widen_planes(planes))
    floors = tuple(rng.integers(0, 16, size, np.uint8) for _ in range(2))
    return planes, scene, floors


@pytest.mark.parametrize("shifts", FORMS)
@pytest.mark.parametrize("size", SIZES)
def test_plate_of_planes(size, shifts, rng):
    for k, (tolerance, falloff) in enumerate(RAMPS):
        planes, scene, floors = plate_case(rng, size, shifts)
        shadows, black = k % 3 != 0, 16 * (k % 2)
        wanted = plate_matte(
            widen_planes(planes),
            scene,
            floors,
            tolerance=tolerance,
            falloff=falloff,
            shadows=shadows,
            black=black,
        )
        options = (black if shadows else 255, tolerance, falloff, slope_of(falloff))
        for layout in LAYOUTS.values():
            out = layout(np.zeros(size, np.uint8))
            arrays = [layout(plane) for plane in planes]
            scratch = rows_for(PLATE_ROWS, size[1])
            model = model_of(scene, floors)
            plate.key_planes.call(*arrays, model, out, scratch, *shifts, options)
            np.testing.assert_array_equal(out, wanted)


@pytest.mark.parametrize("size", SIZES)
def test_plate_of_frames_and_its_composite(size, rng):
    frame, bg = frame_pair(rng, *size)
    frame.flags.writeable = False
    scene = near(rng, keyspace(frame))
    floors = tuple(rng.integers(0, 16, size, np.uint8) for _ in range(2))
    model, options = model_of(scene, floors), (0, 6, 12, slope_of(12))
    scratch = rows_for(PLATE_ROWS, size[1])
    wanted = plate_matte(keyspace(frame), scene, floors, tolerance=6, falloff=12)
    for layout in FRAME_LAYOUTS.values():
        out = np.zeros(size, np.uint8)
        plate.key_frame.call(layout(frame), model, out, scratch, options)
        np.testing.assert_array_equal(out, wanted)
        given, behind, to = (layout(each) for each in (frame, bg, np.zeros_like(bg)))
        plate.composite.call(given, model, behind, to, 0, scratch, options)
        np.testing.assert_array_equal(to, house.blend(frame, wanted, bg))
    for offset in (0, 1, 32, 63):
        out = at_offset(np.zeros(frame.shape, np.uint8), offset)
        plate.composite.call(frame, model, bg, out, 0, scratch, options)
        np.testing.assert_array_equal(out, house.blend(frame, wanted, bg))


def test_composites_large_enough_for_streaming_stores(rng):
    size = (1201, 1999)
    frame, bg = (rng.integers(0, 256, (*size, 3), np.uint8) for _ in range(2))
    scene = near(rng, keyspace(frame))
    floors = (np.full(size, 3, np.uint8),) * 2
    model, scratch = model_of(scene, floors), rows_for(CHROMA_ROWS, size[1])
    wanted = plate_matte(keyspace(frame), scene, floors, tolerance=6, falloff=12)
    out = at_offset(np.zeros(frame.shape, np.uint8), 17)
    plate.composite.call(frame, model, bg, out, 0, scratch, (0, 6, 12, slope_of(12)))
    np.testing.assert_array_equal(out, house.blend(frame, wanted, bg))
    reach, tint = rng.integers(16, 256, size, np.uint8), (55, -60, 60)
    matte = chroma_matte(keyspace(frame), reach, GREEN, tolerance=26, falloff=166)
    chroma.composite.call(frame, reach, bg, out, 0, scratch, (*GREEN, 26, 166, slope_of(166)), tint)
    cleared = despill_frame(frame, matte, GREEN, tint)
    np.testing.assert_array_equal(out, house.blend(cleared, matte, bg))


def test_every_sample_in_every_light(rng):
    levels = np.arange(256, dtype=np.uint8)
    for lights in [
        (0, 0, 0, 0, 0, 0),
        (255, 1000, -255, -1000, 1, -1),
        (-40, 77, 12, -300, 255, -1000),
        *[tuple(int(v) for v in rng.integers(-255, 256, 6)) for _ in range(20)],
    ]:
        model = model_of((levels[None],) * 3, (np.zeros((1, 256), np.uint8),) * 2)
        lit = model.copy()
        plate.light.call(model, lit, lights)
        for row, wanted in enumerate(light_plate((levels,) * 3, Light(*lights))):
            np.testing.assert_array_equal(lit[0, row, :256], wanted)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_chroma(direction):
    u, v = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    u, v = np.ascontiguousarray(u), np.ascontiguousarray(v)
    scratch, out = rows_for(CHROMA_ROWS, 256), np.zeros((256, 256), np.uint8)
    for strength in (16, 40, 255):
        reach = np.full((256, 256), strength, np.uint8)
        for tolerance, falloff in RAMPS:
            wanted = chroma_matte((u, u, v), reach, direction, tolerance=tolerance, falloff=falloff)
            options = (*direction, tolerance, falloff, slope_of(falloff))
            chroma.key_planes.call(u, v, reach, out, scratch, 0, 0, options)
            np.testing.assert_array_equal(out, wanted)


@pytest.mark.parametrize("shifts", FORMS)
@pytest.mark.parametrize("size", SIZES)
def test_chroma_and_despill_of_planes(size, shifts, rng):
    planes = planes_of(rng, size, *shifts)
    reach = rng.integers(16, 256, planes[1].shape, np.uint8)
    wanted = chroma_matte(planes, reach, GREEN, tolerance=26, falloff=166)
    scratch = rows_for(CHROMA_ROWS, size[1])
    matte = rng.choice(np.array([0, 0, 1, 200], np.uint8), size)
    for layout in LAYOUTS.values():
        _, u, v = (layout(plane) for plane in planes)
        out = layout(np.zeros(size, np.uint8))
        options = (*GREEN, 26, 166, slope_of(166))
        chroma.key_planes.call(u, v, reach, out, scratch, *shifts, options)
        np.testing.assert_array_equal(out, wanted)
        for direction in DIRECTIONS:
            for amount in (64, 32, 0):
                got = [layout(np.zeros(u.shape, np.uint8)) for _ in range(2)]
                chroma.despill_planes.call(
                    u, v, layout(matte), *got, scratch, *shifts, direction, amount
                )
                expected = despill_planes(planes, matte, direction, amount)
                np.testing.assert_array_equal(got[0], expected[1])
                np.testing.assert_array_equal(got[1], expected[2])


@pytest.mark.parametrize("size", SIZES)
def test_chroma_of_frames_its_composite_and_despill(size, rng):
    frame, bg = frame_pair(rng, *size)
    frame[rng.random(size) < 0.5] = (40, 160, 64)
    reach = rng.integers(16, 256, size, np.uint8)
    scratch, options = rows_for(CHROMA_ROWS, size[1]), (*GREEN, 26, 166, slope_of(166))
    wanted = chroma_matte(keyspace(frame), reach, GREEN, tolerance=26, falloff=166)
    for layout in FRAME_LAYOUTS.values():
        out = np.zeros(size, np.uint8)
        chroma.key_frame.call(layout(frame), reach, out, scratch, options)
        np.testing.assert_array_equal(out, wanted)
    for tint in ((55, -60, 60), (-114, 64, -1), (0, 0, 0)):
        cleared = despill_frame(frame, wanted, GREEN, tint)
        for layout in FRAME_LAYOUTS.values():
            given, behind, out = (layout(each) for each in (frame, bg, np.zeros_like(bg)))
            chroma.despill_frame.call(given, wanted, out, 0, scratch, GREEN, tint)
            np.testing.assert_array_equal(out, cleared)
            chroma.composite.call(given, reach, behind, out, 0, scratch, options, tint)
            np.testing.assert_array_equal(out, house.blend(cleared, wanted, bg))
        for offset in (0, 5, 63):
            out = at_offset(np.zeros(frame.shape, np.uint8), offset)
            chroma.composite.call(frame, reach, bg, out, 0, scratch, options, tint)
            np.testing.assert_array_equal(out, house.blend(cleared, wanted, bg))


@pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")
@pytest.mark.parametrize("size", [(1, 1), (2, 33), (3, 64), (5, 77), (3, 200)])
def test_no_memory_outside_is_touched(size, rng):
    frame, bg = frame_pair(rng, *size)
    planes = planes_of(rng, size, 1, 1)
    reach = rng.integers(16, 256, size, np.uint8)
    model = model_of(keyspace(frame), (np.zeros(size, np.uint8),) * 2)
    ramp, tint = (6, 12, slope_of(12)), (55, -60, 60)
    for side in range(2):
        with ExitStack() as stack:
            f, b, r = (guarded(stack, array, side) for array in (frame, bg, reach))
            y, u, v = (guarded(stack, plane, side) for plane in planes)
            out, matte = (guarded(stack, np.zeros(a, np.uint8), side) for a in (f.shape, size))
            scratch = guarded(stack, rows_for(CHROMA_ROWS, size[1]), side)
            lit = guarded(stack, model, side)
            plate.key_frame.call(f, lit, matte, scratch, (0, *ramp))
            plate.composite.call(f, lit, b, out, 0, scratch, (0, *ramp))
            plate.key_planes.call(y, u, v, lit, matte, scratch, 1, 1, (0, *ramp))
            plate.light.call(model, lit, (1, 2, 3, 4, 5, 6))
            chroma.key_frame.call(f, r, matte, scratch, (*GREEN, *ramp))
            chroma.composite.call(f, r, b, out, 0, scratch, (*GREEN, *ramp), tint)
            thin = guarded(stack, np.ascontiguousarray(reach[: u.shape[0], : u.shape[1]]), side)
            chroma.key_planes.call(u, v, thin, matte, scratch, 1, 1, (*GREEN, *ramp))
            chroma.despill_frame.call(f, matte, out, 0, scratch, GREEN, tint)
            chroma.despill_planes.call(u, v, matte, u, v, scratch, 1, 1, GREEN, 64)
            np.testing.assert_array_equal(f, frame)
            np.testing.assert_array_equal(b, bg)
            del f, b, r, y, u, v, out, matte, scratch, lit, thin
