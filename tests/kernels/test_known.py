"""Planar composite and blend leave background that a frame shows already, and nothing else."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from fastvbg import reference
from fastvbg.compositing.planar import I420, NV12, blend_known, composite_known
from fastvbg.constants import YUV_GRAY
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.composite.plan import BLOCK, background_map
from tests.support.kernel_arrays import LAYOUTS, at_offset

FORMS = (I420, NV12)
WIDTHS = (1, 2, 15, 33, 63, 64, 65, 128, 130, 193)


def noise(rng, height, width):
    chroma = (height + 1) // 2, (width + 1) // 2
    return [rng.integers(0, 256, shape, np.uint8) for shape in ((height, width), chroma, chroma)]


def in_form(form, planes):
    return I420(*planes) if form is I420 else NV12(planes[0], np.stack(planes[1:], axis=-1))


def check_composite(form, frames, bg, rng, threads=1, lay=np.asarray):
    """Composite frame after frame into one, and compare each."""
    height, width = bg[0].shape
    out, known = in_form(form, noise(rng, height, width)), background_map(height, width)
    out = form(*(at_offset(plane, 0) for plane in out))
    for prev, next in itertools.pairwise(frames):
        composite_known(
            *(form(*map(lay, in_form(form, planes))) for planes in (prev, next, bg)),
            matrix="bt709",
            range="limited",
            threshold=3,
            threads=threads,
            out=out,
            known=known,
        )
        weights = YUV_GRAY["bt709", "limited"]
        wanted = in_form(form, reference.planar_composite(prev, next, bg, 3, weights))
        for plane, expected in zip(out, wanted, strict=True):
            np.testing.assert_array_equal(plane, expected)


def video(rng, height, width, count=12):
    """Return frames that stay, flicker, move in part, or all."""
    frames = [noise(rng, height, width)]
    for _ in range(1, count):
        kind, last = rng.integers(4), frames[-1]
        if kind == 0:
            frames.append(noise(rng, height, width))
        elif kind == 1:
            frames.append([plane.copy() for plane in last])
        elif kind == 2:
            frames.append([plane ^ rng.integers(0, 2, plane.shape, np.uint8) for plane in last])
        else:
            moved = rng.random((height, -(-width // 40))).repeat(40, 1)[:, :width] < 0.1
            frames.append([np.where(moved, last[0] ^ 64, last[0]), *last[1:]])
    return frames


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("height", [1, 2, 5, 8])
@pytest.mark.parametrize("width", WIDTHS)
def test_composite_equals_the_reference(form, height, width, rng):
    check_composite(form, video(rng, height, width), noise(rng, height, width), rng)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("threads", [1, 3])
def test_composite_of_any_layout_and_in_bands(form, layout, threads, rng):
    lay = LAYOUTS[layout]
    check_composite(form, video(rng, 11, 200), noise(rng, 11, 200), rng, threads, lay)


@pytest.mark.parametrize("form", FORMS)
def test_composite_of_layouts_that_change(form, rng):
    layouts = [LAYOUTS[name] for name in rng.choice(sorted(LAYOUTS), 800)]
    lay = lambda plane: layouts.pop()(plane)  # noqa: E731, PLW0108
    check_composite(form, video(rng, 9, 200, 40), noise(rng, 9, 200), rng, 1, lay)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("all_streams")
def test_streaming_stores(form, rng):
    check_composite(form, video(rng, 61, 1920, 4), noise(rng, 61, 1920), rng)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [(1, 1), (5, 63), (6, 64), (7, 130), (9, 200)])
@pytest.mark.parametrize("threads", [1, 2])
def test_blend_equals_the_reference(form, size, threads, rng):
    bg, known = noise(rng, *size), background_map(*size)
    out = in_form(form, noise(rng, *size))
    for _ in range(12):
        frame = noise(rng, *size)
        there = rng.random((size[0], -(-size[1] // 40))).repeat(40, 1)[:, : size[1]]
        matte = np.where(there < rng.choice([0, 0.1, 1]), rng.integers(0, 256, size), 0)
        matte = matte.astype(np.uint8)
        pictures = in_form(form, frame), matte, in_form(form, bg)
        blend_known(*pictures, threads=threads, out=out, known=known)
        wanted = in_form(form, reference.planar_blend(frame, matte, bg))
        for plane, expected in zip(out, wanted, strict=True):
            np.testing.assert_array_equal(plane, expected)


@pytest.mark.skipif(TARGET.variant == "portable", reason="plain loops write all")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [(6, 2 * BLOCK), (1801, 1920)])
def test_background_that_is_there_is_neither_read_nor_written(form, size, rng):
    frame, bg, other = noise(rng, *size), noise(rng, *size), noise(rng, *size)
    out, known = in_form(form, noise(rng, *size)), background_map(*size)
    out = form(*(at_offset(plane, 0) for plane in out))  # large ones are stored past the caches
    nothing = np.zeros(size, np.uint8)
    frame, bg, other = (in_form(form, planes) for planes in (frame, bg, other))
    blend_known(frame, nothing, bg, threads=1, out=out, known=known)
    blend_known(frame, nothing, other, threads=1, out=out, known=known)
    options = {"matrix": "bt709", "range": "limited", "threshold": 3, "threads": 1}
    composite_known(frame, frame, other, **options, out=out, known=known)
    for plane, expected in zip(out, bg, strict=True):
        np.testing.assert_array_equal(plane, expected)
