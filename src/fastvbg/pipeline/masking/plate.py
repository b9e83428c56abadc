"""The plate of a run: a picture of the empty scene, or taken from the video itself."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.bands import usable_cpus
from fastvbg.checks import check_frame
from fastvbg.errors import OptionError, ShapeError, SourceError
from fastvbg.keyers.camera import CameraMotion
from fastvbg.keyers.estimate import PlateEstimator
from fastvbg.keyers.plate import PlateKeyer
from fastvbg.media.image import read_image
from fastvbg.media.model import CopiedPacket
from fastvbg.media.names import checked_name
from fastvbg.pipeline.masking.masker import Fused
from fastvbg.pipeline.pixels import make_pixels
from fastvbg.source import open_source

if TYPE_CHECKING:
    from fastvbg._types import Frame
    from fastvbg.media.model import Picture
    from fastvbg.pipeline.masking.context import Context
    from fastvbg.pipeline.masking.options import MaskOptions
    from fastvbg.pipeline.pixels import Pixels

_FIRST = re.compile(r"first:(\d+(?:\.\d+)?)s?")
_MOVES = (
    "plate: the camera moves, so the scene is no longer where the plate has it; "
    "the masks 'adaptive' and 'motion' need no plate"
)


class PlateWay(Fused):
    """The plate keyer with the plate that was asked for; it warns when the camera moves.

    Parameters
    ----------
    options : MaskOptions
        What the user asked for.
    context : Context
        The run.
    """

    def __init__(self, options: MaskOptions, context: Context) -> None:
        pixels, shape = context.pixels, context.shape
        asked = "auto" if options.plate is None else options.plate
        noise = None
        plate: Any
        if isinstance(asked, np.ndarray):
            plate = _picture(asked, shape, pixels)
        elif asked == "auto":
            plate, noise = _estimated(context, None)
        elif isinstance(asked, str) and asked.startswith("first:"):
            plate, noise = _estimated(context, _seconds(asked))
        else:
            name = checked_name(asked, "plate")
            plate = _picture(read_image(name, "plate", context.reading.max_pixels), shape, pixels)
        given = options.given("tolerance", "falloff")
        keyer = PlateKeyer(plate, noise=noise, **given)
        super().__init__(pixels, keyer, shape)
        self._camera = CameraMotion()
        self._moves = False

    def prepare(self, picture: Picture) -> None:
        """See whether the camera moves."""
        self._moves = self._camera.add(self._pixels.sample(picture)) or self._moves

    def reset(self) -> None:
        """Another scene begins: the light may be another one, and the camera stands elsewhere."""
        super().reset()
        self._camera.reset()

    def finish(self) -> list[str]:
        """Say whether the camera moved."""
        return [_MOVES] if self._moves else []


def _picture(picture: Frame, shape: tuple[int, int], pixels: Pixels) -> Any:
    """Return a picture of the empty scene in the frames' form."""
    got = check_frame("plate", picture)[:2]
    if got != shape:
        raise ShapeError(
            f"plate: got {got[1]}x{got[0]} (width x height), wanted {shape[1]}x{shape[0]} like the "
            "frames; a plate must be from the same camera at the same place"
        )
    return pixels.sample(pixels.from_bgr(picture))


def _seconds(text: str) -> Fraction:
    match = _FIRST.fullmatch(text)
    seconds = Fraction(match[1]) if match else Fraction(0)
    if not seconds:
        raise OptionError(f"plate: got {text!r}, wanted first:SECONDS, such as first:2s")
    return seconds


def _estimated(context: Context, seconds: Fraction | None) -> Any:
    """Return plate and noise of the video's first seconds, or of all that is keyed."""
    if str(context.input) == "-":
        raise OptionError(
            "plate: standard input can be read once only, so no plate can be taken from it "
            "beforehand; wanted --plate FILE"
        )
    # Nothing is encoded meanwhile: decoding may have all processors.
    reading = replace(context.reading, threads=context.reading.threads or usable_cpus())
    if seconds is not None:
        reading = replace(reading, start=None, end=seconds)
    estimator = PlateEstimator()
    with open_source(context.input, options=reading) as source:
        pixels = make_pixels(source.info, reading.threads)
        some = False
        for item in source:
            context.poll()
            if not isinstance(item, CopiedPacket):
                estimator.add(pixels.sample(item.frame))
                some = True
    if not some:
        raise SourceError(f"plate: {context.input} has no frame to take it from")
    return estimator.estimate()
