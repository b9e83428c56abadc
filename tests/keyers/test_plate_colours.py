"""A plate in light of another colour, and in light that makes walls white."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg import PlateKeyer
from fastvbg.keyers.plate.gamut import bgr_of, clipped, composed, held, lit_planes, of_planes
from fastvbg.keyers.plate.glance import Glance
from tests.support.byhand import room

SIZE = (180, 320)
ROOM = room(7, SIZE, 1.0)[: SIZE[0], : SIZE[1]]
THING = np.zeros(SIZE, bool)
THING[60:, 110:200] = True
WARM, COLD, PLAIN = np.array([0.7, 0.95, 1.25]), np.array([1.2, 1.0, 0.75]), np.ones(3)
LIMITED = np.array([[25.0, 129, 66], [112, -74, -38], [-18, -94, 112]]) / 256
"""Y, U and V of blue, green and red: BT.601."""


def seen(gain: np.ndarray | float, number: int = 0, *, thing: bool = True) -> np.ndarray:
    """The room with a thing of stripes before it, all in one light."""
    rng = np.random.default_rng(number)
    stripes = np.where(np.arange(SIZE[0])[:, None, None] // 9 % 2, (30, 20, 235), (235, 225, 20))
    view = np.where(THING[..., None] & thing, stripes, ROOM) * gain
    return np.clip(np.rint(view + rng.normal(0, 1, view.shape)), 0, 255).astype(np.uint8)


def as_planes(frame: np.ndarray) -> tuple[np.ndarray, ...]:
    """Those of a video: limited range, chroma the mean of blocks of 2x2."""
    y, u, v = np.moveaxis(frame @ LIMITED.T, -1, 0) + np.array([16, 128, 128])[:, None, None]
    u, v = (each.reshape(SIZE[0] // 2, 2, SIZE[1] // 2, 2).mean(axis=(1, 3)) for each in (u, v))
    return tuple(np.rint(each).astype(np.uint8) for each in (y, u, v))


def key(keyer: PlateKeyer, frame: np.ndarray, form: str) -> np.ndarray:
    return keyer.key(frame) if form == "frames" else keyer.key_planes(as_planes(frame))


def keyer_of(plate: np.ndarray, form: str, **options: bool) -> PlateKeyer:
    return PlateKeyer(plate if form == "frames" else as_planes(plate), **options)


def check(matte: np.ndarray, where: np.ndarray = THING) -> None:
    assert (matte[where] >= 128).mean() > 0.9
    assert (matte[~THING] >= 128).mean() < 0.02


@pytest.mark.parametrize("form", ["frames", "planes"])
@pytest.mark.parametrize(
    "gains",
    [
        [PLAIN] * 3 + [WARM] * 4,
        [COLD] * 3 + [PLAIN] * 4,
        [COLD] * 3 + [WARM] * 4 + [PLAIN] * 3,
        [PLAIN + k / 30 * (WARM - PLAIN) for k in range(31)],
        [0.4 * PLAIN] * 3 + [0.4 * WARM] * 4,
    ],
    ids=["lamp on", "lamp off", "lamps", "white balance", "lamp in the dark"],
)
def test_light_of_another_colour_is_taken_in_its_first_frame(gains, form):
    keyer = keyer_of(seen(1.0, 99, thing=False), form)
    for number, gain in enumerate(gains):
        check(key(keyer, seen(gain, number), form))
    assert keyer.unlike == 0


@pytest.mark.parametrize("light", [WARM, COLD], ids=["warm", "cold"])
@pytest.mark.parametrize("form", ["frames", "planes"])
def test_a_plate_by_hand_in_light_of_another_colour(light, form):
    keyer = keyer_of(seen(light, 99, thing=False), form, register=True)
    for number in range(3):
        check(key(keyer, seen(1.0, number), form))


@pytest.mark.parametrize("form", ["frames", "planes"])
@pytest.mark.parametrize(
    "gains", [[1.2] * 3 + [1.6] * 4, [*np.linspace(1.2, 1.7, 12)]], ids=["switched", "hunting"]
)
def test_walls_that_a_light_makes_white_are_the_plate(gains, form):
    white = (seen(gains[-1], thing=False).max(axis=-1) == 255).mean()
    assert white > 0.3
    keyer = keyer_of(seen(gains[0], 99, thing=False), form)
    dark = THING & (np.arange(SIZE[0]) // 9 % 2 == 1)[:, None]  # what is not white as well
    for number, gain in enumerate(gains):
        check(key(keyer, seen(gain, number), form), dark)
    assert keyer.relit


@pytest.mark.parametrize("form", ["frames", "planes"])
@pytest.mark.parametrize("register", [False, True])
def test_a_plate_is_copied(form, register):
    """What deep frames are sampled into is reused: so was a plate's luma, in another light."""
    plate = seen(1.0, 99, thing=False)
    given = [plate] if form == "frames" else [*as_planes(plate)]
    noise = np.zeros(SIZE, np.uint8)
    keyer = PlateKeyer(
        given[0] if form == "frames" else tuple(given), noise=noise, register=register
    )
    for each in (*given, noise):
        each[:] = 255
    for number, gain in enumerate((1.0, 0.5, WARM)):
        check(key(keyer, seen(gain, number), form))


@pytest.mark.parametrize("switched", [20, 21])
def test_a_light_that_is_switched_in_any_frame(switched):
    """In steady light each second frame is measured."""
    keyer = PlateKeyer(seen(1.0, 99, thing=False))
    for number in range(switched):
        keyer.key(seen(1.0, number))
    check(keyer.key(seen(0.6, switched)))


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("shifts", [(0, 0), (1, 0), (1, 1)])
@pytest.mark.parametrize("size", [(1, 1), (5, 7), (12, 8)])
def test_what_is_held_is_the_literal_map_cut_off_at_white(size, shifts, planar, rng):
    planes = tuple(rng.integers(60, 200, size, np.uint8) for _ in range(3))
    colours = of_planes(np.column_stack((np.diag([1.2, 1.0, 1.5]), (3, 0, -2))), planar=planar)
    samples = np.stack([each.ravel() for each in planes]).astype(float)
    to_bgr = bgr_of(np.eye(3, 4)[:, [3, 0, 1, 2]], planar=planar)
    matrix, offsets = to_bgr[:, 1:] - to_bgr[:, :1], to_bgr[:, :1]
    lit = bgr_of(colours[:, :3] @ samples + colours[:, 3:], planar=planar).clip(0, 255)
    y, *chroma = np.linalg.solve(matrix, lit - offsets).reshape(3, *size)
    height, width = size
    down, across = 1 << shifts[1], 1 << shifts[0]
    wanted = [y]
    for plane in chroma:
        whole = np.pad(plane, ((0, -height % down), (0, -width % across)), mode="edge")
        blocks = whole.reshape(whole.shape[0] // down, down, -1, across).mean(axis=(1, 3))
        wanted.append(blocks.repeat(down, axis=0).repeat(across, axis=1)[:height, :width])
    got = held(planes, colours, planar=planar, shifts=shifts)
    for one, two in zip(got, wanted, strict=True):
        assert np.abs(one - two).max() <= 2


def test_maps_of_planes(rng):
    planes = tuple(rng.integers(60, 160, (6, 9), np.uint8) for _ in range(3))
    samples = np.stack([each.ravel() for each in planes]).astype(float)
    by_plane = np.column_stack((np.diag([1.2, 0.8, 0.9]), (-5.0, 26, 13)))
    mixed = of_planes(np.column_stack((np.diag([0.9, 1.0, 1.1]), np.zeros(3))), planar=True)
    for colours in (by_plane, mixed):
        wanted = colours[:, :3] @ samples + colours[:, 3:]
        got = np.stack([each.ravel() for each in lit_planes(planes, colours)])
        assert np.abs(got - wanted.clip(0, 255)).max() <= 0.51
        twice = composed(by_plane, colours)
        np.testing.assert_allclose(
            twice[:, :3] @ samples + twice[:, 3:], by_plane[:, :3] @ wanted + by_plane[:, 3:]
        )
    np.testing.assert_allclose(of_planes(np.eye(3, 4), planar=True), np.eye(3, 4), atol=1e-9)
    white = np.array([[235.0, 200, 90], [128, 128, 240], [128, 128, 128]])
    np.testing.assert_array_equal(clipped(white, planar=True), [True, False, True])


def test_a_glance_sees_what_changes_most_of_a_frame():
    glance = Glance(8)
    assert not glance.differs(seen(1.0, 1))
    assert not glance.differs(seen(1.0, 2))
    assert not glance.differs(seen(1.0, 3, thing=False))
    assert glance.differs(seen(0.8, 4, thing=False))
    assert not glance.differs(seen(0.8, 5, thing=False))
    planes = Glance(8)
    assert not planes.differs(as_planes(seen(1.0, 1)))
    assert planes.differs(as_planes(np.roll(seen(1.0, 2), 12, axis=1)))
