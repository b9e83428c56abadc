"""Merging removes parts: not while another run is at work on them."""

from __future__ import annotations

from pathlib import Path

import pytest

import fastvbg
from fastvbg.errors import SinkError
from fastvbg.farm.parts.folder import Folder
from fastvbg.farm.parts.locking import locked
from tests.support.farm import MOTION
from tests.support.numbered import make_numbered


def test_parts_that_another_run_holds_are_not_taken_away(tmp_path: Path) -> None:
    clip, out = make_numbered(tmp_path / "in.mp4", g="25", bf="2"), tmp_path / "out.mp4"
    plan = fastvbg.plan(clip, out, seconds=1, preset="ultrafast", threads=1, **MOTION)
    for index in range(len(plan)):
        fastvbg.render(plan, index)
    parts = Folder(plan).path
    there = sorted(parts.glob("*.part"))
    assert there
    with locked(parts):
        with pytest.raises(
            SinkError, match=r"worked on by process .* remove .*lock, if it is gone"
        ):
            fastvbg.merge(plan)
        assert not out.exists()
        assert sorted(parts.glob("*.part")) == there
        fastvbg.merge(plan, keep_parts=True)
    whole = out.read_bytes()
    fastvbg.merge(plan, overwrite=True)
    assert out.read_bytes() == whole
    assert not parts.exists()
    with pytest.raises(SinkError, match="lacks 0"):
        fastvbg.merge(plan, overwrite=True)
