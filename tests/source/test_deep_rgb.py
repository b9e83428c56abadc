"""RGB of more than 8 bits, noted as RGB of full range: what is kept keeps its colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fastvbg.pipeline.process import process
from tests.support.asked import asked

ALL = "0%,0% 100%,0% 100%,100% 0%,100%"
_RGB, _FULL = 0, 2
COLOUR = (40, 90, 200)


def noted_clip(path: Path, pixel_format: str) -> Path:
    """Write a film of one colour, whose frames say that they are RGB of full range."""
    picture = np.full((48, 64, 3), COLOUR, np.uint8)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixel_format
        stream.codec_context.colorspace, stream.codec_context.color_range = _RGB, _FULL
        for _ in range(2):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format=pixel_format
            )
            frame.colorspace, frame.color_range = _RGB, _FULL
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with av.open(str(path)) as container:
        first = next(container.decode(video=0))
    assert (int(first.colorspace), int(first.color_range)) == (_RGB, _FULL)
    return path


@pytest.mark.parametrize("pixel_format", ["bgr0", "gbrp10le", "gbrp12le", "gbrap12le", "gbrp16le"])
def test_kept_colours_of_rgb_of_full_range_stay(tmp_path: Path, pixel_format: str) -> None:
    film = noted_clip(tmp_path / "in.mkv", pixel_format)
    out = tmp_path / "out.mkv"
    process(film, out, asked(background="navy", keep_region=ALL, codec="ffv1"))
    with av.open(str(out)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 2
    for frame in frames:
        picture = frame.to_ndarray(format="rgb24").astype(int)
        assert np.abs(picture - COLOUR).max() <= 2
