"""A contact sheet of a video: source, mask and result at evenly spaced times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.backgrounds import Fit, load_background
from fastvbg.compositor import composite
from fastvbg.constants import DEFAULT_THRESHOLD
from fastvbg.keyers.motion import motion_mask
from fastvbg.media.model import CopiedPacket, Timed
from fastvbg.sheet import Labelled, contact_sheet
from fastvbg.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg._types import Frame


def preview(
    input: str | Path,
    *,
    background: str | Path | Frame,
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
        As in `process`.
    threshold : int, default 3
        Gray difference above which a pixel has moved, 0 to 255.
    fit : {"stretch", "cover", "contain"}
        As in `process`.
    times : int, default 4
        How many rows, evenly spaced over the video.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        Rows of source, mask and result, each labelled with its time.
    """
    with open_source(input) as source:
        info = source.info
        bg = load_background(background, (info.width, info.height), fit=fit)
        wanted = _evenly_spaced(info.frames, times)
        rows: list[list[Labelled]] = []
        previous: Timed | None = None
        index = 0
        for item in source:
            if isinstance(item, CopiedPacket):
                continue
            if index in wanted and previous is not None:
                label = f"{float(item.pts * info.time_base):.2f} s"
                prev, frame = previous.frame, item.frame
                rows.append(
                    [
                        Labelled(f"source {label}", frame),
                        Labelled("mask", motion_mask(prev, frame, threshold=threshold)),
                        Labelled("result", composite(prev, frame, bg, threshold=threshold)),
                    ]
                )
            if len(rows) == len(wanted):
                break
            previous, index = item, index + 1
    return contact_sheet(rows)


def _evenly_spaced(frames: int | None, times: int) -> set[int]:
    """Return frame indices of 1 or more: the middles of `times` equal parts of the video."""
    if frames is None:
        return {1 + 30 * step for step in range(times)}
    return {max(1, int(frames * (step + 0.5) / times)) for step in range(times)}
