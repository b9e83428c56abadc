"""Kernels are there before they are called, also those that a session may be switched to."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from fastvbg.kernels import _cache
from fastvbg.live_mode.making import ahead
from fastvbg.live_mode.making.ahead import Ahead, switchable
from fastvbg.warmup import all_kernels
from tests.support.programs import wait_for

# Prints the kernels that a composite, its matte and a crop call, and that were not prepared.
CALLS = """
import json, sys
from fractions import Fraction
from fastvbg.kernels._kernel import Kernel
from fastvbg.live_mode.making import work
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.settings import Settings
from tests.support.live import room_picture
called, prepared, compile = [], [], Kernel.compile
def noted(self, *, fallback=False):
    called.append(self.name)
    compile(self, fallback=fallback)
Kernel.compile = noted
work.prepare = lambda names, heard: prepared.extend(names)
of = ColourTags(6, 1)
info = StreamInfo(96, 64, Fraction(30), Fraction(1, 90000), None, of, pixel_format="yuv420p")
made = work.Work(Settings(**json.loads(sys.argv[1])), info, print)
for wanted in (work.Wanted(False), work.Wanted(True), work.Wanted(True, follows=True)):
    made.follow(wanted=wanted.follows)
    for number in range(3):
        made(room_picture(number), number / 30, wanted)
made.blurred(room_picture(3))
print(json.dumps(sorted(set(called) - set(prepared))))
"""


@pytest.mark.parametrize(
    "settings",
    [
        {"mask": "motion", "background": "blur"},
        {"mask": "motion", "background": "navy", "light_wrap": 3},
        {"mask": "adaptive", "background": "navy", "light_wrap": 3},
    ],
)
def test_no_frame_waits_for_a_kernel(settings: dict[str, object]) -> None:
    command = [sys.executable, "-m", "tests.support.run", CALLS, json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_what_a_session_may_be_switched_to_is_made_by_another_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    class Worker:
        def __init__(self, *, gently: bool) -> None:
            assert gently

        def ask(self, name: str) -> None:
            asked.append(name)

        def no_more(self) -> None:
            asked.append("no more")

        def end(self) -> None:
            asked.append("end")

    monkeypatch.setattr(ahead, "_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(ahead, "Worker", Worker)
    monkeypatch.setattr(ahead, "can_hand_over", lambda: True)
    monkeypatch.setattr(_cache, "keeps", lambda name: name.startswith("person."))
    with Ahead():
        wait_for(lambda: "no more" in asked)
    assert asked[-1] == "end"
    assert "composite.light.weigh" in asked
    assert "keying.chroma.key_planes" in asked
    assert not [name for name in asked if name.startswith("person.")]
    assert set(asked[:-2]) <= set(all_kernels())
    assert "person.edges.apply" in switchable()


def test_a_short_session_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "Worker", lambda **_: pytest.fail("started"))
    monkeypatch.setattr(_cache, "keeps", lambda _: False)
    with Ahead():
        pass
    assert not [thread for thread in threading.enumerate() if thread.name == "fastvbg ahead"]
