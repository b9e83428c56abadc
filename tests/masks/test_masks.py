"""Masks in a run: refinement and regions, what belongs to which kind, and what is refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import Refiner, matte, process
from fastvbg.cli import run_command_line
from fastvbg.errors import OptionError
from fastvbg.masks.motion import Motion
from fastvbg.masks.registry import own
from fastvbg.source import open_source
from tests.support.asked import asked
from tests.support.masked import clip, mattes
from tests.support.media import Clip, read_frames

__all__ = ["clip"]


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


@pytest.mark.parametrize("kind", own().values(), ids=lambda kind: kind.name)
def test_the_refinement_of_every_kind_has_the_steps_it_names(kind) -> None:
    named = [] if kind.refinement == "none" else kind.refinement.split(",")
    assert len(Refiner(kind.refinement).steps) == len(named)


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
        (["--keep-region", "1,1 2,2"], "keep_region: got 2 corners"),
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


def test_the_command_line_takes_the_options(clip: Clip, tmp_path: Path) -> None:
    options = ["--mask", "adaptive", "--warm-up", "4", "--refine", "fill", "--quiet"]
    given = ["matte", str(clip.path), "-o", str(tmp_path / "a.mkv"), *options]
    assert run_command_line(given) == 0
    matte(clip.path, tmp_path / "b.mkv", settings=asked("adaptive", warm_up=4, refine="fill"))
    for a, b in zip(mattes(tmp_path / "a.mkv"), mattes(tmp_path / "b.mkv"), strict=True):
        assert np.array_equal(a, b)
