"""The keyers' loops over runs of pixels, as plain loops that LLVM vectorizes by itself.

What takes pixels takes three runs of scratch for their planes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at
from fastvbg.kernels.keying.evidence import (
    chroma_limits,
    chroma_matte,
    plate_limits,
    plate_matte,
    tint_limits,
)
from fastvbg.kernels.portable.bgr import blend_run, keyspace_run, over
from fastvbg.kernels.portable.bytes import less, more, portion, relit, splat_word, strength

_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)


@inline
def light_run(source: Any, out: Any, count: Any, gain: Any, offset: Any) -> None:
    """Write samples as another light shows them; `count` is a multiple of 64."""
    samples, run = bytes_at(source, count), bytes_at(out, count)
    slope, shift = splat_word(gain), splat_word(offset + 16)
    for x in range(np.uint64(count)):
        run[x] = relit(samples[x], slope, shift)


@inline
def strength_run(u: Any, v: Any, out: Any, count: Any, direction: Any) -> None:
    """Write how strong the key is in samples."""
    fu, fv, run = bytes_at(u, count), bytes_at(v, count), bytes_at(out, count)
    key_u, key_v = splat_word(direction[0]), splat_word(direction[1])
    for x in range(np.uint64(count)):
        run[x] = strength(fu[x], fv[x], key_u, key_v)


@inline
def plate_planes_run(
    y: Any, u: Any, v: Any, plate: Any, step: Any, out: Any, count: Any, options: Any
) -> None:
    """Write the matte of samples before the rows of a plate, which are `step` bytes apart."""
    limits = plate_limits(options)
    fy, fu, fv = bytes_at(y, count), bytes_at(u, count), bytes_at(v, count)
    py, pu = bytes_at(plate, count), bytes_at(plate + step, count)
    pv, floors = bytes_at(plate + 2 * step, count), bytes_at(plate + 3 * step, count)
    matte = bytes_at(out, count)
    for x in range(np.uint64(count)):
        scene = py[x], pu[x], pv[x], floors[x]
        matte[x] = plate_matte((fy[x], fu[x], fv[x]), scene, limits)


@inline
def plate_pixels_run(
    frame: Any,
    spare: Any,
    plate: Any,
    step: Any,
    out: Any,
    count: Any,
    order: Any,
    options: Any,
) -> None:
    """Write the matte of pixels before the rows of a plate; `spare` is four runs of scratch."""
    keyspace_run(frame, spare[0], spare[1], spare[2], count, order)
    plate_planes_run(spare[0], spare[1], spare[2], plate, step, out, count, options)


@inline
def plate_composite_run(
    frame: Any,
    spare: Any,
    plate: Any,
    step: Any,
    bg: Any,
    out: Any,
    count: Any,
    order: Any,
    options: Any,
    streaming: Any,
) -> None:
    """Lay pixels over `bg` by their matte."""
    plate_pixels_run(frame, spare, plate, step, spare[3], count, order, options)
    blend_run(frame, spare[3], bg, out, count, streaming)


@inline
def chroma_planes_run(
    u: Any, v: Any, reach: Any, out: Any, spill: Any, count: Any, options: Any
) -> None:
    """Write the matte of samples, and the strength of the key in them."""
    limits = chroma_limits(options)
    fu, fv, reaches = bytes_at(u, count), bytes_at(v, count), bytes_at(reach, count)
    matte, key = bytes_at(out, count), bytes_at(spill, count)
    for x in range(np.uint64(count)):
        matte[x], key[x] = chroma_matte(fu[x], fv[x], reaches[x], limits)


@inline
def chroma_pixels_run(
    frame: Any,
    spare: Any,
    reach: Any,
    out: Any,
    spill: Any,
    count: Any,
    order: Any,
    options: Any,
) -> None:
    """Write the matte of pixels, and the strength of the key in them; `spare` is scratch."""
    keyspace_run(frame, spare[0], spare[1], spare[2], count, order)
    chroma_planes_run(spare[1], spare[2], reach, out, spill, count, options)


@inline
def cleared_pixel(pixel: Any, spill: Any, tint: Any) -> Any:
    """Return a pixel without its spill."""
    amounts = (
        portion(spill, tint[0][0]),
        portion(spill, tint[0][1]),
        portion(spill, tint[0][2]),
    )
    b, g, r = pixel
    ups = tint[1]
    return (
        more(b, amounts[0]) if ups[0] else less(b, amounts[0]),
        more(g, amounts[1]) if ups[1] else less(g, amounts[1]),
        more(r, amounts[2]) if ups[2] else less(r, amounts[2]),
    )


@inline
def despill_run(
    frame: Any,
    spare: Any,
    matte: Any,
    out: Any,
    count: Any,
    order: Any,
    direction: Any,
    tints: Any,
) -> None:
    """Write pixels without their spill, or as they are where the matte is 0."""
    tint = tint_limits(tints)
    y, u, v, _, spill = spare
    keyspace_run(frame, y, u, v, count, order)
    strength_run(u, v, spill, count, direction)
    pixels, to = bytes_at(frame, 3 * count), bytes_at(out, 3 * count)
    coverage, key = bytes_at(matte, count), bytes_at(spill, count)
    for x in range(np.uint64(count)):
        k = _THREE * x
        strength, is_covered = key[x], coverage[x]  # read first, as vectors have to
        amount = strength if is_covered else np.uint8(0)
        pixel = pixels[k], pixels[k + _ONE], pixels[k + _TWO]
        b, g, r = cleared_pixel(pixel, amount, tint)
        to[k], to[k + _ONE], to[k + _TWO] = b, g, r


@inline
def chroma_composite_run(
    frame: Any,
    spare: Any,
    reach: Any,
    bg: Any,
    out: Any,
    count: Any,
    order: Any,
    options: Any,
    tints: Any,
    streaming: Any,
) -> None:
    """Lay pixels without their spill over `bg` by their matte."""
    tint = tint_limits(tints)
    chroma_pixels_run(frame, spare, reach, spare[3], spare[4], count, order, options)
    pixels, under = bytes_at(frame, 3 * count), bytes_at(bg, 3 * count)
    to, coverage, key = (
        bytes_at(out, 3 * count),
        bytes_at(spare[3], count),
        bytes_at(spare[4], count),
    )
    for x in range(np.uint64(count)):
        k, a = _THREE * x, coverage[x]
        pixel = pixels[k], pixels[k + _ONE], pixels[k + _TWO]
        b, g, r = cleared_pixel(pixel, key[x], tint)
        to[k] = over(a, b, under[k])
        to[k + _ONE] = over(a, g, under[k + _ONE])
        to[k + _TWO] = over(a, r, under[k + _TWO])
