"""Numbered pictures in a store: as inputs, backgrounds, mattes, and in parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.errors import SinkError, SourceError
from fastvbg.farm.batches.inputs import expand
from fastvbg.farm.batches.naming import outputs
from fastvbg.farm.cutting.identity import identity_of
from fastvbg.media.series import StoredNumbering, read_series
from fastvbg.urls import Url
from tests.storage.support import FRAGILE, store_of_memory
from tests.support.farm import held
from tests.support.inline import Inline
from tests.support.numbered import make_numbered, picture

JOB: dict[str, Any] = {"mask": "motion", "background": "navy", "codec": "ffv1"}


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    store_of_memory().store.clear()
    yield
    store_of_memory().store.clear()


def write_both(folder: Path, numbers: Any, name: str = "in{:03}.png") -> None:
    """Write pictures into a folder, and into the store's `in`."""
    folder.mkdir(exist_ok=True)
    for number in numbers:
        path = folder / name.format(number)
        cv2.imwrite(str(path), picture(number))
        store_of_memory().pipe(f"/in/{path.name}", path.read_bytes())


def same(here: str, there: str, folder: Path, **more: Any) -> None:
    asked = {**JOB, **more}
    plain = fastvbg.process(here, folder / "a.mkv", **asked)
    result = fastvbg.process(there, folder / "b.mkv", **asked)
    assert (result.frames, result.warnings) == (plain.frames, plain.warnings)
    assert held(folder / "a.mkv") == held(folder / "b.mkv")


def test_an_input_with_a_gap(tmp_path: Path) -> None:
    write_both(tmp_path / "in", [*range(7, 30), *range(33, 60)])
    same("in/in%03d.png", "memory://in/in%03d.png", tmp_path)
    (tmp_path / "a.mkv").unlink()
    (tmp_path / "b.mkv").unlink()
    same("in/in%03d.png", "memory://in/in%03d.png", tmp_path, segments=0.7, start=0.2)


def test_a_background_and_mattes(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "clip.mp4", count=50)
    write_both(tmp_path / "in", range(50))
    for number in (0, 1):
        place, url = "in/in%03d.png", "memory://in/in%03d.png"
        made = [tmp_path / f"{number}{end}.mkv" for end in "ab"]
        for path, name in zip(made, (place, url), strict=True):
            more = {"background": name} if number else {"mask": f"matte:{name}"}
            fastvbg.process(clip, path, **{**JOB, **more})
        assert held(made[0]) == held(made[1])


def test_a_name_that_is_there_as_it_is_wins(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "clip.mp4", count=10)
    store_of_memory().pipe("/in/100%20d.mp4", clip.read_bytes())
    assert read_series(Url("memory://in/100%20d.mp4")) is None
    assert fastvbg.process("memory://in/100%20d.mp4", tmp_path / "a.mkv", **JOB).frames == 10


def test_no_such_pictures_and_a_store_that_fails(tmp_path: Path) -> None:
    write_both(tmp_path / "in", range(3))
    with pytest.raises(SourceError, match=r"^input: no file out%03d\.png in memory://in$"):
        fastvbg.process("memory://in/out%03d.png", tmp_path / "a.mkv", **JOB)
    with pytest.raises(SourceError, match=r"^input: no file a%d\.png in memory://nowhere$"):
        fastvbg.process("memory://nowhere/a%d.png", tmp_path / "a.mkv", **JOB)
    with FRAGILE.failing("broken", times=99), pytest.raises(SourceError) as caught:
        fastvbg.process("fragile://in/in%03d.png", tmp_path / "a.mkv", **JOB)
    assert "cannot be read at byte" in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_outputs_are_refused_and_say_why(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "clip.mp4", count=10)
    with pytest.raises(SinkError, match="images are not written to stores"):
        fastvbg.process(clip, "memory://out/a%03d.png", **JOB)


def test_one_of_them_that_is_another_is_another_job(tmp_path: Path) -> None:
    write_both(tmp_path / "in", range(5))
    url = "memory://in/in%03d.png"
    before = identity_of("input", url)
    assert identity_of("input", url) == before
    store_of_memory().pipe("/in/in003.png", b"another")
    assert identity_of("input", url) != before
    write_both(tmp_path / "in", range(6))
    assert identity_of("input", url).size > before.size


def test_names_around_the_number(tmp_path: Path) -> None:
    write_both(tmp_path / "in", range(3))
    made = read_series(Url("memory://in/in%03d.png?token=x"))
    assert isinstance(made, StoredNumbering)
    assert made.path(12).target == "memory://in/in012.png?token=x"
    given = [Url("memory://films/one/in%03d.png"), Url("memory://films/two/%d.png")]
    assert outputs(given, "{stem}.mp4") == [Path("in.mp4"), Path("two.mp4")]


def test_depths(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "clip.mp4", count=20)
    for number in range(20):
        coded = cv2.imencode(".png", np.full((48, 64), 500 + 10 * number, np.uint16))[1].tobytes()
        store_of_memory().pipe(f"/in/d{number}.png", coded)
    mask = fastvbg.masks.Depth(depth="memory://in/d%d.png", near=600, far=900)
    assert fastvbg.process(clip, tmp_path / "a.mkv", **{**JOB, "mask": mask}).warnings == []


def test_folders_and_patterns_of_a_batch() -> None:
    for name in (
        "one/a.mp4",
        "one/b.webm",
        "one/.c.mp4",
        "one/d.txt",
        "two/deep/e.mp4",
        "nosuffix",
    ):
        store_of_memory().pipe(f"/films/{name}", b"x")
    everything = [f"memory://films/{name}" for name in ("one/a.mp4", "one/b.webm")]

    def meant(*given: str) -> list[str]:
        return [str(Url(each)).replace(":///", "://") for each in expand(list(given))]

    assert meant("memory://films/one") == everything
    assert meant("memory://films/one/") == everything
    assert meant("memory://films/one/*.webm") == everything[1:]
    assert meant("memory://films/**") == [*everything, "memory://films/two/deep/e.mp4"]
    assert meant("memory://films/one/no.mp4") == ["memory://films/one/no.mp4"]
    assert meant("memory://films/nosuffix") == ["memory://films/nosuffix"]
    for name in ("memory://films/x*.mp4", "memory://films/two", "memory://nowhere/"):
        with pytest.raises(SourceError, match=r"^inputs: no (object matches|video in the folder)"):
            expand(name)


def test_a_batch_of_a_folder(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "clip.mp4", count=10)
    for name in "ab":
        store_of_memory().pipe(f"/films/{name}.mp4", clip.read_bytes())
    done = fastvbg.batch(
        "memory://films/*.mp4", "memory://done/{stem}.mkv", executor=Inline(), **JOB
    )
    assert [(each.state, each.frames) for each in done] == [("done", 10)] * 2
    names = [path.rpartition("/")[2] for path in store_of_memory().find("/done")]
    assert names == ["a.mkv", "b.mkv"]
