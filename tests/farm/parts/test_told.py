"""Damage is told of as in one run."""

from __future__ import annotations

from pathlib import Path

import fastvbg
from tests.support.jobs import FAST
from tests.support.numbered import make_numbered


def test_damage_is_told_as_in_one_run(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "c.mp4", g="25", bf="0", preset="ultrafast")
    content = bytearray(clip.read_bytes())
    content[len(content) * 4 // 10 : len(content) * 4 // 10 + 9000] = bytes(9000)
    clip.write_bytes(bytes(content))
    plain = fastvbg.process(clip, tmp_path / "a.mkv", **FAST)
    parts = fastvbg.process(clip, tmp_path / "b.mkv", segments=1, **FAST)
    assert plain.lost > 0
    assert parts.lost > 0
    assert abs(parts.frames - plain.frames) <= plain.lost


def test_a_file_that_ends_early_is_told_as_in_one_run(tmp_path: Path) -> None:
    muxer = {"movflags": "faststart"}
    clip = make_numbered(tmp_path / "c.mp4", g="25", bf="0", preset="ultrafast", muxer=muxer)
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 6 // 10])
    plain = fastvbg.process(clip, tmp_path / "a.mkv", **FAST)
    parts = fastvbg.process(clip, tmp_path / "b.mkv", segments=1, **FAST)
    assert (plain.frames, plain.lost) == (parts.frames, parts.lost)
    assert any("ends early" in line for line in parts.warnings)
