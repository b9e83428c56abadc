"""Put a video over another background, on a plain CPU, at the speed of the memory bus.

The names below load on first use, so that `import fastvbg` itself loads neither Numba nor OpenCV
nor FFmpeg's libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.errors import (
    DTypeError,
    EndedError,
    FastvbgError,
    MissingLibraryError,
    ModelError,
    OptionError,
    OptionTypeError,
    OverlapError,
    ShapeError,
    SinkError,
    SourceError,
)

if TYPE_CHECKING:
    from types import ModuleType

    from fastvbg import farm, masks, reference
    from fastvbg.backgrounds import fit_background
    from fastvbg.compositing.compositor import Compositor
    from fastvbg.compositing.foreground import estimate_foreground, estimate_foreground_planes
    from fastvbg.compositing.frames import blend, composite
    from fastvbg.compositing.light import LightWrap, light_wrap
    from fastvbg.compositing.planar import I420, NV12, blend_planar, composite_planar
    from fastvbg.farm.batches.batch import batch
    from fastvbg.farm.cutting.planning import plan
    from fastvbg.farm.cutting.plans import Plan
    from fastvbg.farm.parts.merging import merge
    from fastvbg.farm.parts.rendered import Rendered
    from fastvbg.farm.parts.rendering import render
    from fastvbg.farm.parts.resuming import process
    from fastvbg.keyers.adaptive.keyer import AdaptiveKeyer
    from fastvbg.keyers.chroma.despill import despill, despill_planes
    from fastvbg.keyers.chroma.keyer import ChromaKeyer
    from fastvbg.keyers.chroma.screen import pick_key
    from fastvbg.keyers.depth.disparity import disparity_to_depth
    from fastvbg.keyers.depth.keyer import DepthKeyer, as_depth, depth_matte
    from fastvbg.keyers.depth.stereo import StereoDepth
    from fastvbg.keyers.mattes import MatteFeed, as_matte
    from fastvbg.keyers.motion import motion_mask
    from fastvbg.keyers.person.keyer import PersonKeyer
    from fastvbg.keyers.plate.camera import CameraMotion
    from fastvbg.keyers.plate.estimate import PlateEstimator, estimate_plate
    from fastvbg.keyers.plate.keyer import PlateKeyer
    from fastvbg.keyers.region import apply_regions, region_mask
    from fastvbg.keyers.subtractors import SubtractorKeyer
    from fastvbg.live_mode.api import Live, live
    from fastvbg.pipeline.process import matte
    from fastvbg.refine.guided import smooth_guided
    from fastvbg.refine.refiner import Refiner
    from fastvbg.refine.regions import drop_specks, fill_holes, hysteresis
    from fastvbg.refine.shape import choke, despeckle, spread
    from fastvbg.refine.soften import feather
    from fastvbg.refine.temporal import Hold, hold
    from fastvbg.settings import Settings
    from fastvbg.warmup import warm_up

__version__ = "0.1.0"

__all__ = [
    "I420",
    "NV12",
    "AdaptiveKeyer",
    "CameraMotion",
    "ChromaKeyer",
    "Compositor",
    "DTypeError",
    "DepthKeyer",
    "EndedError",
    "FastvbgError",
    "Hold",
    "LightWrap",
    "Live",
    "MatteFeed",
    "MissingLibraryError",
    "ModelError",
    "OptionError",
    "OptionTypeError",
    "OverlapError",
    "PersonKeyer",
    "Plan",
    "PlateEstimator",
    "PlateKeyer",
    "Refiner",
    "Rendered",
    "Settings",
    "ShapeError",
    "SinkError",
    "SourceError",
    "StereoDepth",
    "SubtractorKeyer",
    "__version__",
    "apply_regions",
    "as_depth",
    "as_matte",
    "batch",
    "blend",
    "blend_planar",
    "choke",
    "composite",
    "composite_planar",
    "depth_matte",
    "despeckle",
    "despill",
    "despill_planes",
    "disparity_to_depth",
    "drop_specks",
    "estimate_foreground",
    "estimate_foreground_planes",
    "estimate_plate",
    "farm",
    "feather",
    "fill_holes",
    "fit_background",
    "hold",
    "hysteresis",
    "light_wrap",
    "live",
    "masks",
    "matte",
    "merge",
    "motion_mask",
    "pick_key",
    "plan",
    "process",
    "reference",
    "region_mask",
    "render",
    "smooth_guided",
    "spread",
    "warm_up",
]

_HOME = {
    "I420": "fastvbg.compositing.planar",
    "NV12": "fastvbg.compositing.planar",
    "blend_planar": "fastvbg.compositing.planar",
    "composite_planar": "fastvbg.compositing.planar",
    "AdaptiveKeyer": "fastvbg.keyers.adaptive.keyer",
    "Compositor": "fastvbg.compositing.compositor",
    "blend": "fastvbg.compositing.frames",
    "composite": "fastvbg.compositing.frames",
    "estimate_foreground": "fastvbg.compositing.foreground",
    "estimate_foreground_planes": "fastvbg.compositing.foreground",
    "fit_background": "fastvbg.backgrounds",
    "DepthKeyer": "fastvbg.keyers.depth.keyer",
    "as_depth": "fastvbg.keyers.depth.keyer",
    "depth_matte": "fastvbg.keyers.depth.keyer",
    "MatteFeed": "fastvbg.keyers.mattes",
    "as_matte": "fastvbg.keyers.mattes",
    "SubtractorKeyer": "fastvbg.keyers.subtractors",
    "motion_mask": "fastvbg.keyers.motion",
    "apply_regions": "fastvbg.keyers.region",
    "region_mask": "fastvbg.keyers.region",
    "StereoDepth": "fastvbg.keyers.depth.stereo",
    "disparity_to_depth": "fastvbg.keyers.depth.disparity",
    "CameraMotion": "fastvbg.keyers.plate.camera",
    "ChromaKeyer": "fastvbg.keyers.chroma.keyer",
    "despill": "fastvbg.keyers.chroma.despill",
    "despill_planes": "fastvbg.keyers.chroma.despill",
    "PersonKeyer": "fastvbg.keyers.person.keyer",
    "PlateEstimator": "fastvbg.keyers.plate.estimate",
    "estimate_plate": "fastvbg.keyers.plate.estimate",
    "PlateKeyer": "fastvbg.keyers.plate.keyer",
    "pick_key": "fastvbg.keyers.chroma.screen",
    "batch": "fastvbg.farm.batches.batch",
    "matte": "fastvbg.pipeline.process",
    "process": "fastvbg.farm.parts.resuming",
    "Plan": "fastvbg.farm.cutting.plans",
    "Rendered": "fastvbg.farm.parts.rendered",
    "merge": "fastvbg.farm.parts.merging",
    "plan": "fastvbg.farm.cutting.planning",
    "render": "fastvbg.farm.parts.rendering",
    "LightWrap": "fastvbg.compositing.light",
    "light_wrap": "fastvbg.compositing.light",
    "smooth_guided": "fastvbg.refine.guided",
    "Refiner": "fastvbg.refine.refiner",
    "drop_specks": "fastvbg.refine.regions",
    "fill_holes": "fastvbg.refine.regions",
    "hysteresis": "fastvbg.refine.regions",
    "choke": "fastvbg.refine.shape",
    "despeckle": "fastvbg.refine.shape",
    "spread": "fastvbg.refine.shape",
    "feather": "fastvbg.refine.soften",
    "Hold": "fastvbg.refine.temporal",
    "hold": "fastvbg.refine.temporal",
    "warm_up": "fastvbg.warmup",
    "Live": "fastvbg.live_mode.api",
    "live": "fastvbg.live_mode.api",
    "Settings": "fastvbg.settings",
}


def __getattr__(name: str) -> Any:
    if name in ("farm", "masks", "reference"):
        return _load(f"fastvbg.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'fastvbg' has no attribute {name!r}")
    value = getattr(_load(_HOME[name]), name)
    globals()[name] = value
    return value


def _load(module: str) -> ModuleType:
    from fastvbg.libraries import load

    return load(module)


def __dir__() -> list[str]:
    return sorted(__all__)
