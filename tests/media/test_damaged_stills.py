"""Pictures that are huge, cut off or none at all: one line each, and no memory taken."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from fastvbg.errors import SourceError
from fastvbg.media.contents import kind_of
from fastvbg.media.headers import read_header
from fastvbg.media.image import read_image
from fastvbg.pipeline.process import matte, process
from tests.support.asked import asked
from tests.support.media import Clip
from tests.support.pictures import png, saved, scene, upright

HUGE = {
    "png": png(60000, 60000, 2, 8, b""),
    "jpeg": b"\xff\xd8\xff\xc0\0\x0b\x08\xea\x60\xea\x60\1\1\x11\0\xff\xda\0\2\xff\xd9",
    "bmp": b"BM" + bytes(12) + struct.pack("<IiiHHIIiiII", 40, 60000, -60000, 1, 24, *[0] * 6),
    "pnm": b"P6 # a comment\n60000\n60000 255\n",
    "webp": b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x5f\xea\0\x5f\xea\0" + bytes(16),
    "tiff": b"II*\0\x08\0\0\0\2\0\0\1\4\0\1\0\0\0\x60\xea\0\0\1\1\4\0\1\0\0\0\x60\xea\0\0\0\0\0\0",
    "jpeg2000": b"\xff\x4f\xff\x51\0\x29\0\0" + struct.pack(">8IH", 60000, 60000, *[0] * 6, 3),
    "qoi": b"qoif" + struct.pack(">IIBB", 60000, 60000, 3, 0) + bytes(64),
    "sgi": b"\x01\xda\0\1\0\3" + struct.pack(">HHH", 60000, 60000, 3) + bytes(502),
}


@pytest.mark.parametrize("kind", HUGE)
def test_a_picture_that_says_it_is_huge_is_refused_at_once(clip, tmp_path, kind: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(HUGE[kind])
    words = r"says it is 60000x60000, wanted at most \d+ pixels|cannot read the picture"
    for role, call in {
        "input": lambda: process(path, tmp_path / "o.mp4", background="navy"),
        "background": lambda: process(clip.path, tmp_path / "o.mp4", background=path),
        "matte": lambda: matte(clip.path, tmp_path / "o.mkv", mask=f"matte:{path}"),
    }.items():
        with pytest.raises(SourceError, match=f"^{role}: .*({words})"):
            call()
    assert [item.name for item in tmp_path.iterdir()] == ["bomb"]


def test_the_limit_holds_for_pictures_in_every_role(clip: Clip, tmp_path: Path) -> None:
    path = saved(tmp_path / "x.png", np.zeros((100, 100), np.uint8), "PNG")
    for mask in (asked("matte", matte=path), asked("plate", plate=path)):
        with pytest.raises(SourceError, match="says it is 100x100, wanted at most 5000"):
            matte(clip.path, tmp_path / "o.mkv", settings=mask, max_pixels=5000)
    with pytest.raises(SourceError, match="^input: .* says it is 100x100, wanted at most 5000"):
        matte(path, tmp_path / "o.mkv", max_pixels=5000)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tiff", ".bmp", ".ppm", ".jp2"])
def test_what_is_cut_off_is_one_line(tmp_path: Path, suffix: str, capfd) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    content = cv2.imencode(suffix, noise)[1].tobytes()
    path = tmp_path / "cut"
    for length in (20, 40, 100, len(content) // 2, len(content) - 3):
        path.write_bytes(content[:length])
        with pytest.raises(SourceError, match="^background: "):
            read_image(path, "background")
    assert capfd.readouterr().err == "" or cv2.__version__ < "5"


def test_damage_that_pillow_warns_of_is_passed_over(tmp_path: Path, recwarn) -> None:
    one = cv2.imencode(".jpg", scene())[1].tobytes()
    exif = b"Exif\0\0II*\0\x08\0\0\0\xff\0" + bytes(range(64))
    index = b"MPF\0II*\0\x08\0\0\0" + b"\xff" * 16
    for marker, body in ((b"\xff\xe1", exif), (b"\xff\xe2", index)):
        segment = marker + struct.pack(">H", 2 + len(body)) + body
        (tmp_path / "x").write_bytes(one[:2] + segment + one[2:])
        assert kind_of(tmp_path / "x") == "still"
        assert read_image(tmp_path / "x", "input").shape == (32, 48, 3)
    assert len(recwarn) == 0


def test_a_turn_that_is_noted_behind_the_pixels(tmp_path: Path) -> None:
    content = saved(tmp_path / "x", scene(), "PNG", 6).read_bytes()
    at = content.index(b"eXIf") - 4
    end = at + 12 + int.from_bytes(content[at : at + 4], "big")
    moved = content[:at] + content[end:-12] + content[at:end] + content[-12:]
    (tmp_path / "x").write_bytes(moved)
    assert np.array_equal(read_image(tmp_path / "x", "input"), upright(scene(), 6))


def test_the_limit_is_ours_and_not_pillows() -> None:
    header = read_header(BytesIO(png(30000, 20000, 0, 1, b"")))
    assert header is not None
    assert header.size == (30000, 20000)


@pytest.mark.parametrize(
    "words", [b"Python is a snake\n", b"P5 said the man\n", b"BM stands for\n"]
)
def test_a_text_is_no_picture(tmp_path: Path, words: bytes) -> None:
    (tmp_path / "x").write_bytes(words * 20)
    assert kind_of(tmp_path / "x") == "video"
    with pytest.raises(SourceError, match="^input: not an image"):
        read_image(tmp_path / "x", "input")


def test_cameras_raw_files_are_no_thumbnails(tmp_path: Path) -> None:
    Image.fromarray(scene()).save(tmp_path / "x.dng", "TIFF", tiffinfo={254: 1})
    with pytest.raises(SourceError, match="is a camera's raw file, of which only a thumbnail"):
        read_image(tmp_path / "x.dng", "background")
