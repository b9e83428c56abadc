"""The person bench: all take part, work on the same frames, agree, and are timed in turns."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread

import av
import cv2
import numpy as np
import pytest
from tools import readme_tables

from fastvbg.cli import run_command_line
from fastvbg.errors import ModelError
from fastvbg.keyers.person.networks import Networks
from fastvbg.measure import person, personworker, usual
from fastvbg.measure.files import FileCost, write_costs
from fastvbg.measure.filesetup import FileSetup
from fastvbg.measure.fullhd import FullHD, store_full_hd
from fastvbg.measure.person import agree, run_person_bench
from fastvbg.measure.personlanes import TITLES
from fastvbg.measure.usual import MODELS, UsualCode, usual_code_for
from tests.support.asked import asked
from tests.support.people import (
    look_not_from_nearer,
    use_green_code,
    use_green_network,
    wall,
    with_person,
    write_clip,
)

ROOT = Path(__file__).parents[2]
SIZE = (180, 320)
FRAMES = 5


@pytest.fixture(scope="module")
def walk(tmp_path_factory) -> Path:
    frames = [with_person(wall(*SIZE), 90 + 9 * k, 90) for k in range(FRAMES + 2)]
    return write_clip(tmp_path_factory.mktemp("walk") / "walk.mp4", frames)


@pytest.fixture
def green(monkeypatch):
    """Programs as threads of this process, with a network made for tests; return its log."""
    use_green_network(monkeypatch)
    monkeypatch.setattr(personworker, "start_process", Thread)
    monkeypatch.setattr(person, "FRAMES", FRAMES)
    return use_green_code(monkeypatch)


@pytest.mark.long
def test_all_take_their_turns(green, walk, tmp_path, capfd) -> None:
    file = tmp_path / "person.json"
    arguments = ["bench", "person", str(walk), "--rounds", "2", "--json", str(file)]
    assert run_command_line(arguments) == 0
    content = json.loads(file.read_text())
    rows = {row["name"]: row for row in content["rows"]}
    assert list(rows) == list(TITLES)
    for row in rows.values():
        assert 0 < row["cpu"]["median"] <= 1.05 * row["wall"]["median"]
        assert row["runtime"] == "green"
    assert rows["usual square"]["looks"] == rows["network square"]["looks"] == 1
    assert rows["planes"]["looks"] > 1  # the first frame of each round is looked at three times
    for each in content["agreement"]:
        assert each["first"] == "planes"
        assert each["sure"] > 0.99
        assert each["iou"] > 0.9
    assert content["found"] == 1
    facts = content["conditions"]
    assert (facts["frames"], facts["rounds"], facts["size"]) == (FRAMES, 2, [1920, 1080])
    assert facts["cpu"]
    assert set(green) == {(256, 256), (144, 256)}
    table = capfd.readouterr().out
    for title in TITLES.values():
        assert title in table
    assert all(len(line) <= 100 for line in table.splitlines())


@pytest.mark.long
def test_every_second_frame_is_looked_at(green, walk, monkeypatch) -> None:
    look_not_from_nearer(monkeypatch)
    rows = {row.name: row for row in run_person_bench(walk, rounds=1, every=2).rows}
    # The first frame is looked at eleven times, and in eleven squares: who is there is small.
    looks = -(-FRAMES // 2) + 10 + 11
    assert rows["bgr"].looks == looks / FRAMES
    assert rows["usual landscape"].looks == 1


@pytest.mark.long
def test_what_does_not_run_is_left_out_and_named(green, walk, monkeypatch, capfd) -> None:
    opened = usual.open_model

    def fails(spec, runtime, **options):
        if "landscape" in spec:
            raise ModelError("model: it has a layer that is not known here")
        return opened(spec, runtime, **options)

    monkeypatch.setattr(usual, "open_model", fails)
    assert run_command_line(["bench", "person", str(walk), "--rounds", "1"]) == 0
    table = " ".join(capfd.readouterr().out.split())
    assert "Left out, usual code, landscape model: model: it has a layer" in table
    assert "the square model alone" in table
    assert "the landscape model alone" not in table
    assert usual_code_for(1920, 1080)._size == (256, 256)


def test_who_does_not_run_fastvbg_runs_nothing(green, walk, monkeypatch, capfd) -> None:
    def fails(self, spec):
        raise ModelError("model: it does not run here")

    monkeypatch.setattr(Networks, "_open", fails)
    assert run_command_line(["bench", "person", str(walk)]) == 2
    assert capfd.readouterr().err == "fastvbg: model: it does not run here\n"


def test_a_program_that_ends_is_one_line(green, walk, monkeypatch, capfd) -> None:
    monkeypatch.setattr(personworker, "serve", lambda pipe, *rest: pipe.close())
    assert run_command_line(["bench", "person", str(walk)]) == 2
    assert capfd.readouterr().err.count("\n") == 1


@pytest.mark.long
def test_nobody_and_disagreement_are_told(green, tmp_path, monkeypatch, capfd) -> None:
    clip = write_clip(tmp_path / "empty.mp4", [wall(*SIZE)] * 3)
    everything = lambda self, frame: np.ones(frame.shape[:2], np.float32)  # noqa: E731
    monkeypatch.setattr(UsualCode, "matte", everything)
    assert run_command_line(["bench", "person", str(clip), "--rounds", "1"]) == 0
    table = " ".join(capfd.readouterr().out.split())
    assert "found somebody in 0 % of the frames" in table
    assert "They disagree" in table


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.mp4"], "input: no such file: none.mp4"),
        (["--runtime", "cuda"], "runtime: got 'cuda'"),
        (["--every", "0"], "every: got 0"),
        ([str(Path(__file__))], "input: not a video"),
    ],
)
def test_errors_are_one_line(green, capfd, arguments, words) -> None:
    assert run_command_line(["bench", "person", *arguments]) == 2
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1
    assert words in lines[0]


def test_agreement_counts_what_both_are_sure_of() -> None:
    first = np.array([[0, 255, 255, 100], [20, 240, 128, 0]], np.uint8)[None]
    other = np.array([[0, 255, 0, 255], [25, 235, 0, 127]], np.uint8)[None]
    found = agree("a", "b", first, other)
    assert found.sure == pytest.approx(4 / 5)
    assert found.iou == pytest.approx(2 / 5)
    nobody = np.zeros((1, 2, 2), np.uint8)
    assert agree("a", "b", nobody, nobody).iou == 1


def test_the_usual_code_is_what_users_write(monkeypatch) -> None:
    use_green_code(monkeypatch)
    frame, bg = with_person(wall(), 150, 90), wall(seed=3)
    code = UsualCode(MODELS["square"])
    small = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (256, 256)).astype(np.float32) / 255
    matte = code.matte(frame)
    np.testing.assert_array_equal(code._net.input, small)
    assert matte.shape == frame.shape[:2]
    wanted = frame * matte[..., None] + bg * (1 - matte[..., None])
    result = code.composite(frame, bg)
    np.testing.assert_array_equal(result, wanted.astype(np.uint8))
    np.testing.assert_array_equal(result[0, 0], bg[0, 0])
    np.testing.assert_array_equal(result[110, 150], frame[110, 150])


def test_frames_of_full_hd_are_the_decoded_ones(tmp_path) -> None:
    frames = [with_person(wall(1080, 1920), 600 + 9 * k, 500, 200) for k in range(3)]
    clip = write_clip(tmp_path / "clip.mp4", frames)
    kept = FullHD(store_full_hd(clip, 2, tmp_path / "frames"))
    with av.open(str(clip)) as container:
        decoded = [frame.to_ndarray() for frame in container.decode(video=0)]
    for place in range(2):
        planes, bgr = kept.shown(place)
        flat = np.concatenate([plane.ravel() for plane in planes])
        np.testing.assert_array_equal(flat, decoded[place].ravel())
        assert np.abs(bgr.astype(int) - frames[place]).mean() < 4
    assert (tmp_path / "frames").stat().st_size == 2 * 1920 * 1080 * 3 // 2


def test_other_sizes_are_scaled_and_portraits_stay_upright(tmp_path) -> None:
    clip = write_clip(tmp_path / "tall.mp4", [wall(320, 180)] * 2)
    kept = store_full_hd(clip, 9, tmp_path / "frames")
    assert (kept.frames, kept.width, kept.height) == (2, 1080, 1920)
    assert FullHD(kept).shown(1).bgr.shape == (1920, 1080, 3)


def test_the_generated_scene_has_the_figure_in_it(tmp_path, monkeypatch) -> None:
    kept = FullHD(store_full_hd(None, 1, tmp_path / "frames"))
    bgr = kept.shown(0).bgr
    assert bgr.shape == (1080, 1920, 3)
    shirt = bgr[950:1050, 800:1000].reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(shirt, (125, 75, 60), atol=8)


@pytest.mark.long
def test_the_tool_fills_the_tables_of_the_page(green, walk, tmp_path, monkeypatch) -> None:
    page = tmp_path / "person.md"
    page.write_text((ROOT / "docs" / "person.md").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(readme_tables, "PERSON", page)
    figures, costs = tmp_path / "person.json", tmp_path / "costs.json"
    person.write_person(run_person_bench(walk, rounds=1), figures)
    setup = FileSetup(asked("person", preset="veryfast"))
    monkeypatch.setattr(FileSetup, "opened_runtime", lambda self: "green")
    measured = [FileCost(name, 10, 0.3, 0.5, 100.0) for name in setup.contenders]
    write_costs(measured, None, costs, setup)
    monkeypatch.setattr("sys.argv", ["tool", str(figures), str(costs)])
    readme_tables.main()
    text = page.read_text(encoding="utf-8")
    for title in TITLES.values():
        assert f"{title}" in text
    assert "walk.mp4, 5 frames" in text
    assert "| the usual loop in Python | 30.0 ± 0.0 | 50.0 | 100 | 1.00 |" in text
    assert "fastvbg's share of the floor's speed" in text


def test_with_the_real_models(real_models, monkeypatch, capfd) -> None:
    """In processes of their own."""
    monkeypatch.setenv("FASTVBG_MODELS", str(real_models))
    monkeypatch.setattr(person, "FRAMES", 3)
    figures = run_person_bench(rounds=1)
    assert figures.found == 1
    assert min(each.iou for each in figures.agreement) > 0.9
    assert figures.conditions["runtime"].startswith(("LiteRT", "OpenCV"))
