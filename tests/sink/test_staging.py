"""Where output is written until it is whole, and what it replaces: names, links, modes, disks."""

from __future__ import annotations

import errno
import os
import stat
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg import Settings, SinkError, plan
from fastvbg.cli import run_command_line
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.pipeline.process import process
from fastvbg.sink import durable, open_sink
from fastvbg.sink.staging import Staged
from fastvbg.sink.still import write_still
from tests.support.media import Clip, make_clip, read_frames

INFO = StreamInfo(64, 48, Fraction(25), Fraction(1, 25), None, ColourTags())
FRAME = np.full((48, 64, 3), 90, np.uint8)
OUTPUTS = ["o.mp4", "o.mkv", "o.gif", "o.y4m", "o%02d.png"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return make_clip(tmp_path_factory.mktemp("staging") / "in.mp4", count=3)


def write(path: Path, *, overwrite: bool = False) -> None:
    with open_sink(path, INFO, overwrite=overwrite) as sink:
        for number in range(3):
            sink.write(FRAME, number, number + 1)


@pytest.mark.parametrize(
    ("stem", "suffix"),
    [
        ("a" * 251, ".mp4"),
        ("a" * 251, ".mkv"),
        ("空" * 83, ".webm"),
        ("ก" * 83, ".gif"),
        ("a" * 250, "%d.png"),
        ("é" * 125, "%d.jpg"),
    ],
    ids=range(6),
)
def test_names_as_long_as_the_file_system_takes(clip, tmp_path: Path, stem, suffix) -> None:
    result = process(clip.path, tmp_path / f"{stem}{suffix}", background="navy")
    made = list(tmp_path.iterdir())
    assert len(made) == (3 if "%" in suffix else 1)
    assert all(path.name.startswith(stem) and path.stat().st_size for path in made)
    assert result.frames == 3


@pytest.mark.parametrize(
    "name", ["a" * 252 + ".mp4", "b" * 300 + ".mkv", "zero\0byte.mp4"], ids=range(3)
)
def test_names_that_cannot_be_are_one_line(tmp_path: Path, name: str) -> None:
    for overwrite in (False, True):
        with pytest.raises(SinkError, match="output: cannot write .*(too long|zero byte)") as told:
            write(tmp_path / name, overwrite=overwrite)
        assert "\n" not in str(told.value)
    with pytest.raises(SinkError, match="no such folder"):
        write(tmp_path / ("d" * 300) / "o.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_output(clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "o.mp4").mkdir()
    with pytest.raises(SinkError, match=r"output: .*o\.mp4 is a folder, wanted a file name"):
        process(clip.path, tmp_path / "o.mp4", background="navy", overwrite=True)
    assert list(tmp_path.iterdir()) == [tmp_path / "o.mp4"]


def test_a_name_that_is_too_long_is_one_line_from_the_command_line(clip, tmp_path, capfd) -> None:
    output = str(tmp_path / ("a" * 252 + ".mp4"))
    assert run_command_line(["run", str(clip.path), "-b", "navy", "-o", output]) == 2
    said = capfd.readouterr().err
    assert said.endswith("File name too long\n")
    assert said.count("\n") == 1


def test_a_number_that_makes_a_name_too_long_leaves_nothing(clip: Clip, tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="File name too long"):
        process(clip.path, tmp_path / ("a" * 250 + "%03d.png"), background="navy")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_written_through(tmp_path: Path, there: bool) -> None:
    (tmp_path / "nas").mkdir()
    if there:
        (tmp_path / "nas/real.mkv").write_text("old")
    (tmp_path / "hop.mkv").symlink_to("nas/real.mkv")
    (tmp_path / "link.mkv").symlink_to("hop.mkv")
    if there:
        with pytest.raises(SinkError, match=r"link\.mkv exists; --overwrite replaces it"):
            write(tmp_path / "link.mkv")
    write(tmp_path / "link.mkv", overwrite=there)
    assert (tmp_path / "link.mkv").readlink() == Path("hop.mkv")
    assert (tmp_path / "hop.mkv").readlink() == Path("nas/real.mkv")
    assert len(read_frames(tmp_path / "nas/real.mkv")) == 3
    assert [path.name for path in (tmp_path / "nas").iterdir()] == ["real.mkv"]
    assert len(list(tmp_path.iterdir())) == 3


def test_links_that_lead_nowhere_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "loop.mkv").symlink_to("loop.mkv")
    with pytest.raises(SinkError, match=r"cannot write .*loop\.mkv: Too many levels"):
        write(tmp_path / "loop.mkv")
    (tmp_path / "lost.mkv").symlink_to("gone/real.mkv")
    with pytest.raises(SinkError, match="no such folder: .*gone; make it first"):
        write(tmp_path / "lost.mkv")
    assert {path.name for path in tmp_path.iterdir()} == {"loop.mkv", "lost.mkv"}


def test_a_link_to_the_input_is_refused_and_a_hard_link_parts_from_it(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mp4", count=3)
    before = clip.path.read_bytes()
    (tmp_path / "soft.mp4").symlink_to("in.mp4")
    os.link(clip.path, tmp_path / "hard.mp4")
    with pytest.raises(SinkError, match="is the input itself"):
        process(clip.path, tmp_path / "soft.mp4", background="navy", overwrite=True)
    process(clip.path, tmp_path / "hard.mp4", background="navy", overwrite=True)
    assert clip.path.read_bytes() == before != (tmp_path / "hard.mp4").read_bytes()


def test_images_that_are_links_are_written_through(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far/two.png").write_text("old")
    (tmp_path / "far/two.png").chmod(0o640)
    (tmp_path / "o2.png").symlink_to("far/two.png")
    (tmp_path / "o9.png").write_text("old")
    write(tmp_path / "o%d.png", overwrite=True)
    assert (tmp_path / "o2.png").readlink() == Path("far/two.png")
    assert cv2.imread(str(tmp_path / "far/two.png")).shape == (48, 64, 3)
    assert stat.S_IMODE((tmp_path / "far/two.png").stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["far", "o1.png", "o2.png", "o3.png"]
    assert [path.name for path in (tmp_path / "far").iterdir()] == ["two.png"]


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o755])
def test_an_overwritten_file_keeps_its_mode(tmp_path: Path, name: str, mode: int) -> None:
    first = tmp_path / (name % 1 if "%" in name else name)
    first.write_text("old")
    first.chmod(mode)
    write(tmp_path / name, overwrite=True)
    assert first.read_bytes() != b"old"
    assert stat.S_IMODE(first.stat().st_mode) == mode


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path, name: str) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / name)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o640}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_an_overwritten_file_keeps_its_owner(tmp_path: Path) -> None:
    (tmp_path / "o.mkv").write_text("old")
    os.chown(tmp_path / "o.mkv", 1234, 2345)
    write(tmp_path / "o.mkv", overwrite=True)
    found = (tmp_path / "o.mkv").stat()
    assert (found.st_uid, found.st_gid) == (1234, 2345)


def test_a_private_file_is_private_while_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "o.mkv").write_text("old")
    (tmp_path / "o.mkv").chmod(0o600)
    with open_sink(tmp_path / "o.mkv", INFO, overwrite=True) as sink:
        sink.write(FRAME, 0, 1)
        modes = [stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()]
    assert modes == [0o600, 0o600]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
@pytest.mark.parametrize("name", ["o.mp4", "o%d.png"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_pipe_is_never_replaced_by_a_file(tmp_path: Path, name: str, overwrite: bool) -> None:
    pipe = tmp_path / (name % 1 if "%" in name else name)
    os.mkfifo(pipe)
    with pytest.raises(SinkError, match=r"is a pipe or a device|--overwrite replaces"):
        write(tmp_path / name, overwrite=overwrite)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["./-.mp4", "./-.y4m", "-dash.mkv"])
def test_only_a_bare_dash_is_standard_output(clip, tmp_path, monkeypatch, capfd, name) -> None:
    monkeypatch.chdir(tmp_path)
    process(clip.path, name, background="navy")
    assert [path.name for path in tmp_path.iterdir()] == [name.removeprefix("./")]
    assert len(read_frames(tmp_path / name)) == 3
    assert capfd.readouterr().out == ""


def test_data_are_on_the_disk_before_the_name_is_and_the_folder_after(
    tmp_path, monkeypatch
) -> None:
    done: list[str] = []
    lock = threading.Lock()

    def fsync(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        with lock:
            done.append(f"{kind}, {sum(path.suffix in ('.mkv', '.png') for path in seen())} there")

    def seen() -> list[Path]:
        return [path for path in tmp_path.iterdir() if not path.name.startswith(".")]

    monkeypatch.setattr(durable.os, "fsync", fsync)
    write(tmp_path / "o.mkv")
    assert done == ["file, 0 there", "folder, 1 there"]
    done.clear()
    (tmp_path / "o.mkv").unlink()
    write(tmp_path / "o%d.png")
    assert done == ["file, 0 there"] * 3 + ["folder, 3 there"]
    done.clear()
    write_still(tmp_path / "sheet.png", FRAME, overwrite=False)
    assert done == ["file, 3 there", "folder, 4 there"]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EROFS])
def test_a_file_system_that_knows_no_flushing_is_done_without(
    tmp_path, monkeypatch, number
) -> None:
    def fsync(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(durable.os, "fsync", fsync)
    for name in OUTPUTS:
        write(tmp_path / name)
    assert len(list(tmp_path.iterdir())) == 7


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("name", OUTPUTS)
def test_a_disk_that_fails_at_the_end_is_one_line(tmp_path, monkeypatch, number, name) -> None:
    def fsync(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(durable.os, "fsync", fsync)
    with pytest.raises(SinkError, match=os.strerror(number)) as told:
        write(tmp_path / name)
    assert "\n" not in str(told.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", ["writing", "flushing"])
@pytest.mark.parametrize("name", ["old.toml", "new.toml", "old.json", "new.json", "sheet.png"])
def test_a_disk_that_is_full_for_a_small_file_is_one_line(
    clip: Clip, tmp_path: Path, monkeypatch, name: str, moment: str
) -> None:
    path = tmp_path / name
    if name.startswith("old"):
        path.write_text("old")
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    planned = plan(clip.path, tmp_path / "o.mp4", background="navy")
    write = {
        ".toml": lambda: Settings(background="navy").save(path, overwrite=True),
        ".json": lambda: planned.save(path, overwrite=True),
        ".png": lambda: write_still(path, FRAME, overwrite=True),
    }[path.suffix]

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if moment == "writing":
        monkeypatch.setattr(Path, "write_bytes", full)
    else:
        monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(SinkError, match=f"(settings|plan|output): cannot write .*{name}: No space"):
        write()
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("name", ["o.mkv", "o.y4m"])
def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch, name: str) -> None:
    real = Staged.__init__

    def full(self: Staged, path: Path, **given: Any) -> None:
        real(self, path, **given)
        self.target = "file:/dev/full"

    monkeypatch.setattr(Staged, "__init__", full)
    with pytest.raises(SinkError, match=f"output: cannot write {name}: No space left on device"):
        write(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


ERRORS = [AttributeError("x"), MemoryError(), KeyboardInterrupt(), SystemExit(3), OSError("disk")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("name", ["o.mp4", "o.y4m", "o%d.png"])
@pytest.mark.parametrize("moment", ["opening", "writing", "closing", "moving"])
def test_nothing_is_left_behind_whatever_goes_wrong(
    tmp_path: Path, monkeypatch, moment: str, name: str, error: BaseException
) -> None:
    def wrong(*_: object, **__: object) -> None:
        raise error

    where = {
        "opening": "fastvbg.sink.pictures.open_muxer",
        "writing": "fastvbg.sink.pictures.Pictures.packets",
        "closing": "fastvbg.sink.pictures.Pictures.finish",
        "moving": "fastvbg.sink.staging.flush",
    }[moment]
    if "%" in name:
        where = {
            "opening": "fastvbg.sink.sequence.Evenness",
            "writing": "fastvbg.sink.sequence.write_image",
            "closing": "fastvbg.sink.sequence.flush_file",
            "moving": "fastvbg.sink.sequence._place",
        }[moment]
    monkeypatch.setattr(where, wrong)
    with pytest.raises((type(error), SinkError)):
        write(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_of_a_caller_removes_what_is_staged(tmp_path: Path) -> None:
    def interrupted(name: str) -> None:
        with open_sink(tmp_path / name, INFO) as sink:
            sink.write(FRAME, 0, 1)
            assert len(list(tmp_path.iterdir())) == 1
            raise KeyboardInterrupt

    for name in OUTPUTS:
        with pytest.raises(KeyboardInterrupt):
            interrupted(name)
        assert list(tmp_path.iterdir()) == []


def test_a_sheet_is_whole_or_not_there(clip: Clip, tmp_path: Path, monkeypatch) -> None:
    sheet = tmp_path / "sheet.png"
    sheet.write_text("old")
    sheet.chmod(0o600)
    write_still(sheet, FRAME, overwrite=True)
    assert cv2.imread(str(sheet)).shape == FRAME.shape
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    kept = sheet.read_bytes()
    with pytest.raises(SinkError, match=r"output: cannot encode sheet\.png|cannot write a picture"):
        write_still(sheet, np.zeros((0, 4, 3), np.uint8), overwrite=True)
    with pytest.raises(SinkError, match="exists; --overwrite"):
        write_still(sheet, FRAME, overwrite=False)
    assert sheet.read_bytes() == kept
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]
