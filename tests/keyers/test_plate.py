"""The plate keyer: equal to its reference, steady in drifting light, told from shadows."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg import (
    DTypeError,
    OptionError,
    OptionTypeError,
    OverlapError,
    PlateEstimator,
    PlateKeyer,
    ShapeError,
    blend,
    estimate_plate,
)
from fastvbg.keyers.plate.light import relit_levels
from fastvbg.reference.keyspace import keyspace
from fastvbg.reference.plate import (
    Light,
    light_plate,
    plate_floors,
    plate_matte,
    widen_planes,
)
from tests.support.arrays import LAYOUTS

SIZES = [(1, 1), (2, 3), (48, 65), (61, 130), (90, 200)]


def scene_of(rng, height, width):
    """A scene of soft colours with some texture."""
    coarse = rng.integers(30, 220, (height // 12 + 2, width // 12 + 2, 3))
    scene = coarse.repeat(12, axis=0).repeat(12, axis=1)[:height, :width]
    return np.clip(scene + rng.integers(-6, 7, scene.shape), 0, 255).astype(np.uint8)


def with_thing(rng, scene, light=1.0, noise=2):
    """The scene in some light and noise, with a thing in its middle; and where that is."""
    frame = scene * light + rng.normal(0, noise, scene.shape)
    where = np.zeros(scene.shape[:2], bool)
    height, width = where.shape
    where[height // 4 : height // 2, width // 3 : width // 2] = True
    frame[where] = (30, 20, 230)
    return np.clip(np.round(frame), 0, 255).astype(np.uint8), where


def expected(keyer, frame, plate, noise=None, **options):
    """The reference's matte, in the light that the keyer found."""
    planes = keyspace(frame) if isinstance(frame, np.ndarray) else widen_planes(frame)
    scene = keyspace(plate) if isinstance(plate, np.ndarray) else widen_planes(plate)
    black = 0 if isinstance(frame, np.ndarray) else 16
    options = {"tolerance": 6, "falloff": 12, "black": black} | options
    lit = light_plate(scene, Light(*keyer.lights))
    return plate_matte(planes, lit, plate_floors(scene, noise), **options)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_frames_equal_the_reference(size, layout, rng):
    scene = scene_of(rng, *size)
    noise = rng.integers(0, 20, size, np.uint8)
    for options in ({}, {"shadows": False}, {"tolerance": 0, "falloff": 255}):
        keyer = PlateKeyer(scene, noise=noise, **options)
        for light in (1.0, 1.0, 0.93):
            frame, _ = with_thing(rng, scene, light)
            got = keyer.key(LAYOUTS[layout](frame))
            np.testing.assert_array_equal(got, expected(keyer, frame, scene, noise, **options))


@pytest.mark.parametrize("shifts", [(0, 0), (1, 0), (1, 1)])
@pytest.mark.parametrize("size", SIZES)
def test_planes_equal_the_reference(size, shifts, rng):
    across, down = shifts

    def thinned(frame):
        y, u, v = keyspace(frame)
        return y, u[:: 1 + down, :: 1 + across], v[:: 1 + down, :: 1 + across]

    scene = scene_of(rng, *size) // 4 * 3  # so that no light makes anything white
    keyer = PlateKeyer(thinned(scene))
    for light in (1.0, 1.08, 1.08):
        planes = thinned(with_thing(rng, scene, light)[0])
        got = keyer.key_planes(planes)
        np.testing.assert_array_equal(got, expected(keyer, planes, thinned(scene)))


@pytest.mark.parametrize("layout", ["contiguous", "mirrored", "unaligned", "read-only"])
def test_composite_is_key_then_blend(layout, rng):
    scene = scene_of(rng, 61, 130)
    one, two = PlateKeyer(scene), PlateKeyer(scene)
    background = rng.integers(0, 256, scene.shape, np.uint8)
    for light in (1.0, 0.95, 0.9):
        frame, _ = with_thing(rng, scene, light)
        wanted = blend(frame, one.key(frame), background)
        got = two.composite(LAYOUTS[layout](frame), LAYOUTS[layout](background))
        np.testing.assert_array_equal(got, wanted)
    out = frame.copy()
    assert two.composite(out, background, out=out) is out
    np.testing.assert_array_equal(out, blend(frame, one.key(frame), background))


def test_drift_of_light_is_followed(rng):
    scene = scene_of(rng, 180, 240)
    following, rigid = PlateKeyer(scene), PlateKeyer(scene, compensate=False)
    for k in range(40):
        frame, where = with_thing(rng, scene, 1 + 0.1 * np.sin(k / 16))
        frame[..., 2] = np.where(where, frame[..., 2], np.clip(frame[..., 2] + k / 8.0, 0, 255))
        matte, without = following.key(frame), rigid.key(frame)
        assert (matte[where] == 255).all()
        assert matte[~where].mean() < 5
    frame, where = with_thing(rng, scene, 0.9)
    assert rigid.key(frame)[~where].mean() > 20
    assert without[where].min() == 255


def test_light_that_has_changed_before_the_first_frame(rng):
    scene = scene_of(rng, 180, 240)
    frame, where = with_thing(rng, scene, 0.85)
    matte = PlateKeyer(scene).key(frame)
    assert matte[~where].mean() < 3.0
    assert (matte[where] == 255).all()


def test_reset_measures_light_anew(rng):
    scene = scene_of(rng, 180, 240)
    keyer, fresh = PlateKeyer(scene), PlateKeyer(scene)
    for light in (1.1, 1.1):
        keyer.key(with_thing(rng, scene, light)[0])
    keyer.reset()
    frame, _ = with_thing(rng, scene, 0.95)
    np.testing.assert_array_equal(keyer.key(frame), fresh.key(frame))


def test_shadows_are_told_from_things(rng):
    scene = np.full((120, 160, 3), (120, 140, 150), np.uint8)
    frame = scene.copy()
    frame[20:50, 20:60] = np.round(scene[20:50, 20:60] * 0.72)  # a shadow
    frame[20:50, 90:130] = (160, 100, 80)  # darker too, of another hue
    frame[80:110, 20:60] = np.round(scene[80:110, 20:60] * 0.3)  # too dark for a shadow
    told, not_told = (PlateKeyer(scene, shadows=s).key(frame) for s in (True, False))
    assert (told[20:50, 20:60] == 0).all()
    assert (not_told[20:50, 20:60] == 255).all()
    for matte in (told, not_told):
        assert (matte[20:50, 90:130] == 255).all()
        assert (matte[80:110, 20:60] == 255).all()
        assert (matte[60:75] == 0).all()


def test_noise_of_the_plate_is_forgiven_where_it_is(rng):
    scene = np.full((60, 80, 3), 128, np.uint8)
    flicker = np.zeros((60, 80, 1))
    flicker[:, :40] = 5
    frames = [
        np.clip(scene + rng.normal(0, 1, scene.shape[:2])[..., None] * flicker, 0, 255).astype(
            np.uint8
        )
        for _ in range(20)
    ]
    plate, noise = estimate_plate(frames)
    assert noise[:, :40].mean() > 4
    assert noise[:, 40:].max() == 0
    frame = plate.copy()
    frame[:, 20:60] = np.clip(plate[:, 20:60].astype(int) + 12, 0, 255)
    matte = PlateKeyer(plate, noise=noise, compensate=False).key(frame)
    without = PlateKeyer(plate, compensate=False).key(frame)
    assert matte[:, 20:40].mean() < 0.6 * without[:, 20:40].mean()
    np.testing.assert_array_equal(matte[:, 45:60], without[:, 45:60])


@pytest.mark.parametrize("planar", [False, True])
def test_median_over_time_finds_what_is_never_seen_whole(planar, rng):
    scene = scene_of(rng, 50, 80)
    estimator = PlateEstimator(count=9)
    for k in range(200):
        frame = scene.copy()
        left = k * 80 // 200
        frame[:, left : left + 20] = 255
        estimator.add(keyspace(frame) if planar else frame)
        assert len(estimator._kept) <= 9
    plate, noise = estimator.estimate()
    wanted = keyspace(scene) if planar else (scene,)
    for got, part in zip(plate if planar else (plate,), wanted, strict=True):
        np.testing.assert_array_equal(got, part)
    assert noise.shape == (50, 80)
    assert not noise.any()


def test_estimating_keeps_frames_evenly_spread():
    estimator = PlateEstimator(count=8)
    for k in range(100):
        estimator.add(np.full((1, 1, 3), k, np.uint8))
    kept = [int(parts[0][0, 0, 0]) for parts in estimator._kept]
    assert len(set(np.diff(kept))) == 1
    assert 4 <= len(kept) <= 8
    assert kept[-1] >= 80


FRAME = np.zeros((4, 6, 3), np.uint8)
PLANES = (FRAME[..., 0], FRAME[:2, :3, 0], FRAME[:2, :3, 0])


@pytest.mark.parametrize(
    ("call", "error", "line"),
    [
        (lambda: PlateKeyer(FRAME).key(np.zeros((4, 7, 3), np.uint8)), ShapeError,
         r"frame: got 7x4 \(width x height\), wanted 6x4 like the plate"),
        (lambda: PlateKeyer(FRAME.astype(float)), DTypeError, "plate: got dtype float64"),
        (lambda: PlateKeyer(FRAME[..., 0]), ShapeError, "plate: got shape"),
        (lambda: PlateKeyer("plate.png"), DTypeError, "plate: got str, wanted a numpy.ndarray"),
        (lambda: PlateKeyer(FRAME, noise=np.zeros((4, 5), np.uint8)), ShapeError,
         "noise: got 5x4"),
        (lambda: PlateKeyer(FRAME, tolerance=300), OptionError, "tolerance: got 300"),
        (lambda: PlateKeyer(FRAME, falloff=0), OptionError, "falloff: got 0"),
        (lambda: PlateKeyer(FRAME, falloff="wide"), OptionTypeError, "falloff: got 'wide'"),
        (lambda: PlateKeyer(FRAME).key_planes(PLANES), OptionTypeError, "plate: is a BGR frame"),
        (lambda: PlateKeyer(PLANES).key(FRAME), OptionTypeError, "plate: is planes"),
        (lambda: PlateKeyer(PLANES).key_planes((PLANES[0],) * 3), ShapeError,
         "planes: got chroma of shape"),
        (lambda: PlateKeyer(PLANES[:2]), DTypeError, "plate: got tuple, wanted planes"),
        (lambda: PlateKeyer((PLANES[0], PLANES[1], PLANES[0])), ShapeError, "plate: got U of"),
        (lambda: PlateKeyer(FRAME).key(FRAME, out=FRAME[..., 0]), OverlapError, "out: shares"),
        (lambda: PlateKeyer(FRAME).composite(FRAME, FRAME[:3]), ShapeError, "background: got 6x3"),
        (lambda: estimate_plate([]), OptionError, "frames: got none"),
        (lambda: estimate_plate([FRAME, FRAME[:2]]), ShapeError, "frame: got"),
        (lambda: PlateEstimator(2), OptionError, "count: got 2"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(call, error, line):
    with pytest.raises(error, match=line) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_empty_frames():
    empty = np.zeros((0, 5, 3), np.uint8)
    assert PlateKeyer(empty).key(empty).shape == (0, 5)
    assert PlateKeyer(empty).composite(empty, empty).shape == (0, 5, 3)


def test_a_thing_that_fills_the_frame_is_not_taken_for_light(rng):
    scene = scene_of(rng, 180, 240)
    keyer = PlateKeyer(scene)
    for _ in range(3):
        keyer.key(with_thing(rng, scene, 1.05)[0])
    before = keyer.lights
    full = np.clip(rng.normal((40, 60, 200), 4, scene.shape), 0, 255).astype(np.uint8)
    for _ in range(5):
        assert keyer.key(full).mean() > 240
    assert keyer.lights == before


@pytest.mark.parametrize("light", [(0, 0), (130, -77), (-255, 1000), (7, 15), (255, -1000)])
def test_levels_in_a_light_are_those_of_the_plate(light: tuple[int, int]) -> None:
    levels = np.arange(256, dtype=np.uint8)
    planes = (levels[np.newaxis],) * 3
    wanted = light_plate(planes, Light(*light * 3))
    np.testing.assert_array_equal(relit_levels(*light), wanted[0][0])
