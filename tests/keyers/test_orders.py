"""Keyers give frames of every order and layout the mattes and composites that they give BGR."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.errors import OptionError, OptionTypeError, ShapeError
from fastvbg.reference.orders import from_bgr, to_bgr
from tests.support.kernel_arrays import FRAME_LAYOUTS
from tests.support.people import use_green_network, wall, with_person

ORDERS = ("rgb", "bgra", "rgba")
GREEN = (64, 160, 50)
SIZE = (90, 163)


def scene(seed=0):
    """A screen of one colour with some noise, and somebody before it."""
    rng = np.random.default_rng(seed)
    frame = np.full((*SIZE, 3), GREEN, np.uint8)
    frame[30:70, 40 + seed : 90 + seed] = rng.integers(0, 256, (40, 50, 3))
    frame[30:50, 95:120] = (90, 200, 120)
    return (frame + rng.integers(0, 5, frame.shape)).clip(0, 255).astype(np.uint8)


FRAMES = [scene(seed) for seed in range(4)]
EMPTY = np.full((*SIZE, 3), GREEN, np.uint8)
BACKGROUND = np.random.default_rng(9).integers(0, 256, (*SIZE, 3), np.uint8)


def chroma(order="bgr"):
    return fastvbg.ChromaKeyer(GREEN[::-1] if order[0] == "r" else GREEN, order=order)


def found_chroma(order="bgr"):
    return fastvbg.ChromaKeyer(order=order)


def plate(order="bgr"):
    return fastvbg.PlateKeyer(from_bgr(EMPTY, order), order=order)


def adaptive(order="bgr"):
    return fastvbg.AdaptiveKeyer(warm_up=1, order=order)


def mog2(order="bgr"):
    return fastvbg.SubtractorKeyer("mog2", order=order)


def knn(order="bgr"):
    cv2.setRNGSeed(1)
    return fastvbg.SubtractorKeyer("knn", order=order)


def person(order="bgr"):
    return fastvbg.PersonKeyer(order=order)


MAKERS = (chroma, found_chroma, plate, adaptive, mog2, knn, person)
PEOPLE = [with_person(wall(*SIZE), 60 + 3 * k, 40, 25) for k in range(4)]


@pytest.fixture(autouse=True)
def _green(monkeypatch):
    use_green_network(monkeypatch)


def frames_for(make):
    return PEOPLE if make is person else FRAMES


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("order", ORDERS)
def test_each_order(make, order, rng):
    frames = frames_for(make)
    usual = make()
    wanted = [usual.key(frame) for frame in frames]
    assert make is mog2 or any(matte.any() for matte in wanted)  # that takes longer to learn
    keyer = make(order)
    for frame, matte in zip(frames, wanted, strict=True):
        given = from_bgr(frame, order)
        given[..., 3:] = rng.integers(0, 256, given[..., 3:].shape)
        np.testing.assert_array_equal(keyer.key(given), matte)
    usual, keyer = make(), make(order)
    for frame in frames:
        matte = usual.composite(frame, BACKGROUND)
        got = keyer.composite(from_bgr(frame, order), from_bgr(BACKGROUND, order))
        np.testing.assert_array_equal(got, from_bgr(matte, order))
        own = from_bgr(frame, order)
        assert (
            make is not plate or keyer.composite(own, from_bgr(BACKGROUND, order), out=own) is own
        )


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
@pytest.mark.parametrize("order", ["bgr", "rgb"])
def test_each_layout(make, layout, order):
    laid, frames = FRAME_LAYOUTS[layout], frames_for(make)[:2]
    usual, keyer = make(), make(order)
    for frame in frames:
        got = keyer.key(laid(from_bgr(frame, order)))
        np.testing.assert_array_equal(got, usual.key(frame))
    usual, keyer = make(), make(order)
    for frame in frames:
        wanted = from_bgr(usual.composite(frame, BACKGROUND), order)
        given = laid(from_bgr(frame, order)), laid(from_bgr(BACKGROUND, order))
        to = laid(np.zeros_like(wanted))
        keyer.composite(*given, out=to)
        np.testing.assert_array_equal(to, wanted)


@pytest.mark.parametrize("make", [chroma, plate])
@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("layout", ["channels_reversed", "three_of_four", "planes"])
def test_layouts_mix(make, which, layout):
    frame = np.vstack([FRAMES[0]] * 9)  # more than one band of rows
    bg = np.vstack([BACKGROUND] * 9)
    if make is plate:
        usual, keyer = (fastvbg.PlateKeyer(np.vstack([EMPTY] * 9)) for _ in range(2))
    else:
        usual, keyer = make(), make()
    wanted = usual.composite(frame, bg)
    arrays = [frame.copy(), bg.copy(), np.zeros_like(bg)]
    arrays[which] = FRAME_LAYOUTS[layout](arrays[which])
    assert keyer.composite(*arrays[:2], out=arrays[2]) is arrays[2]
    np.testing.assert_array_equal(arrays[2], wanted)


@pytest.mark.parametrize("order", ORDERS)
def test_two_halves_of_the_person_keyer(order):
    usual, keyer = person(), person(order)
    for frame in PEOPLE:
        given, bg = from_bgr(frame, order), from_bgr(BACKGROUND, order)
        wanted = usual.composite(frame, BACKGROUND)
        look = keyer.look(given)
        to = keyer.finish_frame_over(look, given, bg, np.zeros_like(bg))
        np.testing.assert_array_equal(to, from_bgr(wanted, order))
    small, matte = person(order).key_small(given), np.zeros(SIZE, np.uint8)
    np.testing.assert_array_equal(small, person().key_small(PEOPLE[-1]))
    keyer.finish(look, given, matte)
    assert matte.any()


@pytest.mark.parametrize("order", ORDERS)
def test_a_screen_and_its_colour(order):
    wanted = fastvbg.pick_key(FRAMES[0])
    got = fastvbg.pick_key(from_bgr(FRAMES[0], order), order=order)
    assert got == (wanted[::-1] if order[0] == "r" else wanted)
    matte = chroma().key(FRAMES[0])
    given = from_bgr(FRAMES[0], order)
    cleared = fastvbg.despill(FRAMES[0], matte, wanted)
    np.testing.assert_array_equal(
        fastvbg.despill(given, matte, got, order=order), from_bgr(cleared, order)
    )
    keyer = chroma(order)
    np.testing.assert_array_equal(keyer.despill(given, keyer.key(given)), from_bgr(cleared, order))


def test_no_screen_yet_gives_the_background():
    keyer = found_chroma("rgba")
    gray = np.full((*SIZE, 4), 90, np.uint8)
    got = keyer.composite(gray, from_bgr(BACKGROUND, "bgra")[..., [2, 1, 0, 3]])
    np.testing.assert_array_equal(to_bgr(got, "rgba"), BACKGROUND)
    assert (got[..., 3] == 255).all()


@pytest.mark.parametrize("order", ORDERS)
def test_the_empty_scene_is_estimated(order):
    wanted, noise = fastvbg.estimate_plate(FRAMES)
    plate, wander = fastvbg.estimate_plate((from_bgr(f, order) for f in FRAMES), order=order)
    np.testing.assert_array_equal(plate, from_bgr(wanted, order))
    np.testing.assert_array_equal(wander, noise)


@pytest.mark.parametrize("order", ORDERS)
def test_the_camera(order, rng):
    gray = rng.integers(0, 256, (45, 100, 1), np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    view = (gray // np.array([1, 2, 4], np.uint8)).astype(np.uint8)
    camera, usual = fastvbg.CameraMotion(order=order), fastvbg.CameraMotion()
    for k in range(17):
        frame = view[:, k : k + 560]
        assert camera.add(from_bgr(frame, order)) == usual.add(frame)
    assert camera.moves


@pytest.mark.parametrize("order", ORDERS)
def test_pictures_that_hold_a_matte_or_region(order):
    picture = from_bgr(FRAMES[0], order)
    gray = cv2.cvtColor(FRAMES[0], cv2.COLOR_BGR2GRAY)
    np.testing.assert_array_equal(fastvbg.as_matte(picture, order=order, channel="luma"), gray)
    feed = fastvbg.MatteFeed([(picture, None)], order=order, channel="luma")
    np.testing.assert_array_equal(feed.matte_for(0), gray)
    size = SIZE[::-1]
    np.testing.assert_array_equal(
        fastvbg.region_mask(picture, size, order=order), fastvbg.region_mask(FRAMES[0], size)
    )


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("fit", ["stretch", "cover", "contain"])
def test_backgrounds_are_fitted(order, fit):
    for size in (SIZE[::-1], (70, 80)):
        wanted = fastvbg.fit_background(BACKGROUND, size, fit=fit)
        given = from_bgr(BACKGROUND, order)
        given[..., 3:] = 7
        got = fastvbg.fit_background(given, size, fit=fit, order=order)
        np.testing.assert_array_equal(got, from_bgr(wanted, order))


@pytest.mark.parametrize("order", ORDERS)
def test_depth(order, rng):
    left = FRAMES[0]
    right = np.roll(left, -6, axis=1)
    stereo = fastvbg.StereoDepth(focal=400, baseline=75, disparities=32)
    pair = [from_bgr(frame, order) for frame in (left, right)]
    np.testing.assert_array_equal(stereo.depth(*pair, order=order), stereo.depth(left, right))
    depth = rng.integers(0, 900, SIZE, np.uint16)
    usual, keyer = (fastvbg.DepthKeyer(near=200, far=600) for _ in range(2))
    bg = from_bgr(BACKGROUND, order)
    np.testing.assert_array_equal(keyer.composite(None, pair[0], bg, order=order), bg)
    got = keyer.composite(depth, pair[0], bg, order=order)
    np.testing.assert_array_equal(got, from_bgr(usual.composite(depth, left, BACKGROUND), order))


def test_a_saved_scene_is_of_no_order(tmp_path):
    keyer = adaptive()
    for frame in FRAMES[:2]:
        keyer.key(frame)
    keyer.save(tmp_path / "scene.npz")
    again = fastvbg.AdaptiveKeyer.load(tmp_path / "scene.npz", order="rgba")
    np.testing.assert_array_equal(again.key(from_bgr(FRAMES[2], "rgba")), keyer.key(FRAMES[2]))


CALLS = {
    "composite": lambda f, order: fastvbg.composite(f, f, f, order=order),
    "motion_mask": lambda f, order: fastvbg.motion_mask(f, f, order=order),
    "blend": lambda f, order: fastvbg.blend(f, np.zeros(SIZE, np.uint8), f, order=order),
    "Compositor": lambda f, order: fastvbg.Compositor(f, order=order),
    "light_wrap": lambda f, order: fastvbg.light_wrap(f, np.zeros(SIZE, np.uint8), f, order=order),
    "LightWrap": lambda f, order: fastvbg.LightWrap(f, order=order),
    "fit_background": lambda f, order: fastvbg.fit_background(f, (9, 9), order=order),
    "despill": lambda f, o: fastvbg.despill(f, np.zeros(SIZE, np.uint8), GREEN, order=o),
    "pick_key": lambda f, order: fastvbg.pick_key(f, order=order),
    "ChromaKeyer": lambda f, order: fastvbg.ChromaKeyer(order=order).key(f),
    "PlateKeyer": lambda f, order: fastvbg.PlateKeyer(f, order=order),
    "AdaptiveKeyer": lambda f, order: fastvbg.AdaptiveKeyer(order=order).key(f),
    "SubtractorKeyer": lambda f, order: fastvbg.SubtractorKeyer("mog2", order=order).key(f),
    "PersonKeyer": lambda f, order: fastvbg.PersonKeyer(order=order).key(f),
    "StereoDepth": lambda f, order: fastvbg.StereoDepth(focal=9, baseline=9).depth(
        f, f, order=order
    ),
    "CameraMotion": lambda f, order: fastvbg.CameraMotion(order=order).add(f),
    "estimate_plate": lambda f, order: fastvbg.estimate_plate([f], order=order),
    "region_mask": lambda f, order: fastvbg.region_mask(f, (9, 9), order=order),
    "DepthKeyer": lambda f, order: fastvbg.DepthKeyer(near=2, far=9).composite(
        None, f, f, order=order
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_does_not_fit_is_one_line(name):
    call, four = CALLS[name], from_bgr(FRAMES[0], "bgra")
    with pytest.raises(
        OptionError, match=r"^order: got 'argb', wanted one of bgr, rgb, bgra, rgba$"
    ):
        call(four, "argb")
    with pytest.raises(OptionTypeError, match=r"^order: got 4, wanted one of"):
        call(four, 4)
    said = r'got shape \(90, 163, 4\), wanted \(H, W, 3\) in red, green, blue \(order="rgba" takes'
    with pytest.raises(ShapeError, match=said):
        call(four, "rgb")
    said = r"wanted \(H, W, 4\) in blue, green, red, alpha \(order=\"bgr\" takes 3 channels\)"
    with pytest.raises(ShapeError, match=said):
        call(FRAMES[0], "bgra")


def test_a_colour_is_named_in_its_order():
    with pytest.raises(OptionTypeError, match=r"wanted a colour \(red, green, blue\)"):
        fastvbg.ChromaKeyer((1, 2), order="rgb")
