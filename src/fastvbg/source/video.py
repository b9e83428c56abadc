"""Frames of a video file, by PyAV."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError, InvalidDataError

from fastvbg.errors import OptionError, SourceError
from fastvbg.media.colour import ToBGR, tags_of
from fastvbg.media.model import CopiedPacket, StreamInfo, Timed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from av.container import InputContainer
    from av.video.stream import VideoStream
    from typing_extensions import Self

_FALLBACK_RATE = Fraction(25)


def _open(path: str | Path) -> InputContainer:
    name = str(path)
    if "://" not in name:
        file = Path(path)
        if not file.exists():
            raise SourceError(f"input: no such file: {name}")
        if file.is_dir():
            raise SourceError(
                f"input: {name} is a folder; for an image sequence name the files, "
                f"such as {file / 'frame%06d.png'}"
            )
        name = f"file:{name}"  # so that a colon in the name is not read as a protocol
    try:
        return av.open(name, "r", metadata_errors="replace")
    except InvalidDataError:
        raise SourceError(f"input: not a video that FFmpeg's libraries can read: {path}") from None
    except (FFmpegError, OSError) as error:
        raise SourceError(f"input: cannot open {path}: {error.strerror or error}") from None


def _video_stream(container: InputContainer, path: str | Path) -> VideoStream:
    """Return the main video stream; cover art is not one."""
    moving = [
        stream
        for stream in container.streams.video
        if not stream.disposition & type(stream.disposition).attached_pic
    ]
    if not moving:
        raise SourceError(f"input: no video stream in {path}")
    best = container.streams.best("video")
    return next((stream for stream in moving if stream is best), moving[0])


class VideoSource:
    """Frames of a video file as BGR, with the packets of its audio passed on as they are.

    Parameters
    ----------
    path : str or Path
        The file, or a URL that FFmpeg's libraries open.
    fps : Fraction, optional
        Refused: a video has its own timestamps.
    """

    def __init__(self, path: str | Path, fps: Fraction | None = None) -> None:
        if fps is not None:
            raise OptionError("fps: only an image sequence takes it; a video has its own times")
        self.warnings: list[str] = []
        self.lost = 0
        self._path = path
        self._container = _open(path)
        try:
            self._stream = _video_stream(self._container, path)
            self._stream.thread_type = "AUTO"
            self._audio = tuple(self._container.streams.audio)
            self._items = self._decode()
            self._first = self._decode_first()
        except BaseException:
            self._container.close()
            raise

    def _decode_first(self) -> list[av.VideoFrame | CopiedPacket]:
        """Read up to and with the first frame, from which size, format and colour are known."""
        items: list[av.VideoFrame | CopiedPacket] = []
        for item in self._items:
            items.append(item)
            if isinstance(item, av.VideoFrame):
                self.info = self._describe(item)
                return items
        raise SourceError(f"input: no frame of {self._path} can be decoded")

    def _describe(self, frame: av.VideoFrame) -> StreamInfo:
        stream = self._stream
        rate = stream.average_rate or stream.base_rate or stream.guessed_rate or _FALLBACK_RATE
        time_base = stream.time_base or 1 / rate
        frames = stream.frames or None
        if frames is None and stream.duration is not None:
            frames = max(1, round(stream.duration * time_base * rate))
        elif frames is None and self._container.duration is not None:
            frames = max(1, round(Fraction(self._container.duration, av.time_base) * rate))
        return StreamInfo(
            width=frame.width,
            height=frame.height,
            rate=rate,
            time_base=time_base,
            frames=frames,
            colour=tags_of(frame),
            sample_aspect=stream.sample_aspect_ratio or None,
            copied=self._audio,
        )

    def _decode(self) -> Generator[av.VideoFrame | CopiedPacket, None, None]:
        packets = self._container.demux(self._stream, *self._audio)
        while True:
            try:
                packet = next(packets, None)
            except FFmpegError as error:
                self.lost += 1
                self.warnings.append(f"{self._path}: reading stopped early: {error.strerror}")
                packet = None
            if packet is None:
                return
            if packet.stream is not self._stream:
                if packet.size and packet.dts is not None:
                    yield CopiedPacket(packet, packet.stream)
                continue
            try:
                yield from self._stream.decode(packet)
            except FFmpegError:
                self.lost += 1

    def __iter__(self) -> Iterator[Timed | CopiedPacket]:
        """Yield frames, and packets of the audio, in the order of the file."""
        to_bgr = ToBGR(self.info.colour)
        step = max(1, round(1 / self.info.rate / self.info.time_base))
        last: int | None = None
        for item in chain(self._first, self._items):
            if isinstance(item, CopiedPacket):
                yield item
                continue
            if (item.width, item.height) != (self.info.width, self.info.height):
                raise SourceError(
                    f"input: {self._path} changes from {self.info.width}x{self.info.height} "
                    f"to {item.width}x{item.height} on the way; wanted one size"
                )
            # Muxers demand rising times; raw streams have none, and damaged ones repeat them.
            pts = item.pts
            if pts is None or (last is not None and pts <= last):
                pts = 0 if last is None else last + step
            last = pts
            yield Timed(to_bgr(item), pts)
        if self.lost:
            self.warnings.append(f"{self._path}: {self.lost} damaged packets could not be decoded")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._items.close()
        self._container.close()
