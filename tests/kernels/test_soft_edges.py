"""Soft edges before a plate, on arrays: byte equality with the literal form."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.edges_plan import REACH, _steps, edges_scratch
from fastvbg.kernels.keying.plan import model_for
from fastvbg.reference import soft_edges as reference
from fastvbg.reference.plate import widen_planes

kernels = Module("keying.soft_edges")

SIZES = [(1, 1), (2, 3), (7, 9), (33, 65), (48, 131)]
SHIFTS = [(0, 0), (1, 0), (1, 1)]
CELLS = [(4, 0), (4, 1), (8, 0), (8, 1)]
BOUNDS, NOISE = (5, 250), 23.7


def _alike(rng: Any, known: Any, shifts: tuple[int, int]) -> Any:
    """Return planes that are a plate's in most samples, with a hole that shows it."""
    planes = []
    for k, plane in enumerate(known):
        across, down = shifts if k else (0, 0)
        thin = plane[:: 1 << down, :: 1 << across].astype(int)
        near = np.clip(thin + rng.integers(-2, 3, thin.shape), 0, 255)
        mixed = np.where(rng.random(thin.shape) < 0.5, near, rng.integers(0, 256, thin.shape))
        rows, cols = thin.shape
        hole = slice(rows // 3, rows // 2), slice(cols // 4, cols // 2)
        mixed[hole] = thin[hole]
        planes.append(mixed.astype(np.uint8))
    return tuple(planes)


def _mattes(rng: Any, shape: tuple[int, int]) -> tuple[Any, Any]:
    """Return a matte of blobs with soft edges, and what was keyed of it."""
    smooth = cv2.GaussianBlur(rng.random(shape, np.float32), (0, 0), 7)
    smooth = (smooth - smooth.mean()) / max(float(smooth.std()), 1e-6)
    matte = np.clip(smooth * 400 + 128, 0, 255).astype(np.uint8)
    keyed = np.where(rng.random(shape) < 0.03, 0, matte)
    rows, cols = shape
    hole = slice(rows // 3, rows // 2), slice(cols // 4, cols // 2)
    matte[hole], keyed[hole] = 255, 0
    return matte, keyed


def _unaligned(plane: Any) -> Any:
    """Return a read-only copy whose rows lie further apart than they are long."""
    spare = np.zeros((plane.shape[0], plane.shape[1] + 5), np.uint8)
    spare[:, 3:-2] = plane
    spare.flags.writeable = False
    return spare[:, 3:-2]


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("shifts", SHIFTS)
@pytest.mark.parametrize("shape", SIZES)
def test_edges_are_decided_as_in_their_literal_form(shape, shifts, cells) -> None:
    rng = np.random.default_rng(3)
    scratch = edges_scratch(*shape, cells[0])
    for _ in range(2):  # scratch is as the frame before left it
        coarse = rng.integers(20, 236, (3, shape[0] // 9 + 1, shape[1] // 9 + 1), np.uint8)
        plate = coarse.repeat(9, axis=1).repeat(9, axis=2)[:, : shape[0], : shape[1]]
        model = model_for(*shape)
        model[:, :3, : shape[1]] = plate.transpose(1, 0, 2)
        frame = tuple(_unaligned(plane) for plane in _alike(rng, plate, shifts))
        matte, keyed = _mattes(rng, shape)
        args = keyed, frame, tuple(plate), cells, BOUNDS
        wanted = reference.decide(matte, *args, NOISE)
        out = matte.copy()
        rest = BOUNDS, NOISE, *scratch
        kernels.decide.call(out, _unaligned(keyed), frame, model, shifts, *cells, *rest)
        np.testing.assert_array_equal(out, wanted)
        if min(shape) > 40:
            known = reference.know(matte, keyed, widen_planes(frame), tuple(plate), cells, BOUNDS)
            assert known.opened.any()
            assert (out != matte).any()
            assert known.edge.any()


def test_steps_lead_to_the_nearest_cells_first() -> None:
    assert [tuple(step) for step in _steps().tolist()] == reference.steps_outward(REACH)
