"""What is said of what leaves while nobody is there."""

from __future__ import annotations

import pytest

from fastvbg.live_mode.controls.switches import Switches
from fastvbg.live_mode.running import status_line
from fastvbg.live_mode.session import presence
from tests.support.live import FakeCamera, Kept
from tests.support.sessions import eventually, running


@pytest.mark.parametrize("nobody", ["card", "blur"])
def test_what_leaves_while_nobody_is_there_is_said(monkeypatch, nobody: str) -> None:
    monkeypatch.setattr(presence, "_NOBODY_SECONDS", 0.0)
    monkeypatch.setattr("fastvbg.live_mode.making.making.Making.somebody", False)
    with running(FakeCamera(), Kept(), switches=Switches(nobody=nobody)) as (made, _):  # type: ignore[arg-type]
        said = "nobody is there: "
        assert eventually(lambda: made.figures()["doing"].startswith(said))
        assert made.figures()["shown"] == nobody
        figures = made.figures()
        assert figures["state"] == "live"
        assert status_line(figures).startswith(said)
        made.switch(nobody="keep")
        assert eventually(lambda: made.figures()["shown"] == made.figures()["doing"] == "live")
        made.set_state("black")
        assert eventually(lambda: made.figures()["shown"] == "black")
