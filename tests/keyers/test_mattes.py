"""Mattes of other tools: what a picture means, and which matte is which frame's."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastvbg import (
    DTypeError,
    MatteFeed,
    OptionError,
    OptionTypeError,
    ShapeError,
    SourceError,
    as_matte,
    reference,
)


def test_every_uint16_is_rounded():
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    expected = np.floor(every / 257.0 + 0.5).astype(np.uint8)
    np.testing.assert_array_equal(as_matte(every), expected)
    np.testing.assert_array_equal(as_matte(every[:, ::-1]), expected[:, ::-1])


def test_gray_of_each_type(rng):
    eight = rng.integers(0, 256, (7, 9), np.uint8)
    assert as_matte(eight) is eight
    np.testing.assert_array_equal(as_matte(eight[..., None]), eight)
    np.testing.assert_array_equal(as_matte(eight > 99), np.where(eight > 99, 255, 0))
    floats = rng.uniform(-0.2, 1.2, (7, 9)).astype(np.float32)
    floats[0, :3] = np.nan, np.inf, -np.inf
    np.testing.assert_array_equal(as_matte(floats), reference.quantize_matte(floats))
    np.testing.assert_array_equal(as_matte(floats.astype(np.float64)), as_matte(floats))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_colour_is_luma(dtype):
    scale = {np.uint8: 1, np.uint16: 257, np.float32: 1 / 255}[dtype]
    bgr = np.array([[[7, 7, 7], [255, 0, 0], [0, 255, 0], [0, 0, 255]]])
    picture = (bgr * scale).astype(dtype)
    assert as_matte(picture).tolist() == [[7, 29, 150, 76]]
    opaque = np.concatenate([picture, np.full((1, 4, 1), 255 * scale, dtype)], axis=2)
    assert as_matte(opaque).tolist() == [[7, 29, 150, 76]]
    assert as_matte(opaque, channel="alpha").tolist() == [[255] * 4]
    opaque[..., 3] = np.array([9, 0, 255, 255]) * scale
    assert as_matte(opaque).tolist() == [[9, 0, 255, 255]]
    assert as_matte(opaque, channel="luma").tolist() == [[7, 29, 150, 76]]
    opaque[..., 3] = 0
    assert not as_matte(opaque).any()


def test_inputs_are_left_alone(rng):
    picture = rng.integers(0, 256, (5, 6, 4), np.uint8)
    picture.flags.writeable = False
    copy = picture.copy()
    as_matte(picture)
    as_matte(picture[::-1, ::2], channel="luma")
    np.testing.assert_array_equal(picture, copy)


@pytest.mark.parametrize(
    ("picture", "error", "words"),
    [
        ([1], DTypeError, "matte: got list, wanted a numpy.ndarray of uint8, uint16"),
        (np.zeros((2, 2), np.int32), DTypeError, "matte: got int32, wanted a numpy.ndarray"),
        (np.zeros(3, np.uint8), ShapeError, "matte: got shape .*, wanted .h, w., or .h, w, 3 or 4"),
        (np.zeros((2, 2, 2), np.uint8), ShapeError, "matte: got shape"),
        (np.zeros((0, 2), np.uint8), ShapeError, "matte: got an empty picture"),
    ],
)
def test_what_is_no_matte(picture, error, words):
    with pytest.raises(error, match=f"^{words}"):
        as_matte(picture)


def test_wrong_channels():
    with pytest.raises(OptionError, match="^channel: got 'red', wanted one of auto, alpha, luma$"):
        as_matte(np.zeros((1, 1), np.uint8), channel="red")
    with pytest.raises(OptionError, match="^channel: got alpha, but the picture of shape"):
        as_matte(np.zeros((1, 1, 3), np.uint8), channel="alpha")


def numbered(count, times=None):
    for k in range(count):
        yield np.full((2, 3), k + 1, np.uint8), None if times is None else times[k]


def values(feed, count, seconds=None):
    return [
        int(feed.matte_for(k, None if seconds is None else seconds[k])[0, 0]) for k in range(count)
    ]


def test_by_number():
    feed = MatteFeed(numbered(4))
    assert values(feed, 4) == [1, 2, 3, 4]
    assert feed.warnings == []
    assert values(MatteFeed(numbered(9)), 3, [0, 1, 2]) == [1, 2, 3]
    skipping = MatteFeed(numbered(9))
    assert [int(skipping.matte_for(k)[0, 0]) for k in (1, 4, 8)] == [2, 5, 9]


@pytest.mark.parametrize(
    ("hold", "expected", "what"),
    [
        (None, [1, 2, 2, 2, 2], "the last one is held"),
        (0, [1, 2, 0, 0, 0], "the last one is held for 0 frames, then all is background"),
        (2, [1, 2, 2, 2, 0], "the last one is held for 2 frames, then all is background"),
    ],
)
@pytest.mark.parametrize("timed", [False, True])
def test_mattes_that_end_before_the_video(hold, expected, what, timed):
    times = [k / 25 for k in range(5)] if timed else None
    feed = MatteFeed(numbered(2, times), hold=hold, name="matte.mp4")
    assert values(feed, 5, times) == expected
    assert feed.warnings == [f"matte.mp4: ends before the video; from frame 2 on {what}"]


def test_by_time():
    # Mattes at half the rate of the frames, late by what Matroska's milliseconds make of it.
    frames = [k / 30 for k in range(8)]
    mattes = [round(k / 15, 3) + 0.0004 for k in range(4)]
    assert values(MatteFeed(numbered(4, mattes)), 8, frames) == [1, 1, 2, 2, 3, 3, 4, 4]
    # Twice the rate.
    mattes = [k / 60 for k in range(12)]
    assert values(MatteFeed(numbered(12, mattes)), 6, frames) == [1, 3, 5, 7, 9, 11]
    # A gap in the frames, and mattes that begin late.
    late = MatteFeed(numbered(3, [1.0, 2.0, 3.0]))
    assert values(late, 4, [0.0, 0.5, 2.5, 3.9]) == [1, 1, 2, 3]
    assert late.warnings == []
    late.matte_for(4, 4.1)
    assert late.warnings == ["matte: ends before the video; from frame 4 on the last one is held"]


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=20),
    st.lists(st.integers(1, 5), min_size=1, max_size=20),
)
def test_by_time_is_the_newest_not_after(matte_steps, frame_steps):
    mattes = np.cumsum(matte_steps) / 10
    frames = np.cumsum(frame_steps) / 10
    got = values(MatteFeed(numbered(len(mattes), mattes.tolist())), len(frames), frames.tolist())
    wanted = np.maximum(np.searchsorted(mattes - 1e-6, frames, side="right"), 1)
    assert got == wanted.tolist()


def test_one_matte():
    feed = MatteFeed(numbered(1))
    assert values(feed, 3) == [1, 1, 1]
    assert feed.warnings == ["matte: ends before the video; from frame 1 on the last one is held"]
    feed = MatteFeed(numbered(1, [0.0]))
    assert feed.matte_for(0, 0.0)[0, 0] == 1
    assert feed.warnings == []


def test_no_more_than_two_mattes_are_kept():
    alive: list[weakref.ref] = []

    def mattes():
        for k in range(50):
            matte = np.full((2, 2), k, np.uint8)
            alive.append(weakref.ref(matte))
            yield matte, k / 10
            del matte

    feed = MatteFeed(mattes())
    gc.collect()
    gc.freeze()  # what was there before need not be looked through each time
    try:
        for k in range(40):
            assert feed.matte_for(k, k / 10)[0, 0] == k
            gc.collect()
            assert sum(ref() is not None for ref in alive) <= 2
            assert len(alive) <= k + 2
    finally:
        gc.unfreeze()


def test_alpha_once_is_alpha_for_the_rest():
    def mattes():
        for alpha in (255, 100, 255, 0):
            yield np.array([[[50, 50, 50, alpha]]], np.uint8), None

    assert values(MatteFeed(mattes()), 4) == [50, 100, 255, 0]
    assert values(MatteFeed(mattes(), channel="luma"), 4) == [50] * 4
    assert values(MatteFeed(mattes(), channel="alpha"), 4) == [255, 100, 255, 0]


def test_mattes_may_change_in_size():
    feed = MatteFeed([(np.zeros((2, 3), np.uint8), None), (np.ones((4, 5), np.float32), None)])
    assert [feed.matte_for(k).shape for k in range(2)] == [(2, 3), (4, 5)]


def test_wrong_sequences():
    with pytest.raises(SourceError, match="^matte: there is no matte in it$"):
        MatteFeed([]).matte_for(0)
    feed = MatteFeed(numbered(3))
    feed.matte_for(1)
    with pytest.raises(OptionError, match="^index: got 1 after 1, wanted frames in order$"):
        feed.matte_for(1)
    mixed = MatteFeed([(np.zeros((1, 1), np.uint8), at) for at in (0.0, None)])
    with pytest.raises(SourceError, match="^matte: matte 1 has no time$"):
        mixed.matte_for(0, 0.0)
    with pytest.raises(DTypeError, match="^matte: got int64"):
        MatteFeed([(np.zeros((1, 1), np.int64), None)]).matte_for(0)
    with pytest.raises(OptionError, match="^hold: got -1"):
        MatteFeed([], hold=-1)
    with pytest.raises(OptionTypeError, match="^hold: got 'long'"):
        MatteFeed([], hold="long")
    with pytest.raises(OptionError, match="^channel: got 'red'"):
        MatteFeed([], channel="red")
