"""A plate's model as a camera that has moved sees it: equal to its reference."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.plan import model_for
from fastvbg.reference.plate import shift_plate

kernels = Module("keying.shift")

HOMOGRAPHIES = {
    "none": np.eye(3),
    "part": np.array([[1, 0, 0.4], [0, 1, -0.7], [0, 0, 1]]),
    "whole": np.array([[1, 0, -3.0], [0, 1, 5.0], [0, 0, 1]]),
    "turn": np.array([[0.9998, -0.0174, 2.3], [0.0174, 0.9998, -1.1], [0, 0, 1]]),
    "tilt": np.array([[1.01, 0.002, -4.0], [0.001, 0.99, 2.0], [2e-5, -1e-5, 1]]),
    "away": np.array([[1, 0, 500.0], [0, 1, -500.0], [0, 0, 1]]),
}


@pytest.mark.parametrize("homography", HOMOGRAPHIES)
@pytest.mark.parametrize(
    "size", [(1, 1), (2, 3), (5, 16), (7, 17), (9, 33), (40, 64), (33, 127), (60, 200)]
)
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
