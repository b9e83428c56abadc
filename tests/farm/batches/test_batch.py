"""Many files: each as a run of its own would make it, whatever becomes of the others."""

from __future__ import annotations

import csv
import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.cli import run_command_line
from fastvbg.farm.batches.batch import run_batch
from fastvbg.farm.batches.board import Board, Standing
from fastvbg.farm.batches.outcome import Outcome, worst
from fastvbg.farm.batches.places import placed
from fastvbg.farm.batches.ways import Terms, Ways
from fastvbg.farm.workers.engine import Died
from fastvbg.farm.workers.engines import check_memory, check_where
from fastvbg.farm.workers.pool import Pool
from fastvbg.farm.workers.tasks import Task
from tests.support.inline import Inline
from tests.support.media import make_clip

SETTINGS = fastvbg.Settings(mask="motion", background="navy", preset="ultrafast", threads=1)
ASKED = ("-b", "navy", "--mask", "motion", "--preset", "ultrafast")


@pytest.fixture
def talks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, count in (("a", 12), ("b", 30), ("c", 20)):
        make_clip(tmp_path / f"{name}.mp4", count=count, audio=name == "b")
    (tmp_path / "out").mkdir()
    return tmp_path


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastvbg.farm.workers.engines.Workers", lambda *_: Pool(Inline()))


def written() -> list[str]:
    return sorted(path.name for path in Path("out").iterdir())


def plain(name: str) -> bytes:
    path = Path(f"plain-{name}.mp4")
    if not path.exists():
        fastvbg.process(f"{name}.mp4", path, SETTINGS)
    return path.read_bytes()


def test_each_file_is_as_a_run_makes_it(talks: Path) -> None:
    counts: list[tuple[int, int | None]] = []
    done = fastvbg.batch(
        ["c.mp4", "a.mp4", "b.mp4"],
        "out",
        SETTINGS,
        jobs=1,
        progress=lambda *given: counts.append(given),
    )
    assert [(each.input, each.state, each.frames) for each in done] == [
        ("c.mp4", "done", 20),
        ("a.mp4", "done", 12),
        ("b.mp4", "done", 30),
    ]
    for name in "abc":
        assert (talks / "out" / f"{name}.mp4").read_bytes() == plain(name)
    assert counts[-1] == (62, 62)
    assert [frames for frames, _ in counts] == sorted(frames for frames, _ in counts)


@pytest.mark.parametrize("executor", [Inline(), ThreadPoolExecutor(2)], ids=["inline", "threads"])
def test_any_executor_gives_the_same(talks: Path, executor: Any) -> None:
    done = fastvbg.batch("*.mp4", "out", SETTINGS, executor=executor)
    assert [each.state for each in done] == ["done"] * 3
    assert (talks / "out" / "b.mp4").read_bytes() == plain("b")


@pytest.mark.usefixtures("inline")
def test_a_file_that_fails_does_not_stop_the_others(talks: Path, capsys) -> None:
    Path("bad.mp4").write_bytes(b"nothing")
    code = run_command_line(["batch", "*.mp4", "-o", "out", *ASKED, "--report", "r.json"])
    out, err = capsys.readouterr()
    assert code == 2
    assert err.count("\n") == 1
    assert err.startswith("fastvbg: bad.mp4: input: not a video")
    lines = out.splitlines()
    assert lines[0].split() == ["file", "frames", "seconds", "warnings", "lost", "state"]
    assert [line.split()[-1] for line in lines[1:5]] == ["done", "done", "failed", "done"]
    assert lines[5].endswith("3 done, 1 failed")
    report = json.loads(Path("r.json").read_text())
    assert [each["state"] for each in report] == ["done", "done", "failed", "done"]
    assert "not a video" in report[2]["error"]
    assert written() == ["a.mp4", "b.mp4", "c.mp4"]


@pytest.mark.usefixtures("inline")
def test_what_is_done_is_skipped_and_what_is_older_than_its_input_told(talks: Path, capsys) -> None:
    for name in "ac":
        Path("out", f"{name}.mp4").write_bytes(b"there")
    os.utime("a.mp4", (1, 1))
    os.utime("out/c.mp4", (1, 1))
    assert run_command_line(["batch", "*.mp4", "-o", "out", *ASKED, "--report", "r.csv"]) == 0
    err = capsys.readouterr().err
    assert err == (
        "fastvbg: warning: c.mp4: out/c.mp4 is older than its input; --overwrite makes it anew\n"
    )
    with Path("r.csv").open() as file:
        assert [row["state"] for row in csv.DictReader(file)] == ["skipped", "done", "skipped"]
    assert Path("out/a.mp4").read_bytes() == b"there"
    assert run_command_line(["batch", "a.mp4", "-q", "-o", "out", *ASKED, "--overwrite"]) == 0
    assert Path("out/a.mp4").read_bytes() == plain("a")
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("inline")
def test_damage_is_in_the_exit_code(talks: Path, capsys) -> None:
    whole = Path("b.mp4").read_bytes()
    Path("d.mkv").write_bytes(b"")
    make_clip(Path("d.mkv"), count=60)
    cut = Path("d.mkv").read_bytes()
    Path("d.mkv").write_bytes(cut[: len(cut) * 2 // 3])
    assert run_command_line(["batch", "a.mp4", "d.mkv", "-o", "out", *ASKED]) == 3
    assert "fastvbg: warning: d.mkv: " in capsys.readouterr().err
    assert Path("b.mp4").read_bytes() == whole


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.mp4", "b.mp4", "-o", "one.mp4"], "would both be written to one.mp4"),
        (["a.mp4", "-o", "a.mp4", "--overwrite"], "a.mp4 is the input itself"),
        (["a.mp4", "-o", "none"], "no such folder: none"),
        (["a.mp4", "-o", "none/{stem}.mp4"], "no such folder: none"),
        (["none.mp4", "-o", "out"], "no such file: none.mp4"),
        (["a.mp4", "-o", "out", "--report", "r.txt"], "ends in .json or .csv"),
        (["a.mp4", "-o", "out", "--jobs", "0"], "jobs: got 0"),
        (["a.mp4", "-o", "out", "--memory-limit", "much"], "wanted a size"),
        (["a.mp4", "-o", "out", "--memory-limit", "1M"], "wanted 64M at least"),
        (["a.mp4", "-o", "out", "--frame-timeout", "0"], "wanted seconds"),
        (
            ["a.mp4", "-o", "out", "--segments", "0.05"],
            "segments: got 0.05, wanted 0.1 seconds, or",
        ),
        (["a.mp4", "-o", "out", "--retries", "-1"], "retries: got -1"),
        (["a.mp4", "-o", "out", "--cluster", "nowhere"], "wanted a scheduler's address"),
        (
            ["a.mp4", "b.mp4", "-o", "out", "--mask", "adaptive", "--save-model", "m.npz"],
            "of which only the last",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_begins(
    talks: Path, arguments: list[str], words: str, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastvbg.farm.workers.engines.Workers", lambda *_: pytest.fail("it began"))
    asked = ASKED if "--mask" not in arguments else ("-b", "navy")
    assert run_command_line(["batch", *arguments, *asked]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.count("\n") == 1
    assert written() == []


def test_an_executor_and_a_cluster_are_too_many(talks: Path) -> None:
    with pytest.raises(fastvbg.OptionError, match="wanted one of them"):
        fastvbg.batch("a.mp4", "out", SETTINGS, executor=Inline(), cluster="local")


@pytest.mark.long
def test_a_worker_that_is_killed_costs_nothing_but_time(talks: Path) -> None:
    make_clip(talks / "long.mp4", count=400, width=160, height=120)
    killed: list[int] = []

    def show(standing: Standing) -> None:
        for name, at in standing.workers.items():
            if at.label == "long.mp4" and not killed:
                killed.append(int(name.split()[-1]))
                os.kill(killed[0], signal.SIGKILL)

    ways = Ways.checked(check_where(None, None, 1, None), retries=0, report=None)
    done = run_batch(["long.mp4", "a.mp4"], "out", SETTINGS, ways, show, None)
    assert killed
    assert [(each.state, each.frames) for each in done] == [("done", 400), ("done", 12)]
    assert (talks / "out" / "long.mp4").read_bytes() == plain("long")


class Deadly(Pool):
    """Does tasks here, but some as if they ended their worker."""

    def __init__(self, *labels: str) -> None:
        super().__init__(Inline())
        self.size, self._labels, self._died = 1, labels, []

    def submit(self, task: Task) -> None:
        if task.label in self._labels:
            self._died.append(Died(task.key, "it was ended by SIGSEGV", "what it printed"))
        else:
            super().submit(task)

    def wait(self) -> Any:
        return self._died.pop() if self._died else super().wait()


def test_a_task_of_few_frames_has_time_to_open_its_input() -> None:
    ways = Ways.checked(check_where(None, None, 1, None), frame_timeout=0.01)
    terms = Terms.of(ways, SETTINGS)
    assert (terms.limit(1) or 0) > 60
    assert (terms.limit(100_000) or 0) - (terms.limit(0) or 0) == pytest.approx(1000)
    assert terms.limit(None) is None


@pytest.mark.long
def test_the_parts_of_one_file_are_shared_by_all_workers(talks: Path) -> None:
    make_clip(talks / "long.mp4", count=400, width=160, height=120)
    workers: set[str] = set()
    ways = Ways.checked(check_where(None, None, 2, None), segments=2)

    def show(standing: Standing) -> None:
        workers.update(standing.workers)
        for at in standing.workers.values():
            assert at.label.startswith("long.mp4, part ")
            assert 0 < at.frames <= (at.expected or 0) < 400

    (done,) = run_batch("long.mp4", "out", SETTINGS, ways, show, None)
    assert (done.state, done.frames) == ("done", 400)
    assert len(workers) == 2


@pytest.mark.long
def test_a_deadly_part_fails_its_file_alone_and_the_rest_of_it_is_kept(
    talks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clip(talks / "long.mp4", count=200)
    with monkeypatch.context() as patched:
        engine = "fastvbg.farm.workers.engines.Workers"
        patched.setattr(engine, lambda *_: Deadly("long.mp4, part 2"))
        done = fastvbg.batch(["a.mp4", "long.mp4"], "out", SETTINGS, segments=2)
    assert [each.state for each in done] == ["done", "failed"]
    log = Path("out", "long.mp4.log")
    assert done[1].error == (
        "part 2: 4 workers died of it; the last: it was ended by SIGSEGV (what they printed: "
        f"{log}); the parts are kept: the same again goes on"
    )
    assert done[1].code == 1
    assert log.read_text().count("what it printed") == 4
    parts = Path("out", ".long.mp4.parts")
    kept = {path: path.stat().st_mtime_ns for path in parts.glob("*.part")}
    assert kept
    assert not (parts / "lock").exists()
    again = fastvbg.batch("long.mp4", "out", SETTINGS, segments=2, jobs=1, keep_parts=True)
    assert [(each.state, each.frames) for each in again] == [("done", 200)]
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    fastvbg.process("long.mp4", "plain.mp4", SETTINGS, segments=2)
    assert Path("out/long.mp4").read_bytes() == Path("plain.mp4").read_bytes()


def test_parts_of_another_job_are_not_mixed_in(talks: Path) -> None:
    make_clip(talks / "long.mp4", count=100)
    fastvbg.batch("long.mp4", "out", SETTINGS, executor=Inline(), segments=1, keep_parts=True)
    Path("out/long.mp4").unlink()
    other = SETTINGS.replace(background="teal")
    (failed,) = fastvbg.batch("long.mp4", "out", other, executor=Inline(), segments=1)
    assert "holds parts of another job" in str(failed.error)
    assert failed.code == 2
    (done,) = fastvbg.batch("long.mp4", "out", other, executor=Inline(), segments=1, restart=True)
    assert done.state == "done"
    assert written() == ["long.mp4"]


def test_an_encoder_that_keeps_to_a_rate_makes_files_whole(talks: Path) -> None:
    make_clip(talks / "long.mp4", count=24 * 45)
    rated = SETTINGS.replace(encoder_options={"b": "200k"})
    (done,) = fastvbg.batch("long.mp4", "out", rated, executor=Inline())
    assert done.state == "done"
    with pytest.raises(fastvbg.OptionError, match="parts of a job each begin anew with a rate"):
        fastvbg.batch("a.mp4", "out", rated, executor=Inline(), segments=5)


def test_names_are_whole_where_workers_may_begin_in_another_folder(talks: Path) -> None:
    class Elsewhere(Inline):
        def submit(self, call: Any, /, *given: Any, **named: Any) -> Any:
            before = Path.cwd()
            os.chdir("/")
            try:
                return super().submit(call, *given, **named)
            finally:
                os.chdir(before)

    look = cv2.imencode(".png", np.full((8, 8, 3), 90, np.uint8))[1]
    Path("look.png").write_bytes(look.tobytes())
    settings = SETTINGS.replace(background="look.png", drop_region="look.png")
    (done,) = fastvbg.batch("b.mp4", "out", settings, executor=Elsewhere(), segments=0)
    assert done.state == "done"
    settings = settings.replace(mask="plate:look.png")
    assert placed(settings).background == str(talks / "look.png")
    assert placed(settings).kind == settings.kind
    assert placed(SETTINGS) == SETTINGS


@pytest.mark.long
def test_an_interrupt_leaves_no_worker_and_no_half_file(talks: Path) -> None:
    make_clip(talks / "long.mp4", count=900, width=160, height=120)
    pids: set[int] = set()

    class Enough(BaseException):
        pass

    def show(standing: Standing) -> None:
        pids.update(int(name.split()[-1]) for name in standing.workers)
        if pids:
            raise Enough

    where = check_where(None, None, 1, "0")
    ways = Ways.checked(where, retries=0, report="r.json", segments=0)
    with pytest.raises(Enough):
        run_batch(["a.mp4", "long.mp4"], "out", SETTINGS, ways, show, None)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert [name for name in written() if name != "a.mp4"] == []
    assert threading.active_count() < 20
    assert isinstance(json.loads(Path("r.json").read_text()), list)


def test_the_worst_is_the_exit_code() -> None:
    good = Outcome("a", Path("b"), "done")
    damaged = Outcome("a", Path("b"), "done", lost=1)
    bad = Outcome("a", Path("b"), "failed", error="no")
    fault = Outcome("a", Path("b"), "failed", error="no", fault=True)
    assert worst([good]) == worst([]) == 0
    assert worst([good, damaged]) == 3
    assert worst([damaged, bad, good]) == 2
    assert worst([bad, fault, damaged]) == 1


def test_the_board_adds_up() -> None:
    shown: list[Standing] = []
    board = Board(shown.append)
    board.expect(0, 100)
    board.expect(1, None)
    board.found(0, 20)
    board.moved(0, "a, part 2", "worker 7", 10, 40)
    assert shown[-1].frames == 30
    assert shown[-1].expected == 100
    assert shown[-1].earlier == 20
    assert shown[-1].workers["worker 7"] == ("a, part 2", 10, 40)
    board.ended(0, "a, part 2", 40)
    assert shown[-1].frames == 60
    assert not shown[-1].workers
    board.moved(0, "a, part 3", "worker 7", 70, None)
    assert (shown[-1].frames, shown[-1].expected) == (130, 130)  # no more than all
    board.moved(1, "b", "worker 8", 3, 5)
    board.closed(1, 5)
    assert set(shown[-1].workers) == {"worker 7"}
    board.closed(0, 90)
    assert not shown[-1].workers
    assert (shown[-1].frames, shown[-1].expected) == (95, 95)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, None),
        ("0", 0),
        ("2G", 2 << 30),
        ("800m", 800 << 20),
        ("1GiB", 1 << 30),
        (1 << 30,) * 2,
    ],
)
def test_sizes_of_memory(given: Any, wanted: int | None) -> None:
    assert check_memory(given) == wanted
