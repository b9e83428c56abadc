"""A contact sheet of a video: source, matte and result at evenly spaced times."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.backgrounds import FITS
from fastvbg.checks import check_choice, check_integer, check_threshold
from fastvbg.constants import DEFAULT_THRESHOLD
from fastvbg.errors import SourceError
from fastvbg.media.model import CopiedPacket, ReadOptions
from fastvbg.pipeline.asked import check_background
from fastvbg.pipeline.backdrop import open_backdrop
from fastvbg.pipeline.blur import Blur, parse_blur
from fastvbg.pipeline.cuts import CutDetector
from fastvbg.pipeline.masking.build import make_masker
from fastvbg.pipeline.masking.context import Context
from fastvbg.pipeline.masking.options import MaskOptions, mask_options
from fastvbg.pipeline.pairing import make_pairing
from fastvbg.pipeline.pixels import BGRPixels
from fastvbg.sheet import Labelled, contact_sheet
from fastvbg.source import open_source
from fastvbg.values import check_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from fastvbg._types import File, Frame
    from fastvbg.backgrounds import Fit
    from fastvbg.media.model import StreamInfo
    from fastvbg.pipeline.pairing import Pair, Pairing
    from fastvbg.source import Source

# Squares of a transparent result's chequerboard, in pixels, and their two grays.
_SQUARE, _GRAYS = 16, (102, 153)


def preview(
    input: File,
    *,
    background: File | Frame,
    mask: str | MaskOptions = "motion",
    threshold: int = DEFAULT_THRESHOLD,
    fit: Fit = "stretch",
    times: int = 4,
) -> Frame:
    """Draw a contact sheet of what `process` makes of a video.

    Parameters
    ----------
    input : str or Path
        A video, or an image sequence such as `dir/in%06d.jpg`.
    background : str, Path or ndarray of shape (any, any, 3), uint8
        As in `process`; what is transparent is shown as a chequerboard.
    mask : str or MaskOptions
        As in `process`.
    threshold : int, default 3
        Gray difference above which a pixel has moved, 0 to 255; of the mask "motion".
    fit : {"stretch", "cover", "contain"}
        As in `process`.
    times : int, default 4
        How many rows, evenly spaced over the video.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        Rows of source, matte and result, each labelled with its time.
    """
    input, background = check_path("input", input), check_background(background)
    mask, threshold = mask_options(mask), check_threshold(threshold)
    check_integer("times", times, 1, 1000)
    check_choice("fit", fit, FITS)
    with ExitStack() as stack:
        options = ReadOptions(alpha="kept", sizes="first")
        source = stack.enter_context(open_source(input, options=options))
        info = source.info
        pixels = BGRPixels(info, None)
        behind = _backgrounds(background, fit, info, pixels, stack)
        wanted = _evenly_spaced(info.frames, times)
        masker = make_masker(mask, threshold, Context(pixels, info, input, options, stack))
        rows: list[list[Labelled]] = []
        cuts = CutDetector(pixels)
        for pair in _pairs(source, make_pairing("neighbours", cuts, cuts.goes_on)):
            wants = pair.position in wanted
            if masker.plain and not wants:
                continue
            seconds = pair.pts * info.time_base
            frame: Any = pair.next
            matte = masker(pair, seconds)
            if not wants:
                continue
            kept: Any = masker.foreground(frame, matte)
            result = pixels.blend(matte, kept, behind(seconds, frame, matte))
            rows.append(
                [
                    Labelled(f"source {float(seconds):.2f} s", frame),
                    Labelled("matte", matte.copy()),
                    Labelled("result", result),
                ]
            )
            if len(rows) >= len(wanted):
                break
    if not rows:
        raise SourceError(f"input: {input} has no frame for a contact sheet")
    return contact_sheet(rows)


def _pairs(source: Source, pairing: Pairing) -> Iterator[Pair]:
    for item in source:
        if not isinstance(item, CopiedPacket):
            yield from pairing.push(item)
    yield from pairing.finish()


def _backgrounds(
    background: str | Path | Frame, fit: Fit, info: StreamInfo, pixels: BGRPixels, stack: ExitStack
) -> Callable[[Any, Frame, Any], Any]:
    """Return what gives the background of a frame at a time, with its mask."""
    size = info.width, info.height
    if isinstance(background, str) and background == "transparent":
        board = chequerboard(*size)
        return lambda seconds, frame, mask: board  # noqa: ARG005
    strength = parse_blur(background) if isinstance(background, str) else None
    if strength is not None:
        blur = Blur(pixels, strength, info.sample_aspect)
        return lambda seconds, frame, mask: blur(frame, mask)  # noqa: ARG005
    opened = open_backdrop(
        background,
        pixels,
        size,
        fit=fit,
        end="loop",
        max_pixels=ReadOptions().max_pixels,
        aspect=info.sample_aspect,
    )
    backdrop = stack.enter_context(opened)
    return lambda seconds, frame, mask: backdrop.at(seconds)  # noqa: ARG005


def chequerboard(width: int, height: int) -> Frame:
    """Return the picture that stands for transparency."""
    y, x = np.indices((height, width)) // _SQUARE
    gray = np.where((x + y) % 2, *_GRAYS).astype(np.uint8)
    return np.repeat(gray[..., np.newaxis], 3, axis=2)


def _evenly_spaced(frames: int | None, times: int) -> set[int]:
    """Return frame indices: the middles of `times` equal parts of the video."""
    if frames is None:
        return {30 * step for step in range(times)}
    return {int(frames * (step + 0.5) / times) for step in range(times)}
