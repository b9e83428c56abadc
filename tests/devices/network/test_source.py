"""Streams that are received: the newest picture, in limited range, whatever the peer does."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fastvbg.devices.keeper import Patience
from fastvbg.devices.network.sink import NetworkSink
from fastvbg.devices.network.source import NetworkSource, Received, StreamFormat
from fastvbg.errors import OptionError, SourceError
from fastvbg.media.colour import ColourTags
from tests.devices.network.test_sink import QUICK, fed
from tests.support.programs import alive, wait_for
from tests.support.streams import (
    HEIGHT,
    WIDTH,
    free_port,
    nut,
    python,
    server,
    stamp,
    stamped,
)
from tests.support.threads import Begun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def source_of(
    *serve: Callable[[socket.socket], object], patience: Patience = QUICK, **options: object
) -> Iterator[tuple[NetworkSource, list[int]]]:
    """Serve streams, and a source that is not open yet."""
    with server(*serve) as (port, accepted):
        begun = Begun()
        source = NetworkSource(f"tcp://127.0.0.1:{port}", patience=patience, **options)
        try:
            yield source, accepted
        finally:
            source.close()
            assert not begun.left()


def sends(data: bytes, *, ends: bool = False) -> Callable[[socket.socket], None]:
    def send(peer: socket.socket) -> None:
        peer.sendall(data)
        if ends:
            peer.shutdown(socket.SHUT_RDWR)

    return send


def last(source: NetworkSource, number: int) -> tuple[np.ndarray, ...]:
    """Read until a picture of that number comes."""
    return received(source, number).planes


def received(source: NetworkSource, number: int) -> Received:
    """Read until a picture of that number comes; with all that is told of it."""
    found: list[Received] = []

    def comes() -> bool:
        got = source.read(0.5)
        found[:] = [got] if got else found
        return bool(got) and stamp(got.planes[0]) == number

    wait_for(comes, 60)
    return found[0]


def test_the_newest_is_read_as_it_was_sent() -> None:
    data = nut([stamped(number) for number in range(1, 60)])
    seen = threading.Event()

    def serve(peer: socket.socket) -> None:
        peer.sendall(data[:-40_000])  # all but a picture or two
        seen.wait(60)
        peer.sendall(data[-40_000:])

    with source_of(serve) as (source, _):
        assert source.open() == StreamFormat(WIDTH, HEIGHT, 30.0, ColourTags(5, 1))
        assert source.status() == "connected"
        assert stamp(source.read(20).planes[0]) < 59
        seen.set()
        planes = last(source, 59)
        for plane, wanted in zip(planes, stamped(59), strict=True):
            np.testing.assert_array_equal(plane, wanted)
            assert plane.flags.c_contiguous
            assert plane.flags.writeable
        assert source.read(0.05) is None
        assert source.dropped == source._latest - source._read


@pytest.mark.long
def test_a_live_stream_arrives_in_order() -> None:
    port = free_port()
    source = NetworkSource(f"tcp://127.0.0.1:{port}?listen=1")
    sink = NetworkSink(f"tcp://127.0.0.1:{port}", patience=QUICK)
    sink.open(WIDTH, HEIGHT, 30)
    with fed(sink):
        source.open(60)
        got = [source.read(20) for _ in range(20)]
        source.close()
    sink.close()
    numbers = [stamp(each.planes[0]) for each in got]
    assert numbers == sorted(set(numbers))
    for key in ("sequence", "captured"):
        values = [getattr(each, key) for each in got]
        assert values == sorted(set(values))


def test_full_range_and_odd_sizes_become_what_is_wanted() -> None:
    white = tuple(
        np.full(shape, level, np.uint8)
        for shape, level in (((65, 99), 255), ((33, 50), 128), ((33, 50), 128))
    )
    with source_of(sends(nut([white] * 60, "mjpeg", "yuvj420p"))) as (source, _):
        assert source.open()[:2] == (98, 64)
        y, u, v = source.read(20).planes
    assert (y.shape, u.shape, v.shape) == ((64, 98), (32, 49), (32, 49))
    assert np.abs(y.astype(int) - 235).max() <= 1
    assert np.abs(u.astype(int) - 128).max() <= 1


def test_it_scales_only_when_it_is_asked_to() -> None:
    with source_of(sends(nut([stamped(5)] * 9)), size=(160, 32)) as (source, _):
        assert source.open()[:2] == (160, 32)
        got = source.read(20)
        assert got.planes[0].shape == (32, 160)
        assert stamp(got.planes[0]) == 5


@pytest.mark.long
@pytest.mark.parametrize("ends", [False, True], ids=["stalls", "ends"])
def test_what_stalls_or_ends_is_opened_again(ends: bool) -> None:
    """The size stays what it was, also when the next stream has another one."""
    first, then = nut([stamped(1)] * 9), nut([stamped(2, 640, 128)] * 9)
    # A slow machine may be silent for a while where nothing is the matter.
    patience = Patience(start=20.0, silence=20.0 if ends else 0.5, first=0.05, most=0.2)
    serves = sends(first, ends=ends), sends(then, ends=ends)
    with source_of(*serves, patience=patience) as (source, accepted):
        source.open()
        before, after = (received(source, number) for number in (1, 2))
        wait_for(lambda: source._keeper.reason)
        reason = source._keeper.reason
        assert before.planes[0].shape == after.planes[0].shape == (HEIGHT, WIDTH)
        assert after.connection > before.connection
        assert len(accepted) >= 2
    assert reason == ("the stream has ended" if ends else "nothing more for 0.5 s")


def test_no_stream_is_one_line() -> None:
    url = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(SourceError, match=f"^{url}: Connection refused$"):
        NetworkSource(url).open()
    with source_of(lambda peer: None) as (source, _):
        with pytest.raises(SourceError, match="no picture for 0.1 s"):
            source.open(0.1)
        with pytest.raises(SourceError, match="read before open or after close"):
            source.read(0)
        assert source.status() == "closed"
    with source_of(sends(b"no stream at all" * 9999, ends=True)) as (source, _):
        with pytest.raises(SourceError, match="Invalid data") as caught:
            source.open()
        assert "\n" not in str(caught.value)


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastvbg.devices.network.source._MOST", (64, 64))
    with (
        source_of(sends(nut([stamped(1)] * 9))) as (source, _),
        pytest.raises(SourceError, match=f"got {WIDTH}x{HEIGHT}, wanted 2x2 to 64x64, or a size"),
    ):
        source.open()
    with pytest.raises(OptionError, match="^width: got 3"):
        NetworkSource("tcp://127.0.0.1:1", size=(3, 2))


PARENT = """
import sys
from fastvbg.devices.network.child import Child
from fastvbg.devices.network.source import NetworkSource
before = Child.__init__
def init(self, *arguments):
    before(self, *arguments)
    print(self.pid, flush=True)
Child.__init__ = init
source = NetworkSource(sys.argv[1])
source.open(None)
"""


def test_it_does_not_outlive_who_started_it() -> None:
    with server(lambda peer: None) as (port, accepted):
        url = f"rtmp://127.0.0.1:{port}/a/b"
        parent = python("tests.support.run", PARENT, url, stdout=subprocess.PIPE)
        child = int(parent.stdout.readline())
        wait_for(lambda: accepted, 60)
        assert alive(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
        wait_for(lambda: not alive(child))
