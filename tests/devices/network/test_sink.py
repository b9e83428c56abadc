"""Streams that are sent: received by another process, and what peers may do to it."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from av.codec.codec import UnknownCodecError

from fastvbg.devices.keeper import Patience
from fastvbg.devices.network.child import Child
from fastvbg.devices.network.sink import NetworkSink
from fastvbg.errors import FastvbgError, OptionError, SinkError
from fastvbg.media.colour import ColourTags
from tests.support.programs import alive, wait_for
from tests.support.streams import HEIGHT, WIDTH, Receiver, free_port, python, server, stamped
from tests.support.threads import Begun, again_and_again

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

QUICK = Patience(start=20.0, silence=20.0, first=0.05, most=0.2)


def fed(sink: NetworkSink) -> AbstractContextManager[None]:
    """Write numbered pictures all the time."""
    return again_and_again(lambda k: sink.write(stamped(k % 1000), time.monotonic()), rate=60)


@pytest.fixture
def pids(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of all processes that were started."""
    started: list[int] = []
    before = Child.__init__

    def init(self: Child, *arguments: object) -> None:
        before(self, *arguments)
        started.append(self.pid)

    monkeypatch.setattr(Child, "__init__", init)
    return started


@contextmanager
def opened(url: str, patience: Patience = QUICK) -> Iterator[NetworkSink]:
    begun = Begun()
    sink = NetworkSink(url, patience=patience, colour=ColourTags(1, 1))
    sink.open(WIDTH, HEIGHT, 30)
    try:
        yield sink
    finally:
        sink.close()
        assert not begun.left()


@pytest.mark.parametrize(
    ("scheme", "sent", "received", "options"),
    [
        ("tcp", "", "?listen=1", {}),
        pytest.param(
            "rtmp",
            "/live/key",
            "/live/key",
            {"listen": "1", "probesize": "4096", "fpsprobesize": "0"},
            marks=pytest.mark.long,
        ),
        pytest.param(
            "rtsp",
            "/live",
            "/live",
            {"rtsp_flags": "listen", "listen_timeout": "60"},
            marks=pytest.mark.long,
        ),
        pytest.param("udp", "", "", {"probesize": "32768"}, marks=pytest.mark.long),
    ],
)
def test_pictures_arrive_in_order(
    scheme: str, sent: str, received: str, options: dict[str, str], pids: list[int]
) -> None:
    port = free_port(socket.SOCK_DGRAM if scheme == "udp" else socket.SOCK_STREAM)
    url = f"{scheme}://127.0.0.1:{port}"
    with Receiver(url + received, **options) as receiver, opened(url + sent) as sink, fed(sink):
        wait_for(lambda: len(receiver.numbers) > 20, 60)
        assert sink.status() == "connected"
        assert sink.watched()
        numbers = receiver.numbers[:20]
    assert receiver.about == ["matrix 1", f"h264 {WIDTH}x{HEIGHT} yuv420p"]
    assert numbers == sorted(set(numbers))
    assert not any(map(alive, pids))


def test_http_gets_a_transport_stream(pids: list[int]) -> None:
    got = bytearray()

    def take(connection: socket.socket) -> None:
        while data := connection.recv(4096):
            got.extend(data)

    with server(take) as (port, _), opened(f"http://127.0.0.1:{port}/in") as sink, fed(sink):
        wait_for(lambda: b"\x47" in got.partition(b"\r\n\r\n")[2] and len(got) > 2000, 60)
    assert got.startswith(b"POST /in HTTP/1.1")


@pytest.mark.long
def test_a_receiver_that_comes_back_is_found(pids: list[int]) -> None:
    port = free_port()
    listening = f"tcp://127.0.0.1:{port}?listen=1"
    with opened(f"tcp://127.0.0.1:{port}") as sink, fed(sink):
        for _ in range(2):
            with Receiver(listening) as receiver:
                wait_for(lambda receiver=receiver: len(receiver.numbers) > 3, 60)
            wait_for(lambda: not sink.watched(), 60)
        wait_for(lambda: "reconnecting" in sink.status(), 60)
    assert len(pids) > 1
    assert not any(map(alive, pids))


@pytest.mark.long
def test_who_listens_waits_for_a_peer(pids: list[int]) -> None:
    port = free_port()

    def received() -> list[int]:
        with Receiver(f"tcp://127.0.0.1:{port}") as receiver:  # which ends where nobody listens yet
            wait_for(lambda: receiver.numbers or not receiver._thread.is_alive(), 60)
            return receiver.numbers

    with opened(f"tcp://127.0.0.1:{port}?listen=1", QUICK._replace(start=0.1)) as sink, fed(sink):
        wait_for(received, 60)
        assert sink.name == f"tcp://127.0.0.1:{port}?listen=1"
    assert not any(map(alive, pids))


def test_a_mute_peer_blocks_nobody(pids: list[int]) -> None:
    patience = Patience(start=1.0, silence=20.0, first=0.5)
    with (
        server(lambda peer: None) as (port, accepted),
        opened(f"rtmp://127.0.0.1:{port}/a/key", patience) as sink,
    ):
        wait_for(lambda: accepted, 60)
        for number in range(100):
            sink.write(stamped(number), time.monotonic())
        assert sink.dropped == 100
        first = pids[-1]
        wait_for(lambda: sink.status() == "reconnecting in 1 s: no answer for 1 s", 60)
        assert not sink.watched()
        assert not alive(first)
        assert "key" not in sink.name
    assert not any(map(alive, pids))


def test_closing_during_a_handshake_leaves_nothing(pids: list[int]) -> None:
    with (
        server(lambda peer: None) as (port, accepted),
        opened(f"rtmp://127.0.0.1:{port}/a/b", Patience(start=600.0)) as sink,
    ):
        wait_for(lambda: accepted, 60)
        sink.close()
        assert sink.status() == "closed"
        assert len(pids) == 1
        assert not alive(pids[0])


@pytest.mark.long
def test_a_peer_that_takes_nothing_more_is_left(pids: list[int]) -> None:
    # Nothing is read, so that the system's buffers fill: big pictures of noise do it soon.
    with server(lambda peer: None) as (port, accepted):
        sink = NetworkSink(
            f"tcp://127.0.0.1:{port}",
            bitrate=1_000_000_000,
            patience=Patience(start=20.0, silence=0.8, first=60.0),
        )
        rng = np.random.default_rng(1)
        noise = tuple(
            rng.integers(16, 235, shape, np.uint8) for shape in ((720, 1280), *[(360, 640)] * 2)
        )
        sink.open(1280, 720, 30)

        def left() -> bool:
            sink.write(noise, time.monotonic())
            return "nothing more for 0.8 s" in sink.status()

        wait_for(left, 60)
        sink.close()
    assert accepted == [1]
    assert not any(map(alive, pids))


def test_why_there_is_no_connection_is_said(pids: list[int]) -> None:
    with opened(f"tcp://127.0.0.1:{free_port()}") as sink:
        wait_for(lambda: "refused" in sink.status(), 60)
        assert sink.status().endswith("s: Connection refused")


PARENT = """
import json, sys, time
from fastvbg.devices.keeper import Patience
from fastvbg.devices.network.child import Child
from fastvbg.devices.network.sink import NetworkSink
from tests.support.streams import stamped
before = Child.__init__
def init(self, *arguments):
    before(self, *arguments)
    print(self.pid, flush=True)
Child.__init__ = init
sink = NetworkSink(sys.argv[1], patience=Patience(start=600.0))
sink.open(320, 64, 30)
while True:
    sink.write(stamped(1), time.monotonic())
    time.sleep(0.02)
"""


@pytest.mark.parametrize("scheme", ["tcp", "rtmp"])
def test_it_does_not_outlive_who_started_it(scheme: str) -> None:
    """Neither while it sends, nor in a handshake, where FFmpeg may hold Python's lock."""
    got: list[bytes] = []
    with server(lambda peer: got.append(peer.recv(1))) as (port, _):
        url = f"{scheme}://127.0.0.1:{port}/a/b"
        parent = python("tests.support.run", PARENT, url, stdout=subprocess.PIPE)
        child = int(parent.stdout.readline())
        wait_for(lambda: got, 60)
        assert alive(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
        wait_for(lambda: not alive(child))


def test_a_lack_of_the_encoder_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str, mode: str) -> None:
        raise UnknownCodecError(name)

    monkeypatch.setattr(av, "Codec", none)
    sink = NetworkSink("udp://127.0.0.1:9")
    with pytest.raises(SinkError, match="no libx264, which streams take; '.*pip install"):
        sink.open(WIDTH, HEIGHT, 30)
    with pytest.raises(SinkError, match="before open or after close"):
        sink.write(stamped(1), 0.0)
    assert (sink.status(), sink.watched()) == ("closed", False)


def test_what_does_not_fit_is_refused(pids: list[int]) -> None:
    with pytest.raises(OptionError, match="^bitrate: got 1,"):
        NetworkSink("udp://127.0.0.1:9", bitrate=1)
    with (
        opened(f"udp://127.0.0.1:{free_port(socket.SOCK_DGRAM)}") as sink,
        pytest.raises(FastvbgError, match=f"wanted {WIDTH}x{HEIGHT}"),
    ):
        sink.write(stamped(1, 330, 64), 0.0)
    with pytest.raises(OptionError, match="^width: got 3, wanted an even"):
        sink.open(3, 2, 30)
