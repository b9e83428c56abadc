"""Masks and selection on planes: byte equality with the literal forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastvbg import reference
from fastvbg.compositing.planes import blend_planes, select_planes
from fastvbg.constants import YUV_GRAY
from fastvbg.keyers.motion_planes import PlanesKeyer
from fastvbg.reference import planes as reference_planes

SHIFTS = {"420": (1, 1), "422": (1, 0), "444": (0, 0)}


def random_planes(rng, rows: int, cols: int, chroma: str, depth: int, pad: int = 0):
    shift_x, shift_y = SHIFTS[chroma]
    shapes = [(rows, cols), *[((rows + shift_y) >> shift_y, (cols + shift_x) >> shift_x)] * 2]
    kind = np.uint8 if depth == 8 else np.uint16
    return tuple(rng.integers(0, 1 << depth, (r, c + pad), dtype=kind)[:, :c] for r, c in shapes)


def near(rng, planes, depth: int):
    """The same planes with small changes, about the threshold's size."""
    top, reach = (1 << depth) - 1, 12 << (depth - 8)
    return tuple(
        np.clip(p.astype(int) + rng.integers(-reach, reach + 1, p.shape), 0, top).astype(p.dtype)
        for p in planes
    )


@given(
    rows=st.integers(1, 9),
    cols=st.integers(1, 70),
    chroma=st.sampled_from(sorted(SHIFTS)),
    depth=st.sampled_from([8, 9, 10, 12, 16]),
    space=st.sampled_from(sorted(YUV_GRAY)),
    threshold=st.sampled_from([0, 1, 3, 7, 100, 255]),
    pad=st.integers(0, 3),
    seed=st.integers(0, 1000),
)
def test_masks_and_selection_equal_the_literal_forms(
    rows, cols, chroma, depth, space, threshold, pad, seed
) -> None:
    rng = np.random.default_rng(seed)
    prev = random_planes(rng, rows, cols, chroma, depth, pad)
    next = near(rng, prev, depth)
    bg = random_planes(rng, rows, cols, chroma, depth)
    shift_x, shift_y = SHIFTS[chroma]
    keyer = PlanesKeyer(*space, depth=depth, shift_x=shift_x, shift_y=shift_y)
    mask = keyer.mask(prev, next, threshold, np.full((rows, cols), 7, np.uint8))
    wanted = reference_planes.planes_mask(prev, next, threshold, YUV_GRAY[space], depth=depth)
    assert np.array_equal(mask, wanted)
    out = random_planes(rng, rows, cols, chroma, depth, 2)
    select_planes(mask, next, bg, out)
    for got, new, old in zip(out, next, bg, strict=True):
        assert np.array_equal(got, reference_planes.select_plane(wanted, new, old))


@given(
    rows=st.integers(1, 9),
    cols=st.integers(1, 70),
    chroma=st.sampled_from(sorted(SHIFTS)),
    depth=st.sampled_from([8, 10, 12, 16]),
    pad=st.integers(0, 3),
    seed=st.integers(0, 1000),
)
def test_blends_equal_the_literal_form(rows, cols, chroma, depth, pad, seed) -> None:
    rng = np.random.default_rng(seed)
    frame = random_planes(rng, rows, cols, chroma, depth, pad)
    bg = random_planes(rng, rows, cols, chroma, depth)
    matte = rng.choice(np.array([0, 1, 100, 127, 128, 254, 255], np.uint8), (rows, cols + pad))
    out = random_planes(rng, rows, cols, chroma, depth, 2)
    blend_planes(matte[:, :cols], frame, bg, out)
    for got, new, old in zip(out, frame, bg, strict=True):
        assert np.array_equal(got, reference_planes.blend_plane(matte[:, :cols], new, old))


def test_one_column_is_halved_downward() -> None:
    rng = np.random.default_rng(4)
    frame, bg, out = (random_planes(rng, 4, 1, "420", 8) for _ in range(3))
    mask = np.array([[0], [255], [0], [0]], np.uint8)
    select_planes(mask, frame, bg, out)
    assert out[1].tolist() == [frame[1][0].tolist(), bg[1][1].tolist()]
    blend_planes(mask, frame, bg, out)
    assert np.array_equal(out[1], reference_planes.blend_plane(mask, frame[1], bg[1]))


@pytest.mark.parametrize("depth", [8, 16])
def test_the_ends_of_a_blend_are_exact(depth: int) -> None:
    rng = np.random.default_rng(2)
    frame, bg = (random_planes(rng, 6, 8, "420", depth) for _ in range(2))
    out = random_planes(rng, 6, 8, "420", depth)
    for value, wanted in ((255, frame), (0, bg)):
        blend_planes(np.full((6, 8), value, np.uint8), frame, bg, out)
        assert all(np.array_equal(a, b) for a, b in zip(out, wanted, strict=True))


def test_at_8_bits_in_420_the_blend_is_that_of_the_planar_reference() -> None:
    rng = np.random.default_rng(5)
    frame, bg = (random_planes(rng, 33, 47, "420", 8) for _ in range(2))
    matte = rng.integers(0, 256, (33, 47), dtype=np.uint8)
    wanted = reference.planar_blend(frame, matte, bg)
    for k in range(3):
        assert np.array_equal(reference_planes.blend_plane(matte, frame[k], bg[k]), wanted[k])


@pytest.mark.parametrize("space", sorted(YUV_GRAY))
def test_at_8_bits_in_420_the_rule_is_that_of_the_planar_reference(space) -> None:
    rng = np.random.default_rng(5)
    prev = random_planes(rng, 33, 47, "420", 8)
    next, bg = near(rng, prev, 8), random_planes(rng, 33, 47, "420", 8)
    mask = reference_planes.planes_mask(prev, next, 3, YUV_GRAY[space])
    assert np.array_equal(mask, reference.planar_motion_mask(prev, next, 3, YUV_GRAY[space]))
    wanted = reference.planar_composite(prev, next, bg, 3, YUV_GRAY[space])
    for k in range(3):
        assert np.array_equal(reference_planes.select_plane(mask, next[k], bg[k]), wanted[k])
