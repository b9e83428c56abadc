"""A plate's model as a camera that has moved sees it: equal to its reference."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.plan import model_for
from fastvbg.reference.plate import shift_plane, shift_plate

kernels = Module("keying.shift")

HOMOGRAPHIES = {
    "none": np.eye(3),
    "part": np.array([[1, 0, 0.4], [0, 1, -0.7], [0, 0, 1]]),
    "whole": np.array([[1, 0, -3.0], [0, 1, 5.0], [0, 0, 1]]),
    "turn": np.array([[0.9998, -0.0174, 2.3], [0.0174, 0.9998, -1.1], [0, 0, 1]]),
    "tilt": np.array([[1.01, 0.002, -4.0], [0.001, 0.99, 2.0], [2e-5, -1e-5, 1]]),
    "away": np.array([[1, 0, 500.0], [0, 1, -500.0], [0, 0, 1]]),
    "far away": np.array([[1, 0, -3e9], [0, 1, 3e9], [0, 0, 1]]),
    "shaken": np.array([[1, 0.002, 1.3], [-0.002, 1, -2.2], [1e-8, 1e-8, 1]]),
}


SIZES = [(1, 1), (2, 3), (5, 16), (7, 17), (9, 33), (40, 64), (33, 127), (60, 200)]


@pytest.mark.parametrize("homography", HOMOGRAPHIES)
@pytest.mark.parametrize("size", SIZES)
def test_it_equals_the_reference(size, homography, rng):
    rows, cols = size
    model, out = model_for(rows, cols), model_for(rows, cols)
    planes = tuple(rng.integers(0, 256, size, np.uint8) for _ in range(4))
    for k, plane in enumerate(planes):
        model[:, k, :cols] = plane
    kernels.shift.call(model, HOMOGRAPHIES[homography], cols, out)
    for k, wanted in enumerate(shift_plate(planes, HOMOGRAPHIES[homography])):
        np.testing.assert_array_equal(out[:, k, :cols], wanted)


def test_a_homography_of_nothing_changes_nothing(rng):
    model, out = model_for(20, 50), model_for(20, 50)
    model[:] = rng.integers(0, 256, model.shape, np.uint8)
    kernels.shift.call(model, np.eye(3), 50, out)
    np.testing.assert_array_equal(out[..., :50], model[..., :50])


KINDS = ("whole", "rows apart", "read-only")
BITS = ((0, 0), (2, 1), (3, 3))
LINES = ((1024, 0), (800, 30000), (1400, -90000), (-1024, 255 << 10))


@pytest.mark.parametrize("homography", HOMOGRAPHIES)
@pytest.mark.parametrize("size", SIZES)
def test_wanted_parts_of_a_plane_equal_the_reference(size, homography, rng):
    for kind, bits, line in product(KINDS, BITS, LINES):
        got, wanted = _parts(size, HOMOGRAPHIES[homography], kind, bits, line, rng)
        np.testing.assert_array_equal(got, wanted, f"{kind} {bits} {line}")


def _parts(size, homography, kind, bits, line, rng):
    rows, cols = size
    wide = rng.integers(0, 256, (rows, cols + 3), np.uint8)
    plane = wide[:, 1 : cols + 1] if kind == "rows apart" else wide[:, :cols].copy()
    plane.flags.writeable = kind != "read-only"
    across, down = (1 << each for each in bits)
    cells = (rng.random((-(-rows // down), -(-cols // across))) < 0.2).astype(np.uint8)
    whole = np.full((rows, cols + 20), 7, np.uint8)
    out = whole[:, 2 : cols + 2]
    kernels.shift_plane.call(plane, homography, cells, bits, line, out)
    wanted = cells.repeat(down, axis=0)[:rows].repeat(across, axis=1)[:, :cols]
    runs = np.maximum.reduceat(wanted, np.arange(0, cols, 16), axis=1)
    runs = runs.repeat(16, axis=1)[:, :cols] > 0
    shifted = shift_plane(plane, homography, line)
    assert (whole[:, :2] == 7).all()
    assert (whole[:, cols + 2 :] == 7).all()
    return out, np.where(runs, shifted, 7)


@pytest.mark.parametrize("homography", HOMOGRAPHIES)
@pytest.mark.parametrize("size", SIZES)
def test_all_of_a_plane_equals_the_reference(size, homography, rng):
    plane, out = rng.integers(0, 256, size, np.uint8), np.empty(size, np.uint8)
    cells = np.ones((1, 1), np.uint8)
    kernels.shift_plane.call(plane, HOMOGRAPHIES[homography], cells, (16, 16), (1024, 0), out)
    np.testing.assert_array_equal(out, shift_plane(plane, HOMOGRAPHIES[homography]))
