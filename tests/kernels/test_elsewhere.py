"""The canvas as a camera that has moved sees it: byte equality with its literal form."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg.kernels._kernel import Module
from fastvbg.reference import elsewhere as reference

kernels = Module("person.elsewhere")

_WAYS = {
    "none": np.eye(3),
    "shaken": np.array([[1, 0.002, 1.3], [-0.002, 1, -2.2], [1e-8, 1e-8, 1]]),
    "turned": np.array([[0.999, -0.05, 2.3], [0.05, 0.999, -1.1], [0, 0, 1]]),
    "tilted": np.array([[1.01, 0.002, -4.0], [0.001, 0.99, 2.0], [2e-4, -1e-4, 1]]),
    "away": np.array([[1, 0, 500.0], [0, 1, -500.0], [0, 0, 1]]),
    "far away": np.array([[1, 0, -3e9], [0, 1, 3e9], [0, 0, 1]]),
}
_CANVASES = [(1, 1), (2, 3), (9, 17), (33, 64), (40, 83)]


def _wider(way: np.ndarray, step: float) -> np.ndarray:
    """Return it from cells to samples, of which each cell has so many."""
    there = np.array([[step, 0, (step - 1) / 2], [0, step, (step - 1) / 2], [0, 0, 1]])
    way = there @ way
    return np.ascontiguousarray(way / way[2, 2])


def _read_only(plane: np.ndarray) -> np.ndarray:
    """Return a copy whose rows lie further apart than they are long."""
    spare = np.zeros((plane.shape[0], plane.shape[1] + 5), np.uint8)
    spare[:, 3:-2] = plane
    spare.flags.writeable = False
    return spare[:, 3:-2]


@pytest.mark.parametrize("step", [0.5, 1, 2, 4, 8])
@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("shape", _CANVASES)
def test_chroma_equals_its_literal_form(shape, way, step, rng) -> None:
    size = [max(1, round(side * step)) for side in shape]
    u, v = (rng.integers(0, 256, size, np.uint8) for _ in range(2))
    there = _wider(_WAYS[way], step)
    out = np.empty((2, *shape), np.uint8)
    kernels.chroma.call((u, _read_only(v)), there, round(16 * step), (out[0], out[1]))
    for plane, found in zip((u, v), out, strict=True):
        np.testing.assert_array_equal(
            found, reference.levels(plane, shape, there, round(16 * step))
        )


@pytest.mark.parametrize("beyond", [0, 255])
@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("shape", _CANVASES)
def test_cells_equal_their_literal_form(shape, way, beyond, rng) -> None:
    levels, marks = (rng.integers(0, 256, shape, np.uint8) for _ in range(2))
    there = _wider(_WAYS[way], 1)
    between, nearest = np.empty((2, *shape), np.uint8)
    kernels.cells.call(_read_only(levels), marks, there, beyond, between, nearest)
    np.testing.assert_array_equal(between, reference.levels(levels, shape, there, beyond=beyond))
    np.testing.assert_array_equal(nearest, reference.nearest(marks, there))


@pytest.mark.parametrize("way", ["none", "shaken"])
def test_levels_are_those_of_a_warp_but_for_rounding(way, rng) -> None:
    shape = 60, 120
    plane = cv2.GaussianBlur(rng.integers(0, 256, shape, np.uint8), (0, 0), 2)
    flags: Any = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warp: Any = cv2.warpPerspective
    wanted = warp(plane, _WAYS[way], shape[::-1], None, flags, cv2.BORDER_REPLICATE)
    found = reference.levels(plane, shape, _WAYS[way])
    assert cv2.absdiff(found, wanted).max() <= 2
