"""The operations on runs of pixels, in the variant that `_target` chose."""

from __future__ import annotations

from fastvbg.kernels._target import TARGET

if TARGET.variant == "vector":
    from fastvbg.kernels.vector.bgr import blend_run, composite_run, fence, motion_mask_run
    from fastvbg.kernels.vector.bits import reaching_bits
    from fastvbg.kernels.vector.kept import composite_kept_run
    from fastvbg.kernels.vector.keyers import (
        chroma_pixels_run,
        chroma_planes_run,
        light_run,
        plate_composite_run,
        plate_pixels_run,
        plate_planes_run,
        strength_run,
    )
    from fastvbg.kernels.vector.keyspace import gray_run, keyspace_run
    from fastvbg.kernels.vector.laying import lay_run
    from fastvbg.kernels.vector.layouts import (
        blend_any_run,
        composite_any_run,
        convert_any_run,
        motion_mask_any_run,
    )
    from fastvbg.kernels.vector.matte import blend_between_run, lerp_run, ramp_run
    from fastvbg.kernels.vector.means import slide_mean_run, window_mean_run
    from fastvbg.kernels.vector.rows_runs import (
        SPARE,
        chroma_any_run,
        chroma_over_run,
        despill_any_run,
        over_run,
        plate_any_run,
    )
    from fastvbg.kernels.vector.shifting import between_run
    from fastvbg.kernels.vector.spill import chroma_composite_run, despill_run
    from fastvbg.kernels.vector.votes import vote_run
else:
    from fastvbg.kernels.portable.bgr import (
        blend_between_run,
        blend_run,
        composite_run,
        fence,
        gray_run,
        keyspace_run,
        lerp_run,
        motion_mask_run,
        ramp_run,
        reaching_bits,
        slide_mean_run,
        vote_run,
        window_mean_run,
    )
    from fastvbg.kernels.portable.kept import composite_kept_run
    from fastvbg.kernels.portable.keyers import (
        chroma_composite_run,
        chroma_pixels_run,
        chroma_planes_run,
        despill_run,
        light_run,
        plate_composite_run,
        plate_pixels_run,
        plate_planes_run,
        strength_run,
    )
    from fastvbg.kernels.portable.layouts import (
        SPARE,
        blend_any_run,
        chroma_any_run,
        chroma_over_run,
        composite_any_run,
        convert_any_run,
        despill_any_run,
        motion_mask_any_run,
        over_run,
        plate_any_run,
    )
    from fastvbg.kernels.portable.planes import lay_run
    from fastvbg.kernels.portable.shifting import between_run

__all__ = [
    "SPARE",
    "between_run",
    "blend_any_run",
    "blend_between_run",
    "blend_run",
    "chroma_any_run",
    "chroma_composite_run",
    "chroma_over_run",
    "chroma_pixels_run",
    "chroma_planes_run",
    "composite_any_run",
    "composite_kept_run",
    "composite_run",
    "convert_any_run",
    "despill_any_run",
    "despill_run",
    "fence",
    "gray_run",
    "keyspace_run",
    "lay_run",
    "lerp_run",
    "light_run",
    "motion_mask_any_run",
    "motion_mask_run",
    "over_run",
    "plate_any_run",
    "plate_composite_run",
    "plate_pixels_run",
    "plate_planes_run",
    "ramp_run",
    "reaching_bits",
    "slide_mean_run",
    "strength_run",
    "vote_run",
    "window_mean_run",
]
