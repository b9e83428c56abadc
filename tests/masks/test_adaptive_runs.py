"""The adaptive mask in a run: its keyer refined, scenes that end, models kept and loaded."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

import fastvbg
from fastvbg import Refiner, matte, process
from tests.support.asked import asked
from tests.support.masked import RIM, agreement, clip, decoded, mattes
from tests.support.media import Clip, read_frames

__all__ = ["clip"]


def test_the_adaptive_mask_is_the_keyers_refined(clip: Clip, tmp_path: Path) -> None:
    options = asked("adaptive", warm_up=4, refine="fill,feather=1")
    matte(clip.path, tmp_path / "m.mkv", settings=options)
    keyer, refiner = fastvbg.AdaptiveKeyer(warm_up=4), Refiner("fill,feather=1")
    got = mattes(tmp_path / "m.mkv")
    for planes, said in zip(decoded(clip.path), got, strict=True):
        assert np.array_equal(said, refiner.apply(keyer.key_planes(planes)))
    assert agreement(got[20], 20) > RIM


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
