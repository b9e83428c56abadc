"""A file that there is wins over what its name might mean."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from fastvbg.cli import run_command_line
from fastvbg.errors import OptionError, OptionTypeError, SinkError, SourceError
from fastvbg.media.contents import kind_of
from fastvbg.media.names import are_same, exists
from fastvbg.pipeline.process import matte, process
from fastvbg.source import open_source
from tests.support.asked import asked
from tests.support.media import Clip, read_frames

NAMES = [
    "birthday%20dance.mp4",
    "100%dance.mp4",
    "a%d.mp4",
    "%03d.mp4",
    "two%02dand%3d.mp4",
    "clip[1].mp4",
    "what*?.mp4",
    "foo:bar.mp4",
    "http:clip.mp4",
    "-dash.mp4",
    "~tilde.mp4",
    "blank and 'quote'.mp4",
    "no_suffix",
    "umlautä.mp4",
    "frame%03d.png",
    "wrong.jpg",
    "wrong%d.gif",
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_a_video_of_any_name_in_any_role(clip: Clip, here: Path, name: str) -> None:
    shutil.copy(clip.path, here / name)
    given = f"./{name}" if name.startswith("-") else name
    assert kind_of(given) == "video"
    assert process(given, "o1.mp4", background="navy").frames == clip.frames
    assert process(clip.path, "o2.mp4", background=given).frames == clip.frames
    result = matte(clip.path, "o3.mkv", mask=f"matte:{given}")
    assert result.frames == clip.frames
    assert result.warnings == []


@pytest.mark.parametrize(
    "name", ["city%20dusk.png", "a%d.jpg", "x[1].png", "s*.png", "foo:bar.png", "~", "-b.png"]
)
def test_a_picture_of_any_name_in_any_role(clip: Clip, here: Path, name: str) -> None:
    picture = np.full((48, 64, 3), (200, 80, 20), np.uint8)
    (here / name).write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    given = f"./{name}" if name.startswith("-") else name
    assert kind_of(given) == "still"
    cv2.imwrite("black.png", np.zeros((48, 64), np.uint8))
    process(clip.path, "o1.mkv", background=given, mask="matte:black.png")
    assert np.abs(read_frames(here / "o1.mkv")[3].astype(int) - picture).max() < 12
    assert matte(clip.path, "o2.mkv", mask=f"matte:{given}").frames == clip.frames
    plate = asked("plate", plate=given)
    assert matte(clip.path, "o3.mkv", settings=plate).frames == clip.frames
    region = asked("motion", keep_region=given)
    assert matte(clip.path, "o4.mkv", settings=region).frames == clip.frames
    assert process(given, "o5.mp4", background="navy").frames == 1


def test_words_stay_words_and_files_of_these_names_have_a_folder(clip: Clip, here: Path) -> None:
    green = cv2.imencode(".png", np.full((48, 64, 3), (0, 255, 0), np.uint8))[1].tobytes()
    cv2.imwrite("black.png", np.zeros((48, 64), np.uint8))
    for name in ("red", "blur", "transparent", "auto", "first:2s"):
        (here / name).write_bytes(green)
        plate = asked("plate", plate=f"./{name}")
        assert matte(clip.path, "p.mkv", settings=plate, overwrite=True).frames == clip.frames
        for given in (f"./{name}", Path(name)):
            options = {"mask": "matte:black.png", "codec": "ffv1", "overwrite": True}
            process(clip.path, "o.mkv", background=given, **options)
            b, g, r = read_frames(here / "o.mkv")[0][20, 20].astype(int)
            assert g > 240
            assert max(b, r) < 15
    process(clip.path, "o.mkv", background="red", mask="matte:black.png", overwrite=True)
    assert read_frames(here / "o.mkv")[0][20, 20, 2] > 230


def test_a_pattern_is_one_where_no_file_has_its_name(clip: Clip, here: Path) -> None:
    for number in range(3):
        cv2.imwrite(f"in{number}.png", np.full((48, 64, 3), 9 * number, np.uint8))
    assert kind_of("in%d.png") == "sequence"
    assert process("in%d.png", "o.mp4", background="navy").frames == 3
    shutil.copy(here / "in1.png", here / "in%d.png")
    assert kind_of("in%d.png") == "still"
    assert process("in%d.png", "o.mp4", background="navy", overwrite=True).frames == 1


def test_names_that_cannot_be_are_one_line(clip: Clip, here: Path, capfd) -> None:
    wrong = (SourceError, OptionError)
    for name in ("x" * 300 + ".mp4", "none/../none.png", "a\0b.mp4", "~nobody-here/x.png", ""):
        with pytest.raises(wrong, match="^input: "):
            process(name, "o.mp4", background="navy")
        with pytest.raises(wrong, match="^matte: "):
            process(clip.path, "o.mp4", background="navy", settings=asked("matte", matte=name))
        with pytest.raises(wrong, match="^background: "):
            process(clip.path, "o.mp4", background=name)
    assert list(here.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_a_name_that_is_no_utf8(clip: Clip, here: Path) -> None:
    name = os.fsdecode(b"video\xff.mp4")
    try:
        shutil.copy(clip.path, here / name)
    except OSError:
        pytest.skip("this file system wants UTF-8")
    assert process(name, "o.mp4", background=name).frames == clip.frames


class Named:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


def test_path_objects_of_any_kind_in_any_role(clip: Clip, here: Path) -> None:
    cv2.imwrite("one.png", np.full((48, 64, 3), 90, np.uint8))
    video, picture = Named(clip.path), Named(here / "one.png")
    for background in (video, picture):
        result = process(video, here / "o.mp4", background=background, overwrite=True)
        assert result.frames == clip.frames
    for mask in (
        asked("matte", matte=picture),
        asked("matte", matte=video),
        asked("plate", plate=picture),
    ):
        assert matte(video, here / "m.mkv", settings=mask, overwrite=True).frames == clip.frames
    with open_source(video) as source:
        assert source.info.width == 64
    for wrong in (b"bytes.mp4", None, 3, ["a.mp4"]):
        with pytest.raises(OptionTypeError, match="^input: got .*, wanted the name of a file"):
            open_source(wrong)


def test_what_counts_as_the_same_file(here: Path) -> None:
    (here / "a.mp4").touch()
    (here / "link.mp4").symlink_to("a.mp4")
    (here / "loop.mp4").symlink_to("loop.mp4")
    (here / "f7.png").touch()
    assert are_same("a.mp4", "./a.mp4")
    assert are_same("link.mp4", "a.mp4")
    assert are_same("f%d.png", here / "f%d.png")
    assert are_same("f7.png", "f%d.png")
    assert are_same("f%d.png", "f%01d.png")  # both have f7.png
    assert not are_same("f07.png", "f%d.png")
    assert not are_same("f%d.png", "g%d.png")
    assert not are_same("loop.mp4", "a.mp4")
    assert not are_same("-", "-")


def test_no_file_that_is_read_is_written(clip: Clip, here: Path) -> None:
    shutil.copy(clip.path, here / "a%20d.mp4")
    cv2.imwrite("o5.png", np.full((48, 64, 3), 90, np.uint8))
    before = (here / "o5.png").read_bytes()
    cases = [
        ("a%20d.mp4", "a%20d.mp4", {"background": "navy"}),
        ("a%20d.mp4", "o%d.png", {"background": "o5.png"}),
        ("a%20d.mp4", "o%d.png", {"background": "navy", "mask": "matte:o5.png"}),
        ("o5.png", "o%d.png", {"background": "navy"}),
    ]
    for source, output, options in cases:
        with pytest.raises(SinkError, match="itself; give it another name"):
            process(source, output, overwrite=True, **options)
    assert (here / "o5.png").read_bytes() == before


def test_a_long_name_is_no_file() -> None:
    assert not exists("x" * 5000)
    assert not exists("a\0b")


def test_the_command_line_takes_such_names(clip: Clip, here: Path, capfd) -> None:
    shutil.copy(clip.path, here / "100%dance.mp4")
    arguments = ["run", "100%dance.mp4", "-b", "navy", "-o", "my%20demo.mp4", "--quiet"]
    assert run_command_line(arguments) == 0
    assert len(read_frames(here / "my%20demo.mp4")) == clip.frames
    assert run_command_line(["preview", "100%dance.mp4", "-b", "navy", "-o", "sheet.png"]) == 0


def test_objects_of_stores_are_the_same_by_their_urls() -> None:
    assert are_same("s3://talks/one.mp4", "s3://talks/one.mp4")
    assert not are_same("s3://talks/one.mp4", "s3://talks/two.mp4")
    assert not are_same("s3://talks/one.mp4", "one.mp4")
