"""Sinks take frames: a video file, or a numbered image sequence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fastvbg.errors import SinkError
from fastvbg.media.numbering import IMAGE_SUFFIXES, parse_numbering

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from fastvbg._types import Frame
    from fastvbg.media.model import CopiedPacket, StreamInfo

VIDEO_SUFFIXES = (".mkv", ".mov", ".mp4")


class Sink(Protocol):
    """Where frames go. A context manager: only leaving it without an error keeps the output."""

    warnings: list[str]

    def write(self, frame: Frame, pts: int, number: int) -> None:
        """Take the next frame, its time in the source's time base, and its number."""

    def copy(self, packet: CopiedPacket) -> None:
        """Take a piece of a copied stream."""

    def __enter__(self) -> Self:
        """Return the sink, already open."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Move the finished output to its name, or remove what there is of it after an error."""


def open_sink(path: str | Path, info: StreamInfo, *, overwrite: bool = False) -> Sink:
    """Open a video file or a numbered image sequence for writing.

    Parameters
    ----------
    path : str or Path
        A file that ends in .mp4, .mkv or .mov, or an image sequence such as `out%06d.png`.
    info : StreamInfo
        Of the frames to come.
    overwrite : bool
        Whether an existing output is replaced.

    Returns
    -------
    Sink
        Open; nothing stands under the output's name until it is closed without an error.

    Raises
    ------
    SinkError
        The output exists, its folder does not exist or cannot be written, or the suffix is none
        that can be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    numbering = parse_numbering(path)
    if numbering is not None and suffix in IMAGE_SUFFIXES:
        from fastvbg.sink.sequence import SequenceSink

        return SequenceSink(numbering, overwrite=overwrite)
    if suffix in IMAGE_SUFFIXES:
        raise SinkError(
            f"output: {path.name} names one image; for a sequence put a number field into it, "
            f"such as {path.stem}%06d{suffix}"
        )
    if suffix not in VIDEO_SUFFIXES:
        raise SinkError(
            f"output: got {path.name}, wanted a name that ends in {', '.join(VIDEO_SUFFIXES)}, "
            f"or an image sequence such as output%06d.png"
        )
    from fastvbg.sink.video import VideoSink

    return VideoSink(path, info, overwrite=overwrite)
