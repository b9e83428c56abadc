"""Transparency that pictures bring along: found in every format, used or named in every role."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.codec.codec import UnknownCodecError
from av.filter import Graph

import fastvbg
from fastvbg.media.planes import plane_of
from fastvbg.media.weighed import weighed
from fastvbg.pipeline.process import matte, process
from tests.support.asked import asked
from tests.support.transparency import (
    BEHIND,
    DISC,
    FILES,
    FRAMES,
    HEIGHT,
    HIDDEN,
    IN,
    LIME,
    MOVING,
    OUT,
    WIDTH,
    cutout,
    far,
    folder,
    frames_of,
    write,
)

__all__ = ["folder"]


# What is made of it.


@pytest.mark.parametrize("name", MOVING)
def test_of_an_input_only_what_is_opaque_is_kept(folder: Path, tmp_path: Path, name: str) -> None:
    result = process(
        folder / name,
        tmp_path / "o.mkv",
        background=LIME,
        mask=f"matte:{folder / 'white.png'}",
        codec="ffv1",
    )
    assert result.warnings == []
    for index, frame in enumerate(frames_of(tmp_path / "o.mkv")):
        assert far(frame[OUT], BEHIND) <= 6
        assert far(np.roll(frame, -2 * index, axis=1)[IN], DISC) <= 6


@pytest.mark.parametrize("name", MOVING)
def test_of_a_matte_alpha_is_what_counts(folder: Path, tmp_path: Path, name: str) -> None:
    matte(folder / "plain.mkv", tmp_path / "m%d.png", mask=f"matte:{folder / name}")
    for index in range(FRAMES):
        got = cv2.imread(str(tmp_path / f"m{index + 1}.png"), cv2.IMREAD_GRAYSCALE)
        if name.startswith("vp"):
            assert np.abs(got.astype(int) - cutout(index)[..., 3]).mean() < 3
        else:
            np.testing.assert_array_equal(got, cutout(index)[..., 3])


@pytest.mark.parametrize("name", [*MOVING, "still.png"])
def test_a_transparent_background_lies_over_black(folder: Path, tmp_path: Path, name: str) -> None:
    result = process(
        folder / "plain.mkv", tmp_path / "o.mkv", background=folder / name, codec="ffv1"
    )
    assert result.warnings == [
        f"background: {folder / name} is transparent in places; black shows there"
    ]
    frame = frames_of(tmp_path / "o.mkv")[0]
    assert far(frame[OUT], (0, 0, 0)) <= 6
    assert far(frame[IN], DISC) <= 6


def test_half_of_a_pixel_is_half_of_both(tmp_path: Path) -> None:
    pictures = [cutout(index, soft=True) for index in range(FRAMES)]
    write(tmp_path / "in.mkv", pictures, "ffv1", "bgra", {})
    cv2.imwrite(str(tmp_path / "white.png"), np.full((4, 4), 200, np.uint8))
    process(
        tmp_path / "in.mkv",
        tmp_path / "o.mkv",
        background=LIME,
        mask=f"matte:{tmp_path / 'white.png'}",
        codec="ffv1",
    )
    behind = np.full((HEIGHT, WIDTH, 3), BEHIND, np.uint8)
    for picture, got in zip(pictures, frames_of(tmp_path / "o.mkv"), strict=True):
        cover = weighed(np.full((HEIGHT, WIDTH), 200, np.uint8), picture[..., 3])
        frame = np.ascontiguousarray(picture[..., :3])
        np.testing.assert_array_equal(got, fastvbg.blend(frame, cover, behind))


MASKS = {
    "motion": asked(),
    "plate": asked("plate", refine="none"),
    "adaptive": asked("adaptive"),
    "chroma": asked("chroma", key=(0, 0, 255)),
    "mog2": asked("mog2"),
    "region": asked(keep_region="0,0 100%,0 100%,100% 0,100%"),
}


@pytest.mark.parametrize("background", [LIME, "blur", "transparent"])
@pytest.mark.parametrize("kind", MASKS)
def test_what_is_hidden_is_never_seen(
    folder: Path, tmp_path: Path, kind: str, background: str
) -> None:
    for name in ("ffv1.mkv", "yuva.mkv"):
        output = tmp_path / f"{name}%d.png"
        process(folder / name, output, background=background, settings=MASKS[kind], light_wrap=0)
        for index in range(FRAMES):
            picture = cv2.imread(str(tmp_path / f"{name}{index + 1}.png"), cv2.IMREAD_UNCHANGED)
            if background == "transparent":
                assert not picture[..., 3][cutout(index)[..., 3] == 0].any()
            # Chroma of 4:2:0 has been mixed at the disc's edge before.
            off = cv2.dilate(cutout(index)[..., 3], np.ones((5, 5), np.uint8)) == 0
            assert np.abs(picture[off][:, :3].astype(int) - HIDDEN).max(axis=1).min() > 100


def test_light_wraps_around_what_is_opaque(folder: Path, tmp_path: Path) -> None:
    arguments = {"background": LIME, "mask": f"matte:{folder / 'white.png'}", "codec": "ffv1"}
    process(folder / "ffv1.mkv", tmp_path / "a.mkv", **arguments)
    process(folder / "ffv1.mkv", tmp_path / "b.mkv", light_wrap=255, **arguments)
    without, wrapped = frames_of(tmp_path / "a.mkv")[0], frames_of(tmp_path / "b.mkv")[0]
    assert (without != wrapped).any()
    np.testing.assert_array_equal(wrapped[OUT], without[OUT])


def test_mattes_that_are_written_hold_it(folder: Path, tmp_path: Path) -> None:
    matte(folder / "ffv1.mkv", tmp_path / "m%d.png", settings=MASKS["region"])
    for index in range(FRAMES):
        got = cv2.imread(str(tmp_path / f"m{index + 1}.png"), cv2.IMREAD_GRAYSCALE)
        np.testing.assert_array_equal(got, cutout(index)[..., 3])


def test_full_alpha_changes_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    pictures = rng.integers(0, 256, (FRAMES, HEIGHT, WIDTH, 4), np.uint8)
    pictures[..., 3] = 255
    for form in ("bgra", "bgr0"):
        write(tmp_path / f"{form}.mkv", list(pictures), "ffv1", form, {})
        result = process(
            tmp_path / f"{form}.mkv", tmp_path / f"o{form}.mkv", background=LIME, codec="ffv1"
        )
        assert result.warnings == []
    first, second = frames_of(tmp_path / "obgra.mkv"), frames_of(tmp_path / "obgr0.mkv")
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", ["o.mov", "o.webm", "o.mkv", "o%d.png"])
def test_what_is_written_transparent_is_read_in_every_role(
    folder: Path, tmp_path: Path, name: str
) -> None:
    mask = f"matte:{folder / 'ffv1.mkv'}"
    process(folder / "ffv1.mkv", tmp_path / name, background="transparent", mask=mask)
    made = tmp_path / name
    white = f"matte:{folder / 'white.png'}"
    process(made, tmp_path / "in.mkv", background=LIME, mask=white, codec="ffv1")
    plain = folder / "plain.mkv"
    process(plain, tmp_path / "cut.mkv", background=LIME, mask=f"matte:{made}", codec="ffv1")
    told = process(plain, tmp_path / "behind.mkv", background=made, codec="ffv1").warnings
    assert [line.split(" is ")[1] for line in told] == ["transparent in places; black shows there"]
    for output, inside, outside in (
        ("in.mkv", DISC, BEHIND),
        ("cut.mkv", (90, 90, 90), BEHIND),
        ("behind.mkv", DISC, (0, 0, 0)),
    ):
        frame = frames_of(tmp_path / output)[0]
        assert far(frame[IN], inside) <= 10, output
        assert far(frame[OUT], outside) <= 10, output


def with_palette(frame: av.VideoFrame) -> av.VideoFrame:
    graph = Graph()
    source = graph.add_buffer(
        width=WIDTH, height=HEIGHT, format=frame.format, name="source", time_base=Fraction(1, 25)
    )
    split, sink = graph.add("split"), graph.add("buffersink")
    make, use = graph.add("palettegen", "stats_mode=single"), graph.add("paletteuse", "dither=none")
    for before, after, pads in (
        (source, split, (0, 0)),
        (split, make, (0, 0)),
        (split, use, (1, 0)),
        (make, use, (0, 1)),
        (use, sink, (0, 0)),
    ):
        before.link_to(after, *pads)
    graph.configure()
    graph.vpush(frame)
    graph.vpush(None)
    return graph.vpull()


@pytest.mark.parametrize("name", ["cut.gif", "cut.mov"])
def test_a_colour_of_a_palette_may_be_transparent(folder: Path, tmp_path: Path, name: str) -> None:
    gif = tmp_path / name
    with av.open(str(gif), "w") as container:
        stream = container.add_stream("gif" if name == "cut.gif" else "png", rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "pal8"
        stream.codec_context.time_base = Fraction(1, 100)
        for index in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(cutout(index), format="bgra")
            frame.pts, frame.time_base = 0, Fraction(1, 25)
            frame = with_palette(frame)
            frame.pts, frame.time_base = 4 * index, Fraction(1, 100)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    process(
        gif,
        tmp_path / "o.mkv",
        background=LIME,
        mask=f"matte:{folder / 'white.png'}",
        codec="ffv1",
    )
    for index, frame in enumerate(frames_of(tmp_path / "o.mkv")):
        assert far(frame[OUT], BEHIND) <= 2
        assert far(np.roll(frame, -2 * index, axis=1)[IN], DISC) <= 8


# What is told.


def test_a_clip_that_is_never_seen_is_told(folder: Path, tmp_path: Path) -> None:
    nothing = [np.zeros((HEIGHT, WIDTH, 4), np.uint8)] * FRAMES
    path = write(tmp_path / "in.mkv", nothing, "ffv1", "bgra", {})
    result = process(path, tmp_path / "o.mkv", background=LIME)
    assert result.warnings == [f"{path} is transparent throughout: none of it is seen"]
    fading = [*nothing[:2], cutout(), cutout()]
    path = write(tmp_path / "fade.mkv", fading, "ffv1", "bgra", {})
    assert process(path, tmp_path / "f.mkv", background=LIME).warnings == []


def test_where_alpha_is_not_heeded_that_is_told(folder: Path, tmp_path: Path) -> None:
    plate = asked("plate", plate=folder / "still.png")
    result = process(folder / "plain.mkv", tmp_path / "p.mkv", background=LIME, settings=plate)
    assert f"plate: {folder / 'still.png'} is transparent in places, which is not heeded" in (
        result.warnings
    )
    depths = np.full((HEIGHT, WIDTH, 2), 100, np.uint8)
    depths[:4, :, 1] = 0
    frame = av.VideoFrame(WIDTH, HEIGHT, "ya8")
    plane_of(frame, 0, 2)[:] = depths
    with av.open(str(tmp_path / "d.mov"), "w") as container:
        stream = container.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "ya8"
        for index in range(FRAMES):
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    mask = asked("depth", depth=tmp_path / "d.mov", near=50, far=150)
    result = process(
        folder / "plain.mkv", tmp_path / "d.mkv", background=LIME, settings=mask, codec="ffv1"
    )
    assert [line for line in result.warnings if "not heeded" in line] == [
        f"depth: {tmp_path / 'd.mov'} is transparent in places, which is not heeded"
    ]
    assert far(frames_of(tmp_path / "d.mkv")[0], (90, 90, 90)) == 0


def test_alpha_that_cannot_be_decoded_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str, mode: str) -> None:
        raise UnknownCodecError(name)

    monkeypatch.setattr("fastvbg.source.alpha.create_context", missing)
    path = folder / "vp9.webm"
    result = process(path, tmp_path / "o.mkv", background=LIME)
    assert result.warnings == [
        f"{path} has alpha that FFmpeg's libraries here cannot decode; its pictures count as opaque"
    ]


def test_a_region_is_what_is_opaque_and_bright(tmp_path: Path) -> None:
    picture = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    picture[:, : WIDTH // 2, 3] = 0
    cv2.imwrite(str(tmp_path / "region.png"), picture)
    region = fastvbg.region_mask(tmp_path / "region.png", (WIDTH, HEIGHT))
    assert not region[:, : WIDTH // 2].any()
    assert region[:, WIDTH // 2 :].all()


def test_winding_keeps_alpha(folder: Path, tmp_path: Path) -> None:
    pictures = [cutout(index % 6) for index in range(30)]
    path = write(tmp_path / "in.webm", pictures, *FILES["vp9.webm"])
    process(
        path,
        tmp_path / "o.mkv",
        background=LIME,
        mask=f"matte:{folder / 'white.png'}",
        codec="ffv1",
        start=Fraction(24, 25),
    )
    frames = frames_of(tmp_path / "o.mkv")
    assert len(frames) == 6
    for index, frame in enumerate(frames):
        assert far(frame[OUT], BEHIND) <= 10
        assert far(np.roll(frame, -2 * index, axis=1)[IN], DISC) <= 10
