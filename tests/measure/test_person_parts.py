"""The tool that leaves out one part of the person mask after the other."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from tools import person_parts
from tools.person_parts import ALL, PARTS, keyed, main, scores, table, times, without

from fastvbg import PersonKeyer
from tests.support.people import disc, to_planes, use_green_network, wall, with_person


@pytest.fixture
def runs(monkeypatch):
    return use_green_network(monkeypatch)


def frames_of(count: int = 4):
    room = wall(240, 480)
    two = with_person(room, 100, 120)
    return [with_person(two, 300 + 9 * k, 120) for k in range(count)]


@pytest.mark.parametrize("name", PARTS)
def test_a_keyer_runs_without_a_part_which_is_there_again_afterwards(runs, name) -> None:
    owners = [(owner, attribute) for owner, attribute, _ in PARTS[name].replaced]
    before = [getattr(*each) for each in owners]
    with without(name) as options:
        keyer = PersonKeyer(**options)
        mattes = [keyed(keyer, frame).copy() for frame in frames_of()]
        assert all(
            now is not then
            for now, then in zip((getattr(*each) for each in owners), before, strict=True)
        )
    assert [getattr(*each) for each in owners] == before
    people = np.maximum(disc((240, 480), 100, 120, 36), disc((240, 480), 300, 120, 36)) > 0
    assert (mattes[0][people] >= 128).mean() > 0.95


def looks_without(name: str) -> int:
    with without(name) as options:
        keyer = PersonKeyer(**options)
        for frame in frames_of():
            keyer.key(frame)
        return keyer.looks


def test_what_looks_less_and_what_looks_more(runs) -> None:
    looks = {name: looks_without(name) for name in PARTS}
    fewer = ["one look at a first frame", "two looks at it", "`--quality fast`", "`--every 4`"]
    assert all(looks[name] < looks[ALL] for name in fewer)
    assert looks["one look at a first frame"] < looks["two looks at it"]
    assert looks["people not singly, nor along groups"] < looks[ALL]
    assert looks["no rests between looks"] >= looks[ALL]


def test_what_changes_the_matte_changes_it(runs) -> None:
    def matte(name: str):
        with without(name) as options:
            keyer = PersonKeyer(**options)
            return [keyed(keyer, frame).copy() for frame in frames_of()][-1]

    usual = matte(ALL)
    changing = ["not steadied over time", "colour does not decide", "no fit to edges, stretched"]
    for name in changing:
        assert (matte(name) != usual).any(), name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind in ("original", "alpha"):
        (tmp_path / "matting/p3m" / kind).mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "matting/p3m/original/a.png"), with_person(wall(), 160, 90))
    cv2.imwrite(str(tmp_path / "matting/p3m/alpha/a.png"), disc((180, 320), 160, 90))
    return tmp_path


def test_scores_of_what_is_there(runs, folder) -> None:
    found = scores(folder, [ALL, "`--quality fast`"])
    assert set(found[ALL]) == {"portraits"}
    row = found[ALL]["portraits"]
    assert row["IoU"] > 0.9
    assert row["edge"] < 0.1
    assert found["`--quality fast`"]["portraits"]["looks"] == 2 < row["looks"]


def test_composites(runs, folder) -> None:
    pair = folder / "people/plate_pairs/00"
    pair.mkdir(parents=True)
    room, figure = wall(180, 480), np.full((180, 480, 3), (90, 250, 90), np.uint8)
    alpha = cv2.GaussianBlur(disc((180, 480), 160, 90), (9, 9), 2)
    share = alpha[..., None] / 255
    made = np.rint(share * figure + (1 - share) * room).astype(np.uint8)
    pictures = {"composite.jpg": made, "foreground.jpg": figure, "plate_fixed.jpg": room}
    for file, picture in pictures.items():
        cv2.imwrite(str(pair / file), picture, [cv2.IMWRITE_JPEG_QUALITY, 100])
    cv2.imwrite(str(pair / "alpha.png"), alpha)
    names = [ALL, *(name for name, part in PARTS.items() if part.of_composites)]
    found = scores(folder, names)
    bands = {name: found[name]["composites"]["band"] for name in names}
    assert len(names) == 4 == len(set(bands.values())), bands
    assert bands[ALL] < bands["with `--foreground frame`"]
    assert bands["with `--plate`, exact"] < bands[ALL]
    assert all("portraits" not in found[name] for name in names[1:])


def test_planes_are_keyed_as_they_are(runs) -> None:
    frame = frames_of(1)[0]

    class Decoded:
        pass

    y, u, v = to_planes(frame)
    whole = PersonKeyer().key_planes((y, u, v))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(person_parts, "planes_of", lambda _picture: (y, u, v))
        np.testing.assert_array_equal(keyed(PersonKeyer(), Decoded()), whole)


@pytest.mark.long
def test_times_of_each_part(runs, monkeypatch) -> None:
    threads = cv2.getNumThreads()
    took = times(None, [ALL, "`--room off`"], count=2, rounds=1)
    cv2.setNumThreads(threads)
    assert set(took) == {ALL, "`--room off`"}
    assert all(row["first"] > 0 and row["later"] > 0 for row in took.values())


def test_the_table() -> None:
    worth = {
        ALL: {
            "portraits": {"IoU": 0.97, "edge": 0.08, "looks": 9.0},
            "talk_plate": {"IoU": 0.98, "dtSSD": 0.03, "looks": 0.4},
        },
        "gaps stay filled": {"portraits": {"IoU": 0.96, "edge": 0.09, "looks": 9.0}},
    }
    assert table(worth, {ALL: {"first": 30.04, "later": 2.5}}).splitlines() == [
        "| without | portraits: IoU, edge | speaker | looks a frame | first frame, ms "
        "| later, ms |",
        "|---|---|---|---:|---:|---:|",
        "| **all of it** | 0.9700, 0.0800 | 0.9800, 0.0300 | 0.40 | 30.0 | 2.50 |",
        "| gaps stay filled | 0.9600, 0.0900 | - | - | - | - |",
    ]


def test_measured_and_written(runs, folder, monkeypatch, capsys) -> None:
    page = folder / "page.md"
    page.write_text("before\n<!-- person parts -->\nold\n<!-- /person parts -->\nafter\n")
    monkeypatch.setattr(person_parts, "PAGE", page)
    worth, cost = folder / "scores.json", folder / "times.json"
    assert main(["score", str(folder), "--json", str(worth), "--part", ALL]) == 0
    assert "**all of it**" in capsys.readouterr().out
    record = {"times": {ALL: {"first": 9.0, "later": 2.0}}, "clip": "x.mp4", "frames": 5}
    record |= {"rounds": 3, "runtime": "green", "cpu": "a CPU", "date": "2026-01-02"}
    cost.write_text(json.dumps(record))
    assert main(["write", str(worth), str(cost)]) == 0
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "| 9.0 | 2.00 |" in text
    assert "of x.mp4, 5 frames, 3 rounds in turns" in text
    assert "old" not in text
