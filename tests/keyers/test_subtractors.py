"""OpenCV's subtractors as keyers: OpenCV's own masks, shadows counted as background."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import OptionError, OptionTypeError, ShapeError, SubtractorKeyer, reference
from fastvbg.reference.adaptive import keyed_planes
from tests.support.scenes import empty_room, with_person

MAKE = {"mog2": cv2.createBackgroundSubtractorMOG2, "knn": cv2.createBackgroundSubtractorKNN}


def video(rng):
    frames = [*empty_room(20), *with_person(empty_room(10, 1), rng)]
    for frame in frames[20:]:
        frame[:, 50:] = frame[:, 50:] * 7 // 10  # a shadow
    return frames


def seeded(make, *arguments):
    """Make a subtractor whose chance begins anew."""
    cv2.setRNGSeed(1)
    return make(*arguments)


def own_marks(kind, frames):
    own = seeded(MAKE[kind])
    return [own.apply(frame).copy() for frame in frames]


@pytest.mark.parametrize("kind", MAKE)
def test_masks_are_opencvs_without_shadows(kind, rng):
    frames = video(rng)
    marks = own_marks(kind, frames)
    keyer = seeded(SubtractorKeyer, kind)
    for frame, mark in zip(frames, marks, strict=True):
        np.testing.assert_array_equal(keyer.key(frame), np.where(mark == 255, 255, 0))
    assert any((mark == 127).any() for mark in marks)


@pytest.mark.parametrize("kind", MAKE)
def test_planes_are_three_channels(kind, rng):
    planes = [keyed_planes(frame[:47, :63]) for frame in video(rng)]
    whole = [
        np.stack([y, *(plane.repeat(2, 0).repeat(2, 1)[:47, :63] for plane in (u, v))], axis=-1)
        for y, u, v in planes
    ]
    marks = own_marks(kind, whole)
    keyer = seeded(SubtractorKeyer, kind)
    for frame, mark in zip(planes, marks, strict=True):
        np.testing.assert_array_equal(keyer.key_planes(frame), np.where(mark == 255, 255, 0))


def test_composite_is_key_then_blend(rng):
    apart, fused = SubtractorKeyer("mog2"), SubtractorKeyer("mog2")
    for frame in video(rng):
        bg = rng.integers(0, 256, frame.shape, np.uint8)
        expected = reference.blend(frame, apart.key(frame), bg)
        np.testing.assert_array_equal(fused.composite(frame, bg), expected)


@pytest.mark.parametrize("kind", MAKE)
def test_freeze_and_reset(kind, rng):
    keyer = seeded(SubtractorKeyer, kind)
    frames = video(rng)
    first = [keyer.key(frame).copy() for frame in frames]
    keyer.freeze()
    still = [keyer.key(frames[-1]) for _ in range(60)]
    assert keyer.frozen
    assert all((mask == still[0]).all() for mask in still)
    seeded(keyer.reset)
    assert not keyer.frozen
    for frame, mask in zip(frames, first, strict=True):
        np.testing.assert_array_equal(keyer.key(frame), mask)


def test_errors(rng):
    with pytest.raises(OptionError, match="mog2, knn"):
        SubtractorKeyer("vibe")
    with pytest.raises(OptionTypeError):
        SubtractorKeyer(2)
    keyer = SubtractorKeyer("knn")
    frame = rng.integers(0, 256, (6, 8, 3), np.uint8)
    keyer.key(frame)
    with pytest.raises(ShapeError, match="wanted 8x6"):
        keyer.key(frame[1:])
    with pytest.raises(ShapeError, match="wanted BGR"):
        keyer.key_planes(keyed_planes(frame))
    assert SubtractorKeyer("knn").key(frame[:0]).shape == (0, 8)
