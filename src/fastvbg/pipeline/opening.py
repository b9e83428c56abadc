"""From settings to what a run works with: its reading, its mattes, and what lays frames by them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fastvbg.kernels._kernel import expect
from fastvbg.keyers.region import region_mask
from fastvbg.matting.masker import Masker
from fastvbg.meanwhile import stands_in_for
from fastvbg.media.colour import light_of
from fastvbg.media.model import ReadOptions
from fastvbg.pipeline.backdrop import Placing, open_backdrop, unlike
from fastvbg.pipeline.blur import Blur
from fastvbg.pipeline.stages import OverBackdrop, OverBlur
from fastvbg.pipeline.wrap import Wrap
from fastvbg.refine.refiner import Refiner
from fastvbg.values.words import parse_blur

if TYPE_CHECKING:
    from fastvbg.matting.run import Run
    from fastvbg.pipeline.stages import Laying
    from fastvbg.settings import Settings


def reading_of(settings: Settings) -> ReadOptions:
    """Return how the input of a job is read."""
    asked: Any = settings
    return ReadOptions(
        pixels=asked.pixel_path,
        alpha="kept",
        start=asked.start,
        end=asked.end,
        scale=asked.scale,
        max_pixels=asked.max_pixels,
        threads=asked.threads,
    )


def rate_of(settings: Settings) -> Fraction | None:
    """Return the frame rate that an image sequence is given."""
    rate: Any = settings.fps
    return None if rate is None else Fraction(rate)


def make_masker(settings: Settings, run: Run) -> Masker:
    """Return what gives each frame of a run its matte: keyed, refined, within its regions."""
    mask = settings.kind.chosen(run)
    estimates = mask.estimates and settings.foreground == "estimated"
    needs = *mask.needs(settings.refine, estimates=estimates), *mask.uses()
    waited_for = (name for name in needs if not stands_in_for(name))
    expect(waited_for)
    refiner = Refiner(mask.refinement if settings.refine is None else settings.refine)
    size = run.info.width, run.info.height
    keep, drop = (
        None if region is None else region_mask(region, size, name=f"{name}-region")
        for name, region in (("keep", settings.keep_region), ("drop", settings.drop_region))
    )
    return Masker(
        mask.keyer(run),
        run.pixels,
        run.shape,
        refiner=refiner if refiner.steps else None,
        keep=keep,
        drop=drop,
        estimates=estimates,
        decides=settings.refine is None,
    )


def make_laying(settings: Settings, masker: Masker, run: Run) -> Laying:
    """Return what lays the frames of a run over the background that was asked for."""
    background: Any = settings.background
    pixels, info = run.pixels, run.info
    strength = parse_blur(background) if isinstance(background, str) else None
    if strength is not None:
        return OverBlur(pixels, masker, Blur(pixels, strength, info.sample_aspect))
    backdrop = open_backdrop(background, pixels, Placing.of(settings, info, run.first), run.reports)
    told = unlike(backdrop.light, light_of(info.colour.transfer))
    if told is not None:
        run.reports.tell(told)
    wrap = Wrap(pixels, run.shape, settings.light_wrap) if settings.light_wrap else None
    return OverBackdrop(pixels, masker, run.stack.enter_context(backdrop), wrap)
