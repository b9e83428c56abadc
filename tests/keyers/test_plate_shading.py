"""A plate on which light falls otherwise, by place, than on the frames."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import PlateKeyer
from fastvbg.keyers.plate.layers import layers_of_frame, layers_of_planes
from fastvbg.keyers.plate.shading import shading_of
from tests.support.byhand import by_hand, planes, room
from tests.support.people import write_clip

SIZE = (360, 640)
LARGE = room(7, SIZE)
ROOM = np.rint(LARGE[36:396, 64:704]).clip(0, 255).astype(np.uint8)
THING = np.zeros(SIZE, bool)
THING[60:, 200:440] = True


def seen(number: int = 0, *, gains: np.ndarray | float = 1.0) -> np.ndarray:
    """The room with a thing of stripes before a third of it."""
    stripes = np.where(np.arange(SIZE[0])[:, None, None] // 9 % 2, (30, 20, 235), (235, 225, 20))
    view = np.where(THING[..., None], stripes, ROOM) * gains
    view = view + np.random.default_rng(number).normal(0, 1, view.shape)
    return np.clip(np.rint(view), 0, 255).astype(np.uint8)


def falling(kind: str) -> np.ndarray:
    """Gains of a light by place, (H, W, 1)."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    x, y = x / SIZE[1] * 2 - 1, y / SIZE[0] * 2 - 1
    lights = {
        "lamp": 0.8 - 0.15 * x + 0 * y,
        "lens": 1 - 0.2 * (x * x + y * y),
        "sun": np.exp(-0.3 - 0.2 * x + 0.1 * y - 0.15 * x * y),
    }
    return lights[kind][..., None]


KINDS = ["lamp", "lens", "sun"]


def lit(kind: str) -> np.ndarray:
    return np.rint(ROOM * falling(kind)).astype(np.uint8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("planar", [False, True], ids=["frames", "planes"])
def test_it_is_found_and_the_plate_lit_by_it(planar, kind):
    plate = layers_of_planes(planes(lit(kind)), (1, 1)) if planar else layers_of_frame(lit(kind))
    frame = layers_of_planes(planes(seen()), (1, 1)) if planar else layers_of_frame(seen())
    found = shading_of(plate, frame)
    assert found is not None
    wanted = 1 / falling(kind)[..., 0]
    gains = found.gains(SIZE)
    np.testing.assert_allclose(gains / gains.mean(), wanted / wanted.mean(), rtol=0.05)
    assert found.most == pytest.approx(wanted.max() / wanted.min(), rel=0.15)
    shade = found.on(plate)
    for channel, right in zip(shade.channels, plate.channels, strict=True):
        assert channel.shape == right.shape
        assert channel.dtype == np.uint8
    assert shade.planar == planar


@pytest.mark.parametrize(
    "plate",
    [
        ROOM,
        np.rint(ROOM * 0.6).astype(np.uint8),
        cv2.GaussianBlur(ROOM, (0, 0), 3),
        ROOM[::-1].copy(),
        np.full_like(ROOM, 90),
        np.zeros_like(ROOM),
    ],
    ids=["same", "dark", "blurred", "another room", "flat", "black"],
)
def test_where_light_falls_alike_there_is_none(plate):
    assert shading_of(layers_of_frame(plate), layers_of_frame(seen())) is None


@pytest.mark.parametrize("side", [1, 2, 7, 17])
def test_small_plates_have_none(side):
    picture = layers_of_frame(ROOM[:side, :side].copy())
    assert shading_of(picture, picture) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("planar", [False, True], ids=["frames", "planes"])
def test_such_a_plate_keys_as_one_in_the_same_light(planar, kind):
    plate = planes(lit(kind)) if planar else lit(kind)
    keyer = PlateKeyer(plate, register=True)
    for number in range(20):  # colours are looked at anew after 4 and 16
        frame = seen(number)
        matte = keyer.key_planes(planes(frame)) if planar else keyer.key(frame)
        assert (matte[THING] >= 128).mean() > 0.9
        assert (matte[~THING] >= 128).mean() < 0.02
    found = keyer.registration
    assert found is not None
    assert found.shading is not None
    assert "light by place x" in str(found)


def test_a_plate_taken_by_hand_may_be_lit_so_too():
    """What the thing covers is a third; the plate lies some pixels off."""
    whole = by_hand(SIZE, (5, -4), 0.5) @ np.array([[1, 0, -64], [0, 1, -36], [0, 0, 1.0]])
    moved = cv2.warpPerspective(LARGE, whole, SIZE[::-1], flags=cv2.INTER_CUBIC)
    plate = np.rint(moved * falling("lamp")).clip(0, 255).astype(np.uint8)
    keyer = PlateKeyer(plate, register=True)
    matte = keyer.key(seen())
    inside = np.zeros(SIZE, bool)
    inside[16:-16, 16:-16] = True
    assert (matte[THING & inside] >= 128).mean() > 0.9
    assert (matte[~THING & inside] >= 128).mean() < 0.03


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_says_so(kind, tmp_path):
    write_clip(tmp_path / "in.mkv", [seen(number) for number in range(3)])
    mask = fastvbg.masks.Plate(plate=lit(kind))
    result = fastvbg.matte(tmp_path / "in.mkv", tmp_path / "out.mkv", mask=mask)
    assert [line for line in result.warnings if "light by place x" in line]
    assert not [line for line in result.warnings if "are taken for foreground" in line]
