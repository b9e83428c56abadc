"""Arrays of any layout at every step that takes arrays, also below the public functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

import fastvbg
from fastvbg.compositing.planes import blend_planes, select_planes
from fastvbg.errors import FastvbgError
from fastvbg.keyers.motion_planes import PlanesKeyer
from fastvbg.refine.refiner import Refiner

if TYPE_CHECKING:
    from collections.abc import Callable

HEIGHT, WIDTH = 20, 34


def every_other(array: np.ndarray) -> np.ndarray:
    wide = np.zeros((array.shape[0], 2 * array.shape[1], *array.shape[2:]), array.dtype)
    wide[:, ::2] = array
    return wide[:, ::2]


def channel(array: np.ndarray) -> np.ndarray:
    deep = np.full((*array.shape, 4), 77, array.dtype)
    deep[..., 3] = array
    return deep[..., 3]


def mirrored(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1]


def upward(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array[::-1])[::-1]


def fortran(array: np.ndarray) -> np.ndarray:
    return np.asfortranarray(array)


def padded(array: np.ndarray) -> np.ndarray:
    wide = np.zeros((array.shape[0], array.shape[1] + 5, *array.shape[2:]), array.dtype)
    wide[:, : array.shape[1]] = array
    return wide[:, : array.shape[1]]


def unaligned(array: np.ndarray) -> np.ndarray:
    memory = np.zeros(array.nbytes + 1, np.uint8)[1:]
    view = memory.view(array.dtype).reshape(array.shape)
    view[:] = array
    return view


def swapped(array: np.ndarray) -> np.ndarray:
    return array.astype(array.dtype.newbyteorder())


def read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view


LAYOUTS = (every_other, channel, mirrored, upward, fortran, padded, unaligned, swapped, read_only)


class Call(NamedTuple):
    """A function of arrays: what it reads, what it writes, and whether it is asked for results."""

    run: Callable[[list[Any], list[Any]], Any]
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]


def noise(*shape: int, dtype: Any = np.uint8, most: int = 256) -> np.ndarray:
    rng = np.random.default_rng(sum(shape) + most)
    # Blocks, so that mattes and pictures have insides and edges.
    small = rng.integers(0, most, (-(-shape[0] // 4), -(-shape[1] // 4), *shape[2:]))
    grown = small.repeat(4, 0).repeat(4, 1)[: shape[0], : shape[1]]
    return np.clip(grown + rng.integers(0, 9, shape), 0, most - 1).astype(dtype)


def planes(chroma: tuple[int, int], dtype: Any = np.uint8, most: int = 256) -> list[np.ndarray]:
    small = -(-HEIGHT // chroma[1]), -(-WIDTH // chroma[0])
    shapes = (HEIGHT, WIDTH), small, small
    return [noise(*shape, dtype=dtype, most=most - k) for k, shape in enumerate(shapes)]


def spare(arrays: list[np.ndarray]) -> list[np.ndarray]:
    return [np.zeros_like(array) for array in arrays]


MATTE, MASK = noise(HEIGHT, WIDTH), np.where(noise(HEIGHT, WIDTH, most=200) > 90, 255, 0)
MASK = MASK.astype(np.uint8)
FRAME, OTHER = noise(HEIGHT, WIDTH, 3), noise(HEIGHT, WIDTH, 3, most=250)
PLANE = [np.empty((HEIGHT, WIDTH), np.uint8)]
PICTURE = [np.empty((HEIGHT, WIDTH, 3), np.uint8)]
CHROMAS = {"420": (2, 2), "422": (2, 1), "444": (1, 1)}
DEPTHS = {8: np.uint8, 10: np.uint16}


def of_planes(function: Callable[..., Any], coverage: np.ndarray, name: str, depth: int) -> Call:
    picture = planes(CHROMAS[name], DEPTHS[depth], 1 << depth)
    behind = [plane[::-1].copy() for plane in picture]

    def run(inputs: list[Any], outputs: list[Any]) -> None:
        function(inputs[0], tuple(inputs[1:4]), tuple(inputs[4:]), tuple(outputs))

    return Call(run, [coverage, *picture, *behind], spare(picture))


def of_motion(name: str, depth: int) -> Call:
    picture = planes(CHROMAS[name], DEPTHS[depth], 1 << depth)
    behind = [plane[::-1].copy() for plane in picture]
    x, y = (step - 1 for step in CHROMAS[name])
    keyer = PlanesKeyer("bt709", "limited", depth=depth, shift_x=x, shift_y=y)

    def run(inputs: list[Any], outputs: list[Any]) -> None:
        keyer.mask(tuple(inputs[:3]), tuple(inputs[3:]), 20, outputs[0])

    return Call(run, [*picture, *behind], PLANE)


def of_planar(form: Any, *, matte: bool) -> Call:
    y, u, v = planes((2, 2))
    picture = [y, u, v] if form is fastvbg.I420 else [y, np.dstack([u, v])]
    behind = [plane[::-1].copy() for plane in picture]
    count = len(picture)

    def run(inputs: list[Any], outputs: list[Any]) -> None:
        frame, bg = form(*inputs[:count]), form(*inputs[count : 2 * count])
        if matte:
            fastvbg.blend_planar(frame, inputs[-1], bg, out=form(*outputs))
        else:
            fastvbg.composite_planar(bg, frame, bg, threshold=20, out=form(*outputs))

    return Call(run, [*picture, *behind, *([MATTE] if matte else [])], spare(picture))


def simple(function: Callable[..., Any], *inputs: np.ndarray, out: list[np.ndarray]) -> Call:
    return Call(lambda given, to: function(*given, out=to[0]), list(inputs), out)


def plate_keyer() -> fastvbg.PlateKeyer:
    return fastvbg.PlateKeyer(OTHER)


def chroma_keyer() -> fastvbg.ChromaKeyer:
    return fastvbg.ChromaKeyer((60, 170, 60))


def adaptive_keyer() -> fastvbg.AdaptiveKeyer:
    keyer = fastvbg.AdaptiveKeyer(warm_up=1)
    keyer.key(OTHER)
    return keyer


def keyed(make: Callable[[], Any], method: str, name: str) -> Call:
    """Return a keyer's call on planes, 8 bits."""
    picture = planes(CHROMAS[name])
    behind = [plane[::-1].copy() for plane in picture]

    def run(inputs: list[Any], outputs: list[Any]) -> None:
        keyer = make()
        if method == "key_planes":
            keyer.key_planes(tuple(inputs[:3]), out=outputs[0])
        else:
            keyer.composite_planes(tuple(inputs[:3]), tuple(inputs[3:]), out=tuple(outputs))

    if method == "key_planes":
        return Call(run, picture, PLANE)
    return Call(run, [*picture, *behind], spare(picture))


def keyed_frame(make: Callable[[], Any], frame: Any, *, out: Any) -> None:
    make().key(frame, out=out)


def over(make: Callable[[], Any], frame: Any, background: Any, *, out: Any) -> None:
    make().composite(frame, background, out=out)


def wrapped(frame: Any, matte: Any, background: Any, *, out: Any) -> None:
    fastvbg.LightWrap(background, radius=3)(frame, matte, out=out)


def composited(prev: Any, next: Any, background: Any, *, out: Any) -> None:
    compositor = fastvbg.Compositor(background)
    compositor(prev)
    compositor(next, out=out)


def taken(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that writes what another returns."""

    def run(array: Any, *, out: Any) -> None:
        if not out.flags.writeable:
            raise fastvbg.OverlapError("out")
        out[:] = function(array)

    return run


def plate_of_planes(name: str) -> fastvbg.PlateKeyer:
    return fastvbg.PlateKeyer(tuple(plane[:, ::-1].copy() for plane in planes(CHROMAS[name])))


def adaptive_of_planes(name: str) -> fastvbg.AdaptiveKeyer:
    keyer = fastvbg.AdaptiveKeyer(warm_up=1)
    keyer.key_planes(tuple(plane[:, ::-1].copy() for plane in planes(CHROMAS[name])))
    return keyer


def refined(spec: str) -> Call:
    def run(inputs: list[Any], outputs: list[Any]) -> None:
        Refiner(spec).apply(inputs[0], inputs[1], out=outputs[0])

    return Call(run, [MATTE, noise(HEIGHT, WIDTH, most=180)], PLANE)


def calls() -> dict[str, Call]:
    found: dict[str, Call] = {}
    for name in CHROMAS:
        for depth in DEPTHS:
            found[f"select {name} {depth}"] = of_planes(select_planes, MASK, name, depth)
            found[f"blend {name} {depth}"] = of_planes(blend_planes, MATTE, name, depth)
            found[f"motion {name} {depth}"] = of_motion(name, depth)
        for method in ("key_planes", "composite_planes"):
            for kind, make in (
                ("plate", partial(plate_of_planes, name)),
                ("chroma", chroma_keyer),
                ("adaptive", partial(adaptive_of_planes, name)),
            ):
                found[f"{kind} {method} {name}"] = keyed(make, method, name)
    for form in (fastvbg.I420, fastvbg.NV12):
        found[f"composite {form.__name__}"] = of_planar(form, matte=False)
        found[f"blend {form.__name__}"] = of_planar(form, matte=True)
    depths = noise(HEIGHT, WIDTH, dtype=np.uint16, most=900)
    ranged = partial(fastvbg.depth_matte, near=200, far=600)
    found |= {
        "composite": simple(fastvbg.composite, FRAME, OTHER, FRAME[::-1].copy(), out=PICTURE),
        "motion": simple(fastvbg.motion_mask, FRAME, OTHER, out=PLANE),
        "blend": simple(fastvbg.blend, FRAME, MATTE, OTHER, out=PICTURE),
        "blend of another size": simple(fastvbg.blend, FRAME, noise(7, 9), OTHER, out=PICTURE),
        "blend by floats": simple(
            fastvbg.blend, FRAME, (MATTE / 255).astype(np.float32), OTHER, out=PICTURE
        ),
        "regions": simple(
            lambda matte, keep, drop, out: fastvbg.apply_regions(
                matte, keep=keep, drop=drop, out=out
            ),
            MATTE,
            MASK,
            MASK[::-1].copy(),
            out=PLANE,
        ),
        "light wrap": simple(fastvbg.light_wrap, FRAME, MATTE, OTHER, out=PICTURE),
        "despill": simple(partial(fastvbg.despill, key=(60, 170, 60)), FRAME, MATTE, out=PICTURE),
        "hold": simple(fastvbg.hold, MATTE, MASK, out=PLANE),
        "depth": simple(ranged, depths, out=PLANE),
        "deep depth": simple(ranged, depths.astype(np.float32), out=PLANE),
    }
    for kind, make in (
        ("plate", plate_keyer),
        ("chroma", chroma_keyer),
        ("adaptive", adaptive_keyer),
    ):
        found[f"{kind} key"] = simple(partial(keyed_frame, make), FRAME, out=PLANE)
        found[f"{kind} composite"] = simple(partial(over, make), FRAME, OTHER, out=PICTURE)
    found["light wrap, kept"] = simple(wrapped, FRAME, MATTE, OTHER, out=PICTURE)
    found["compositor"] = simple(composited, FRAME, OTHER, FRAME[::-1].copy(), out=PICTURE)
    found["matte of colour"] = simple(taken(fastvbg.as_matte), FRAME, out=PLANE)
    found["matte of gray"] = simple(taken(fastvbg.as_matte), MATTE, out=PLANE)
    deep = MATTE.astype(np.uint16) * 257
    found["matte of deep gray"] = simple(taken(fastvbg.as_matte), deep, out=PLANE)
    found["fitted"] = simple(
        taken(partial(fastvbg.fit_background, size=(WIDTH, HEIGHT), fit="cover")),
        noise(9, 30, 3),
        out=PICTURE,
    )
    for spec in (
        "despeckle=5",
        "fill",
        "choke=2",
        "spread=2",
        "feather=3",
        "specks=9",
        "guided=4",
        "hysteresis=60:200",
        "hold=40",
        "despeckle=3,feather=1,hold",
    ):
        found[f"refine {spec}"] = refined(spec)
    return found


CALLS = calls()


@pytest.mark.parametrize("name", CALLS)
def test_layouts_change_nothing(name: str) -> None:
    call = CALLS[name]
    wanted = spare(call.outputs)
    call.run(call.inputs, wanted)
    assert any(array.any() for array in wanted), "a call that writes nothing shows nothing"
    for layout in LAYOUTS:
        for role, arrays in (("inputs", call.inputs), ("outputs", call.outputs)):
            for k in range(len(arrays)):
                if layout is unaligned and arrays[k].itemsize == 1:
                    continue
                inputs, outputs = list(call.inputs), spare(call.outputs)
                chosen = inputs if role == "inputs" else outputs
                chosen[k] = layout(chosen[k])
                try:
                    call.run(inputs, outputs)
                except FastvbgError:
                    refused = layout is swapped or (layout is read_only and role == "outputs")
                    assert refused, f"{layout.__name__} {role}[{k}]"
                    continue
                for got, want in zip(outputs, wanted, strict=True):
                    np.testing.assert_array_equal(got, want, f"{layout.__name__} {role}[{k}]")
