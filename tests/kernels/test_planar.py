"""Planar composite and blend equal their references, and decide as the BGR form does."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg import composite, reference
from fastvbg.compositing.planar import I420, NV12, blend_planar, composite_planar
from fastvbg.constants import YUV_GRAY
from fastvbg.errors import DTypeError, OptionError, OverlapError, ShapeError
from tests.support.kernel_arrays import LAYOUTS, frame_pair

FORMS = (I420, NV12)
SIZES = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 5), (5, 63), (4, 64), (7, 65), (6, 129), (9, 200)]


def chroma_shape(height, width):
    return (height + 1) // 2, (width + 1) // 2


def planes_pair(rng, height, width):
    """Return two frames that differ by nothing, little or much, sample by sample."""
    chroma = chroma_shape(height, width)
    pairs = [frame_pair(rng, *shape, ()) for shape in ((height, width), chroma, chroma)]
    return tuple(I420(*planes) for planes in zip(*pairs, strict=True))


def in_form(form, planes):
    if form is I420:
        return I420(*planes)
    return NV12(planes[0], np.stack(planes[1:], axis=-1))


def check_planes(got, form, expected):
    assert type(got) is form
    for plane, wanted in zip(got, in_form(form, expected), strict=True):
        np.testing.assert_array_equal(plane, wanted)


def changed(planes, layout):
    return type(planes)(*(LAYOUTS[layout](plane) for plane in planes))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("standard", YUV_GRAY)
def test_composite_with_every_matrix_range_and_threshold(form, standard, rng):
    matrix, extent = standard
    for size in SIZES:
        prev, next = planes_pair(rng, *size)
        bg, _ = planes_pair(rng, *size)
        for threshold in (0, 1, 3, 17, 128, 254, 255):
            expected = reference.planar_composite(prev, next, bg, threshold, YUV_GRAY[standard])
            frames = [in_form(form, planes) for planes in (prev, next, bg)]
            got = composite_planar(*frames, matrix=matrix, range=extent, threshold=threshold)
            check_planes(got, form, expected)


@pytest.mark.parametrize("form", FORMS)
def test_extreme_differences_do_not_overflow(form):
    extremes = np.array([0, 1, 16, 127, 128, 235, 254, 255], np.uint8)
    y, u, v, y1, u1, v1 = (a.reshape(512, 512) for a in np.meshgrid(*[extremes] * 6, indexing="ij"))
    double = (slice(None), slice(None))
    prev = I420(y.repeat(2, 0).repeat(2, 1), u[double], v[double])
    next = I420(y1.repeat(2, 0).repeat(2, 1), u1[double], v1[double])
    bg = I420(*(255 - plane for plane in next))
    for standard in YUV_GRAY:
        expected = reference.planar_composite(prev, next, bg, 40, YUV_GRAY[standard])
        frames = [in_form(form, planes) for planes in (prev, next, bg)]
        got = composite_planar(*frames, matrix=standard[0], range=standard[1], threshold=40)
        check_planes(got, form, expected)


@pytest.mark.parametrize("form", FORMS)
def test_tails(form, rng):
    for width in range(1, 201):
        prev, next = planes_pair(rng, 3, width)
        bg, _ = planes_pair(rng, 3, width)
        matte = rng.integers(0, 256, (3, width), np.uint8)
        frames = [in_form(form, planes) for planes in (prev, next, bg)]
        expected = reference.planar_composite(prev, next, bg, 3, YUV_GRAY["bt709", "limited"])
        check_planes(composite_planar(*frames), form, expected)
        blended = blend_planar(frames[1], matte, frames[2])
        check_planes(blended, form, reference.planar_blend(next, matte, bg))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(form, layout, rng):
    size = (7, 70)
    prev, next = planes_pair(rng, *size)
    bg, _ = planes_pair(rng, *size)
    matte = rng.integers(0, 256, size, np.uint8)
    expected = reference.planar_composite(prev, next, bg, 3, YUV_GRAY["bt709", "limited"])
    blended = reference.planar_blend(next, matte, bg)
    frames = [in_form(form, planes) for planes in (prev, next, bg)]
    for k in range(3):
        arranged = list(frames)
        arranged[k] = changed(frames[k], layout)
        check_planes(composite_planar(*arranged), form, expected)
        check_planes(blend_planar(arranged[1], matte, arranged[2]), form, blended)
    check_planes(blend_planar(frames[1], LAYOUTS[layout](matte), frames[2]), form, blended)
    out = changed(form(*(np.zeros_like(plane) for plane in frames[0])), layout)
    check_planes(composite_planar(*frames, out=out), form, expected)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [(1, 1), (5, 67), (64, 128), (2161, 1999), (2160, 1920)])
def test_out_is_an_input(form, size, rng):
    prev, next = planes_pair(rng, *size)
    bg, _ = planes_pair(rng, *size)
    matte = rng.integers(0, 256, size, np.uint8)
    expected = reference.planar_composite(prev, next, bg, 3, YUV_GRAY["bt709", "limited"])
    blended = reference.planar_blend(next, matte, bg)
    for k in range(3):
        frames = [form(*(p.copy() for p in in_form(form, f))) for f in (prev, next, bg)]
        check_planes(composite_planar(*frames, out=frames[k]), form, expected)
        if k > 0:
            frames = [form(*(p.copy() for p in in_form(form, f))) for f in (prev, next, bg)]
            check_planes(blend_planar(frames[1], matte, frames[2], out=frames[k]), form, blended)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [(0, 0), (0, 4), (4, 0)])
def test_empty(form, size, rng):
    frame = in_form(form, planes_pair(rng, *size)[0])
    assert composite_planar(frame, frame, frame).y.shape == size
    assert blend_planar(frame, np.zeros(size, np.uint8), frame).y.shape == size


def test_read_only_inputs(rng):
    prev, next = planes_pair(rng, 4, 70)
    for plane in (*prev, *next):
        plane.flags.writeable = False
    expected = reference.planar_composite(prev, next, prev, 3, YUV_GRAY["bt709", "limited"])
    check_planes(composite_planar(prev, next, prev), I420, expected)


@pytest.mark.parametrize("standard", YUV_GRAY)
def test_decision_is_that_of_bgr_where_nothing_clips(standard, rng):
    """Planes of colours that BGR holds, converted in floating point and rounded."""
    matrix, extent = standard
    kr, kb = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}[
        matrix
    ]
    scale_y, scale_c = (255 / 219, 255 / 224) if extent == "limited" else (1, 1)

    def bgr_of(y, u, v):
        y, u, v = (p.astype(float) for p in (y, u, v))
        y = (y - (16 if extent == "limited" else 0)) * scale_y
        blue = y + (2 - 2 * kb) * scale_c * (u - 128)
        red = y + (2 - 2 * kr) * scale_c * (v - 128)
        return np.stack([blue, (y - kr * red - kb * blue) / (1 - kr - kb), red], axis=-1)

    y0, y1 = rng.integers(90, 160, (2, 400, 400)).astype(np.uint8)
    u0, v0, u1, v1 = rng.integers(118, 139, (4, 400, 400)).astype(np.uint8)
    prev, next = (np.rint(bgr_of(*p)).astype(np.uint8) for p in ((y0, u0, v0), (y1, u1, v1)))
    weights = np.array([0.114, 0.587, 0.299])
    gray = (np.abs(prev.astype(float) - next) * weights).sum(axis=-1)
    background = np.zeros_like(next)
    for threshold in (3, 17, 40):
        moved = composite(prev, next, background, threshold=threshold).any(axis=-1)
        planes = [
            I420(p[0].repeat(2, 0).repeat(2, 1), p[1], p[2]) for p in ((y0, u0, v0), (y1, u1, v1))
        ]
        mask = reference.planar_motion_mask(*planes, threshold, YUV_GRAY[standard])[::2, ::2] > 0
        assert (mask == moved)[np.abs(gray - threshold) >= 2].all()
        assert (mask == moved).mean() > 0.97


def test_wrong_planes(rng):
    frame, other = planes_pair(rng, 4, 6)
    with pytest.raises(DTypeError, match="wanted I420 or NV12"):
        composite_planar(tuple(frame), other, other)
    with pytest.raises(DTypeError, match="wanted I420 like prev"):
        composite_planar(frame, other, in_form(NV12, other))
    with pytest.raises(ShapeError, match=r"next\.u: got shape"):
        composite_planar(frame, I420(other.y, other.u[:1], other.v), other)
    with pytest.raises(ShapeError, match="bg: got 4x4"):
        composite_planar(frame, other, planes_pair(rng, 4, 4)[0])
    with pytest.raises(OptionError, match="matrix"):
        composite_planar(frame, other, other, matrix="rgb")
    with pytest.raises(OverlapError, match="wanted memory of its own"):
        composite_planar(frame, other, other, out=I420(frame.y, frame.v, frame.u))
