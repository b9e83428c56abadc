"""Pictures that are damaged: one line of ours, and none of the libraries'."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, features

from fastvbg.errors import SourceError
from fastvbg.media import opencv
from fastvbg.media.image import read_image
from fastvbg.media.opencv import decode
from fastvbg.pipeline.process import process
from fastvbg.source import open_source
from fastvbg.source.outline import gif_ends_early
from tests.support.media import Clip

TOLD = "it is damaged, and parts of it may look wrong"


def damaged_jpeg() -> bytes:
    """Return a JPEG whose scan ends before its pixels do, as libjpeg tells and goes on."""
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    content = cv2.imencode(".jpg", noise)[1].tobytes()
    return content[: len(content) // 2] + content[-2:]


def gif(pictures: int = 2) -> bytes:
    frames = [Image.new("P", (40, 30), index) for index in range(pictures)]
    for index, frame in enumerate(frames):
        frame.putpalette(bytes(range(256)) * 3)
        frame.putpixel((index, index), 200)
    content = BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:], duration=40)
    return content.getvalue()


def said(path: Path) -> list[str]:
    with open_source(path) as source:
        for _ in source:
            pass
        return list(source.warnings)


def test_a_damaged_jpeg_is_used_and_told_of_in_our_words(clip: Clip, tmp_path, capfd) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(damaged_jpeg())
    report = process(clip.path, tmp_path / "o.mkv", background=path)
    assert [line for line in report.warnings if "damaged" in line] == [
        f"background: {path}: {TOLD}"
    ]
    assert report.lost == 1
    assert capfd.readouterr().err == ""


def test_a_whole_jpeg_is_not_told_of(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    cv2.imwrite(str(path), np.zeros((64, 64, 3), np.uint8))
    assert said(path) == []


def test_damaged_images_of_a_sequence_are_counted(tmp_path: Path, capfd) -> None:
    for number in range(3):
        (tmp_path / f"s{number}.jpg").write_bytes(damaged_jpeg())
    told = "s%d.jpg: 3 images are damaged, the first s0.jpg, and parts of them may look wrong"
    assert said(tmp_path / "s%d.jpg") == [told]
    for number in (0, 2):
        cv2.imwrite(str(tmp_path / f"s{number}.jpg"), np.zeros((64, 64, 3), np.uint8))
    told = "s%d.jpg: 1 image is damaged, s1.jpg, and parts of it may look wrong"
    assert said(tmp_path / "s%d.jpg") == [told]
    assert capfd.readouterr().err == ""


def test_what_others_print_meanwhile_is_passed_on(monkeypatch, capfd) -> None:
    content, decoder = damaged_jpeg(), cv2.imdecode

    def beside(*given: object) -> object:
        os.write(2, b"of another thread\n")
        return decoder(*given)

    monkeypatch.setattr(cv2, "imdecode", beside)
    assert decode(content) is not None
    assert capfd.readouterr().err == "of another thread\n"


def test_a_png_that_is_damaged_is_one_line(tmp_path: Path, capfd) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    content = bytearray(cv2.imencode(".png", noise)[1].tobytes())
    content[len(content) // 2] ^= 0xFF
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="^background: cannot read .* it is damaged or cut off$"):
        read_image(path, "background")
    assert capfd.readouterr().err == ""


def test_a_gif_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.gif"
    path.write_bytes(gif())
    assert said(path) == []
    path.write_bytes(gif()[:-20])
    assert said(path) == [f"{path}: the file ends early; about 1 frame of it is missing"]


def test_where_a_gif_ends_early() -> None:
    whole = gif()
    assert not gif_ends_early(BytesIO(whole))
    assert not gif_ends_early(BytesIO(whole[:-1]))  # its last byte is often not there
    assert not gif_ends_early(BytesIO(whole + b"\0more"))
    assert gif_ends_early(BytesIO(whole[:-2]))
    assert gif_ends_early(BytesIO(whole[:10]))
    assert gif_ends_early(BytesIO(whole[: whole.rindex(b",") + 5]))


@pytest.mark.skipif(not features.check("avif"), reason="Pillow was built without AVIF")
def test_the_still_picture_of_an_animation_is_no_track_to_miss(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), (60 * index, 0, 0)) for index in range(4)]
    path = tmp_path / "x.avif"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=40)
    assert said(path) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.tga", bytes(2) + b"\2" + bytes(9) + b"\4\0\4\0\x18\0" + bytes(48)), ("x.svg", b"<svg/>")],
)
def test_a_picture_of_a_kind_that_is_not_read_is_one_line(clip, tmp_path, name, content) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=rf"^background: .*{name} is a picture of a kind that"):
        process(clip.path, tmp_path / "o.mkv", background=path)


def test_without_room_for_what_they_print_pictures_are_read(monkeypatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise FileNotFoundError("no usable temporary directory")

    monkeypatch.setattr(opencv, "TemporaryFile", nowhere)
    _, content = cv2.imencode(".png", np.full((4, 6, 3), 90, np.uint8))
    picture = opencv.decode(content.tobytes())
    assert picture is not None
    assert picture.shape == (4, 6, 3)
