"""What parts give is what one run gives: every frame once, at its time, and what goes beside."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import fastvbg
from fastvbg.media.model import CopiedPacket, ReadOptions
from fastvbg.source import decoding as decoding_module
from fastvbg.source import open_source
from tests.source.test_start import CLIPS, CLOSED, make
from tests.support.farm import LOSSLESS, MOTION, held, write_pictures, write_scenes
from tests.support.media import read_times
from tests.support.numbered import make_numbered

# Those that say of no frame, or not of each, when it is shown.
UNCUT = ("raw.264", "raw.265")
VARIABLE = [sum((7, 33, 40, 200)[k % 4] for k in range(n)) for n in range(100)]


def both(clip: Any, folder: Path, suffix: str = ".mkv", **settings: Any) -> tuple[Any, Any]:
    """The results of one run and of parts, whose outputs are the same."""
    plain = fastvbg.process(clip, folder / f"a{suffix}", **settings)
    told: list[str] = []
    parts = fastvbg.process(clip, folder / f"b{suffix}", segments=1, tell=told.append, **settings)
    assert not any("in one piece" in line for line in told), told
    assert list(folder.glob(".*")) == []
    assert (parts.frames, parts.lost, parts.warnings) == (
        plain.frames,
        plain.lost,
        plain.warnings,
    )
    return held(folder / f"a{suffix}"), held(folder / f"b{suffix}")


@pytest.mark.parametrize("name", [n for n in CLIPS if n not in UNCUT and not n.endswith(".avi")])
def test_every_kind_of_clip(tmp_path: Path, name: str) -> None:
    clip = make(tmp_path, name)
    plan = fastvbg.plan(clip, tmp_path / "b.mkv", seconds=1, **LOSSLESS)
    assert sum(border.frames for border in plan.borders) == 100
    assert len(plan) >= 3
    plain, parts = both(clip, tmp_path, **LOSSLESS)
    assert plain == parts


@pytest.mark.long
@pytest.mark.parametrize("name", [n for n in CLIPS if n not in UNCUT])
def test_random_plans_of_every_kind_of_clip(tmp_path: Path, name: str) -> None:
    clip, drawn = make(tmp_path, name), random.Random(name)  # noqa: S311  (no secret)
    fastvbg.process(clip, tmp_path / "a.mkv", **LOSSLESS)
    for _ in range(3):
        length = drawn.uniform(0.15, 3)
        fastvbg.process(clip, tmp_path / "b.mkv", segments=length, overwrite=True, **LOSSLESS)
        assert held(tmp_path / "b.mkv") == held(tmp_path / "a.mkv"), length


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_variable_rate_with_sound(tmp_path: Path, suffix: str) -> None:
    clip = make_numbered(tmp_path / f"v{suffix}", times=VARIABLE, sound="aac", **CLOSED)
    plain, parts = both(clip, tmp_path, **LOSSLESS)
    assert plain == parts


@pytest.mark.parametrize("asked", [{"start": 0.5}, {"end": 3.2}, {"start": 1.1, "end": 3.3}])
def test_a_range(tmp_path: Path, asked: dict[str, Any]) -> None:
    clip = make(tmp_path, "sound.mp4")
    plain, parts = both(clip, tmp_path, **LOSSLESS, **asked)
    assert plain == parts


def test_a_part_is_gone_to_and_not_read_through_to(tmp_path: Path, monkeypatch) -> None:
    clip = make(tmp_path, "sound.mp4")
    plan = fastvbg.plan(clip, tmp_path / "b.mkv", seconds=1, **LOSSLESS)
    sought: list[Any] = []
    seek = decoding_module.Decoding.seek
    monkeypatch.setattr(
        decoding_module.Decoding, "seek", lambda *given: sought.append(given[1]) or seek(*given)
    )
    for number, border in enumerate(plan.borders):
        fastvbg.render(plan, number)
        wanted = [] if border.read is None else [border.read * Fraction(1, 12800)]
        assert sought == wanted
        sought.clear()


def test_so_many_frames(tmp_path: Path) -> None:
    clip = make(tmp_path, "sound.mp4")
    plain, parts = both(clip, tmp_path, **LOSSLESS, max_frames=70)
    assert (plain.frames, plain.times) == (parts.frames, parts.times)
    assert abs(len(plain.sides[0]) - len(parts.sides[0])) <= 1


def test_long_transport_streams_are_sought_in(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(decoding_module, "_READ_THROUGH_BYTES", 0)
    plain, parts = both(make(tmp_path, "hevc.ts"), tmp_path, **LOSSLESS)
    assert plain == parts


def test_a_sequence_with_a_gap(tmp_path: Path) -> None:
    plain, parts = both(write_pictures(tmp_path / "in"), tmp_path, **LOSSLESS)
    assert plain == parts


def test_the_sequence_of_the_tutorial(tmp_path: Path) -> None:
    plain, parts = both(make(tmp_path, "sound.mp4"), tmp_path, **LOSSLESS, pairing="tutorial")
    assert plain == parts


@pytest.mark.parametrize("mask", ["motion", "adaptive"])
@pytest.mark.parametrize("more", [{}, {"refine": "despeckle=5,hold=60"}])
def test_masks_of_scenes_that_come_back(tmp_path: Path, mask: str, more: dict[str, Any]) -> None:
    clip = write_scenes(tmp_path / "scenes.mkv")
    settings = {**LOSSLESS, "mask": mask, **more}
    if mask == "adaptive":
        settings["mask"] = fastvbg.masks.Adaptive(warm_up=8)
    plain, parts = both(clip, tmp_path, **settings)
    assert plain == parts


def test_parts_begin_where_scenes_do(tmp_path: Path) -> None:
    clip = write_scenes(tmp_path / "cuts.mp4", g="250", x264opts="scenecut=40")
    fading = {**LOSSLESS, "mask": fastvbg.masks.Chroma(key="green")}
    plan = fastvbg.plan(clip, tmp_path / "b.mkv", seconds=1.5, **fading)
    cuts = [round(border.first / 512) for border in plan.borders[1:]]
    assert cuts[:2] == [37, 75]
    plain, parts = both(clip, tmp_path, **{**LOSSLESS, "mask": "adaptive"})
    assert plain == parts


@pytest.mark.long
@pytest.mark.parametrize("far", [0, 5])
@pytest.mark.parametrize("end", ["loop", "hold"])
def test_a_background_video_goes_on(tmp_path: Path, monkeypatch, end: str, far: int) -> None:
    monkeypatch.setattr("fastvbg.pipeline.backdrop._FAR_SECONDS", far)
    clip = make(tmp_path, "sound.mp4")
    behind = write_scenes(tmp_path / "behind.mp4", count=45)
    asked = {**LOSSLESS, "background": str(behind), "background_end": end}
    plain, parts = both(clip, tmp_path, **asked)
    assert plain == parts


def test_mattes_and_depths_know_their_frames(tmp_path: Path) -> None:
    clip = write_scenes(tmp_path / "clip.mp4", count=75)
    fastvbg.matte(clip, tmp_path / "m.mkv", mask="motion")
    asked = {**LOSSLESS, "mask": f"matte:{tmp_path / 'm.mkv'}"}
    plain, parts = both(clip, tmp_path, **asked)
    assert plain == parts
    depths = fastvbg.masks.Depth(depth=str(tmp_path / "m.mkv"), near=100, far=255)
    (tmp_path / "d").mkdir()
    plain, parts = both(clip, tmp_path / "d", **{**LOSSLESS, "mask": depths})
    assert plain == parts


def test_a_plate_of_all_of_the_clip(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "clip.mp4", **CLOSED)
    plain, parts = both(clip, tmp_path, **{**LOSSLESS, "mask": "plate:auto", "refine": "none"})
    assert plain.times == parts.times
    alike = [np.frombuffer(a, np.uint8) == np.frombuffer(b, np.uint8)
             for a, b in zip(plain.frames, parts.frames, strict=True)]  # fmt: skip
    assert np.mean(alike) > 0.99


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_lossy_outputs_have_the_times_of_one_run(tmp_path: Path, suffix: str) -> None:
    clip = make_numbered(tmp_path / "c.mp4", times=VARIABLE, sound="aac", **CLOSED)
    fast = {"preset": "ultrafast"} if suffix != ".webm" else {"encoder_options": {"cpu-used": 8}}
    plain, parts = both(clip, tmp_path, suffix, **MOTION, **fast)
    assert plain.times == parts.times
    assert plain.sides == parts.sides
    assert plain.tags == parts.tags
    with av.open(str(tmp_path / f"a{suffix}")) as one, av.open(str(tmp_path / f"b{suffix}")) as two:
        assert one.duration == two.duration
        assert one.start_time == two.start_time
        ours, theirs = one.streams.video[0], two.streams.video[0]
        assert (ours.duration, ours.frames) == (theirs.duration, theirs.frames)
        assert ours.codec_context.extradata == theirs.codec_context.extradata


def test_ten_bits_turned_with_two_sounds_and_chapters(tmp_path: Path) -> None:
    made = make_numbered(tmp_path / "c.mp4", sound="aac", pixels="yuv420p10le", **CLOSED)
    clip = tmp_path / "turned.mkv"
    with av.open(str(made)) as source, av.open(str(clip), "w") as container:
        video, sound = source.streams
        targets: dict[Any, list[Any]] = {
            video: [container.add_stream_from_template(video)],
            sound: [container.add_stream_from_template(sound) for _ in range(2)],
        }
        targets[video][0].set_display_matrix((0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30))
        targets[sound][1].metadata["language"] = "eng"
        container.metadata["title"] = "a film"
        base = {"id": 1, "time_base": sound.time_base, "metadata": {"title": "x"}}
        container.set_chapters([{**base, "start": 0, "end": 48000}])
        for packet in source.demux():
            if packet.size:
                payload, of = bytes(packet), packet.stream
                for target in targets[of]:
                    copy = av.Packet(payload)
                    copy.pts, copy.dts = packet.pts, packet.dts
                    copy.duration, copy.time_base = packet.duration, packet.time_base
                    copy.is_keyframe, copy.stream = packet.is_keyframe, target
                    container.mux(copy)
    for suffix in (".mkv", ".mp4"):
        (tmp_path / suffix[1:]).mkdir()
        plain, parts = both(clip, tmp_path / suffix[1:], suffix, **MOTION, preset="ultrafast")
        assert plain.times == parts.times
        assert plain.sides == parts.sides
        assert len(parts.sides) == 2
        assert plain.tags == parts.tags
    lossless = both(clip, tmp_path, **LOSSLESS)
    assert lossless[0] == lossless[1]


@pytest.mark.parametrize("name", UNCUT)
def test_what_cannot_be_cut_is_made_in_one_piece(tmp_path: Path, name: str) -> None:
    clip = make(tmp_path, name)
    told: list[str] = []
    out = tmp_path / "b.mkv"
    fastvbg.process(clip, out, segments=1, tell=told.append, **LOSSLESS)
    plan = fastvbg.plan(clip, tmp_path / "c.mkv", seconds=1, **LOSSLESS)
    assert (len(plan), bool(plan.why)) == (1, True)
    assert told == [f"in one piece, since {plan.why}"]
    assert len(read_times(out)) == 100


@pytest.mark.parametrize("background", ["transparent", "navy"])
def test_prores_is_that_of_one_run(tmp_path: Path, background: str) -> None:
    clip = make_numbered(tmp_path / "c.mp4", times=VARIABLE, sound="aac", **CLOSED)
    asked = {"mask": "motion", "background": background, "codec": "prores_ks"}
    plain, parts = both(clip, tmp_path, ".mov", **asked)
    assert plain == parts


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
@pytest.mark.parametrize("suffix", [".webm", ".mkv"])
def test_transparency_beside_packets_is_kept(tmp_path: Path, codec: str, suffix: str) -> None:
    clip = make_numbered(tmp_path / "c.mp4", sound="aac", **CLOSED)
    fast = {"encoder_options": {"cpu-used": 8}}
    asked = {"mask": "motion", "background": "transparent", "codec": codec, "crf": 4, **fast}
    plain, parts = both(clip, tmp_path, suffix, **asked)
    assert (plain.times, plain.tags) == (parts.times, parts.tags)
    ours, theirs = (mattes_of(tmp_path / f"{name}{suffix}") for name in "ab")
    assert np.ptp(theirs) > 200
    assert np.abs(ours - theirs).mean() < 2


def mattes_of(path: Path) -> Any:
    """The alpha of a video, as fastvbg reads it."""
    with open_source(path, options=ReadOptions(pixels="matte")) as source:
        frames = [item.frame for item in source if not isinstance(item, CopiedPacket)]
    assert frames[0].shape[2] == 4
    return np.array([frame[..., 3] for frame in frames], np.float32)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
@pytest.mark.parametrize("way", [{}, {"segments": 1}])
def test_the_same_job_has_the_same_bytes(tmp_path: Path, suffix: str, way: dict[str, Any]) -> None:
    clip = make_numbered(tmp_path / "c.mp4", count=50, sound="aac", **CLOSED)
    fast = {"preset": "ultrafast"} if suffix != ".webm" else {"encoder_options": {"cpu-used": 8}}
    made = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in made:
        fastvbg.process(clip, path, **MOTION, **fast, **way)
    assert made[0].read_bytes() == made[1].read_bytes()
