"""Pieces of work that do what tests need, in workers too."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastvbg.errors import SourceError
from fastvbg.farm.workers.tasks import Ended, Heard, Task
from fastvbg.sink.staging import staging_name


@dataclass(frozen=True)
class Say:
    """Gives its value back, after so many frames."""

    value: Any
    frames: int = 0

    def __call__(self, heard: Heard) -> Any:
        for count in range(self.frames):
            heard.moved(count + 1, self.frames)
        if self.frames:
            heard.told(f"{self.value} has been made")
        return self.value


@dataclass(frozen=True)
class Raise:
    ours: bool

    def __call__(self, heard: Heard) -> Any:
        if self.ours:
            raise SourceError("input: not there")
        raise RuntimeError("what a pity")


@dataclass(frozen=True)
class Die:
    """Ends its process, so many times; counted in a folder, as processes remember nothing."""

    folder: Path
    times: int
    kind: str = "kill"
    output: Path | None = None
    """What it is about to write then."""

    def __call__(self, heard: Heard) -> Any:
        before = len(list(self.folder.glob("died*")))
        if before < self.times:
            if self.output is not None:
                staging_name(self.output).touch()
            (self.folder / f"died{before}").touch()
            sys.stderr.write(f"about to die for the time {before + 1}\n")
            sys.stderr.flush()
            if self.kind == "exit":
                os._exit(7)
            os.kill(os.getpid(), signal.SIGKILL)
        return "lives"


@dataclass(frozen=True)
class Hang:
    """Never ends the first time."""

    folder: Path

    def __call__(self, heard: Heard) -> Any:
        if not (self.folder / "hung").exists():
            (self.folder / "hung").touch()
            time.sleep(600)
        return "goes on"


@dataclass(frozen=True)
class Grow:
    """Takes more and more memory."""

    def __call__(self, heard: Heard) -> Any:
        taken = []
        while True:
            taken.append(bytearray(os.urandom(1 << 20) * 16))
            time.sleep(0.05)


class Owned:
    """Whose tasks they are: keeps all that comes of them."""

    def __init__(self, *after: Task) -> None:
        self.values: list[Any] = []
        self.failures: list[tuple[str, str, bool]] = []
        self.lines: list[str] = []
        self.counts: list[tuple[int, int | None]] = []
        self.workers: set[str] = set()
        self.over = False
        self._after = list(after)

    def follow(self, task: Task, ended: Ended) -> list[Task]:
        self.values.append(ended.value)
        after, self._after = self._after, []
        return after

    def fail(self, task: Task, line: str, log: str, *, fault: bool) -> None:
        self.failures.append((line, log, fault))
        self.over = True

    def tell(self, line: str) -> None:
        self.lines.append(line)

    def moved(self, task: Task, worker: str, frames: int, expected: int | None) -> None:
        self.workers.add(worker)
        self.counts.append((frames, expected))


def task(name: str, work: Any, **more: Any) -> Task:
    return Task(name, name, work, **{"rank": (0,), **more})
