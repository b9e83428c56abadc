"""Compile ahead of the first frame, so that it does not wait."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fastvbg.checks import check_callable, check_choice, check_flag
from fastvbg.kernels._kernel import named

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["warm_up"]

_KERNELS: dict[str, tuple[str, ...]] = {
    "composite": ("composite.frames.composite",),
    "compositor": ("composite.kept.composite",),
    "motion_mask": ("composite.frames.motion_mask",),
    "layouts": ("composite.frames.convert",),
    "blend": (
        "composite.frames.blend",
        "composite.scaled.blend",
        "composite.scaled.stretch",
        "composite.scaled.quantize",
    ),
    "plate": (
        "keying.keyspace.keyspace",
        "keying.plate.key_frame",
        "keying.plate.key_planes",
        "keying.plate.composite",
        "keying.plate.composite_planes",
        "keying.plate.light",
        "keying.plate.measure",
        "keying.soft_edges.decide",
        "composite.frames.blend",
        "composite.planes_blend.blend_u8",
        "keying.shift.shift",
    ),
    "chroma": (
        "keying.keyspace.keyspace",
        "keying.chroma.key_frame",
        "keying.chroma.key_planes",
        "keying.chroma.composite",
        "keying.chroma.composite_planes",
        "keying.chroma.despill_frame",
        "keying.chroma.despill_planes",
        "keying.screen_light.gain",
        "keying.unmix_frames.clear",
        "keying.unmix_planes.clear",
    ),
    "composite_planar": (
        "composite.apart.i420",
        "composite.apart.nv12",
        "composite.planar.composite_i420",
        "composite.planar.composite_nv12",
    ),
    "blend_planar": ("composite.planar.blend_i420", "composite.planar.blend_nv12"),
    "any_planes": (
        "composite.planes_any.mask_u8",
        "composite.planes_any.mask_u16",
        "composite.planes_any.select_u8",
        "composite.planes_any.select_u16",
        "composite.planes_blend.blend_u8",
        "composite.planes_blend.blend_u16",
    ),
    "depth_matte": (
        "keying.depth.matte",
        "keying.depth.held_matte",
        "keying.depth.aged_matte",
        "composite.frames.blend",
    ),
    "stereo_depth": (
        "keying.stereo.consistent",
        "keying.stereo.fill_shadows",
        "keying.stereo.spread",
    ),
    "live": ("camera.unpack.pairs", "camera.unpack.planes"),
    "apply_regions": (
        "refine.keepdrop.keep",
        "refine.keepdrop.drop",
        "refine.keepdrop.keep_and_drop",
    ),
    "estimate_foreground": ("foreground.colours.estimate", "foreground.plate.uncover"),
    "refine": (
        "refine.morphology.despeckle",
        "refine.morphology.extreme",
        "refine.regions.fill_holes",
        "refine.regions.drop_specks",
        "refine.regions.hysteresis",
        "refine.feather.box",
        "refine.temporal.hold",
        "refine.guided.smooth",
        "composite.light.weigh",
    ),
    "person": (
        "person.network.from_frame",
        "person.network.from_planes",
        "person.network.differ",
        "person.canvas.reduce",
        "person.canvas.reduce_frame",
        "person.canvas.changed",
        "person.canvas.moved",
        "person.canvas.box",
        "person.discriminant.separate",
        "person.colourfit.fit",
        "person.texture.want",
        "person.texture.gather",
        "person.texture.gather_frame",
        "person.texture.heed",
        "person.texture.hold",
        "person.canvas.steady",
        "person.carry.carry",
        "person.edges.apply",
        "person.edges.apply_frame",
        "person.edges.composite",
        "person.edges.composite_planes",
        "keying.keyspace.keyspace",
        "person.room_canvas.survey",
        "person.room_canvas.gather",
        "person.room_canvas.mark",
        "person.room_edges.decide",
        "person.room.learn",
        "person.elsewhere.chroma",
        "person.elsewhere.cells",
        "keying.shift.shift_plane",
        "composite.planes_blend.blend_u8",
        "refine.regions.hysteresis",
        "composite.scaled.quantize",
        "composite.frames.blend",
    ),
    "adaptive": (
        "keying.adaptive.key",
        "keying.adaptive.key_planes",
        "keying.adaptive.composite",
        "keying.adaptive.composite_planes",
        "keying.adaptive.planes_of",
    ),
}
OPERATIONS = tuple(_KERNELS)


def all_kernels() -> list[str]:
    """Return the names of all kernels."""
    return list(dict.fromkeys(name for names in _KERNELS.values() for name in names))


def warm_up(
    *operations: str, strided: bool = False, progress: Callable[[str, float], None] | None = None
) -> None:
    """Compile the kernels of operations now, or load them from the cache.

    Without it each compiles at its first call: a second or so with an empty cache, a hundredth at
    most with a full one.

    Parameters
    ----------
    *operations : str
        Which of them, such as "composite", "blend", "refine" or "person"; all when none is named.
    strided : bool, default False
        Whether to compile also the kernels for frames whose rows are not consecutive pixels of
        three bytes: four channels, channels reversed, planes, mirrored, every other column.
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
        for name in _KERNELS[operation]:
            named(name).compile(fallback=strided)
        if progress is not None:
            progress(operation, time.perf_counter() - start)
