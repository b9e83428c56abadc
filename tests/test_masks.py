"""Masks in a run: each kind by itself, with refinement and regions, and what is refused."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import MaskOptions, Refiner, matte, process
from fastvbg.cli import run_command_line
from fastvbg.errors import OptionError, SourceError
from fastvbg.media.planes import planes_of
from fastvbg.pipeline.masking.build import DEFAULT_REFINE
from fastvbg.pipeline.masking.options import KINDS
from fastvbg.reference.planes import blend_plane
from fastvbg.source import open_source
from tests.media import Clip, moving_frames, read_frames

SIZE = (96, 64)


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
                picture[16:48, 2 * index : 2 * index + 24] = (30, 220, 240)
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
        mask[16:48, 2 * index : 2 * index + 24] = 255
    return mask


def agreement(mask: np.ndarray, index: int) -> float:
    said, wanted = mask >= 128, truth(index) >= 128
    return float((said & wanted).sum() / max(1, (said | wanted).sum()))


def test_the_adaptive_mask_is_the_keyers_refined(clip: Clip, tmp_path: Path) -> None:
    options = MaskOptions("adaptive", warm_up=4, refine="fill,feather=1")
    matte(clip.path, tmp_path / "m.mkv", mask=options)
    keyer, refiner = fastvbg.AdaptiveKeyer(warm_up=4), Refiner("fill,feather=1")
    got = mattes(tmp_path / "m.mkv")
    for planes, said in zip(decoded(clip.path), got, strict=True):
        assert np.array_equal(said, refiner.apply(keyer.key_planes(planes)))
    assert agreement(got[20], 20) > 0.8


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "nv12"])
def test_a_soft_composite_is_the_literal_one(pixel_format: str, tmp_path: Path) -> None:
    clip = lossless(tmp_path / "clip.mkv", pixel_format.replace("nv12", "yuv420p"), 12)
    options = MaskOptions("adaptive", warm_up=4, refine="feather=2")
    process(clip.path, tmp_path / "out.mkv", background="#204060", mask=options, codec="ffv1")
    matte(clip.path, tmp_path / "m.mkv", mask=options)
    process(clip.path, tmp_path / "bg.mkv", background="#204060", threshold=255, codec="ffv1")
    soft = mattes(tmp_path / "m.mkv")[11]
    assert np.count_nonzero((soft > 0) & (soft < 255)) > 20
    files = (clip.path, tmp_path / "bg.mkv", tmp_path / "out.mkv")
    for source, behind, result in zip(*(decoded(file)[11] for file in files), strict=True):
        assert np.array_equal(result, blend_plane(soft, source, behind))


def test_the_bgr_path_keys_bgr(clip: Clip, tmp_path: Path) -> None:
    options = MaskOptions("adaptive", warm_up=4, refine="none")
    matte(clip.path, tmp_path / "m.mkv", mask=options, pixel_path="bgr")
    keyer = fastvbg.AdaptiveKeyer(warm_up=4)
    with open_source(clip.path) as source:
        wanted = [keyer.key(item.frame) for item in source]
    assert np.array_equal(mattes(tmp_path / "m.mkv"), wanted)
    assert np.count_nonzero(wanted[20]) > 0


@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_opencvs_subtractors_see_bgr(pixel_path: str, clip: Clip, tmp_path: Path) -> None:
    options = MaskOptions("mog2", refine="none")
    matte(clip.path, tmp_path / "m.mkv", mask=options, pixel_path=pixel_path)
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
    matte(tmp_path / "cut.mkv", tmp_path / "m.mkv", mask=MaskOptions("adaptive", warm_up=4))
    assert max(mask.max() for mask in mattes(tmp_path / "m.mkv")) == 0


def test_a_model_goes_on_where_it_was_saved(clip: Clip, tmp_path: Path) -> None:
    model = tmp_path / "scene.npz"
    empty = MaskOptions("adaptive", save_model=model, warm_up=4)
    matte(clip.path, tmp_path / "a.mkv", mask=empty, max_frames=8)
    later = MaskOptions("adaptive", load_model=model)
    matte(clip.path, tmp_path / "b.mkv", mask=later, start=20 / 24)
    assert agreement(mattes(tmp_path / "b.mkv")[0], 20) > 0.8


def test_a_frozen_model_learns_nothing_more(clip: Clip, tmp_path: Path) -> None:
    model = tmp_path / "scene.npz"
    frozen = MaskOptions("adaptive", save_model=model, warm_up=4, freeze=True)
    matte(clip.path, tmp_path / "a.mkv", mask=frozen)
    assert fastvbg.AdaptiveKeyer.load(model).frames == 4
    assert fastvbg.AdaptiveKeyer.load(model).frozen


def test_mattes_from_elsewhere_come_back(clip: Clip, tmp_path: Path) -> None:
    made = tmp_path / "made.mkv"
    matte(clip.path, made, mask=MaskOptions("adaptive", warm_up=4, refine="feather=1"))
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
    matte(clip.path, made, mask=MaskOptions("adaptive", warm_up=4), max_frames=12)
    result = matte(clip.path, tmp_path / "m.mkv", mask=f"matte:{made}")
    assert result.frames == clip.frames
    assert len(result.warnings) == 1
    assert "ends after 12 mattes" in result.warnings[0]
    got = mattes(tmp_path / "m.mkv")
    assert np.array_equal(got[-1], got[11])
    short = MaskOptions("matte", matte=made, matte_hold=2)
    matte(clip.path, tmp_path / "n.mkv", mask=short)
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
    options = MaskOptions("depth", depth=maps, near=300, far=900)
    result = matte(clip.path, tmp_path / "m.mkv", mask=options)
    assert result.warnings == []
    for index, got in enumerate(mattes(tmp_path / "m.mkv")):
        assert np.array_equal(got, truth(index))


def test_a_frame_without_a_map_holds_the_last_for_a_while(clip: Clip, tmp_path: Path) -> None:
    maps = write_depths(tmp_path, range(12))
    (tmp_path / "d010.png").unlink()
    options = MaskOptions("depth", depth=maps, near=300, far=900, depth_hold=3)
    result = matte(clip.path, tmp_path / "m.mkv", mask=options)
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
    options = MaskOptions("depth", depth=tmp_path / "depth.mkv", near=300, far=900)
    result = matte(clip.path, tmp_path / "m.mkv", mask=options)
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
    options = MaskOptions(
        "depth",
        depth=f"stereo:{tmp_path}/right.png",
        near=100,
        far=400,
        focal=160,
        baseline=50,
    )
    matte(tmp_path / "left.png", tmp_path / "m%d.png", mask=options)
    got = cv2.imread(str(tmp_path / "m1.png"), cv2.IMREAD_GRAYSCALE)
    assert got[80:160, 120:200].mean() > 240
    assert got[:50, 60:].mean() < 15


def test_regions_have_the_last_word(clip: Clip, tmp_path: Path) -> None:
    options = MaskOptions(
        "adaptive",
        keep_region="0,0 12,0 12,10 0,10",
        drop_region="50%,0% 100%,0% 100%,100% 50%,100%",
    )
    matte(clip.path, tmp_path / "m.mkv", mask=options)
    for got in mattes(tmp_path / "m.mkv"):
        assert got[:10, :12].min() == 255
        assert got[:, 48:].max() == 0


def test_a_region_that_ends_what_motion_keeps(clip: Clip, tmp_path: Path) -> None:
    options = MaskOptions("motion", drop_region="0%,0% 100%,0% 100%,100% 0%,100%")
    process(clip.path, tmp_path / "out.mkv", background="red", mask=options, codec="ffv1")
    process(clip.path, tmp_path / "bg.mkv", background="red", threshold=255, codec="ffv1")
    for a, b in zip(
        read_frames(tmp_path / "out.mkv"), read_frames(tmp_path / "bg.mkv"), strict=True
    ):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("background", ["blur", "transparent"])
def test_soft_mattes_go_with_every_background(background: str, clip: Clip, tmp_path: Path) -> None:
    options = MaskOptions("adaptive", warm_up=4, refine="feather=2")
    output = tmp_path / "out%03d.png"
    process(clip.path, output, background=background, mask=options)
    matte(clip.path, tmp_path / "m.mkv", mask=options)
    soft = mattes(tmp_path / "m.mkv")[20]
    last = cv2.imread(str(tmp_path / "out021.png"), cv2.IMREAD_UNCHANGED)
    if background == "transparent":
        assert np.array_equal(last[:, :, 3], soft)
        assert last[soft == 0].min() == 0
    else:
        source = read_frames(clip.path)[20].astype(int)
        assert np.abs(last[soft == 255].astype(int) - source[soft == 255]).max() <= 3


def test_a_preview_keys_every_frame_up_to_those_it_shows(clip: Clip) -> None:
    from fastvbg.pipeline.preview import preview

    plain = preview(clip.path, background="blue", times=2)
    sheet = preview(clip.path, background="blue", mask=MaskOptions("adaptive", warm_up=4), times=2)
    assert sheet.shape == plain.shape
    assert not np.array_equal(sheet, plain)


def test_every_kind_has_its_refinement() -> None:
    assert DEFAULT_REFINE.keys() == KINDS.keys()
    for spec in DEFAULT_REFINE.values():
        Refiner(spec)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "magic"}, "mask: got 'magic', wanted one of motion, plate, adaptive"),
        ({"kind": "matte"}, "matte: wanted a file for the mask 'matte', got none"),
        ({"kind": "depth"}, "depth: wanted a file for the mask 'depth', got none"),
        ({"kind": "motion", "near": 3}, "near: the mask 'motion' does not have it; it belongs to"),
        ({"kind": "adaptive", "key": "#00ff00"}, "it belongs to chroma"),
        ({"kind": "matte:a.mkv", "matte": "b.mkv"}, "and matte too; give it once"),
    ],
)
def test_options_of_another_kind_are_refused(options: dict, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        MaskOptions(**options)
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
        (["--mask", "adaptive", "--learning-rate", "7"], "learning_rate: got 7"),
        (["--mask", "adaptive", "--refine", "polish"], "polish"),
        (["--mask", "adaptive", "--pairing", "tutorial"], "pairing: the tutorial's goes with"),
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


def test_a_damaged_depth_map_leaves_no_output(clip: Clip, tmp_path: Path) -> None:
    maps = write_depths(tmp_path, range(clip.frames))
    (tmp_path / "d015.png").write_bytes(b"no picture")
    options = MaskOptions("depth", depth=maps, near=300, far=900)
    with pytest.raises(SourceError, match="depth: not an image that OpenCV can read"):
        matte(clip.path, tmp_path / "m.mkv", mask=options)
    assert not (tmp_path / "m.mkv").exists()


def test_the_command_line_takes_the_options(clip: Clip, tmp_path: Path) -> None:
    options = ["--mask", "adaptive", "--warm-up", "4", "--refine", "fill", "--quiet"]
    given = ["matte", str(clip.path), "-o", str(tmp_path / "a.mkv"), *options]
    assert run_command_line(given) == 0
    matte(clip.path, tmp_path / "b.mkv", mask=MaskOptions("adaptive", warm_up=4, refine="fill"))
    for a, b in zip(mattes(tmp_path / "a.mkv"), mattes(tmp_path / "b.mkv"), strict=True):
        assert np.array_equal(a, b)
