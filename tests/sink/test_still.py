"""One picture in, one picture out; of what has more frames a picture's name is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import SinkError
from fastvbg.cli import run_command_line
from fastvbg.pipeline.process import matte, process

GREEN = (60, 190, 70)


@pytest.fixture
def photo(tmp_path):
    picture = np.full((90, 160, 3), GREEN, np.uint8)
    picture[40:, 60:100] = (90, 85, 120)
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), picture)
    return path


@pytest.mark.parametrize("name", ["out.png", "out.jpg", "out.webp", "out.tif", "out.bmp", "o.PNG"])
def test_a_photo_becomes_a_photo(photo, tmp_path, name):
    out = tmp_path / "made" / name
    out.parent.mkdir()
    result = process(photo, out, background="#c80000", mask="chroma")
    assert result.frames == 1
    made = cv2.imread(str(out)).astype(int)
    assert np.abs(made[5, 5] - (0, 0, 200)).max() <= 4
    assert np.abs(made[70, 80] - (90, 85, 120)).max() <= 12
    assert [path.name for path in out.parent.iterdir()] == [name]


def test_its_matte_and_its_transparency(photo, tmp_path):
    matte(photo, tmp_path / "matte.png", mask="chroma")
    process(photo, tmp_path / "cut.png", background="transparent", mask="chroma")
    alpha = cv2.imread(str(tmp_path / "cut.png"), cv2.IMREAD_UNCHANGED)[..., 3]
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "matte.png"), 0), alpha)
    assert (alpha[5, 5], alpha[70, 80]) == (0, 255)
    with pytest.raises(SinkError, match="holds no transparency"):
        process(photo, tmp_path / "cut.jpg", background="transparent", mask="chroma")


def test_what_exists_is_replaced_when_asked(photo, tmp_path):
    out = tmp_path / "out.png"
    out.write_bytes(b"before")
    with pytest.raises(SinkError, match="exists"):
        process(photo, out, background="navy", mask="chroma")
    assert out.read_bytes() == b"before"
    process(photo, out, background="navy", mask="chroma", overwrite=True)
    assert cv2.imread(str(out)).shape == (90, 160, 3)


def test_one_frame_of_a_video_and_no_more(clip, tmp_path, capsys):
    out = tmp_path / "out.png"
    arguments = ["run", str(clip.path), "-b", "navy", "--mask", "motion", "-o", str(out)]
    assert run_command_line(arguments) != 0
    assert "names one image, and the input may have more frames" in capsys.readouterr().err
    assert not out.exists()
    assert run_command_line([*arguments, "--end", "0.01"]) == 0
    assert capsys.readouterr().out.startswith("1 frame in ")
    assert cv2.imread(str(out)).shape[:2] == clip.size[::-1]
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]
