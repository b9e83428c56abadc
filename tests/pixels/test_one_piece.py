"""Frames whose planes lie one behind the other, where their size allows that."""

from __future__ import annotations

from fractions import Fraction

import pytest

from fastvbg.devices.planar import in_one_piece
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.pixels import make_pixels


@pytest.mark.parametrize("height", [2, 4, 6, 44, 46, 90, 450])
def test_frames_are_of_their_size(height: int) -> None:
    rate = Fraction(30)
    info = StreamInfo(160, height, rate, 1 / rate, None, ColourTags(5, 1), pixel_format="yuv420p")
    pixels = make_pixels(info, 1, in_one_piece=True)
    for picture in (pixels.empty(), pixels.solid((0, 0, 0))):
        planes = pixels.planes(picture)
        assert [plane.shape for plane in planes] == [(height, 160), *[(height // 2, 80)] * 2]
        assert (in_one_piece(planes) is not None) == (height % 4 == 0)
