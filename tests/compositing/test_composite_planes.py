"""Keying and compositing planes in one pass equals keying, clearing and blending them in turn."""

from __future__ import annotations

import os
from contextlib import ExitStack

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvbg import (
    AdaptiveKeyer,
    ChromaKeyer,
    DTypeError,
    OptionTypeError,
    OverlapError,
    PlateKeyer,
    ShapeError,
)
from fastvbg.compositing.planes import blend_planes
from fastvbg.kernels.keying import adaptive, chroma, plate
from fastvbg.reference.planes import blend_plane
from tests.kernels.test_guard import guarded
from tests.support.kernel_arrays import LAYOUTS, at_offset

FORMS = [(0, 0), (1, 0), (1, 1)]
SIZES = [(1, 1), (1, 2), (2, 1), (3, 2), (5, 33), (4, 65), (9, 129), (6, 200), (3, 257)]
SCREEN = (60, 86, 71)


def planes_of(rng, size, shifts):
    height, width = size
    across, down = shifts
    thin = (height + down) >> down, (width + across) >> across
    return tuple(rng.integers(0, 256, shape, np.uint8) for shape in (size, thin, thin))


def scenes(rng, size, shifts, count):
    """A scene and frames of it: still, noisy, and with things in front; and a green screen."""
    y, u, v = planes_of(rng, size, shifts)
    u[:], v[:] = SCREEN[1:]
    u[: len(u) // 2] = rng.integers(60, 200, u.shape)[: len(u) // 2]
    scene = y, u, v
    frames = []
    for _ in range(count):
        others = planes_of(rng, size, shifts)
        frame = []
        for plane, other in zip(scene, others, strict=True):
            near = np.clip(plane + rng.integers(-9, 10, plane.shape), 0, 255)
            kind = rng.integers(0, 4, (-(-plane.shape[0] // 2), -(-plane.shape[1] // 8)))
            kind = kind.repeat(2, 0).repeat(8, 1)[: plane.shape[0], : plane.shape[1]]
            frame.append(np.choose(kind, (plane, near, near, other)).astype(np.uint8))
        frames.append(tuple(frame))
    return scene, frames


def cleared(keyer, planes, matte):
    return keyer.despill_planes(planes, matte) if isinstance(keyer, ChromaKeyer) else planes


MAKERS = {
    "plate": lambda scene: PlateKeyer(scene, tolerance=2, falloff=40),
    "chroma": lambda scene: ChromaKeyer((64, 160, 64), despill=255),
    "chroma, some spill left": lambda scene: ChromaKeyer((170, 60, 50), despill=99),
    "adaptive": lambda scene: AdaptiveKeyer(warm_up=1, threshold=4),
}
keyers = pytest.mark.parametrize("kind", MAKERS)
forms = pytest.mark.parametrize("shifts", FORMS)


def check(got, wanted):
    assert len(got) == 3
    for plane, expected in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(plane, expected)


def step_by_step(keyer, planes, background):
    """The planes keyed, cleared and blended by the literal form; and the matte."""
    matte = keyer.key_planes(planes)
    kept = cleared(keyer, planes, matte)
    pairs = zip(kept, background, strict=True)
    return tuple(blend_plane(matte, new, old) for new, old in pairs), matte


@keyers
@forms
@pytest.mark.parametrize("size", SIZES)
def test_it_equals_its_steps(kind, shifts, size, rng):
    scene, frames = scenes(rng, size, shifts, 5)
    apart, fused = MAKERS[kind](scene), MAKERS[kind](scene)
    for planes in [scene, *frames]:
        background = planes_of(rng, size, shifts)
        wanted, _ = step_by_step(apart, planes, background)
        check(fused.composite_planes(planes, background), wanted)


@keyers
@forms
def test_mattes_are_everything_here(kind, shifts, rng):
    """The test above is worth nothing where mattes are empty or full."""
    scene, frames = scenes(rng, (32, 129), shifts, 6)
    keyer = MAKERS[kind](scene)
    mattes = np.stack([keyer.key_planes(planes) for planes in [scene, *frames]])
    assert (mattes == 0).mean() > 0.01
    assert (mattes == 255).mean() > 0.01
    if kind != "adaptive":
        assert ((mattes > 0) & (mattes < 255)).mean() > 0.01


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(MAKERS)),
    st.sampled_from(FORMS),
    st.integers(1, 9),
    st.integers(1, 300),
    st.integers(0, 999),
)
def test_any_size(kind, shifts, height, width, seed):
    rng = np.random.default_rng(seed)
    scene, frames = scenes(rng, (height, width), shifts, 2)
    apart, fused = MAKERS[kind](scene), MAKERS[kind](scene)
    for planes in [scene, *frames]:
        background = planes_of(rng, (height, width), shifts)
        wanted, _ = step_by_step(apart, planes, background)
        check(fused.composite_planes(planes, background), wanted)


@keyers
@forms
@pytest.mark.usefixtures("all_streams")
def test_streaming_stores(kind, shifts, rng):
    size = (61, 1999)
    scene, frames = scenes(rng, size, shifts, 1)
    apart, fused = MAKERS[kind](scene), MAKERS[kind](scene)
    background = planes_of(rng, size, shifts)
    for planes in (scene, frames[0]):
        matte = apart.key_planes(planes)
        wanted = planes_of(rng, size, shifts)
        blend_planes(matte, cleared(apart, planes, matte), background, wanted)
        out = tuple(at_offset(np.zeros_like(plane), 17) for plane in planes)
        assert fused.composite_planes(planes, background, out=out) is out
        check(out, wanted)


@keyers
@forms
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(kind, shifts, layout, rng):
    arranged = LAYOUTS[layout]
    scene, frames = scenes(rng, (7, 70), shifts, 3)
    apart, fused = MAKERS[kind](scene), MAKERS[kind](scene)
    for planes in [scene, *frames]:
        background = planes_of(rng, (7, 70), shifts)
        wanted, _ = step_by_step(apart, planes, background)
        given_planes = tuple(arranged(plane) for plane in planes)
        behind = tuple(arranged(plane) for plane in background)
        for plane in (*given_planes, *behind):
            plane.flags.writeable = False
        out = tuple(arranged(np.zeros_like(plane)) for plane in planes)
        assert fused.composite_planes(given_planes, behind, out=out) is out
        check(out, wanted)
        check(given_planes, planes)
        check(behind, background)


@keyers
@forms
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("layout", ["packed", "strided_rows", "flipped_columns"])
def test_out_is_an_input(kind, shifts, which, layout, rng):
    scene, frames = scenes(rng, (23, 131), shifts, 4)
    apart, fused = MAKERS[kind](scene), MAKERS[kind](scene)
    for planes in [scene, *frames]:
        background = planes_of(rng, (23, 131), shifts)
        wanted, _ = step_by_step(apart, planes, background)
        inputs = [
            tuple(LAYOUTS[layout](plane.copy()) for plane in each) for each in (planes, background)
        ]
        out = inputs[which]
        assert fused.composite_planes(*inputs, out=out) is out
        check(out, wanted)


@keyers
def test_keying_and_compositing_may_take_turns(kind, rng):
    scene, frames = scenes(rng, (40, 67), (1, 1), 8)
    apart, mixed = MAKERS[kind](scene), MAKERS[kind](scene)
    for k, planes in enumerate([scene, *frames]):
        background = planes_of(rng, (40, 67), (1, 1))
        wanted, matte = step_by_step(apart, planes, background)
        if k % 2:
            np.testing.assert_array_equal(mixed.key_planes(planes), matte)
        else:
            check(mixed.composite_planes(planes, background), wanted)


def test_a_frozen_scene_is_not_taught(rng):
    scene, frames = scenes(rng, (20, 33), (1, 1), 3)
    keyer, still = AdaptiveKeyer(warm_up=1), AdaptiveKeyer(warm_up=1)
    for each in (keyer, still):
        each.key_planes(scene)
        each.freeze()
    for planes in frames:
        background = planes_of(rng, (20, 33), (1, 1))
        wanted, _ = step_by_step(still, planes, background)
        check(keyer.composite_planes(planes, background), wanted)
    assert keyer.frames == 1


@pytest.mark.parametrize("size", [(0, 0), (0, 4), (4, 0)])
def test_empty_planes(size, rng):
    planes = planes_of(rng, size, (1, 1))
    for keyer in (PlateKeyer(planes), ChromaKeyer((64, 160, 64)), AdaptiveKeyer()):
        assert keyer.composite_planes(planes, planes)[0].shape == size


Y = np.zeros((4, 6), np.uint8)
C = np.zeros((2, 3), np.uint8)
PLANES = (Y, C, C.copy())
READ_ONLY = (Y.copy(), np.broadcast_to(np.uint8(3), (2, 3)), C.copy())


@pytest.mark.parametrize("make", [lambda: PlateKeyer(PLANES), ChromaKeyer, AdaptiveKeyer])
@pytest.mark.parametrize(
    ("arguments", "out", "error", "line"),
    [
        ((Y, PLANES), None, DTypeError, r"planes: got ndarray, wanted planes \(Y, U, V\)"),
        ((PLANES, PLANES[:2]), None, DTypeError, "background: got tuple, wanted planes"),
        ((PLANES, (Y[:3], C, C)), None, ShapeError, "background: got 6x3 .* 6x4 like planes"),
        (
            (PLANES, (Y, Y, Y)),
            None,
            ShapeError,
            r"background: got chroma of shape \(4, 6\), wanted",
        ),
        ((PLANES, PLANES), (Y, Y, Y), ShapeError, "out: got chroma of shape"),
        ((PLANES, PLANES), READ_ONLY, OverlapError, "out: got a read-only array"),
        ((PLANES, PLANES), (Y[::-1], C, C), OverlapError, "out: shares memory with planes Y but"),
        ((PLANES, PLANES), (Y, PLANES[2], C), OverlapError, "out: U shares memory with planes V"),
    ],
)
def test_bad_input_is_one_clear_line(make, arguments, out, error, line):
    keyer = make() if make is not ChromaKeyer else ChromaKeyer((64, 160, 64))
    with pytest.raises(error, match=line) as caught:
        keyer.composite_planes(*arguments, out=out)
    assert "\n" not in str(caught.value)
    if isinstance(keyer, AdaptiveKeyer):
        assert keyer.frames == 0


def test_a_plate_in_bgr_is_for_frames(rng):
    with pytest.raises(OptionTypeError, match="plate: is a BGR frame"):
        PlateKeyer(np.zeros((4, 6, 3), np.uint8)).composite_planes(PLANES, PLANES)


@pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")
@keyers
@forms
@pytest.mark.parametrize("size", [(1, 1), (2, 33), (3, 64), (5, 77), (3, 200)])
def test_no_memory_outside_is_touched(kind, shifts, size, rng):
    scene, frames = scenes(rng, size, shifts, 1)
    background = planes_of(rng, size, shifts)
    wanted, _ = step_by_step(MAKERS[kind](scene), frames[0], background)
    for side in range(2):
        keyer = MAKERS[kind](scene)
        with ExitStack() as stack:
            new, old = (
                tuple(guarded(stack, plane, side) for plane in each)
                for each in (frames[0], background)
            )
            out = tuple(guarded(stack, np.zeros_like(plane), side) for plane in new)
            keyer.composite_planes(new, old, out=out)
            check(out, wanted)
            check(new, frames[0])
            check(old, background)
            del new, old, out


def test_the_kernels_are_there_to_be_compiled_ahead():
    from fastvbg.warmup import _KERNELS

    assert plate.composite_planes.name in _KERNELS["plate"]
    assert chroma.composite_planes.name in _KERNELS["chroma"]
    assert adaptive.composite_planes.name in _KERNELS["adaptive"]
