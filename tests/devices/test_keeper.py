"""A program that is kept running: restarts, limits, what the status line says."""

from __future__ import annotations

import math

import pytest

from fastvbg.devices.keeper import Keeper, Patience
from tests.support.programs import wait_for

QUICK = Patience(start=math.inf, silence=math.inf, first=0.01, most=0.02)


class Program:
    def __init__(self) -> None:
        self.is_ended = False

    def end(self) -> None:
        self.is_ended = True


class Started(list):
    def __call__(self) -> Program:
        self.append(Program())
        return self[-1]


@pytest.fixture
def started() -> Started:
    return Started()


def test_what_ends_is_started_again(started: Started) -> None:
    keeper = Keeper("program", started, QUICK)
    keeper.begin()
    assert not keeper.wait(0.0)
    for count in (1, 2, 3):
        wait_for(lambda count=count: len(started) == count)
        keeper.ended("the peer is gone")
    wait_for(lambda: len(started) == 4)
    keeper.close()
    assert [program.is_ended for program in started] == [True] * 4
    assert keeper.restarts == 3
    assert keeper.status() == "closed"
    keeper.close()


def test_the_status_tells_how_it_stands(started: Started) -> None:
    keeper = Keeper("program", started, Patience(math.inf, math.inf, first=30))
    keeper.begin()
    wait_for(lambda: started)
    assert keeper.status() == "connecting"
    keeper.at_work()
    assert keeper.wait(20)
    assert keeper.status() == "connected"
    keeper.ended("Connection refused")
    keeper.ended("of no interest any more")
    wait_for(lambda: not keeper.working and "reconnecting" in keeper.status())
    assert keeper.status() in {f"reconnecting in {n} s: Connection refused" for n in (29, 30)}
    assert keeper.reason == "Connection refused"
    keeper.close()


@pytest.mark.parametrize(
    ("patience", "works", "reason"),
    [
        (Patience(0.02, math.inf, first=60), False, "no answer for 0.02 s"),
        (Patience(math.inf, 0.02, first=60), True, "nothing more for 0.02 s"),
    ],
)
def test_what_is_mute_is_ended(
    started: Started, patience: Patience, works: bool, reason: str
) -> None:
    keeper = Keeper("program", started, patience)
    keeper.begin()
    wait_for(lambda: started)
    if works:
        keeper.at_work()
    wait_for(lambda: keeper.reason)
    assert keeper.reason == reason
    wait_for(lambda: started[0].is_ended)
    keeper.close()


def test_signs_of_life_put_the_end_off(started: Started) -> None:
    keeper = Keeper("program", started, Patience(math.inf, 60, first=60))
    keeper.begin()
    wait_for(lambda: started)
    keeper.at_work()
    before = keeper._deadline
    keeper.alive()
    assert keeper._deadline > before
    keeper.close()


def test_what_cannot_be_started_is_told_and_tried_again() -> None:
    attempts = []

    def start() -> Program:
        attempts.append(1)
        raise FileNotFoundError(2, "No such file or directory")

    keeper = Keeper("program", start, QUICK)
    keeper.begin()
    wait_for(lambda: len(attempts) > 2)
    keeper.close()
    assert keeper.reason == "program cannot be started: No such file or directory"


def test_the_pauses_grow_unless_it_was_at_work_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    lasted = iter([0.0, 0.0, 0.0, 5.0, 0.0])
    pauses = []
    keeper = Keeper("program", Program, Patience(first=1.0, most=4.0))

    class Recorder:
        def __enter__(self) -> None: ...
        def __exit__(self, *error: object) -> None: ...
        def notify_all(self) -> None: ...
        def wait_for(self, over: object, pause: float) -> None:
            pauses.append(pause)
            keeper._closing = len(pauses) == 5

    keeper._changed = Recorder()
    monkeypatch.setattr(keeper, "_attempt", lambda: next(lasted))
    keeper._run()
    assert pauses == [1.0, 2.0, 4.0, 1.0, 2.0]
