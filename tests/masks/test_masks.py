"""Masks in a run: each kind by itself, with refinement and regions, and what is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import av
import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import Refiner, matte, process
from fastvbg.cli import run_command_line
from fastvbg.errors import OptionError, SourceError
from fastvbg.keyers.plate.camera import CameraMotion
from fastvbg.keyers.plate.estimate import PlateEstimator
from fastvbg.masks.motion import Motion
from fastvbg.masks.registry import own
from fastvbg.matting.masker import Masker
from fastvbg.media.planes import planes_of
from fastvbg.pixels import BGRPixels, NativePixels
from fastvbg.reference.planes import blend_plane
from fastvbg.source import open_source
from tests.support.asked import asked
from tests.support.media import Clip, moving_frames, read_frames

SIZE = (96, 64)

# A pixel more or less around a block of 24x32 makes this much; nothing else may differ.
RIM = 0.84


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Clip:
    """A lossless clip, so that what is decoded is known; the scene is empty for 8 frames."""
    return lossless(tmp_path_factory.mktemp("masks") / "clip.mkv")


def lossless(path: Path, pixel_format: str = "yuv420p", count: int = 24) -> Clip:
    still = moving_frames(1, *SIZE)[0]
    still[16:33, :25] = still[40:57, :25]  # no block
    with av.open(str(path), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = *SIZE, pixel_format
        for index in range(count):
            picture = still.copy()
            if index >= 8:
                picture[16:48, 3 * index : 3 * index + 24] = (30, 220, 240)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            container.mux(video.encode(frame.reformat(format=pixel_format)))
        container.mux(video.encode(None))
    return Clip(path, count, SIZE)


def decoded(path: Path) -> list[tuple[np.ndarray, ...]]:
    with av.open(str(path)) as container:
        return [
            tuple(plane.copy() for plane in planes_of(frame)) for frame in container.decode(video=0)
        ]


def mattes(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def truth(index: int) -> np.ndarray:
    mask = np.zeros(SIZE[::-1], np.uint8)
    if index >= 8:
        mask[16:48, 3 * index : 3 * index + 24] = 255
    return mask


def agreement(mask: np.ndarray, index: int) -> float:
    said, wanted = mask >= 128, truth(index) >= 128
    return float((said & wanted).sum() / max(1, (said | wanted).sum()))


def test_the_adaptive_mask_is_the_keyers_refined(clip: Clip, tmp_path: Path) -> None:
    options = asked("adaptive", warm_up=4, refine="fill,feather=1")
    matte(clip.path, tmp_path / "m.mkv", settings=options)
    keyer, refiner = fastvbg.AdaptiveKeyer(warm_up=4), Refiner("fill,feather=1")
    got = mattes(tmp_path / "m.mkv")
    for planes, said in zip(decoded(clip.path), got, strict=True):
        assert np.array_equal(said, refiner.apply(keyer.key_planes(planes)))
    assert agreement(got[20], 20) > RIM


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "nv12"])
def test_a_soft_composite_is_the_literal_one(pixel_format: str, tmp_path: Path) -> None:
    clip = lossless(tmp_path / "clip.mkv", pixel_format.replace("nv12", "yuv420p"), 12)
    options = asked("adaptive", warm_up=4, refine="feather=2")
    process(clip.path, tmp_path / "out.mkv", background="#204060", settings=options, codec="ffv1")
    matte(clip.path, tmp_path / "m.mkv", settings=options)
    process(
        clip.path,
        tmp_path / "bg.mkv",
        background="#204060",
        mask=Motion(threshold=255),
        codec="ffv1",
    )
    soft = mattes(tmp_path / "m.mkv")[11]
    assert np.count_nonzero((soft > 0) & (soft < 255)) > 20
    files = (clip.path, tmp_path / "bg.mkv", tmp_path / "out.mkv")
    for source, behind, result in zip(*(decoded(file)[11] for file in files), strict=True):
        assert np.array_equal(result, blend_plane(soft, source, behind))


FUSED = {
    "plate": {"plate": "first:0.3"},
    "chroma": {"key": (60, 170, 50)},
    "adaptive": {"warm_up": 4},
}


def fused_and_apart(monkeypatch, tmp_path: Path, clip: Clip, **options) -> tuple[int, list, list]:
    """How many frames were composited as they were keyed, and the planes with and without that."""
    calls = []
    for pixels in (BGRPixels, NativePixels):
        before = pixels.key_over
        monkeypatch.setattr(
            pixels, "key_over", lambda *a, before=before: calls.append(1) or before(*a)
        )
    options = {"background": "#204060", "codec": "ffv1"} | options
    process(clip.path, tmp_path / "fused.mkv", **options)
    count = len(calls)
    monkeypatch.setattr(Masker, "fuses", lambda self, pair: False)
    process(clip.path, tmp_path / "apart.mkv", **options)
    assert len(calls) == count
    bgr = options.get("pixel_path") == "bgr"
    results = [
        [(frame,) for frame in read_frames(path)] if bgr else decoded(path)
        for path in (tmp_path / "fused.mkv", tmp_path / "apart.mkv")
    ]
    return count, *results


@pytest.mark.parametrize("kind", FUSED)
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "bgr"])
def test_keyed_and_composited_in_one_pass(
    kind: str, pixel_format: str, monkeypatch, tmp_path: Path
) -> None:
    form = pixel_format.replace("bgr", "yuv444p")
    make = screen_clip if kind == "chroma" else lossless
    clip = make(tmp_path / "clip.mkv", form)
    count, fused, apart = fused_and_apart(
        monkeypatch,
        tmp_path,
        clip,
        settings=asked(kind, refine="none", **FUSED[kind]),
        pixel_path="bgr" if pixel_format == "bgr" else "native",
    )
    assert count == clip.frames
    for one, two in zip(fused, apart, strict=True):
        for plane, wanted in zip(one, two, strict=True):
            assert np.array_equal(plane, wanted)
    assert not np.array_equal(fused[-1][0], fused[0][0])


@pytest.mark.parametrize(
    ("pixel_format", "options"),
    [
        ("yuv420p10le", {}),
        ("yuv420p", {"light_wrap": 90}),
        ("yuv420p", {"refine": "fill"}),
        ("yuv420p", {"drop_region": "0,0 20,0 20,20"}),
    ],
)
def test_what_stands_between_is_not_left_out(
    pixel_format: str, options: dict, monkeypatch, tmp_path: Path
) -> None:
    clip = lossless(tmp_path / "clip.mkv", pixel_format, 12)
    settings = asked("adaptive", warm_up=4, **({"refine": "none"} | options))
    count, fused, apart = fused_and_apart(monkeypatch, tmp_path, clip, settings=settings)
    assert count == 0
    for one, two in zip(fused, apart, strict=True):
        assert all(np.array_equal(plane, wanted) for plane, wanted in zip(one, two, strict=True))


def test_what_is_due_before_keying_is_done_once(monkeypatch, tmp_path: Path) -> None:
    clip = lossless(tmp_path / "clip.mkv")
    seen = []
    before = CameraMotion.add
    monkeypatch.setattr(CameraMotion, "add", lambda *a: seen.append(1) or before(*a))
    mask = asked("plate", plate="first:0.3", refine="none")
    process(clip.path, tmp_path / "out.mkv", background="red", settings=mask, codec="ffv1")
    assert len(seen) == clip.frames
    model = tmp_path / "scene.npz"
    mask = asked("adaptive", save_model=model, warm_up=4, freeze=True, refine="none")
    process(clip.path, tmp_path / "b.mkv", background="red", settings=mask, codec="ffv1")
    assert fastvbg.AdaptiveKeyer.load(model).frames == 4


def test_the_bgr_path_keys_bgr(clip: Clip, tmp_path: Path) -> None:
    options = asked("adaptive", warm_up=4, refine="none")
    matte(clip.path, tmp_path / "m.mkv", settings=options, pixel_path="bgr")
    keyer = fastvbg.AdaptiveKeyer(warm_up=4)
    with open_source(clip.path) as source:
        wanted = [keyer.key(item.frame) for item in source]
    assert np.array_equal(mattes(tmp_path / "m.mkv"), wanted)
    assert np.count_nonzero(wanted[20]) > 0


@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_opencvs_subtractors_see_bgr(pixel_path: str, clip: Clip, tmp_path: Path) -> None:
    options = asked("mog2", refine="none")
    matte(clip.path, tmp_path / "m.mkv", settings=options, pixel_path=pixel_path)
    keyer = fastvbg.SubtractorKeyer("mog2")
    with open_source(clip.path) as source:
        wanted = [keyer.key(item.frame) for item in source]
    assert np.array_equal(mattes(tmp_path / "m.mkv"), wanted)
    assert np.count_nonzero(wanted[20]) > 0


def test_knn_is_there_for_comparison(clip: Clip, tmp_path: Path) -> None:
    matte(clip.path, tmp_path / "m.mkv", mask="knn")  # its samples are drawn by chance
    got = mattes(tmp_path / "m.mkv")
    assert len(got) == clip.frames
    assert {int(value) for mask in got for value in np.unique(mask)} == {0, 255}


def test_a_cut_makes_the_keyer_forget(tmp_path: Path) -> None:
    first, second = (np.full((64, 96, 3), value, np.uint8) for value in (40, 200))
    with av.open(str(tmp_path / "cut.mkv"), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = 96, 64, "yuv420p"
        for index in range(20):
            frame = av.VideoFrame.from_ndarray(first if index < 10 else second, format="bgr24")
            container.mux(video.encode(frame.reformat(format="yuv420p")))
        container.mux(video.encode(None))
    matte(tmp_path / "cut.mkv", tmp_path / "m.mkv", settings=asked("adaptive", warm_up=4))
    assert max(mask.max() for mask in mattes(tmp_path / "m.mkv")) == 0
    mask = asked("adaptive", warm_up=4, refine="none")
    process(
        tmp_path / "cut.mkv", tmp_path / "out.mkv", background="black", settings=mask, codec="ffv1"
    )
    assert max(frame.max() for frame in read_frames(tmp_path / "out.mkv")) <= 1


def test_a_model_goes_on_where_it_was_saved(clip: Clip, tmp_path: Path) -> None:
    model = tmp_path / "scene.npz"
    empty = asked("adaptive", save_model=model, warm_up=4)
    matte(clip.path, tmp_path / "a.mkv", settings=empty, max_frames=8)
    later = asked("adaptive", load_model=model)
    matte(clip.path, tmp_path / "b.mkv", settings=later, start=20.5 / 24)
    assert agreement(mattes(tmp_path / "b.mkv")[0], 21) > RIM


def test_a_frozen_model_learns_nothing_more(clip: Clip, tmp_path: Path) -> None:
    model = tmp_path / "scene.npz"
    frozen = asked("adaptive", save_model=model, warm_up=4, freeze=True)
    matte(clip.path, tmp_path / "a.mkv", settings=frozen)
    assert fastvbg.AdaptiveKeyer.load(model).frames == 4
    assert fastvbg.AdaptiveKeyer.load(model).frozen


def write_empty(clip: Clip, path: Path) -> Path:
    """The first frame, in which the scene is empty."""
    cv2.imwrite(str(path), read_frames(clip.path)[0])
    return path


@pytest.mark.parametrize("plate", ["file", "array", "first:0.3s", "auto"])
@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_what_is_not_of_the_plate_is_kept(
    plate: str | None, pixel_path: str, clip: Clip, tmp_path: Path
) -> None:
    given: object = plate
    if plate == "file":
        given = write_empty(clip, tmp_path / "plate.png")
    elif plate == "array":
        given = read_frames(clip.path)[0]
    options = asked("plate", plate=given)
    result = matte(clip.path, tmp_path / "m.mkv", settings=options, pixel_path=pixel_path)
    got = mattes(tmp_path / "m.mkv")
    assert result.warnings == []
    assert len(got) == clip.frames
    assert got[4].mean() < 2
    assert agreement(got[20], 20) > RIM


def test_a_plate_in_ten_bits_is_keyed_in_eight(tmp_path: Path) -> None:
    clip = lossless(tmp_path / "deep.mkv", "yuv420p10le")
    plate = write_empty(clip, tmp_path / "plate.png")
    matte(clip.path, tmp_path / "m.mkv", settings=asked("plate", plate=plate))
    assert agreement(mattes(tmp_path / "m.mkv")[20], 20) > RIM


def test_the_plate_of_the_first_seconds_is_that_of_the_inputs_beginning(
    clip: Clip, tmp_path: Path
) -> None:
    options = asked("plate", plate="first:0.3")
    matte(clip.path, tmp_path / "m.mkv", settings=options, start=20.5 / 24)
    assert agreement(mattes(tmp_path / "m.mkv")[0], 21) > RIM


def test_a_camera_that_moves_is_told(tmp_path: Path) -> None:
    wide = cv2.resize(
        np.random.default_rng(1).integers(0, 256, (24, 80, 3), dtype=np.uint8), (1280, 384)
    )
    with av.open(str(tmp_path / "pan.mkv"), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = 640, 384, "yuv420p"
        for index in range(40):
            view = np.ascontiguousarray(wide[:, 2 * index : 2 * index + 640])
            frame = av.VideoFrame.from_ndarray(view, format="bgr24")
            container.mux(video.encode(frame.reformat(format="yuv420p")))
        container.mux(video.encode(None))
    result = matte(tmp_path / "pan.mkv", tmp_path / "m.mkv", mask="plate")
    assert [line for line in result.warnings if line.startswith("plate: the camera moves")]


def screen_clip(path: Path, pixel_format: str = "yuv420p") -> Clip:
    rng = np.random.default_rng(8)
    with av.open(str(path), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = 160, 96, pixel_format
        for index in range(6):
            picture = np.full((96, 160, 3), (60, 170, 50), np.int16)
            picture += rng.integers(-4, 5, picture.shape)
            picture[24:72, 40 + index : 100 + index] = (60, 90, 180)
            picture[24:72, 40 + index : 44 + index] = (60, 120, 110)  # in the screen's light
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="bgr24")
            container.mux(video.encode(frame.reformat(format=pixel_format)))
        container.mux(video.encode(None))
    return Clip(path, 6, (160, 96))


@pytest.mark.parametrize("key", ["auto", "#32aa3c", (60, 170, 50)])
def test_what_is_not_of_the_screen_is_kept(key: object, tmp_path: Path) -> None:
    clip = screen_clip(tmp_path / "green.mkv")
    matte(clip.path, tmp_path / "m.mkv", settings=asked("chroma", key=key))
    got = mattes(tmp_path / "m.mkv")[3]
    assert got[30:66, 52:94].min() == 255
    assert got[:20].max() <= 2
    assert got[:, :36].max() <= 2


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p", "yuv422p10le"])
@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_the_screens_light_is_taken_off(pixel_format: str, pixel_path: str, tmp_path: Path) -> None:
    clip = screen_clip(tmp_path / "green.mkv", pixel_format)
    greens = []
    for despill in (0, 255):
        output = tmp_path / f"out{despill}.mkv"
        options = asked("chroma", despill=despill)
        process(
            clip.path,
            output,
            background="black",
            settings=options,
            codec="ffv1",
            pixel_path=pixel_path,
        )
        blue, green, red = cv2.split(read_frames(output)[3][30:66, 43:47].astype(np.int16))
        greens.append(float((green - np.maximum(blue, red)).mean()))
    assert greens[1] < greens[0] - 3


def test_a_screen_that_is_not_there_is_one_line(clip: Clip, tmp_path: Path) -> None:
    gray = tmp_path / "gray.mkv"
    with av.open(str(gray), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        picture = np.full((48, 64, 3), 120, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        container.mux(video.encode(frame.reformat(format="yuv420p")))
        container.mux(video.encode(None))
    with pytest.raises(OptionError, match="key"):
        matte(gray, tmp_path / "m.mkv", mask="chroma")
    assert not (tmp_path / "m.mkv").exists()


def test_the_backgrounds_light_falls_around_the_edge(clip: Clip, tmp_path: Path) -> None:
    still = np.zeros(SIZE[::-1], np.uint8)
    still[16:48, 30:80] = 255
    cv2.imwrite(str(tmp_path / "still.png"), still)
    results = []
    for strength in (0, 255):
        output = tmp_path / f"out{strength}.mkv"
        process(
            clip.path,
            output,
            background="white",
            mask=f"matte:{tmp_path}/still.png",
            light_wrap=strength,
            codec="ffv1",
        )
        results.append(read_frames(output)[2].astype(int))
    plain, lit = results
    assert (lit[17:47, 31] - plain[17:47, 31]).mean() > 20
    assert np.abs(lit[30:34, 50:60] - plain[30:34, 50:60]).max() <= 1
    assert np.abs(lit[:12] - plain[:12]).max() <= 1


def test_mattes_from_elsewhere_come_back(clip: Clip, tmp_path: Path) -> None:
    made = tmp_path / "made.mkv"
    matte(clip.path, made, settings=asked("adaptive", warm_up=4, refine="feather=1"))
    matte(clip.path, tmp_path / "again.mkv", mask=f"matte:{made}")
    for a, b in zip(mattes(made), mattes(tmp_path / "again.mkv"), strict=True):
        assert np.array_equal(a, b)


def test_a_small_matte_is_stretched(clip: Clip, tmp_path: Path) -> None:
    for index in range(clip.frames):
        small = np.zeros((8, 12), np.uint8)
        small[:, :6] = 255
        cv2.imwrite(str(tmp_path / f"m{index:03d}.png"), small)
    result = matte(clip.path, tmp_path / "m.mkv", mask=f"matte:{tmp_path}/m%03d.png")
    got = mattes(tmp_path / "m.mkv")[5]
    assert result.warnings == []
    assert got[:, :40].min() == 255
    assert got[:, 60:].max() == 0


def test_a_matte_that_ends_early_is_held_with_a_warning(clip: Clip, tmp_path: Path) -> None:
    made = tmp_path / "made.mkv"
    matte(clip.path, made, settings=asked("adaptive", warm_up=4), max_frames=12)
    result = matte(clip.path, tmp_path / "m.mkv", mask=f"matte:{made}")
    assert result.frames == clip.frames
    assert len(result.warnings) == 1
    assert "ends after 12 mattes" in result.warnings[0]
    got = mattes(tmp_path / "m.mkv")
    assert np.array_equal(got[-1], got[11])
    short = asked("matte", matte=made, matte_hold=2)
    matte(clip.path, tmp_path / "n.mkv", settings=short)
    got = mattes(tmp_path / "n.mkv")
    assert np.array_equal(got[13], got[11])
    assert got[14].max() == 0


def test_one_picture_is_the_matte_of_all_frames(clip: Clip, tmp_path: Path) -> None:
    still = np.zeros(SIZE[::-1], np.uint8)
    still[10:20, 30:60] = 200
    cv2.imwrite(str(tmp_path / "still.png"), still)
    result = matte(clip.path, tmp_path / "m.mkv", mask=f"matte:{tmp_path}/still.png")
    assert result.warnings == []
    assert all(np.array_equal(got, still) for got in mattes(tmp_path / "m.mkv"))


def write_depths(folder: Path, numbers: range) -> str:
    for number in numbers:
        depth = np.full(SIZE[::-1], 3000, np.uint16)
        depth[truth(number) > 0] = 700
        cv2.imwrite(str(folder / f"d{number:03d}.png"), depth)
    return f"{folder}/d%03d.png"


def test_near_depths_are_kept(clip: Clip, tmp_path: Path) -> None:
    maps = write_depths(tmp_path, range(clip.frames))
    options = asked("depth", refine="none", depth=maps, near=300, far=900)
    result = matte(clip.path, tmp_path / "m.mkv", settings=options)
    assert result.warnings == []
    for index, got in enumerate(mattes(tmp_path / "m.mkv")):
        assert np.array_equal(got, truth(index))


def test_a_frame_without_a_map_holds_the_last_for_a_while(clip: Clip, tmp_path: Path) -> None:
    maps = write_depths(tmp_path, range(12))
    (tmp_path / "d010.png").unlink()
    options = asked("depth", refine="none", depth=maps, near=300, far=900, depth_hold=3)
    result = matte(clip.path, tmp_path / "m.mkv", settings=options)
    got = mattes(tmp_path / "m.mkv")
    assert np.array_equal(got[10], truth(9))
    assert np.array_equal(got[11], truth(11))
    assert np.array_equal(got[14], truth(11))
    assert got[15].max() == 0
    assert any("13 frames have no map" in warning for warning in result.warnings)


def test_depths_from_a_gray_video_go_by_time(clip: Clip, tmp_path: Path) -> None:
    with av.open(str(tmp_path / "depth.mkv"), "w") as container:
        video = container.add_stream("ffv1", rate=12)  # half as many maps as frames
        video.width, video.height, video.pix_fmt = *SIZE, "gray16le"
        for index in range(0, clip.frames, 2):
            depth = np.full(SIZE[::-1], 3000, np.uint16)
            depth[truth(index) > 0] = 700
            container.mux(video.encode(av.VideoFrame.from_ndarray(depth, format="gray16le")))
        container.mux(video.encode(None))
    options = asked("depth", refine="none", depth=tmp_path / "depth.mkv", near=300, far=900)
    result = matte(clip.path, tmp_path / "m.mkv", settings=options)
    assert result.warnings == []
    for index, got in enumerate(mattes(tmp_path / "m.mkv")):
        assert np.array_equal(got, truth(index - index % 2))


def test_a_stereo_pair_gives_depth(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    wall = cv2.resize(rng.integers(0, 256, (60, 80), dtype=np.uint8), (320, 240))
    left = wall.copy()
    right = np.roll(wall, -8, axis=1)
    box = cv2.resize(rng.integers(0, 256, (30, 30), dtype=np.uint8), (100, 100))
    left[70:170, 110:210] = box
    right[70:170, 70:170] = box  # 40 pixels apart: five times as near
    for name, picture in (("left", left), ("right", right)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture)
    options = asked(
        "depth",
        depth=f"stereo:{tmp_path}/right.png",
        near=100,
        far=400,
        focal=160,
        baseline=50,
    )
    matte(tmp_path / "left.png", tmp_path / "m%d.png", settings=options)
    got = cv2.imread(str(tmp_path / "m1.png"), cv2.IMREAD_GRAYSCALE)
    assert got[80:160, 120:200].mean() > 240
    assert got[:50, 60:].mean() < 15


def test_regions_have_the_last_word(clip: Clip, tmp_path: Path) -> None:
    options = asked(
        "adaptive",
        keep_region="0,0 12,0 12,10 0,10",
        drop_region="50%,0% 100%,0% 100%,100% 50%,100%",
    )
    matte(clip.path, tmp_path / "m.mkv", settings=options)
    for got in mattes(tmp_path / "m.mkv"):
        assert got[:10, :12].min() == 255
        assert got[:, 48:].max() == 0


def test_a_region_that_ends_what_motion_keeps(clip: Clip, tmp_path: Path) -> None:
    options = asked("motion", drop_region="0%,0% 100%,0% 100%,100% 0%,100%")
    process(clip.path, tmp_path / "out.mkv", background="red", settings=options, codec="ffv1")
    process(
        clip.path, tmp_path / "bg.mkv", background="red", mask=Motion(threshold=255), codec="ffv1"
    )
    for a, b in zip(
        read_frames(tmp_path / "out.mkv"), read_frames(tmp_path / "bg.mkv"), strict=True
    ):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("background", ["blur", "transparent"])
def test_soft_mattes_go_with_every_background(background: str, clip: Clip, tmp_path: Path) -> None:
    options = asked("adaptive", warm_up=4, refine="feather=2")
    output = tmp_path / "out%03d.png"
    process(clip.path, output, background=background, settings=options)
    matte(clip.path, tmp_path / "m.mkv", settings=options)
    soft = mattes(tmp_path / "m.mkv")[20]
    last = cv2.imread(str(tmp_path / "out021.png"), cv2.IMREAD_UNCHANGED)
    if background == "transparent":
        assert np.array_equal(last[:, :, 3], soft)
        assert last[soft == 0].min() == 0
    else:
        source = read_frames(clip.path)[20].astype(int)
        assert np.abs(last[soft == 255].astype(int) - source[soft == 255]).max() <= 3


def test_a_preview_of_one_frame_shows_it(tmp_path: Path) -> None:
    from fastvbg.pipeline.preview import preview

    picture = np.full((40, 60, 3), 90, np.uint8)
    cv2.imwrite(str(tmp_path / "one.png"), picture)
    cv2.imwrite(str(tmp_path / "matte.png"), np.full((40, 60), 255, np.uint8))
    sheet = preview(
        tmp_path / "one.png", background="blue", mask=f"matte:{tmp_path}/matte.png", times=3
    )
    assert sheet.shape[0] < 300  # one row
    assert (sheet == 90).all(axis=2).sum() > 50_000  # source and result, each some 320x213


def test_a_preview_keys_every_frame_up_to_those_it_shows(clip: Clip) -> None:
    from fastvbg.pipeline.preview import preview

    plain = preview(clip.path, background="blue", times=2)
    sheet = preview(clip.path, background="blue", settings=asked("adaptive", warm_up=4), times=2)
    assert sheet.shape == plain.shape
    assert not np.array_equal(sheet, plain)


def test_the_refinement_of_every_kind_is_one() -> None:
    for kind in own().values():
        Refiner(kind.refinement)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "magic"}, "mask: got 'magic', wanted one of adaptive, auto, chroma"),
        ({"kind": "matte"}, "matte: wanted a file for the mask 'matte', got none"),
        ({"kind": "depth"}, "depth: wanted a file for the mask 'depth', got none"),
        ({"kind": "motion", "near": 3}, "near: the mask 'motion' does not have it; it belongs to"),
        ({"kind": "adaptive", "key": "#00ff00"}, "it belongs to chroma"),
        ({"kind": "matte:a.mkv", "matte": "b.mkv"}, "and matte too; give it once"),
    ],
)
def test_options_of_another_kind_are_refused(options: dict, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        asked(**options)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--mask", "depth", "--depth", "none%d.png"], "near, far: the mask 'depth' wants both"),
        (["--mask", "matte:none.mkv"], "matte: no such file: none.mkv"),
        (["--mask", "matte:none%d.png"], "matte: no file none%d.png in"),
        (
            ["--mask", "depth", "--depth", "none%d.png", "--near", "1", "--far", "2"],
            "depth: no file none%d.png in",
        ),
        (
            ["--mask", "depth", "--depth", "stereo:x.png", "--near", "1", "--far", "2"],
            "focal, baseline: a stereo pair wants both",
        ),
        (["--mask", "adaptive", "--load-model", "none.npz"], "none.npz: cannot read"),
        (["--load-model", "none.npz", "--warm-up", "4"], "warm_up: a model that is loaded has its"),
        (["--mask", "adaptive", "--learning-rate", "7"], "learning_rate: got 7"),
        (["--mask", "adaptive", "--refine", "polish"], "polish"),
        (["--mask", "adaptive", "--pairing", "tutorial"], "pairing: the tutorial's goes with"),
        (["--mask", "plate", "--plate", "none.png"], "plate: no such file: none.png"),
        (["--mask", "plate", "--plate", "first:soon"], "wanted first:SECONDS, such as first:2s"),
        (["--mask", "chroma", "--key", "greenish"], "key: got 'greenish', wanted a colour"),
        (["--mask", "chroma", "--key", "#808080"], "key"),
        (["--light-wrap", "300"], "light_wrap: got 300"),
        (["--keep-region", "1,1 2,2"], "keep-region"),
        (["--drop-region", "none.png"], "drop-region: no such file: none.png"),
    ],
)
def test_bad_options_are_one_line(
    options: list[str], message: str, clip: Clip, tmp_path: Path, capfd
) -> None:
    output = tmp_path / "out.mkv"
    arguments = ["run", str(clip.path), "-b", "red", "-o", str(output), *options]
    assert run_command_line(arguments) == 2
    error = capfd.readouterr().err
    assert error.startswith("fastvbg: ")
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_plate_of_another_size_is_one_line(clip: Clip, tmp_path: Path, capfd) -> None:
    cv2.imwrite(str(tmp_path / "plate.png"), np.zeros((10, 20, 3), np.uint8))
    output, plate = str(tmp_path / "out.mkv"), str(tmp_path / "plate.png")
    options = ["--mask", "plate", "--plate", plate, "-b", "red", "-o", output]
    assert run_command_line(["run", str(clip.path), *options]) == 2
    assert capfd.readouterr().err == (
        "fastvbg: plate: got 20x10 (width x height), wanted 96x64 like the frames; "
        "a plate must be from the same camera at the same place\n"
    )


def test_a_plate_cannot_be_taken_from_standard_input(tmp_path: Path) -> None:
    clip = lossless(tmp_path / "clip.mkv", count=3)
    command = [sys.executable, "-m", "fastvbg", "matte", "-", "--mask", "plate"]
    with clip.path.open("rb") as piped:
        done = subprocess.run(
            [*command, "-o", str(tmp_path / "m.mkv")],
            stdin=piped,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("fastvbg: plate: standard input can be read once only")


def test_a_signal_is_heeded_while_a_plate_is_estimated(clip: Clip, tmp_path: Path) -> None:
    calls = []

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt(number)

    class Estimator(PlateEstimator):
        def add(self, frame: object) -> None:
            calls.append(1)
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, stop)
    try:
        with (
            mock.patch("fastvbg.matting.plate.PlateEstimator", Estimator),
            pytest.raises(KeyboardInterrupt),
        ):
            matte(clip.path, tmp_path / "m.mkv", mask="plate")
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(calls) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_depth_map_leaves_no_output(clip: Clip, tmp_path: Path) -> None:
    maps = write_depths(tmp_path, range(clip.frames))
    (tmp_path / "d015.png").write_bytes(b"no picture")
    options = asked("depth", refine="none", depth=maps, near=300, far=900)
    with pytest.raises(SourceError, match="depth: not an image that OpenCV can read"):
        matte(clip.path, tmp_path / "m.mkv", settings=options)
    assert not (tmp_path / "m.mkv").exists()


def test_the_command_line_takes_the_options(clip: Clip, tmp_path: Path) -> None:
    options = ["--mask", "adaptive", "--warm-up", "4", "--refine", "fill", "--quiet"]
    given = ["matte", str(clip.path), "-o", str(tmp_path / "a.mkv"), *options]
    assert run_command_line(given) == 0
    matte(clip.path, tmp_path / "b.mkv", settings=asked("adaptive", warm_up=4, refine="fill"))
    for a, b in zip(mattes(tmp_path / "a.mkv"), mattes(tmp_path / "b.mkv"), strict=True):
        assert np.array_equal(a, b)
