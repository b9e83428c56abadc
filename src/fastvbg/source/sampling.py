"""A few frames from all over a file, for what has to be known of it before it is worked through.

It costs a key frame each, wherever the file can be wound and has key frames enough; else what lies
between is decoded, up to a limit.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError

from fastvbg.errors import SourceError
from fastvbg.media.contents import kind_of
from fastvbg.media.demux import packets_of
from fastvbg.media.image import read_image
from fastvbg.media.numbering import parse_numbering
from fastvbg.media.rational import fraction
from fastvbg.media.series import read_series
from fastvbg.source.opening import opened, video_stream
from fastvbg.source.prepare import Preparer
from fastvbg.source.sequence import DEFAULT_RATE, within
from fastvbg.storage import is_stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

    from fastvbg.media.model import Picture, ReadOptions

MOST_DECODED = 600
"""Frames that are decoded at most, one after another: at 1080p some 3 seconds."""

_FEW = 3
"""With fewer key frames to be found a file is decoded from its beginning on."""
_STEP = 8
"""Frames from one to the next where nothing says how many there are."""
_MOST_HELD = 1024
"""Packets without a key frame among them that are kept at most, for what follows them."""
_MOST_PACKETS = 64
"""Packets within which a key frame has to come out of the decoder."""


def can_be_read_twice(path: str | Path) -> bool:
    """Tell whether an input is files or objects that can be opened again: no pipe, no stream."""
    if is_stored(path):
        return True
    numbering = parse_numbering(path)
    return Path(path).is_file() or (numbering is not None and numbering.folder.is_dir())


def samples(
    path: str | Path,
    count: int,
    options: ReadOptions,
    *,
    fps: Fraction | None = None,
    hops: bool = False,
    most: int = MOST_DECODED,
) -> Iterator[Picture]:
    """Yield some `count` frames, evenly spread over what the options begin and end with.

    They come as a source gives them. What cannot be read is left out.

    Parameters
    ----------
    path : str or Path
        A video file, or an image sequence.
    count : int
        How many are wanted.
    options : ReadOptions
        As the file is read.
    fps : Fraction, optional
        Of an image sequence.
    hops : bool
        Whether key frames alone will do, however few there are.
    most : int
        How many frames are decoded at most where there are not enough key frames.
    """
    if kind_of(path, options.role) == "still":
        with suppress(SourceError):
            yield read_image(path, options.role)
        return
    series = read_series(path, options.role)
    if series is not None:
        numbers = series.existing()
        inside = [n for n in numbers if within(options, (n - numbers[0]) / (fps or DEFAULT_RATE))]
        for index in _spread(len(inside), count):
            with suppress(SourceError):
                yield read_image(series.path(inside[index]), options.role)
        return
    found = False
    with suppress(FFmpegError, OSError), opened(path, options.role) as container:
        for picture in _Samples(container, path, count, options, most).pictures(hops=hops):
            found = True
            yield picture
    if found or not options.start:
        return
    # Raw streams cannot be wound, and in others no key frame may follow the place where one lands.
    with suppress(FFmpegError, OSError), opened(path, options.role) as container:
        yield from _Samples(container, path, count, options, most).read_through()


def _spread(total: int, count: int) -> list[int]:
    """Return the middles of `count` equal parts, or all where there are no more."""
    count = min(total, count)
    return [(2 * k + 1) * total // (2 * count) for k in range(count)]


class _Samples:
    """Frames from all over a video."""

    def __init__(
        self,
        container: InputContainer,
        path: str | Path,
        count: int,
        options: ReadOptions,
        most: int,
    ) -> None:
        self._container, self._options = container, options
        self._count, self._most = count, most
        self._stream = stream = video_stream(container, path, options.role)
        stream.codec_context.options = {"max_pixels": str(options.max_pixels)}
        self._base = fraction(stream.time_base) or Fraction(0)
        self._rate = fraction(stream.average_rate) or Fraction(25)
        self._origin = Fraction(container.start_time or 0, av.time_base)
        self._start = self._origin + (options.start or 0)
        self._prepare: Preparer | None = None
        self._form: tuple[int, int, str] | None = None

    def pictures(self, *, hops: bool) -> Iterator[Picture]:
        """Yield the samples."""
        seconds = self._seconds()
        total = None if seconds is None else int(seconds * self._rate)
        winds = seconds is not None and (hops or int(seconds * self._rate) > self._most)
        # Frames in flight in several threads are for those who want each frame.
        self._stream.thread_type = "SLICE" if winds else "AUTO"
        found = 0
        if seconds is not None and winds:
            for frame in self._key_frames(seconds):
                found += 1
                yield from self._prepared(frame)
        if not hops and found < _FEW:
            if self._options.start:
                self._seek(self._start)
            packets = packets_of(self._container, self._stream)
            yield from self._spread_over(self._from_start(self._decoded(packets)), total)

    def read_through(self) -> Iterator[Picture]:
        """Yield samples without winding; what comes long before the start is not decoded."""
        self._stream.thread_type = "AUTO"
        seconds = self._seconds()
        total = None if seconds is None else int(seconds * self._rate)
        frames = self._decoded(self._near_start())
        yield from self._spread_over(self._from_start(frames), total)

    def _spread_over(self, frames: Iterator[av.VideoFrame], total: int | None) -> Iterator[Picture]:
        """Yield some of frames, of which there are so many as far as that is known; or the last."""
        step = _STEP if total is None else max(1, min(total, self._most) // self._count)
        last, found = None, False
        for index, frame in enumerate(frames):
            last = frame
            if index % step == step // 2:
                found = True
                yield from self._prepared(frame)
            if index >= self._most:
                return
        if last is not None and not found:
            yield from self._prepared(last)

    def _seconds(self) -> Fraction | None:
        """Return how long the part is that is asked for, as far as the file says."""
        stream, options = self._stream, self._options
        ends = [] if options.end is None else [options.end]
        if stream.duration is not None and self._base:
            ends.append(stream.duration * self._base)
        elif self._container.duration is not None:
            ends.append(Fraction(self._container.duration, av.time_base))
        if not ends or not self._base:
            return None
        return max(Fraction(0), min(ends) - (options.start or 0)) or None

    def _key_frames(self, seconds: Fraction) -> Iterator[av.VideoFrame]:
        """Yield the key frames before evenly spaced times, each once."""
        last = None
        for k in range(self._count):
            target = self._start + seconds * (2 * k + 1) / (2 * self._count)
            if not self._seek(target):
                return
            packets = islice(packets_of(self._container, self._stream), _MOST_PACKETS + 1)
            frame = next(self._decoded(packets), None)
            if frame is None or frame.pts is None or (last is not None and frame.pts <= last):
                continue
            last = frame.pts
            yield frame

    def _near_start(self) -> Iterator[Packet[Stream]]:
        """Yield the packets from the last key frame before the start on, or from near it."""
        held: list[Packet[Stream]] = []
        for number, packet in enumerate(packets_of(self._container, self._stream)):
            at = packet.pts if packet.dts is None else packet.dts
            seconds = number / self._rate if at is None else at * self._base - self._origin
            if packet.is_keyframe or len(held) > _MOST_HELD:
                held.clear()
            held.append(packet)
            if seconds >= (self._options.start or 0):
                yield from held
                held.clear()

    def _from_start(self, frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """Yield those of frames that lie in the part that is asked for."""
        end = self._options.end
        for frame in frames:
            at = None if frame.pts is None else frame.pts * self._base
            if at is not None and self._base and at < self._start:
                continue
            if at is not None and end is not None and at >= self._origin + end:
                return
            yield frame

    def _seek(self, time: Fraction) -> bool:
        if not self._base:
            return False
        with suppress(FFmpegError, OSError):
            self._container.seek(round(time / self._base), stream=self._stream)
            return True
        return False

    def _decoded(self, packets: Iterator[Packet[Stream]]) -> Iterator[av.VideoFrame]:
        """Yield the frames of packets, past what is damaged."""
        for packet in packets:
            with suppress(FFmpegError):
                yield from self._stream.decode(packet)

    def _prepared(self, frame: av.VideoFrame) -> Iterator[Picture]:
        """Yield a frame as a source gives it, unless it is of another form than the first."""
        form = frame.width, frame.height, frame.format.name
        if self._prepare is None:
            self._prepare, self._form = Preparer(frame, self._options), form
        if form == self._form:
            yield self._prepare(frame)
