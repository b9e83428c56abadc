"""A real camera through a live session to a real virtual camera, read by another program."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from fastvbg.devices.v4l2.capture import Camera
from fastvbg.devices.v4l2.holders import holders
from fastvbg.devices.v4l2.picture import views
from fastvbg.devices.v4l2.system import System
from tests.support.v4l2vm import EXCLUSIVE, VIVID, needs_devices

pytestmark = needs_devices()

WIDTH, HEIGHT = 320, 180


class Session:
    """`fastvbg live` as a program, and what it says."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "fastvbg", "live", VIVID, "--to", EXCLUSIVE, "--json"]
        size = f"{WIDTH}x{HEIGHT}"
        self._program = subprocess.Popen(
            [*command, "--size", size, *arguments],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.figures: dict[str, Any] = {}
        self.lines: list[str] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self._program.stderr is not None
        for line in self._program.stderr:
            if line.startswith("{"):
                said = json.loads(line)
                self.figures = said.get("summary", said)
            else:
                self.lines.append(line.strip())

    def until(self, holds: Callable[[], bool], seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert self._program.poll() is None, self.lines
            assert time.monotonic() < end, (self.lines, self.figures)
            time.sleep(0.2)

    def end(self) -> int:
        self._program.terminate()
        code = self._program.wait(60)
        self._thread.join(10)
        return code


@contextmanager
def session(*arguments: str) -> Iterator[Session]:
    made = Session(*arguments)
    try:
        yield made
    finally:
        if made._program.poll() is None:
            made._program.kill()
            made._program.wait()
        made._thread.join(10)
        assert made._program.stderr is not None
        made._program.stderr.close()


def camera_is_open() -> bool:
    return bool(holders(VIVID, System()))


def luma(camera: Camera, seconds: float = 20) -> np.ndarray:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        frame = camera.read(1.0)
        if frame is not None:
            return views(frame.data, camera.picture)[0].copy()
    raise AssertionError("the virtual camera is silent")


def test_a_call_from_its_beginning_to_its_end() -> None:
    with session("--mask", "motion", "-b", "white") as live:
        live.until(lambda: live.figures.get("frames_out", 0) > 5)
        assert live.figures["source"]["width"] == WIDTH
        with Camera(EXCLUSIVE) as camera:  # somebody joins the call
            picture = camera.picture
            assert (picture.fourcc, picture.width, picture.height) == ("YU12", WIDTH, HEIGHT)
            live.until(lambda: live.figures["sinks"][0]["watched"] is True)
            live.until(lambda: live.figures["doing"] == "live")
            # Nearly all of vivid's bars stand still, so nearly all is the background.
            assert (luma(camera) >= 230).mean() > 0.6
        live.until(lambda: live.figures["doing"] == "nobody watches: the camera is closed")
        assert not camera_is_open()
        with Camera(EXCLUSIVE) as camera:  # a card goes on meanwhile; somebody is back
            assert luma(camera).mean() < 110
            live.until(camera_is_open, 20)
            live.until(lambda: live.figures["doing"] == "live")
            end = time.monotonic() + 20
            while (luma(camera) >= 230).mean() < 0.6:
                assert time.monotonic() < end
        assert live.end() == 0
    assert not camera_is_open()
    assert live.figures["frames_out"] > 5
    assert live.figures["frames_in"] >= live.figures["frames_out"]


def test_a_camera_that_is_in_use_is_one_line() -> None:
    with Camera(VIVID):
        done = subprocess.run(
            [sys.executable, "-m", "fastvbg", "live", VIVID, "--to", EXCLUSIVE],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 2
    assert "in use" in done.stderr or "busy" in done.stderr
    assert "Traceback" not in done.stderr
