"""`composite`, `motion_mask` and `blend` equal their references, whatever the shape and layout."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvbg import blend, composite, motion_mask, reference
from fastvbg.kernels._target import STREAM_BYTES
from tests.support.kernel_arrays import FRAME_LAYOUTS, LAYOUTS, at_offset, frame_pair

THRESHOLDS = (0, 1, 3, 17, 128, 254, 255)
OPERATIONS = ("composite", "motion_mask", "blend")


@pytest.fixture(scope="module")
def all_differences():
    """Two frames whose differences are all 256^3 triples, and a background."""
    triples = np.arange(1 << 24, dtype=np.uint32)
    high = np.stack([triples & 255, triples >> 8 & 255, triples >> 16], axis=-1).astype(np.uint8)
    rng = np.random.default_rng(0)
    low = rng.integers(0, 256, high.shape, np.uint8)
    low = np.minimum(low, 255 - high)
    up = rng.random(high.shape[0]) < 0.5
    prev = np.where(up[:, None], low, low + high).reshape(4096, 4096, 3)
    next = np.where(up[:, None], low + high, low).reshape(4096, 4096, 3)
    return prev, next, 255 - next


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_every_difference_decides_as_the_reference(all_differences, threshold):
    prev, next, bg = all_differences
    mask = reference.motion_mask(prev, next, threshold)
    np.testing.assert_array_equal(motion_mask(prev, next, threshold=threshold), mask)
    # `bg` is nowhere `next`, so a composite shows its decision in every pixel.
    expected = np.where(mask[..., None] > 0, next, bg)
    assert np.array_equal(composite(prev, next, bg, threshold=threshold), expected)


def test_every_blend_equals_the_reference():
    for a in range(0, 256, 32):
        coverage, fore, back = np.meshgrid(
            np.arange(a, a + 32, dtype=np.uint8), *[np.arange(256, dtype=np.uint8)] * 2
        )
        matte = coverage.reshape(4096, -1)
        frame = np.stack([fore.reshape(matte.shape)] * 3, axis=-1)
        bg = np.stack([back.reshape(matte.shape)] * 3, axis=-1)
        one = reference.blend(frame[..., :1], matte, bg[..., :1])
        assert np.array_equal(blend(frame, matte, bg), np.repeat(one, 3, axis=2))


def inputs(rng, operation, height, width):
    prev, next = frame_pair(rng, height, width)
    bg = rng.integers(0, 256, prev.shape, np.uint8)
    if operation == "composite":
        return [prev, next, bg]
    if operation == "motion_mask":
        return [prev, next]
    return [next, rng.integers(0, 256, (height, width), np.uint8), bg]


def run(operation, arrays, **options):
    return {"composite": composite, "motion_mask": motion_mask, "blend": blend}[operation](
        *arrays, **options
    )


def check(operation, arrays, **options):
    expected = getattr(reference, operation)(*[array.copy() for array in arrays])
    copies = [array.copy() for array in arrays]
    np.testing.assert_array_equal(run(operation, arrays, **options), expected)
    out = options.get("out")
    for array, copy in zip(arrays, copies, strict=True):
        if array is not out:
            np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_tails(operation, rng):
    for width in range(1, 201):
        check(operation, inputs(rng, operation, 1, width))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_odd_widths_of_strided_rows(operation, rng):
    for width in (1, 3, 15, 17, 31, 33, 63, 65, 127, 129, 191, 193):
        arrays = inputs(rng, operation, 5, width)
        check(operation, [LAYOUTS["strided_rows"](array) for array in arrays])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_unaligned_starts(operation, rng):
    for offset in (0, 1, 2, 3, 7, 16, 31, 33, 63):
        arrays = inputs(rng, operation, 3, 131)
        placed = [at_offset(array, (offset * k) % 64) for k, array in enumerate(arrays, 1)]
        shape = (3, 131) if operation == "motion_mask" else (3, 131, 3)
        check(operation, placed, out=at_offset(np.zeros(shape, np.uint8), offset))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("offset", [0, 1, 5, 32, 63])
@pytest.mark.usefixtures("all_streams")
def test_streaming_stores(operation, offset, rng):
    height, width = 37, 1999
    arrays = inputs(rng, operation, height, width)
    shape = (height, width) if operation == "motion_mask" else (height, width, 3)
    check(operation, arrays, out=at_offset(np.zeros(shape, np.uint8), offset))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("offset", [5])
def test_frames_large_enough_for_streaming_stores(operation, offset, rng):
    width = 1999
    height = STREAM_BYTES // (7 * width) + 1  # `motion_mask` moves the fewest bytes a pixel
    arrays = inputs(rng, operation, height, width)
    shape = (height, width) if operation == "motion_mask" else (height, width, 3)
    check(operation, arrays, out=at_offset(np.zeros(shape, np.uint8), offset))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
def test_layouts(operation, layout, rng):
    for height, width in ((1, 1), (7, 70), (33, 5)):
        arrays = inputs(rng, operation, height, width)
        for k in range(len(arrays)):
            changed = list(arrays)
            layouts = FRAME_LAYOUTS if arrays[k].ndim == 3 else LAYOUTS
            changed[k] = layouts.get(layout, layouts["packed"])(arrays[k])
            check(operation, changed)
        plane = operation == "motion_mask"
        out = np.zeros((height, width) if plane else (height, width, 3), np.uint8)
        layouts = LAYOUTS if plane else FRAME_LAYOUTS
        check(operation, arrays, out=layouts.get(layout, layouts["packed"])(out))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_read_only_inputs(operation, rng):
    arrays = inputs(rng, operation, 4, 90)
    for array in arrays:
        array.flags.writeable = False
    check(operation, arrays)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_one_pixel(operation, rng):
    for _ in range(50):
        check(operation, inputs(rng, operation, 1, 1))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_empty(operation, size, rng):
    result = run(operation, inputs(rng, operation, *size))
    assert result.shape[:2] == size


@pytest.mark.parametrize(
    ("operation", "which"),
    [("composite", 0), ("composite", 1), ("composite", 2), ("blend", 0), ("blend", 2)],
)
@pytest.mark.parametrize("size", [(1, 1), (3, 67), (64, 64), (1300, 1400)])
def test_out_is_an_input(operation, which, size, rng):
    arrays = inputs(rng, operation, *size)
    check(operation, arrays, out=arrays[which])


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(OPERATIONS),
    st.integers(1, 9),
    st.integers(1, 300),
    st.integers(0, 2**32 - 1),
    st.integers(0, 63),
)
def test_any_size_and_place(operation, height, width, seed, offset):
    arrays = inputs(np.random.default_rng(seed), operation, height, width)
    shape = (height, width) if operation == "motion_mask" else (height, width, 3)
    check(operation, arrays, out=at_offset(np.zeros(shape, np.uint8), offset))
