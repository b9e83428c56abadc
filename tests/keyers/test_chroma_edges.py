"""Soft edges before a screen, decided by the colours beside them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import ChromaKeyer
from fastvbg.errors import DTypeError, ShapeError
from fastvbg.masks import Chroma
from tests.keyers.test_chroma_light import BLUE, GREEN, planes_of
from tests.support.media import read_frames
from tests.support.people import write_clip

HEIGHT, WIDTH = 500, 560
SKIN, RED, BLACK = (105, 140, 195), (45, 55, 170), (20, 20, 20)


def blurred(rng, colour, worn):
    """Something that moves before a screen, 24 pixels in the meantime, and its coverage."""
    where = np.zeros((HEIGHT, WIDTH), np.float32)
    where[150:, 180:380] = 1
    where = cv2.blur(where, (25, 1))
    frame = np.float32(colour) * (1 - where[..., None]) + np.float32(worn) * where[..., None]
    frame = np.clip(np.round(frame + rng.normal(0, 1, frame.shape)), 0, 255)
    return frame.astype(np.uint8), np.round(255 * where)


def off(matte, truth):
    soft = (truth > 0) & (truth < 255)
    return np.abs(matte.astype(float) - truth)[soft].mean()


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("worn", [SKIN, RED, BLACK], ids=["skin", "red", "black"])
@pytest.mark.parametrize("colour", [GREEN, BLUE], ids=["green", "blue"])
def test_what_moves_is_as_soft_as_it_is(rng, colour, worn, planar):
    frame, truth = blurred(rng, colour, worn)
    keyer = ChromaKeyer()
    picture = planes_of(frame) if planar else frame
    matte = keyer.key_planes(picture) if planar else keyer.key(picture)
    decided = keyer.decide_edges(picture, matte)
    assert off(decided, truth) < (off(matte, truth) / 2 if worn != BLACK else 6)
    assert decided[truth == 255].mean() > 245
    assert decided[truth == 0].mean() < 2


def test_the_screen_is_what_it_is_now(rng):
    keyer = ChromaKeyer()
    frame, truth = blurred(rng, GREEN, SKIN)
    for gain in (1.0, 0.7):
        lit = np.round(frame * gain).astype(np.uint8)
        matte = keyer.key(lit)
        assert off(keyer.decide_edges(lit, matte), truth) < off(matte, truth) / 2


def test_matte_and_result_may_be_of_any_layout(rng):
    frame, _ = blurred(rng, GREEN, RED)
    keyer = ChromaKeyer()
    matte = keyer.key(frame)
    wanted = keyer.decide_edges(frame, matte)
    assert (wanted != matte).any()
    spread = np.zeros((HEIGHT, 2 * WIDTH), np.uint8)[:, ::2]
    assert keyer.decide_edges(frame[::-1][::-1], matte, out=spread) is spread
    np.testing.assert_array_equal(spread, wanted)
    assert keyer.decide_edges(frame, matte, out=matte) is matte
    np.testing.assert_array_equal(matte, wanted)
    other = ChromaKeyer(order="rgb")
    turned = np.ascontiguousarray(frame[..., ::-1])
    np.testing.assert_array_equal(other.decide_edges(turned, other.key(turned)), wanted)


def test_without_a_screen_the_matte_stays(rng):
    frame = rng.integers(0, 256, (90, 160, 3), np.uint8)
    keyer = ChromaKeyer()
    matte = keyer.key(frame)
    np.testing.assert_array_equal(keyer.decide_edges(frame, matte), matte)


def test_what_does_not_fit_is_said(rng):
    frame, _ = blurred(rng, GREEN, RED)
    keyer = ChromaKeyer()
    matte = keyer.key(frame)
    with pytest.raises(ShapeError, match="matte"):
        keyer.decide_edges(frame, matte[1:])
    with pytest.raises(DTypeError, match="matte"):
        keyer.decide_edges(frame, matte.astype(np.float32))


def test_a_file_is_keyed_so_where_it_is_asked_for(tmp_path, rng):
    frame, truth = blurred(rng, GREEN, RED)
    write_clip(tmp_path / "in.mkv", [frame] * 3)
    found = {}
    for edges in ("key", "colours"):
        out = tmp_path / f"{edges}.mkv"
        fastvbg.matte(tmp_path / "in.mkv", out, mask=Chroma(edges=edges), codec="ffv1")
        found[edges] = off(read_frames(out)[-1][:HEIGHT, :, 0], truth)
    assert found["colours"] < 0.6 * found["key"]
    assert Chroma(edges="colours").uses() == ("keying.soft_edges.decide",)
    assert not Chroma().uses()
