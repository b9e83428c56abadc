"""The refiner is its steps in order; what it cannot read it names in one line."""

from __future__ import annotations

import re

import numpy as np
import pytest

import fastvbg
from fastvbg.refine.spec import frames_of
from tests.support.arrays import LAYOUTS, WRITABLE, random_plane
from tests.support.mattes import MATTES, SIZES

MATTE = MATTES["noisy person"](60, 90)


def by_hand(matte: np.ndarray) -> np.ndarray:
    matte = fastvbg.despeckle(matte, size=5)
    matte = fastvbg.fill_holes(matte)
    matte = fastvbg.drop_specks(matte, min_area=0.0005)
    matte = fastvbg.spread(matte, 2)
    matte = fastvbg.choke(matte, 1)
    matte = fastvbg.feather(matte, 2, passes=3)
    return fastvbg.hysteresis(matte, low=60, high=200)


SPEC = "despeckle=5,fill,specks=0.0005,spread=2,choke=1,feather=2:3,hysteresis=60:200"


@pytest.mark.parametrize("size", [*SIZES, (60, 90), (0, 4), (4, 0)])
def test_it_is_its_steps_in_order(size: tuple[int, int]) -> None:
    refiner = fastvbg.Refiner(SPEC)
    for content in ("noisy person", "soft", "spiral"):
        matte = MATTES[content](*size)
        before = matte.copy()
        np.testing.assert_array_equal(refiner.apply(matte), by_hand(matte))
        np.testing.assert_array_equal(matte, before)


def test_order_matters() -> None:
    first, second = fastvbg.Refiner("choke=3,spread=3"), fastvbg.Refiner("spread=3,choke=3")
    assert (first.apply(MATTE) != second.apply(MATTE)).any()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str) -> None:
    refiner = fastvbg.Refiner(SPEC)
    np.testing.assert_array_equal(refiner.apply(LAYOUTS[layout](MATTE)), by_hand(MATTE))
    if layout in WRITABLE:
        placed = LAYOUTS[layout](MATTE.copy())
        assert refiner.apply(placed, out=placed) is placed
        np.testing.assert_array_equal(placed, by_hand(MATTE))
        out = LAYOUTS[layout](np.zeros_like(MATTE))
        np.testing.assert_array_equal(refiner.apply(MATTE, out=out), by_hand(MATTE))
        np.testing.assert_array_equal(out, by_hand(MATTE))


def test_nothing_is_allocated_after_the_first_frame() -> None:
    import tracemalloc

    refiner = fastvbg.Refiner("despeckle,fill,specks,hysteresis=1:2,choke=1,spread=1,feather,hold")
    matte = MATTES["noisy person"](400, 600)
    result = refiner.apply(matte)
    tracemalloc.start()
    try:
        for _ in range(3):
            assert refiner.apply(matte) is result
        assert tracemalloc.get_traced_memory()[1] < 20_000
    finally:
        tracemalloc.stop()


def test_holding_is_over_the_frames_of_one_video() -> None:
    refiner = fastvbg.Refiner("hold=100")
    full, empty = np.full((3, 4), 255, np.uint8), np.zeros((3, 4), np.uint8)
    assert refiner.apply(full)[0, 0] == 255
    assert refiner.apply(empty)[0, 0] == 155
    refiner.reset()
    assert refiner.apply(empty)[0, 0] == 0
    with pytest.raises(fastvbg.ShapeError, match=r"matte: got 9x3 .* wanted 4x3 like the first"):
        refiner.apply(np.zeros((3, 9), np.uint8))
    refiner.reset()
    assert refiner.apply(np.zeros((3, 9), np.uint8)).shape == (3, 9)


def test_none_is_no_step() -> None:
    refiner = fastvbg.Refiner("none")
    assert refiner.steps == ()
    assert not refiner.needs_guide
    result = refiner.apply(MATTE)
    assert result is not MATTE
    np.testing.assert_array_equal(result, MATTE)


def test_steps_are_told_as_they_were_written() -> None:
    assert fastvbg.Refiner(" fill , specks=40 ,choke=1").steps == ("fill", "specks=40", "choke=1")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("shrink=2", "got step 'shrink', wanted none or of despeckle[=SIZE], fill[=MAX_AREA]"),
        ("", "got step ''"),
        ("fill,,specks", "got step ''"),
        ("none,fill", "got step 'none'"),
        ("choke", "got 'choke', wanted choke=RADIUS"),
        ("hysteresis=3", "got 'hysteresis=3', wanted hysteresis=LOW:HIGH"),
        ("feather=1:2:3", "got 'feather=1:2:3', wanted feather[=RADIUS[:PASSES]]"),
        ("feather=soft", "got 'soft' in 'feather=soft', wanted a number: feather[=RADIUS"),
        ("feather=", "got '' in 'feather='"),
        ("feather=64", "feather: radius: got 64, wanted an integer in 0..63"),
        ("feather=1.5", "feather: radius: got 1.5, wanted an integer"),
        ("despeckle=4", "despeckle: size: got 4, wanted an odd integer in 3..15"),
        ("specks=1.5", "specks: min_area: got 1.5, wanted a number of pixels, or below 1"),
        ("specks=nan", "specks: min_area: got nan"),
        ("specks=-1", "specks: min_area: got -1"),
        ("hysteresis=200:100", "hysteresis: low: got 200, wanted at most high, which is 100"),
        ("hold=256", "hold: decay: got 256"),
    ],
)
def test_what_it_cannot_read_is_one_clear_line(spec: str, words: str) -> None:
    with pytest.raises(fastvbg.OptionError, match="^refine: " + re.escape(words)) as caught:
        fastvbg.Refiner(spec)
    assert "\n" not in str(caught.value)


def test_steps_are_text() -> None:
    with pytest.raises(fastvbg.OptionTypeError, match="refine: got 3, wanted text"):
        fastvbg.Refiner(3)  # type: ignore[arg-type]


CALLS = {
    "despeckle": fastvbg.despeckle,
    "fill_holes": fastvbg.fill_holes,
    "drop_specks": lambda m, **o: fastvbg.drop_specks(m, min_area=2, **o),
    "hysteresis": lambda m, **o: fastvbg.hysteresis(m, low=1, high=2, **o),
    "choke": lambda m, **o: fastvbg.choke(m, 1, **o),
    "spread": lambda m, **o: fastvbg.spread(m, 1, **o),
    "feather": lambda m, **o: fastvbg.feather(m, 1, **o),
    "hold": lambda m, **o: fastvbg.hold(m, np.zeros((4, 6), np.uint8), **o),
    "Hold": fastvbg.Hold(),
    "Refiner": lambda m, **o: fastvbg.Refiner("fill").apply(m, **o),
}


@pytest.mark.parametrize("name", CALLS)
def test_bad_arrays_are_refused(name: str) -> None:
    plane = random_plane(4, 6)
    for bad, error in (
        (plane.astype(np.int16), fastvbg.DTypeError),
        (plane.tolist(), fastvbg.DTypeError),
        (plane[0], fastvbg.ShapeError),
        (np.stack([plane] * 3, axis=-1), fastvbg.ShapeError),
    ):
        with pytest.raises(error, match="^(mask|matte): got"):
            CALLS[name](bad)
        with pytest.raises(error, match="^out: got"):
            CALLS[name](plane, out=bad)
    with pytest.raises(fastvbg.ShapeError, match=r"^out: got 5x4 .* wanted 6x4 like m"):
        CALLS[name](plane, out=random_plane(4, 5))
    frozen = plane.copy()
    frozen.flags.writeable = False
    with pytest.raises(fastvbg.OverlapError, match="read-only"):
        CALLS[name](plane, out=frozen)
    room = random_plane(5, 6)
    with pytest.raises(fastvbg.OverlapError, match="^out: shares memory with m"):
        CALLS[name](room[:4], out=room[1:])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda m: fastvbg.despeckle(m, size=17), fastvbg.OptionError, "size: got 17"),
        (lambda m: fastvbg.despeckle(m, size=5.0), fastvbg.OptionTypeError, "size: got 5.0"),
        (lambda m: fastvbg.fill_holes(m, max_area="3"), fastvbg.OptionTypeError, "max_area: got"),
        (lambda m: fastvbg.drop_specks(m, min_area=True), fastvbg.OptionTypeError, "min_area: got"),
        (lambda m: fastvbg.choke(m, -1), fastvbg.OptionError, "radius: got -1"),
        (lambda m: fastvbg.feather(m, 1, passes=0), fastvbg.OptionError, "passes: got 0"),
        (lambda m: fastvbg.hold(m, m, decay=-1), fastvbg.OptionError, "decay: got -1"),
        (lambda m: fastvbg.hold(m, m[1:]), fastvbg.ShapeError, "held: got 6x3"),
    ],
)
def test_bad_options_are_refused(call, error, words) -> None:
    with pytest.raises(error, match=f"^{words}"):
        call(random_plane(4, 6))


@pytest.mark.parametrize(
    ("steps", "frames"),
    [
        ("none", 0),
        ("fill,feather", 0),
        ("hold=100,fill", 3),
        ("hold=100,hold=255", 4),
        ("hold=0", None),
        ("fill,hold=0,hold=9", None),
    ],
)
def test_how_many_frames_before_it_a_matte_is_told_by(steps: str, frames: int | None) -> None:
    assert frames_of(steps) == frames
