"""`process` and `matte` as people call them: options of any kind, and nothing left behind."""

from __future__ import annotations

import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.constants import MOST_DEPTH, MOST_DEPTH_HOLD
from tests.support.asked import asked
from tests.support.media import make_clip, moving_frames, read_frames, read_times

COUNT = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("api")
    make_clip(folder / "clip.mp4", count=COUNT, width=32, height=24, rate=25)
    for number, picture in enumerate(moving_frames(COUNT, 32, 24)):
        cv2.imwrite(str(folder / f"in{number:03d}.png"), picture)
    return folder


def composited(folder: Path, tmp_path: Path, source: str = "clip.mp4", **options) -> Path:
    output = tmp_path / "o.mp4"
    given = {"background": "navy", "preset": "ultrafast", **options}
    fastvbg.process(folder / source, output, **given)
    return output


@pytest.mark.parametrize("fps", [30, 30.0, "30", Fraction(30), Decimal(30), np.float64(30)])
def test_a_rate_of_any_kind(folder, tmp_path, fps) -> None:
    output = composited(folder, tmp_path, "in%03d.png", fps=fps)
    assert read_times(output) == [Fraction(k, 30) for k in range(COUNT)]


def test_a_rate_of_television(folder, tmp_path) -> None:
    with av.open(str(composited(folder, tmp_path, "in%03d.png", fps=29.97))) as container:
        rate = container.streams.video[0].average_rate
    assert (rate.numerator, rate.denominator) == (30000, 1001)


@pytest.mark.parametrize("start", [0.2, "0.2", "0:00.2", np.float32(0.2), Decimal("0.2")])
def test_a_time_of_any_kind_is_that_frame(folder, tmp_path, start) -> None:
    """Frame 5 is shown at 0.2 s, which no float is: the nearest ones lie beside it."""
    assert len(read_frames(composited(folder, tmp_path, start=start))) == COUNT - 5


def test_an_end_that_was_computed(folder, tmp_path) -> None:
    """3 * 0.08 as floats is more than 0.24, and would let in the frame at 0.24."""
    output = composited(folder, tmp_path, start=0.04 + 0.08, end=3 * 0.08)
    assert len(read_frames(output)) == 3


def test_sizes_of_any_kind(folder, tmp_path) -> None:
    for k, scale in enumerate(([16, 12], np.array([16, 0]), "16x-1")):
        (tmp_path / str(k)).mkdir()
        assert read_frames(composited(folder, tmp_path / str(k), scale=scale))[0].shape[:2] == (
            12,
            16,
        )


def test_encoder_options_that_are_numbers(folder, tmp_path) -> None:
    output = composited(folder, tmp_path, encoder_options={"g": 3, "bf": np.int64(0)})
    with av.open(str(output)) as container:
        keys = [packet.is_keyframe for packet in container.demux(video=0) if packet.size]
    assert keys == [k % 3 == 0 for k in range(COUNT)]


def test_paths_of_other_classes(folder, tmp_path) -> None:
    class Own(os.PathLike):
        def __init__(self, path: Path) -> None:
            self.path = path

        def __fspath__(self) -> str:
            return str(self.path)

    output = tmp_path / "o.mp4"
    result = fastvbg.process(Own(folder / "clip.mp4"), Own(output), background="navy")
    assert result.frames == COUNT
    assert output.exists()


BAD = [
    ("fps", 0, "fps: got 0, wanted a rate above 0"),
    ("start", "soon", "start: got 'soon', wanted seconds such as"),
    ("start", float("nan"), "start: got nan, wanted seconds"),
    ("end", float("inf"), "end: got inf, wanted seconds"),
    ("end", True, "end: got True, wanted seconds"),
    ("max_frames", 3.0, "max_frames: got 3.0, wanted an integer in"),
    ("crf", "18", "crf: got '18', wanted a number in 0..255"),
    ("crf", float("nan"), "crf: got nan, wanted a number in 0..255"),
    ("codec", "", "codec: got '', wanted text that is not empty"),
    ("preset", 3, "preset: got 3, wanted text"),
    ("preset", "swift", "preset: got 'swift', wanted one of ultrafast, "),
    ("encoder_options", ["g=10"], "encoder_options: got .*, wanted a dict"),
    ("encoder_options", {"tune": "x"}, "tune: got 'x', wanted one of film, "),
    ("overwrite", "no", "overwrite: got 'no', wanted True or False"),
    ("keep_partial", "no", "keep_partial: got 'no', wanted True or False"),
    ("progress", True, "progress: got True, wanted something to call"),
    ("mask", None, "mask: got None, wanted one of adaptive, "),
    ("background", None, "background: got None, wanted the name of a file, a picture"),
    ("background", (255, 0, 0), "background: got .*, wanted .* a colour such as"),
    ("background", "", "background: got an empty name"),
    ("background", np.zeros((4, 4), np.uint8), r"background: got shape \(4, 4\), wanted"),
    ("background", np.zeros((4, 4, 3)), "background: got dtype float64, wanted uint8"),
    ("background", np.zeros((0, 4, 3), np.uint8), "background: got an empty picture"),
    ("background", np.ma.zeros((4, 4, 3), np.uint8), "background: got a masked array"),
    ("input", b"clip.mp4", "input: got b'clip.mp4', wanted the name of a file"),
    ("output", None, "output: got None, wanted the name of a file"),
]


@pytest.mark.parametrize(("option", "value", "words"), BAD)
def test_what_is_refused(folder, tmp_path, option, value, words) -> None:
    given = {"input": folder / "clip.mp4", "output": tmp_path / "o.mp4", "background": "navy"}
    with pytest.raises(fastvbg.FastvbgError, match=f"^{words}"):
        fastvbg.process(**{**given, option: value})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["o.mp4", "o%d.png"])
def test_what_a_callback_raises_comes_out_and_nothing_stays(folder, tmp_path, name) -> None:
    mine = KeyError("mine")

    def progress(frames: int, expected: int | None) -> None:
        if frames == 3:
            raise mine

    with pytest.raises(KeyError) as caught:
        fastvbg.process(folder / "clip.mp4", tmp_path / name, background="navy", progress=progress)
    assert caught.value is mine
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_stands_for_a_colour_is_a_file_as_a_path(folder, tmp_path) -> None:
    with pytest.raises(fastvbg.SourceError, match="^background: no such file"):
        composited(folder, tmp_path, background=Path("navy"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "chroma", "tolerance": "9"}, "tolerance: got '9', wanted an integer"),
        ({"kind": "chroma", "key": (1, 2)}, r"key: got \(1, 2\), wanted a colour"),
        ({"kind": "adaptive", "freeze": "no"}, "freeze: got 'no', wanted True or False"),
        ({"kind": "depth", "depth": "d%d.png", "depth_hold": 999}, "depth_hold: got 999, wanted"),
        ({"kind": "plate", "plate": 3}, "plate: got 3, wanted the name of a file"),
        ({"keep_region": []}, r"keep_region: got \[\], wanted the name of a file"),
        ({"kind": "model", "model": "m.onnx", "model_size": 3}, "model_size: got 3, wanted"),
    ],
)
def test_options_of_masks_are_checked_when_they_are_made(options, words) -> None:
    with pytest.raises(fastvbg.FastvbgError, match=f"^{words}"):
        asked(**options)


def test_ranges_of_options_that_the_keyers_call_otherwise() -> None:
    needed = {"kind": "depth", "depth": "d%d.png", "near": 1, "far": 2}
    asked(**needed, depth_hold=MOST_DEPTH_HOLD, depth_invalid=MOST_DEPTH)
    for option, most in (("depth_hold", MOST_DEPTH_HOLD), ("depth_invalid", MOST_DEPTH)):
        with pytest.raises(fastvbg.OptionError, match=f"^{option}: got {most + 1}"):
            asked(**needed, **{option: most + 1})


def test_where_a_model_is_to_be_kept_is_looked_at_first(folder, tmp_path) -> None:
    called: list[int] = []
    for path, words in (
        (tmp_path / "none" / "m.npz", "save_model: no such folder"),
        (tmp_path, "save_model: .* is a folder"),
        (folder / "clip.mp4", "save_model: .* is the input itself"),
        (tmp_path / "o.mp4", "save_model: .* is the output itself"),
    ):
        mask = asked("adaptive", save_model=path)
        with pytest.raises(fastvbg.SinkError, match=f"^{words}"):
            composited(folder, tmp_path, settings=mask, progress=lambda *_: called.append(1))
    assert called == []


def test_a_masked_array_is_no_frame() -> None:
    frame = np.ma.masked_array(np.zeros((2, 2, 3), np.uint8), mask=True)
    plain = frame.filled(0)
    with pytest.raises(fastvbg.DTypeError, match=r"^next: got a masked array, wanted a plain one"):
        fastvbg.composite(plain, frame, plain)


def test_chroma_of_despilled_planes_has_memory_of_its_own() -> None:
    planes = tuple(np.full((2, 2), 90, np.uint8) for _ in range(3))
    matte = np.full((2, 2), 255, np.uint8)
    given = planes, matte, (0, 255, 0)
    fastvbg.despill_planes(*given, out=planes[1:])
    for out in (planes[:0:-1], (planes[1], planes[1]), (matte, planes[2])):
        with pytest.raises(fastvbg.OverlapError, match="^out: shares memory with"):
            fastvbg.despill_planes(*given, out=out)
