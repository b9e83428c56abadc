"""The file bench: every contender runs on a clip, and the floor follows from the codec alone."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from fastvbg.cli import run_command_line
from fastvbg.measure import fileworker
from fastvbg.measure.files import CONTENDERS, FileCost, floor_of, median_cost, write_clip
from fastvbg.pipeline.process import process
from tests.media import Clip, read_times


def test_every_contender_runs_on_a_clip(clip: Clip, tmp_path: Path, capfd) -> None:
    file = tmp_path / "costs.json"
    assert (
        run_command_line(["bench", "files", str(clip.path), "--rounds", "1", "--json", str(file)])
        == 0
    )
    table = capfd.readouterr().out
    assert all(len(line) <= 100 for line in table.splitlines())
    content = json.loads(file.read_text())
    costs = {cost["name"]: cost for cost in content["costs"]}
    assert list(costs) == list(CONTENDERS)
    frames = {name: cost["frames"] for name, cost in costs.items()}
    for name in ("decode", "encode", "fastvbg", "cv2"):
        assert frames[name] == clip.frames
    assert frames["libavfilter"] == clip.frames - 1  # tblend starts with the second frame
    assert frames["tutorial"] == clip.frames - 2
    assert all(cost["cpu_seconds"] > 0 for cost in costs.values())
    assert content["conditions"]["encoder"] == "libx264 ultrafast, crf 23"


def test_a_missing_clip_is_one_line(capfd) -> None:
    assert run_command_line(["bench", "files", "none.mp4"]) == 2
    assert capfd.readouterr().err == "fastvbg: input: no such file: none.mp4\n"


def test_the_floor_is_the_codecs_time_shared_by_all_cores(monkeypatch) -> None:
    monkeypatch.setattr("fastvbg.measure.files.usable_cpus", lambda: 4)
    decode = FileCost("decode", 10, 0.02, 0.05, None)
    encode = FileCost("encode", 10, 0.10, 0.15, None)
    assert floor_of([decode, encode]) == (20, 10)
    monkeypatch.setattr("fastvbg.measure.files.usable_cpus", lambda: 1)
    assert floor_of([decode, encode]) == (20, 20)


def test_medians_over_rounds_count() -> None:
    rounds = [
        FileCost("decode", 10, 0.01 * n, 0.02 * n, peak) for n, peak in ((1, 5), (9, 7), (3, 6))
    ]
    cost = median_cost(rounds)
    assert (cost.wall_seconds, cost.cpu_seconds, cost.peak_mib) == (0.03, 0.06, 7)
    assert cost.wall_spread_ms == pytest.approx(2)


def test_encoding_alone_encodes_as_a_run_does(clip: Clip, tmp_path: Path) -> None:
    """Decoded frames carry their kind; an encoder that obeys it does less work, key frames only."""
    process(clip.path, tmp_path / "run.mkv", background="navy", preset="ultrafast")
    fileworker.CONTENDERS["encode"](clip.path, tmp_path)()
    kinds = []
    for name in ("run.mkv", "encoded.mkv"):
        with av.open(str(tmp_path / name)) as container:
            kinds.append([packet.is_keyframe for packet in container.demux(video=0) if packet.size])
    assert kinds[0] == kinds[1]
    assert sum(kinds[0]) == 1


def test_the_generated_clip_is_full_hd(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", frames=2)
    assert len(read_times(tmp_path / "clip.mp4")) == 2
