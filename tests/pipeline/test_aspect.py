"""Pixels that are not square: shapes are kept as they are shown."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.media.model import Timed
from fastvbg.pipeline.blur import Blur
from fastvbg.pipeline.process import process
from fastvbg.pixels import BGRPixels
from fastvbg.source import open_source
from tests.support.turned import TURNS, matrix_of, write

# Pixels that are not square.


def disc(width: int, height: int, radius: int) -> np.ndarray:
    picture = np.zeros((height, width, 3), np.uint8)
    cv2.circle(picture, (width // 2, height // 2), radius, (255, 255, 255), -1)
    return picture


def extent(frame: np.ndarray) -> tuple[int, int]:
    ys, xs = np.where(frame.max(axis=2) > 128)
    return int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1


@pytest.mark.parametrize("aspect", [Fraction(64, 45), Fraction(8, 9), 2, 0.5, 1])
@pytest.mark.parametrize("fit", ["cover", "contain"])
@pytest.mark.parametrize("size", [(180, 144), (64, 120), (400, 300)])
def test_shapes_are_kept_as_they_are_shown(aspect: Any, fit: Any, size: tuple[int, int]) -> None:
    image = disc(200, 160, 30)
    fitted = fastvbg.fit_background(image, size, fit=fit, aspect=aspect)
    assert fitted.shape == (size[1], size[0], 3)
    wide, high = extent(fitted)
    scale = [size[0] * float(aspect) / 200, size[1] / 160]
    expected = 61 * (max(scale) if fit == "cover" else min(scale))
    assert abs(wide * float(aspect) - min(expected, size[0] * float(aspect))) <= 4 * max(1, aspect)
    assert abs(high - min(expected, size[1])) <= 4


def test_stretch_knows_no_aspect_and_square_pixels_change_nothing() -> None:
    image = np.random.default_rng(2).integers(0, 256, (40, 60, 3), np.uint8)
    for fit in ("stretch", "cover", "contain"):
        plain = fastvbg.fit_background(image, (33, 47), fit=fit)
        np.testing.assert_array_equal(
            fastvbg.fit_background(image, (33, 47), fit=fit, aspect=Fraction(1)), plain
        )
    stretched = fastvbg.fit_background(image, (60, 40), aspect=1.5)
    np.testing.assert_array_equal(stretched, image)


@pytest.mark.parametrize("aspect", [0, -1, float("nan"), "wide", None, 1e9])
def test_an_aspect_beyond_reason_is_refused(aspect: Any) -> None:
    with pytest.raises((fastvbg.OptionError, fastvbg.OptionTypeError), match="^aspect: got"):
        fastvbg.fit_background(disc(8, 8, 2), (8, 8), fit="cover", aspect=aspect)


@pytest.mark.parametrize("shape", [(1, 500), (500, 1), (1, 3)])
def test_a_strip_covers_a_frame_without_growing_beyond_reason(shape: tuple[int, int]) -> None:
    strip = np.zeros((*shape, 3), np.uint8)
    strip[:] = (np.arange(max(shape)) % 256).reshape((*shape, 1))
    fitted = fastvbg.fit_background(strip, (3000, 2000), fit="cover")
    assert fitted.shape == (2000, 3000, 3)
    middle = int(strip[shape[0] // 2, shape[1] // 2, 0])
    assert abs(int(fitted[1000, 1500, 0]) - middle) <= 2


PAL = Fraction(64, 45)


@pytest.mark.parametrize("turn", ["none", "right"])
@pytest.mark.parametrize("fit", ["cover", "contain"])
@pytest.mark.parametrize("moving", [False, True])
def test_a_disc_behind_anamorphic_video_is_shown_round(
    tmp_path: Path, turn: str, fit: Any, moving: bool
) -> None:
    pictures = [np.full((144, 180, 3), 60, np.uint8)] * 3
    how = {"codec": "png", "form": "rgb24"}
    clip = write(tmp_path / "in.mov", pictures, matrix=matrix_of(*TURNS[turn]), aspect=PAL, **how)
    if moving:
        # Its pixels are high: what is 40 wide and 80 high in it is shown as a circle.
        squeezed = cv2.resize(disc(160, 160, 40), (160, 80), interpolation=cv2.INTER_AREA)
        background = tmp_path / "bg.mov"
        write(background, [squeezed] * 3, aspect=Fraction(1, 2), **how)
    else:
        background = tmp_path / "bg.png"
        cv2.imwrite(str(background), disc(160, 160, 40))
    result = process(clip, tmp_path / "o.mov", background=background, fit=fit)
    assert result.warnings == []
    with open_source(tmp_path / "o.mov") as source:
        shown = source.info.sample_aspect
        frame = next(np.array(item.frame) for item in source if isinstance(item, Timed))
    assert shown == (1 / PAL if turn == "right" else PAL)
    wide, high = extent(frame)
    assert abs(wide * float(shown) / high - 1) < 0.06


def test_scaling_keeps_the_shape_that_is_shown(tmp_path: Path) -> None:
    pictures = [np.full((144, 180, 3), 60, np.uint8)] * 3
    clip = write(tmp_path / "in.mov", pictures, codec="png", form="rgb24", aspect=PAL)
    cv2.imwrite(str(tmp_path / "bg.png"), disc(160, 160, 40))
    process(
        clip, tmp_path / "o.mov", background=tmp_path / "bg.png", fit="contain", scale=(200, 200)
    )
    with open_source(tmp_path / "o.mov") as source:
        assert source.info.sample_aspect == PAL * Fraction(180, 144)
        frame = next(np.array(item.frame) for item in source if isinstance(item, Timed))
    wide, high = extent(frame)
    assert abs(wide * float(source.info.sample_aspect) / high - 1) < 0.06


def test_a_blur_is_round_on_the_screen() -> None:
    class Info:
        width, height = 160, 80

    frame = np.zeros((80, 160, 3), np.uint8)
    frame[40, 80] = 255
    nothing = np.zeros((80, 160), np.uint8)
    spread = {}
    for aspect in (None, Fraction(2), Fraction(1, 2)):
        blurred = Blur(BGRPixels(Info, None), 4, aspect)(frame, nothing)[..., 0].astype(float)
        y, x = np.indices(blurred.shape)
        spread[aspect] = [
            float(np.sqrt((blurred * (axis - middle) ** 2).sum() / blurred.sum()))
            for axis, middle in ((x, 80), (y, 40))
        ]
    for aspect, (across, down) in spread.items():
        assert abs(across * float(aspect or 1) / down - 1) < 0.25, aspect
