"""A contact sheet of a video: source, matte and result at evenly spaced times."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import check_integer
from fastvbg.errors import SourceError
from fastvbg.matting.cuts import CutDetector
from fastvbg.matting.pairing import make_pairing
from fastvbg.matting.run import Run, unheard
from fastvbg.meanwhile import stand_ins
from fastvbg.media.model import CopiedPacket
from fastvbg.pipeline.asked import changed
from fastvbg.pipeline.backdrop import Placing, open_backdrop
from fastvbg.pipeline.blur import Blur
from fastvbg.pipeline.opening import make_masker, rate_of, reading_of
from fastvbg.pipeline.sheet import Labelled, contact_sheet
from fastvbg.pipeline.wrap import Wrap
from fastvbg.pixels import BGRPixels
from fastvbg.source import open_source
from fastvbg.values import check_path
from fastvbg.values.pictures import check_background
from fastvbg.values.words import parse_blur

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from fastvbg._types import File, Frame
    from fastvbg.matting.pairing import Pair, Pairing
    from fastvbg.media.model import StreamInfo
    from fastvbg.settings import Settings
    from fastvbg.source import Source

# Squares of a transparent result's chequerboard, in pixels, and their two grays.
_SQUARE, _GRAYS = 16, (102, 153)


def preview(
    input: File,
    settings: Settings | None = None,
    *,
    times: int = 4,
    tell: Callable[[str], None] | None = None,
    **changes: Any,
) -> Frame:
    """Draw a contact sheet of what `process` makes of a video.

    Parameters
    ----------
    input : str or Path
        A video, or an image sequence such as `dir/in%06d.jpg`.
    settings : Settings, optional
        As in `process`; what is transparent is shown as a chequerboard.
    times : int, default 4
        How many rows, evenly spaced over what is read of the video.
    tell : callable, optional
        As in `process`.
    **changes : object
        As in `process`.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        Rows of source, matte and result, each labelled with its time.
    """
    return contact_sheet(preview_rows(input, changed(settings, changes), times=times, tell=tell))


def preview_rows(
    input: File,
    settings: Settings,
    *,
    times: int = 4,
    tell: Callable[[str], None] | None = None,
) -> list[list[Labelled]]:
    """Return the rows of `preview`: source, matte and result, each with its words."""
    input, background = check_path("input", input), check_background(settings.background)
    check_integer("times", times, 1, 1000)
    with ExitStack() as stack:
        stack.enter_context(stand_ins())
        options = replace(reading_of(settings), pixels="bgr", sizes="first", threads=None)
        fps = rate_of(settings)
        source = stack.enter_context(open_source(input, fps=fps, options=options))
        info = source.info
        pixels = BGRPixels(info, None)
        behind = _backgrounds(background, settings, info, pixels, stack)
        wanted = _evenly_spaced(info.frames, times)
        seen = Run(pixels, info, input, options, stack, fps, tell=tell or unheard)
        masker = make_masker(settings, seen)
        shape = info.height, info.width
        wrap = Wrap(pixels, shape, settings.light_wrap) if settings.light_wrap else None
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
            kept: Any = masker.foreground(pair, matte)
            under = behind(seconds, frame, matte)
            if under is None:  # a background video has ended, and the output with it
                break
            if wrap is not None:
                kept = wrap(kept, matte, under)
            result = pixels.blend(matte, kept, under)
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
    return rows


def _pairs(source: Source, pairing: Pairing) -> Iterator[Pair]:
    for item in source:
        if not isinstance(item, CopiedPacket):
            yield from pairing.push(item)
    yield from pairing.finish()


def _backgrounds(
    background: str | Path | Frame,
    settings: Settings,
    info: StreamInfo,
    pixels: BGRPixels,
    stack: ExitStack,
) -> Callable[[Any, Frame, Any], Any]:
    """Return what gives the background of a frame at a time, with its mask."""
    if isinstance(background, str) and background == "transparent":
        board = chequerboard(info.width, info.height)
        return lambda seconds, frame, mask: board  # noqa: ARG005
    strength = parse_blur(background) if isinstance(background, str) else None
    if strength is not None:
        blur = Blur(pixels, strength, info.sample_aspect)
        return lambda seconds, frame, mask: blur(frame, mask)  # noqa: ARG005
    opened = open_backdrop(background, pixels, Placing.of(settings, info))
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
