"""The queue with workers that fail, die and hang."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fastvbg.farm.workers.engine import Died, Event, Finished
from fastvbg.farm.workers.pool import ExecutorError, Pool
from fastvbg.farm.workers.queue import Queue
from fastvbg.farm.workers.tasks import Ended, Task
from fastvbg.farm.workers.workers import Workers
from fastvbg.sink.staging import staging_name
from tests.farm.workers.synthetic import Die, Grow, Hang, Owned, Raise, Say, task


class Script:
    """An engine that does as it is told, and notes what it was asked for."""

    def __init__(
        self,
        *,
        size: int = 2,
        died: dict[str, list[Any]] | None = None,
        faults: dict[str, int] | None = None,
    ) -> None:
        self.size = size
        self.asked: list[str] = []
        self.most = 0
        self.together: list[tuple[str, int]] = []
        """Each task, and how many others were under way when it began."""
        self._under_way: list[Task] = []
        self._died = died or {}
        self._faults = faults or {}

    def prepare(self, kernels: Any) -> None:
        pass

    def submit(self, task: Task) -> None:
        self.asked.append(task.label)
        self.together.append((task.label, len(self._under_way)))
        self._under_way.append(task)
        self.most = max(self.most, len(self._under_way))

    def wait(self) -> Event:
        task = self._under_way.pop(0)
        deaths = self._died.get(task.label)
        if deaths:
            return Died(task.key, "it was ended", **deaths.pop(0))
        if self._faults.get(task.label):
            self._faults[task.label] -= 1
            return Finished(task.key, Ended(None, error="what a pity", fault=True))
        return Finished(task.key, Ended(task.label))

    def __enter__(self) -> Script:
        return self

    def __exit__(self, *exception: object) -> None:
        pass


def test_the_smallest_rank_first_and_few_under_way() -> None:
    engine, owner = Script(), Owned()
    queue = Queue(engine)
    queue.add(owner, [task(str(n), Say(n), rank=(1, -n)) for n in (3, 9, 1, 7, 5)])
    queue.add(owner, [task("look", Say(0), rank=(0, 0))])
    queue.run()
    assert engine.asked == ["look", "9", "7", "5", "3", "1"]
    assert engine.most == 2


def test_what_follows_is_done_too() -> None:
    engine, owner = Script(), Owned(task("second", Say(2)), task("third", Say(3)))
    queue = Queue(engine)
    queue.add(owner, [task("first", Say(1))])
    queue.run()
    assert engine.asked == ["first", "second", "third"]


def test_a_suspect_is_tried_alone_before_it_is_given_up() -> None:
    unsure = {"sure": False, "times": 4}
    engine = Script(size=3, died={"bad": [dict(unsure), dict(unsure)], "beside": [dict(unsure)]})
    bad, good = Owned(), Owned()
    queue = Queue(engine)
    queue.add(bad, [task("bad", Say(1))])
    queue.add(good, [task("beside", Say(2)), task("other", Say(3))])
    queue.run()
    assert engine.asked == ["bad", "beside", "other", "bad", "beside"]
    assert engine.together[3:] == [("bad", 0), ("beside", 0)]
    assert bad.failures[0][0] == "8 workers died of it; the last: it was ended"
    assert not good.failures
    assert sorted(good.values) == ["beside", "other"]


@pytest.mark.parametrize(("retries", "failed"), [(1, True), (2, False)])
def test_a_fault_is_tried_again_so_many_times(retries: int, failed: bool) -> None:
    engine, owner = Script(faults={"a": 2}), Owned()
    queue = Queue(engine, retries=retries)
    queue.add(owner, [task("a", Say(1))])
    queue.run()
    assert engine.asked == ["a"] * (retries + 1)
    assert bool(owner.failures) == failed
    assert owner.values == ([] if failed else ["a"])


def test_what_each_worker_that_died_last_said_is_kept() -> None:
    engine, owner = Script(died={"a": [{"log": f"said {n}"} for n in range(4)]}), Owned()
    queue = Queue(engine)
    queue.add(owner, [task("a", Say(1))])
    queue.run()
    assert owner.failures[0][1] == "\n".join(f"it was ended\nsaid {n}" for n in range(4))


def test_nothing_more_is_done_for_a_file_that_has_failed() -> None:
    engine, owner = Script(size=1, died={"a": [{} for _ in range(9)]}), Owned()
    queue = Queue(engine)
    queue.add(owner, [task("a", Say(1), rank=(0,)), task("b", Say(2), rank=(1,))])
    queue.run()
    assert engine.asked == ["a"] * 4


@pytest.fixture(params=["workers", "pool"])
def engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "workers":
        with Workers(1) as workers:
            yield workers
    else:
        with ThreadPoolExecutor(1) as executor, Pool(executor) as pool:
            yield pool


def test_values_errors_and_faults(engine: Any) -> None:
    good, bad, fault = Owned(), Owned(), Owned()
    queue = Queue(engine, retries=1)
    queue.add(good, [task("good", Say("a", 30))])
    queue.add(bad, [task("bad", Raise(ours=True))])
    queue.add(fault, [task("fault", Raise(ours=False))])
    queue.run()
    assert good.values == ["a"]
    assert bad.failures == [("input: not there", "", False)]
    assert fault.failures == [("RuntimeError: what a pity", "", True)]


def test_workers_tell_how_far_they_are() -> None:
    owner = Owned()
    with Workers(1) as workers:
        queue = Queue(workers)
        queue.add(owner, [task("a", Say("a", 30))])
        queue.run()
    assert owner.counts[0] == (1, 30)
    assert owner.lines == ["a has been made"]


@pytest.mark.parametrize("kind", ["kill", "exit"])
def test_a_task_whose_worker_dies_is_done_again(tmp_path: Path, kind: str) -> None:
    owner, beside = Owned(), Owned()
    with Workers(1) as workers:
        queue = Queue(workers)
        queue.add(owner, [task("a", Die(tmp_path, 1, kind))])
        queue.add(beside, [task("b", Say("b"))])
        queue.run()
    assert owner.values == ["lives"]
    assert beside.values == ["b"]


def test_nothing_of_a_worker_that_died_stays_beside_its_output(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    output = tmp_path / "out" / "o.mkv"
    others = staging_name(output)
    others.touch()
    owner = Owned()
    with Workers(1) as workers:
        queue = Queue(workers)
        queue.add(owner, [task("a", Die(tmp_path, 1, output=output), output=output)])
        queue.run()
    assert owner.values == ["lives"]
    assert list(output.parent.iterdir()) == [others]


@pytest.mark.long
def test_what_kills_four_workers_is_given_up_with_its_log(tmp_path: Path) -> None:
    owner, beside = Owned(), Owned()
    with Workers(2) as workers:
        queue = Queue(workers)
        queue.add(owner, [task("a", Die(tmp_path, 9))])
        queue.add(beside, [task(str(n), Say(n)) for n in range(5)])
        queue.run()
    line, log, fault = owner.failures[0]
    assert line == "4 workers died of it; the last: it was ended by SIGKILL"
    assert fault
    assert all(f"about to die for the time {n}" in log for n in range(1, 5))
    assert sorted(beside.values) == list(range(5))


@pytest.mark.long
def test_what_hangs_is_ended_and_done_again(tmp_path: Path) -> None:
    owner = Owned()
    with Workers(1) as workers:
        queue = Queue(workers)
        queue.add(owner, [task("a", Hang(tmp_path), seconds=1.0)])
        queue.run()
    assert owner.values == ["goes on"]


@pytest.mark.long
def test_what_takes_too_much_memory_is_named() -> None:
    owner = Owned()
    with Workers(1, memory=400 << 20) as workers:
        queue = Queue(workers)
        queue.add(owner, [task("a", Grow())])
        queue.run()
    line, log, _ = owner.failures[0]
    assert line.endswith("it took too much memory")
    assert "takes more than 400 MiB" in log


def test_an_executor_that_is_shut_down_is_told() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    queue = Queue(Pool(executor))
    queue.add(Owned(), [task("a", Say(1))])
    with pytest.raises(ExecutorError, match="^executor: takes no task"):
        queue.run()
