"""Sources yield frames: a video file, a picture, or a numbered image sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from fastvbg.media.contents import kind_of
from fastvbg.media.names import checked_name
from fastvbg.media.series import read_series

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
    """Open a video file, a picture, or a numbered image sequence; what is in a file decides.

    Parameters
    ----------
    path : str or Path
        A video that FFmpeg's libraries read, a picture, which is a video of one frame, or an image
        sequence such as `dir/in%06d.jpg`, unless there is a file of that very name; also by a URL.
    fps : Fraction, optional
        Frames a second of an image sequence, 25 when absent. A video has its own timestamps.
    options : ReadOptions, optional
        Frames as BGR arrays or as decoded, from when to when, and how large.

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
    OptionTypeError
        The path is no name of a file.
    """
    role = "input" if options is None else options.role
    path = checked_name(path, role)
    series = read_series(path, role)
    if series is not None:
        from fastvbg.source.sequence import SequenceSource

        return SequenceSource(series, fps, options)
    if kind_of(path, role) == "still":
        from fastvbg.source.still import StillSource

        return StillSource(path, fps, options)
    from fastvbg.source.animation import AnimationSource, wants_pillow
    from fastvbg.source.video import VideoSource

    if wants_pillow(path, role):
        return AnimationSource(path, fps, options)
    return VideoSource(path, fps, options)
