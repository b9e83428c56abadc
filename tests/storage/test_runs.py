"""Runs whose input, background, beside-files and output are objects of a store in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.errors import SinkError, SourceError
from tests.storage.support import BAD_READS, FRAGILE, in_memory, packets_of, store_of_memory
from tests.support.media import make_clip

FRAMES = 12


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "clip.mp4", count=FRAMES, audio=True).path


@pytest.fixture(autouse=True)
def memory() -> Any:
    fs = store_of_memory()
    fs.store.clear()
    yield fs
    fs.store.clear()


def local_and_stored(clip: Path, tmp_path: Path, suffix: str, **options: Any) -> tuple[Any, Any]:
    """Return two results of one job: of files, and of objects of the same contents."""
    if suffix == ".mkv":
        options["codec"] = "ffv1"
    stored = {**options, "background": in_memory(options["background"])}
    here, there = tmp_path / f"out{suffix}", f"memory://out/out{suffix}"
    one = fastvbg.process(clip, here, threads=1, **options)
    two = fastvbg.process(in_memory(clip), there, threads=1, **stored)
    assert packets_of(store_of_memory().cat("/out/out" + suffix)) == packets_of(here.read_bytes())
    assert list(store_of_memory().find("/out")) == [f"/out/out{suffix}"]
    assert two.frames == one.frames
    return one, two


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".gif", ".y4m"])
def test_input_and_output_in_a_store_are_as_in_files(
    suffix: str, clip: Path, tmp_path: Path
) -> None:
    _, two = local_and_stored(clip, tmp_path, suffix, mask="motion", background="navy")
    assert str(two.output) == f"memory://out/out{suffix}"


def test_backgrounds_are_pictures_and_videos(clip: Path, tmp_path: Path) -> None:
    picture = tmp_path / "room.png"
    cv2.imwrite(str(picture), np.full((48, 64, 3), (9, 200, 40), np.uint8))
    made, _ = local_and_stored(clip, tmp_path, ".mkv", mask="motion", background=str(picture))
    assert made.frames == FRAMES
    other = make_clip(tmp_path / "sea.mkv", count=5).path
    store_of_memory().rm("/out", recursive=True)
    (tmp_path / "out.mkv").unlink()
    made, _ = local_and_stored(clip, tmp_path, ".mkv", mask="motion", background=str(other))
    assert made.frames == FRAMES


def test_one_object_may_be_input_and_background(clip: Path, tmp_path: Path) -> None:
    """Files of this store share their place."""
    made, _ = local_and_stored(clip, tmp_path, ".mkv", mask="motion", background=str(clip))
    assert made.frames == FRAMES


@pytest.mark.parametrize("kind", ["matte", "plate", "depth"])
def test_what_lies_beside_is_read_from_a_store(kind: str, clip: Path, tmp_path: Path) -> None:
    picture = np.zeros((48, 64), np.uint8)
    picture[:, 20:] = 255
    path = tmp_path / f"{kind}.png"
    cv2.imwrite(str(path), cv2.merge([picture] * 3) if kind == "plate" else picture)
    made = {
        "matte": lambda where: fastvbg.masks.Matte(matte=where),
        "plate": lambda where: fastvbg.masks.Plate(plate=where),
        "depth": lambda where: fastvbg.masks.Depth(depth=where, near=10, far=200),
    }[kind]
    outputs = []
    for where in (str(path), in_memory(path)):
        output = tmp_path / f"{len(outputs)}.mkv"
        fastvbg.process(clip, output, background="navy", mask=made(where), codec="ffv1")
        outputs.append(packets_of(output.read_bytes()))
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_range_is_exact(suffix: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / f"clip{suffix}", count=60).path
    asked = {"mask": "motion", "background": "navy", "start": 1.5, "end": 2}
    made, _ = local_and_stored(clip, tmp_path, ".mkv", **asked)
    assert 0 < made.frames < 60


def test_existing_outputs_stay_unless_asked(clip: Path) -> None:
    store_of_memory().pipe("/out/a.mkv", b"old")
    with pytest.raises(SinkError, match=r"memory://out/a\.mkv exists; --overwrite"):
        fastvbg.process(clip, "memory://out/a.mkv", background="navy", mask="motion")
    assert store_of_memory().cat("/out/a.mkv") == b"old"
    fastvbg.process(clip, "memory://out/a.mkv", background="navy", mask="motion", overwrite=True)
    assert store_of_memory().cat("/out/a.mkv") != b"old"


def test_a_run_that_fails_leaves_nothing(clip: Path) -> None:
    data = clip.read_bytes()

    def stop(frames: int, expected: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fastvbg.process(
            in_memory(clip), "memory://out/a.mkv", background="navy", mask="motion", progress=stop
        )
    assert store_of_memory().find("/out") == []
    assert clip.read_bytes() == data


def test_an_output_is_not_its_input(clip: Path) -> None:
    url = in_memory(clip)
    with pytest.raises(SinkError, match="is the input itself"):
        fastvbg.process(url, url, background="navy", overwrite=True)


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("memory://out/a%03d.png", "images are not written to stores"),
        ("https://host/a.mp4?sig=SECRET", "cannot be written to"),
        ("memory://out/a.txt", "wanted a name that ends in"),
    ],
)
def test_other_outputs_are_refused(output: str, why: str, clip: Path) -> None:
    with pytest.raises(SinkError, match=why) as caught:
        fastvbg.process(clip, output, background="navy", mask="motion")
    assert "SECRET" not in str(caught.value)


def test_what_is_not_there_is_told(clip: Path) -> None:
    with pytest.raises(SourceError, match=r"^input: memory://no/such\.mp4: no such object$"):
        fastvbg.process("memory://no/such.mp4", "memory://out/a.mkv", background="navy")
    with pytest.raises(SourceError, match=r"^background: memory://no/such\.png: no such object$"):
        fastvbg.process(clip, "memory://out/a.mkv", background="memory://no/such.png")
    with pytest.raises(SourceError, match=r"^input: nosuch://a/b: "):
        fastvbg.process("nosuch://a/b", "memory://out/a.mkv", background="navy")


def test_a_truncated_object_is_found(tmp_path: Path) -> None:
    data = make_clip(tmp_path / "clip.mkv", count=40).path.read_bytes()
    url = "memory://in/cut.mkv"
    store_of_memory().pipe("/in/cut.mkv", data[: len(data) * 2 // 3])
    result = fastvbg.process(url, "memory://out/a.mkv", background="navy", mask="motion")
    assert result.lost
    assert "the file ends early" in result.warnings[0]


@pytest.mark.parametrize("fault", BAD_READS)
def test_reading_that_goes_on_failing_is_one_line(fault: str, clip: Path) -> None:
    with FRAGILE.failing(fault, times=99), pytest.raises(SourceError) as caught:
        fastvbg.process(in_memory(clip, "fragile"), "memory://out/a.mkv", background="navy")
    assert "fragile://" in str(caught.value)
    assert "cannot be read at byte" in str(caught.value)
    assert store_of_memory().find("/out") == []


@pytest.mark.parametrize("fault", BAD_READS)
def test_reading_that_fails_once_is_tried_again(fault: str, clip: Path, tmp_path: Path) -> None:
    options: dict[str, Any] = {"background": "navy", "mask": "motion", "codec": "ffv1"}
    fastvbg.process(clip, tmp_path / "a.mkv", **options)
    url = in_memory(clip, "fragile")
    with FRAGILE.failing(fault, times=1):
        fastvbg.process(url, "memory://out/a.mkv", **options)
    wanted = packets_of((tmp_path / "a.mkv").read_bytes())
    assert packets_of(store_of_memory().cat("/out/a.mkv")) == wanted


def test_an_object_that_is_changed_meanwhile_is_an_error(clip: Path) -> None:
    url = in_memory(clip)

    def change(frames: int, expected: int | None) -> None:
        store_of_memory().pipe(url, clip.read_bytes())

    with pytest.raises(SourceError, match="was changed while it was read"):
        fastvbg.process(
            url, "memory://out/a.mkv", background="navy", mask="motion", progress=change
        )
    assert store_of_memory().find("/out") == []
