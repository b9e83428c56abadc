"""Damaged inputs in parts: the frames of one run, each loss told of once, and nothing fails."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

import fastvbg
from fastvbg.errors import SinkError
from fastvbg.farm.batches.works import Join
from fastvbg.farm.parts import merging, rendering
from fastvbg.farm.workers.tasks import Heard
from fastvbg.source import decoding as decoding_module
from tests.support.farm import LOSSLESS, held
from tests.support.numbered import make_numbered


def damaged(folder: Path, seed: int, suffix: str = ".mp4", codec: str = "libx264") -> Path:
    """A clip in which some bytes are others."""
    content = bytearray(make_numbered(folder / f"c{suffix}", codec, g="20", bf="2").read_bytes())
    drawn = random.Random(seed)  # noqa: S311  (no secret)
    for _ in range(drawn.choice([1, 3, 10])):
        at = drawn.randrange(len(content) // 20, len(content) * 9 // 10)
        for place in range(at, min(len(content), at + drawn.choice([1, 8, 100, 400]))):
            content[place] = drawn.randrange(256)
    path = folder / f"bad{suffix}"
    path.write_bytes(content)
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_numbered(tmp_path / "c.mp4", g="20", bf="2")


@pytest.mark.parametrize("seed", [5, 8, 9, 19, 22])
def test_frames_and_losses_are_those_of_one_run(tmp_path: Path, seed: int) -> None:
    bad = damaged(tmp_path, seed)
    plain = fastvbg.process(bad, tmp_path / "a.mkv", **LOSSLESS)
    parts = fastvbg.process(bad, tmp_path / "b.mkv", segments=1, **LOSSLESS)
    assert plain.lost > 0
    assert (plain.frames, plain.lost, plain.warnings) == (parts.frames, parts.lost, parts.warnings)
    assert held(tmp_path / "a.mkv") == held(tmp_path / "b.mkv")


@pytest.mark.parametrize(("suffix", "codec", "seed"), [(".ts", "libx264", 5), (".mp4", "mpeg4", 4)])
def test_frames_that_a_decoder_leaves_out_without_a_word_are_told(
    tmp_path: Path, suffix: str, codec: str, seed: int
) -> None:
    bad = damaged(tmp_path, seed, suffix, codec)
    plain = fastvbg.process(bad, tmp_path / "a.mkv", **LOSSLESS)
    parts = fastvbg.process(bad, tmp_path / "b.mkv", segments=1, **LOSSLESS)
    assert plain.lost == parts.lost == 0
    assert "of the frames that it lists could not be decoded" in parts.warnings[0]
    assert held(tmp_path / "a.mkv") == held(tmp_path / "b.mkv")


def test_a_part_of_which_nothing_can_be_decoded(clip: Path, tmp_path: Path) -> None:
    content = bytearray(clip.read_bytes())
    begin = content.index(b"mdat") + 4
    third = (content.index(b"moov") - begin) // 3
    content[begin + third : begin + 2 * third] = bytes(third)
    clip.write_bytes(content)
    plain = fastvbg.process(clip, tmp_path / "a.mkv", **LOSSLESS)
    parts = fastvbg.process(clip, tmp_path / "b.mkv", segments=0.5, **LOSSLESS)
    assert (plain.frames, plain.lost, plain.warnings) == (parts.frames, parts.lost, parts.warnings)
    assert held(tmp_path / "a.mkv").times == held(tmp_path / "b.mkv").times


def test_a_read_that_failed_once_is_done_again(clip: Path, tmp_path: Path, monkeypatch) -> None:
    plan = fastvbg.plan(clip, tmp_path / "b.mkv", seconds=1, **LOSSLESS)
    fails = [plan.borders[1].first + 512 * 5]
    decoded = decoding_module.Decoding._decoded

    def flaky(decoding: Any, packet: Any) -> Any:
        if packet is not None and packet.pts in fails:
            fails.remove(packet.pts)
            decoding._damaged.append(packet.pts)
            return None
        return decoded(decoding, packet)

    monkeypatch.setattr(decoding_module.Decoding, "_decoded", flaky)
    part = fastvbg.render(plan, 1)
    assert fails == []
    assert (part.frames, part.lost, part.missing) == (plan.borders[1].frames, 0, 0)


def test_what_is_damaged_is_decoded_twice_and_no_more(tmp_path: Path, monkeypatch) -> None:
    plan = fastvbg.plan(damaged(tmp_path, 8), tmp_path / "b.mkv", seconds=1, **LOSSLESS)
    made: list[Any] = []
    through = rendering.work_through
    monkeypatch.setattr(rendering, "work_through", lambda *a: made.append(a) or through(*a))
    times = []
    for number in range(len(plan)):
        part = fastvbg.render(plan, number)
        times.append((len(made), bool(part.missing)))
        made.clear()
    assert set(times) == {(1, False), (2, True)}


def unfit(*_given: Any) -> Any:
    raise merging.ApartError("two frames of them have one time")


def test_parts_that_do_not_fit_become_one_piece(clip: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(merging, "decoding_times", unfit)
    told: list[str] = []
    fastvbg.process(clip, tmp_path / "b.mkv", segments=1, tell=told.append, **LOSSLESS)
    assert told == [
        "in one piece, since the parts do not fit together: two frames of them have one time"
    ]
    fastvbg.process(clip, tmp_path / "a.mkv", **LOSSLESS)
    assert held(tmp_path / "a.mkv") == held(tmp_path / "b.mkv")
    assert list(tmp_path.glob(".*")) == []


def test_so_they_do_in_a_batch(clip: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(merging, "decoding_times", unfit)
    told: list[str] = []

    class Hearing(Heard):
        def told(self, line: str) -> None:
            told.append(line)

    plan = fastvbg.plan(clip, tmp_path / "b.mkv", seconds=1, **LOSSLESS)
    for number in range(len(plan)):
        fastvbg.render(plan, number)
    with pytest.raises(SinkError, match="two frames of them have one time"):
        fastvbg.merge(plan)
    result = Join(plan, overwrite=False)(Hearing())
    assert result.frames == 100
    assert told[0].startswith("in one piece, since the parts do not fit together")
