"""Turns that a file notes, and pixels that are not square: dealt with once, for every feature."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext

import fastvbg
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import ReadOptions
from fastvbg.media.planes import planes_of
from fastvbg.media.upright import AS_IT_IS, Turn, angle_of, turn_of
from fastvbg.pipeline.preview import preview
from fastvbg.pipeline.process import matte, process
from fastvbg.source import open_source
from tests.support.asked import asked
from tests.support.turned import (
    FRAMES,
    HEIGHT,
    ONE,
    TURNS,
    WIDTH,
    frames_of,
    matrix_of,
    placed,
    placed_back,
    write,
)

# What a matrix means.


@pytest.mark.parametrize("turn", TURNS)
def test_the_eight_turns_are_known(turn: str, rng: np.random.Generator) -> None:
    found = turn_of(matrix_of(*TURNS[turn]))
    assert found is not None
    assert (found == AS_IT_IS) == (turn == "none")
    for shape in ((5, 8), (4, 7, 3), (6, 6)):
        for dtype in (np.uint8, np.uint16, np.float32):
            array = rng.integers(0, 250, shape).astype(dtype)
            np.testing.assert_array_equal(found.array(array), placed(array, turn))


def test_a_matrix_may_be_scaled_and_a_little_off() -> None:
    assert turn_of(matrix_of(0, 3 * ONE, -2 * ONE, 0)) == turn_of(matrix_of(*TURNS["right"]))
    assert turn_of(matrix_of(900, ONE, -ONE, -900)) == turn_of(matrix_of(*TURNS["right"]))
    assert turn_of(matrix_of(ONE, -5, 5, ONE)) == AS_IT_IS
    assert turn_of(None) == AS_IT_IS
    assert turn_of((0,) * 9) == AS_IT_IS  # nothing of the picture would be left


def test_other_matrices_are_left_to_the_player() -> None:
    half = round(ONE * 2**-0.5)
    assert turn_of(matrix_of(half, half, -half, half)) is None
    assert angle_of(matrix_of(half, half, -half, half)) == 45
    assert turn_of(matrix_of(ONE, 2000, -2000, ONE)) is None
    assert turn_of((ONE, 0, 7, 0, ONE, 0, 0, 0, 1 << 30)) is None


# Samples move and do not change.

FORMS = (
    *("yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12"),
    *("yuv420p10le", "yuv422p10le", "yuv444p12le", "yuv422p16le"),
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [(16, 12), (15, 9), (1, 6)])
def test_planes_are_moved_sample_by_sample(
    form: str, size: tuple[int, int], rng: np.random.Generator
) -> None:
    frame = av.VideoFrame(*size, form)
    for plane in planes_of(frame):
        plane[:] = rng.integers(0, 256, plane.shape)
    frame.pts, frame.time_base = 7, Fraction(1, 25)
    frame.color_range = 2
    for turn, numbers in TURNS.items():
        found = turn_of(matrix_of(*numbers))
        assert found is not None
        turned = found.frame(frame)
        assert (turned.pts, turned.time_base, int(turned.color_range)) == (7, Fraction(1, 25), 2)
        assert (turned.width, turned.height) == (size[::-1] if found.quarter else size)
        widened = found.quarter and "422" in form
        wanted = form.replace("422", "444").replace("yuvj", "yuv") if widened else form
        assert turned.format.name == wanted
        for k, (source, got) in enumerate(zip(planes_of(frame), planes_of(turned), strict=True)):
            if widened and k:
                source = source.repeat(2, axis=1)[:, : size[0]]  # noqa: PLW2901
            np.testing.assert_array_equal(got, placed(source, turn))


@pytest.mark.parametrize("form", ["yuv420p", "yuv422p", "yuv444p10le", "bgr0", "gray"])
@pytest.mark.parametrize("turn", TURNS)
def test_kept_pixels_are_the_decoded_ones(
    tmp_path: Path, form: str, turn: str, rng: np.random.Generator
) -> None:
    pictures = list(rng.integers(0, 256, (FRAMES, HEIGHT, WIDTH, 3), np.uint8))
    path = write(tmp_path / "in.mkv", pictures, form=form, matrix=matrix_of(*TURNS[turn]))
    everything = asked(keep_region="0,0 100%,0 100%,100% 0,100%")
    process(path, tmp_path / "o.mkv", background="lime", settings=everything, codec="ffv1")
    with av.open(str(path)) as container:
        decoded = [frame.to_ndarray(format="gray16le") for frame in container.decode(video=0)]
    with av.open(str(tmp_path / "o.mkv")) as container:
        made = [frame.to_ndarray(format="gray16le") for frame in container.decode(video=0)]
    if form != "gray":  # which is encoded as 4:2:0
        np.testing.assert_array_equal(made, [placed(frame, turn) for frame in decoded])
    assert made[0].shape == placed(decoded[0], turn).shape


def test_fields_change_places_when_rows_do() -> None:
    assert Turn(flip_y=True).field_order(2, 576) == 3
    assert Turn(flip_y=True).field_order(5, 576) == 4
    assert Turn(flip_y=True).field_order(2, 575) == 2
    assert Turn(flip_x=True).field_order(2, 576) == 2
    assert Turn(flip_y=True).field_order(0, 576) == 0
    assert Turn(quarter=True).field_order(2, 576) == 0


# Everything beside the frames lies as a viewer sees it.


PLATE = (40, 170, 50)


def shown_scene(size: tuple[int, int], index: int) -> np.ndarray:
    """A block on a green screen that changes its gray, as a viewer sees it."""
    frame = np.full((size[1], size[0], 3), PLATE, np.uint8)
    frame[8:20, 6:18] = 250 if index % 2 else 190
    return frame


def corners(size: tuple[int, int]) -> np.ndarray:
    width, height = size
    picture = np.empty((height, width, 3), np.uint8)
    colours = iter(((255, 0, 0), (0, 0, 255), (255, 0, 255), (0, 0, 0)))
    for rows in (slice(None, height // 2), slice(height // 2, None)):
        for cols in (slice(None, width // 2), slice(width // 2, None)):
            picture[rows, cols] = next(colours)
    return picture


def shown_size(turn: str) -> tuple[int, int]:
    return (HEIGHT, WIDTH) if TURNS[turn][1] else (WIDTH, HEIGHT)


def turned_clip(path: Path, turn: str, **how: Any) -> Path:
    pictures = [placed_back(shown_scene(shown_size(turn), k), turn) for k in range(FRAMES)]
    return write(path, pictures, matrix=matrix_of(*TURNS[turn]), **how)


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures and videos of every size that is shown, the videos with matrices of their own."""
    folder = tmp_path_factory.mktemp("beside")
    for turn in ("none", "right"):
        size = shown_size(turn)
        name = f"{size[0]}x{size[1]}"
        cv2.imwrite(str(folder / f"{name}.png"), corners(size))
        still = [placed_back(corners(size), "left")] * FRAMES
        write(folder / f"{name}.mkv", still, matrix=matrix_of(*TURNS["left"]))
        cover = np.zeros((size[1], size[0], 3), np.uint8)
        cover[8:20, 6:18] = 255
        mattes = [placed_back(cover, "transposed")] * FRAMES
        write(
            folder / f"matte-{name}.mkv",
            mattes,
            form="gray",
            matrix=matrix_of(*TURNS["transposed"]),
        )
        cv2.imwrite(str(folder / f"plate-{name}.png"), np.full_like(cover, PLATE))
    return folder


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("kind", ["motion", "chroma", "plate", "matte", "depth", "region"])
@pytest.mark.parametrize("moving", [False, True])
def test_all_that_is_beside_the_frames_is_upright(
    beside: Path, tmp_path: Path, turn: str, kind: str, moving: bool
) -> None:
    size = shown_size(turn)
    name = f"{size[0]}x{size[1]}"
    mask = {
        "motion": asked(),
        "chroma": asked("chroma"),
        "plate": asked("plate", plate=beside / f"plate-{name}.png", refine="none"),
        "matte": asked("matte", matte=beside / f"matte-{name}.mkv"),
        "depth": asked("depth", depth=beside / f"matte-{name}.mkv", near=200, far=255),
        "region": asked("matte", matte=beside / f"matte-{name}.mkv", drop_region="0,0 4,0 4,4 0,4"),
    }[kind]
    clip = turned_clip(tmp_path / "in.mkv", turn)
    background = beside / (f"{name}.mkv" if moving else f"{name}.png")
    result = process(clip, tmp_path / "o.mkv", background=background, settings=mask, codec="ffv1")
    assert result.warnings == []
    frames = frames_of(tmp_path / "o.mkv")
    assert len(frames) == FRAMES
    wanted = corners(size)
    wanted[8:20, 6:18] = shown_scene(size, 3)[8:20, 6:18]
    near = np.zeros(wanted.shape[:2], bool)
    near[5:23, 3:21] = True
    near[10:18, 8:16] = False
    off = np.abs(frames[3].astype(int) - wanted).max(axis=2)
    assert off[~near].max() <= 3


@pytest.mark.parametrize("turn", ["right", "mirrored"])
def test_mattes_previews_and_auto_plates_are_upright(tmp_path: Path, turn: str) -> None:
    clip = turned_clip(tmp_path / "in.mkv", turn)
    size = shown_size(turn)
    matte(clip, tmp_path / "m%d.png")
    moved = cv2.imread(str(tmp_path / "m3.png"), cv2.IMREAD_GRAYSCALE)
    wanted = np.zeros(size[::-1], np.uint8)
    wanted[8:20, 6:18] = 255
    np.testing.assert_array_equal(moved, wanted)
    sheet = preview(clip, background="black", times=1)
    again = preview(
        write(tmp_path / "upright.mkv", [shown_scene(size, k) for k in range(FRAMES)]),
        background="black",
        times=1,
    )
    np.testing.assert_array_equal(sheet, again)


def test_a_turn_of_45_degrees_is_left_to_the_player_and_told(tmp_path: Path) -> None:
    half = round(ONE * 2**-0.5)
    matrix = matrix_of(half, half, -half, half)
    pictures = [shown_scene((WIDTH, HEIGHT), k) for k in range(FRAMES)]
    clip = write(tmp_path / "in.mov", pictures, codec="png", form="rgb24", matrix=matrix)
    words = "the input is to be shown turned by 45 degrees, no quarter turn"
    result = process(clip, tmp_path / "o.mp4", background="navy")
    assert result.warnings == [f"{words}: so is the result, with all that is put into it"]
    with open_source(tmp_path / "o.mp4") as source:
        assert source.info.display_matrix is not None
        assert angle_of(source.info.display_matrix) == 45
        assert (source.info.width, source.info.height) == (WIDTH, HEIGHT)
    result = process(clip, tmp_path / "o%d.png", background="navy")
    assert result.warnings == [f"{words}, which the output cannot note: it lies as it was coded"]
    plain = write(tmp_path / "plain.mkv", pictures)
    result = process(plain, tmp_path / "b.mkv", background=clip)
    assert result.warnings == [
        f"background: {clip} is to be shown turned by 45 degrees, no quarter turn: "
        "it is used as it lies"
    ]


def raw_h264(path: Path, turn: int | None, size: tuple[int, int] = (48, 32)) -> bytes:
    """An H.264 stream in which the first frame's SEI notes a rotation."""
    with av.open(str(path), "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "1", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        spec = f"h264_metadata=display_orientation=insert:rotate={turn}"
        note = None if turn is None else BitStreamFilterContext(spec, stream)
        container.start_encoding()
        frames: list[Any] = [*(shown_scene(size, k) for k in range(FRAMES)), None]
        for picture in frames:
            frame = None if picture is None else av.VideoFrame.from_ndarray(picture, format="bgr24")
            for packet in stream.encode(frame):
                for noted in [packet] if note is None else note.filter(packet):
                    noted.stream = stream
                    container.mux(noted)
    return path.read_bytes()


def test_a_matrix_holds_until_another_is_noted(tmp_path: Path) -> None:
    plain, turned = raw_h264(tmp_path / "a.h264", None), raw_h264(tmp_path / "b.h264", 180)
    (tmp_path / "ab.h264").write_bytes(plain + turned)
    frames = frames_of(tmp_path / "ab.h264")
    assert len(frames) == 2 * FRAMES
    for index, frame in enumerate(frames):
        wanted = shown_scene((48, 32), index % FRAMES)
        wanted = wanted if index < FRAMES else placed(wanted, "half")
        assert np.abs(frame.astype(int) - wanted).mean() < 8, index


def test_a_quarter_turn_on_the_way_is_a_change_of_size(tmp_path: Path) -> None:
    plain, turned = raw_h264(tmp_path / "a.h264", None), raw_h264(tmp_path / "b.h264", 90)
    (tmp_path / "ab.h264").write_bytes(plain + turned)
    with pytest.raises(fastvbg.SourceError, match="changes from 48x32 to 32x48 on the way"):
        process(tmp_path / "ab.h264", tmp_path / "o.mp4", background="navy")


def test_depths_with_alpha_or_of_another_byte_order_keep_their_numbers(tmp_path: Path) -> None:
    from fastvbg.source.prepare import Preparer

    depths = np.arange(24, dtype=np.uint16).reshape(4, 6) * 600
    for form in ("gray16be", "gray16le", "ya16be", "ya16le", "gray12be", "yuv420p10be"):
        bits = 16 if "16" in form else 12 if "12" in form else 10
        stored = depths >> (16 - bits)
        frame = av.VideoFrame(6, 4, form)
        order = ">" if form.endswith("be") else "<"
        samples = np.frombuffer(frame.planes[0], f"{order}u2").reshape(4, -1)
        parts = 2 if form.startswith("ya") else 1
        samples[:, : 6 * parts : parts] = stored
        read = Preparer(frame, ReadOptions(pixels="depth", role="depth"))(frame)
        assert read.dtype == np.uint16
        np.testing.assert_array_equal(read, stored, form)


def test_colours_that_a_height_implies_are_said_when_it_changes() -> None:
    untagged = ColourTags()
    assert untagged.at_height(720, 480).matrix == 1
    assert untagged.at_height(480, 720).matrix == 5
    assert untagged.at_height(480, 360) == untagged
    assert ColourTags(matrix=9).at_height(720, 480).matrix == 9
    assert ColourTags(matrix=0).at_height(720, 480).matrix == 0
