"""A chroma keyer in changing light: dim screens, lights that are switched, fades and flicker."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import ChromaKeyer
from fastvbg.keyers.chroma.survey import ScreenSurvey
from fastvbg.reference.keyspace import keyspace
from tests.support.media import read_frames
from tests.support.people import write_clip

HEIGHT, WIDTH = 180, 320
GREEN, BLUE = (60, 190, 70), (190, 71, 10)
YELLOWISH = (30, 150, 110)
"""Green under a warm lamp."""
SHIRT = (90, 85, 120)


def picture(rng, gain=1.0, colour=GREEN, noise=1.5, at=0):
    """Somebody before a screen, and where: all in one light."""
    where = np.zeros((HEIGHT, WIDTH), np.uint8)
    middle = WIDTH // 2 + at
    cv2.rectangle(where, (middle - 50, HEIGHT // 2), (middle + 50, HEIGHT), 1, -1)
    cv2.circle(where, (middle, HEIGHT // 3), HEIGHT // 6, 1, -1)
    frame = np.where(where[..., None] > 0, np.float32(SHIRT), np.float32(colour)) * gain
    frame = np.clip(np.round(frame + rng.normal(0, noise, frame.shape)), 0, 255)
    return frame.astype(np.uint8), where > 0


def planes_of(frame):
    y, u, v = keyspace(frame)
    limited = (np.round(16 + y * (219 / 255)), *(128 + (c - 128.0) * (224 / 255) for c in (u, v)))
    return tuple(np.round(plane).astype(np.uint8) for plane in limited)


def check(matte, where):
    assert matte[~where].mean() < 3
    assert matte[where].mean() > 250


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(
    "gains",
    [[1.0] * 3 + [0.5] * 3, [0.5] * 3 + [1.0] * 3, [1.0, 0.8] * 4, [1.0, 0.3, 1.0, 0.3], [0.3] * 2],
    ids=["halves", "doubles", "flickers", "strobes", "dim"],
)
@pytest.mark.parametrize("colour", [GREEN, BLUE, YELLOWISH], ids=["green", "blue", "yellowish"])
def test_another_light_is_taken_in_its_first_frame(rng, gains, planar, colour):
    if colour != GREEN and min(gains) < 0.5:
        gains = [max(gain, 0.5) for gain in gains]
    keyer = ChromaKeyer()
    for k, gain in enumerate(gains):
        frame, where = picture(rng, gain, colour, at=2 * k)
        matte = keyer.key_planes(planes_of(frame)) if planar else keyer.key(frame)
        check(matte, where)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(
    "worn", [(90, 150, 200), (75, 160, 205), (110, 150, 215)], ids=["blond", "ochre", "skin"]
)
@pytest.mark.parametrize("colour", [YELLOWISH, (40, 175, 120)], ids=["warm lamp", "lime"])
def test_warm_colours_stay_before_a_yellowish_green(rng, colour, worn, planar):
    frame, where = picture(rng, colour=colour)
    frame[where] = np.clip(worn + rng.normal(0, 1.5, (where.sum(), 3)), 0, 255).astype(np.uint8)
    keyer = ChromaKeyer()
    matte = keyer.key_planes(planes_of(frame)) if planar else keyer.key(frame)
    check(matte, where)
    if not planar:
        kept = keyer.foreground(frame, matte)[where].astype(int)
        assert np.abs(kept - frame[where]).mean() < 8


def test_a_light_that_goes_and_comes_is_followed(rng):
    keyer = ChromaKeyer()
    falls = np.linspace(1, 0.35, 12)
    for gain in (*falls, *falls[::-1]):
        frame, where = picture(rng, gain)
        check(keyer.key(frame), where)


def test_what_hides_the_screen_does_not_change_its_light(rng):
    keyer = ChromaKeyer()
    keyer.key(picture(rng)[0])
    reach = keyer.reach.copy()
    slate = np.full((HEIGHT, WIDTH, 3), 20, np.uint8)
    slate[:60] = 0.3 * np.array(GREEN)  # a third of it is green, and dark
    for _ in range(4):
        assert keyer.key(slate)[60:].min() == 255
    np.testing.assert_array_equal(keyer.reach, reach)
    frame, where = picture(rng)
    check(keyer.key(frame), where)


@pytest.mark.parametrize(
    "gains", [[1.0] * 8 + [0.5] * 8, [*np.linspace(0.3, 1, 8), *[1.0] * 8]], ids=["halves", "fades"]
)
def test_files_whose_light_changes_are_keyed(tmp_path, rng, gains):
    """A light that halves is like a cut, after which the screen is looked for by its hue."""
    made = [picture(rng, gain) for gain in gains]
    write_clip(tmp_path / "in.mkv", [frame for frame, _ in made])
    fastvbg.matte(tmp_path / "in.mkv", tmp_path / "matte.mkv", mask="chroma", codec="ffv1")
    mattes = read_frames(tmp_path / "matte.mkv")
    for matte, (_, where) in zip(mattes, made, strict=True):
        check(matte[:HEIGHT], where)


def test_a_dim_screen_is_found_but_not_chosen(rng):
    """It is taken where somebody says that there is one; else it may be a wood at night."""
    dim, bright = ScreenSurvey(), ScreenSurvey()
    for k in range(6):
        dim.add(picture(rng, 0.3, at=k)[0])
        bright.add(picture(rng, at=k)[0])
    assert [screen.name for screen in dim.screens()] == ["green"]
    assert not dim.shows_screen(0.75)
    assert bright.shows_screen(0.75)
