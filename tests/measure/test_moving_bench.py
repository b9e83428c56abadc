"""The bench of portraits that move before rooms: its takes, its scores, its command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from bench.quality import composites, scores
from bench.quality.moving import __main__ as command
from bench.quality.moving import material, run, takes
from bench.quality.moving.cameras import CAMERAS, UNIT_WIDTH, homography, wander
from bench.quality.moving.lights import LIGHTS
from bench.quality.moving.plot import Panel, draw_over_time
from bench.quality.moving.takes import NOISE, Take
from tools import moving_tables

from tests.support.people import disc, use_green_network, wall

SMALL = (192, 108)
FIGURE = (90, 210, 90)  # so green that the network of the tests finds it, in more light, too


def taken(camera: str = "still", light: str = "even", **changed) -> Take:
    """A green figure on black, before a wall, in small frames."""
    figure = np.zeros((90, 80, 3), np.uint8)
    figure[:] = FIGURE
    alpha = cv2.GaussianBlur(disc((90, 80), 40, 50, 30), (9, 9), 2)
    given = Take(figure, alpha, wall(160, 300), 3, camera, light, SMALL, 30)
    return replace(given, **changed)


def test_takes_are_the_same_each_time_and_of_their_size() -> None:
    first, again = list(taken("shake").shots()), list(taken("shake").shots())
    assert len(first) == 30
    for one, two in zip(first, again, strict=True):
        assert one.frame.shape == (108, 192, 3)
        assert one.truth.shape == (108, 192)
        assert [plane.shape for plane in one.planes] == [(108, 192), (54, 96), (54, 96)]
        assert one.frame.dtype == one.truth.dtype == one.planes[1].dtype == np.uint8
        np.testing.assert_array_equal(one.frame, two.frame)
        np.testing.assert_array_equal(one.truth, two.truth)
    other = next(taken("shake", number=4).shots())
    assert (other.frame != first[0].frame).any()


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("light", LIGHTS)
def test_the_truth_goes_with_the_frame(camera: str, light: str) -> None:
    take = taken(camera, light)
    for place, shot in enumerate(take.shots()):
        gains = LIGHTS[light].gains(place)
        for where, wanted in (
            (shot.truth == 0, take.behind(place) * gains),
            (shot.truth == 255, np.full((*shot.truth.shape, 3), FIGURE) * gains),
        ):
            off = (shot.frame - np.clip(wanted, 0, 255))[where]
            assert len(off) > 300, f"frame {place}"
            assert abs(off.mean()) < 0.3
            assert np.abs(off).max() < 6 * NOISE
            assert off.std() == pytest.approx(NOISE, abs=0.3)
        soft = scores.soft_band(shot.truth)
        assert 0.005 < soft.mean() < 0.2


def test_a_camera_that_stands_sees_the_middle_of_the_room() -> None:
    wide = wall(184, 268)  # as large as a room is that has a fifth of the width on each side
    seen = taken(room=wide).behind(7)
    np.testing.assert_array_equal(seen, wide[38:146, 38:230])


def test_a_camera_sees_the_room_move_as_it_is_said_to() -> None:
    for number in range(4):
        take = taken("nudge", number=number)
        # Near the middle: further out a camera that turns stretches things.
        middle = slice(24, 84), slice(56, 136)
        before, after = (cv2.cvtColor(take.behind(k)[middle], cv2.COLOR_BGR2GRAY) for k in (0, 29))
        found = np.eye(2, 3, dtype=np.float32)
        _, found = cv2.findTransformECC(before, after, found, cv2.MOTION_EUCLIDEAN)
        shift = found @ (40, 30, 1) - (40, 30)
        scale = SMALL[0] / UNIT_WIDTH
        assert np.abs(shift) == pytest.approx([14 * scale, 5 * scale], abs=0.1)
        assert found[1, 0] == pytest.approx(0.004, abs=0.001)


def test_a_homography_moves_the_middle_by_what_it_is_given() -> None:
    matrix = homography(np.array([30.0, -12.0, 0.2]), (960, 540))
    x, y, w = matrix @ (0, 0, 1)
    assert (x / w, y / w) == pytest.approx((510, 258), abs=0.1)
    still = homography(np.zeros(3), (960, 540))
    np.testing.assert_allclose(still, [[1, 0, 480], [0, 1, 270], [0, 0, 1]], atol=1e-9)


def test_a_hand_wanders_by_what_it_is_said_to() -> None:
    path = wander(np.random.default_rng(1), 60, 4, 3.0)
    assert path.shape == (60,)
    assert path.std() == pytest.approx(3)
    assert np.abs(np.diff(path)).max() < 6, "smoothly"


def test_who_is_turned_after_stays_in_the_picture() -> None:
    truths = [shot.truth for shot in taken("turn", frames=60).shots()]
    middles = [np.nonzero(truth)[1].mean() for truth in (truths[0], truths[30], truths[-1])]
    sway = 90 * SMALL[0] / UNIT_WIDTH
    assert all(abs(middle - SMALL[0] / 2) < sway + 3 for middle in middles)


def test_light_changes_as_it_is_said_to() -> None:
    def gains(light: str, place: int) -> list[float]:
        return LIGHTS[light].gains(place).tolist()

    for place in (0, 40):
        assert gains("even", place) == [1, 1, 1]
    assert gains("step", 26) == [1, 1, 1]
    assert gains("step", 30) == pytest.approx([0.7] * 3)
    assert gains("drift", 60) == pytest.approx([0.65] * 3)
    assert gains("flicker", 0) + gains("flicker", 1) == pytest.approx([1.1] * 3 + [0.9] * 3)
    blue, green, red = gains("balance", 24)
    assert green == 1
    assert blue + red == pytest.approx(2)
    assert max(abs(gains("hunt", k)[0] - 1) for k in range(60)) == pytest.approx(0.15, abs=0.002)


def test_the_soft_band_and_its_error_by_hand() -> None:
    truth = np.zeros((9, 12), np.uint8)
    truth[:, 6:] = 255
    truth[4, 5] = 128
    band = scores.soft_band(truth)
    wanted = np.zeros((9, 12), bool)
    wanted[2:7, 3:8] = True
    np.testing.assert_array_equal(band, wanted)
    assert scores.band_error(truth, truth) == 0
    matte = truth.copy()
    matte[4, 5] = 77
    matte[0, 0] = 255  # not in the band
    assert scores.band_error(matte, truth) == pytest.approx(51 / 255 / 25)
    sure = np.where(truth > 200, np.uint8(255), np.uint8(0))
    assert scores.band_error(matte, sure) == 0, "nothing is soft"
    with pytest.raises(ValueError, match="wanted the truth's"):
        scores.band_error(matte[1:], truth)


def test_composites_go_by_the_same_band() -> None:
    alpha = np.zeros((9, 12), np.uint8)
    alpha[4, 5] = 128
    wanted = np.zeros((9, 12, 3))
    made = wanted.copy()
    made[scores.soft_band(alpha)] = 9
    assert composites.errors(made, wanted, alpha)[1] == 9


class Perfect:
    """A keyer that knows the truths."""

    runtime = "none"

    def __init__(self, truths: list[np.ndarray]) -> None:
        self._truths = iter(truths)

    def key_planes(self, planes):
        return next(self._truths)


def test_a_perfect_matte_has_no_error(monkeypatch) -> None:
    take = taken("shake")
    truths = [shot.truth for shot in take.shots()]
    monkeypatch.setattr(run, "PersonKeyer", lambda room: Perfect(truths))
    for watched in run.watch(take).values():
        assert watched.scores == {"band": 0, "IoU": 1, "MAE": 0, "dtSSD": 0}
        assert watched.over_time == [0] * 30
    wrong = [255 - truth for truth in truths]
    monkeypatch.setattr(run, "PersonKeyer", lambda room: Perfect(wrong))
    watched = run.watch(take)["off"]
    assert watched.scores["IoU"] < 0.05
    assert watched.scores["band"] > 0.4
    # What comes before is in the curve, not in the scores.
    early = [*wrong[: run.FIRST_SCORED], *truths[run.FIRST_SCORED :]]
    monkeypatch.setattr(run, "PersonKeyer", lambda room: Perfect(early))
    watched = run.watch(take)["off"]
    assert watched.scores["band"] == watched.scores["dtSSD"] == 0
    assert min(watched.over_time[: run.FIRST_SCORED]) > 0.4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two portraits and two rooms, laid out as the clips are."""
    for kind in (material.PORTRAITS, material.ALPHAS, "people/backgrounds"):
        (tmp_path / kind).mkdir(parents=True)
    take = taken()
    for name in ("a", "b"):
        cv2.imwrite(str(tmp_path / material.PORTRAITS / f"{name}.png"), take.portrait)
        cv2.imwrite(str(tmp_path / material.ALPHAS / f"{name}.png"), take.alpha)
    cv2.imwrite(str(tmp_path / material.PORTRAITS / "without.png"), take.portrait)
    for seed in (1, 2):
        path = tmp_path / "people/backgrounds" / f"{seed}.jpg"
        cv2.imwrite(str(path), wall(160, 300, seed))
    return tmp_path


def test_takes_of_one_number_are_alike_for_all_cameras(folder: Path) -> None:
    made = material.Material(folder)
    one, two = made.take(1, "still", "even"), made.take(1, "shake", "hunt")
    np.testing.assert_array_equal(one.room, two.room)
    np.testing.assert_array_equal(one.portrait, two.portrait)
    rooms = [made.take(number, "still", "even").room for number in range(4)]
    assert (rooms[0] != rooms[1]).any()
    assert (rooms[0] != rooms[2]).any(), "the same portrait before another room"


@pytest.fixture
def small(monkeypatch) -> None:
    """Short takes in frames just large enough for the room to be remembered, keyed by a colour."""
    use_green_network(monkeypatch)
    monkeypatch.setattr(command.CONTENDERS["person"].__class__, "missing", lambda _self: None)
    monkeypatch.setattr(run, "FRAMES", 24)
    monkeypatch.setattr(run, "SIZE", (480, 270))
    monkeypatch.setattr(run, "_SHOWN", (20, 23))
    whole = material.Take
    monkeypatch.setattr(
        material, "Take", lambda *given, **named: whole(*given, **named, size=(480, 270), frames=24)
    )


def test_the_command_measures_writes_and_draws(folder: Path, small, capsys) -> None:
    file, drawn = folder / "moving.json", folder / "pictures/of"
    given = ["--clips", str(folder), "--camera", "still", "turn", "--light", "hunt"]
    given += ["--portraits", "2", "--json", str(file), "--pictures", str(drawn)]
    assert command.main(given) == 0
    content = json.loads(file.read_text())
    assert content["conditions"]["cpu"]
    assert content["takes"] == {"count": 2, "size": [480, 270], "frames": 24, "first scored": 20}
    named = [(row["camera"], row["light"], row["room"]) for row in content["moving"]]
    assert named == [(camera, "hunt", room) for camera in ("still", "turn") for room in run.ROOMS]
    # What is not followed is worth less.
    bands = [row["scores"]["band"] for row in content["moving"][:2]]
    assert bands[0] < bands[1]
    for row in content["moving"]:
        assert row["scores"]["IoU"] > 0.8
        assert len(row["over_time"]) == 24
        assert row["scores"]["band"] == pytest.approx(np.mean(row["over_time"][20:]))
        assert row["scores"]["band"] == pytest.approx(np.mean([t["band"] for t in row["takes"]]))
    names = {path.name for path in drawn.iterdir()}
    assert names == {"over_time.png", "moving-still-hunt.png", "moving-turn-hunt.png"}
    told = capsys.readouterr().out
    assert all(len(line) <= 100 for line in told.splitlines())
    assert "dtSSD" in told
    assert "2 portraits, 480x270" in told


def test_scenes_that_are_taken() -> None:
    usual = command.scenes_for(None, None)
    assert usual[:5] == [(camera, "even") for camera in CAMERAS]
    assert usual[5:] == [("still", light) for light in LIGHTS if light != "even"]
    assert command.scenes_for(["turn"], None) == [("turn", "even")]
    assert command.scenes_for(None, ["step"]) == [("still", "step")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "--clips"),
        (["--clips", "{}/none"], "none has no picture in matting/p3m/original"),
        (["--clips", "{}", "--portraits", "0"], "portraits: got 0, wanted an integer in 1..1000"),
        (["--clips", "{}", "--portraits", "few"], "argument --portraits: invalid int"),
        (["--clips", "{}", "--camera", "flies"], "argument --camera: invalid choice: 'flies'"),
        (["--clips", "{}", "--json", "{}/none/x.json"], "json: no such folder"),
        (["--clips", "{}"], "fastvbg models fetch"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(folder: Path, given, said, monkeypatch, capsys) -> None:
    monkeypatch.setenv("FASTVBG_MODELS", str(folder))
    if "--json" in given:
        monkeypatch.setattr(command.CONTENDERS["person"].__class__, "missing", lambda _self: None)
    try:
        code = command.main([each.format(folder) for each in given])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith("moving: ")
    assert said in told


def test_a_folder_without_rooms_is_refused(folder: Path, capsys) -> None:
    for path in (folder / "people/backgrounds").iterdir():
        path.unlink()
    assert command.main(["--clips", str(folder)]) == 2
    assert "has no picture of a room: people/backgrounds/*.jpg" in capsys.readouterr().err


def test_the_plot_shows_each_line_where_its_values_are() -> None:
    low, high = [0.1] * 60, [0.2] * 60
    panels = [Panel("stands", {"room off": high, "room remembered": low})] * 3
    sheet = draw_over_time(panels, first_scored=20)
    width = sheet.shape[1]
    assert width == 2 * draw_over_time(panels[:1], 20).shape[1]
    column = sheet[:, width // 4].astype(int)
    orange = np.nonzero((column[:, 2] - column[:, 0]) > 120)[0]
    blue = np.nonzero((column[:, 0] - column[:, 2]) > 100)[0]
    assert len(orange) == len(blue) > 0
    assert orange.min() < blue.min(), "more error is further up"
    assert (sheet[-1, -1] == 255).all(), "there is no fourth panel"


def test_planes_are_those_of_the_frame() -> None:
    frame = np.full((8, 12, 3), (30, 30, 200), np.uint8)
    y, u, v = takes.planes_of(frame)
    assert (y.shape, u.shape, v.shape) == ((8, 12), (4, 6), (4, 6))
    assert v.mean() > 128 > u.mean()


def test_the_room_is_worth_something_on_a_real_portrait(clips: Path, real_models, monkeypatch):
    monkeypatch.setenv("FASTVBG_MODELS", str(real_models))
    take = replace(material.Material(clips).take(2, "shake", "even"), frames=40)
    found = run.watch(take)
    assert found["remembered"].scores["band"] < found["off"].scores["band"]
    assert found["off"].scores["IoU"] > 0.9


def record_of(scenes, count: int = 2) -> dict:
    """A record of scenes in which the room that is remembered has half the error."""
    rows = []
    for camera, light in scenes:
        for room, band in (("remembered", 0.1), (run.UNFOLLOWED, 0.15), ("off", 0.2)):
            row = {"camera": camera, "light": light, "room": room, "over_time": [band] * 60}
            row["scores"] = {"band": band, "IoU": 0.95, "MAE": 0.01, "dtSSD": 0.04}
            rows.append({**row, "takes": [row["scores"]] * count})
    facts = {"cpu": "a CPU", "opencv-python": "5", "numpy": "2", "commit": "abc"}
    facts |= {"date": "2026-01-02T03:04", "runtime": "none"}
    takes = {"count": count, "size": [960, 540], "frames": 60, "first scored": 20}
    return {"conditions": facts, "takes": takes, "moving": rows}


def test_tables_and_the_picture_are_written(tmp_path: Path, monkeypatch) -> None:
    page, picture, file = tmp_path / "page.md", tmp_path / "moving.png", tmp_path / "moving.json"
    parts = (moving_tables.CAMERA_BLOCK, moving_tables.LIGHT_BLOCK)
    page.write_text("\n".join(f"<!-- {name} -->\nold\n<!-- /{name} -->" for name in parts))
    monkeypatch.setattr(moving_tables, "PAGE", page)
    monkeypatch.setattr(moving_tables, "PICTURE", picture)
    file.write_text(json.dumps(record_of(command.scenes_for(None, None))))
    moving_tables.main([str(file)])
    text = page.read_text()
    assert "old" not in text
    rest = "0.9500, 0.0400"
    assert f"| stands | 0.2000, {rest} | 0.1500, {rest} | 0.1000, {rest} | 2 of 2 |" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + len(CAMERAS) + len(LIGHTS)
    assert "a CPU, OpenCV 5, NumPy 2; 2026-01-02, commit abc; `python -m bench" in text
    assert picture.stat().st_size < 150_000
    assert cv2.imread(str(picture)).shape[1] == 960


def test_scenes_that_were_not_measured_have_no_row() -> None:
    record = record_of([("turn", "even")])
    cameras = moving_tables.blocks(record)[moving_tables.CAMERA_BLOCK].splitlines()
    assert [line[:12] for line in cameras[2:3]] == ["| is turned "]
    one, all_ = moving_tables.drawn(record), record_of(command.scenes_for(None, None))
    assert one.shape[0] < moving_tables.drawn(all_).shape[0]
