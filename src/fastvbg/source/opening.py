"""Opening a file for reading, and what may be asked of it before its first frame is decoded."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError, InvalidDataError

from fastvbg.errors import SourceError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

_STDIN = "-"
_RAW = (".raw", ".rgb", ".yuv")
_STRICT_METADATA = int(av.__version__.split(".")[0]) < 19


def open_container(path: str | Path, role: str) -> InputContainer:
    """Open a file, a URL, or `-` for standard input.

    Raises
    ------
    SourceError
        There is no such file, or it is none that FFmpeg's libraries can read.
    """
    name = str(path)
    if name == _STDIN:
        name = "pipe:0"
    elif "://" not in name:
        file = Path(path)
        try:
            mode = file.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            raise SourceError(f"{role}: no such file: {name}") from None
        except OSError as error:  # a name too long, a loop of links, a folder that is closed to us
            raise SourceError(f"{role}: cannot open {name}: {error.strerror}") from None
        if stat.S_ISDIR(mode):
            raise SourceError(
                f"{role}: {name} is a folder; for an image sequence name the files, "
                f"such as {file / 'frame%06d.png'}"
            )
        name = f"file:{name}"  # so that a colon in the name is not read as a protocol
        if file.suffix.lower() in _RAW:
            raise SourceError(
                f"{role}: {path} is raw video, which says nothing of its size; wanted one with a "
                "header, such as Y4M"
            )
    try:
        return _opened(name)
    except InvalidDataError:
        raise SourceError(f"{role}: not a video that FFmpeg's libraries can read: {path}") from None
    except (FFmpegError, OSError) as error:
        raise SourceError(f"{role}: cannot open {path}: {error.strerror or error}") from None
    except ValueError as error:  # PyAV's own refusals, such as a stream of no kind it knows
        raise SourceError(f"{role}: cannot open {path}: {error}") from None


def _opened(name: str) -> InputContainer:
    """Open a file; tags that are no UTF-8 are read as far as they go, which PyAV 19 does itself."""
    if _STRICT_METADATA:
        return av.open(name, "r", metadata_errors="replace")
    return av.open(name, "r")


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


def check_pixels(role: str, path: str | Path, size: tuple[int, int], limit: int) -> None:
    """Refuse frames larger than a limit, before anything of their size is allocated."""
    width, height = size
    if width * height > limit:
        raise SourceError(
            f"{role}: {path} says it is {width}x{height}, wanted at most {limit} pixels a frame; "
            "--max-pixels raises that"
        )


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
