"""Sources yield frames: a video file, or a numbered image sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from fastvbg.media.numbering import parse_numbering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from pathlib import Path

    from typing_extensions import Self

    from fastvbg.media.model import CopiedPacket, ReadOptions, StreamInfo, Timed


class Source(Protocol):
    """Where frames come from. A context manager; iterate it once."""

    info: StreamInfo
    warnings: list[str]

    @property
    def lost(self) -> int:
        """Damaged pieces that could not be decoded, known at the end."""

    def __iter__(self) -> Iterator[Timed | CopiedPacket]:
        """Yield frames, and pieces of the streams to copy, in the order of the file."""

    def __enter__(self) -> Self:
        """Return the source, already open."""

    def __exit__(self, *exception: object) -> None:
        """Close the file."""


def open_source(
    path: str | Path, *, fps: Fraction | None = None, options: ReadOptions | None = None
) -> Source:
    """Open a video file or a numbered image sequence.

    Parameters
    ----------
    path : str or Path
        A video that FFmpeg's libraries read, or an image sequence such as `dir/in%06d.jpg`.
    fps : Fraction, optional
        Frames a second of an image sequence, 25 when absent. A video has its own timestamps.
    options : ReadOptions, optional
        Frames as BGR arrays or as decoded, upright or not, from when to when, and how large.

    Returns
    -------
    Source
        With its first frame decoded, so that `info` is known.

    Raises
    ------
    SourceError
        There is no such file, it is not a video, or none of its frames can be decoded.
    OptionError
        `fps` is given for a video.
    """
    numbering = parse_numbering(path)
    if numbering is not None:
        from fastvbg.source.sequence import SequenceSource

        return SequenceSource(numbering, fps, options)
    from fastvbg.source.video import VideoSource

    return VideoSource(path, fps, options)
