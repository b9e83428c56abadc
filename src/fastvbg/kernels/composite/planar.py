"""The planar kernels, in the variant that `_target` chose."""

from __future__ import annotations

from fastvbg.kernels._target import TARGET

if TARGET.variant == "vector":
    from fastvbg.kernels.composite.planar_frames import (
        blend_i420,
        blend_nv12,
        composite_i420,
        composite_nv12,
    )
else:
    from fastvbg.kernels.composite.strided_planar import (
        blend_i420,
        blend_nv12,
        composite_i420,
        composite_nv12,
    )

__all__ = ["blend_i420", "blend_nv12", "composite_i420", "composite_nv12"]
