"""From what the user asked of a mask to the object that gives each frame its matte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.keyers.opencv import SubtractorKeyer
from fastvbg.keyers.region import region_mask
from fastvbg.pipeline.masking.feeds import DepthMaps, Elsewhere
from fastvbg.pipeline.masking.masker import Masker, Motion, Subtracted
from fastvbg.pipeline.masking.person import Person
from fastvbg.pipeline.masking.plate import PlateWay
from fastvbg.pipeline.masking.scenes import Adaptive, Chroma
from fastvbg.refine.refiner import Refiner

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.pipeline.masking.context import Context
    from fastvbg.pipeline.masking.masker import Way
    from fastvbg.pipeline.masking.options import MaskOptions

DEFAULT_REFINE = {
    "motion": "none",
    "plate": "despeckle=5,fill,specks,guided",
    "adaptive": "fill,specks,guided=4",
    "chroma": "feather=1",
    "depth": "specks=0.002,feather=1",
    "person": "none",
    "model": "none",
    "mog2": "despeckle=5,fill",
    "knn": "despeckle=5,fill",
    "matte": "none",
}
"""The refinement that suits each kind; the quality bench has the scores.

Motion is the tutorial's own mask, and OpenCV's subtractors get their users' usual clean-up. Edges
of differences lie some pixels beside the picture's, so they are guided to them; the screen's matte
lies where it should and only its grain is softened. The person keyer refines its mattes itself,
before they have the frame's size.
"""


def make_masker(options: MaskOptions, threshold: int, context: Context) -> Masker:
    """Return what gives each frame of a video its matte.

    Parameters
    ----------
    options : MaskOptions
        What the user asked for.
    threshold : int
        Of the motion keyer.
    context : Context
        The run.
    """
    spec = DEFAULT_REFINE[options.kind] if options.refine is None else options.refine
    refiner = Refiner(spec)
    size = context.info.width, context.info.height
    keep, drop = (
        None if region is None else region_mask(region, size, name=f"{name}-region")
        for name, region in (("keep", options.keep_region), ("drop", options.drop_region))
    )
    way = _way(options, threshold, context)
    return Masker(
        way,
        context.pixels,
        context.shape,
        refiner=refiner if refiner.steps else None,
        keep=keep,
        drop=drop,
    )


def _way(options: MaskOptions, threshold: int, context: Context) -> Way:
    pixels, shape = context.pixels, context.shape
    make: dict[str, Callable[[], Way]] = {
        "motion": lambda: Motion(pixels, threshold),
        "plate": lambda: PlateWay(options, context),
        "chroma": lambda: Chroma(options, context),
        "adaptive": lambda: Adaptive(options, pixels, shape),
        "depth": lambda: DepthMaps(options, context),
        "matte": lambda: Elsewhere(options, context),
        "person": lambda: Person(options, pixels, context.info, context.reading.threads),
        "model": lambda: Person(options, pixels, context.info, context.reading.threads),
        "mog2": lambda: Subtracted(pixels, SubtractorKeyer("mog2"), shape),
        "knn": lambda: Subtracted(pixels, SubtractorKeyer("knn"), shape),
    }
    return make[options.kind]()
