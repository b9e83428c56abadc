"""Soft edges before a plate: coverage is told from colours, and gaps are opened."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import (
    OptionTypeError,
    OverlapError,
    PlateKeyer,
    Refiner,
    ShapeError,
)
from fastvbg.reference import soft_edges as reference
from fastvbg.reference.keyspace import keyspace
from fastvbg.reference.refine import hysteresis

SIZE = 540, 700
COAT = 40, 30, 150


def room():
    """A room with some texture, lighter than who stands in it."""
    rng = np.random.default_rng(1)
    coarse = rng.integers(120, 220, (SIZE[0] // 30 + 1, SIZE[1] // 30 + 1, 3), np.uint8)
    return cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_CUBIC)


def coverage():
    """A figure with soft edges, and a gap as between an arm and the body."""
    hard = np.zeros(SIZE, np.float32)
    hard[120:440, 180:520] = 1
    hard[200:360, 250:310] = 0
    return cv2.GaussianBlur(hard, (0, 0), 3)


def scene():
    """The plate, a frame, the true coverage."""
    plate, share = room(), coverage()
    mixed = share[..., None] * np.array(COAT) + (1 - share[..., None]) * plate
    noise = np.random.default_rng(2).normal(0, 1.5, mixed.shape)
    return plate, np.clip(np.rint(mixed + noise), 0, 255).astype(np.uint8), share


def refined(keyer, frame):
    """What the plate mask's refinement makes of a frame, and what was keyed."""
    keyed = keyer.key(frame)
    guide = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    return keyed, Refiner("despeckle=5,fill,specks,guided").apply(keyed, guide).copy()


def halved(frame):
    """Return a frame in planes of 4:2:0."""
    y, u, v = keyspace(frame)
    small = (SIZE[1] // 2, SIZE[0] // 2)
    return (
        y,
        cv2.resize(u, small, interpolation=cv2.INTER_AREA),
        cv2.resize(v, small, interpolation=cv2.INTER_AREA),
    )


def error(matte, share):
    """Mean error where the truth is soft."""
    soft = (share > 0.02) & (share < 0.98)
    return float(np.abs(matte / 255 - share)[soft].mean())


def test_coverage_is_where_colours_lie_between_plate_and_foreground() -> None:
    plate, frame, share = scene()
    keyer = PlateKeyer(plate)
    keyed, matte = refined(keyer, frame)
    decided = keyer.decide_edges(frame, keyed, matte)
    assert error(decided, share) < 0.04
    assert error(matte, share) > 0.15
    away = cv2.blur(share, (61, 61))
    assert (decided[away == 0] == 0).all()
    assert (decided[away > 0.999] == 255).all()


def test_a_gap_that_shows_the_plate_is_opened() -> None:
    plate, frame, share = scene()
    keyer = PlateKeyer(plate)
    keyed, matte = refined(keyer, frame)
    assert matte[220:340, 265:295].min() == 255  # closed by refinement
    decided = keyer.decide_edges(frame, keyed, matte)
    assert decided[220:340, 265:295].max() < 40
    assert decided[220:340, 265:295].mean() < 0.5
    assert error(decided, share) < 0.04


def test_a_hole_of_nearly_the_plates_colour_stays_closed() -> None:
    plate, frame, _ = scene()
    patch = slice(240, 400), slice(360, 470)
    frame[patch] = np.clip(plate[patch].astype(int) + np.array((2, 3, 3)), 0, 255)
    keyer = PlateKeyer(plate, compensate=False)
    keyed, matte = refined(keyer, frame)
    assert (keyed[patch] == 0).mean() > 0.9
    decided = keyer.decide_edges(frame, keyed, matte)
    assert decided[260:380, 380:450].min() == 255


def test_what_is_clipped_tells_nothing() -> None:
    plate, frame, _ = scene()
    patch = slice(240, 400), slice(360, 470)
    plate[patch] = frame[patch] = 255  # a white shirt before a lamp
    keyer = PlateKeyer(plate)
    keyed, matte = refined(keyer, frame)
    assert keyer.decide_edges(frame, keyed, matte)[260:380, 380:450].min() == 255


@pytest.mark.parametrize("planar", [False, True])
def test_it_is_the_literal_form(planar) -> None:
    plate, frame, _ = scene()
    if planar:
        keyer, picture = PlateKeyer(halved(plate), compensate=False), halved(frame)
        keyed = keyer.key_planes(picture)
        planes, bounds = picture, (21, 230)
    else:
        keyer, picture = PlateKeyer(plate, compensate=False), frame
        keyed = keyer.key(picture)
        planes, bounds = keyspace(frame), (5, 250)
    matte = Refiner("despeckle=5,fill").apply(keyed)
    noise = keyer._noise(matte, keyed, planes)
    wanted = reference.decide(matte, keyed, planes, keyer.shown, (8, 1), bounds, noise)
    hangs = cv2.dilate(hysteresis(wanted, 16, 128), np.ones((3, 3), np.uint8))
    wanted = np.where((matte > 0) | (hangs > 0), wanted, 0)
    np.testing.assert_array_equal(keyer.decide_edges(picture, keyed, matte), wanted)


def test_specks_that_refinement_dropped_stay_away() -> None:
    plate, frame, _ = scene()
    plate, frame = plate.copy(), frame.copy()
    keyer = PlateKeyer(plate, compensate=False)
    matte = refined(keyer, frame)[1]
    beside = cv2.dilate(matte, np.ones((9, 9), np.uint8)) > 0
    beyond = beside & (cv2.dilate(matte, np.ones((5, 5), np.uint8)) == 0)
    rows, cols = np.nonzero(beyond)
    frame[rows[::40], cols[::40]] = np.clip(plate[rows[::40], cols[::40]].astype(int) + 60, 0, 255)
    keyed, matte = refined(keyer, frame)
    decided = keyer.decide_edges(frame, keyed, matte)
    count, labels = cv2.connectedComponents((decided > 0).astype(np.uint8))
    alone = [k for k in range(1, count) if not matte[labels == k].any()]
    assert count >= 2
    assert alone == []


def test_any_layout_and_order_gives_the_same() -> None:
    plate, frame, _ = scene()
    keyer = PlateKeyer(plate)
    keyed, matte = refined(keyer, frame)
    wanted = keyer.decide_edges(frame, keyed, matte)
    other = PlateKeyer(plate[..., ::-1], order="rgb")
    other.key(frame[..., ::-1])
    wide = np.zeros((*SIZE, 2), np.uint8)
    wide[..., 0] = matte
    wide.flags.writeable = False
    out = np.zeros((SIZE[0], SIZE[1] + 9), np.uint8)[:, 4:-5]
    assert other.decide_edges(frame[..., ::-1], keyed, wide[..., 0], out=out) is out
    np.testing.assert_array_equal(out, wanted)
    assert keyer.decide_edges(frame, keyed, matte, out=matte) is matte
    np.testing.assert_array_equal(matte, wanted)


def test_small_frames_and_empty_ones_are_decided() -> None:
    for shape in [(0, 0), (1, 1), (3, 200)]:
        plate = np.full((*shape, 3), 90, np.uint8)
        keyer = PlateKeyer(plate)
        keyed = keyer.key(plate)
        assert keyer.decide_edges(plate, keyed, keyed).shape == shape


def test_wrong_arrays_are_refused() -> None:
    plate, frame, _ = scene()
    keyer = PlateKeyer(plate)
    keyed, matte = refined(keyer, frame)
    with pytest.raises(ShapeError, match="keyed: got"):
        keyer.decide_edges(frame, keyed[1:], matte)
    with pytest.raises(ShapeError, match="matte: got"):
        keyer.decide_edges(frame, keyed, matte[:, 1:])
    with pytest.raises(OptionTypeError, match="plate: is a BGR frame"):
        keyer.decide_edges(keyspace(frame), keyed, matte)
    with pytest.raises(OverlapError, match="out"):
        keyer.decide_edges(frame, keyed, matte, out=keyed)
