"""Whether planes are apart is what NumPy says, but for views that interleave."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from fastvbg.kernels._kernel import named

CUTS = [
    (slice(None), slice(None)),
    (slice(2, 6), slice(None)),
    (slice(4, 8), slice(None)),
    (slice(None, None, -1), slice(None)),
    (slice(6, 1, -1), slice(3, None)),
    (slice(0, 0), slice(None)),
    (slice(None), slice(1, 2)),
]


@pytest.mark.parametrize("cuts", list(itertools.product(CUTS, CUTS)), ids=str)
def test_i420(cuts) -> None:
    memory = np.zeros((3, 8, 5), np.uint8)
    far = np.zeros((3, 8, 5), np.uint8)
    one, other = (memory[0][cut] for cut in cuts)
    call = named("composite.apart.i420").call
    equal = cuts[0] == cuts[1]
    shared = one.size and other.size and np.may_share_memory(one, other)
    assert call((one, *far[1:]), (other, *memory[1:])) is bool(equal or not shared)
    assert call((far[0], one, far[1]), (other, memory[1], memory[2])) is (not shared)
    assert call((far[0], far[1], far[2]), (one, one, other)) is True
    assert call((memory[0], memory[1], far[0]), (far[1], one, memory[2])) is (one.size == 0)


def test_nv12() -> None:
    memory, far = np.zeros((2, 4, 6, 2), np.uint8)
    luma, chroma = memory[..., 0], far
    call = named("composite.apart.nv12").call
    assert call((luma, chroma), (luma, chroma)) is True
    assert call((luma, chroma), (luma[::-1], chroma)) is False
    assert call((luma, chroma), (np.zeros((4, 6), np.uint8), chroma[:2])) is False
    assert call((luma, chroma), (np.zeros((4, 6), np.uint8), memory)) is False
    assert call((luma, chroma), (chroma[..., 1], np.zeros((4, 6, 2), np.uint8))) is False


def test_views_that_interleave_count_as_not_apart() -> None:
    memory, far = np.zeros((4, 6), np.uint8), np.zeros((4, 4, 3), np.uint8)
    left, right = memory[:, ::2], memory[:, 1::2]
    assert not np.shares_memory(left, right)
    assert named("composite.apart.i420").call((left, *far[:2]), (right, *far[2:])) is False
