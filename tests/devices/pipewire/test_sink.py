"""The PipeWire camera as a sink, with a program that stands in for GStreamer's."""

from __future__ import annotations

import itertools
import json
import math
from typing import TYPE_CHECKING

import pytest

from fastvbg.devices.keeper import Patience
from fastvbg.devices.pipewire.colours import colorimetry
from fastvbg.devices.pipewire.launch import Launch
from fastvbg.devices.pipewire.launch import reason as ending
from fastvbg.devices.pipewire.sink import PipeWireSink
from fastvbg.devices.planar import black
from fastvbg.errors import FastvbgError, MissingLibraryError, SinkError
from fastvbg.media.colour import ColourTags
from tests.support.programs import alive, stand_in, wait_for
from tests.support.threads import Begun

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 8, 4
FRAME = 48

# Notes its arguments, and of each picture a byte of each plane.
TAKES = """
import json, os, sys
with open("{folder}/asked", "w") as asked: json.dump(sys.argv[1:], asked)
with open("{folder}/taken", "ab", buffering=0) as taken, open(0, "rb") as pictures:
    while len(picture := pictures.read(48)) == 48:
        taken.write(picture[0:1] + picture[32:33] + picture[40:41])
"""
TAKES_NOTHING = "import time\ntime.sleep(600)"
DIES = """
import sys
sys.stderr.write("ERROR: from element /GstPipeline:p/Sink:s: {why}\\nAdditional debug info:\\n")
sys.exit(1)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH that has only what stands in."""
    monkeypatch.setenv("PATH", str(tmp_path))
    stand_in(tmp_path, "gst-launch-1.0", TAKES.format(folder=tmp_path))
    return tmp_path


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> PipeWireSink:
    monkeypatch.setattr("fastvbg.devices.pipewire.sink._FAILS_SECONDS", 0.3)
    begun = Begun()
    sink = PipeWireSink(patience=Patience(math.inf, math.inf, first=0.01, most=0.1))
    yield sink
    sink.close()
    assert not begun.left()


def picture(level: int) -> tuple[object, ...]:
    planes = black(*SIZE)
    for index, plane in enumerate(planes):
        plane[:] = level + index
    return planes


def launches() -> list[Launch]:
    import gc

    return [each for each in gc.get_objects() if isinstance(each, Launch)]


def test_pictures_arrive_whole_and_the_first_is_black(folder: Path, sink: PipeWireSink) -> None:
    sink.open(*SIZE, 29.97)
    taken = folder / "taken"
    wait_for(lambda: taken.exists() and taken.read_bytes() == b"\x10\x80\x80")
    for count, level in enumerate((50, 60), 2):
        sink.write(picture(level), 0.0)
        wait_for(lambda count=count: len(taken.read_bytes()) == 3 * count)
    assert taken.read_bytes()[3:] == bytes([50, 51, 52, 60, 61, 62])
    assert (sink.dropped, sink.watched(), sink.status()) == (0, None, "connected")


def test_the_pipeline_says_size_rate_and_names(folder: Path) -> None:
    sink = PipeWireSink("my camera", colour=ColourTags(9, 1, 9, 16))
    sink.open(*SIZE, 29.97)
    wait_for((folder / "taken").exists)
    sink.close()
    asked = json.loads((folder / "asked").read_text())
    assert {"width=8", "height=4", "format=i420", "framerate=30000/1001"} <= set(asked)
    assert "colorimetry=2:6:14:7" in asked
    assert {"blocksize=48", "mode=provide", "sync=false", "drop-allocation=true"} <= set(asked)
    for part in ("media.class", "media.role", "node.name", "node.description"):
        assert f"{part}=(string)" in asked[-1]
    assert asked[-1].count(r"\"my camera\"") == 2
    assert sink.status() == "closed"


def test_who_takes_nothing_blocks_nobody(folder: Path, sink: PipeWireSink) -> None:
    stand_in(folder, "gst-launch-1.0", TAKES_NOTHING)
    width, height = 640, 480  # several times what a pipe holds
    sink.open(width, height, 30)
    for _ in range(20):
        sink.write(black(width, height), 0.0)
    assert sink.dropped >= 18
    sink.close()
    assert sink.dropped >= 18


def test_a_program_that_dies_is_started_again(folder: Path, sink: PipeWireSink) -> None:
    sink.open(*SIZE, 30)
    taken = folder / "taken"
    wait_for(lambda: taken.exists() and taken.read_bytes())
    first = launches()[0].pid
    import os

    os.kill(first, 9)
    levels = itertools.cycle(range(20, 200))

    def arrives() -> bool:
        sink.write(picture(next(levels)), 0.0)
        return len(taken.read_bytes()) >= 9

    wait_for(arrives)
    assert sink._keeper.restarts >= 1
    assert not alive(first)


def test_why_it_does_not_start_is_one_line(folder: Path, sink: PipeWireSink) -> None:
    stand_in(folder, "gst-launch-1.0", DIES.format(why="Failed to connect"))
    with pytest.raises(SinkError, match=r"^pipewire: PipeWire is not running here"):
        sink.open(*SIZE, 30)
    stand_in(folder, "gst-launch-1.0", DIES.format(why="no room"))
    with pytest.raises(SinkError, match=r"^pipewire: gst-launch-1.0 ended .exit code 1.: no room$"):
        sink.open(*SIZE, 30)
    assert ending([], -11) == "gst-launch-1.0 ended (signal 11)"


def test_missing_programs_name_their_packages(folder: Path, sink: PipeWireSink) -> None:
    stand_in(folder, "gst-inspect-1.0", "import sys\nsys.exit(sys.argv[1] == 'pipewiresink')")
    with pytest.raises(
        MissingLibraryError, match="no pipewiresink; 'apt install gstreamer1.0-pipewire'"
    ):
        sink.open(*SIZE, 30)
    (folder / "gst-launch-1.0").unlink()
    with pytest.raises(
        MissingLibraryError, match="not installed; 'apt install gstreamer1.0-tools' .* 'dnf install"
    ):
        sink.open(*SIZE, 30)


@pytest.mark.parametrize("name", ["", 'a"b', "a,b", "x" * 65, 3, "new\nline"])
def test_names_that_a_pipeline_would_misread_are_refused(name: object) -> None:
    with pytest.raises(FastvbgError, match="^camera: got"):
        PipeWireSink(name)


def test_what_is_not_open_takes_nothing(folder: Path, sink: PipeWireSink) -> None:
    with pytest.raises(SinkError, match="before open or after close"):
        sink.write(black(*SIZE), 0.0)
    sink.open(*SIZE, 30)
    with pytest.raises(FastvbgError, match="wanted 8x4"):
        sink.write(black(4, 4), 0.0)
    sink.close()
    sink.close()
    with pytest.raises(SinkError, match="before open or after close"):
        sink.write(black(*SIZE), 0.0)


@pytest.mark.parametrize(
    ("colour", "height", "told"),
    [
        (ColourTags(), 480, "2:4:0:0"),
        (ColourTags(), 720, "2:3:0:0"),
        (ColourTags(6, 1, 6, 6), 720, "2:4:16:4"),
        (ColourTags(1, 2, 1, 13), 480, "1:3:7:1"),
        (ColourTags(9, 1, 9, 18), 480, "2:6:15:7"),
        (ColourTags(8, 1, 3, 3), 480, "2:0:0:0"),  # what GStreamer has no number for
    ],
)
def test_colours_by_the_numbers_of_gstreamer(colour: ColourTags, height: int, told: str) -> None:
    assert colorimetry(colour, height) == told
