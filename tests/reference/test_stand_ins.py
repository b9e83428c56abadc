"""What stands in for a kernel leaves the same bytes, with the same arguments."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg.constants import YUV_GRAY
from fastvbg.kernels._kernel import named
from fastvbg.kernels.composite.plan import NOTHING_KNOWN, background_map
from fastvbg.kernels.foreground import plan as foreground
from fastvbg.kernels.person import plan
from fastvbg.kernels.refine.plan import guided_scratch, regions_scratch
from fastvbg.meanwhile import SLOWEST
from fastvbg.reference.stand_ins import STAND_INS
from tests.support.arrays import random_plane

SHAPES = [(1, 1), (13, 35), (48, 70)]


def smooth(shape: tuple[int, int], seed: int) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(random_plane(*shape, seed=seed), (0, 0), 3) * 3)


def guided(shape, seed):
    for radius, contrast, gain in ((1, 1, 1), (2, 20, 2), (6, 100, 8)):
        out = np.zeros(shape, np.uint8)
        given = smooth(shape, seed), smooth(shape, seed + 1), out, radius, contrast**2, gain
        yield (*given, *guided_scratch(*shape, radius)), (out,)


def regions(*numbers):
    def cases(shape, seed):
        for each in numbers:
            out = np.zeros(shape, np.uint8)
            yield (smooth(shape, seed), out, *each, regions_scratch(*shape)), (out,)

    return cases


def guides(shape, seed):
    return tuple(smooth(shape, seed + k) for k in range(3))


def fit(shape, seed):
    for radius in (1, 5):
        scratch = plan.colourfit_scratch(*shape, radius)
        yield (smooth(shape, seed), guides(shape, seed), radius, (400, 9), *scratch), (scratch[0],)


def separate(shape, seed):
    matte = smooth(shape, seed)
    inside = np.where(matte > 170, 255, 0).astype(np.uint8)
    near = np.where(matte > 60, 255, 0).astype(np.uint8)
    options = (6.0, 100.0, 4.0, 4.0, 8.0, 0.7, 1.0, 100.0)
    out = np.zeros(shape, np.uint8)
    given = matte, inside, near, guides(shape, seed), options, out
    yield (*given, *plan.discriminant_scratch(*shape)), (out,)


def composite_planes(shape, seed):
    for factor in plan.FACTORS:
        canvas = tuple(-(-side // factor) for side in shape)
        scratch = plan.colourfit_scratch(*canvas, 2)
        fitting = smooth(canvas, seed), guides(canvas, seed), 2, (400, 9), *scratch
        named("person.colourfit.fit").call(*fitting)
        for across, down in ((0, 0), (1, 0), (1, 1)):
            half = (shape[0] + down) >> down, (shape[1] + across) >> across
            frame, bg, out = (
                tuple(random_plane(*size, seed=k + n) for n, size in enumerate((shape, half, half)))
                for k in (seed, seed + 5, seed + 9)
            )
            work = (canvas[1], factor, 8), *plan.edges_scratch(*canvas, factor)
            yield (scratch[0], frame, bg, out, (across, down), work), out


def apply(shape, seed):
    for factor in plan.FACTORS:
        canvas = tuple(-(-side // factor) for side in shape)
        scratch = plan.colourfit_scratch(*canvas, 2)
        fitting = smooth(canvas, seed), guides(canvas, seed), 2, (400, 9), *scratch
        named("person.colourfit.fit").call(*fitting)
        out = np.zeros(shape, np.uint8)
        work = (canvas[1], factor, 8), *plan.edges_scratch(*canvas, factor)
        yield (scratch[0], smooth(shape, seed + 7), out, work), (out,)


def estimate(shape, seed):
    for across, down in ((0, 0), (1, 0), (1, 1)):
        half = (shape[0] + down) >> down, (shape[1] + across) >> across
        planes = tuple(smooth(size, seed + k) for k, size in enumerate((shape, half, half)))
        mattes = smooth(shape, seed + 5), np.zeros(half, np.uint8)
        scene = tuple(smooth(plane.shape, seed + 9) for plane in planes)
        cells, scratch = foreground.cells_for(shape, half), foreground.scratch_for(*shape)
        for known in flags_of(shape, seed):
            yield (planes, scene, mattes, mattes[1], (across, down), cells, scratch, known), planes


def flags_of(shape, seed):
    """No flags, and some of squares of 16 pixels."""
    squares = -(-shape[0] // 16), -(-shape[1] // 16)
    return np.empty((0, 0), np.uint8), random_plane(*squares, seed=seed + 3) & 1


def uncover(shape, seed):
    for given, planes in estimate(shape, seed):
        *before, cells, scratch, _ = given
        yield (*before, cells[0], scratch[0]), planes


def i420(shape, seed):
    half = (shape[0] + 1) >> 1, (shape[1] + 1) >> 1
    return tuple(random_plane(*size, seed=seed + k) for k, size in enumerate((shape, half, half)))


def known_of(shape):
    return NOTHING_KNOWN, background_map(*shape)


def composite_i420(shape, seed):
    prev, bg, out = (i420(shape, seed + k) for k in (0, 20, 30))
    # Some of it moves, by more and by less than the threshold.
    next = tuple(plane + (bg[k] >> 3) * (bg[k] & 1) for k, plane in enumerate(prev))
    for key in (("bt601", "limited"), ("bt2020", "full")):
        for known in known_of(shape):
            for threshold in (0, 3, 255):
                given = prev, next, bg, out, known, tuple(YUV_GRAY[key]), threshold, shape[0]
                yield given, out
    yield (prev, next, bg, out, NOTHING_KNOWN, tuple(YUV_GRAY[key]), 3, 4 * shape[0]), out


def blend_i420(shape, seed):
    frame, bg, out = (i420(shape, seed + k) for k in (0, 20, 30))
    for known in known_of(shape):
        yield (frame, smooth(shape, seed), bg, out, known, shape[0]), out


CASES = {
    "composite.planar.blend_i420": blend_i420,
    "composite.planar.composite_i420": composite_i420,
    "foreground.colours.estimate": estimate,
    "foreground.plate.uncover": uncover,
    "person.colourfit.fit": fit,
    "person.discriminant.separate": separate,
    "person.edges.apply": apply,
    "person.edges.composite_planes": composite_planes,
    "refine.guided.smooth": guided,
    "refine.regions.drop_specks": regions((1,), (40,), (10**6,)),
    "refine.regions.fill_holes": regions((1,), (40,), (1 << 62,)),
    "refine.regions.hysteresis": regions((60, 200), (1, 255), (128, 128)),
}

IN_PLACE = {"foreground.colours.estimate", "foreground.plate.uncover"}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_bytes_are_those_of_the_kernel(name: str, shape: tuple[int, int]) -> None:
    for seed in (1, 50):
        for arguments, written in CASES[name](shape, seed):
            before = [array.copy() for array in written]
            STAND_INS[name](*arguments)
            literal = [array.copy() for array in written]
            for array, old in zip(written, before, strict=True):
                array[:] = old if name in IN_PLACE else 77
            named(name).call(*arguments)
            for array, wanted in zip(written, literal, strict=True):
                np.testing.assert_array_equal(array, wanted)


def test_each_has_cases_or_leaves_it_to_who_asks() -> None:
    assert set(STAND_INS) == set(SLOWEST) == {*CASES, "composite.apart.i420"}
    planes = i420((4, 6), 1)
    assert STAND_INS["composite.apart.i420"](planes, i420((4, 6), 2)) is False


def test_what_stands_in_knows_of_no_block_that_it_is_background() -> None:
    shape = 6, 70
    frame, bg = i420(shape, 1), i420(shape, 7)
    out = tuple(plane.copy() for plane in bg)
    matte, known = np.zeros(shape, np.uint8), background_map(*shape)
    named("composite.planar.blend_i420").call(frame, matte, bg, out, known, shape[0])
    assert known.any()
    STAND_INS["composite.planar.blend_i420"](frame, matte, bg, out, known, shape[0])
    assert not known.any()
