"""Which colours runs keep at soft edges, by the option `foreground`."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import process
from fastvbg.matting.keyer import RunKeyer
from fastvbg.matting.masker import Masker
from fastvbg.matting.pairing import Pair
from fastvbg.matting.plate import PlateRun
from fastvbg.pixels import BGRPixels
from tests.support.asked import asked
from tests.support.masked import decoded, lossless
from tests.support.mattes import person

ROOM, CLOTHES = (40, 60, 200), (180, 140, 30)


def soft_edge(height: int = 96, width: int = 128) -> np.ndarray:
    return cv2.GaussianBlur(person(height, width), (0, 0), 3)


@pytest.fixture
def before_a_room(tmp_path: Path) -> dict[str, Path]:
    """One picture of somebody in one colour before another, and the matte."""
    matte = soft_edge()
    flat = [np.full((*matte.shape, 3), colour, np.uint8) for colour in (CLOTHES, ROOM)]
    picture = fastvbg.blend(flat[0], matte, flat[1])
    files = {"in": tmp_path / "in1.png", "matte": tmp_path / "m.png", "room": tmp_path / "room.png"}
    for name, image in (("in", picture), ("matte", matte), ("room", flat[1])):
        cv2.imwrite(str(files[name]), image)
    return files


def run_of(files: dict[str, Path], output: Path, **options) -> np.ndarray:
    options = {"background": "#103050", "mask": f"matte:{files['matte']}"} | options
    process(files["in"].parent / "in%d.png", output.parent / "out%d.png", **options)
    made = cv2.imread(str(output.parent / "out1.png"), cv2.IMREAD_UNCHANGED)
    assert made is not None
    return made


def wanted(background: tuple[int, int, int]) -> np.ndarray:
    matte = soft_edge()
    flat = [np.full((*matte.shape, 3), colour, np.uint8) for colour in (CLOTHES, background)]
    return fastvbg.blend(flat[0], matte, flat[1])


def off(made: np.ndarray, exact: np.ndarray) -> float:
    matte = soft_edge()
    soft = (matte > 0) & (matte < 255)
    return float(np.abs(made.astype(int) - exact)[soft].mean())


@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_the_rooms_light_is_not_brought_along(before_a_room, tmp_path, pixel_path) -> None:
    exact = wanted((0x50, 0x30, 0x10))
    out = tmp_path / "out"
    own = off(run_of(before_a_room, out, pixel_path=pixel_path), exact)
    as_before = off(
        run_of(before_a_room, out, pixel_path=pixel_path, foreground="frame", overwrite=True), exact
    )
    assert own < 2
    assert as_before > 10


@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_a_known_plate_gives_the_colours(before_a_room, tmp_path, pixel_path, monkeypatch) -> None:
    """By the true matte, so that only colours can be wrong."""
    exact = wanted((0x50, 0x30, 0x10))
    monkeypatch.setattr(PlateRun, "matte", lambda *_: soft_edge())
    mask = fastvbg.masks.Plate(plate=cv2.imread(str(before_a_room["room"])))
    options = {"mask": mask, "refine": "none", "pixel_path": pixel_path, "overwrite": True}
    assert off(run_of(before_a_room, tmp_path / "out", **options), exact) < 1.5
    assert off(run_of(before_a_room, tmp_path / "out", foreground="frame", **options), exact) > 10


def test_nor_is_it_in_what_is_transparent(before_a_room, tmp_path) -> None:
    made = run_of(before_a_room, tmp_path / "out", background="transparent")
    matte = soft_edge()
    np.testing.assert_array_equal(made[..., 3], matte)
    half = (matte > 60) & (matte < 255)
    assert np.abs(made[half][:, :3].astype(int) - CLOTHES).max() <= 12


def test_nor_under_light_wrap(before_a_room, tmp_path) -> None:
    """The light falls on the foreground's own colours: nothing is left of the red room."""
    out = tmp_path / "out"
    own = run_of(before_a_room, out, background="#000000", light_wrap=90)
    assert own[..., 2].max() <= CLOTHES[2] + 3
    frame = {"foreground": "frame", "overwrite": True}
    framed = run_of(before_a_room, out, background="#000000", light_wrap=90, **frame)
    assert framed[..., 2].max() > CLOTHES[2] + 20


def test_colours_of_frames_with_alpha_are_their_own() -> None:
    picture, matte = np.full((16, 16, 3), 90, np.uint8), np.full((16, 16), 255, np.uint8)
    picture[:, 8:] = 200
    matte[:, 6:10], matte[:, 10:] = 128, 0
    masker = Masker(
        RunKeyer(), BGRPixels(SimpleNamespace(height=16, width=16), None), (16, 16), estimates=True
    )
    opaque = masker.foreground(Pair(picture, picture, 0, 0), matte)
    assert not np.array_equal(opaque, picture)
    with_alpha = Pair(picture, picture, 0, 0, alpha=matte)
    assert masker.foreground(with_alpha, matte) is picture


@pytest.mark.parametrize("kind", ["motion", "mog2"])
def test_masks_keep_the_frames_pixels(kind: str, tmp_path: Path) -> None:
    clip = lossless(tmp_path / "clip.mkv")
    results = []
    for foreground in ("estimated", "frame"):
        settings = asked(kind, foreground=foreground)
        out = tmp_path / f"{foreground}.mkv"
        process(clip.path, out, background="#204060", settings=settings, codec="ffv1")
        results.append(decoded(out))
    for one, two in zip(*results, strict=True):
        assert all(np.array_equal(plane, other) for plane, other in zip(one, two, strict=True))


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(fastvbg.OptionError, match="^foreground: got 'own', wanted"):
        fastvbg.Settings(foreground="own")
