"""Pictures: what is in a file decides, they come out upright and whole, and once."""

from __future__ import annotations

import os
import struct
import threading
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from fastvbg.cli import run_command_line
from fastvbg.errors import SourceError
from fastvbg.keyers.region import region_mask
from fastvbg.media.contents import kind_of
from fastvbg.media.image import read_frame, read_image, read_still
from fastvbg.media.model import ReadOptions
from fastvbg.media.upright import noted_matrix, turn_of
from fastvbg.pipeline.backdrop import is_video
from fastvbg.pipeline.process import matte, process
from fastvbg.source import open_source
from tests.support.asked import asked
from tests.support.media import Clip, moving_frames, read_frames
from tests.support.pictures import KINDS, png, saved, scene, upright


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    whole, gray = scene(), scene()[:, :, 2]
    cut_out = np.dstack([whole, np.tile(np.arange(48, dtype=np.uint8) * 5, (32, 1))])
    for picture in (whole, gray, cut_out) if kind != "JPEG" else (whole, gray):
        path = saved(tmp_path / "photo", picture, kind, orientation, **KINDS[kind])
        assert kind_of(path) == "still"
        frame, alpha = read_frame(path, "input")
        colours = picture[:, :, :3] if picture.ndim == 3 else picture[:, :, np.newaxis]
        wanted = upright(np.broadcast_to(colours, (*picture.shape[:2], 3)), orientation)
        assert frame.shape == wanted.shape
        assert np.abs(frame.astype(int) - wanted).max() <= (6 if kind == "JPEG" else 0)
        if picture is cut_out:
            assert np.array_equal(alpha, upright(picture[:, :, 3], orientation))
        else:
            assert alpha is None


def test_deep_gray_tiffs_are_upright(tmp_path: Path) -> None:
    deep = np.arange(32 * 48, dtype=np.uint16).reshape(32, 48) * 40
    for orientation in range(1, 9):
        path = saved(tmp_path / "depth", deep, "TIFF", orientation)
        assert np.array_equal(read_still(path, "depth"), upright(deep, orientation))


SUFFIXES = ["photo.jpg", "photo.jfif", "photo.jpe", "photo", "photo.mp4", "photo.png", "photo.gif"]


@pytest.mark.parametrize("name", SUFFIXES)
def test_a_phones_portrait_in_every_role(clip: Clip, tmp_path: Path, name: str) -> None:
    stored = scene(48, 64)  # a viewer shows it as 64x48
    path = saved(tmp_path / name, stored, "JPEG", 6, **KINDS["JPEG"])
    shown = upright(stored, 6)
    assert not is_video(path)
    black = saved(tmp_path / "black.png", np.zeros((48, 64), np.uint8), "PNG")
    out = tmp_path / "o.mkv"
    lossless = {"codec": "ffv1", "overwrite": True}
    process(clip.path, out, background=path, mask=f"matte:{black}", **lossless)
    assert np.abs(read_frames(out)[7].astype(int) - shown).mean() < 4
    for suffix in ("o.mkv", "o%d.png"):
        everything = asked("matte", matte=saved(tmp_path / "w", 255 - black_of(), "PNG"))
        result = process(
            path, tmp_path / suffix, background="navy", settings=everything, overwrite=True
        )
        assert result.frames == 1
    assert np.abs(read_image(tmp_path / "o1.png", "o").astype(int) - shown).max() <= 6
    result = matte(clip.path, out, mask=f"matte:{path}", overwrite=True)
    assert (result.frames, result.warnings) == (clip.frames, [])
    luma = cv2.cvtColor(np.ascontiguousarray(shown), cv2.COLOR_BGR2GRAY)
    assert all(np.abs(got[:, :, 0].astype(int) - luma).max() <= 6 for got in read_frames(out))
    for mask in (
        asked("plate", plate=path),
        asked("motion", keep_region=path, refine="none"),
    ):
        assert matte(clip.path, out, settings=mask, overwrite=True).frames == clip.frames
    deep = saved(tmp_path / f"deep_{name}", stored[:, :, 0], "JPEG", 6, quality=98)
    near = asked("depth", depth=deep, near=200, far=255, softness=0, refine="none")
    matte(clip.path, out, settings=near, overwrite=True)
    assert np.mean((read_frames(out)[3][:, :, 0] > 0) == (shown[:, :, 0] >= 200)) > 0.97


def black_of() -> np.ndarray:
    return np.zeros((48, 64), np.uint8)


def test_the_command_line_takes_a_photo_of_any_suffix(clip: Clip, tmp_path: Path) -> None:
    path = saved(tmp_path / "photo.jfif", scene(), "JPEG", 8)
    output = str(tmp_path / "o.mp4")
    assert run_command_line(["run", str(clip.path), "-b", str(path), "-o", output, "-q"]) == 0
    assert run_command_line(["run", str(path), "-b", "red", "-o", output, "-q", "--overwrite"]) == 0
    sheet = str(tmp_path / "sheet.png")
    assert run_command_line(["preview", str(path), "-b", str(path), "-o", sheet]) == 0


def animation(path: Path, kind: str) -> Path:
    first, *others = (Image.fromarray(frame) for frame in moving_frames(3, 32, 24))
    options = {"lossless": True} if kind == "WEBP" else {}
    first.save(path, kind, save_all=True, append_images=others, duration=100, **options)
    return path


def stream(path: Path, suffix: str, count: int = 3) -> Path:
    frames = moving_frames(count, 32, 24)
    path.write_bytes(b"".join(cv2.imencode(suffix, frame)[1].tobytes() for frame in frames))
    return path


@pytest.mark.parametrize("name", ["x", "x.png", "x.jpg", "x.mp4", "x%d.png"])
@pytest.mark.parametrize("kind", ["PNG", "GIF", ".jpg", ".png", ".ppm", ".bmp"])
def test_pictures_that_move_are_videos_whatever_their_name(tmp_path, kind: str, name: str) -> None:
    make = stream if kind.startswith(".") else animation
    path = make(tmp_path / name, kind)
    assert kind_of(path) == "video"
    with open_source(path) as source:
        assert sum(1 for _ in source) == 3


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".ppm", ".bmp", ".webp", ".tiff"])
def test_one_picture_is_a_still(tmp_path: Path, suffix: str) -> None:
    path = stream(tmp_path / "x.gif", suffix, 1)
    assert kind_of(path) == "still"
    with open_source(path) as source:
        assert [item.frame.shape for item in source] == [(24, 32, 3)]


def test_a_gif_of_one_frame_is_held_and_no_still(clip: Clip, tmp_path: Path) -> None:
    path = saved(tmp_path / "one.gif", scene(), "GIF")
    assert kind_of(path) == "video"
    assert process(clip.path, tmp_path / "o.mp4", background=path).frames == clip.frames


def test_an_animated_webp_plays(clip: Clip, tmp_path: Path) -> None:
    path = animation(tmp_path / "moving.webp", "WEBP")
    assert kind_of(path) == "video"
    with open_source(path) as source:
        assert source.warnings == []
        items = list(source)
        times = [float(item.pts * source.info.time_base) for item in items]
    assert [round(at, 3) for at in times] == [0, 0.1, 0.2]
    for item, wanted in zip(items, moving_frames(3, 32, 24), strict=True):
        if isinstance(item.frame, np.ndarray):  # those of FFmpeg's libraries come as decoded
            assert np.array_equal(item.frame, wanted[:, :, ::-1])
    assert process(clip.path, tmp_path / "o.mp4", background=path).frames == clip.frames
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SourceError, match="^input: "), open_source(path) as source:
        list(source)


def test_a_photo_with_a_preview_behind_it_is_a_still(tmp_path: Path) -> None:
    one = cv2.imencode(".jpg", scene())[1].tobytes()
    index = b"\xff\xe2" + struct.pack(">H", 2 + 4) + b"MPF\0"
    (tmp_path / "phone.jpg").write_bytes(one[:2] + index + one[2:] + one)
    (tmp_path / "gain.jpg").write_bytes(one + cv2.imencode(".jpg", scene(24, 16))[1].tobytes())
    for name in ("phone.jpg", "gain.jpg"):
        assert kind_of(tmp_path / name) == "still"
        assert read_image(tmp_path / name, "input").shape == (32, 48, 3)


def test_transparency_in_all_its_ways(tmp_path: Path) -> None:
    path = tmp_path / "x"
    ways = {
        "gray and alpha": png(2, 1, 4, 8, b"\0\x50\xff\x50\x40"),
        "gray and alpha, 16 bits": png(2, 1, 4, 16, b"\0\x50\x50\xff\xff\x50\x50\x40\x40"),
        "a gray that is none": png(2, 1, 0, 8, b"\0\x50\x60", b"tRNS\0\x60"),
        "a colour that is none": png(2, 1, 2, 8, b"\0PPP```", b"tRNS\0\x60\0\x60\0\x60"),
        "a palette": png(2, 1, 3, 8, b"\0\0\1", b"PLTEPPP```", b"tRNS\xff\0"),
        "two bits": png(2, 1, 0, 2, b"\0\x40", b"tRNS\0\0"),
    }
    for way, content in ways.items():
        path.write_bytes(content)
        frame, alpha = read_frame(path, "input")
        assert frame[0, 0].tolist() in ([80, 80, 80], [85, 85, 85]), way
        assert alpha is not None, way
        assert alpha[0, 0] == 255, way
        assert alpha[0, 1] == (64 if "and alpha" in way else 0), way


def test_deep_colours_are_rounded_and_inks_are_colours(tmp_path: Path) -> None:
    deep = np.zeros((2, 2, 4), np.uint16)
    deep[:, :, :3] = (255, 300 * 200, 65535)
    deep[:, :, 3] = 33000
    for suffix in (".png", ".tiff"):
        cv2.imwrite(str(tmp_path / f"x{suffix}"), deep)
        frame, alpha = read_frame(tmp_path / f"x{suffix}", "input")
        assert frame[0, 0].tolist() == [1, 233, 255]
        assert alpha is not None
        assert alpha[0, 0] == 128
    inks = Image.fromarray(scene()[:, :, ::-1].copy()).convert("CMYK")
    for kind, options in (("JPEG", {"quality": 98, "subsampling": 0}), ("TIFF", {})):
        inks.save(tmp_path / "x", kind, **options)
        frame, alpha = read_frame(tmp_path / "x", "input")
        assert alpha is None
        assert np.abs(frame.astype(int) - scene()).max() < 12


def test_the_colours_of_a_tiff_are_not_multiplied_by_its_alpha(tmp_path: Path) -> None:
    cut_out = np.dstack([scene(), np.full((32, 48), 100, np.uint8)])
    for orientation in (1, 6):
        path = saved(tmp_path / "x.tif", cut_out, "TIFF", orientation)
        frame, alpha = read_frame(path, "input")
        assert np.array_equal(frame, upright(scene(), orientation))
        assert alpha is not None
        assert set(alpha.ravel()) == {100}
    Image.fromarray(cut_out[:, :, 2:]).convert("LA").save(tmp_path / "x", "TIFF")
    assert read_frame(tmp_path / "x", "input")[1] is not None


def test_members_of_a_sequence_may_differ_in_alpha(tmp_path: Path) -> None:
    whole = np.full((8, 8, 3), 60, np.uint8)
    half = np.dstack([whole, np.full((8, 8), 128, np.uint8)])
    full = np.dstack([whole, np.full((8, 8), 255, np.uint8)])
    for number, picture in enumerate((whole, half, full)):
        cv2.imwrite(str(tmp_path / f"m{number}.png"), picture)
    for pixels in ("native", "bgr"):
        options = ReadOptions(pixels=pixels, alpha="kept")
        with open_source(tmp_path / "m%d.png", options=options) as source:
            items = list(source)
        assert all(item.frame.shape == (8, 8, 3) for item in items)
        assert [None if i.alpha is None else int(i.alpha[0, 0]) for i in items] == [None, 128, None]


def test_hidden_colours_do_not_show_when_scaled(tmp_path: Path) -> None:
    picture = np.zeros((8, 8, 4), np.uint8)
    picture[:, :3] = (250, 250, 250, 0)  # white where nothing is seen
    picture[:, 3:] = (10, 20, 30, 255)
    cv2.imwrite(str(tmp_path / "x.png"), picture)
    options = ReadOptions(scale=(4, 4), alpha="kept")
    with open_source(tmp_path / "x.png", options=options) as source:
        (only,) = source
    assert only.alpha is not None
    assert only.alpha[0].tolist() == [0, 128, 255, 255]
    assert only.frame[0, 1:].tolist() == [[10, 20, 30]] * 3


def test_pictures_of_several_sizes_are_brought_to_one_where_it_is_asked_for(tmp_path) -> None:
    for number, size in enumerate(((16, 12), (32, 24), (12, 16))):
        cv2.imwrite(str(tmp_path / f"s{number}.png"), scene(*size))
    with pytest.raises(SourceError, match="s1.png is 32x24, wanted 16x12"):
        process(tmp_path / "s%d.png", tmp_path / "o.mp4", background="navy")
    result = process(tmp_path / "s%d.png", tmp_path / "o.mp4", background="navy", scale=(32, 24))
    assert result.frames == 3
    assert {frame.shape for frame in read_frames(tmp_path / "o.mp4")} == {(24, 32, 3)}


def test_one_picture_has_the_time_0(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.png", scene(), "PNG")
    with pytest.raises(SourceError, match="is one picture and has no frame between the start"):
        process(path, tmp_path / "o.mp4", background="navy", start=1)
    with open_source(path, fps=10, options=ReadOptions(scale=(24, 0))) as source:
        assert (source.info.width, source.info.height, source.info.rate) == (24, 16, 10)


def test_a_picture_is_read_once(clip: Clip, tmp_path: Path, monkeypatch) -> None:
    path = saved(tmp_path / "x.jfif", scene(64, 48), "JPEG")
    read: list[str] = []
    real = Path.open

    def counting(self: Path, mode: str = "r", *args, **kwargs):
        read.append(self.name)
        return real(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", counting)
    process(clip.path, tmp_path / "o.mp4", background=path, mask=f"matte:{path}")
    assert 1 <= read.count("x.jfif") <= 8  # looks into it, not one a frame


def test_a_region_is_where_a_cut_out_is_seen(tmp_path: Path) -> None:
    cut_out = np.full((8, 8, 4), 255, np.uint8)
    cut_out[:, 4:, 3] = 0
    cut_out[:, :2, :3] = 0
    path = saved(tmp_path / "x", cut_out, "PNG", 3)
    assert np.array_equal(region_mask(path, (8, 8)), upright(cut_out[:, :, 3], 3))
    path = saved(tmp_path / "x", cut_out[:, :, :3], "PNG", 3)
    assert np.array_equal(region_mask(path, (8, 8)), upright(cut_out[:, :, 0], 3))


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_that_comes_by_a_pipe_is_upright(
    tmp_path: Path, kind: str, orientation: int
) -> None:
    stored = scene(48, 64)
    path = saved(tmp_path / "x", stored, kind, orientation, **KINDS[kind])
    with av.open(str(path), "r") as container:
        first = next(container.decode(video=0))
    turned = turn_of(noted_matrix(first))
    assert turned is not None
    shown = turned.array(first.to_ndarray(format="bgr24")).astype(int)
    assert np.abs(shown - upright(stored, orientation)).mean() < 8


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
def test_a_photo_in_a_pipe_as_background(clip: Clip, tmp_path: Path) -> None:
    content = saved(tmp_path / "x", scene(48, 64), "JPEG", 6).read_bytes()
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,), daemon=True)
    writer.start()
    result = process(clip.path, tmp_path / "o.mp4", background=tmp_path / "pipe")
    writer.join(10)
    assert result.frames == clip.frames
