"""A batch over Dask's workers: equal bytes, whoever dies."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fastvbg
from fastvbg.cli import run_command_line
from fastvbg.farm.batches.batch import run_batch
from fastvbg.farm.batches.board import Standing
from fastvbg.farm.batches.ways import Ways
from fastvbg.farm.workers.cluster import ClusterError, check_cluster, examine
from fastvbg.farm.workers.engines import check_where
from fastvbg.farm.workers.queue import Queue
from tests.farm.workers.synthetic import Die, Owned, Say, task
from tests.support.media import make_clip

SETTINGS = fastvbg.Settings(mask="motion", background="navy", preset="ultrafast", threads=1)
ASKED = ("-b", "navy", "--mask", "motion", "--preset", "ultrafast", "--threads", "1")


def test_addresses_of_schedulers() -> None:
    for good in ("tcp://host:8786", "tls://10.0.0.1:8786", "host:8786", "tcp://[::1]:1", "local"):
        assert check_cluster(good) == good
    for bad in ("", "host", "http://host:80", "tcp://host", "tcp://a b:1", "dask://h:1"):
        with pytest.raises(fastvbg.OptionError, match="wanted a scheduler's address"):
            check_cluster(bad)
    for other in (7, b"tcp://host:8786", object()):
        with pytest.raises(fastvbg.OptionTypeError):
            check_cluster(other)


def test_without_dask_one_line_names_the_extra(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    make_clip(Path("a.mp4"))
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run_command_line(["batch", "a.mp4", "-o", "b.mp4", *ASKED, "--cluster", "local"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "pip install 'fastvbg[farm]'" in err


def test_what_keeps_a_worker_from_the_work_is_told(tmp_path: Path) -> None:
    version = fastvbg.__version__
    assert examine(version, [str(tmp_path)]) is None
    assert "wanted 99" in str(examine("99", []))
    assert f"does not see {tmp_path}/x" in str(examine(version, [f"{tmp_path}/x"]))


@pytest.fixture
def talks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("distributed", reason="Dask is not installed: fastvbg[farm]")
    monkeypatch.chdir(tmp_path)
    make_clip(tmp_path / "long.mp4", count=600, width=160, height=120, audio=True)
    make_clip(tmp_path / "short.mp4", count=12)
    (tmp_path / "out").mkdir()
    return tmp_path


def here(*inputs: str) -> dict[str, bytes]:
    """What processes of this machine make of the inputs."""
    Path("here").mkdir(exist_ok=True)
    fastvbg.batch(list(inputs), "here", SETTINGS, jobs=1, segments=5)
    return {path.name: path.read_bytes() for path in Path("here").iterdir()}


def made() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path("out").iterdir()}


@pytest.fixture
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed", reason="fastvbg[farm]")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as local,
        distributed.Client(local) as client,
    ):
        yield client


@pytest.mark.long
def test_two_workers_give_what_one_process_gives(talks: Path, cluster: Any) -> None:
    counts: list[int] = []
    done = fastvbg.batch(
        "*.mp4",
        "out",
        SETTINGS,
        cluster=cluster,
        segments=5,
        progress=lambda frames, of: counts.append(frames),
    )
    assert [(each.state, each.frames) for each in done] == [("done", 600), ("done", 12)]
    assert counts[-1] == 612
    assert made() == here("long.mp4", "short.mp4")


@pytest.mark.long
def test_a_killed_worker_costs_nothing_but_time(talks: Path, cluster: Any) -> None:
    pids = list(cluster.run(os.getpid).values())
    killed: list[int] = []

    def show(standing: Standing) -> None:
        if standing.frames > 30 and not killed:
            killed.append(pids[0])
            os.kill(pids[0], signal.SIGKILL)

    ways = Ways.checked(check_where(None, cluster, None, None), segments=5)
    done = run_batch(["long.mp4", "short.mp4"], "out", SETTINGS, ways, show, None)
    assert killed
    assert [each.state for each in done] == ["done", "done"]
    assert made() == here("long.mp4", "short.mp4")


@pytest.mark.long
def test_what_kills_workers_is_given_up_and_its_neighbours_are_not(
    tmp_path: Path, cluster: Any
) -> None:
    bad, good = Owned(), Owned()
    with check_where(None, cluster, None, None).engine(1, print, []) as engine:
        queue = Queue(engine)
        queue.add(bad, [task("bad", Die(tmp_path, 99), rank=(0,))])
        queue.add(good, [task(str(n), Say(n), rank=(1,)) for n in range(6)])
        queue.run()
    assert "8 workers died of it" in bad.failures[0][0]
    assert not good.failures
    assert sorted(good.values) == list(range(6))


@pytest.mark.long
def test_the_command_over_a_cluster_of_its_own(talks: Path, capsys) -> None:
    wanted = here("long.mp4")
    asked = ["run", "long.mp4", "-o", "out/long.mp4", "--segments", "5", *ASKED]
    assert run_command_line([*asked, "--cluster", "local"]) == 0
    assert "600 frames in" in capsys.readouterr().out
    assert made() == wanted
    assert run_command_line([*asked, "--cluster", "local"]) == 2
    assert "out/long.mp4 exists" in capsys.readouterr().err


SCHEDULER = """
import sys, distributed
from distributed.security import Security

if __name__ == "__main__":
    security = None
    if len(sys.argv) > 1:
        files = {"tls_ca_file": sys.argv[1], "tls_client_cert": sys.argv[2]}
        for role in ("scheduler", "worker"):
            files[f"tls_{role}_cert"] = sys.argv[2]
            files[f"tls_{role}_key"] = sys.argv[3]
        files["tls_client_key"] = sys.argv[3]
        security = Security(require_encryption=True, **files)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None,
        security=security, protocol="tls://" if security else "tcp://",
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Any]:
    """Starts a scheduler with a worker in a process of its own; ends it."""
    started: list[subprocess.Popen[str]] = []
    script = tmp_path / "scheduler.py"
    script.write_text(SCHEDULER)

    def start(*files: Path) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, str(script), *map(str, files)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@pytest.mark.long
def test_a_dead_scheduler_and_the_rest_made_without_it(
    talks: Path, scheduler: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="fastvbg[farm]")
    monkeypatch.setattr("fastvbg.farm.workers.cluster._GONE", 3.0)
    process, address = scheduler()
    parts = Path("out/.long.mp4.parts")
    killed: list[float] = []

    def show(standing: Standing) -> None:
        if not killed and len(list(parts.glob("*.json"))) > 2:
            killed.append(time.time())
            os.kill(process.pid, signal.SIGKILL)

    ways = Ways.checked(check_where(None, address, None, None), segments=2)
    with pytest.raises(ClusterError, match="is gone; what is done is kept"):
        run_batch(["long.mp4"], "out", SETTINGS, ways, show, None)
    there = {path: path.stat().st_mtime_ns for path in parts.glob("*.part")}
    assert there
    done = fastvbg.batch("long.mp4", "out", SETTINGS, jobs=1, segments=2, keep_parts=True)
    assert [each.state for each in done] == ["done"]
    assert {path: path.stat().st_mtime_ns for path in there} == there
    fastvbg.batch("long.mp4", "plain.mp4", SETTINGS, jobs=1, segments=2)
    assert Path("out/long.mp4").read_bytes() == Path("plain.mp4").read_bytes()


def certificates(folder: Path) -> tuple[Path, Path, Path]:
    """A certificate authority's certificate, and a certificate and a key of its making."""
    ca, ca_key = folder / "ca.pem", folder / "ca.key"
    own, key, request = folder / "own.pem", folder / "own.key", folder / "own.csr"

    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl to make certificates with")

    def openssl(*arguments: object) -> None:
        subprocess.run([program, *map(str, arguments)], check=True, capture_output=True)

    new = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *new, "-keyout", ca_key, "-out", ca, "-days", 2, "-subj", "/CN=farm")
    openssl("req", *new, "-keyout", key, "-out", request, "-subj", "/CN=worker")
    signed = ("-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", 2)
    openssl("x509", "-req", "-in", request, *signed, "-out", own)
    return ca, own, key


@pytest.mark.long
def test_mutual_tls(talks: Path, scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dask = pytest.importorskip("dask", reason="fastvbg[farm]")
    ca, own, key = certificates(talks)
    monkeypatch.setattr("fastvbg.farm.workers.cluster._GONE", 5.0)
    _, address = scheduler(ca, own, key)
    assert address.startswith("tls://")
    with pytest.raises(ClusterError, match="cannot reach"):
        fastvbg.batch("short.mp4", "out", SETTINGS, cluster=address)
    stranger = certificates(talks / "out")
    for path in (talks / "out").iterdir():
        path.rename(talks / f"other-{path.name}")
    stranger = tuple(talks / f"other-{path.name}" for path in stranger)
    with dask.config.set(tls_of(*stranger)), pytest.raises(ClusterError, match="cannot reach"):
        fastvbg.batch("short.mp4", "out", SETTINGS, cluster=address)
    with dask.config.set(tls_of(ca, own, key)):
        done = fastvbg.batch("short.mp4", "out", SETTINGS, cluster=address)
    assert [each.state for each in done] == ["done"]


def tls_of(ca: Path, own: Path, key: Path) -> dict[str, str]:
    return {
        "distributed.comm.tls.ca-file": str(ca),
        "distributed.comm.tls.client.cert": str(own),
        "distributed.comm.tls.client.key": str(key),
    }
