"""Sinks take frames: a video file, a numbered image sequence, or of one frame a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fastvbg.errors import SinkError
from fastvbg.media.names import suffix_of
from fastvbg.media.numbering import IMAGE_SUFFIXES, parse_numbering
from fastvbg.urls import Url, named

if TYPE_CHECKING:
    from typing_extensions import Self

    from fastvbg.media.model import CopiedPacket, Picture, StreamInfo
    from fastvbg.media.numbering import Numbering
    from fastvbg.sink.encoding import EncodeOptions

VIDEO_SUFFIXES = (".gif", ".mkv", ".mov", ".mp4", ".webm", ".y4m")
_STDOUT = "-"


class Sink(Protocol):
    """Where frames go. A context manager: only leaving it without an error keeps the output."""

    warnings: list[str]
    done_with_frames: bool
    """Whether a frame may be written to again as soon as `write` has taken it."""

    def write(self, frame: Picture, pts: int, number: int) -> None:
        """Take the next frame, its time in the source's time base, and its number."""

    def copy(self, packet: CopiedPacket) -> None:
        """Take a piece of a copied stream."""

    def __enter__(self) -> Self:
        """Return the sink, already open."""

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        """Move the finished output to its name, or remove what there is of it after an error."""


def holds_rotation(path: str | Path) -> bool:
    """Tell whether an output can note a rotation for the player to carry out."""
    if suffix_of(path) not in (".mkv", ".mov", ".mp4", ".webm"):
        return False
    from av.video.stream import VideoStream

    return hasattr(VideoStream, "set_display_matrix")  # PyAV has it from 18 on


def open_sink(
    path: str | Path,
    info: StreamInfo,
    *,
    overwrite: bool = False,
    options: EncodeOptions | None = None,
    keep_partial: bool = False,
) -> Sink:
    """Open a video file or a numbered image sequence for writing.

    Parameters
    ----------
    path : str or Path
        A file that ends in .mp4, .mkv, .mov, .webm, .gif or .y4m, also in a store by its URL, an
        image sequence such as `out%06d.png`, a picture such as `out.png` of an input that has one
        frame, or `-` for Y4M on standard output.
    info : StreamInfo
        Of the frames to come.
    overwrite : bool
        Whether an existing output is replaced.
    options : EncodeOptions, optional
        What the encoder is told.
    keep_partial : bool
        Whether an interrupt keeps what has been written so far, as a whole file.

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
    path, suffix, numbering = _taken_apart(path)
    if numbering is not None and suffix in IMAGE_SUFFIXES:
        from fastvbg.sink.sequence import SequenceSink

        alpha = options is not None and options.alpha
        return SequenceSink(
            numbering, info, overwrite=overwrite, alpha=alpha, keep_partial=keep_partial
        )
    if suffix in IMAGE_SUFFIXES and info.frames == 1:
        from fastvbg.sink.still import StillSink

        alpha = options is not None and options.alpha
        return StillSink(path, info, overwrite=overwrite, alpha=alpha)
    _refuse_unnamed(path, suffix)
    from fastvbg.sink.video import VideoSink

    return VideoSink(path, info, overwrite=overwrite, options=options, keep_partial=keep_partial)


def _refuse_unnamed(path: Path | Url, suffix: str) -> None:
    """Refuse what names neither a video nor a sequence."""
    if suffix in IMAGE_SUFFIXES and isinstance(path, Url):
        raise SinkError(f"output: {path}: images are not written to stores; wanted a video's name")
    if suffix in IMAGE_SUFFIXES:
        raise SinkError(
            f"output: {path.name} names one image, and the input may have more frames than one; "
            f"for a sequence put a number field into it, "
            f"such as {Path(path.name).stem}%06d{suffix}"
        )
    if suffix not in VIDEO_SUFFIXES:
        raise SinkError(
            f"output: got {path.name}, wanted a name that ends in {', '.join(VIDEO_SUFFIXES)}, "
            f"or an image sequence such as output%06d.png"
        )


def check_sink(path: str | Path, *, overwrite: bool = False) -> None:
    """Demand that frames could be written, as far as the name tells, and nothing is opened for it.

    Parameters
    ----------
    path : str or Path
        As `open_sink` takes it, for more frames than one.
    overwrite : bool
        Whether an existing output is replaced.

    Raises
    ------
    SinkError
        As `open_sink` does.
    """
    name, suffix, numbering = _taken_apart(path)
    if numbering is not None and suffix in IMAGE_SUFFIXES:
        from fastvbg.sink.sequence import check_sequence

        check_sequence(numbering, overwrite=overwrite)
        return
    _refuse_unnamed(name, suffix)
    from fastvbg.sink.staging import check_output

    check_output(name, overwrite=overwrite)


def _taken_apart(path: str | Path) -> tuple[Path | Url, str, Numbering | None]:
    """Return an output's name, its suffix, and its number field."""
    name = named(path) if isinstance(path, str) else path
    whole = name if isinstance(name, Url) else Path(name)
    suffix = ".y4m" if str(whole) == _STDOUT else whole.suffix.lower()
    return whole, suffix, None if isinstance(whole, Url) else parse_numbering(whole)
