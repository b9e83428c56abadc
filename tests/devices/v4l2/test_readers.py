"""Who reads a virtual camera: the module's count, or a look at all processes."""

from __future__ import annotations

import errno
from itertools import pairwise

import pytest

from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.device import Device
from fastvbg.devices.v4l2.output import LoopbackSink
from fastvbg.devices.v4l2.readers import CountedReaders, SeenReaders, counted_readers
from tests.support.v4l2 import FakeDevice, FakeSystem, loopback

PATH = "/dev/video10"


def machine(has_event: bool) -> tuple[FakeSystem, FakeDevice, Device]:
    device = loopback(has_event=has_event)
    system = FakeSystem({PATH: device})
    return system, device, Device(PATH, system)


def counted() -> tuple[CountedReaders, FakeDevice, FakeSystem]:
    system, device, opened = machine(True)
    found = counted_readers(opened)
    assert found is not None
    return found, device, system


def test_the_first_count_comes_with_the_subscription() -> None:
    readers, _, _ = counted()
    assert readers.watched() is False


def test_readers_come_and_go() -> None:
    readers, device, _ = counted()
    device.on_event(1)
    assert readers.watched() is True
    assert readers.watched() is True
    device.on_event(0)
    device.on_event(1)
    device.on_event(0)
    assert readers.watched() is False


def test_a_lost_event_holds_for_some_seconds_at_most() -> None:
    readers, device, system = counted()
    assert readers.watched() is False
    device.readers = 1  # and no event
    assert readers.watched() is False
    system.clock += 5.0
    assert readers.watched() is True
    assert system.calls[abi.SUBSCRIBE_EVENT] == 2
    readers.watched()
    assert system.calls[abi.SUBSCRIBE_EVENT] == 2


def test_an_event_that_cannot_be_read_changes_nothing() -> None:
    readers, device, system = counted()
    system.will_fail(abi.DQEVENT, errno.ENOENT)
    assert readers.watched() is None
    assert readers.watched() is False
    assert not device.events


def test_a_module_without_the_event_has_no_count() -> None:
    system, _, device = machine(False)
    assert counted_readers(device) is None
    assert system.calls[abi.SUBSCRIBE_EVENT] == 1


def seen() -> tuple[SeenReaders, FakeSystem]:
    system, _, device = machine(False)
    return SeenReaders(device), system


def looked(readers: SeenReaders, system: FakeSystem) -> bool | None:
    """Return the answer after a second, when a new look is due."""
    system.clock += 1.0
    return readers.watched()


def test_a_process_that_has_it_open_is_a_reader() -> None:
    readers, system = seen()
    assert looked(readers, system) is False
    system.processes[7] = ("zoom", ["/dev/null", PATH])
    system.clock += 0.9
    assert readers.watched() is False  # within the second nothing is looked at
    assert looked(readers, system) is True
    del system.processes[7]
    assert readers.watched() is True
    assert looked(readers, system) is False


def test_the_own_process_is_no_reader() -> None:
    readers, system = seen()
    system.processes[system.pid()] = ("fastvbg", [PATH])
    assert looked(readers, system) is False


def test_nobody_to_be_seen_tells_nothing() -> None:
    readers, system = seen()
    system.processes = {system.pid(): ("fastvbg", [PATH])}
    assert looked(readers, system) is None


def test_a_look_takes_a_small_share_of_the_time_and_goes_on_at_the_next_call() -> None:
    readers, system = seen()
    system.processes = {number: ("p", []) for number in range(1, 101)}
    system.processes[101] = ("zoom", [PATH])
    looks = 0

    def slow(path: str) -> list[str]:
        nonlocal looks
        looks += path != "/proc"
        system.clock += 0.001 if path != "/proc" else 0.0
        return FakeSystem.names(system, path)

    system.names = slow
    answers = []
    while readers.watched() is None:
        answers.append(looks)
        system.clock += 0.04
        assert len(answers) < 60
    assert answers[0] == 1  # no time has passed before the first call
    assert max(b - a for a, b in pairwise(answers)) <= 3
    assert readers.watched() is True


@pytest.mark.parametrize("has_event", [True, False])
def test_a_sink_asks_the_best_there_is(has_event: bool) -> None:
    system, device, _ = machine(has_event)
    system.processes[7] = ("zoom", [PATH])
    sink = LoopbackSink(system=system)
    assert sink.watched() is None
    sink.open(8, 4, 30.0)
    system.clock += 1.0
    assert sink.watched() is not has_event
    device.on_event(1)
    assert sink.watched() is True
    sink.close()
    assert sink.watched() is None
