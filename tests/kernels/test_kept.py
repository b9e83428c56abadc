"""The kernel behind `Compositor` keeps the frame and leaves background that is there already."""

from __future__ import annotations

import os
from contextlib import ExitStack

import numpy as np
import pytest

from fastvbg import reference
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.composite.plan import BLOCK, background_map
from tests.support.kernel_arrays import FRAME_LAYOUTS, at_offset, beside_forbidden_page, frame_pair

WIDTHS = (1, 3, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 191, 192, 193, 320)
kernel = Module("composite.kept")


def video(rng, height, width, count=12):
    """Return frames that stay, flicker by less than a threshold, move in part, or all."""
    frames = [rng.integers(0, 256, (height, width, 3), np.uint8)]
    for _ in range(1, count):
        last = frames[-1]
        kind = rng.integers(4)
        if kind == 0:
            frames.append(rng.integers(0, 256, last.shape, np.uint8))
        elif kind == 1:
            frames.append(last.copy())
        elif kind == 2:
            frames.append(np.where(last < 128, last + rng.integers(0, 2, last.shape), last - 1))
        else:
            moved = rng.random((height, -(-width // 40), 1)).repeat(40, 1)[:, :width] < 0.3
            frames.append(np.where(moved, last ^ 64, last))
    return [frame.astype(np.uint8) for frame in frames]


def check_stream(frames, bg, out, threshold=3, lay=lambda array: array):
    """Composite frame after frame into one buffer, and compare each."""
    height, width = out.shape[:2]
    kept, known, whole = at_offset(frames[0], 0), background_map(height, width), True
    for prev, next in zip([frames[0], *frames], frames, strict=False):
        given = lay(next)
        if given.flags.c_contiguous != whole:
            known[:] = 0
        whole = given.flags.c_contiguous
        kernel.composite.call(kept, given, bg, out, known, threshold, 0, height)
        np.testing.assert_array_equal(out, reference.composite(prev, next, bg, threshold))
        np.testing.assert_array_equal(kept, next)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("threshold", [0, 3, 128, 255])
def test_every_frame_equals_the_reference(width, threshold, rng):
    frames, bg = video(rng, 5, width), rng.integers(0, 256, (5, width, 3), np.uint8)
    check_stream(frames, bg, at_offset(np.zeros_like(bg), 0), threshold)


@pytest.mark.parametrize("offset", [1, 16, 33, 63])
def test_unaligned_memory(offset, rng):
    frames, bg = video(rng, 4, 131), rng.integers(0, 256, (4, 131, 3), np.uint8)
    check_stream(
        frames, at_offset(bg, offset), at_offset(bg, 64 - offset), lay=lambda a: at_offset(a, 5)
    )


@pytest.mark.parametrize("width", [1920, 1999])
@pytest.mark.parametrize("offset", [0, 5])
@pytest.mark.usefixtures("all_streams")
def test_streaming_stores(width, offset, rng):
    frames, bg = video(rng, 51, width, 4), rng.integers(0, 256, (51, width, 3), np.uint8)
    check_stream(frames, bg, at_offset(bg, offset))


@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
@pytest.mark.parametrize("width", [5, 128, 70])
def test_layouts(layout, width, rng):
    frames, bg = video(rng, 7, width), rng.integers(0, 256, (7, width, 3), np.uint8)
    check_stream(frames, bg, at_offset(np.zeros_like(bg), 0), lay=FRAME_LAYOUTS[layout])
    check_stream(frames, FRAME_LAYOUTS[layout](bg), FRAME_LAYOUTS[layout](np.zeros_like(bg)))


@pytest.mark.parametrize("width", [128, 70, 100])
@pytest.mark.parametrize("names", [FRAME_LAYOUTS, ("strided_rows", "flipped_rows", "transposed")])
def test_layouts_may_change_from_frame_to_frame(width, names, rng):
    frames, bg = video(rng, 7, width, 60), rng.integers(0, 256, (7, width, 3), np.uint8)
    layouts = [FRAME_LAYOUTS[name] for name in rng.choice(sorted(names), 60)]
    out = at_offset(np.zeros_like(bg), 0)
    check_stream(frames, bg, out, lay=lambda frame: layouts.pop()(frame))  # noqa: PLW0108


@pytest.mark.parametrize("width", [128, 70])
@pytest.mark.parametrize("offset", [0, 16, 33])
def test_background_that_is_there_is_neither_read_nor_written(width, offset, rng):
    frame, bg = rng.integers(0, 256, (2, 3, width, 3), np.uint8)
    kept, known = frame.copy(), background_map(3, width)
    out = at_offset(np.zeros_like(bg), offset)
    kernel.composite.call(kept, frame, bg, out, known, 3, 0, 3)
    np.testing.assert_array_equal(out, bg)
    flicker = frame ^ 1
    out[:] = 7
    kernel.composite.call(kept, flicker, 255 - bg, out, known, 3, 0, 3)
    np.testing.assert_array_equal(kept, flicker)
    # What fills no block, at the beginning and the end, is always written.
    blocks = np.count_nonzero(known)
    assert blocks >= 3 * width // BLOCK - 1
    assert np.count_nonzero((out == 7).all(axis=2)) >= BLOCK * blocks


def test_a_block_that_moved_is_background_again_when_it_stays(rng):
    first, bg = rng.integers(0, 256, (2, 1, 2 * BLOCK, 3), np.uint8)
    second = first.copy()
    second[0, 3] ^= 128
    check_stream([first, second, second, second, first, first], bg, at_offset(np.zeros_like(bg), 0))


@pytest.mark.parametrize("alias", ["frame", "background"])
def test_out_may_be_an_input(alias, rng):
    for width in WIDTHS:
        (first, second), bg = (
            frame_pair(rng, 3, width),
            rng.integers(0, 256, (3, width, 3), np.uint8),
        )
        expected = reference.composite(first, second, bg)
        out = second.copy() if alias == "frame" else bg.copy()
        arrays = (out, bg) if alias == "frame" else (second, out)
        kept = first.copy()
        kernel.composite.call(kept, *arrays, out, background_map(3, width), 3, 0, 3)
        np.testing.assert_array_equal(out, expected)
        np.testing.assert_array_equal(kept, second)


@pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")
@pytest.mark.parametrize("size", [(1, 1), (2, 33), (3, 64), (5, 77), (2, 128), (1, 4096)])
def test_no_memory_outside_of_the_arrays_is_touched(size, rng):
    prev, next = frame_pair(rng, *size)
    bg = 255 - next
    for side in range(2):
        with ExitStack() as stack:
            arrays = [prev, next, bg, np.zeros_like(bg), background_map(*size)]
            placed = [stack.enter_context(beside_forbidden_page(a.size, side)) for a in arrays]
            for place, array in zip(placed, arrays, strict=True):
                place[:] = array.ravel()
            given = [place.reshape(a.shape) for place, a in zip(placed, arrays, strict=True)]
            kernel.composite.call(*given, 3, 0, size[0])
            expected = reference.composite(prev, next, bg)
            for got, wanted in zip(given[:4], (next, next, bg, expected), strict=True):
                np.testing.assert_array_equal(got, wanted)
            del placed, given, got, place


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_empty(size):
    frame, known = np.zeros((*size, 3), np.uint8), background_map(*size)
    kernel.composite.call(frame, frame, frame, frame, known, 3, 0, size[0])
    assert not known.any()
