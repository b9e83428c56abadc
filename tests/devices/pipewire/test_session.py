"""The camera in a session with PipeWire: seen, read back, counted as watched, seen by a browser."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fastvbg.devices.pipewire.facts import pipewire_facts
from fastvbg.devices.pipewire.launch import Launch
from fastvbg.devices.pipewire.programs import ALIGN
from fastvbg.devices.pipewire.sink import PipeWireSink
from fastvbg.devices.planar import black, picture_bytes, planes_in
from fastvbg.errors import SinkError
from fastvbg.media.colour import ColourTags
from tests.support.desktop import cameras
from tests.support.programs import wait_for
from tests.support.threads import again_and_again

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

pytestmark = pytest.mark.pipewire

WIDTH, HEIGHT = 322, 180  # even, but no multiple of 8: in GStreamer rows are longer then


def picture(number: int = 0, width: int = WIDTH, height: int = HEIGHT) -> tuple[np.ndarray, ...]:
    """Four fields, a ramp in the last; a corner tells the number."""
    y, u, v = planes = black(width, height)
    y[:, width // 2 :] = 180
    y[height // 2 :] += 20
    y[height // 2 :, : width // 2] = np.arange(width // 2) % 200 + 16
    u[: height // 4], v[:, : width // 4] = 90, 200
    y[:8, :8] = 16 + number % 200
    return planes


def fed(sink: PipeWireSink, rate: float = 30.0, **size: int) -> AbstractContextManager[None]:
    """Write pictures all the time."""
    return again_and_again(lambda k: sink.write(picture(k, **size), time.monotonic()), rate)


@pytest.fixture
def sink(desktop: dict[str, str]) -> Iterator[PipeWireSink]:
    sink = PipeWireSink(colour=ColourTags(1, 1, 1, 1))
    sink.open(WIDTH, HEIGHT, 29.97)
    yield sink
    sink.close()
    wait_for(lambda: not cameras(desktop))


def reader(desktop: dict[str, str], target: Path, count: int) -> subprocess.Popen[bytes]:
    """Start a program that reads so many pictures of the camera into a file."""
    command = ["gst-launch-1.0", "-q", "pipewiresrc", "target-object=fastvbg"]
    command += [f"num-buffers={count}", "!", "video/x-raw,format=I420", "!"]
    return subprocess.Popen([*command, "filesink", f"location={target}"], env=desktop)


def test_the_camera_is_seen_as_one(desktop: dict[str, str], sink: PipeWireSink) -> None:
    node = cameras(desktop)["fastvbg"]
    assert node["props"]["media.role"] == "Camera"
    assert node["props"]["node.description"] == "fastvbg"
    (form,) = node["params"]["EnumFormat"]
    # Older ones of PipeWire's elements (0.3.65) pass nothing on; whatever is said has to be true.
    colours = {"colorRange": "16-235", "colorMatrix": "bt709", "colorPrimaries": "bt709"}
    assert not {key for key in colours if colours[key] not in str(form.get(key, colours[key]))}
    assert form["size"] == {"width": WIDTH, "height": HEIGHT}
    assert form["framerate"] == {"num": 30000, "denom": 1001}
    assert form["format"] == "I420"
    assert {fact.name: fact.ok for fact in pipewire_facts()}["PipeWire"] is True


def test_what_is_written_is_read_and_who_reads_is_noticed(
    desktop: dict[str, str], sink: PipeWireSink, tmp_path: Path
) -> None:
    wait_for(lambda: sink.watched() is False)
    with fed(sink):
        for visit in range(2):
            target = tmp_path / f"{visit}.yuv"
            with reader(desktop, target, 30) as process:
                wait_for(lambda: sink.watched() is True)
                assert process.wait(60) == 0
            wait_for(lambda: sink.watched() is False)
            check(target)


def check(target: Path) -> None:
    """Demand 30 pictures as they were written, in their order, most of them different ones."""
    size = WIDTH, HEIGHT, ALIGN
    raw = np.fromfile(target, np.uint8).reshape(30, picture_bytes(*size))
    numbers = [int(each[0]) - 16 for each in raw]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 15
    for number, each in zip(numbers, raw, strict=True):
        for plane, wanted in zip(planes_in(each, *size), picture(number), strict=True):
            np.testing.assert_array_equal(plane, wanted)


def test_a_crash_is_mended(desktop: dict[str, str], sink: PipeWireSink, tmp_path: Path) -> None:
    import gc

    (launch,) = (each for each in gc.get_objects() if isinstance(each, Launch))
    with fed(sink):
        launch._process.kill()
        wait_for(lambda: sink._keeper.restarts == 1 and sink.watched() is False)
        with reader(desktop, tmp_path / "after.yuv", 30) as process:
            assert process.wait(60) == 0
    check(tmp_path / "after.yuv")


def test_without_pipewire_there_is_one_line(
    desktop: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(SinkError, match=r"^pipewire: PipeWire is not running here"):
        PipeWireSink().open(WIDTH, HEIGHT, 30)
    assert {fact.name: fact.ok for fact in pipewire_facts()}["PipeWire"] is False
