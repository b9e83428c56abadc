"""What is shown of a run while it goes on, and to whom."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from fastvbg.cli import progress
from fastvbg.cli.progress import ProgressLine, is_in_front

pytestmark = pytest.mark.skipif(not hasattr(os, "tcgetpgrp"), reason="no jobs of terminals")


@pytest.mark.parametrize(("terminal", "in_front", "told"), [(1, 0, 0), (0, 0, 1), (0, 1, 1)])
def test_a_job_in_the_background_says_nothing_on_its_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys, terminal: int, in_front: int, told: int
) -> None:
    monkeypatch.setattr(progress, "is_terminal", lambda: bool(terminal))
    monkeypatch.setattr(progress, "is_in_front", lambda: bool(in_front))
    monkeypatch.setattr(progress, "_LINE_SECONDS", 0.0)
    monkeypatch.setattr(progress, "make_bar", lambda *_: pytest.fail("a bar"))
    with ProgressLine(quiet=False) as line:
        line(3, 9)
    assert ("3 of 9 frames" in capsys.readouterr().err) == bool(told)


def test_who_has_the_terminal_is_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(fileno=lambda: 2))
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp())
    assert is_in_front()
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)
    assert not is_in_front()

    def another(_: int) -> int:
        raise OSError

    monkeypatch.setattr(os, "tcgetpgrp", another)
    assert is_in_front()
