"""A job in parts that is interrupted, and what one go makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fastvbg
from tests.support.farm import MOTION
from tests.support.numbered import make_numbered

FAST: dict[str, Any] = {**MOTION, "preset": "ultrafast", "threads": 1}
ARGUMENTS = ["-b", "navy", "--mask", "motion", "--preset", "ultrafast", "--threads", "1"]


class Job:
    """A clip, what one go makes of it, and the job that is interrupted."""

    def __init__(self, folder: Path) -> None:
        self.clip = make_numbered(folder / "in.mp4", sound="aac", g="25", bf="2")
        self.output, self.folder = folder / "out.mp4", folder
        self.parts = folder / ".out.mp4.parts"
        fastvbg.process(self.clip, folder / "once.mp4", segments=1, **FAST)
        self.wanted = (folder / "once.mp4").read_bytes()

    def go_on(self, **more: Any) -> Any:
        return fastvbg.process(self.clip, self.output, **{"segments": 1, **FAST, **more})

    def plan(self, **more: Any) -> fastvbg.Plan:
        return fastvbg.plan(self.clip, self.output, seconds=1, **{**FAST, **more})

    def some(self, *numbers: int) -> None:
        for number in numbers:
            fastvbg.render(self.plan(), number)

    def check(self) -> None:
        assert self.output.read_bytes() == self.wanted
        left = {path.name for path in self.folder.iterdir()}
        assert left == {"in.mp4", "once.mp4", "out.mp4"}


class StopError(Exception):
    """Stands for whatever ends a process."""
