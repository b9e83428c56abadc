"""Frames of every order of channels and layout: the reference's bytes, and no others touched."""

from __future__ import annotations

import os
from contextlib import ExitStack
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvbg import Compositor, blend, composite, light_wrap, motion_mask, reference
from fastvbg.kernels._kernel import named
from fastvbg.reference.orders import from_bgr, to_bgr
from tests.support.kernel_arrays import (
    FRAME_LAYOUTS,
    LAYOUTS,
    at_offset,
    beside_forbidden_page,
    frame_pair,
)

ORDERS = ("bgr", "rgb", "bgra", "rgba")
OPERATIONS = {"composite": composite, "motion_mask": motion_mask, "blend": blend}
# All kinds of layout that kernels tell apart; the others are kinds of these.
KINDS = (
    "packed",
    "channels_reversed",
    "three_of_four",
    "last_reversed_of_four",
    "planes",
    "planes_reversed",
    "flipped_columns",
)


def inputs(rng, operation, height, width):
    prev, next = frame_pair(rng, height, width)
    bg = rng.integers(0, 256, prev.shape, np.uint8)
    if operation == "composite":
        return [prev, next, bg]
    if operation == "motion_mask":
        return [prev, next]
    matte = rng.integers(0, 256, (height, width), np.uint8)
    matte[height // 2 :] = np.where(matte[height // 2 :] > 128, 255, 0)
    matte[:, : width // 3] = 255
    matte[:, width - width // 3 :] = 0
    return [next, matte, bg]


def ordered(arrays, order, rng):
    """The frames in an order, a fourth channel anything."""
    made = []
    for array in arrays:
        frame = from_bgr(array, order) if array.ndim == 3 else array
        if frame.ndim == 3 and len(order) == 4:
            frame[..., 3] = rng.integers(0, 256, frame.shape[:2], np.uint8)
        made.append(frame)
    return made


def wanted_of(operation, arrays, order="bgr"):
    wanted = getattr(reference, operation)(*arrays)
    return from_bgr(wanted, order) if wanted.ndim == 3 else wanted


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("order", ORDERS)
def test_tails_in_each_order(operation, order, rng):
    for width in range(1, 201):
        arrays = inputs(rng, operation, 1, width)
        got = OPERATIONS[operation](*ordered(arrays, order, rng), order=order)
        np.testing.assert_array_equal(got, wanted_of(operation, arrays, order))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
@pytest.mark.parametrize("order", ["bgr", "rgb"])
def test_each_layout_in_each_order(operation, layout, order, rng):
    laid = FRAME_LAYOUTS[layout]
    for size in ((1, 1), (1, 64), (3, 65), (5, 131), (2, 200), (33, 5)):
        arrays = inputs(rng, operation, *size)
        frames = [laid(a) if a.ndim == 3 else a for a in ordered(arrays, order, rng)]
        wanted = wanted_of(operation, arrays, order)
        got = OPERATIONS[operation](*frames, order=order)
        np.testing.assert_array_equal(got, wanted)
        out = LAYOUTS.get(layout, LAYOUTS["packed"]) if wanted.ndim == 2 else laid
        to = out(np.zeros(wanted.shape, np.uint8))
        assert OPERATIONS[operation](*frames, order=order, out=to) is to
        np.testing.assert_array_equal(to, wanted)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_empty(operation, layout, size, rng):
    frames = [FRAME_LAYOUTS[layout](a) if a.ndim == 3 else a for a in inputs(rng, operation, *size)]
    assert OPERATIONS[operation](*frames, order="rgb").shape[:2] == size


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("first", KINDS)
def test_layouts_mix(operation, first, rng):
    for second, third, width in product(KINDS, KINDS, (7, 150)):
        arrays = inputs(rng, operation, 2, width)
        kinds = [first, second, third]
        frames = [
            FRAME_LAYOUTS[kind](a) if a.ndim == 3 else a
            for kind, a in zip(kinds, arrays, strict=False)
        ]
        wanted = wanted_of(operation, arrays)
        to = np.zeros(wanted.shape, np.uint8)
        to = FRAME_LAYOUTS[third](to) if to.ndim == 3 else to
        OPERATIONS[operation](*frames, out=to)
        np.testing.assert_array_equal(to, wanted)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("order", ["bgra", "rgba"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_four_channels_in_each_layout(operation, order, layout, rng):
    for size in ((1, 1), (3, 65), (5, 131), (33, 5)):
        arrays = inputs(rng, operation, *size)
        frames = [LAYOUTS[layout](a) for a in ordered(arrays, order, rng)]
        wanted = wanted_of(operation, arrays, order)
        to = LAYOUTS[layout](np.zeros(wanted.shape, np.uint8))
        OPERATIONS[operation](*frames, order=order, out=to)
        np.testing.assert_array_equal(to, wanted)


@pytest.mark.parametrize("operation", ["composite", "blend"])
@pytest.mark.parametrize("memory", ["bgra", "abgr", "planes", "reversed"])
def test_a_fourth_channel_lies_anywhere(operation, memory, rng):
    arrays = inputs(rng, operation, 5, 131)
    wanted = wanted_of(operation, arrays, "bgra")
    shape = wanted.shape
    to = {
        "bgra": np.zeros(shape, np.uint8),
        "abgr": np.zeros(shape, np.uint8)[..., ::-1],
        "planes": np.zeros((4, *shape[:2]), np.uint8).transpose(1, 2, 0),
        "reversed": np.zeros((4, *shape[:2]), np.uint8)[::-1].transpose(1, 2, 0),
    }[memory]
    OPERATIONS[operation](*ordered(arrays, "bgra", rng), order="bgra", out=to)
    np.testing.assert_array_equal(to, wanted)


@pytest.mark.parametrize("operation", ["composite", "blend"])
@pytest.mark.parametrize("part", [np.s_[:3], np.s_[2::-1], np.s_[1:], np.s_[:0:-1]], ids=str)
def test_the_byte_between_stays(operation, part, rng):
    for size in ((1, 1), (4, 64), (3, 200)):
        arrays = inputs(rng, operation, *size)
        deep = rng.integers(0, 256, (*size, 4), np.uint8)
        before, view = deep.copy(), deep[..., part]
        OPERATIONS[operation](*arrays, out=view)
        np.testing.assert_array_equal(view, wanted_of(operation, arrays))
        before[..., part] = view
        np.testing.assert_array_equal(deep, before)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("order", ["rgb", "rgba", "bgra"])
@pytest.mark.parametrize("offset", [0, 1, 4, 36, 63])
@pytest.mark.usefixtures("all_streams")
def test_streaming_stores(operation, order, offset, rng):
    arrays = inputs(rng, operation, 41, 1999)
    wanted = wanted_of(operation, arrays, order)
    frames, to = ordered(arrays, order, rng), at_offset(np.zeros(wanted.shape, np.uint8), offset)
    OPERATIONS[operation](*frames, order=order, threads=1 + offset % 2, out=to)
    np.testing.assert_array_equal(to, wanted)
    if offset < 2:
        OPERATIONS[operation](*(a[:, 1:-2] for a in frames), order=order, out=to[:, 1:-2])
        np.testing.assert_array_equal(to, wanted)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("size", [(41, 1999), (40, 2048)])
@pytest.mark.usefixtures("all_streams")
def test_streaming_stores_of_planes(operation, size, rng):
    arrays = inputs(rng, operation, *size)
    wanted = wanted_of(operation, arrays)
    frames = [FRAME_LAYOUTS["planes"](a) if a.ndim == 3 else a for a in arrays]
    np.testing.assert_array_equal(OPERATIONS[operation](*frames), wanted)
    if wanted.ndim == 3:
        memory = at_offset(np.zeros((3, *size), np.uint8), 0)
        for to in (memory, memory[::-1]):
            OPERATIONS[operation](*frames, out=to.transpose(1, 2, 0))
            np.testing.assert_array_equal(to.transpose(1, 2, 0), wanted)


@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
@pytest.mark.parametrize("size", [(1, 1), (3, 67), (64, 64)])
def test_out_is_an_input(layout, size, rng):
    laid = FRAME_LAYOUTS[layout]
    for operation, which in product(("composite", "blend"), (0, 2)):
        arrays = inputs(rng, operation, *size)
        wanted = wanted_of(operation, arrays)
        frames = [laid(a) if a.ndim == 3 else a for a in arrays]
        OPERATIONS[operation](*frames, out=frames[which])
        np.testing.assert_array_equal(frames[which], wanted)


@pytest.mark.parametrize("order", ["rgb", "rgba"])
def test_every_difference_is_weighed_in_its_order(order):
    triples = np.arange(1 << 24, dtype=np.uint32)
    high = np.stack([triples & 255, triples >> 8 & 255, triples >> 16], axis=-1).astype(np.uint8)
    high = high.reshape(4096, 4096, 3)
    low = np.zeros_like(high)
    frames = [from_bgr(frame, order) for frame in (low, high)]
    for threshold in (0, 3, 128, 254):
        wanted = reference.motion_mask(low, high, threshold)
        np.testing.assert_array_equal(
            motion_mask(*frames, threshold=threshold, order=order), wanted
        )


def test_rows_that_share_memory_are_read_alike(rng):
    """Rows broadcast over one another end where the memory ends."""
    for channels, order in ((3, "rgb"), (4, "rgba")):
        row = rng.integers(0, 256, (1, 90, channels), np.uint8)
        prev = np.broadcast_to(row, (5, 90, channels))
        next, bg = (rng.integers(0, 256, prev.shape, np.uint8) for _ in range(2))
        frames = [to_bgr(frame, order) for frame in (prev, next, bg)]
        got = composite(prev[..., :3], next[..., :3], bg[..., :3], order="rgb")
        wanted = reference.composite(*frames)
        np.testing.assert_array_equal(got, from_bgr(wanted, "rgb"))


@pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")
@pytest.mark.parametrize("size", [(1, 1), (1, 21), (2, 64), (3, 77), (1, 128), (2, 200)])
@pytest.mark.parametrize("part", [np.s_[:3], np.s_[2::-1], np.s_[1:], np.s_[:0:-1]], ids=str)
def test_no_memory_outside_is_touched(size, part, rng):
    """A view ends with its own last byte, where the fourth of its last pixel may be none."""
    height, width = size
    for operation, call in OPERATIONS.items():
        arrays = inputs(rng, operation, height, width)
        wanted = wanted_of(operation, arrays)
        for side in range(2):
            with ExitStack() as stack:

                def placed(array, side=side, stack=stack):
                    if array.ndim == 2:
                        place = stack.enter_context(beside_forbidden_page(array.size, side))
                        view = place.reshape(array.shape)
                    else:
                        first = min(range(4)[part])
                        length = 4 * height * width - 1
                        place = stack.enter_context(beside_forbidden_page(length, side))
                        own = np.lib.stride_tricks.as_strided(
                            place, (height, width, 3), (4 * width, 4, 1)
                        )
                        assert first in (0, 1)
                        view = own if range(4)[part].step == 1 else own[..., ::-1]
                    view[:] = array
                    return view

                frames = [placed(array) for array in arrays]
                to = placed(np.zeros(wanted.shape, np.uint8))
                call(*frames, out=to)
                np.testing.assert_array_equal(to, wanted)
                del frames, to, placed


@pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")
@pytest.mark.parametrize("size", [(1, 1), (1, 21), (2, 64), (3, 77), (1, 128), (2, 200)])
@pytest.mark.parametrize("order", ["rgb", "rgba", "planes"])
def test_no_memory_outside_whole_frames_is_touched(size, order, rng):
    for operation, call in OPERATIONS.items():
        arrays = inputs(rng, operation, *size)
        if order == "planes":
            name, given, wanted = "bgr", arrays, wanted_of(operation, arrays)
        else:
            name, given = order, ordered(arrays, order, rng)
            wanted = wanted_of(operation, arrays, order)
        for side in range(2):
            with ExitStack() as stack:

                def placed(array, side=side, stack=stack):
                    place = stack.enter_context(beside_forbidden_page(array.size, side))
                    if order == "planes" and array.ndim == 3:
                        view = place.reshape(3, *array.shape[:2]).transpose(1, 2, 0)
                    else:
                        view = place.reshape(array.shape)
                    view[:] = array
                    return view

                frames = [placed(array) for array in given]
                to = placed(np.zeros(wanted.shape, np.uint8))
                call(*frames, order=name, out=to)
                np.testing.assert_array_equal(to, wanted)
                del frames, to, placed


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(OPERATIONS)),
    st.tuples(*[st.sampled_from(sorted(FRAME_LAYOUTS))] * 4),
    st.integers(1, 5),
    st.integers(1, 300),
    st.integers(0, 2**32 - 1),
)
def test_any_layouts_of_any_size(operation, layouts, height, width, seed):
    arrays = inputs(np.random.default_rng(seed), operation, height, width)
    frames = [
        FRAME_LAYOUTS[layout](a) if a.ndim == 3 else a
        for layout, a in zip(layouts, arrays, strict=False)
    ]
    wanted = wanted_of(operation, arrays)
    to = np.zeros(wanted.shape, np.uint8)
    to = FRAME_LAYOUTS[layouts[3]](to) if wanted.ndim == 3 else to
    OPERATIONS[operation](*frames, out=to)
    np.testing.assert_array_equal(to, wanted)


@pytest.mark.parametrize("source", FRAME_LAYOUTS)
@pytest.mark.parametrize("target", FRAME_LAYOUTS)
def test_each_layout_becomes_each(source, target, rng):
    convert = named("composite.frames.convert").call
    for size in ((0, 3), (1, 1), (2, 63), (3, 130), (5, 200)):
        frame = rng.integers(0, 256, (*size, 3), np.uint8)
        to = FRAME_LAYOUTS[target](np.zeros_like(frame))
        convert(FRAME_LAYOUTS[source](frame), to, size[0])
        np.testing.assert_array_equal(to, frame)


@pytest.mark.parametrize("order", ORDERS)
def test_the_compositor_in_each_order(order, rng):
    frames = [rng.integers(0, 256, (9, 70, 3), np.uint8) for _ in range(4)]
    bg = rng.integers(0, 256, (9, 70, 3), np.uint8)
    compositor = Compositor(from_bgr(bg, order), order=order)
    np.testing.assert_array_equal(compositor(from_bgr(frames[0], order)), from_bgr(bg, order))
    for prev, next in pairwise(frames):
        got = compositor(from_bgr(next, order))
        np.testing.assert_array_equal(got, from_bgr(reference.composite(prev, next, bg), order))


@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
def test_the_compositor_of_each_layout(layout, rng):
    laid = FRAME_LAYOUTS[layout]
    bg, prev, next = (rng.integers(0, 256, (9, 70, 3), np.uint8) for _ in range(3))
    compositor = Compositor(laid(bg), order="rgb")
    compositor(laid(prev))
    wanted = reference.composite(*(a[..., ::-1].copy() for a in (prev, next, bg)))
    np.testing.assert_array_equal(compositor(laid(next)), wanted[..., ::-1])


@pytest.mark.parametrize("order", ORDERS)
def test_light_wrap_in_each_order(order, rng):
    frame, bg = (rng.integers(0, 256, (20, 70, 3), np.uint8) for _ in range(2))
    matte = rng.integers(0, 256, (20, 70), np.uint8)
    wanted = light_wrap(frame, matte, bg, radius=3)
    given = (from_bgr(a, order) for a in (frame, bg))
    got = light_wrap(next(given), matte, next(given), radius=3, order=order)
    np.testing.assert_array_equal(got, from_bgr(wanted, order))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [(1, 1), (4, 9), (40, 300)])
def test_a_small_matte_in_each_order(order, size, rng):
    frame, bg = (rng.integers(0, 256, (20, 70, 3), np.uint8) for _ in range(2))
    matte = rng.integers(0, 256, size, np.uint8)
    wanted = reference.blend(frame, reference.stretch_matte(matte, (20, 70)), bg)
    got = blend(from_bgr(frame, order), matte, from_bgr(bg, order), order=order)
    np.testing.assert_array_equal(got, from_bgr(wanted, order))
