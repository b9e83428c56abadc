"""A whole video over another background."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.backgrounds import FITS, Fit, load_background
from fastvbg.checks import check_choice, check_threshold
from fastvbg.compositor import composite
from fastvbg.constants import DEFAULT_THRESHOLD
from fastvbg.errors import SinkError, SourceError
from fastvbg.media.model import CopiedPacket
from fastvbg.media.numbering import parse_numbering
from fastvbg.pipeline.pairing import PAIRINGS, Pair, PairingName, make_pairing
from fastvbg.sink import open_sink
from fastvbg.source import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction

    from fastvbg._types import Frame
    from fastvbg.source import Source

    Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Result:
    """What `process` did."""

    output: Path
    """The file, or the file name with its number field."""
    frames: int
    """Frames written."""
    seconds: float
    """Wall time from opening the input to the finished output."""
    warnings: list[str] = field(default_factory=list)
    """What a user should know: damaged packets, tracks left out."""

    lost: int = 0
    """Damaged pieces of the input that could not be decoded."""

    @property
    def frames_per_second(self) -> float:
        """Frames written a second of wall time."""
        return self.frames / max(self.seconds, 1e-9)


def process(
    input: str | Path,
    output: str | Path,
    *,
    background: str | Path | Frame,
    threshold: int = DEFAULT_THRESHOLD,
    fit: Fit = "stretch",
    pairing: PairingName = "neighbours",
    fps: Fraction | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Put what moves in a video over another background, file to file.

    Parameters
    ----------
    input : str or Path
        A video that FFmpeg's libraries read, or an image sequence such as `dir/in%06d.jpg`, from
        whatever number it starts.
    output : str or Path
        A name in .mp4, .mkv or .mov (H.264, the source's audio copied), or an image sequence such
        as `out%06d.png`.
    background : str, Path or ndarray of shape (any, any, 3), uint8
        A colour (`#rrggbb` or a basic CSS name), an image file, or a picture in BGR.
    threshold : int, default 3
        Gray difference above which a pixel has moved, 0 to 255.
    fit : {"stretch", "cover", "contain"}
        How a background of another size is fitted; see `fit_background`.
    pairing : {"neighbours", "tutorial"}
        "neighbours": each frame against the one before it, as many frames out as in. "tutorial":
        the tutorial's own sequence, see `reference.tutorial_sequence`.
    fps : Fraction, optional
        Frames a second of an image sequence, 25 when absent.
    overwrite : bool
        Whether an existing output is replaced.
    progress : callable, optional
        Called after each frame with the count so far and the count expected, which may be None.

    Returns
    -------
    Result
        Frames, seconds, warnings.

    Raises
    ------
    SourceError
        The input or the background cannot be read (also an `OSError`).
    SinkError
        The output exists, is the input, or cannot be written (also an `OSError`). Nothing is left
        under its name then.
    OptionError, OptionTypeError
        An option is none of the above (also a `ValueError` or a `TypeError`).
    """
    threshold = check_threshold(threshold)
    check_choice("fit", fit, FITS)
    check_choice("pairing", pairing, PAIRINGS)
    _refuse_same(input, output, "input")
    if not isinstance(background, np.ndarray):
        _refuse_same(background, output, "background")
    start = time.perf_counter()
    with open_source(input, fps=fps) as source:
        info = source.info
        bg = load_background(background, (info.width, info.height), fit=fit)
        frames, out = 0, np.empty_like(bg)
        with open_sink(output, info, overwrite=overwrite) as sink:
            for item in _pairs(source, pairing):
                if isinstance(item, CopiedPacket):
                    sink.copy(item)
                    continue
                composite(item.prev, item.next, bg, threshold=threshold, out=out)
                sink.write(out, item.pts, item.position + info.first_number)
                frames += 1
                if progress is not None:
                    progress(frames, info.frames)
            if not frames:
                raise SourceError(
                    f"input: {input} has too few frames for the tutorial's pairing, wanted 3"
                )
        warnings, lost = source.warnings + sink.warnings, source.lost
    if frames == 1 and pairing == "neighbours":
        warnings.append("the input has one frame: nothing moves, so the result is the background")
    return Result(Path(output), frames, time.perf_counter() - start, warnings, lost)


def _pairs(source: Source, name: PairingName) -> Iterator[Pair | CopiedPacket]:
    """Yield the pairs to composite, and the packets to copy, in order."""
    pairing = make_pairing(name)
    for item in source:
        if isinstance(item, CopiedPacket):
            yield item
        else:
            yield from pairing.push(item)
    yield from pairing.finish()


def _refuse_same(path: str | Path, output: str | Path, role: str) -> None:
    """Demand that the output is not a file that is read."""

    def identity(name: str | Path) -> Any:
        numbering = parse_numbering(name)
        if numbering is not None:
            return numbering.folder.resolve(), numbering.name
        return Path(name).resolve()

    if identity(path) == identity(output):
        raise SinkError(f"output: {output} is the {role} itself; give it another name")
