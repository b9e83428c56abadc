"""Who reads the camera: PipeWire's graph as a program that stands in tells it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fastvbg.devices.pipewire.node import NodeWatch
from tests.support.programs import stand_in, wait_for
from tests.support.threads import Begun

if TYPE_CHECKING:
    from pathlib import Path

# Tells what is appended to a file, as long as that file is there.
TELLS = """
import os, sys, time
assert sys.argv[1:] == ["--monitor"]
with open("{folder}/graph") as graph:
    while os.path.exists("{folder}/graph"):
        print(graph.read(), end="", flush=True)
        time.sleep(0.005)
"""


class Graph:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "graph"
        self.file.write_text("")

    def say(self, *objects: object) -> None:
        with self.file.open("a") as graph:
            graph.write(json.dumps(objects, indent=2) + "\n")

    def node(self, state: str, number: int = 7, **props: object) -> dict[str, object]:
        return {"id": number, "info": {"state": state, "props": {"fastvbg.mark": "1-1", **props}}}


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Graph:
    monkeypatch.setenv("PATH", str(tmp_path))
    stand_in(tmp_path, "pw-dump", TELLS.format(folder=tmp_path))
    return Graph(tmp_path)


@pytest.fixture
def watch(graph: Graph) -> NodeWatch:
    begun = Begun()
    watch = NodeWatch("1-1")
    yield watch
    watch.close()
    assert not begun.left()


def test_running_is_watched(graph: Graph, watch: NodeWatch) -> None:
    assert watch.available
    assert watch.watched() is None
    other = graph.node("running", 3)
    other["info"]["props"]["fastvbg.mark"] = "2-1"
    graph.say(other, {"id": 4, "info": {"props": {}}}, {"id": 5, "info": None}, 8)
    for state, wanted in [
        ("suspended", False),
        ("running", True),
        ("idle", False),
        ("error", None),
        ("running", True),
    ]:
        graph.say(graph.node(state))
        wait_for(lambda wanted=wanted: watch.watched() is wanted)
    assert watch.seen
    graph.say({"id": 7, "info": None})
    wait_for(lambda: not watch.seen)
    assert watch.watched() is None


def test_a_program_that_ends_leaves_nothing_known_and_is_started_again(
    graph: Graph, watch: NodeWatch
) -> None:
    graph.say(graph.node("running"))
    wait_for(watch.watched)
    graph.file.unlink()
    wait_for(lambda: watch.watched() is None)
    graph.file.write_text("")
    graph.say(graph.node("idle"))
    wait_for(lambda: watch.watched() is False)
    assert watch.seen


def test_what_is_no_json_is_passed_over(graph: Graph, watch: NodeWatch) -> None:
    for line in (b"[ what\n", b"]\n", *[b"x" * (1 << 22)] * 5, b"]\n"):
        watch.hear(line)
    for line in json.dumps([graph.node("running")], indent=2).splitlines():
        watch.hear(line.encode())
    assert watch.watched() is True


def test_without_the_program_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    watch = NodeWatch("1-1")
    assert not watch.available
    assert watch.watched() is None
    watch.ended()
    watch.close()
