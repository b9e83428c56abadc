"""Files of mattes and depths beside a job in parts: each part goes to its place in them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.masks import Depth, Matte
from fastvbg.source import decoding as decoding_module
from fastvbg.source import sequence as sequence_module
from tests.farm.test_exact import both
from tests.support.farm import LOSSLESS, held, write_scenes
from tests.support.numbered import make_numbered

FRAMES = 150
CLIP = {"g": "20"}


def gray(number: int) -> np.ndarray:
    """A matte that says which it is, and more than 128 in parts of it."""
    return np.full((48, 64), number, np.uint8)


def write_mattes(path: Path, count: int = FRAMES, rate: int = 25, g: str = "20") -> Path:
    """Write mattes of which each says which it is."""
    with av.open(str(path), "w") as container:
        given = {"g": g, "preset": "ultrafast", "qp": "0"}
        video: Any = container.add_stream("libx264", rate=rate, options=given)
        video.width, video.height, video.pix_fmt = 64, 48, "gray"
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(gray(number), format="gray")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_scenes(tmp_path / "clip.mp4", count=FRAMES)


def masked(mask: Any) -> dict[str, Any]:
    return {**LOSSLESS, "mask": mask}


def near(path: Any, **more: Any) -> Any:
    return Depth(depth=str(path), near=60, far=255, **more)


@pytest.mark.parametrize("kind", ["matte", "depth", "stereo"])
def test_a_part_decodes_what_is_near_it_alone(
    clip: Path, tmp_path: Path, monkeypatch, kind: str
) -> None:
    beside = write_mattes(tmp_path / "m.mkv")
    made: Any = {
        "matte": Matte(matte=str(beside)),
        "depth": near(beside, depth_hold=3),
        "stereo": near(f"stereo:{write_scenes(tmp_path / 'r.mp4')}", focal=900.0, baseline=1.0),
    }
    plan = fastvbg.plan(clip, tmp_path / "b.mkv", seconds=1, **masked(made[kind]))
    packets: list[Any] = []
    decoded = decoding_module.Decoding._decoded

    def count(decoding: Any, packet: Any) -> Any:
        if decoding._options.role != "input" and packet is not None:
            packets.append(packet)
        return decoded(decoding, packet)

    monkeypatch.setattr(decoding_module.Decoding, "_decoded", count)
    assert len(plan) >= 5
    fastvbg.render(plan, 0)
    first = len(packets)
    packets.clear()
    fastvbg.render(plan, len(plan) - 1)
    # Its frames, those that lead to it, as far as a key frame before them, and the file's first.
    lead = plan.frames - plan.borders[-1].number
    assert 0 < len(packets) <= lead + 2 + int(CLIP["g"]) + first - plan.borders[0].frames
    assert len(packets) < FRAMES // 2


def test_a_part_opens_the_pictures_near_it_alone(clip: Path, tmp_path: Path, monkeypatch) -> None:
    for number in range(FRAMES):
        cv2.imwrite(str(tmp_path / f"m{number:03}.png"), gray(number))
    plan = fastvbg.plan(
        clip, tmp_path / "b.mkv", seconds=1, **masked(f"matte:{tmp_path}/m%03d.png")
    )
    read: list[int] = []
    picture = sequence_module.SequenceSource._picture
    monkeypatch.setattr(
        sequence_module.SequenceSource, "_picture", lambda *a: read.append(a[1]) or picture(*a)
    )
    fastvbg.render(plan, len(plan) - 1)
    assert min(read) == plan.borders[-1].number


@pytest.mark.parametrize("hold", [None, 0, 5, 60])
@pytest.mark.parametrize("count", [FRAMES, 90, 60])
def test_mattes_to_the_end_and_mattes_that_end_before(
    clip: Path, tmp_path: Path, count: int, hold: int | None
) -> None:
    beside = write_mattes(tmp_path / "m.mkv", count)
    plain, parts = both(clip, tmp_path, **masked(Matte(matte=str(beside), matte_hold=hold)))
    assert plain == parts


@pytest.mark.parametrize("hold", [None, 0, 5])
@pytest.mark.parametrize("suffix", [".mkv", "%03d.png"])
@pytest.mark.parametrize("number", [1, 3])
def test_mattes_that_end_where_a_part_begins(
    clip: Path, tmp_path: Path, number: int, suffix: str, hold: int | None
) -> None:
    beside = tmp_path / f"m{suffix}"

    def asked() -> dict[str, Any]:
        return masked(Matte(matte=str(beside), matte_hold=hold))

    def write(count: int) -> None:
        if suffix == ".mkv":
            write_mattes(beside, count)
            return
        for each in range(count):
            cv2.imwrite(str(beside) % each, gray(each))

    write(1)
    plan = fastvbg.plan(clip, tmp_path / "b.mkv", seconds=1, **asked())
    ends = sum(border.frames for border in plan.borders[:number])
    write(ends)
    plain = fastvbg.process(clip, tmp_path / "a.mkv", **asked())
    parts = fastvbg.process(clip, tmp_path / "b.mkv", segments=1, **asked())
    assert held(tmp_path / "a.mkv") == held(tmp_path / "b.mkv")
    assert plain.warnings == parts.warnings
    assert f"from frame {ends} on" in plain.warnings[0]


@pytest.mark.parametrize("rate", [10, 30, 60])
def test_mattes_of_other_rates(clip: Path, tmp_path: Path, rate: int) -> None:
    beside = write_mattes(tmp_path / "m.mp4", rate=rate)
    plain, parts = both(clip, tmp_path, **masked(Matte(matte=str(beside))))
    assert plain == parts


@pytest.mark.parametrize("rate", [10, 30, 60])
def test_depths_of_other_rates(clip: Path, tmp_path: Path, rate: int) -> None:
    asked = masked(near(write_mattes(tmp_path / "m.mp4", rate=rate)))
    plain = fastvbg.process(clip, tmp_path / "a.mkv", **asked)
    parts = fastvbg.process(clip, tmp_path / "b.mkv", segments=1, **asked)
    assert held(tmp_path / "a.mkv") == held(tmp_path / "b.mkv")
    assert len(plain.warnings) == len(parts.warnings)


@pytest.mark.parametrize("asked", [{"start": 1.3}, {"start": 0.5, "end": 4.7}])
@pytest.mark.parametrize("mask", [lambda path: Matte(matte=str(path)), near])
def test_a_range_of_a_longer_job(
    clip: Path, tmp_path: Path, mask: Any, asked: dict[str, Any]
) -> None:
    beside = write_mattes(tmp_path / "m.mkv")
    plain, parts = both(clip, tmp_path, **masked(mask(beside)), **asked)
    assert plain == parts


@pytest.mark.parametrize("count", [FRAMES, 70])
@pytest.mark.parametrize("form", ["matte:{}", "depth"])
@pytest.mark.parametrize("asked", [{}, {"start": 1}])
def test_numbered_pictures_with_gaps(
    clip: Path, tmp_path: Path, count: int, form: str, asked: dict[str, Any]
) -> None:
    for number in range(count):
        if number not in range(22, 31):
            cv2.imwrite(str(tmp_path / f"m{number:03}.png"), gray(number))
    name = f"{tmp_path}/m%03d.png"
    mask = form.format(name) if form != "depth" else near(name, depth_hold=3)
    plain = fastvbg.process(clip, tmp_path / "a.mkv", **masked(mask), **asked)
    parts = fastvbg.process(clip, tmp_path / "b.mkv", segments=1, **masked(mask), **asked)
    assert plain.frames == parts.frames
    if form != "depth":
        assert plain.warnings == parts.warnings
    assert held(tmp_path / "a.mkv").frames == held(tmp_path / "b.mkv").frames


def test_alpha_that_counts_from_its_first_sight_on(clip: Path, tmp_path: Path) -> None:
    beside = tmp_path / "m.mov"
    with av.open(str(beside), "w") as container:
        video: Any = container.add_stream("qtrle", rate=25, options={"g": "10"})
        video.width, video.height, video.pix_fmt = 64, 48, "argb"
        for number in range(FRAMES):
            alpha = 255 if number >= 40 else number
            picture = np.full((48, 64, 4), (alpha, number, number, number), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="argb")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    plain, parts = both(clip, tmp_path, **masked(f"matte:{beside}"))
    assert plain == parts


@pytest.mark.parametrize("name", ["m.avi", "m.264"])
def test_what_does_not_tell_its_times_is_read_from_its_beginning(
    clip: Path, tmp_path: Path, name: str
) -> None:
    beside = make_numbered(tmp_path / name, g="25", bf="2")
    plain, parts = both(clip, tmp_path, **masked(f"matte:{beside}"))
    assert plain == parts


def test_a_file_cut_off_is_told_of_once(clip: Path, tmp_path: Path) -> None:
    beside = write_mattes(tmp_path / "m.mkv")
    content = beside.read_bytes()
    beside.write_bytes(content[: len(content) * 2 // 3])
    plain, parts = both(clip, tmp_path, **masked(f"matte:{beside}"))
    assert plain == parts


@pytest.mark.parametrize(("shown", "told"), [((), 1), ((7,), 0), ((100,), 0)])
def test_a_mask_that_kept_nothing_is_told_of_once(
    clip: Path, tmp_path: Path, shown: tuple[int, ...], told: int
) -> None:
    for number in range(FRAMES):
        cv2.imwrite(str(tmp_path / f"m{number:03}.png"), gray(200 if number in shown else 9))
    plain, parts = both(clip, tmp_path, **masked(f"matte:{tmp_path}/m%03d.png"))
    assert plain == parts
    (tmp_path / "b.mkv").unlink()
    again = fastvbg.process(
        clip, tmp_path / "b.mkv", segments=1, **masked(f"matte:{tmp_path}/m%03d.png")
    )
    assert again.warnings == ["the mask kept nothing of any frame"] * told
