"""A plate in other light: switched, dimmed, faded in, flickering; else it is told."""

from __future__ import annotations

import numpy as np
import pytest

import fastvbg
from fastvbg import PlateKeyer
from fastvbg.keyers.plate.exposure import fit_colours
from fastvbg.keyers.plate.gamut import lit_levels
from fastvbg.keyers.plate.light import LightMeter
from fastvbg.reference.keyspace import keyspace
from tests.support.byhand import planes, room
from tests.support.people import write_clip

SIZE = (180, 320)
ROOM = room(7, SIZE, 1.0)[: SIZE[0], : SIZE[1]]
THING = np.zeros(SIZE, bool)
THING[60:, 110:200] = True


def seen(gain: float = 1.0, number: int = 0, *, thing: bool = True) -> np.ndarray:
    """The room with a thing of stripes before it, all in one light."""
    rng = np.random.default_rng(number)
    stripes = np.where(np.arange(SIZE[0])[:, None, None] // 9 % 2, (30, 20, 235), (235, 225, 20))
    view = np.where(THING[..., None] & thing, stripes, ROOM) * gain
    return np.clip(np.rint(view + rng.normal(0, 1, view.shape)), 0, 255).astype(np.uint8)


def check(matte: np.ndarray) -> None:
    assert (matte[THING] >= 128).mean() > 0.9
    assert (matte[~THING] >= 128).mean() < 0.02


@pytest.mark.parametrize("form", ["frames", "planes"])
@pytest.mark.parametrize(
    "gains",
    [
        [1.0] * 3 + [0.5] * 4,
        [0.5] * 3 + [1.0] * 4,
        [1.0, 0.9, 1.1] * 3,
        [1.0, 0.3, 1.0, 0.3],
        [0.25] * 3,
        [*np.linspace(0.2, 1, 14)],
        [*np.linspace(1, 0.3, 14)],
    ],
    ids=["halves", "doubles", "flickers", "strobes", "dim", "fades in", "fades out"],
)
def test_another_light_is_taken_in_its_first_frame(gains, form):
    plate = seen(number=99, thing=False)
    keyer = PlateKeyer(plate if form == "frames" else planes(plate))
    for number, gain in enumerate(gains):
        frame = seen(gain, number)
        check(keyer.key(frame) if form == "frames" else keyer.key_planes(planes(frame)))
    assert keyer.unlike == 0


@pytest.mark.parametrize("form", ["frames", "planes"])
@pytest.mark.parametrize("lamp", [(0.75, 1.0, 1.2), (1.2, 0.95, 0.7)], ids=["warm", "cold"])
def test_a_lamp_of_another_colour_is_taken_in_its_first_frame(lamp, form):
    """Gains of blue, green and red each: in Y, U and V a matrix."""
    plate = seen(number=99, thing=False)
    keyer = PlateKeyer(plate if form == "frames" else planes(plate))
    for number in range(6):
        frame = seen(np.float32(lamp) if number >= 3 else 1.0, number)
        check(keyer.key(frame) if form == "frames" else keyer.key_planes(planes(frame)))
    assert keyer.relit


def test_a_light_far_from_the_plates_is_in_what_is_shown():
    keyer = PlateKeyer(seen(number=99, thing=False))
    keyer.key(seen())
    assert not keyer.relit
    keyer.key(seen(0.4))
    assert keyer.relit
    bare = keyspace(seen(0.4, 3, thing=False))
    for shown, wanted in zip(keyer.shown, bare, strict=True):
        assert np.abs(shown.astype(int) - wanted).mean() < 2
    keyer.key(seen())
    keyer.key(seen())
    assert not keyer.relit


def test_the_plate_is_copied_whatever_becomes_of_its_planes():
    """Deeper frames are read into one buffer, plate and frames alike."""
    plate = planes(seen(number=99, thing=False))
    keyer = PlateKeyer(plate)
    for number, gain in enumerate((1.0, 1.0, 0.4, 0.4, 1.0)):
        frame = planes(seen(gain, number))
        for to, new in zip(plate, frame, strict=True):
            np.copyto(to, new)
        check(keyer.key_planes(frame))
        bare = planes(seen(gain, number, thing=False))[0]
        assert np.abs(keyer.shown[0].astype(int) - bare)[THING].mean() < 4


def test_who_covers_most_of_the_frame_is_no_light(rng):
    keyer = PlateKeyer(seen(number=99, thing=False))
    keyer.key(seen())
    before = keyer.lights
    for number in range(4):
        frame = seen(1.0, number)
        frame[:, 90:] = np.clip(rng.normal((40, 60, 200), 3, (SIZE[0], 230, 3)), 0, 255)
        matte = keyer.key(frame)
        assert matte[:, 90:].mean() > 240
        assert matte[:, :90].mean() < 8
    assert max(np.abs(np.subtract(keyer.lights, before))) < 40
    assert not keyer.relit


def test_highlights_that_are_clipped_are_no_light():
    """A window: where a brighter light makes it white, the room is not taken for less lit."""
    plate = seen(number=99, thing=False).astype(np.float32)
    plate[:, 220:] *= 1.1
    frame = np.minimum(seen(1.0, 1) * np.where(np.arange(320) >= 220, 1.1, 1.0)[:, None], 255)
    keyer = PlateKeyer(np.minimum(plate, 255).astype(np.uint8))
    check(keyer.key(frame.astype(np.uint8)))
    brighter = np.minimum(frame * 1.25, 255).astype(np.uint8)
    matte = keyer.key(brighter)
    assert (matte[:, :100] >= 128).mean() < 0.01


def test_a_base_makes_samples_what_it_says():
    levels = np.arange(256)
    np.testing.assert_array_equal(lit_levels(1.0, 0.0), levels)
    np.testing.assert_array_equal(lit_levels(0.5, -10), np.clip(np.rint(levels / 2 - 10), 0, 255))
    samples = tuple(np.tile(np.arange(40, 240, dtype=np.uint8), (8, 1)) for _ in range(3))
    meter = LightMeter(samples)
    assert meter.base is None
    assert meter.measure(tuple((each // 3).astype(np.uint8) for each in samples))
    assert meter.base is not None
    assert meter.base[0, 0] == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.parametrize("gain", [0.2, 0.5, 1.0, 2.5])
def test_colours_are_fitted_in_any_exposure(gain):
    plate = seen(min(1.0, 1 / gain), 99, thing=False).reshape(-1, 3).T.astype(float)
    frame = seen(min(1.0, gain), 1).reshape(-1, 3).T.astype(float)
    colours, agree = fit_colours(plate, frame)
    assert np.diag(colours) == pytest.approx([gain] * 3, rel=0.08)
    assert agree[~THING.ravel()].mean() > 0.9
    assert agree[THING.ravel()].mean() < 0.2


def test_frames_that_look_like_the_plate_in_no_light_are_told(tmp_path):
    """A plate of the first second; then a cut to another room, which nothing but that says."""
    other = np.ascontiguousarray(room(23, SIZE, 1.0)[: SIZE[0], : SIZE[1]][::-1])
    rng = np.random.default_rng(4)
    strange = [
        np.clip(other + rng.normal(0, 60, other.shape), 0, 255).astype(np.uint8) for _ in range(16)
    ]
    frames = [seen(1.0, number) for number in range(6)] + strange
    write_clip(tmp_path / "in.mkv", frames)
    keyer = PlateKeyer(seen(number=99, thing=False))
    for frame in frames:
        keyer.key(frame)
    assert keyer.unlike > 0.5
    result = fastvbg.matte(
        tmp_path / "in.mkv", tmp_path / "out.mkv", mask=fastvbg.masks.Plate(plate="first:0.2")
    )
    assert [line for line in result.warnings if "look like it nowhere, in whatever light" in line]


def test_an_overexposed_plate_is_told():
    plate = np.minimum(seen(number=99, thing=False) * 2.2, 255).astype(np.uint8)
    keyer = PlateKeyer(plate, register=True)
    keyer.key(seen())
    found = keyer.registration
    assert found is not None
    assert found.overexposed > 0.3
    assert f"{100 * found.overexposed:.0f} % of it is overexposed" in str(found)
    usual = PlateKeyer(seen(0.9, 99, thing=False), register=True)
    usual.key(seen())
    assert usual.registration is not None
    assert "overexposed" not in str(usual.registration)


def test_little_colour_fades_with_the_light(rng):
    """Few levels of chroma tell little of its gain: that of luma is the likelier one."""
    luma = rng.integers(60, 200, (40, 60)).astype(np.uint8)
    u, v = (np.clip(np.rint(rng.normal(128, 3, luma.shape)), 0, 255) for _ in range(2))
    plate = luma, u.astype(np.uint8), v.astype(np.uint8)
    meter = LightMeter(plate)
    gain = 0.85
    dim = [np.rint(luma * gain), *(128 + gain * (each - 128) for each in (u, v))]
    for _ in range(3):
        meter.measure(tuple(np.rint(each).astype(np.uint8) for each in dim))
    found = 1 + np.array(meter.lights[::2]) / 1024
    np.testing.assert_allclose(found, gain, atol=0.03)
