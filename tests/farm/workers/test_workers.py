"""One, two and four workers, of which some are killed: the same bytes each time."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

import fastvbg
from fastvbg.farm.batches.batch import run_batch
from fastvbg.farm.batches.board import Standing
from fastvbg.farm.batches.ways import Ways
from fastvbg.farm.workers.engines import check_where
from tests.support.media import make_clip

SETTINGS = fastvbg.Settings(mask="motion", background="navy", preset="ultrafast", threads=1)
COUNTS = {"long": 500, "longer": 600, "short": 12}


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips, and what one process makes of them one part after the other."""
    folder = tmp_path_factory.mktemp("talks")
    for name, count in COUNTS.items():
        make_clip(folder / f"{name}.mp4", count=count, width=160, height=120, audio=name == "long")
        long = {"segments": 2} if count > 50 else {}
        fastvbg.process(folder / f"{name}.mp4", folder / f"{name}.mkv", SETTINGS, **long)
    return folder


class Killing:
    """Kills workers as soon as so many frames are done, each once."""

    def __init__(self, *after: int) -> None:
        self._after = list(after)
        self.killed: list[int] = []
        self.seen: set[str] = set()

    def __call__(self, standing: Standing) -> None:
        self.seen.update(standing.workers)
        if not self._after or standing.frames < self._after[0]:
            return
        for name in standing.workers:
            pid = int(name.split()[-1])
            if pid not in self.killed:
                self.killed.append(pid)
                self._after.pop(0)
                os.kill(pid, signal.SIGKILL)
                return


def check(talks: Path, out: Path, done: Any) -> None:
    assert sorted((each.state, each.frames) for each in done) == sorted(
        ("done", count) for count in COUNTS.values()
    )
    assert sorted(path.name for path in out.iterdir()) == sorted(f"{name}.mkv" for name in COUNTS)
    for name in COUNTS:
        assert (out / f"{name}.mkv").read_bytes() == (talks / f"{name}.mkv").read_bytes()


@pytest.mark.long
@pytest.mark.parametrize(("jobs", "kills"), [(1, ()), (2, (60,)), (4, ()), (4, (60, 200, 500))])
def test_processes(talks: Path, tmp_path: Path, jobs: int, kills: tuple[int, ...]) -> None:
    ways = Ways.checked(check_where(None, None, jobs, None), segments=2, retries=0)
    show = Killing(*kills)
    done = run_batch(str(talks / "*.mp4"), str(tmp_path / "{stem}.mkv"), SETTINGS, ways, show, None)
    assert len(show.killed) == len(kills)
    assert len(show.seen) >= jobs + len(kills)
    check(talks, tmp_path, done)


@pytest.mark.long
def test_four_of_a_cluster_one_of_which_is_killed(talks: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="fastvbg[farm]")
    killed: list[int] = []
    with (
        distributed.LocalCluster(
            n_workers=4, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as local,
        distributed.Client(local) as client,
    ):
        pids = list(client.run(os.getpid).values())

        def show(standing: Standing) -> None:
            if standing.frames > 60 and not killed:
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        ways = Ways.checked(check_where(None, client, None, None), segments=2)
        done = run_batch(
            str(talks / "*.mp4"), str(tmp_path / "{stem}.mkv"), SETTINGS, ways, show, None
        )
    assert killed
    check(talks, tmp_path, done)
