"""The foreground's own colours in each form of frames, by what is known to be behind."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fastvbg.media.colour import ColourTags
from fastvbg.media.formats import BGR
from fastvbg.media.model import StreamInfo
from fastvbg.media.planes import new_picture, planes_of
from fastvbg.pixels import Behind, Pixels, make_pixels
from fastvbg.reference import foreground as literal
from tests.support.arrays import random_frame, random_plane
from tests.support.mattes import MATTES

SIZE = HEIGHT, WIDTH = 72, 104
MATTE = MATTES["soft"](*SIZE)
KNOWN = random_plane(5, 7, 3) & 1


def _pixels(form: str, *, interlaced: bool = False) -> Pixels:
    info = StreamInfo(
        width=WIDTH,
        height=HEIGHT,
        pixel_format=form,
        rate=Fraction(25),
        time_base=Fraction(1, 25),
        colour=ColourTags(matrix=1, range=1),
        frames=None,
        field_order=2 if interlaced else 0,
    )
    return make_pixels(info, 1)


def _picture(form: str, seed: int) -> Any:
    made = new_picture(WIDTH, HEIGHT, form)
    for k, plane in enumerate(planes_of(made)):
        plane[:] = random_plane(*plane.shape, seed + k)
    return made


@pytest.mark.parametrize("spare", [False, True])
@pytest.mark.parametrize("known", [None, KNOWN])
@pytest.mark.parametrize("form", ["yuv420p", "yuv422p", "yuv444p", BGR])
def test_they_come_from_what_is_behind_where_that_is_known(
    form: str, known: Any, spare: bool
) -> None:
    pixels = _pixels(form)
    if form == BGR:
        frame, scene = random_frame(*SIZE), random_frame(*SIZE, seed=4)
        wanted: Any = [literal.estimate_foreground(frame, MATTE, scene, known)]
        got: Any = [pixels.own_colours(frame, MATTE, Behind(scene, known), spare=spare)]
    else:
        shown, other = _picture(form, 0), _picture(form, 5)
        scene = tuple(np.array(plane) for plane in planes_of(other))
        before: Any = tuple(np.array(plane) for plane in planes_of(shown))
        wanted = literal.estimate_foreground_planes(before, MATTE, scene, known)
        got = planes_of(pixels.own_colours(shown, MATTE, Behind(scene, known), spare=spare))
    for one, other in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_fields_have_what_both_their_squares_know() -> None:
    """A square of 16 rows of a field is two of the frame, or the last one of it."""
    pixels, shown = _pixels("yuv420p", interlaced=True), _picture("yuv420p", 0)
    scene = tuple(np.array(plane) for plane in planes_of(_picture("yuv420p", 5)))
    before: Any = tuple(np.array(plane) for plane in planes_of(shown))
    of_fields = np.vstack([KNOWN[0] & KNOWN[1], KNOWN[2] & KNOWN[3], KNOWN[4]])
    got = planes_of(pixels.own_colours(shown, MATTE, Behind(scene, KNOWN)))
    assert of_fields.any()
    assert not of_fields.all()
    for field in (0, 1):
        parts: Any = tuple(plane[field::2] for plane in before)
        behind: Any = tuple(plane[field::2] for plane in scene)
        wanted = literal.estimate_foreground_planes(parts, MATTE[field::2], behind, of_fields)
        for one, other in zip(got, wanted, strict=True):
            np.testing.assert_array_equal(one[field::2], other)
