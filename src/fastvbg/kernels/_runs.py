"""The operations on runs of pixels, in the variant that `_target` chose."""

from __future__ import annotations

from fastvbg.kernels._target import TARGET

if TARGET.variant == "vector":
    from fastvbg.kernels.vector.bgr import blend_run, composite_run, fence, motion_mask_run
    from fastvbg.kernels.vector.bits import reaching_bits
    from fastvbg.kernels.vector.matte import blend_between_run, lerp_run, ramp_run
    from fastvbg.kernels.vector.means import slide_mean_run, window_mean_run
    from fastvbg.kernels.vector.votes import vote_run
else:
    from fastvbg.kernels.portable import (
        blend_between_run,
        blend_run,
        composite_run,
        fence,
        lerp_run,
        motion_mask_run,
        ramp_run,
        reaching_bits,
        slide_mean_run,
        vote_run,
        window_mean_run,
    )

__all__ = [
    "blend_between_run",
    "blend_run",
    "composite_run",
    "fence",
    "lerp_run",
    "motion_mask_run",
    "ramp_run",
    "reaching_bits",
    "slide_mean_run",
    "vote_run",
    "window_mean_run",
]
