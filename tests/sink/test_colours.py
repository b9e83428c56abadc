"""What an output's decoder takes its numbers for is what they mean, whatever its codec can note."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np
import pytest

from fastvbg import process
from fastvbg.masks import Matte
from fastvbg.media.colour import Converter, ToBGR, tags_of
from fastvbg.media.image import read_image

if TYPE_CHECKING:
    from pathlib import Path

QUARTERS = np.array([[(30, 30, 220), (30, 200, 30)], [(220, 30, 30), (20, 230, 230)]], np.uint8)
PICTURE = np.kron(QUARTERS, np.ones((64, 128, 1), np.uint8))
BT709, BT601, BT2020 = 1, 5, 9
LIMITED, FULL = 1, 2
OUTPUTS: list[tuple[str, dict[str, Any]]] = [
    ("o.mp4", {}),
    ("o.mov", {}),
    ("o.mkv", {}),
    ("o.webm", {}),
    ("o.y4m", {}),
    ("o.gif", {}),
    ("p.mov", {"codec": "prores_ks"}),
    ("p.mkv", {"codec": "prores_ks"}),
    ("t.mov", {"background": "transparent"}),
    ("t.mkv", {"background": "transparent"}),
    ("t.webm", {"background": "transparent"}),
    ("v.webm", {"codec": "libvpx"}),
    ("j.mkv", {"codec": "mjpeg"}),
    ("f.mkv", {"codec": "ffv1"}),
    ("m.mkv", {"codec": "mpeg2video"}),
    ("m.mp4", {"codec": "mpeg4"}),
    ("d.mov", {"codec": "dnxhd", "encoder_options": {"profile": "dnxhr_hq"}}),
    ("n.mov", {"codec": "png"}),
    ("r.mkv", {"codec": "rawvideo"}),
    ("r%d.png", {}),
]


def write(path: Path, matrix: int, range: int, pixel_format: str, transfer: int = 1) -> Path:
    """Write two frames of the picture, in a stream that says what its numbers mean."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=25)
        stream.height, stream.width = PICTURE.shape[:2]
        stream.pix_fmt = pixel_format
        context = stream.codec_context
        context.colorspace, context.color_range, context.color_trc = matrix, range, transfer
        context.color_primaries = matrix
        frame = av.VideoFrame.from_ndarray(PICTURE, format="bgr24")
        for number in (0, 1):
            made = frame.reformat(format=pixel_format, dst_colorspace=matrix, dst_color_range=range)
            made.pts, made.time_base = number, Fraction(1, 25)
            made.colorspace, made.color_range = matrix, range
            container.mux(stream.encode(made))
        container.mux(stream.encode(None))
    return path


def decoded(path: Path) -> tuple[np.ndarray, Any]:
    """The first picture by what its own decoder says, and that frame."""
    if path.suffix == ".png":
        return read_image(str(path) % 1, "picture"), None
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    return ToBGR(tags_of(frame))(frame), frame


@pytest.mark.parametrize(("matrix", "range"), [(BT709, LIMITED), (BT709, FULL), (BT601, FULL)])
@pytest.mark.parametrize(("name", "asked"), OUTPUTS, ids=[name for name, _ in OUTPUTS])
def test_colours_come_out_as_they_went_in(
    tmp_path: Path, name: str, asked: dict[str, Any], matrix: int, range: int
) -> None:
    clip = write(tmp_path / "in.mkv", matrix, range, "yuv420p")
    cv2.imwrite(str(tmp_path / "all.png"), np.full((4, 4), 255, np.uint8))
    limit = {"max_frames": 1} if "%" in name else {}
    given = {"background": "navy", "mask": Matte(matte=tmp_path / "all.png"), **limit, **asked}
    process(clip, tmp_path / name, **given)
    made, _ = decoded(tmp_path / name)
    away = np.abs(made[16::32, 32::64].astype(int) - PICTURE[16::32, 32::64]).max()
    assert away <= 8, made[32::64, 64::128]


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p10le"])
@pytest.mark.parametrize("background", ["navy", "blur", "transparent"])
def test_prores_says_what_its_colours_are(
    tmp_path: Path, pixel_format: str, background: str
) -> None:
    clip = write(tmp_path / "in.mkv", BT2020, LIMITED, pixel_format, transfer=16)
    process(clip, tmp_path / "o.mov", background=background, mask="motion", codec="prores_ks")
    _, frame = decoded(tmp_path / "o.mov")
    tags = tags_of(frame)
    assert (tags.matrix, tags.primaries, tags.transfer) == (BT2020, BT2020, 16)


def test_a_matrix_is_changed_to_another(tmp_path: Path) -> None:
    clip = write(tmp_path / "in.mkv", BT709, LIMITED, "yuv444p")
    _, frame = decoded(clip)
    tags = tags_of(frame)
    other = Converter(tags, "yuv444p", matrix=BT601, range=FULL)(frame)
    assert (int(other.colorspace), int(other.color_range)) == (BT601, FULL)
    away = ToBGR(tags_of(other))(other).astype(int) - ToBGR(tags)(frame)
    assert np.abs(away).max() <= 3
    assert Converter(tags, "yuv444p", matrix=BT709)(frame) is frame


PQ, HLG, SDR = 16, 18, 1
LIGHTS = [
    (HLG, "still.png", "it is SDR and the input HDR (HLG)", "brighter than it is"),
    (PQ, SDR, "it is SDR and the input HDR (PQ)", "brighter than it is"),
    (SDR, PQ, "it is HDR (PQ) and the input SDR", "duller than it is"),
    (PQ, HLG, "it is HDR (HLG) and the input HDR (PQ)", "in another brightness than its own"),
    (PQ, PQ, "", ""),
    (SDR, "still.png", "", ""),
    (HLG, "navy", "", ""),
    (HLG, "blur", "", ""),
    (HLG, "transparent", "", ""),
]


@pytest.mark.parametrize("segments", [None, 0.1])
@pytest.mark.parametrize(("own", "behind", "lights", "how"), LIGHTS)
def test_a_background_of_another_light_is_told(
    tmp_path: Path, own: int, behind: Any, lights: str, how: str, segments: float | None
) -> None:
    clip = write(tmp_path / "in.mkv", BT2020, LIMITED, "yuv420p10le", transfer=own)
    if isinstance(behind, int):
        behind = write(tmp_path / "bg.mkv", BT2020, LIMITED, "yuv420p10le", transfer=behind)
    elif behind == "still.png":
        behind = tmp_path / behind
        cv2.imwrite(str(behind), PICTURE)
    more = {} if segments is None else {"segments": segments}
    out = tmp_path / ("o.mkv" if behind == "transparent" else "o.mp4")
    result = process(clip, out, background=behind, mask="motion", **more)
    told = [line for line in result.warnings if line.startswith("background: ")]
    wanted = f"background: {lights}, to which it is not mapped: it shows {how}"
    assert told == ([wanted] if how else [])
