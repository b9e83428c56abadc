"""Every operation by every library: `pytest bench`. Grouped by operation and size.

Outputs are checked equal before anything is timed, and everything is allocated outside of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import reference

Arrays = dict[str, np.ndarray]


def composite_by(library: str, a: Arrays) -> Callable[[], np.ndarray]:
    prev, next, bg, out = a["prev"], a["next"], a["bg"], a["out"]
    opencv = reference.OpenCVCompositor(prev.shape[:2])
    return {
        "fastvbg": lambda: fastvbg.composite(prev, next, bg, out=out),
        "opencv": lambda: opencv(prev, next, bg, out),
        "tutorial": lambda: reference.tutorial_composite(prev, next, bg),
    }[library]


def motion_mask_by(library: str, a: Arrays) -> Callable[[], np.ndarray]:
    prev, next, mask = a["prev"], a["next"], a["mask"]
    opencv = reference.OpenCVCompositor(prev.shape[:2])
    return {
        "fastvbg": lambda: fastvbg.motion_mask(prev, next, out=mask),
        "opencv": lambda: opencv.mask(prev, next, mask),
        "tutorial": lambda: reference.motion_mask(prev, next),
    }[library]


def blend_by(library: str, a: Arrays) -> Callable[[], np.ndarray]:
    frame, matte, bg, out = a["next"], a["matte"], a["bg"], a["out"]
    weight = (matte / np.float32(255)).astype(np.float32)
    rest = 1 - weight
    return {
        "fastvbg": lambda: fastvbg.blend(frame, matte, bg, out=out),
        # The weights as blendLinear wants them are made outside of the timed part.
        "opencv": lambda: cv2.blendLinear(frame, bg, weight, rest, dst=out),
        "tutorial": lambda: (
            frame * weight[..., np.newaxis] + bg * rest[..., np.newaxis] + 0.5
        ).astype(np.uint8),
    }[library]


OPERATIONS: dict[str, tuple[Callable[..., Any], int]] = {
    # How to call it, and by how much outputs may differ: float blends round otherwise.
    "composite": (composite_by, 0),
    "motion_mask": (motion_mask_by, 0),
    "blend": (blend_by, 1),
}


@pytest.mark.parametrize("library", ["fastvbg", "opencv", "tutorial"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_operation(benchmark: Any, frames: Arrays, size: str, operation: str, library: str) -> None:
    make, tolerance = OPERATIONS[operation]
    wanted = make("tutorial", frames)().astype(int)
    call = make(library, frames)
    assert np.abs(call() - wanted).max() <= tolerance
    benchmark.group = f"{operation} {size}"
    benchmark.pedantic(call, warmup_rounds=2, rounds=15 if library == "tutorial" else 60)


@pytest.mark.parametrize("library", ["fastvbg", "opencv"])
def test_call_overhead(benchmark: Any, library: str) -> None:
    rng = np.random.default_rng(1)
    names = ("prev", "next", "bg", "out")
    arrays = dict(zip(names, rng.integers(0, 256, (4, 64, 64, 3), np.uint8), strict=True))
    call = composite_by(library, arrays)
    wanted = reference.composite(arrays["prev"], arrays["next"], arrays["bg"])
    assert np.array_equal(call(), wanted)
    benchmark.group = "composite 64x64"
    benchmark(call)
