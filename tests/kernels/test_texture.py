"""The background's texture kept out of edges: the kernels equal their literal forms."""

from __future__ import annotations

import os
from contextlib import ExitStack

import cv2
import numpy as np
import pytest

from fastvbg.kernels.person import plan, texture
from fastvbg.keyers.person.edging import _WANTED, Edges
from fastvbg.reference import texture as reference
from tests.kernels.test_canvas import SIZES, canvas_shape
from tests.kernels.test_guard import guarded
from tests.support.arrays import random_frame, random_plane

FACTORS = (2, 4, 8)


def asked(shape, factor):
    """Return what asks for all squares that tell of a picture."""
    return np.ones_like(plan.texture_scratch(*canvas_shape(shape, factor))[1])


def gathered(picture, wanted, factor):
    out = np.full(wanted.shape, -7, np.int32)
    kernel = texture.gather if picture.ndim == 2 else texture.gather_frame
    kernel.call(picture, wanted, factor, out)
    return out


@pytest.mark.parametrize("shape", [*SIZES, (9, 64), (40, 90), (135, 240)])
@pytest.mark.parametrize(("about", "margin", "nothing"), [(4, 2, 8), (1, 3, 60), (8, 0, 0)])
def test_want(shape, about, margin, nothing) -> None:
    rng = np.random.default_rng(shape[1])
    planes = rng.integers(-9, 9, (2, *shape)).astype(np.int32)
    planes[0][rng.random(shape) < 0.97] = 0
    matte = random_plane(*shape, seed=5)
    matte[rng.random(shape) < 0.95] = nothing
    literal = reference.want(planes[0], matte, about, margin, nothing)
    wide = np.full((2, shape[0] + 2, shape[1] + 3), 5, np.int32)
    wide[:, 1:-1, 2:-1] = planes
    matte.flags.writeable = False
    for given in (planes, wide[:, 1:-1, 2:-1]):
        _, out, *scratch = plan.texture_scratch(*shape)
        for _ in range(2):  # what is left of the last time counts for nothing
            out.fill(9)
            texture.want.call(given, matte, (about, margin, nothing), *scratch, out)
            np.testing.assert_array_equal(out, literal)


@pytest.mark.parametrize("shape", [*SIZES, (9, 64), (40, 90)])
@pytest.mark.parametrize("factor", FACTORS)
def test_gather(shape, factor) -> None:
    every = asked(shape, factor)
    wanted = every * (random_plane(*every.shape, seed=3) > 90)
    frame = random_frame(*shape)
    turned = np.ascontiguousarray(frame[..., ::-1])[..., ::-1]
    wide = np.zeros((shape[0], shape[1] + 3), np.uint8)
    wide[:, 1:-2] = frame[..., 1]
    view = wide[:, 1:-2]
    view.flags.writeable = False
    literal = reference.gather(frame[..., 1], wanted, factor)
    for picture in (frame, turned, view, np.ascontiguousarray(frame[..., 1])):
        np.testing.assert_array_equal(gathered(picture, wanted, factor), literal)


@pytest.mark.parametrize("factor", FACTORS)
def test_the_most_texture_there_is_fits(factor) -> None:
    board = (np.indices((16, 24)).sum(axis=0) % 2 * 255).astype(np.uint8)
    wanted = asked(board.shape, factor)
    told = gathered(board, wanted, factor)
    assert (told == (255 * 255 // 4 << reference.COUNT | 1)).all()
    about = (2 * _WANTED[0] + 1) ** 2
    assert _WANTED[0] <= plan.TEXTURE_PAD
    assert about < 1 << reference.COUNT
    assert about * int(told.max()) < 1 << 31


@pytest.mark.parametrize("shape", [*SIZES, (9, 64), (40, 90)])
def test_hold(shape) -> None:
    rng = np.random.default_rng(shape[0])
    planes = rng.integers(-(1 << 23) + 1, 1 << 23, (2, *shape)).astype(np.int32)
    near = random_plane(*shape, seed=6)
    near[:, shape[1] // 4 :][rng.random((shape[0], shape[1] - shape[1] // 4)) < 0.9] = 255
    near.flags.writeable = False
    literal = reference.hold(*planes, near)
    wide = np.full((2, shape[0] + 2, shape[1] + 3), 5, np.int32)
    wide[:, 1:-1, 2:-1] = planes
    for given in (planes, wide[:, 1:-1, 2:-1]):
        texture.hold.call(given, near)
        np.testing.assert_array_equal(given, literal)
    beyond = wide.copy()
    beyond[:, 1:-1, 2:-1] = 5
    assert (beyond == 5).all()


@pytest.mark.parametrize("share", [0, 1, 127, 128, 254, 255])
def test_what_is_near_all_over_is_held_by_nothing(share) -> None:
    planes = np.arange(-30_000, 30_000, dtype=np.int32).reshape(2, 100, 300)
    near = np.full((100, 300), share, np.uint8)
    held = planes.copy()
    texture.hold.call(held, near)
    np.testing.assert_array_equal(held, reference.hold(*planes, near))
    assert (held == (planes if share == 255 else planes * (share + (share > 127)) >> 8)).all()


@pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")
@pytest.mark.parametrize("shape", [(1, 1), (7, 63), (13, 70), (5, 129)])
@pytest.mark.parametrize("factor", FACTORS)
def test_nothing_beyond_the_picture_is_touched(shape, factor) -> None:
    frame = random_frame(*shape)
    wanted = asked(shape, factor)
    literal = reference.gather(frame[..., 1], wanted, factor)
    for side in range(2):
        for picture in (frame, np.ascontiguousarray(frame[..., 1])):
            with ExitStack() as stack:
                own = guarded(stack, picture, side)
                np.testing.assert_array_equal(gathered(own, wanted, factor), literal)
                del own


@pytest.mark.parametrize("shape", [*SIZES, (40, 90)])
@pytest.mark.parametrize(("gain", "alike"), [(5, 40), (8, 60), (8, 1)])
def test_heed(shape, gain, alike) -> None:
    rng = np.random.default_rng(shape[1])
    planes = rng.integers(-70000, 70000, (2, *shape)).astype(np.int32)
    planes[0][rng.random(shape) < 0.3] = 0
    guide = random_plane(*shape, seed=2)
    some = plan.texture_scratch(*shape)[0].shape
    counts = rng.integers(0, 82, some).astype(np.int32)
    sums = counts * rng.integers(0, 16256, some).astype(np.int32) << reference.COUNT | counts
    wanted = reference.heed(planes[0], planes[1], guide, sums, gain, alike)
    before = planes[0].astype(np.int64) * guide + planes[1]
    wide = np.full((2, shape[0] + 2, shape[1] + 3), 5, np.int32)
    wide[:, 1:-1, 2:-1] = planes
    texture.heed.call(planes, guide, sums, gain, alike)
    texture.heed.call(wide[:, 1:-1, 2:-1], guide, sums, gain, alike)
    for got, view, each in zip(planes, wide[:, 1:-1, 2:-1], wanted, strict=True):
        np.testing.assert_array_equal(got, each)
        np.testing.assert_array_equal(view, each)
    wide[:, 1:-1, 2:-1] = 5
    assert (wide == 5).all()
    np.testing.assert_array_equal(planes[0].astype(np.int64) * guide + planes[1], before)


def scene(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """A dark half beside stripes, or beside as bright a wall, and its matte."""
    y, x = np.indices((240, 320))
    stripes = np.where(y // 3 % 2, 40, 200) if kind == "stripes" else np.full(y.shape, 150)
    picture = np.where(x < 150, 30, stripes).astype(np.uint8)
    return picture, np.where(x < 150, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("form", ["planes", "frame"])
def test_stripes_beside_a_dark_sleeve_are_no_combs(form) -> None:
    factor, left = 8, {}
    for kind in ("stripes", "wall"):
        picture, truth = scene(kind)
        small = cv2.resize(truth, (40, 30), interpolation=cv2.INTER_AREA)
        luma = cv2.resize(picture, (40, 30), interpolation=cv2.INTER_AREA)
        step = Edges((30, 40), factor)
        step.fit(small, (luma, np.full_like(luma, 128), np.full_like(luma, 128)))
        canvas = step.small(luma)
        given = picture if form == "planes" else np.repeat(picture[..., None], 3, axis=2)
        matte = step.matte(given, np.empty(picture.shape, np.uint8))
        left[kind] = matte[:, 154:].mean()
        assert np.abs(matte[:, :140].astype(int) - 255).mean() < 4
        # On the canvas nothing changes, before and after.
        np.testing.assert_array_equal(step.small(luma), canvas)
        np.testing.assert_array_equal(step.matte(given, np.empty_like(matte)), matte)
    assert max(left.values()) < 0.5  # and 4 of stripes whose texture is not heeded
