"""Frames composited in the pass in which they are keyed: the bytes of keying and blending."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import matte, process
from fastvbg.keyers.plate.camera import CameraMotion
from fastvbg.masks.motion import Motion
from fastvbg.matting.masker import Masker
from fastvbg.pixels import BGRPixels, NativePixels
from fastvbg.reference.foreground import estimate_foreground_planes
from fastvbg.reference.planes import blend_plane
from tests.support.asked import asked
from tests.support.masked import clip, decoded, lossless, mattes, screen_clip
from tests.support.media import Clip, read_frames

__all__ = ["clip"]


def own_colours(planes: list[np.ndarray], soft: np.ndarray) -> list[np.ndarray]:
    """The foreground's planes; deeper ones follow their highest 8 bits."""
    deeper = 8 * (planes[0].itemsize - 1) // 4
    sample = tuple((plane >> deeper).astype(np.uint8) for plane in planes)
    own = estimate_foreground_planes(sample, soft)
    most = (256 << deeper) - 1
    return [
        (plane + ((new.astype(int) - old) << deeper)).clip(0, most).astype(plane.dtype)
        for plane, old, new in zip(planes, sample, own, strict=True)
    ]


@pytest.mark.parametrize("foreground", ["estimated", "frame"])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "nv12"])
def test_a_soft_composite_is_the_literal_one(
    pixel_format: str, foreground: str, tmp_path: Path
) -> None:
    clip = lossless(tmp_path / "clip.mkv", pixel_format.replace("nv12", "yuv420p"), 12)
    options = asked("adaptive", warm_up=4, refine="feather=2", foreground=foreground)
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
    frame = list(decoded(clip.path)[11])
    kept = own_colours(frame, soft) if foreground == "estimated" else frame
    assert foreground == "frame" or not np.array_equal(kept[0], frame[0])
    files = (decoded(tmp_path / name)[11] for name in ("bg.mkv", "out.mkv"))
    for source, behind, result in zip(kept, *files, strict=True):
        assert np.array_equal(result, blend_plane(soft, source, behind))


FUSED = {
    "plate": {"plate": "first:0.3", "foreground": "frame"},
    "chroma": {"key": (60, 170, 50), "despill": 0},
    "adaptive": {"warm_up": 4, "foreground": "frame"},
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


def test_light_that_is_taken_off_soft_edges_takes_passes_of_its_own(
    monkeypatch, tmp_path: Path
) -> None:
    clip = screen_clip(tmp_path / "clip.mkv")
    settings = asked("chroma", refine="none", key=(60, 170, 50))
    assert fused_and_apart(monkeypatch, tmp_path, clip, settings=settings)[0] == 0


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
