"""Opening a file for reading, and what may be asked of it before its first frame is decoded."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from av.error import FFmpegError, InvalidDataError

from fastvbg.errors import SourceError
from fastvbg.media.demux import open_file, open_named
from fastvbg.media.names import is_address
from fastvbg.media.numbering import IMAGE_SUFFIXES

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

_STDIN = "-"
_RAW = (".raw", ".rgb", ".yuv")


def open_container(path: str | Path, role: str) -> InputContainer:
    """Open a file, a URL, or `-` for standard input.

    Raises
    ------
    SourceError
        There is no such file, or it is none that FFmpeg's libraries can read.
    """
    name = str(path)
    address = name == _STDIN or is_address(name)
    if not address:
        file = Path(path)
        try:
            mode = file.stat().st_mode
        except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a zero byte
            raise SourceError(f"{role}: no such file: {name}") from None
        except OSError as error:  # a name too long, a loop of links, a folder that is closed to us
            raise SourceError(f"{role}: cannot open {name}: {error.strerror}") from None
        if stat.S_ISDIR(mode):
            raise SourceError(
                f"{role}: {name} is a folder; for an image sequence name the files, "
                f"such as {file / 'frame%06d.png'}"
            )
        if file.suffix.lower() in _RAW:
            raise SourceError(
                f"{role}: {path} is raw video, which says nothing of its size; wanted one with a "
                "header, such as Y4M"
            )
    try:
        if address:
            return open_named("pipe:0" if name == _STDIN else name)
        return open_file(path)
    except InvalidDataError:
        raise SourceError(f"{role}: not {_wanted(path)}: {path}") from None
    except (FFmpegError, OSError) as error:
        raise SourceError(f"{role}: cannot open {path}: {error.strerror or error}") from None
    except ValueError as error:  # PyAV's own refusals, such as a stream of no kind it knows
        raise SourceError(f"{role}: cannot open {path}: {error}") from None


def _wanted(path: str | Path) -> str:
    if Path(path).suffix.lower() in IMAGE_SUFFIXES:
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
    others = [
        f"video track {number} is left out: only the main one is processed"
        for number, stream in enumerate(container.streams.video, 1)
        if stream is not video and is_moving(stream)
    ]
    unknown = [
        f"{stream.type} stream {stream.index} is left out: its codec is unknown"
        for stream in (*container.streams.audio, *container.streams.subtitles)
        if stream not in kept
    ]
    return [*others, *unknown]
