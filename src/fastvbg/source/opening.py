"""Opening a file for reading, and what may be asked of it before its first frame is decoded."""

from __future__ import annotations

import stat
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from av.error import FFmpegError, InvalidDataError

from fastvbg.errors import SourceError
from fastvbg.media.demux import open_bytes, open_file, open_named
from fastvbg.media.names import is_address, suffix_of
from fastvbg.media.numbering import IMAGE_SUFFIXES
from fastvbg.source.outline import boxes_of
from fastvbg.storage import open_stored
from fastvbg.urls import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

    from fastvbg.storage.reading import StoredFile

_STDIN = "-"
_RAW = (".raw", ".rgb", ".yuv")
# Pictures whose bytes say nothing of their kind, or which no library here draws.
_UNREAD_PICTURES = (".tga", ".ico", ".cur", ".pcx", ".svg", ".svgz", ".xcf", ".kra", ".pdf", ".eps")


@contextmanager
def opened(path: str | Path, role: str) -> Iterator[InputContainer]:
    """Open what `open_container` does, until the context is left."""
    with ExitStack() as stack:
        stored = open_stored(path, role)
        if stored is not None:
            stack.enter_context(stored)
        yield stack.enter_context(open_container(path, role, stored))


def open_container(path: str | Path, role: str, stored: StoredFile | None = None) -> InputContainer:
    """Open a file, a URL, or `-` for standard input.

    Parameters
    ----------
    path : str or Path
        Its name.
    role : str
        How messages call it.
    stored : StoredFile, optional
        What is read of a store's object; it stays open, since PyAV closes only what it has opened.

    Raises
    ------
    SourceError
        There is no such file, or it is none that FFmpeg's libraries can read.
    """
    name = whole(path) if isinstance(path, str) else str(path)
    address = name == _STDIN or is_address(path)
    if not address:
        _demand_file(path, role)
    try:
        if stored is not None:
            return _opened_anew(stored)
        if address:
            return open_named("pipe:0" if name == _STDIN else name)
        return open_file(path)
    except SourceError:
        raise
    except InvalidDataError:
        _refuse_picture(path, role)
        raise SourceError(f"{role}: not {_wanted(path)}: {path}{_why_not(path)}") from None
    except (FFmpegError, OSError) as error:
        raise SourceError(f"{role}: cannot open {path}: {error.strerror or error}") from None
    except ValueError as error:  # PyAV's own refusals, such as a stream of no kind it knows
        raise SourceError(f"{role}: cannot open {path}: {error}") from None


def _refuse_picture(path: str | Path, role: str) -> None:
    """Refuse what could not be read and is a picture by its name alone."""
    suffix = suffix_of(path)
    if suffix in _UNREAD_PICTURES:
        raise SourceError(
            f"{role}: {path} is a picture of a kind that is not read ({suffix[1:].upper()}), "
            "wanted PNG, JPEG, TIFF, WebP, AVIF or BMP"
        ) from None


def _why_not(path: str | Path) -> str:
    """Return why a file is no video, where that is plain, to stand after its name."""
    with suppress(OSError, ValueError):
        if Path(path).is_file():
            if not Path(path).stat().st_size:
                return "; it is empty"
            with Path(path).open("rb") as file:
                if boxes_of(file).lacks_index:
                    return (
                        "; its index is missing, as of a recording or a download that was cut off, "
                        "wanted the whole file"
                    )
    return ""


def _opened_anew(stored: StoredFile) -> InputContainer:
    stored.seek(0)
    try:
        return open_bytes(stored)
    except FFmpegError:
        stored.check()
        raise


def _demand_file(path: str | Path, role: str) -> None:
    """Demand that a name is that of a file, a pipe or a device which may hold a video."""
    file = Path(path)
    try:
        mode = file.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a zero byte
        raise SourceError(f"{role}: no such file: {path}") from None
    except OSError as error:  # a name too long, a loop of links, a folder that is closed to us
        raise SourceError(f"{role}: cannot open {path}: {error.strerror}") from None
    if stat.S_ISDIR(mode):
        raise SourceError(
            f"{role}: {path} is a folder; for an image sequence name the files, "
            f"such as {file / 'frame%06d.png'}"
        )
    if file.suffix.lower() in _RAW:
        raise SourceError(
            f"{role}: {path} is raw video, which says nothing of its size; wanted one with a "
            "header, such as Y4M"
        )


def _wanted(path: str | Path) -> str:
    if suffix_of(path) in IMAGE_SUFFIXES:
        return "an image that OpenCV can read"
    return "a video that FFmpeg's libraries can read"


def is_moving(stream: VideoStream) -> bool:
    """Tell whether a video stream is more than cover art."""
    return not stream.disposition & type(stream.disposition).attached_pic


def video_stream(container: InputContainer, path: str | Path, role: str) -> VideoStream:
    """Return the main video stream; cover art is not one."""
    moving = [stream for stream in container.streams.video if is_moving(stream)]
    if not moving:
        raise SourceError(f"{role}: no video stream in {path}")
    known = [stream for stream in moving if _has_codec(stream)]
    if not known:
        _refuse_picture(path, role)
        raise SourceError(
            f"{role}: the video in {path} is in a codec that FFmpeg's libraries here cannot decode"
        )
    best = container.streams.best("video")
    return next((stream for stream in known if stream is best), known[0])


def side_streams(container: InputContainer) -> tuple[Stream, ...]:
    """Return the audio and subtitle streams that can be passed on as they are."""
    streams = (*container.streams.audio, *container.streams.subtitles)
    return tuple(stream for stream in streams if _has_codec(stream))


def _has_codec(stream: Stream) -> bool:
    with suppress(ValueError, AttributeError):
        return stream.codec_context is not None and bool(stream.codec_context.codec)
    return False


def left_out(container: InputContainer, video: VideoStream) -> list[str]:
    """Return a line for each stream that will not be in the output."""
    kept = side_streams(container)
    # The still picture of an animated AVIF or HEIF is its track's own, for who shows no animation.
    animated = container.metadata.get("major_brand") in ("avis", "msf1", "hevc")
    others = [
        f"video track {number} is left out: only the main one is processed"
        for number, stream in enumerate(container.streams.video, 1)
        if stream is not video and is_moving(stream) and not (animated and stream.frames == 1)
    ]
    unknown = [
        f"{stream.type} stream {stream.index} is left out: its codec is unknown"
        for stream in (*container.streams.audio, *container.streams.subtitles)
        if stream not in kept
    ]
    return [*others, *unknown]
