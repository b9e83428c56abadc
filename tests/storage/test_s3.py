"""An S3 server on this machine: input, background and output there, and what may go wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("s3fs", reason="pip install s3fs 'aiobotocore[boto3]' 'moto[server]'")
moto = pytest.importorskip("moto.moto_server.threaded_moto_server", reason="no moto[server]")

import fsspec  # noqa: E402

import fastvbg  # noqa: E402
from fastvbg.errors import SinkError, SourceError  # noqa: E402
from fastvbg.storage import fetch, identity, publish  # noqa: E402
from fastvbg.storage.writing import listening  # noqa: E402
from fastvbg.urls import Url  # noqa: E402
from tests.storage.support import packets_of  # noqa: E402
from tests.support.media import make_clip  # noqa: E402

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore")]
LARGE = 80 << 20
"""Bytes that go in several parts."""


class S3:
    def __init__(self, port: int) -> None:
        self.port = port
        self.environment = {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "HUSHED",
            "AWS_DEFAULT_REGION": "us-east-1",
            "FSSPEC_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        }
        options = {"key": "key", "secret": "HUSHED", "endpoint_url": f"http://127.0.0.1:{port}"}
        self.fs = fsspec.filesystem("s3", client_kwargs={"region_name": "us-east-1"}, **options)

    def uploads(self, name: str) -> list[Any]:
        """Return those under way to a name."""
        known = self.fs.call_s3("list_multipart_uploads", Bucket="films").get("Uploads") or []
        return [upload for upload in known if upload["Key"] == f"out/{name}"]

    def put(self, path: Path) -> str:
        self.fs.put_file(str(path), f"films/in/{path.name}")
        return f"s3://films/in/{path.name}"

    def holds(self, name: str) -> bool:
        self.fs.invalidate_cache()
        return bool(self.fs.exists(f"films/{name}"))


@pytest.fixture(scope="module")
def server() -> Any:
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def s3(server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = S3(server.get_host_and_port()[1])
    configure(made, monkeypatch)
    if not made.fs.exists("films"):
        made.fs.call_s3("create_bucket", Bucket="films")
    return made


def configure(store: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    where = {"endpoint_url": store.environment["FSSPEC_S3_ENDPOINT_URL"]}
    monkeypatch.setitem(fsspec.config.conf, "s3", where)


def test_input_background_and_output_are_as_in_files(s3: S3, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", count=40, audio=True).path
    room = tmp_path / "room.png"
    cv2.imwrite(str(room), np.full((48, 64, 3), 90, np.uint8))
    sea = make_clip(tmp_path / "sea.mkv", count=9).path
    for number, behind in enumerate((room, sea)):
        here, there = tmp_path / f"{number}.mkv", f"s3://films/out/{number}.mkv"
        options: dict[str, Any] = {"mask": "motion", "codec": "ffv1"}
        fastvbg.process(clip, here, background=str(behind), **options)
        fastvbg.process(s3.put(clip), there, background=s3.put(behind), **options)
        assert packets_of(s3.fs.cat(there)) == packets_of(here.read_bytes())


def test_requests_are_few(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a film of 22 MB: its kind is looked at twice, and it comes in pieces of 5 MB."""
    clip = tmp_path / "noise.mkv"
    rng = np.random.default_rng(1)
    base = rng.integers(0, 255, (360, 640, 3), dtype=np.uint8)
    import av

    with av.open(str(clip), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for index in range(60):
            picture = av.VideoFrame.from_ndarray(np.roll(base, index, 1), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    assert clip.stat().st_size > 10 << 20
    url = s3.put(clip)
    calls: list[str] = []
    before = type(s3.fs)._call_s3

    async def counted(self: Any, method: str, *given: Any, **more: Any) -> Any:
        calls.append(method)
        return await before(self, method, *given, **more)

    monkeypatch.setattr(type(s3.fs), "_call_s3", counted)
    fastvbg.process(url, tmp_path / "o.mkv", background="navy", mask="motion")
    pieces = -(-clip.stat().st_size // (5 << 20))
    assert calls.count("get_object") <= pieces + 4
    assert len(calls) <= pieces + 8


@pytest.mark.parametrize("size", [1000, LARGE])
def test_a_store_refuses_what_came_to_exist(
    size: int, s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(size))
    url, other = Url(f"s3://films/out/taken{size}"), Url(f"s3://films/out/late{size}")
    publish(file, url)
    with pytest.raises(SinkError, match="exists; --overwrite"):
        publish(file, url)
    before = type(s3.fs)._put_file

    @wraps(before)
    async def put(self: Any, *given: Any, **more: Any) -> None:
        await self._pipe_file(other.target, b"other")
        await before(self, *given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(type(s3.fs), "_put_file", put)
        s3.fs.clear_instance_cache()  # instances bind their methods when they are made
        with pytest.raises(SinkError, match="exists by now; --overwrite"):
            publish(file, other)
    s3.fs.clear_instance_cache()
    assert s3.fs.cat(other.target) == b"other"
    assert s3.uploads(other.name) == []


def test_an_interrupt_leaves_nothing(s3: S3, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(os.urandom(LARGE))

    def stop(name: str, sent: int, of: int) -> None:
        if sent:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), listening(stop):
        publish(file, Url("s3://films/out/stopped"))
    assert not s3.holds("out/stopped")
    assert s3.uploads("stopped") == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_kill_while_it_is_sent_leaves_no_half_object(number: int, s3: S3, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(os.urandom(LARGE))
    code = (
        "import sys; from pathlib import Path; from fastvbg.storage import publish;"
        "from fastvbg.storage.writing import listening; from fastvbg.urls import Url;"
        "from fastvbg.cli.stopping import stopped_by_signals;"
        "hear = lambda name, sent, of: sent and print('sent', flush=True);"
        "a = stopped_by_signals(); a.__enter__(); b = listening(hear); b.__enter__();"
        f"publish(Path({str(file)!r}), Url('s3://films/out/killed{number}'))"
    )
    environment = {**os.environ, **s3.environment}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "sent\n"
    process.send_signal(number)
    process.communicate(timeout=120)
    assert process.returncode
    assert not s3.holds(f"out/killed{number}")
    if number == signal.SIGTERM:
        assert s3.uploads(f"killed{number}") == []


def test_a_file_that_cannot_be_sent_is_kept(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    clip = make_clip(tmp_path / "clip.mp4", count=9).path

    @wraps(type(s3.fs)._put_file)
    async def refuse(*given: Any, **more: Any) -> None:
        raise PermissionError("Access Denied")

    monkeypatch.setattr(type(s3.fs), "_put_file", refuse)
    s3.fs.clear_instance_cache()
    with pytest.raises(SinkError, match=r"cannot be written: Access Denied; the .* is kept as"):
        fastvbg.process(clip, "s3://films/out/no.mkv", background="navy", mask="motion")
    monkeypatch.undo()
    s3.fs.clear_instance_cache()
    (kept,) = tmp_path.glob("fastvbg-*/output.mkv")
    assert len(packets_of(kept.read_bytes())) >= 9


def test_an_object_changed_in_the_middle_is_one_error(s3: S3, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", count=90).path
    url = s3.put(clip)

    def change(frames: int, expected: int | None) -> None:
        if frames == 3:
            s3.fs.pipe(url, clip.read_bytes()[:-1] + b"x")

    with pytest.raises(SourceError, match="was changed while it was read"):
        fastvbg.process(
            url, "s3://films/out/changed.mkv", background="navy", mask="motion", progress=change
        )
    assert not s3.holds("out/changed.mkv")


def test_facts_and_copies(s3: S3, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(os.urandom(12 << 20))
    url = Url(s3.put(file))
    known = identity(url)
    assert known.size == 12 << 20
    assert known.mark
    fetch(url, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == file.read_bytes()
    s3.fs.pipe(url.target, b"new")
    assert identity(url) != known
    with pytest.raises(SinkError, match="no such bucket: nowhere"):
        publish(file, Url("s3://nowhere/x"))


def test_many_films_go_from_store_to_store(s3: S3, tmp_path: Path) -> None:
    """By worker processes, each of which opens the store itself."""
    inputs = [
        s3.put(make_clip(tmp_path / f"talk{number}.mp4", count=20 + number).path)
        for number in range(2)
    ]
    given = {"background": "navy", "mask": "motion", "jobs": 1}
    done = fastvbg.batch(inputs, "s3://films/many", **given)
    assert [(each.state, each.frames) for each in done] == [("done", 20), ("done", 21)]
    assert [str(each.output) for each in done] == [
        f"s3://films/many/talk{number}.mp4" for number in range(2)
    ]
    assert all(s3.holds(f"many/talk{number}.mp4") for number in range(2))
    again = fastvbg.batch(inputs, "s3://films/many/{stem}.mp4", **given)
    assert [each.state for each in again] == ["skipped", "skipped"]


class Proxy:
    """Passes on what comes, and drops connections after so many bytes of answers."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.most = 1 << 40
        self.drops = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            store = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._pass, args=(client, store, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(store, client, True), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, answers: bool) -> None:
        left = self.most if answers and self.drops else 1 << 40
        try:
            while data := one.recv(1 << 16):
                other.sendall(data[:left])
                left -= len(data)
                if left <= 0:
                    self.drops -= 1
                    break
        except OSError:
            pass
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.close()


@pytest.mark.parametrize(("drops", "whole"), [(2, True), (10_000, False)])
def test_a_connection_that_is_dropped_is_made_again_or_told(
    drops: int, whole: bool, s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_clip(tmp_path / "clip.mkv", count=200, width=320, height=240).path
    url = s3.put(clip)
    proxy = Proxy(s3.port)
    configure(S3(proxy.port), monkeypatch)
    proxy.most, proxy.drops = 100_000, drops
    output = "s3://films/out/dropped.mkv"
    start = time.monotonic()
    if whole:
        assert fastvbg.process(url, output, background="navy", mask="motion").frames == 200
    else:
        with pytest.raises(SourceError, match=r"in/clip\.mkv: cannot be read at byte"):
            fastvbg.process(url, output, background="navy", mask="motion", overwrite=True)
    assert time.monotonic() - start < 120
    proxy.close()
