"""Alpha in every format that has any: read as it is stored, and beside planes that stay."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.filter import Graph

from fastvbg.media.alpha import AlphaReader
from fastvbg.media.colour import Converter, tags_of
from fastvbg.media.formats import has_alpha, working_format
from fastvbg.media.model import ReadOptions, Timed
from fastvbg.media.planes import plane_of
from fastvbg.media.weighed import weighed
from fastvbg.source import open_source
from tests.support.transparency import (
    DISC,
    FRAMES,
    HEIGHT,
    MOVING,
    WIDTH,
    cutout,
    far,
    folder,
    write,
)

__all__ = ["folder"]


# What is read.

READABLE = [
    *("rgba", "bgra", "argb", "abgr", "rgba64le", "rgba64be", "bgra64le", "gbrap", "gbrap10le"),
    *("gbrap12be", "gbrap16le", "ya8", "ya16le", "ya16be", "yuva420p", "yuva422p", "yuva444p"),
    *("yuva420p9le", "yuva422p10le", "yuva444p10be", "yuva444p12le", "yuva444p16le"),
]


def random_frame_of(form: str) -> av.VideoFrame:
    frame = av.VideoFrame(WIDTH, HEIGHT, form)
    rng = np.random.default_rng(3)
    bits = max(part.bits for part in frame.format.components)
    for plane in frame.planes:
        order = ">" if frame.format.is_big_endian else "<"
        samples = np.frombuffer(plane, np.uint8 if bits == 8 else f"{order}u2")
        samples[:] = rng.integers(0, 1 << bits, samples.shape)
    return frame


def extracted(frame: av.VideoFrame) -> np.ndarray:
    """The alpha that FFmpeg's own filter finds, as stored."""
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        name="source",
        time_base=Fraction(1, 25),
    )
    nodes = source, graph.add("alphaextract"), graph.add("buffersink")
    graph.link_nodes(*nodes).configure()
    frame.pts, frame.time_base = 0, Fraction(1, 25)
    graph.vpush(frame)
    return np.array(plane_of(graph.vpull(), 0))


@pytest.mark.parametrize("form", READABLE)
def test_alpha_is_read_as_it_is_stored(form: str) -> None:
    frame = random_frame_of(form)
    parts = frame.format.components
    if parts[-1].plane == 3 or (parts[-1].bits == 8 and len(parts) == 4):
        stored = extracted(frame)
    else:
        samples = plane_of(frame, 0, len(parts))
        stored = samples[..., 0 if form.startswith("a") else -1]
    most = (1 << parts[-1].bits) - 1
    wanted = np.floor(stored.astype(float) * 255 / most + 0.5)
    got = AlphaReader()(frame)
    assert got is not None
    assert got.dtype == np.uint8
    np.testing.assert_array_equal(got, wanted)


def test_each_format_with_alpha_can_be_read_and_worked_on() -> None:
    plain = av.VideoFrame.from_ndarray(cutout(), format="bgra")
    count = 0
    for name in sorted(av.video.format.names):
        form = av.VideoFormat(name)
        if not has_alpha(form) or form.has_palette:
            continue
        try:
            frame = plain.reformat(format=name)
        except (OSError, ValueError):
            continue  # not one that libswscale writes
        alpha = AlphaReader()(frame)
        assert alpha is not None, name
        assert np.abs(alpha.astype(int) - cutout()[..., 3]).max() <= 1, name
        converted = Converter(tags_of(frame), working_format(form))(frame)
        assert not has_alpha(converted.format), name
        count += 1
    assert count > 30


@pytest.mark.parametrize("form", [name for name in READABLE if name.startswith("yuva")])
def test_planes_beside_alpha_stay_as_they_are(form: str) -> None:
    frame = random_frame_of(form)
    name = working_format(frame.format)
    assert name == form.replace("yuva", "yuv").replace("be", "le")
    worked_on = Converter(tags_of(frame), name)(frame)
    for index in range(3):
        np.testing.assert_array_equal(plane_of(worked_on, index), plane_of(frame, index))


def test_a_product_is_rounded_half_up() -> None:
    values = np.arange(256, dtype=np.uint8)
    samples, alpha = np.meshgrid(values, values)
    wanted = np.floor(samples.astype(float) * alpha / 255 + 0.5)
    np.testing.assert_array_equal(weighed(samples, alpha), wanted)
    np.testing.assert_array_equal(weighed(np.dstack([samples] * 3), alpha)[..., 1], wanted)


@pytest.mark.parametrize("name", MOVING)
@pytest.mark.parametrize("pixels", ["native", "bgr"])
def test_alpha_rides_along(folder: Path, name: str, pixels: Any) -> None:
    options = ReadOptions(pixels=pixels, alpha="kept")
    with open_source(folder / name, options=options) as source:
        items = [item for item in source if isinstance(item, Timed)]
        assert not source.warnings
    assert len(items) == FRAMES
    for index, item in enumerate(items):
        wanted = cutout(index)[..., 3]
        assert item.alpha is not None
        assert item.alpha.shape == (HEIGHT, WIDTH)
        lossy = 70 if name.startswith("vp") else 1
        assert np.abs(item.alpha.astype(int) - wanted).max() <= lossy


@pytest.mark.parametrize("size", [(16, 12), (64, 0), (0, 30)])
def test_alpha_is_scaled_with_the_frame(folder: Path, size: tuple[int, int]) -> None:
    options = ReadOptions(alpha="kept", scale=size)
    for name in ("ffv1.mkv", "seq%d.png"):
        with open_source(folder / name, options=options) as source:
            item = next(item for item in source if isinstance(item, Timed))
        assert item.alpha is not None
        assert item.alpha.shape == item.frame.shape[:2] == (source.info.height, source.info.width)
        share = item.alpha.mean() / cutout()[..., 3].mean()
        assert 0.9 < share < 1.1


@pytest.mark.parametrize("size", [(11, 9), (50, 40)])
@pytest.mark.parametrize("name", ["ffv1.mkv", "yuva444.mkv", "seq%d.png"])
def test_hidden_colours_are_not_mixed_in_by_scaling(
    folder: Path, tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    path = folder / name
    if name == "yuva444.mkv":
        path = write(tmp_path / name, [cutout()], "ffv1", "yuva444p10le", {})
    with open_source(path, options=ReadOptions(alpha="kept", scale=size)) as source:
        item = next(item for item in source if isinstance(item, Timed))
    assert item.alpha is not None
    picture = np.asarray(item.frame)
    assert far(picture[item.alpha > 0], DISC) <= 4
