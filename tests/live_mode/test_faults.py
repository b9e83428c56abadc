"""A whole session in a process of its own, and what goes wrong around it: no room leaves, ever."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from tests.live_mode.page.conftest import speaking
from tests.support.programs import wait_for

resource = pytest.importorskip("resource")
pytest.importorskip("aiohttp")

WIDTH, HEIGHT, ROOM, SOMEBODY = 160, 96, (40, 190, 40), (40, 60, 220)
"""The room is a green screen, in which a block is somebody; blue, green and red."""


FULL = "fastvbg: output: cannot write kept.mkv: File too large"


def limited() -> None:
    """Let no file grow beyond 40 kB, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))


def draw_room(path: Path) -> None:
    """Write a second of somebody who moves, in clothes that are much to encode."""
    rng = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=24, options={"crf": "10"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for index in range(24):
            picture = np.full((HEIGHT, WIDTH, 3), ROOM, np.uint8)
            noise = rng.integers(0, 30, (84, 100, 3))
            picture[6:90, 20 + index : 120 + index] = SOMEBODY + noise
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(video.encode(None))


class Live:
    """`fastvbg live`, with the pictures that left it as Y4M."""

    def __init__(self, folder: Path, *arguments: str, **how: Any) -> None:
        draw_room(folder / "room.mkv")
        command = [sys.executable, "-m", "fastvbg", "live", "room.mkv", "--loop", "--to", "-"]
        asked = ["--mask", "chroma", "--key", "green", "-b", "navy", "--page", *arguments]
        self.process = subprocess.Popen(
            [*command, *asked],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            **how,
        )
        self.pictures: list[np.ndarray] = []
        self.lines: list[str] = []
        self.rest = b"none"
        self._threads = [threading.Thread(target=each) for each in (self._look, self._hear)]
        for thread in self._threads:
            thread.start()

    def _look(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.readline()
        size = WIDTH * HEIGHT * 3 // 2
        while len(piece := self.process.stdout.read(6 + size)) == 6 + size:
            self.pictures.append(np.frombuffer(piece, np.uint8, size, 6))
        self.rest = piece

    def _hear(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.decode().rstrip())

    def page(self) -> Any:
        """What a browser needs of it."""
        wait_for(lambda: any(line.startswith("page: ") for line in self.lines), 60)
        (found,) = (re.match(r"page: (http\S+)/#(\w+)", line) for line in self.lines if "#" in line)
        assert found is not None
        return SimpleNamespace(address=found[1], token=found[2])

    def some_more(self) -> None:
        """Wait until composites have left, after those that have."""
        there = len(self.pictures)
        wait_for(lambda: len(self.pictures) > there + 12, 60)

    def end(self, sent: int) -> int:
        """Send a signal, and return how it ended."""
        self.process.send_signal(sent)
        code = self.process.wait(20)
        for thread in self._threads:
            thread.join(20)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return code

    def check_no_room_left(self) -> None:
        """Look at each picture: green chroma is nowhere, and somebody is in most."""
        seen = 0
        for picture in self.pictures:
            blue, red = picture[WIDTH * HEIGHT :].reshape(2, -1).astype(int)
            assert not ((blue < 110) & (red < 110)).any()
            seen += (red > 180).sum() > 200
        assert seen > 10


@pytest.mark.long
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_finishes_the_recording(tmp_path: Path, sent: int) -> None:
    live = Live(tmp_path, "--to", "kept.mkv")
    live.some_more()
    assert live.end(sent) == 0
    live.check_no_room_left()
    assert live.rest == b""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.mkv", "room.mkv"]
    assert re.search(r"\d+ frames in, \d+ out, \d+ dropped", live.lines[-1])


@pytest.mark.long
def test_pages_that_vanish_and_a_full_disk_cost_nobody_a_picture(tmp_path: Path) -> None:
    live = Live(tmp_path, "--to", "kept.mkv", "--codec", "ffv1", preexec_fn=limited)
    page = live.page()

    async def vanish() -> None:
        async with speaking(page) as speaker:
            await speaker.socket.send_json({"do": "visible", "on": True})
            await asyncio.sleep(0.2)
            speaker.socket._response.connection.transport.abort()

    for _ in range(3):
        asyncio.run(vanish())
    live.some_more()
    wait_for(lambda: FULL in live.lines, 60)
    live.some_more()
    assert live.end(signal.SIGTERM) == 3
    live.check_no_room_left()
    assert [path.name for path in tmp_path.iterdir()] == ["room.mkv"]
    assert not any("Traceback" in line for line in live.lines)
