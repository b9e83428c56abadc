"""The streaming Compositor equals composite over neighbouring frames, and keeps its buffers."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest

import fastvbg
from fastvbg import reference
from tests.support.arrays import random_frame
from tests.support.media import moving_frames


def test_each_frame_is_composited_against_the_one_before() -> None:
    frames, bg = moving_frames(8, 61, 33), random_frame(33, 61, 5)
    compositor = fastvbg.Compositor(bg)
    assert np.array_equal(compositor(frames[0]), bg)
    for prev, next in itertools.pairwise(frames):
        assert np.array_equal(compositor(next), reference.composite(prev, next, bg))


def test_the_caller_may_reuse_one_frame_buffer() -> None:
    frames, bg = moving_frames(6, 61, 33), random_frame(33, 61, 5)
    compositor, buffer = fastvbg.Compositor(bg), np.empty((33, 61, 3), np.uint8)
    results = []
    for frame in frames:
        buffer[:] = frame
        results.append(compositor(buffer).copy())
    for index in range(1, 6):
        wanted = reference.composite(frames[index - 1], frames[index], bg)
        assert np.array_equal(results[index], wanted)


def test_out_may_be_the_frame_itself() -> None:
    frames, bg = moving_frames(4, 61, 33), random_frame(33, 61, 5)
    compositor = fastvbg.Compositor(bg)
    for index, frame in enumerate(frames):
        working = frame.copy()
        assert compositor(working, out=working) is working
        if index:
            assert np.array_equal(working, reference.composite(frames[index - 1], frame, bg))


def test_no_allocation_per_frame_after_the_first() -> None:
    frames, bg = moving_frames(3, 320, 240), random_frame(240, 320, 5)
    compositor = fastvbg.Compositor(bg)
    compositor(frames[0])
    compositor(frames[1])
    tracemalloc.start()
    try:
        for _ in range(20):
            compositor(frames[2])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000  # a frame is 230,400 bytes


def test_reset_forgets_the_previous_frame() -> None:
    frames, bg = moving_frames(2, 61, 33), random_frame(33, 61, 5)
    compositor = fastvbg.Compositor(bg)
    compositor(frames[0])
    compositor.reset()
    assert np.array_equal(compositor(frames[1]), bg)


def test_a_change_of_the_background_shows() -> None:
    frame, bg = random_frame(5, 6), random_frame(5, 6, 1)
    compositor = fastvbg.Compositor(bg)
    bg[:] = 9
    assert np.array_equal(compositor(frame), bg)


def test_a_frame_of_another_size_is_refused() -> None:
    compositor = fastvbg.Compositor(random_frame(5, 6))
    with pytest.raises(
        fastvbg.ShapeError, match="frame: got 5x6 .* wanted 6x5 like the background"
    ):
        compositor(random_frame(6, 5))
