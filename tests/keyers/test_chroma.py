"""The chroma keyer: equal to its reference, finds its key, follows the screen, takes off spill."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg import (
    ChromaKeyer,
    OptionError,
    OptionTypeError,
    OverlapError,
    ShapeError,
    blend,
    despill,
    despill_planes,
    pick_key,
)
from fastvbg.keyers.chroma.despill import tint_of
from fastvbg.reference import chroma as reference
from fastvbg.reference.keyspace import keyspace
from tests.support.arrays import LAYOUTS

GREEN = (64, 160, 64)
SIZES = [(20, 21), (61, 130), (90, 201)]


def before_screen(rng, height, width, colour=GREEN, noise=2):
    """A gray and a skin-coloured thing, and a half-covered column, before a screen."""
    frame = np.empty((height, width, 3))
    frame[:] = colour
    where = np.zeros((height, width), bool)
    where[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3] = True
    frame[where] = (150, 150, 150)
    frame[height // 2 : 2 * height // 3, width // 3 : 2 * width // 3] = (120, 150, 200)
    frame += rng.normal(0, noise, frame.shape)
    return np.clip(np.round(frame), 0, 255).astype(np.uint8), where


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_frames_equal_the_reference(size, layout, rng):
    keyer = ChromaKeyer(GREEN)
    for _ in range(3):
        frame, _ = before_screen(rng, *size)
        got = keyer.key(LAYOUTS[layout](frame))
        wanted = reference.chroma_matte(
            keyspace(frame), keyer.reach, keyer.direction, tolerance=26, falloff=166
        )
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("shifts", [(0, 0), (1, 0), (1, 1)])
@pytest.mark.parametrize("size", SIZES)
def test_planes_equal_the_reference(size, shifts, rng):
    keyer = ChromaKeyer(tolerance=10, falloff=100)
    frame, where = before_screen(rng, *size)
    y, u, v = keyspace(frame)
    planes = y, *(p[:: 1 + shifts[1], :: 1 + shifts[0]] for p in (u, v))
    got = keyer.key_planes(planes)
    wanted = reference.chroma_matte(planes, keyer.reach, keyer.direction, tolerance=10, falloff=100)
    np.testing.assert_array_equal(got, wanted)
    cleared = keyer.despill_planes(planes, got)
    for one, two in zip(
        cleared, reference.despill_planes(planes, got, keyer.direction), strict=True
    ):
        np.testing.assert_array_equal(one, two)
    assert (got[where] == 255).mean() > 0.8


@pytest.mark.parametrize("layout", ["contiguous", "mirrored", "unaligned", "read-only"])
@pytest.mark.parametrize("amount", [0, 100, 255])
def test_composite_is_key_despill_blend(layout, amount, rng):
    one, two = ChromaKeyer(despill=amount), ChromaKeyer(despill=amount)
    background = rng.integers(0, 256, (61, 130, 3), np.uint8)
    for _ in range(10):
        frame, _ = before_screen(rng, 61, 130)
        matte = one.key(frame)
        cleared = one.despill(frame, matte)
        tint = tint_of(one.direction, amount)
        np.testing.assert_array_equal(
            cleared, reference.despill_frame(frame, matte, one.direction, tint)
        )
        got = two.composite(LAYOUTS[layout](frame), LAYOUTS[layout](background))
        np.testing.assert_array_equal(got, blend(cleared, matte, background))
    out = background.copy()
    assert two.composite(frame, out, out=out) is out
    matte = one.key(frame)
    np.testing.assert_array_equal(out, blend(one.despill(frame, matte), matte, background))


@pytest.mark.parametrize("colour", [GREEN, (0, 228, 58), (180, 70, 30), (60, 40, 170)])
def test_the_key_is_found(colour, rng):
    frame, where = before_screen(rng, 180, 320, colour)
    assert np.abs(np.subtract(pick_key(frame), colour)).max() <= 3
    matte = ChromaKeyer().key(frame)
    assert matte[~where].mean() < 2
    assert matte[: 180 // 2][where[: 180 // 2]].min() == 255  # gray is nobody's hue


def test_uneven_light_is_measured_and_followed(rng):
    height, width = 180, 320
    across = np.linspace(0.45, 1.2, width)
    keyer = ChromaKeyer(GREEN)
    for k in range(24):
        frame, where = before_screen(rng, height, width, noise=0)
        fall = across[None, :, None] * (1 - 0.005 * k)
        frame = np.where(where[..., None], frame, frame * fall)
        frame = np.clip(frame + rng.normal(0, 2, frame.shape), 0, 255).astype(np.uint8)
        matte = keyer.key(frame)
        assert matte[~where].mean() < 8
        assert matte[where].mean() > 250
    assert keyer.reach[0, 0] > 1.5 * keyer.reach[0, -1]
    even = np.full_like(keyer.reach, np.median(keyer.reach))
    options = {"tolerance": 26, "falloff": 166}
    matte = reference.chroma_matte(keyspace(frame), even, keyer.direction, **options)
    assert matte[~where].mean() > 16


def test_spill_goes_and_other_hues_stay():
    spilt = np.array([[(110, 150, 110), (140, 200, 180), (60, 60, 200), (200, 90, 90)]], np.uint8)
    spilt = np.concatenate([spilt, np.full((1, 4, 3), 90, np.uint8)])
    full = np.full((2, 4), 255, np.uint8)
    cleared = despill(spilt, full, GREEN)
    _, u, v = keyspace(cleared)
    strength = reference.key_strength(u, v, (-40, -50))
    assert strength.max() <= 1
    assert abs(keyspace(cleared)[0].astype(int) - keyspace(spilt)[0]).max() <= 2
    np.testing.assert_array_equal(cleared[0, 2:], spilt[0, 2:])
    np.testing.assert_array_equal(cleared[1], spilt[1])
    np.testing.assert_array_equal(despill(spilt, full, GREEN, amount=0), spilt)
    np.testing.assert_array_equal(despill(spilt, np.zeros_like(full), GREEN), spilt)
    half = despill(spilt, full, GREEN, amount=128)
    assert spilt[0, 0, 1] > half[0, 0, 1] > cleared[0, 0, 1]


def test_foreground_in_place_and_of_orders(rng):
    frame, _ = before_screen(rng, 61, 130)
    keyer, rgba = ChromaKeyer(), ChromaKeyer(order="rgba")
    matte = keyer.key(frame)
    wanted = keyer.foreground(frame, matte)
    given = np.dstack([frame[..., ::-1], matte])
    rgba.key(given)
    got = rgba.foreground(given, matte)
    np.testing.assert_array_equal(got[..., 2::-1], wanted)
    assert got[..., 3].min() == 255
    assert keyer.foreground(frame, matte, out=frame) is frame
    np.testing.assert_array_equal(frame, wanted)
    y, u, v = (plane.copy() for plane in keyspace(wanted))
    planar = ChromaKeyer(GREEN)
    planar.key_planes((y, u, v))
    kept = planar.foreground_planes((y, u, v), matte)
    pairs = np.zeros((*u.shape, 2), np.uint8)  # as NV12 has them
    apart = planar.foreground_planes((y, u, v), matte, out=(y.copy(), *np.moveaxis(pairs, 2, 0)))
    for one, two in zip(kept, apart, strict=True):
        np.testing.assert_array_equal(one, two)
    assert planar.foreground_planes((y, u, v), matte, out=(y, u, v))[0] is y
    for one, two in zip(kept, (y, u, v), strict=True):
        np.testing.assert_array_equal(one, two)
    with pytest.raises(OverlapError):
        planar.foreground_planes((y, u, v), matte, out=(matte, u, v))
    plain = ChromaKeyer(GREEN, despill=0)
    plain.key_planes((y, u, v))
    assert plain.foreground_planes((y, u, v), matte)[0].tobytes() == y.tobytes()


def test_despill_in_place_and_strided(rng):
    frame = rng.integers(0, 256, (31, 70, 3), np.uint8)
    matte = rng.integers(0, 3, (31, 70), np.uint8)
    wanted = despill(frame, matte, GREEN)
    np.testing.assert_array_equal(despill(frame[:, ::-1], matte[:, ::-1], GREEN), wanted[:, ::-1])
    y, u, v = keyspace(frame)
    planes = y, u[::2, ::2].copy(), v[::2, ::2].copy()
    moved = despill_planes(planes, matte, GREEN)
    kept = despill_planes(planes, matte, GREEN, out=planes[1:])
    assert kept[1] is planes[1]
    for one, two in zip(kept, moved, strict=True):
        np.testing.assert_array_equal(one, two)
    assert despill(frame, matte, GREEN, out=frame) is frame
    np.testing.assert_array_equal(frame, wanted)


def test_choke_draws_the_soft_edge_in(rng):
    ramp = np.linspace(0, 1, 200)[None, :, None]
    frame = np.round((1 - ramp) * GREEN + ramp * 150).astype(np.uint8).repeat(40, axis=0)
    wide, drawn = (ChromaKeyer(GREEN, choke=choke).key(frame) for choke in (0, 100))
    assert (drawn <= wide).all()
    assert (drawn > 0).sum() < 0.8 * (wide > 0).sum()
    np.testing.assert_array_equal(drawn == 255, wide == 255)


def test_reset_finds_the_key_anew(rng):
    keyer = ChromaKeyer()
    keyer.key(before_screen(rng, 90, 160)[0])
    first = keyer.direction
    keyer.reset()
    keyer.key(before_screen(rng, 90, 160, (180, 70, 30))[0])
    assert keyer.direction != first


FRAME = np.zeros((4, 6, 3), np.uint8)
MATTE = FRAME[..., 0]


@pytest.mark.parametrize(
    ("call", "error", "line"),
    [
        (lambda: pick_key(FRAME), OptionError, "key: no screen found: .* 0 % of it"),
        (lambda: ChromaKeyer((90, 90, 90)), OptionError, "key: got .* nearly gray"),
        (lambda: ChromaKeyer(""), OptionError, "key: got ''"),
        (lambda: ChromaKeyer("green"), OptionError, "key: got 'green'"),
        (lambda: ChromaKeyer(()), OptionTypeError, r"key: got \(\), wanted a colour"),
        (lambda: ChromaKeyer((1, 2)), OptionTypeError, "key: got .* wanted a colour"),
        (lambda: ChromaKeyer((0, 300, 0)), OptionError, "key: got 300"),
        (lambda: ChromaKeyer(tolerance=-1), OptionError, "tolerance: got -1"),
        (lambda: ChromaKeyer(falloff=0), OptionError, "falloff: got 0"),
        (lambda: ChromaKeyer(despill=2.5), OptionTypeError, "despill: got 2.5"),
        (lambda: ChromaKeyer(choke=255), OptionError, "choke: got 255"),
        (lambda: ChromaKeyer().direction, OptionError, "key: is not known"),
        (lambda: despill(FRAME, MATTE[:2], GREEN), ShapeError, "matte: got 6x2"),
        (lambda: despill(FRAME, MATTE, GREEN, amount=256), OptionError, "amount: got 256"),
        (lambda: ChromaKeyer(GREEN).key(FRAME, out=FRAME[..., 0]), OverlapError, "out: shares"),
    ],
)
def test_bad_input_is_one_clear_line(call, error, line):
    with pytest.raises(error, match=line) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_form_and_size_are_fixed_by_the_first_frame():
    keyer = ChromaKeyer(GREEN)
    keyer.key(FRAME)
    with pytest.raises(ShapeError, match="frame: got 6x3 .* like the first frame"):
        keyer.key(FRAME[:3])
    with pytest.raises(OptionTypeError, match="planes: the first one had another form"):
        keyer.key_planes((MATTE,) * 3)


def test_empty_frames():
    empty = np.zeros((0, 5, 3), np.uint8)
    assert ChromaKeyer(GREEN).key(empty).shape == (0, 5)
    assert ChromaKeyer(GREEN).composite(empty, empty).shape == (0, 5, 3)
