"""Which files a batch means, and where each goes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import fastvbg
from fastvbg.farm.batches.inputs import expand
from fastvbg.farm.batches.naming import outputs
from fastvbg.urls import whole


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("b.mp4", "a.MOV", "notes.txt", ".hidden.mp4", "deep/c.mkv", "deep/down/d.mp4"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "out").mkdir()
    return tmp_path


def names(inputs: object) -> list[str]:
    shown = [str(each) for each in expand(inputs)]
    return [each if "://" in each else Path(each).as_posix() for each in shown]


@pytest.mark.parametrize(
    ("inputs", "wanted"),
    [
        ("b.mp4", ["b.mp4"]),
        (Path("b.mp4"), ["b.mp4"]),
        (["b.mp4", "a.MOV"], ["b.mp4", "a.MOV"]),
        (["b.mp4", "./b.mp4", "*.mp4"], ["b.mp4"]),
        (".", ["a.MOV", "b.mp4"]),
        ("deep", ["deep/c.mkv"]),
        ("deep/*", ["deep/c.mkv"]),
        ("**/*.mp4", ["b.mp4", "deep/down/d.mp4"]),
        ("notes.*", ["notes.txt"]),
        ("https://host/x.mp4?key=1", ["https://host/x.mp4?..."]),
    ],
)
def test_files_folders_and_patterns(folder: Path, inputs: object, wanted: list[str]) -> None:
    assert names(inputs) == wanted


def test_addresses_are_told_apart_by_what_is_not_shown_of_them() -> None:
    given = ["https://host/get?id=1", "https://host/get?id=2", "https://host/get?id=1"]
    assert [whole(each) for each in expand(given) if isinstance(each, str)] == given[:2]


def test_a_file_wins_over_what_its_name_might_mean(folder: Path) -> None:
    for name in ("x[1].mp4", "@list.txt", "n%02d.mp4"):
        (folder / name).touch()
    assert names(["x[1].mp4", "@list.txt", "n%02d.mp4"]) == ["x[1].mp4", "@list.txt", "n%02d.mp4"]


def test_lists_are_seen_from_their_folder(folder: Path) -> None:
    (folder / "deep" / "list.txt").write_text("# talks\n\nc.mkv\n  down\n../*.mp4\n")
    assert names("@deep/list.txt") == ["deep/c.mkv", "deep/down/d.mp4", "deep/../b.mp4"]


def test_a_list_on_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"b.mp4\n")))
    assert names("@-") == ["b.mp4"]
    assert names("@-") == ["b.mp4"], "it can be read but once"


def test_a_list_as_editors_of_windows_save_it(folder: Path, monkeypatch) -> None:
    (folder / "list.txt").write_bytes(b"\xef\xbb\xbfb.mp4\r\n")
    assert names("@list.txt") == ["b.mp4"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbfb.mp4\r\n")))
    assert names("@-") == ["b.mp4"]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ([], "got none"),
        ("none.mp4", "no such file: none.mp4"),
        ("*.avi", r"no file matches \*.avi"),
        ("out", "no video in the folder out"),
        ("@none.txt", "cannot read none.txt"),
        ("@notes.txt", "the list notes.txt names no file"),
        ("-", "wanted files"),
        (7, "got 7, wanted names of files"),
        ([7], "got 7, wanted the name of a file"),
    ],
)
def test_what_means_no_file_is_told(folder: Path, inputs: object, words: str) -> None:
    with pytest.raises(fastvbg.FastvbgError, match=f"^inputs: .*{words}"):
        expand(inputs)


@pytest.mark.parametrize(
    ("given", "output", "wanted"),
    [
        ("b.mp4", "out", "out/b.mp4"),
        ("a.MOV", "out/", "out/a.mov"),
        ("x.avi", "out", "out/x.mp4"),
        ("deep/c.mkv", "out/{stem}.webm", "out/c.webm"),
        ("deep/c.mkv", "{folder}-{number:03}{suffix}", "deep-001.mkv"),
        ("deep/c.mkv", "out/{name}.mp4", "out/c.mkv.mp4"),
        ("https://host/talks/a%20b.mp4?key=1", "out", "out/a b.mp4"),
        ("shots/in_%06d.png", "out", "out/in.mp4"),
        ("shots/%06d.png", "out", "out/shots.mp4"),
        ("b.mp4", "one.mp4", "one.mp4"),
    ],
)
def test_names_of_outputs(folder: Path, given: str, output: str, wanted: str) -> None:
    assert [path.as_posix() for path in outputs([given], output)] == [wanted]


def test_a_folder_may_have_braces(folder: Path) -> None:
    (folder / "{x").mkdir()
    assert outputs(["b.mp4"], "{x") == [Path("{x/b.mp4")]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("out/same.mp4", "a.mp4 and b.mp4 would both be written to out/same.mp4"),
        ("none", "no such folder: none; make it first"),
        ("none/", "no such folder"),
        ("out/{what}.mp4", "wanted no fields but"),
        ("out/{stem.x}.mp4", "wanted no fields but"),
        ("out/{stem!r}.mp4", "wanted no fields but"),
        ("out/{stem", "wanted no fields but"),
        ("out/{number:09999999}.mp4", "wanted no fields but"),
        ("-", "wanted a folder"),
        ("", "got an empty name"),
    ],
)
def test_outputs_that_cannot_be(folder: Path, output: str, words: str) -> None:
    with pytest.raises(fastvbg.FastvbgError, match=f"^output: .*{words}"):
        outputs(["a.mp4", "b.mp4"], output)


def test_inputs_of_one_name_are_told_apart_by_their_folders(folder: Path) -> None:
    inputs = ["x/a.mp4", "y/a.mp4"]
    with pytest.raises(fastvbg.SinkError, match=r"x/a.mp4 and y/a.mp4 would both .* out/a.mp4"):
        outputs(inputs, "out")
    assert len(set(outputs(inputs, "out/{folder}-{stem}.mp4"))) == 2


def test_a_picture_becomes_a_picture_and_a_sequence_a_video(folder: Path) -> None:
    made = outputs(["me.JPG", "in/at%03d.png", "moves.webp", "a.gif", "b.mkv"], folder / "out")
    named = [Path(str(each)).name for each in made]
    assert [name.rpartition(".")[2] for name in named] == ["jpg", "mp4", "mp4", "mp4", "mkv"]
    assert named[0] == "me.jpg"
