"""Frames for the benchmarks, one thread for everybody, and the conditions in the record."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg.measure.bench import SIZES
from fastvbg.measure.buffers import make_frames
from fastvbg.measure.machine import cpu_name, library_versions, vector_features

cv2.setNumThreads(1)


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """Name of a frame size."""
    return str(request.param)


@pytest.fixture
def frames(size: str) -> dict[str, np.ndarray]:
    """Return the inputs and an output of every operation at a size."""
    width, height = SIZES[size]
    prev, next, bg = make_frames(width, height)
    matte = np.random.default_rng(2).integers(0, 256, (height, width), dtype=np.uint8)
    return {
        "prev": prev,
        "next": next,
        "bg": bg,
        "matte": matte,
        "out": np.empty_like(prev),
        "mask": np.empty_like(matte),
    }


def pytest_benchmark_update_machine_info(config: Any, machine_info: dict[str, Any]) -> None:
    """Record what the figures depend on."""
    machine_info["cpu_name"] = cpu_name()
    machine_info["vector_features"] = vector_features()
    machine_info["libraries"] = library_versions()
