"""Compile ahead of the first frame, so that it does not wait."""

from __future__ import annotations

import time
from importlib import import_module
from typing import TYPE_CHECKING

from fastvbg.checks import check_callable, check_choice, check_flag
from fastvbg.kernels._jit import Kernel
from fastvbg.kernels.composite import frames, light, planar, planes_any, planes_blend, scaled
from fastvbg.kernels.keying import adaptive, chroma, depth, keyspace, plate, stereo
from fastvbg.kernels.person import canvas, carry, colourfit, discriminant, edges, network
from fastvbg.kernels.refine import feather, guided, keepdrop, morphology, regions, temporal

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["warm_up"]

_KERNELS: dict[str, tuple[Kernel, ...]] = {
    "composite": (frames.composite,),
    "motion_mask": (frames.motion_mask,),
    "blend": (frames.blend, scaled.blend, scaled.quantize),
    "plate": (
        keyspace.keyspace,
        plate.key_frame,
        plate.key_planes,
        plate.composite,
        plate.composite_planes,
        plate.light,
        plate.measure,
    ),
    "chroma": (
        keyspace.keyspace,
        chroma.key_frame,
        chroma.key_planes,
        chroma.composite,
        chroma.composite_planes,
        chroma.despill_frame,
        chroma.despill_planes,
    ),
    "composite_planar": (planar.composite_i420, planar.composite_nv12),
    "blend_planar": (planar.blend_i420, planar.blend_nv12),
    "any_planes": (
        planes_any.mask_u8,
        planes_any.mask_u16,
        planes_any.select_u8,
        planes_any.select_u16,
        planes_blend.blend_u8,
        planes_blend.blend_u16,
    ),
    "depth_matte": (depth.matte, depth.held_matte, depth.aged_matte, frames.blend),
    "stereo_depth": (stereo.consistent, stereo.fill_shadows, stereo.spread),
    "apply_regions": (keepdrop.keep, keepdrop.drop, keepdrop.keep_and_drop),
    "refine": (
        morphology.despeckle,
        morphology.extreme,
        regions.fill_holes,
        regions.drop_specks,
        regions.hysteresis,
        feather.box,
        temporal.hold,
        guided.smooth,
        light.weigh,
    ),
    "person": (
        network.from_frame,
        network.from_planes,
        network.differ,
        canvas.reduce,
        canvas.reduce_frame,
        canvas.changed,
        canvas.box,
        discriminant.separate,
        colourfit.fit,
        canvas.steady,
        carry.carry,
        edges.apply,
        edges.apply_frame,
        edges.composite,
        edges.composite_planes,
        regions.hysteresis,
        scaled.quantize,
        frames.blend,
    ),
    "adaptive": (
        adaptive.key,
        adaptive.key_planes,
        adaptive.composite,
        adaptive.composite_planes,
        adaptive.planes_of,
    ),
}
OPERATIONS = tuple(_KERNELS)


def kernel_named(name: str) -> Kernel:
    """Return a kernel, such as `refine.guided.smooth`."""
    module, _, function = name.rpartition(".")
    found = getattr(import_module(f"fastvbg.kernels.{module}"), function)
    assert isinstance(found, Kernel)  # noqa: S101  (names are written down in the package)
    return found


def all_kernels() -> list[str]:
    """Return the names of all kernels."""
    return list(dict.fromkeys(each.name for kernels in _KERNELS.values() for each in kernels))


def warm_up(
    *operations: str, strided: bool = False, progress: Callable[[str, float], None] | None = None
) -> None:
    """Compile the kernels of operations now, or load them from the cache.

    Without it each compiles at its first call: a second or so with an empty cache, some hundredths
    with a full one.

    Parameters
    ----------
    *operations : str
        Which of those that `fastvbg warmup` lists; all when none is named.
    strided : bool, default False
        Whether to compile also the slower kernels for arrays whose rows are not consecutive pixels
        (mirrored, transposed, every other column).
    progress : callable, optional
        Called after each operation with its name and the seconds that it took.

    Raises
    ------
    OptionError
        There is no such operation (also a `ValueError`).

    Examples
    --------
    >>> warm_up("composite")
    """
    strided = check_flag("strided", strided)
    check_callable("progress", progress)
    for operation in operations:
        check_choice("operations", operation, OPERATIONS)
    for operation in operations or OPERATIONS:
        start = time.perf_counter()
        for kernel in _KERNELS[operation]:
            kernel.compile(fallback=strided)
        if progress is not None:
            progress(operation, time.perf_counter() - start)
