"""The plate keyer: distance from the empty scene in luma and chroma; `reference.plate` defines it.

A plate is kept ready for keying, `(H, 4, W + SLACK)` bytes: for each row Y, U, V, and by how much
luma (high four bits) and chroma (low four bits) may differ before it counts. Frames are BGR; packed
ones may be views of RGB.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._layouts import order_of, pixels_at, row_of, spare_of
from fastvbg.kernels._memory import address_of, stream_bytes
from fastvbg.kernels._planes import OUT_PLANES, PLANES, SHIFTS
from fastvbg.kernels._runs import (
    SPARE,
    fence,
    light_run,
    over_run,
    plate_any_run,
    plate_composite_run,
    plate_pixels_run,
    plate_planes_run,
)
from fastvbg.kernels.keying.keyrows import (
    SCRATCH,
    doubled_row,
    packed_alike,
    packed_row,
    put_row,
    result_row,
)
from fastvbg.kernels.keying.planes_rows import lay_rows

__all__ = [
    "composite",
    "composite_any",
    "composite_planes",
    "key_any",
    "key_frame",
    "key_planes",
    "light",
    "measure",
]

MODEL = types.Array(types.uint8, 3, "C")
OPTIONS = types.UniTuple(INT, 4)
"""The luma of black, or 255 where shadows are not told; tolerance, falloff, `slope_of` it."""
LIGHT = types.UniTuple(INT, 6)
"""Gain in 1/1024 beyond 1 and offset in 1/32 level, of Y, of U and of V."""
SUMS = types.Array(types.int64, 1, "C")


@kernel(MODEL, MODEL, LIGHT)
def light(model: Any, out: Any, lights: Any) -> None:
    """`out` is the model as another light shows it; the floors are left as they are."""
    rows, _, step = model.shape
    for row in range(rows):
        here, there = address_of(model, row), address_of(out, row)
        light_run(here, there, step, lights[0], lights[1])
        light_run(here + step, there + step, step, lights[2], lights[3])
        light_run(here + 2 * step, there + 2 * step, step, lights[4], lights[5])


@inline
def _difference(sample: Any, scene: Any, gain: Any, offset: Any) -> Any:
    """Return how far a sample is from one of the plate in some light, in 1/32 level."""
    return (sample - scene) * 32 - ((scene - 128) * gain // 32 + offset)


@kernel(PLANE, PLANE, PLANE, PLANE, PLANE, PLANE, LIGHT, types.UniTuple(INT, 2), SUMS)
def measure(
    y: Any, u: Any, v: Any, py: Any, pu: Any, pv: Any, lights: Any, limits: Any, sums: Any
) -> None:
    """Sum up samples that differ from the plate's, in the given light, by `limits[0]` at most.

    Those whose luma is `limits[1]` or more are left out: highlights are clipped.

    `sums` becomes their count, and for each plane the sums of p, x, p*p and p*x, where p is the
    plate's sample and x the frame's, each less 128.
    """
    for k in range(sums.size):
        sums[k] = 0
    rows, cols = y.shape
    for row in range(rows):
        for col in range(cols):
            samples = np.int64(y[row, col]), np.int64(u[row, col]), np.int64(v[row, col])
            scenes = np.int64(py[row, col]), np.int64(pu[row, col]), np.int64(pv[row, col])
            apart = abs(_difference(samples[0], scenes[0], lights[0], lights[1]))
            apart += 2 * abs(_difference(samples[1], scenes[1], lights[2], lights[3]))
            apart += 2 * abs(_difference(samples[2], scenes[2], lights[4], lights[5]))
            if apart <= 32 * limits[0] and samples[0] < limits[1]:
                sums[0] += 1
                for k in range(3):
                    p, x = scenes[k] - 128, samples[k] - 128
                    sums[4 * k + 1] += p
                    sums[4 * k + 2] += x
                    sums[4 * k + 3] += p * p
                    sums[4 * k + 4] += p * x


@inline
def _runs_of(scratch: Any) -> Any:
    first, second = address_of(scratch, 0), address_of(scratch, 1)
    return first, second, address_of(scratch, 2), address_of(scratch, 3)


@kernel(FRAME, MODEL, OUT_PLANE, SCRATCH, OPTIONS)
def key_any(frame: Any, model: Any, out: Any, scratch: Any, options: Any) -> None:
    """`out` is the matte of a BGR frame of any layout."""
    rows, cols = out.shape
    (y, u, v, matte), step = _runs_of(scratch), model.shape[2]
    for row in range(rows):
        to = result_row(out, row, matte)
        here, after = row_of(frame, row, 0), row_of(frame, min(row + 1, rows - 1), 0)
        plate, careful = address_of(model, row), spare_of(frame, row, SPARE)
        plate_any_run(here, (y, u, v), plate, step, to, cols, options, after, careful)
        put_row(to, out, row)


@kernel(FRAME, MODEL, OUT_PLANE, SCRATCH, OPTIONS, fallback=key_any)
def key_frame(frame: Any, model: Any, out: Any, scratch: Any, options: Any) -> bool:
    """Do so with packed pixels."""
    if not packed_alike(frame, frame):
        return False
    rows, cols = out.shape
    rest, step = _runs_of(scratch), model.shape[2]
    for row in range(rows):
        here, plate, to = (
            pixels_at(frame, row),
            address_of(model, row),
            result_row(out, row, rest[3]),
        )
        plate_pixels_run(here, rest, plate, step, to, cols, order_of(frame), options)
        put_row(to, out, row)
    return True


@inline
def _wide(plane: Any, row: Any, halved: Any, to: Any, spare: Any, cols: Any) -> Any:
    """Return where a row of chroma is, as wide as luma."""
    source = packed_row(plane, row, spare if halved else to)
    if halved:
        doubled_row(source, to, cols)
        return to
    return source


@kernel(PLANE, PLANE, PLANE, MODEL, OUT_PLANE, SCRATCH, INT, INT, OPTIONS)
def key_planes(
    y: Any,
    u: Any,
    v: Any,
    model: Any,
    out: Any,
    scratch: Any,
    shift_x: Any,
    shift_y: Any,
    options: Any,
) -> None:
    """`out` is the matte of planes of any strides, chroma halved across or down or not."""
    rows, cols = out.shape
    matte, spare, step = address_of(scratch, 3), address_of(scratch, 4), model.shape[2]
    first, second, held = address_of(scratch, 1), address_of(scratch, 2), -1
    for row in range(rows):
        luma = packed_row(y, row, address_of(scratch, 0))
        if row >> shift_y != held:
            held = row >> shift_y
            first = _wide(u, held, shift_x, address_of(scratch, 1), spare, cols)
            second = _wide(v, held, shift_x, address_of(scratch, 2), spare, cols)
        to = result_row(out, row, matte)
        plate_planes_run(luma, first, second, address_of(model, row), step, to, cols, options)
        put_row(to, out, row)


@kernel(FRAME, MODEL, FRAME, OUT_FRAME, INT, SCRATCH, OPTIONS)
def composite_any(
    frame: Any, model: Any, bg: Any, out: Any, order: Any, scratch: Any, options: Any
) -> None:
    """`out` is the frame over `bg` by its matte, all of any layout.

    Inputs are BGR; the output is in an order.
    """
    rows, cols = out.shape[:2]
    streaming = 14 * rows * cols >= stream_bytes()
    (y, u, v, matte), step = _runs_of(scratch), model.shape[2]
    for row in range(rows):
        here, behind, to = row_of(frame, row, 0), row_of(bg, row, 0), row_of(out, row, order)
        plate, careful = address_of(model, row), spare_of(frame, row, SPARE)
        plate_any_run(here, (y, u, v), plate, step, matte, cols, options, behind, careful)
        careful = max(careful, spare_of(bg, row, SPARE), spare_of(out, row, SPARE))
        over_run(here, matte, behind, to, cols, careful, streaming)
    fence()


@kernel(FRAME, MODEL, FRAME, OUT_FRAME, INT, SCRATCH, OPTIONS, fallback=composite_any)
def composite(
    frame: Any, model: Any, bg: Any, out: Any, order: Any, scratch: Any, options: Any
) -> bool:
    """Do so with packed pixels."""
    if order or not (packed_alike(frame, bg) and packed_alike(frame, out)):
        return False
    rows, cols, _ = out.shape
    streaming = 14 * rows * cols >= stream_bytes()
    for row in range(rows):
        plate_composite_run(
            pixels_at(frame, row),
            _runs_of(scratch),
            address_of(model, row),
            model.shape[2],
            pixels_at(bg, row),
            pixels_at(out, row),
            cols,
            order_of(frame),
            options,
            streaming,
        )
    fence()
    return True


@kernel(PLANES, MODEL, PLANES, OUT_PLANES, SCRATCH, SHIFTS, OPTIONS)
def composite_planes(
    frame: Any, model: Any, bg: Any, out: Any, scratch: Any, shifts: Any, options: Any
) -> None:
    """`out` is planes over `bg` by their matte; the rows of all must be packed."""
    shift_x, shift_y = shifts
    y, u, v = frame
    rows, cols = y.shape
    # Read and written a pixel, in halves of a byte: 3 of the frame, `bg` and `out` each at least,
    # and 8 of the plate.
    streaming = 17 * rows * cols >= 2 * stream_bytes()
    spare, step = address_of(scratch, 0), model.shape[2]
    upper, lower = address_of(scratch, 3), address_of(scratch, 4)
    for part in range(u.shape[0]):
        first = _wide(u, part, shift_x, address_of(scratch, 1), spare, cols)
        second = _wide(v, part, shift_x, address_of(scratch, 2), spare, cols)
        top = part << shift_y
        for row in range(top, min(top + shift_y, rows - 1) + 1):
            luma, plate = address_of(y, row), address_of(model, row)
            matte = upper if row == top else lower
            plate_planes_run(luma, first, second, plate, step, matte, cols, options)
        lay_rows(upper, lower, spare, frame, bg, out, part, shift_x, shift_y, streaming)
    fence()
