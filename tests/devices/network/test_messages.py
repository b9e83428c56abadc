"""Pictures handed from process to process: who has which place, what is lost, what is garbled."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from fastvbg.devices.network.memory import COUNT, Memory
from fastvbg.devices.network.messages import Inbox, Mouth, Outbox, Taken, parse
from fastvbg.devices.planar import black, copy_planes


@pytest.fixture
def pipe() -> io.BytesIO:
    return io.BytesIO()


def said(pipe: io.BytesIO) -> list[object]:
    return [json.loads(line) for line in pipe.getvalue().splitlines()]


def test_the_newest_is_taken_and_the_passed_ones_go_back(pipe: io.BytesIO) -> None:
    inbox, mouth = Inbox(), Mouth(pipe)
    for place in (0, 1, 2):
        inbox.put(Taken(place, place + 1, 0.5, mouth))
    taken = inbox.take()
    assert (taken.place, taken.number, taken.captured) == (2, 3, 0.5)
    taken.give_back()
    assert said(pipe) == [["free", 0, True], ["free", 1, True], ["free", 2, False]]
    assert inbox.take(0.0) is None
    inbox.put(taken)
    inbox.forget()
    inbox.end()
    assert inbox.take() is None
    assert inbox.over


def test_a_place_is_nobodys_twice(pipe: io.BytesIO) -> None:
    outbox = Outbox(Mouth(pipe), 2)
    places = [outbox.place(), outbox.place()]
    assert sorted(places) == [0, 1]
    assert outbox.place() is None
    assert outbox.place(0.01) is None
    outbox.send(places[0], 7, 1.5)
    outbox.free(places[0])
    assert outbox.place() == places[0]
    assert said(pipe) == [["frame", places[0], 7, 1.5]]


def test_nobody_to_hear_is_no_error(pipe: io.BytesIO) -> None:
    mouth = Mouth(pipe)
    mouth.close()
    mouth.say("open")
    mouth.close()
    assert pipe.closed


@pytest.mark.parametrize("line", [b"", b"[", b"{}\n", b"[]\n", b"3\n", b"\xff\n"])
def test_half_a_line_says_nothing(line: bytes) -> None:
    assert parse(line) == [""]


def test_two_see_the_same_memory() -> None:
    memory = Memory.create(6, 4)
    other = Memory.attach(memory.place_bytes, memory.where)
    for place in range(COUNT):
        planes = black(6, 4)
        planes[0][:] = place
        copy_planes(planes, memory.picture(place, 6, 4))
    for place in range(COUNT):
        y, u, v = other.picture(place, 6, 4)
        assert np.all(y == place)
        assert np.all(u == 128)
        assert np.all(v == 128)
    memory.close()
    memory.close()
    assert y.shape == (4, 6)
