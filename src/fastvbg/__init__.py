"""Put a video over another background, on a plain CPU, at the speed of the memory bus.

The names below load on first use, so that `import fastvbg` itself loads neither Numba nor OpenCV
nor FFmpeg's libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fastvbg.errors import (
    DTypeError,
    FastvbgError,
    MissingLibraryError,
    OptionError,
    OptionTypeError,
    OverlapError,
    ShapeError,
    SinkError,
    SourceError,
)

if TYPE_CHECKING:
    from fastvbg import reference
    from fastvbg.backgrounds import fit_background
    from fastvbg.compositor import Compositor, blend, composite
    from fastvbg.keyers.camera import CameraMotion
    from fastvbg.keyers.chroma import ChromaKeyer
    from fastvbg.keyers.despill import despill, despill_planes
    from fastvbg.keyers.estimate import PlateEstimator, estimate_plate
    from fastvbg.keyers.motion import motion_mask
    from fastvbg.keyers.plate import PlateKeyer
    from fastvbg.keyers.screen import pick_key
    from fastvbg.pipeline.process import matte, process
    from fastvbg.planar import I420, NV12, blend_planar, composite_planar
    from fastvbg.warmup import warm_up

__version__ = "0.1.0"

__all__ = [
    "I420",
    "NV12",
    "CameraMotion",
    "ChromaKeyer",
    "Compositor",
    "DTypeError",
    "FastvbgError",
    "MissingLibraryError",
    "OptionError",
    "OptionTypeError",
    "OverlapError",
    "PlateEstimator",
    "PlateKeyer",
    "ShapeError",
    "SinkError",
    "SourceError",
    "__version__",
    "blend",
    "blend_planar",
    "composite",
    "composite_planar",
    "despill",
    "despill_planes",
    "estimate_plate",
    "fit_background",
    "matte",
    "motion_mask",
    "pick_key",
    "process",
    "reference",
    "warm_up",
]

_HOME = {
    "I420": "fastvbg.planar",
    "NV12": "fastvbg.planar",
    "blend_planar": "fastvbg.planar",
    "composite_planar": "fastvbg.planar",
    "Compositor": "fastvbg.compositor",
    "blend": "fastvbg.compositor",
    "composite": "fastvbg.compositor",
    "fit_background": "fastvbg.backgrounds",
    "CameraMotion": "fastvbg.keyers.camera",
    "ChromaKeyer": "fastvbg.keyers.chroma",
    "despill": "fastvbg.keyers.despill",
    "despill_planes": "fastvbg.keyers.despill",
    "PlateEstimator": "fastvbg.keyers.estimate",
    "estimate_plate": "fastvbg.keyers.estimate",
    "motion_mask": "fastvbg.keyers.motion",
    "PlateKeyer": "fastvbg.keyers.plate",
    "pick_key": "fastvbg.keyers.screen",
    "matte": "fastvbg.pipeline.process",
    "process": "fastvbg.pipeline.process",
    "warm_up": "fastvbg.warmup",
}


def __getattr__(name: str) -> Any:
    if name == "reference":
        return import_module("fastvbg.reference")
    if name not in _HOME:
        raise AttributeError(f"module 'fastvbg' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
