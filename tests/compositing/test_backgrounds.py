"""Backgrounds: colours, images, and the three ways to fit."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.backgrounds import load_background
from fastvbg.values.words import parse_colour
from tests.support.arrays import random_frame


@pytest.mark.parametrize("size", [(45, 31), (7, 90), (1, 1), (300, 200)])
def test_stretch_is_the_tutorials_resize(size: tuple[int, int]) -> None:
    image = random_frame(60, 80)
    wanted = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    assert np.array_equal(fastvbg.fit_background(image, size), wanted)


def test_the_same_size_is_a_copy() -> None:
    image = random_frame(6, 8)
    fitted = fastvbg.fit_background(image, (8, 6), fit="cover")
    assert np.array_equal(fitted, image)
    assert not np.shares_memory(fitted, image)


def test_cover_keeps_the_middle_of_the_longer_side() -> None:
    image = np.zeros((10, 40, 3), np.uint8)
    image[:, 15:25] = 200
    fitted = fastvbg.fit_background(image, (10, 10), fit="cover")
    assert fitted.shape == (10, 10, 3)
    assert (fitted == 200).all()


def test_contain_shows_all_on_black() -> None:
    fitted = fastvbg.fit_background(np.full((10, 40, 3), 200, np.uint8), (40, 30), fit="contain")
    assert (fitted[:10] == 0).all()
    assert (fitted[10:20] == 200).all()
    assert (fitted[20:] == 0).all()


@pytest.mark.parametrize(("fit", "black"), [("stretch", 0), ("cover", 0), ("contain", 25)])
def test_a_small_picture_is_enlarged(fit, black: int) -> None:
    fitted = fastvbg.fit_background(np.full((10, 20, 3), 200, np.uint8), (300, 200), fit=fit)
    assert (fitted[black : 200 - black] == 200).all()
    assert not fitted[:black].any()
    assert not fitted[200 - black :].any()


@pytest.mark.parametrize("fit", ["stretch", "cover", "contain"])
@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (64, 48)])
def test_every_fit_gives_the_size_asked_for(fit, size) -> None:
    fitted = fastvbg.fit_background(random_frame(33, 21), size, fit=fit)
    assert fitted.shape == (size[1], size[0], 3)
    assert fitted.flags.c_contiguous


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"fit": "zoom"}, fastvbg.OptionError, "fit: got 'zoom', wanted one of stretch, cover"),
        ({"fit": 3}, fastvbg.OptionTypeError, "fit: got 3"),
        ({"size": (0, 5)}, fastvbg.OptionError, "size width: got 0"),
        ({"size": (5, 2.5)}, fastvbg.OptionTypeError, "size height: got 2.5"),
        ({"size": 7}, fastvbg.OptionTypeError, r"size: got 7, wanted \(width, height\)"),
        ({"image": np.zeros((0, 4, 3), np.uint8)}, fastvbg.ShapeError, "image: got an empty"),
        ({"image": np.zeros((4, 4), np.uint8)}, fastvbg.ShapeError, r"image: got shape \(4, 4\)"),
    ],
)
def test_fit_background_refuses(arguments, error, words) -> None:
    with pytest.raises(error, match=words):
        fastvbg.fit_background(**{"image": random_frame(4, 4), "size": (8, 8), **arguments})


@pytest.mark.parametrize(
    ("text", "bgr"),
    [
        ("#102030", (0x30, 0x20, 0x10)),
        ("#FFF", (255, 255, 255)),
        ("Navy", (128, 0, 0)),
        ("orange", (0, 165, 255)),
        ("green.png", None),
    ],
)
def test_colours(text, bgr) -> None:
    assert parse_colour(text) == bgr


@pytest.mark.parametrize("text", ["#12", "#12345", "#gggggg", "#"])
def test_a_wrong_colour_is_refused(text) -> None:
    with pytest.raises(fastvbg.OptionError, match="wanted a colour as #rrggbb"):
        parse_colour(text)


def test_load_background(tmp_path: Path) -> None:
    image = random_frame(6, 8)
    cv2.imwrite(str(tmp_path / "b.png"), image)
    assert np.array_equal(load_background(tmp_path / "b.png", (8, 6)), image)
    assert np.array_equal(load_background(image, (8, 6)), image)
    assert (load_background("red", (8, 6)) == (0, 0, 255)).all()


def test_an_image_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(fastvbg.SourceError, match="background: no such file"):
        load_background(tmp_path / "none.png", (8, 6))
    for content in (b"", b"not an image"):
        (tmp_path / "bad.png").write_bytes(content)
        with pytest.raises(fastvbg.SourceError, match="background: not an image"):
            load_background(tmp_path / "bad.png", (8, 6))
    with pytest.raises(fastvbg.SourceError, match="background: cannot read"):
        load_background(tmp_path, (8, 6))
