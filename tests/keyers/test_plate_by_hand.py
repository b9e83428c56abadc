"""A plate that was photographed by hand: where it lies, in which light, and where it cannot."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import OptionError, PlateKeyer, ShapeError, blend
from fastvbg.compositing.planes import blend_planes
from fastvbg.reference.orders import from_bgr
from tests.support.arrays import LAYOUTS
from tests.support.byhand import by_hand, off, pair, planes, room

SIZE = (360, 640)
BEHIND = np.full((*SIZE, 3), (60, 200, 40), np.uint8)

# Shift in pixels, degrees, zoom, exposure, white balance, share that is covered.
MOTIONS = [
    ((1.0, -0.6), 0.0, 1.0, 1.0, (1.0, 1.0, 1.0), 0.3),
    ((5.3, 3.1), 0.3, 1.003, 0.9, (1.03, 1.0, 0.97), 0.3),
    ((-14.2, 7.7), -1.0, 0.98, 1.15, (1.0, 1.0, 1.0), 0.5),
    ((22.0, -16.0), 2.0, 1.03, 0.7, (0.97, 1.0, 1.03), 0.2),
    ((-38.0, 6.0), 0.5, 0.97, 1.3, (1.0, 1.0, 1.0), 0.1),
]


def agrees(matte: np.ndarray, seen) -> None:
    """The matte has the person, and nothing of the room."""
    inside, outside = seen.person > 0, seen.person == 0
    assert (matte[inside] >= 128).mean() > 0.98
    assert (matte[outside] >= 128).mean() < 0.02


@pytest.mark.parametrize(("shift", "turn", "zoom", "exposure", "balance", "covered"), MOTIONS)
@pytest.mark.parametrize("form", ["frames", "planes"])
def test_a_moved_plate_is_found(form, shift, turn, zoom, exposure, balance, covered):
    moved = by_hand(SIZE, shift, turn, zoom)
    seen = pair(moved, exposure=exposure, balance=balance, covered=covered)
    if form == "frames":
        keyer = PlateKeyer(seen.plate, register=True)
        matte = keyer.key(seen.frame)
    else:
        keyer = PlateKeyer(planes(seen.plate), register=True)
        matte = keyer.key_planes(planes(seen.frame))
    found = keyer.registration
    assert found is not None
    assert off(found.homography, moved, SIZE) < 0.3
    assert found.exposure == pytest.approx(1 / exposure, abs=0.03)
    assert not keyer.waits
    agrees(matte, seen)


def test_without_registration_the_room_is_kept():
    seen = pair(by_hand(SIZE, (5.3, 3.1)))
    assert (PlateKeyer(seen.plate).key(seen.frame)[seen.person == 0] >= 128).mean() > 0.15


@pytest.mark.parametrize("form", ["frames", "planes"])
@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.03, 0.02)])
def test_an_exact_plate_stays_as_it_is(form, shift):
    seen = pair(by_hand(SIZE, shift))
    plate, frame = seen.plate, seen.frame
    if form == "planes":
        plate, frame = planes(plate), planes(frame)
    one, two = PlateKeyer(plate, register=True), PlateKeyer(plate)
    for _ in range(2):
        mattes = [k.key(frame) if form == "frames" else k.key_planes(frame) for k in (one, two)]
        np.testing.assert_array_equal(*mattes)
    assert one.registration is None
    assert not one.waits


def test_an_exact_plate_in_other_light_is_lit():
    seen = pair(exposure=0.75, balance=(1.05, 1.0, 0.95))
    keyer = PlateKeyer(seen.plate, register=True)
    agrees(keyer.key(seen.frame), seen)
    assert keyer.registration is not None
    assert keyer.registration.moved == 0
    assert str(keyer.registration).startswith("plate: moved by 0.0 px, exposure x1.3")


@pytest.mark.parametrize("form", ["frames", "planes"])
def test_another_room_is_refused_in_one_line(form):
    plate, frame = pair(seed=2).plate, pair(seed=3).frame
    keyer = PlateKeyer(plate if form == "frames" else planes(plate), register=True)
    with pytest.raises(
        OptionError, match=r"^plate: got one of whose \d+ details .* wanted 15 % or more"
    ) as caught:
        keyer.key(frame) if form == "frames" else keyer.key_planes(planes(frame))
    assert "\n" not in str(caught.value)
    assert keyer.registration is None


def test_the_sky_of_another_room_is_no_detail_that_agrees():
    """Sand under a sky, which is nearly the same in its mirror image."""
    height, width = SIZE
    sky = np.linspace(90, 230, height, dtype=np.float32)[:, None]
    scene = np.repeat(sky, width, axis=1)
    sand = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 60, SIZE), (0, 0), 3)
    scene[height * 2 // 3 :] += 2 * sand[height * 2 // 3 :]
    frame = np.repeat(scene.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    with pytest.raises(OptionError, match="it shows another room"):
        PlateKeyer(frame[:, ::-1], register=True).key(frame)


def test_a_room_without_details_is_left_as_it_is():
    plate = np.full((*SIZE, 3), 120, np.uint8)
    frame = plate.copy()
    frame[100:200, 100:200] = (20, 30, 220)
    frame[150:160] = 60
    keyer = PlateKeyer(plate, register=True)
    np.testing.assert_array_equal(keyer.key(frame), PlateKeyer(plate).key(frame))
    assert keyer.registration is None
    assert keyer.doubt == ""


def test_what_speaks_against_a_plate_goes_once_it_is_registered():
    seen = pair(by_hand((240, 432), (1.5, 1.0)), size=(240, 432))
    keyer = PlateKeyer(np.full_like(seen.plate, 120), register=True)
    assert keyer.register(seen.frame) is None
    assert keyer.doubt.startswith("plate: has 0 details")
    blurred = cv2.GaussianBlur(seen.plate, (0, 0), 4)
    keyer = PlateKeyer(blurred, register=True)
    assert keyer.register(seen.frame) is None
    assert keyer.doubt.startswith("plate: used as it lies")
    keyer.register(blurred // 2)
    assert keyer.doubt == ""


def test_black_frames_are_waited_out():
    seen = pair(by_hand(SIZE, (6.0, -4.0)))
    keyer = PlateKeyer(seen.plate, register=True)
    for _ in range(3):
        keyer.key(np.full_like(seen.frame, 16))
        assert keyer.waits
    agrees(keyer.key(seen.frame), seen)


def test_a_fade_does_not_fix_the_light():
    seen = pair(by_hand(SIZE, (6.0, -4.0)))
    keyer = PlateKeyer(seen.plate, register=True)
    for share in [0.6, 0.7, 0.8, 0.9] + [1.0] * 16:
        matte = keyer.key((seen.frame * share).astype(np.uint8))
    agrees(matte, seen)
    assert keyer.registration.exposure == pytest.approx(1.0, abs=0.03)


def test_a_fade_from_black_does_not_fix_the_place():
    """Of what a frame of a fade shows in 0.1 of the light, the place is off by more."""
    rng, moved = np.random.default_rng(0), by_hand(SIZE, (6.0, -4.0), 0.5)
    seen = pair(moved, noise=0.0)
    keyer = PlateKeyer(seen.plate, register=True)
    for share in [0.1, 0.15, 0.25, 0.35, 0.5, 0.6, 0.8]:
        frame = seen.frame * share + rng.normal(0, 1.5, seen.frame.shape)
        keyer.key(np.clip(np.rint(frame), 0, 255).astype(np.uint8))
    assert keyer.registration is not None
    assert off(keyer.registration.homography, moved, SIZE) < 0.15
    agrees(keyer.key(seen.frame), seen)


def test_what_the_plate_does_not_reach_is_decided_as_its_neighbour():
    seen = pair(by_hand(SIZE, (30.0, -20.0)))
    keyer = PlateKeyer(seen.plate, register=True)
    matte = keyer.key(seen.frame)
    for border, inner in ((matte[:, :25], matte[:, 33]), (matte[-15:].T, matte[-23])):
        assert (border >= 128).mean() == pytest.approx((inner >= 128).mean(), abs=0.05)
    agrees(matte, seen)


def test_the_noise_of_a_scene_is_that_of_what_the_plate_reaches():
    there = pair(by_hand(SIZE, (40, 0)))
    keyer = PlateKeyer(there.plate, register=True)
    keyed = keyer.key(there.frame)
    assert keyer.borders is not None
    reached = keyer.borders.reached(8)
    bare = np.zeros_like(keyed)
    noise = keyer._noise(bare, bare, keyer._as_planes(there.frame))
    frame = there.frame.copy()
    beyond = ~np.kron(reached, np.ones((8, 8), bool))[: SIZE[0], : SIZE[1]]
    frame[beyond] ^= 85
    assert 0.03 < beyond.mean() < 0.3
    assert keyer._noise(bare, bare, keyer._as_planes(frame)) == noise


def test_highlights_that_were_clipped_are_the_room():
    seen = pair(by_hand(SIZE, (8.0, 5.0)), exposure=1.5)
    assert (seen.plate == 255).any(axis=2).mean() > 0.1
    agrees(PlateKeyer(seen.plate, register=True).key(seen.frame), seen)


@pytest.mark.parametrize("layout", ["contiguous", "mirrored", "unaligned", "read-only"])
@pytest.mark.parametrize("order", ["bgr", "rgba"])
def test_composite_is_key_then_blend(layout, order):
    seen = pair(by_hand(SIZE, (9.0, -5.0)))
    plate, frame, behind = (from_bgr(each, order) for each in (seen.plate, seen.frame, BEHIND))
    one, two = (PlateKeyer(plate, register=True, order=order) for _ in range(2))
    place = LAYOUTS[layout]
    for _ in range(2):
        wanted = blend(frame, one.key(frame), behind, order=order)
        np.testing.assert_array_equal(two.composite(place(frame), place(behind)), wanted)
    out = frame.copy()
    assert two.composite(out, behind, out=out) is out
    np.testing.assert_array_equal(out, blend(frame, one.key(frame), behind, order=order))


@pytest.mark.parametrize("shifts", [(0, 0), (1, 0), (1, 1)])
def test_composite_of_planes_is_key_then_blend(shifts):
    seen = pair(by_hand(SIZE, (9.0, -5.0)))
    plate, frame, behind = (planes(each, shifts) for each in (seen.plate, seen.frame, BEHIND))
    one, two = (PlateKeyer(plate, register=True) for _ in range(2))
    for _ in range(2):
        wanted = tuple(np.empty_like(plane) for plane in frame)
        blend_planes(one.key_planes(frame), frame, behind, wanted)
        for got, want in zip(two.composite_planes(frame, behind), wanted, strict=True):
            np.testing.assert_array_equal(got, want)


def test_register_may_be_called_anew():
    seen = pair(by_hand(SIZE, (9.0, -5.0)))
    keyer = PlateKeyer(seen.plate, register=True)
    first = keyer.register(seen.frame)
    assert first is keyer.registration
    # Then the camera stands where the plate was taken from.
    assert keyer.register(seen.plate) is None
    exact = PlateKeyer(seen.plate)
    np.testing.assert_array_equal(keyer.key(seen.plate), exact.key(seen.plate))


def test_the_noise_of_a_plate_goes_with_it():
    seen = pair(by_hand(SIZE, (12.0, 0.0)), covered=0.1)
    noise = np.zeros(SIZE, np.uint8)
    noise[100:200, 100:200] = 15
    frame = seen.frame.astype(int)
    frame[100:200, 60:240] += 14
    frame = frame.clip(0, 255).astype(np.uint8)
    matte = PlateKeyer(seen.plate, noise=noise, register=True).key(frame)
    forgiven = matte[110:190].mean(axis=0)
    assert forgiven[120:205].mean() < 0.5 * forgiven[70:105].mean()


@pytest.mark.parametrize(
    ("call", "error", "line"),
    [
        (lambda plate: PlateKeyer(plate).register(plate), OptionError, "register: got a keyer"),
        (lambda plate: PlateKeyer(plate, register=True).register(plate[1:]), ShapeError,
         "frame: got 60x39"),
        (lambda plate: PlateKeyer(plate, register=True).register(planes(plate)),
         TypeError, "plate: is a BGR frame"),
        (lambda plate: PlateKeyer(plate, register=3), TypeError, "register: got 3"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(call, error, line):
    with pytest.raises(error, match=line):
        call(room(1, (40, 60), 1.0).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("size", [(0, 5), (1, 1), (2, 3), (17, 30)])
def test_small_pictures(size):
    picture = np.random.default_rng(3).integers(0, 256, (*size, 3), np.uint8)
    keyer = PlateKeyer(picture, register=True)
    np.testing.assert_array_equal(keyer.key(picture), PlateKeyer(picture).key(picture))
    other = np.random.default_rng(4).integers(0, 256, (*size, 3), np.uint8)
    PlateKeyer(picture, register=True).key(other)
