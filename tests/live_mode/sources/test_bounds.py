"""Sizes of sources: of bounded memory, and one a session."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from fastvbg.errors import OptionError
from fastvbg.live_mode.asking.choosing import make_source


@pytest.mark.parametrize("source", ["demo", "browser"])
def test_the_generated_scene_is_of_bounded_memory(source: str) -> None:
    with pytest.raises(OptionError, match="^size: got 3840x2160 .* wanted at most .* 1920x1080"):
        make_source(source, size=(3840, 2160))
    assert make_source(source, size=(1080, 1920)).height == 1920


def test_a_file_whose_size_changes_is_played_in_its_first(tmp_path: Path) -> None:
    whole = b""
    for width, height in ((64, 48), (96, 96)):
        part = tmp_path / f"{width}.h264"
        with av.open(str(part), "w") as container:
            video = container.add_stream("libx264", rate=50)
            video.width, video.height, video.pix_fmt = width, height, "yuv420p"
            for _ in range(5):
                picture = np.full((height, width, 3), 90, np.uint8)
                container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            container.mux(video.encode(None))
        whole += part.read_bytes()
    (tmp_path / "both.h264").write_bytes(whole)
    source = make_source(str(tmp_path / "both.h264"))
    source.open()
    sizes = set()
    for _ in range(7):
        grab = source.read(1.0)
        assert grab is not None
        sizes.add((grab.picture.width, grab.picture.height))
    source.close()
    assert sizes == {(64, 48)}
