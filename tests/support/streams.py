"""Streams for tests: numbered pictures, a receiver in a process of its own, servers of bytes."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from fastvbg.devices.planar import black

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
CELL, BITS = 16, 10
WIDTH, HEIGHT = 320, 64


def stamped(number: int, width: int = WIDTH, height: int = HEIGHT) -> tuple[np.ndarray, ...]:
    """Return a picture whose first rows are its number in binary: black and white cells."""
    planes, cell = black(width, height), CELL * width // WIDTH
    for bit in range(BITS):
        if number >> bit & 1:
            planes[0][:cell, bit * cell : (bit + 1) * cell] = 235
    return planes


def stamp(luma: np.ndarray) -> int:
    """Return the number of a stamped picture, whatever its size has become."""
    cell = CELL * luma.shape[1] / WIDTH
    row = luma[int(cell / 2)]
    return sum((row[int((bit + 0.5) * cell)] > 128) << bit for bit in range(BITS))


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """Return a port that is free now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def python(*arguments: str, **pipes: Any) -> subprocess.Popen[str]:
    """Start this interpreter on a module of the tests'."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    command = [sys.executable, "-m", *arguments]
    return subprocess.Popen(command, env=env, text=True, cwd=ROOT, **pipes)


class Receiver:
    """A process that receives and tells the number of each picture."""

    def __init__(self, url: str, **options: str) -> None:
        arguments = ("tests.support.streams", "receive", url, json.dumps(options))
        self._process = python(*arguments, stdout=subprocess.PIPE)
        self.numbers: list[int] = []
        self.about: list[str] = []
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def _hear(self) -> None:
        for line in self._process.stdout:
            if line.startswith("#"):
                self.about.append(line[1:].strip())
            else:
                self.numbers.append(int(line))

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()
        self._process.stdout.close()

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()


def receive(url: str, options: dict[str, str]) -> None:
    with av.open(url, options={"fflags": "nobuffer", "analyzeduration": "0", **options}) as video:
        stream = video.streams.video[0]
        stream.thread_type = "SLICE"
        for index, frame in enumerate(video.decode(stream)):
            if index == 0:
                print(f"#matrix {int(frame.colorspace)}")  # noqa: T201
                name = stream.codec_context.name
                print(f"#{name} {frame.width}x{frame.height} {frame.format.name}")  # noqa: T201
            luma = np.frombuffer(frame.planes[0], np.uint8).reshape(frame.height, -1)
            print(stamp(luma[:, : frame.width]), flush=True)  # noqa: T201


def nut(
    pictures: list[tuple[np.ndarray, ...]], codec: str = "rawvideo", form: str = "yuv420p"
) -> bytes:
    """Return a stream of pictures; some 32 kB at least, else its reader looks for more."""
    file = io.BytesIO()
    height, width = pictures[0][0].shape
    with av.open(file, "w", format="nut") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, form
        for number, planes in enumerate(pictures):
            frame = av.VideoFrame(width, height, form)
            for plane, target in zip(planes, frame.planes, strict=True):
                into = np.frombuffer(target, np.uint8).reshape(target.height, -1)
                into[:, : target.width] = plane
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@contextmanager
def server(*serve: Callable[[socket.socket], object]) -> Iterator[tuple[int, list[int]]]:
    """Accept connections, the first for the first function and so on; the last takes all others.

    Yields the port and a list that grows by each connection. They stay open until the end.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    accepted: list[int] = []
    open_ones: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                open_ones.append(connection)
                accepted.append(1)
                handle = serve[min(len(accepted), len(serve)) - 1]
                threading.Thread(target=_quietly, args=(handle, connection), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], accepted
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for connection in open_ones:
            connection.close()
        thread.join()


def _quietly(handle: Callable[[socket.socket], object], connection: socket.socket) -> None:
    with suppress(OSError):
        handle(connection)


if __name__ == "__main__":
    receive(sys.argv[2], json.loads(sys.argv[3]))
