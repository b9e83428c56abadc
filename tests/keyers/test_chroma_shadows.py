"""Shadows on a screen go, where a dark foreground of the same colours stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import ChromaKeyer
from fastvbg.keyers.chroma.shade import shade_of
from tests.keyers.test_chroma_light import BLUE, GREEN, HEIGHT, WIDTH, picture, planes_of

SHADE = 0.5


def shadowed(rng, colour=GREEN, *, at=0):
    """Somebody and a soft shadow beside, and where either is."""
    frame, where = picture(rng, colour=colour, at=at)
    cast = np.roll(where, 28, axis=1).astype(np.float32)
    cast[:, :28] = 0
    cast = cv2.GaussianBlur(cast, (0, 0), 6)
    light = np.where(where, 1, 1 - (1 - SHADE) * cast)
    frame = np.round(frame * light[..., None]).astype(np.uint8)
    return frame, where, ~where & (cast > 0.1)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("colour", [GREEN, BLUE], ids=["green", "blue"])
def test_a_shadow_beside_somebody_goes(rng, colour, planar):
    frame, where, shadow = shadowed(rng, colour)
    keyer = ChromaKeyer()
    matte = keyer.key_planes(planes_of(frame)) if planar else keyer.key(frame)
    assert matte[shadow].mean() < 6
    assert matte[where].mean() > 250


def test_a_shadow_is_followed_as_somebody_moves(rng):
    keyer, left = ChromaKeyer(), []
    for k in range(24):
        frame, where, shadow = shadowed(rng, at=-40 + 2 * k)
        matte = keyer.key(frame)
        left.append(matte[shadow].mean())
        assert matte[where].mean() > 250
    assert max(left) < 12


def test_where_a_shadow_was_soft_edges_come_back(rng):
    keyer = ChromaKeyer()
    plain, _ = picture(rng)
    usual = ChromaKeyer().key(plain)
    for frame in [shadowed(rng)[0]] * 2 + [plain] * 8:
        matte = keyer.key(frame)
    assert np.abs(matte.astype(int) - usual).mean() < 0.5


def test_what_is_soft_for_a_moment_is_no_shadow(rng):
    keyer = ChromaKeyer()
    for k in range(17):  # of which 0, 8 and 16 are measured
        frame, where, shadow = shadowed(rng) if k == 16 else (*picture(rng), None)
        matte = keyer.key(frame)
    assert matte[shadow].mean() > 20
    assert keyer.key(frame)[where].mean() > 250


def test_a_dark_veil_with_an_edge_is_no_shadow(rng):
    frame, _ = picture(rng)
    veil = np.zeros((HEIGHT, WIDTH), bool)
    veil[40:140, 20:90] = True
    frame[veil] = np.round(frame[veil] * 0.5).astype(np.uint8)
    matte = ChromaKeyer().key(frame)
    assert matte[veil].mean() > 100


@pytest.mark.parametrize("planar", [False, True])
def test_a_named_screen_that_shows_late_has_no_shadows_before(rng, planar):
    keyer = ChromaKeyer(key=GREEN)
    for k in range(30):
        frame, where = picture(rng)
        frame = np.full_like(frame, 90) if k < 20 else frame
        matte = keyer.key_planes(planes_of(frame)) if planar else keyer.key(frame)
    assert matte[~where].mean() < 3


def test_dark_strands_are_no_shadow(rng):
    frame, _ = picture(rng)
    strands = np.zeros((HEIGHT, WIDTH), np.float32)
    for k in range(12):
        cv2.line(strands, (20 + 6 * k, 20), (30 + 5 * k, 150), 1, 1, cv2.LINE_AA)
    strands = cv2.GaussianBlur(strands, (0, 0), 0.8)
    frame = np.round(frame * (1 - strands[..., None])).astype(np.uint8)
    matte = ChromaKeyer(key=GREEN).key(frame).astype(int)
    assert matte[strands > 0.4].mean() > 0.35 * 255


def samples(share, saturation=1.0):
    share = np.asarray(share, np.float32)
    return share, np.full(share.shape, saturation, np.float32)


def ramped(low, width):
    """Light that falls to `low` over a width, and stays there."""
    profile = np.clip(1 - (1 - low) * (np.arange(60) - 20) / width, low, 1)
    return np.repeat(profile[None], 40, axis=0)


def test_shade_is_known_by_the_way_there():
    assert shade_of(*samples(ramped(0.5, 8)))[:, -1].max() == pytest.approx(0.5)
    assert shade_of(*samples(np.ones((40, 60)))) is None
    assert shade_of(*samples(ramped(0.5, 1))) is None  # an edge
    assert shade_of(*samples(ramped(0.5, 8), saturation=0.85)) is None  # glass, a veil
    assert shade_of(*samples(np.full((40, 60), 0.6))) is None  # nothing is lit


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 3)])
def test_few_samples_are_no_trouble(shape):
    assert shade_of(*samples(np.full(shape, 0.6))) is None
