"""The quality bench: its measures on arrays worked out by hand, and a short run of it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from bench.quality import __main__ as command
from bench.quality import peers
from bench.quality.contenders import CONTENDERS
from bench.quality.people import stills
from bench.quality.report import draw_sheet, print_record
from bench.quality.run import run
from bench.quality.scenelist import SCENES
from bench.quality.scenes import generated, grays
from bench.quality.scores import LabelScore, MatteScore, StillScore
from bench.quality.timing import forth_and_back
from tools import readme_tables

import fastvbg
from fastvbg.scenes.speaker import Scene

SMALL = Scene(width=96, height=54, frames=24)


def u8(rows: list[list[int]]) -> np.ndarray:
    return np.array(rows, np.uint8)


def test_f_counts_shadows_as_background_and_leaves_out_what_is_not_scored() -> None:
    score = LabelScore(np.array([[True, True, True, True], [True, True, True, False]]))
    truth = u8([[255, 255, 255, 50], [0, 85, 170, 0]])
    said = u8([[255, 128, 127, 255], [0, 255, 255, 255]])
    score.add(said, truth)
    # Right: 2; wrong: the shadow; missed: 127. The rest is not scored.
    assert score.result() == pytest.approx({"F": 2 / 3, "precision": 2 / 3, "recall": 2 / 3})
    score.add(u8([[0] * 4] * 2), u8([[255, 0, 0, 0], [0, 0, 0, 255]]))
    assert score.result() == pytest.approx({"F": 4 / 7, "precision": 2 / 3, "recall": 1 / 2})


def test_nothing_said_and_nothing_there_scores_without_a_division_by_zero() -> None:
    score = LabelScore(np.ones((2, 2), bool))
    score.add(u8([[0, 0], [0, 0]]), u8([[255, 0], [0, 0]]))
    assert score.result() == {"F": 0, "precision": 0, "recall": 0}
    matte = MatteScore()
    matte.add(u8([[0, 0]]), u8([[0, 0]]))
    assert matte.result() == {"IoU": 1, "MAE": 0, "dtSSD": 0}


def test_iou_mae_and_dtssd_by_hand() -> None:
    score = MatteScore()
    score.add(u8([[255, 255], [127, 0]]), u8([[255, 0], [255, 0]]))
    # In both: 1, in either: 3. Errors: 0, 1, -128/255, 0.
    first = (1 + 128 / 255) / 4
    assert score.result() == pytest.approx({"IoU": 1 / 3, "MAE": first, "dtSSD": 0})
    score.add(u8([[255, 0], [255, 51]]), u8([[255, 0], [255, 0]]))
    # In both: 1 + 2 of 3 + 2. Errors change by 0, -1, 128/255, 51/255.
    flicker = np.sqrt((1 + (128 / 255) ** 2 + 0.2**2) / 4)
    wanted = {"IoU": 3 / 5, "MAE": (first + 0.2 / 4) / 2, "dtSSD": flicker}
    assert score.result() == pytest.approx(wanted)
    score.add(u8([[255, 0], [255, 51]]), u8([[255, 0], [255, 0]]))
    assert score.result()["dtSSD"] == pytest.approx(flicker / 2), "a still error does not flicker"


def test_stills_by_hand() -> None:
    score = StillScore()
    truth = np.zeros((60, 60), np.uint8)
    truth[:, :30] = 255
    said = truth.copy()
    said[:, 30:33] = 255
    score.add(said, truth)
    # The edge is two columns wide, and 10 more each way are near it: 22, of which 3 are wrong.
    first = {"IoU": 30 / 33, "MAE": 3 / 60, "edge": 3 / 22, "worst": 30 / 33}
    assert score.result() == pytest.approx(first)
    score.add(truth, truth)
    assert score.result()["IoU"] == pytest.approx((30 / 33 + 1) / 2)
    assert score.result()["worst"] == pytest.approx(30 / 33)


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """Two figures before rooms, laid out as the clips are."""
    rng = np.random.default_rng(3)
    for name in ("00", "01"):
        folder = tmp_path / "people/plate_pairs" / name
        folder.mkdir(parents=True)
        alpha = np.zeros((90, 160), np.uint8)
        cv2.circle(alpha, (80, 50), 30, 255, -1)
        alpha = cv2.GaussianBlur(alpha, (9, 9), 2)
        room = cv2.GaussianBlur(rng.integers(0, 90, (90, 160, 3), np.uint8), (5, 5), 1)
        figure = np.full_like(room, (200, 180, 220))
        share = alpha[..., None] / 255
        pictures = {
            "alpha.png": alpha,
            "foreground.jpg": figure,
            "plate_fixed.jpg": room,
            "plate_moved.jpg": np.roll(room, 3, 1),
            "composite.jpg": (share * figure + (1 - share) * room).astype(np.uint8),
        }
        for file, picture in pictures.items():
            cv2.imwrite(str(folder / file), picture, [cv2.IMWRITE_JPEG_QUALITY, 100])
    return tmp_path


def test_composites_are_scored_in_every_way(rooms: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("FASTVBG_MODELS", str(rooms))
    file = rooms / "quality.json"
    given = ["--clips", str(rooms), "--scene", "rooms", "composites", "--keyer", "plate", "motion"]
    assert command.main([*given, "--json", str(file), "--no-times"]) == 0
    content = json.loads(file.read_text())
    assert content["scenes"]["composites"]["scored frames"] == 2
    assert content["scenes"]["rooms"]["scored frames"] == 2
    rows = {(row["scene"], row["contender"]): row for row in content["rows"]}
    alone = rows["rooms", "plate"]["scores"]
    assert alone["IoU"] > 0.9
    assert alone["worst"] <= alone["IoU"]
    assert rows["rooms", "motion"]["scores"]["IoU"] == 0, "a single picture does not move"
    plate, truth = (rows["composites", name]["scores"] for name in ("plate", "truth"))
    assert 0 < plate["error"] < plate["soft band"] < 30
    assert 0 < truth["error"] < truth["soft band"]
    for name in ("person", "network"):
        assert "fastvbg models fetch" in rows["composites", name]["why"]
    told = capsys.readouterr().out
    assert "soft band" in told
    assert all(len(line) <= 100 for line in told.splitlines())


def test_stills_go_by_their_names_and_sizes(tmp_path: Path) -> None:
    for folder in ("in", "truth"):
        (tmp_path / folder).mkdir()
    for name, size in (("b", (40, 30)), ("a", (64, 48)), ("none", (8, 8))):
        cv2.imwrite(
            str(tmp_path / "in" / f"{name}.jpg"), np.full((size[1], size[0], 3), 99, np.uint8)
        )
    cv2.imwrite(str(tmp_path / "truth/a.png"), np.full((24, 32), 255, np.uint8))
    cv2.imwrite(str(tmp_path / "truth/b.png"), np.zeros((30, 40), np.uint8))
    clip = stills("in", "truth")("faces", tmp_path, tmp_path)
    assert [truth.shape for truth in clip.truths.values()] == [(48, 64), (30, 40)]
    assert [frame.shape[:2] for frame in clip.frames()] == [(48, 64), (30, 40)]
    assert isinstance(clip.score(), StillScore)


@pytest.mark.parametrize("score", [MatteScore(), LabelScore(np.ones((2, 2), bool))])
def test_a_matte_of_another_size_is_refused(score: MatteScore | LabelScore) -> None:
    with pytest.raises(ValueError, match="wanted the truth's"):
        score.add(u8([[0]]), u8([[0, 0], [0, 0]]))


def test_peers_mark_what_they_should() -> None:
    plate = np.full((20, 20, 3), 90, np.uint8)
    frame = plate.copy()
    frame[4:16, 4:16, 0] = 111
    frame[8:10, 8:10] = 90  # a hole
    frame[0, 19] = 255  # a speck
    raw = peers.difference(plate)(frame)
    assert raw[0, 19] == 255
    assert raw[8, 8] == 0
    clean = peers.cleaned(raw)
    assert clean[0, 19] == 0
    assert clean[8, 8] == 255
    frame[4:16, 4:16, 0] = 110
    assert not peers.difference(plate)(frame)[12, 12], "20 steps are not above 20"


def test_ffmpegs_filters_key() -> None:
    if "chromakey" not in peers.filters():
        pytest.skip("FFmpeg's libraries here have no chromakey")
    frame = np.full((36, 64, 3), (64, 145, 63), np.uint8)
    frame[8:28, 16:48] = (90, 110, 200)
    matte = peers.Filter("chromakey", peers.CHROMAKEY, 64, 36)(peers.as_yuva(frame)).to_ndarray()
    assert matte.shape == (36, 64)
    assert matte[18, 32] == 255
    assert matte[2, 2] == 0


def test_frames_are_played_forth_and_back() -> None:
    assert [forth_and_back(3, turn) for turn in range(7)] == [0, 1, 2, 1, 0, 1, 2]
    assert [forth_and_back(1, turn) for turn in range(3)] == [0, 0, 0]


def test_the_generated_scene_begins_where_the_figure_comes_in(tmp_path: Path) -> None:
    clip = generated("generated", tmp_path, SMALL)
    assert min(clip.truths) >= SMALL.empty * SMALL.rate
    assert max(clip.truths) == SMALL.frames - 1
    assert len(list(clip.frames())) == SMALL.frames
    empty = next(clip.frames()).astype(int)
    plate = cv2.imread(str(clip.plate))
    assert np.abs(empty - plate).mean() < 6


def test_a_run_scores_times_and_draws(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("bench.quality.timing.TURNS", (1, 2))
    names = ("tutorial", "motion", "plate", "difference")
    record = run(
        lambda scratch: iter([generated("generated", scratch, SMALL)]),
        {name: CONTENDERS[name] for name in names},
        draw=lambda clip, pictures: draw_sheet(clip, pictures, tmp_path),
    )
    rows = {row.contender: row for row in record.rows}
    assert tuple(rows) == names
    assert all(set(row.scores or {}) == {"IoU", "MAE", "dtSSD"} for row in record.rows)
    assert all(set(row.ms) == {"scene", "1080p"} for row in record.rows)
    assert all(t.median_ms > 0 for row in record.rows for t in row.ms.values())
    assert rows["plate"].scores["IoU"] > rows["motion"].scores["IoU"]
    assert (tmp_path / "generated.png").stat().st_size > 1000
    print_record(record)
    table = capsys.readouterr().out
    assert all(len(line) <= 100 for line in table.splitlines())
    assert "the tutorial" in table


def test_what_the_file_pipeline_gives_is_what_is_scored(tmp_path: Path) -> None:
    clip = generated("generated", tmp_path, SMALL)
    record = run(lambda _: iter([clip]), {"motion": CONTENDERS["motion"]}, timed=False)
    fastvbg.matte(clip.input, tmp_path / "matte.mkv")
    score = MatteScore()
    for place, matte in enumerate(grays(tmp_path / "matte.mkv")):
        if place in clip.truths:
            score.add(matte, clip.truths[place])
    assert record.rows[0].scores == score.result()


def test_the_command_leaves_out_scenes_without_clips_and_says_so(
    tmp_path: Path, capsys, monkeypatch
) -> None:
    monkeypatch.setitem(
        SCENES,
        "generated",
        SCENES["generated"]._replace(make=lambda name, _, scratch: generated(name, scratch, SMALL)),
    )
    file = tmp_path / "quality.json"
    given = ["--clips", str(tmp_path), "--keyer", "motion", "chroma", "--json", str(file)]
    assert command.main([*given, "--no-times"]) == 0
    said = capsys.readouterr()
    assert said.err == (
        f"quality: left out for want of clips (not in {tmp_path}): "
        "highway, traffic, talk_plate, talk_green, portraits, photographs, jogger, rooms, runner, "
        "composites\n"
    )
    content = json.loads(file.read_text())
    assert set(content) == {"conditions", "scenes", "rows"}
    assert content["conditions"]["cpu"]
    assert list(content["scenes"]) == ["generated"]
    motion, chroma = content["rows"]
    assert (motion["contender"], motion["title"], motion["ours"]) == ("motion", "motion", True)
    assert 0 < motion["scores"]["IoU"] <= 1
    assert chroma["scores"] is None
    assert "screen" in chroma["why"]
    told = " ".join(said.out.split())
    assert chroma["why"] in told, "a row that could not run says why"


def test_the_readmes_table_has_every_row_and_dashes_where_nothing_was_scored() -> None:
    def row(scene: str, name: str, scores: dict | None, ms: float | None, ours: bool) -> dict:
        timing = {} if ms is None else {"1080p": {"median_ms": ms}}
        return {
            "scene": scene,
            "contender": name,
            "title": name,
            "ours": ours,
            "scores": scores,
            "ms": timing,
        }

    mattes = {"IoU": 0.91234, "MAE": 0.01234, "dtSSD": 0.05}
    record = {
        "conditions": {
            "cpu": "a CPU",
            "vector features": ["AVX2"],
            "numba": "1",
            "opencv-python": "2",
            "av": "3",
            "date": "2026-01-02T03:04",
            "commit": "abc",
        },
        "scenes": {},
        "rows": [
            row("highway", "plate", {"F": 0.9}, 2.0, True),
            row("talk_plate", "plate", mattes, 4.0, True),
            row("highway", "loser", {"F": 0.1}, 50.0, False),
            row("talk_green", "loser", None, None, False),
        ],
    }
    lines = readme_tables.quality_table(record).splitlines()
    assert lines[2] == "| **plate** | 0.900 | - | 0.912 / 0.0500 | - | - | 3 |"
    assert lines[3] == "| loser | 0.100 | - | - | - | - | 50 |"
    assert "a CPU, AVX2" in lines[-1]


@pytest.mark.clips
def test_peers_score_as_is_known_of_them(clips: Path) -> None:
    record = run(
        lambda scratch: iter([SCENES["traffic"].make("traffic", clips, scratch)]),
        {name: CONTENDERS[name] for name in ("cv2-mog2", "cv2-knn-clean")},
        timed=False,
    )
    scores = [row.scores["F"] for row in record.rows]
    assert scores == pytest.approx([0.630, 0.730], abs=0.02)


def test_people_are_left_out_without_their_models(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("FASTVBG_MODELS", str(tmp_path))
    for name in ("person", "person-4", "network"):
        assert "fastvbg models fetch" in (CONTENDERS[name].missing() or "")


def test_people_are_scored_with_their_models(tmp_path: Path, monkeypatch, real_models) -> None:
    monkeypatch.setenv("FASTVBG_MODELS", str(real_models))
    clip = generated("generated", tmp_path, SMALL)
    names = ("person", "network")
    record = run(lambda _: iter([clip]), {name: CONTENDERS[name] for name in names}, timed=False)
    for row in record.rows:
        assert row.why is None
        assert row.scores["IoU"] > 0.7
