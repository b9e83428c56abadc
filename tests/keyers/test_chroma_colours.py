"""A foreground's own colours at soft edges: no rim of the screen's light, nor of its opposite."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg import ChromaKeyer, ShapeError
from fastvbg.kernels.keying.unmix_plan import cell_of
from fastvbg.reference import unmix as reference
from fastvbg.reference.keyspace import keyspace

GREEN, BLUE, YELLOWISH = (64, 160, 64), (190, 71, 10), (30, 150, 110)
BLACK, WHITE, SKIN, RED = (30, 30, 30), (235, 235, 235), (80, 120, 190), (45, 55, 170)


def soft_edge(foreground, colour=GREEN, height=64, width=200):
    """A foreground of one colour that ends softly before a screen, and its coverage."""
    truth = np.clip((np.arange(width) - 80) / 30, 0, 1)[None, :, None].repeat(height, axis=0)
    frame = np.round(truth * np.array(foreground) + (1 - truth) * np.array(colour))
    return frame.astype(np.uint8), np.round(255 * truth[..., 0]).astype(np.uint8)


def known(keyer):
    """What a keyer knows of its screen."""
    chroma = keyer._screen.chroma
    return reference.Known(keyer.light, keyer.reach, keyer.direction, chroma)


@pytest.mark.parametrize("foreground", [BLACK, WHITE, SKIN])
@pytest.mark.parametrize("planar", [False, True])
def test_soft_edges_have_the_foregrounds_luma(foreground, planar):
    frame, _ = soft_edge(foreground)
    keyer = ChromaKeyer()
    cell = cell_of(frame.shape[:2])
    if planar:
        planes = keyspace(frame)
        matte = keyer.key_planes(planes)
        plain, clear = keyer.despill_planes(planes, matte), keyer.foreground_planes(planes, matte)
        wanted = reference.clear_planes(planes, plain, matte, known(keyer), cell)
        for one, two in zip(clear, wanted, strict=True):
            np.testing.assert_array_equal(one, two)
        plain, clear = plain[0], clear[0]
    else:
        matte = keyer.key(frame)
        plain, clear = keyer.despill(frame, matte), keyer.foreground(frame, matte)
        wanted = reference.clear_frame(frame, plain, matte, known(keyer), cell)
        np.testing.assert_array_equal(clear[matte == 255], plain[matte == 255])
        np.testing.assert_array_equal(clear, wanted)
        plain, clear = (keyspace(each)[0] for each in (plain, clear))
    real = int(keyspace(np.array([[foreground]], np.uint8))[0][0, 0])
    soft = (matte > 60) & (matte < 255)
    errors = [abs(each.astype(int) - real)[soft].mean() for each in (plain, clear)]
    assert errors[1] < 0.8 * errors[0]


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("colour", [GREEN, BLUE, YELLOWISH], ids=["green", "blue", "yellowish"])
@pytest.mark.parametrize("foreground", [SKIN, RED], ids=["skin", "red"])
def test_soft_edges_have_the_foregrounds_colour(colour, foreground, planar):
    frame, truth = soft_edge(foreground, colour)
    real = np.array([[foreground]], np.uint8)
    keyer = ChromaKeyer(colour)
    if planar:
        planes = keyspace(frame)
        keyer.key_planes(planes)
        plain, clear = (
            np.stack(method(planes, truth), 2)
            for method in (keyer.despill_planes, keyer.foreground_planes)
        )
        real = np.stack(keyspace(real), 2)
    else:
        keyer.key(frame)
        plain, clear = keyer.despill(frame, truth), keyer.foreground(frame, truth)
    soft = (truth > 60) & (truth < 255)
    errors = [abs(each.astype(int) - real)[soft].mean() for each in (plain, clear)]
    assert errors[1] < min(5, errors[0] / 3)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("foreground", [BLACK, WHITE], ids=["black", "white"])
def test_too_thin_a_matte_gives_gray_no_rim_of_the_opposite_colour(foreground, planar):
    frame, truth = soft_edge(foreground)
    thin = (truth.astype(int) ** 2 // 255).astype(np.uint8)
    keyer = ChromaKeyer()
    if planar:
        planes = keyspace(frame)
        keyer.key_planes(planes)
        u, v = keyer.foreground_planes(planes, thin)[1:]
    else:
        keyer.key(frame)
        u, v = keyspace(keyer.foreground(frame, thin))[1:]
    soft = (thin > 0) & (thin < 255)
    assert max(abs(plane.astype(int) - 128)[soft].max() for plane in (u, v)) <= 3


def test_a_red_thing_further_away_does_not_redden_a_gray_edge():
    frame, truth = soft_edge(BLACK, width=640)
    frame[:, 500:] = RED
    thin = (truth.astype(int) ** 2 // 255).astype(np.uint8)
    keyer = ChromaKeyer(GREEN)
    keyer.key(frame)
    _, u, v = keyspace(keyer.foreground(frame, thin))
    soft = (thin > 0) & (thin < 255)
    assert max(abs(plane.astype(int) - 128)[soft].max() for plane in (u, v)) <= 3


def test_a_frame_of_another_size_is_refused():
    frame, matte = soft_edge(SKIN)
    keyer, planar = ChromaKeyer(), ChromaKeyer()
    keyer.key(frame)
    planar.key_planes(keyspace(frame))
    larger, wide = np.vstack([frame] * 2), np.vstack([matte] * 2)
    with pytest.raises(ShapeError, match="the first frame"):
        keyer.foreground(larger, wide)
    with pytest.raises(ShapeError, match="the first frame"):
        planar.foreground_planes(keyspace(larger), wide)
