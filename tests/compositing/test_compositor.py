"""The streaming Compositor equals composite over neighbouring frames, and keeps its buffers."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest

import fastvbg
from fastvbg import reference
from tests.support.arrays import LAYOUTS, random_frame
from tests.support.kernel_arrays import at_offset
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


def test_another_background_shows_and_the_previous_frame_stays() -> None:
    frames, bg, other = moving_frames(3, 61, 33), random_frame(33, 61, 5), random_frame(33, 61, 6)
    compositor = fastvbg.Compositor(bg)
    compositor(frames[0])
    compositor(frames[1])
    compositor.background = other
    assert compositor.background is other
    wanted = reference.composite(frames[1], frames[2], other)
    assert np.array_equal(compositor(frames[2]), wanted)


def test_a_background_changed_in_place_shows_when_it_is_set_again_or_after_a_reset() -> None:
    frames, bg = moving_frames(3, 130, 33), random_frame(33, 130, 5)
    compositor = fastvbg.Compositor(bg)
    compositor(frames[0])
    compositor(frames[1])
    bg[:] = 9
    compositor.background = bg
    assert np.array_equal(compositor(frames[2]), reference.composite(frames[1], frames[2], bg))
    bg[:] = 10
    compositor.reset()
    assert np.array_equal(compositor(frames[0]), bg)


def test_the_result_may_not_be_written_upon() -> None:
    frame = random_frame(5, 6)
    compositor = fastvbg.Compositor(frame)
    result = compositor(frame)
    with pytest.raises(ValueError, match="read-only"):
        result[0, 0] = 1
    with pytest.raises(fastvbg.OverlapError, match="^out: "):
        compositor(frame, out=result)
    assert compositor(frame, out=frame.copy()).flags.writeable


def test_the_result_may_be_the_next_frame() -> None:
    frames, bg = moving_frames(2, 130, 33), random_frame(33, 130, 5)
    compositor = fastvbg.Compositor(bg)
    compositor(frames[0])
    result = compositor(frames[1])
    shown = result.copy()
    assert np.array_equal(compositor(result), reference.composite(frames[1], shown, bg))


def test_out_may_be_the_background() -> None:
    frames, bg = moving_frames(4, 130, 33), random_frame(33, 130, 5)
    compositor = fastvbg.Compositor(bg)
    for index, frame in enumerate(frames):
        wanted = reference.composite(frames[max(0, index - 1)], frame, bg)
        assert np.array_equal(compositor(frame, out=bg if index == 2 else None), wanted)


@pytest.mark.parametrize("width", [61, 128, 200])
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_of_calls(width: int, threads: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    bg = random_frame(17, width, 1)
    threshold = int(rng.choice([0, 3, 40]))
    compositor = fastvbg.Compositor(bg, threshold=threshold, threads=threads)
    frame, previous = random_frame(17, width, 2), None
    for _ in range(60):
        change = rng.choice(["none", "reset", "background", "in place"], p=[0.85, 0.05, 0.05, 0.05])
        if change == "reset":
            compositor.reset()
            previous = None
        elif change != "none":
            bg = bg.copy() if change == "background" else bg
            bg[rng.integers(17)] ^= 85
            compositor.background = bg
        moved = rng.random((17, width, 1)) < rng.choice([0, 0.002, 0.05, 1])
        frame = np.where(moved, frame ^ 90, frame ^ rng.integers(0, 2, frame.shape, np.uint8))
        wanted = reference.composite(frame if previous is None else previous, frame, bg, threshold)
        given = LAYOUTS[rng.choice(["contiguous", "contiguous", *LAYOUTS])](frame.copy())
        out = [None, None, None, np.empty_like(frame), given][rng.integers(5)]
        if out is given and not given.flags.writeable:
            out = None
        assert np.array_equal(compositor(given, out=out), wanted)
        previous = frame


@pytest.mark.parametrize("width", [70, 128, 200])
@pytest.mark.parametrize("offset", [0, 16, 5])
@pytest.mark.parametrize("height", [1, 9])
def test_rows_may_follow_one_another_or_not_from_frame_to_frame(
    width: int, offset: int, height: int
) -> None:
    rng = np.random.default_rng(offset)
    bg = at_offset(random_frame(height, width, 1), offset)
    compositor = fastvbg.Compositor(bg)
    frame = random_frame(height, width, 2)
    assert compositor(frame).ctypes.data % 64 == offset
    for _ in range(60):
        moved = rng.random((height, width, 1)) < rng.choice([0, 0.005])
        next = np.where(moved, frame ^ 90, frame)
        given = LAYOUTS[rng.choice(["contiguous", "padded rows"])](next)
        assert np.array_equal(compositor(given), reference.composite(frame, next, bg))
        frame = next


def test_threads_share_large_frames() -> None:
    frames, bg = moving_frames(4, 1999, 1501), random_frame(1501, 1999, 5)
    compositor = fastvbg.Compositor(bg, threads=3)
    compositor(frames[0])
    for prev, next in itertools.pairwise(frames):
        assert np.array_equal(compositor(next), reference.composite(prev, next, bg))


@pytest.mark.parametrize("bad", [None, random_frame(6, 5), random_frame(5, 6)[..., 0]])
def test_a_background_that_does_not_fit_is_refused(bad) -> None:
    bg = random_frame(5, 6)
    compositor = fastvbg.Compositor(bg)
    with pytest.raises((fastvbg.ShapeError, fastvbg.DTypeError), match="^background: got"):
        compositor.background = bad
    assert compositor.background is bg


def test_a_frame_of_another_size_is_refused() -> None:
    compositor = fastvbg.Compositor(random_frame(5, 6))
    with pytest.raises(
        fastvbg.ShapeError, match="frame: got 5x6 .* wanted 6x5 like the background"
    ):
        compositor(random_frame(6, 5))
