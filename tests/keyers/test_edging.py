"""Where colour may add to a matte: before a plain background, or where a network saw enough."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg.keyers.person import edging
from fastvbg.keyers.person.edging import Edges, _near, _plain
from tests.support.people import disc

SHAPE = 80, 120


def half_busy() -> np.ndarray:
    """A luma that is even on the left, and varies on the right."""
    luma = np.full(SHAPE, 120, np.uint8)
    luma[:, 60:] = np.random.default_rng(1).integers(60, 200, (80, 60))
    return luma


def test_what_varies_is_told_from_what_does_not() -> None:
    plain = _plain(np.zeros(SHAPE, np.uint8), half_busy())
    assert plain.shape == SHAPE
    assert (plain[:, :50] == 255).all()
    assert (plain[:, 70:] == 0).all()


def test_a_person_is_no_background() -> None:
    matte = disc(SHAPE, 40, 40, 20)
    luma = np.where(matte > 0, half_busy()[:, ::-1], np.uint8(120)).astype(np.uint8)
    assert (_plain(matte, luma) == 255).all()


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (7, 5)])
def test_small_ones(shape) -> None:
    nothing = np.zeros(shape, np.uint8)
    assert (_plain(nothing, nothing) == 255).all()


@pytest.mark.parametrize(("factor", "seen", "kept"), [(2, 20, 20), (2, 80, 255), (1, 20, 255)])
def test_colour_adds_little_before_a_busy_background(factor, seen, kept) -> None:
    """As much as it likes on the left; on the right where the network saw enough."""
    edges = Edges(SHAPE, factor)
    matte = np.zeros(SHAPE, np.uint8)
    for x in (20, 90):
        matte[38:43, x : x + 5] = seen
    edges._decided[:] = 255
    edges._believe(matte, _plain(matte, half_busy()) if factor > 1 else None)
    assert edges._decided[40, 22] == 255
    assert edges._decided[40, 92] == kept
    assert edges._decided[10, 10] == 0


def test_edges_reach_no_farther_than_the_matte_before_a_busy_background() -> None:
    matte = np.zeros(SHAPE, np.uint8)
    for x in (15, 85):
        matte[20:60, x : x + 10] = 255
    near = _near(matte, _plain(matte, half_busy()))
    assert (near[:, :50] == 255).all()
    assert (near[22:58, 85:95] == 255).all()
    assert (near[30, 98:118] == 0).all()
    assert (near[:15, 70:] == 0).all()


@pytest.mark.parametrize("held", [False, True])
def test_dark_lines_beyond_the_edge_are_no_flecks(held, monkeypatch) -> None:
    """Of dark sleeves before lines as dark."""
    if not held:
        monkeypatch.setattr(edging, "_near", lambda matte, _: np.full_like(matte, 255))
    guide = np.full((60, 430), 200, np.uint8)
    guide[:, ::4] = 40
    guide[:, 100:160] = 40
    matte = np.zeros_like(guide)
    matte[:, 100:160] = 255
    chroma = np.full_like(guide, 128)
    edges = Edges(guide.shape, 2)
    edges.fit(matte, (guide, chroma, chroma))
    frame = cv2.resize(guide, (860, 120), interpolation=cv2.INTER_NEAREST)
    out = edges.matte(frame, np.empty_like(frame))
    assert bool((out[:, 326:] > 8).any()) is not held
    assert (out[:, 210:310] > 250).all()
