"""Screens that anybody sees are found in whatever light, and what only has their hue is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import ChromaKeyer, OptionError, pick_key
from fastvbg.keyers.chroma.screen import Shown, shown_in, thinned
from fastvbg.keyers.chroma.survey import ScreenSurvey
from fastvbg.reference.keyspace import keyspace

HEIGHT, WIDTH = 270, 480
GREEN, BLUE = (64, 170, 60), (190, 71, 10)
WALL = (120, 125, 130)


def lit(colour, light):
    """A wall of one colour under a light that is given at each place, or for all."""
    picture = np.empty((HEIGHT, WIDTH, 3), np.float32)
    picture[:] = colour
    return picture * np.broadcast_to(light, (HEIGHT, WIDTH))[..., None]


def across(low, high):
    return np.linspace(low, high, WIDTH, dtype=np.float32)[None, :]


def down(low, high):
    return np.linspace(low, high, HEIGHT, dtype=np.float32)[:, None]


def grainy(picture, rng, noise=2.0):
    picture = picture + rng.normal(0, noise, picture.shape)
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def with_person(picture, share=0.3):
    """Somebody in gray and skin before it, from below."""
    middle, half = WIDTH // 2, int(share * WIDTH) // 2
    cv2.rectangle(picture, (middle - half, HEIGHT // 2), (middle + half, HEIGHT), (90, 85, 80), -1)
    cv2.circle(picture, (middle, HEIGHT // 3), HEIGHT // 6, (130, 150, 200), -1)
    return picture


def as_video(picture):
    """Planes of 4:2:0, limited as those of videos are."""
    y, u, v = (plane.astype(np.float32) for plane in keyspace(picture))
    y, u, v = 16 + y * (219 / 255), 128 + (u - 128) * (224 / 255), 128 + (v - 128) * (224 / 255)
    u, v = (cv2.blur(plane, (2, 2))[::2, ::2] for plane in (u, v))
    return tuple(np.round(plane).astype(np.uint8) for plane in (y, u, v))


def gradient(rng, colour=GREEN):
    return grainy(with_person(lit(colour, across(0.45, 1.3) * down(1, 0.7))), rng)


def desk(rng):
    """A desk below, and somebody large, so that little of the border shows the screen."""
    picture = with_person(lit(GREEN, across(0.6, 1.3)), 0.5)
    picture[HEIGHT * 3 // 5 :] = (40, 50, 60)
    return grainy(picture, rng)


def two_shades(rng):
    picture = lit(GREEN, 1.0)
    picture[:, : WIDTH // 2] = (100, 150, 50)
    return grainy(with_person(cv2.GaussianBlur(picture, (0, 0), 20)), rng)


def wrinkles(rng):
    folds = 0.85 + 0.15 * np.sin(np.arange(WIDTH) / 9 + 2 * np.sin(np.arange(HEIGHT) / 60)[:, None])
    return grainy(with_person(lit(GREEN, folds)), rng)


def in_a_room(rng):
    """The screen is behind the person only; on both sides is the room."""
    picture = lit(WALL, across(0.7, 1.2))
    picture[:, 110:370] = lit(GREEN, across(0.8, 1.2))[:, 110:370]
    return grainy(with_person(picture), rng)


def hung_low(rng):
    """Above the screen is a wall, and below it a floor."""
    picture = lit(GREEN, across(0.7, 1.2))
    picture[:40] = WALL
    picture[-60:] = (60, 80, 110)
    return grainy(with_person(picture, 0.2), rng)


def overexposed(rng):
    """A screen so bright that its green clips: what is left of its colour is pale."""
    return grainy(with_person(np.minimum(lit((150, 255, 160), across(0.9, 1.15)), 255)), rng)


def hung_within(rng):
    """A cloth that hangs in a room, which shows on its sides and above it."""
    picture = lit(WALL, across(0.7, 1.2))
    picture[20:, 100:380] = lit(GREEN, across(0.8, 1.2))[20:, 100:380]
    return grainy(with_person(picture, 0.2), rng)


SHOWN = {
    "gradient": gradient,
    "blue gradient": lambda rng: grainy(with_person(lit(BLUE, across(0.7, 1.1))), rng),
    "blue uneven": lambda rng: grainy(with_person(lit(BLUE, across(0.5, 1.35))), rng),
    "overexposed": overexposed,
    "desk": desk,
    "two shades": two_shades,
    "wrinkles": wrinkles,
    "in a room": in_a_room,
    "hung low": hung_low,
    "noise": lambda rng: grainy(with_person(lit(GREEN, across(0.6, 1.2))), rng, 7),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_screen_is_found(name, rng):
    picture = SHOWN[name](rng)
    shown = shown_in(thinned(picture))
    wanted = "blue" if "blue" in name else "green"
    assert (shown.is_screen, shown.name) == (True, wanted)
    planes = shown_in(thinned(as_video(picture)))
    assert planes.name == wanted
    assert planes.is_like(shown)
    colour = np.array([[pick_key(picture)]], np.uint8)
    _, key_u, key_v = (int(plane[0, 0]) - 128 for plane in keyspace(colour))
    assert shown.is_like(Shown(key_u, key_v, 1))
    survey = ScreenSurvey()
    survey.add(picture)
    assert survey.shows_screen(1)
    matte = ChromaKeyer().key(picture)
    assert matte[HEIGHT // 3, WIDTH // 2] == 255


def test_a_cloth_that_hangs_within_the_picture_is_found_but_not_chosen(rng):
    picture = hung_within(rng)
    assert shown_in(thinned(picture)).name == "green"
    survey = ScreenSurvey()
    survey.add(picture)
    assert len(survey.screens()) == 1
    assert not survey.shows_screen(0.5)
    matte = ChromaKeyer().key(picture)
    assert (matte[60, 110:150].max(), matte[HEIGHT // 3, WIDTH // 2]) == (0, 255)


def lawn(rng):
    blades = rng.uniform(0.4, 1.4, (HEIGHT, WIDTH)).astype(np.float32)
    return grainy(with_person(lit((50, 150, 90), cv2.blur(blades, (3, 1)))), rng)


def plant(rng):
    """A plant in a corner of a room."""
    picture = lit(WALL, across(0.7, 1.2))
    leaves = rng.uniform(0.3, 1.2, (HEIGHT, WIDTH, 1)).astype(np.float32)
    picture[60:, :130] = ((50, 140, 70) * leaves)[60:, :130]
    return grainy(with_person(picture), rng)


def pullover(rng):
    """Somebody in an even green pullover who fills the picture's lower part."""
    picture = lit(WALL, across(0.7, 1.2))
    cv2.circle(picture, (WIDTH // 2, HEIGHT // 3), HEIGHT // 5, (130, 150, 200), -1)
    picture[HEIGHT // 2 :, 60:-60] = GREEN
    return grainy(picture, rng)


def shirt(rng):
    """Somebody near in a green shirt, whose shoulders slope to the picture's sides."""
    picture = lit(WALL, across(0.7, 1.2))
    edge = np.array([(0, 200), (150, 100), (330, 100), (479, 200), (479, 269), (0, 269)])
    cv2.fillPoly(picture, [edge], GREEN)
    cv2.circle(picture, (WIDTH // 2, HEIGHT // 4), HEIGHT // 4, (130, 150, 200), -1)
    return grainy(picture, rng)


def jeans(rng):
    picture = lit(WALL, across(0.7, 1.2))
    picture[HEIGHT // 3 :, 120:-120] = (110, 70, 45)
    return grainy(picture, rng)


def sky(rng):
    """A sky that pales towards the horizon, over land."""
    picture = lit((215, 150, 90), 1.0) * down(0.9, 1.1)[..., None]
    picture += down(0, 70)[..., None]
    picture[HEIGHT * 3 // 5 :] = (60, 90, 90)
    return grainy(with_person(picture), rng)


def pale_wall(rng):
    """A room whose walls are painted in a pale green, in uneven light."""
    return grainy(with_person(lit((160, 185, 155), across(0.5, 1.2))), rng)


NOT_SHOWN = {
    "lawn": lawn,
    "plant": plant,
    "pullover": pullover,
    "jeans": jeans,
    "shirt": shirt,
    "sky": sky,
    "pale wall": pale_wall,
    "room": lambda rng: grainy(with_person(lit(WALL, across(0.5, 1.3))), rng),
}


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_what_is_no_screen_is_refused(name, rng):
    picture = NOT_SHOWN[name](rng)
    shown = shown_in(thinned(picture))
    assert shown.name == ""
    survey = ScreenSurvey()
    survey.add(picture)
    assert not survey.shows_screen(0.5)
    with pytest.raises(OptionError, match="key: no screen found: no even green or blue region"):
        pick_key(picture)
    assert ChromaKeyer().key(picture).max() == 0


@pytest.mark.parametrize("shape", [(0, 5), (1, 1), (1, 40), (3, 2)])
def test_tiny_pictures_are_no_trouble(shape):
    assert not shown_in(thinned(np.full((*shape, 3), 90, np.uint8))).is_screen
    green = shown_in(thinned(np.full((*shape, 3), GREEN, np.uint8)))
    assert green.name == ("green" if np.prod(shape) else "")


def test_light_is_followed_into_dark_corners(rng):
    """A corner has a fourth of the light that the middle has; nothing beside it is as dark."""
    falling = across(1.2, 1.2) * np.minimum(1, 0.25 + across(0, 1.2)) * down(1.1, 0.9)
    picture = grainy(with_person(lit((60, 190, 60), falling)), rng, 1)
    matte = ChromaKeyer().key(picture)
    assert matte[:, :40].mean() < 20
    assert matte[:, -40:].mean() < 2


def test_deep_folds_are_screen(rng):
    folds = 0.85 + 0.15 * np.sin(
        np.arange(WIDTH) / 12 + 2 * np.sin(np.arange(HEIGHT) / 67)[:, None]
    )
    picture = grainy(with_person(lit(GREEN, folds * across(0.8, 1.1)), 0.2), rng)
    matte = ChromaKeyer().key(picture)
    assert matte[: HEIGHT // 2, : WIDTH // 4].mean() < 1
    assert matte[HEIGHT // 3, WIDTH // 2] == 255


def test_hair_before_the_screen_does_not_count_as_its_light(rng):
    """Strands that half cover a third of the pixels lower the mean, and not the screen."""
    picture = lit(GREEN, 1.0)
    strands = np.zeros((HEIGHT, WIDTH), bool)
    strands[60:210, 120:360] = rng.random((150, 240)) < 0.35
    picture[strands] = 0.65 * picture[strands] + 0.35 * 20
    picture = grainy(picture, rng, 1)
    keyer = ChromaKeyer(GREEN)
    matte = keyer.key(picture)
    reach = keyer.reach.astype(float)
    assert reach[100:170, 180:300].mean() < 1.04 * reach[:30].mean()
    assert matte[strands].mean() > 45
    assert matte[~strands].mean() < 1
