"""Jobs in parts whose files are objects of a store, and where their parts are meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import fastvbg
from fastvbg.errors import OptionError, SinkError, SourceError
from fastvbg.farm.cutting.plans import Plan
from tests.storage.support import FRAGILE, in_memory, packets_of, store_of_memory
from tests.storage.web import SECRET
from tests.support.media import make_clip

JOB: dict[str, Any] = {"mask": "motion", "codec": "ffv1", "segments": 0.5}


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    store_of_memory().store.clear()
    yield
    store_of_memory().store.clear()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "clip.mp4", count=900, audio=True, width=16, height=16).path


def interrupt(frames: int, expected: int | None) -> None:
    if frames > 500:
        raise KeyboardInterrupt


@pytest.mark.long
def test_an_interrupted_job_goes_on_and_is_what_one_of_files_is(clip: Path, tmp_path: Path) -> None:
    sea = make_clip(tmp_path / "sea.mkv", count=30, width=16, height=16).path
    fastvbg.process(clip, tmp_path / "here.mkv", background=str(sea), **JOB)
    urls = in_memory(clip), "memory://out/there.mkv"
    behind = in_memory(sea)
    with pytest.raises(KeyboardInterrupt):
        fastvbg.process(*urls, background=behind, progress=interrupt, **JOB)
    (folder,) = tmp_path.glob(".there.mkv-*.parts")
    assert list(folder.glob("*.part"))
    assert store_of_memory().find("/out") == []
    seen: list[int] = []
    result = fastvbg.process(
        *urls, background=behind, progress=lambda done, _: seen.append(done), **JOB
    )
    assert result.frames == 900
    assert min(seen) > 300
    assert str(result.output) == urls[1]
    assert not folder.exists()
    wanted = packets_of((tmp_path / "here.mkv").read_bytes())
    assert packets_of(store_of_memory().cat("/out/there.mkv")) == wanted


def test_another_input_of_that_name_is_another_job(clip: Path) -> None:
    url, output = in_memory(clip), "memory://out/a.mkv"
    with pytest.raises(KeyboardInterrupt):
        fastvbg.process(url, output, background="navy", progress=interrupt, **JOB)
    store_of_memory().pipe(url, clip.read_bytes())
    with pytest.raises(SinkError, match="input"):
        fastvbg.process(url, output, background="navy", **JOB)


def test_a_plan_knows_when_its_input_has_changed(clip: Path, tmp_path: Path) -> None:
    url = in_memory(clip)
    made = fastvbg.plan(url, "memory://out/a.mkv", background="navy", mask="motion", seconds=9)
    made.save(tmp_path / "job.json")
    again = Plan.load(tmp_path / "job.json")
    assert (again.input, again.output, again.key) == (url, "memory://out/a.mkv", made.key)
    store_of_memory().pipe(url, clip.read_bytes())
    with pytest.raises(SourceError, match="has changed since the plan was made"):
        fastvbg.render(again, 0)


def test_reading_that_fails_keeps_the_parts(clip: Path, tmp_path: Path) -> None:
    url = in_memory(clip, "fragile")

    def fail(frames: int, expected: int | None) -> None:
        if frames == 500:
            FRAGILE.fault, FRAGILE.left = "broken", 99

    with pytest.raises(SourceError, match="the parts are kept"), FRAGILE.failing("", 0):
        fastvbg.process(url, "memory://out/a.mkv", background="navy", progress=fail, **JOB)
    assert list(tmp_path.glob(".a.mkv-*.parts/*.part"))


def test_a_plan_file_holds_no_secret(clip: Path, tmp_path: Path) -> None:
    behind = f"http://127.0.0.1:9/a.png?sig={SECRET}"
    made = fastvbg.plan(clip, "memory://out/a.y4m", background=behind, mask="motion")
    with pytest.raises(OptionError, match="has a password or a signature") as caught:
        made.save(tmp_path / "job.json")
    assert SECRET not in str(caught.value) + repr(made)
    assert not (tmp_path / "job.json").exists()
