"""Frames of a video file, by PyAV."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

import av
from av.error import EOFError as EndOfStream
from av.error import FFmpegError

from fastvbg.bands import usable_cpus
from fastvbg.errors import OptionError, SourceError
from fastvbg.media.limits import check_pixels
from fastvbg.media.model import CopiedPacket, ReadOptions, StreamInfo, Timed
from fastvbg.source.alpha import Decoder, Transparency
from fastvbg.source.completeness import Completeness
from fastvbg.source.opening import (
    left_out,
    open_container,
    side_streams,
    video_stream,
)
from fastvbg.source.prepare import Preparer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from av.packet import Packet
    from av.stream import Stream
    from typing_extensions import Self

# FFmpeg's number; PyAV tells a stream's from 18 on, before that interlaced ones count as the usual.
_TOP_FIELD_FIRST = 2
_FALLBACK_RATE = Fraction(25)

_LEAD_SECONDS = Fraction(1, 10)

# Damage may hide the end of a flush; a decoder holds no more frames back than this.
_MOST_HELD_BACK = 128


# Codecs whose decoding may cost as much as encoding does.
_HEAVY = ("hevc", "vvc", "av1", "libdav1d", "libaom-av1", "vp9", "libvpx-vp9", "prores", "ffv1")


def decoder_threads(codec: str) -> int:
    """Return how many threads decode by default, 0 for as many as FFmpeg likes.

    Encoding costs twice what decoding does, or more, and needs the processors. On two of them, one
    thread for decoding H.264 at 1080p took the whole run from 8.1 to 7.4 ms a frame, and from 14.9
    to 14.2 ms of CPU, over FFmpeg's own choice of three.

    Parameters
    ----------
    codec : str
        FFmpeg's name of the decoder.
    """
    return 0 if codec in _HEAVY else max(1, usable_cpus() // 2)


class VideoSource:
    """Frames of a video file, with the packets of its sound and subtitles passed on as they are.

    Parameters
    ----------
    path : str or Path
        The file, a URL that FFmpeg's libraries open, or `-` for standard input.
    fps : Fraction, optional
        Refused: a video has its own timestamps.
    options : ReadOptions, optional
        What is asked for.
    """

    def __init__(
        self, path: str | Path, fps: Fraction | None = None, options: ReadOptions | None = None
    ) -> None:
        if fps is not None:
            raise OptionError("fps: only an image sequence takes it; a video has its own times")
        self._options = options or ReadOptions()
        self.warnings: list[str] = []
        self.lost = 0
        self._abandoned = False
        self._path = path
        self._container = open_container(path, self._options.role)
        try:
            self._stream = video_stream(self._container, path, self._options.role)
            self._check_size(self._stream.codec_context.width, self._stream.codec_context.height)
            self._decoder = Decoder(self._stream)
            decoder = self._decoder.context
            # The decoder refuses larger pictures by itself, before it takes memory for them.
            decoder.options = {"max_pixels": str(self._options.max_pixels)}
            decoder.thread_type = "AUTO"
            decoder.thread_count = self._options.threads or decoder_threads(decoder.name)
            self._sides = side_streams(self._container)
            self.warnings += left_out(self._container, self._stream)
            if self._decoder.lacks_alpha:
                self.warnings.append(
                    f"{path} has alpha that FFmpeg's libraries here cannot "
                    "decode; its pictures count as opaque"
                )
            self._transparency = Transparency(self._options, path, self.warnings)
            self._completeness = Completeness(self._container, self._stream)
            self._items = self._decode()
            self._first = self._decode_first()
        except BaseException:
            self._container.close()
            raise

    def _check_size(self, width: int, height: int) -> None:
        check_pixels(self._options.role, self._path, (width, height), self._options.max_pixels)

    def _decode_first(self) -> list[av.VideoFrame | CopiedPacket]:
        """Read up to and with the first frame, from which size, format and colour are known."""
        items: list[av.VideoFrame | CopiedPacket] = []
        for item in self._items:
            items.append(item)
            if isinstance(item, av.VideoFrame):
                self._preparer = Preparer(item, self._options, self._decoder.matrix)
                self.info = self._describe(item)
                return items
        raise SourceError(f"{self._options.role}: no frame of {self._path} can be decoded")

    def _describe(self, frame: av.VideoFrame) -> StreamInfo:
        stream, prepared = self._stream, self._preparer
        rate = stream.average_rate or stream.base_rate or stream.guessed_rate or _FALLBACK_RATE
        aspect = stream.sample_aspect_ratio or None
        if aspect is not None and prepared.turn.quarter:
            aspect = 1 / aspect
        if aspect is not None or prepared.aspect_change != 1:
            changed = (aspect or Fraction(1)) * prepared.aspect_change
            aspect = changed.limit_denominator(1 << 16)
        order = int(getattr(stream.codec_context, "field_order", _TOP_FIELD_FIRST))
        fields = prepared.turn.field_order(order, frame.height)
        return StreamInfo(
            width=prepared.size[0],
            height=prepared.size[1],
            rate=rate,
            time_base=stream.time_base or 1 / rate,
            frames=self._expected(rate),
            colour=prepared.colour,
            sample_aspect=aspect,
            copied=self._sides,
            pixel_format=prepared.pixel_format,
            display_matrix=prepared.display_matrix,
            field_order=fields if frame.interlaced_frame else 0,
            metadata=dict(self._container.metadata),
            stream_metadata=dict(stream.metadata),
            chapters=tuple(self._chapters()),
            begins=None
            if frame.pts is None or not stream.time_base
            else frame.pts * stream.time_base,
        )

    def _expected(self, rate: Fraction) -> int | None:
        """Return how many frames are to come, as far as the file says."""
        stream, options = self._stream, self._options
        seconds = None
        if stream.frames:
            seconds = stream.frames / rate
        elif stream.duration is not None and stream.time_base is not None:
            seconds = stream.duration * stream.time_base
        elif self._container.duration is not None:
            seconds = Fraction(self._container.duration, av.time_base)
        if seconds is None:
            return None
        if options.end is not None:
            seconds = min(seconds, options.end)
        return max(1, round((seconds - (options.start or 0)) * rate))

    def _chapters(self) -> Iterator[dict[str, object]]:
        """Yield the chapters, moved and cut as the frames are."""
        start, end = self._options.start or Fraction(0), self._options.end
        for chapter in self._container.chapters():
            base = chapter["time_base"] or Fraction(1, av.time_base)
            first, last = chapter["start"] * base, chapter["end"] * base
            if last <= start or (end is not None and first >= end):
                continue
            last = last if end is None else min(last, end)
            moved = {"start": max(first, start) - start, "end": last - start}
            yield {**chapter, **{key: round(at / base) for key, at in moved.items()}}

    def _decode(self) -> Generator[av.VideoFrame | CopiedPacket, None, None]:
        packets = self._container.demux(self._stream, *self._sides)
        while True:
            try:
                packet = next(packets, None)
            except FFmpegError as error:
                self.lost += 1
                self.warnings.append(f"{self._path}: reading stopped early: {error.strerror}")
                packet = None
            if packet is None:
                yield from self._flush()
                return
            if packet.stream is not self._stream:
                if packet.size and packet.dts is not None and not self._before_start(packet):
                    self._completeness.saw(packet)
                    yield CopiedPacket(packet, packet.stream)
                continue
            if packet.size:
                self._completeness.saw(packet)
                if packet.is_corrupt and self._completeness.counts_packets:
                    # Cut off in the middle. An error while the decoder is emptied would cost the
                    # good frames before it, too.
                    self.lost += 1
                    continue
                yield from self._frames_of(packet)

    def _before_start(self, packet: Packet[Stream]) -> bool:
        """Tell whether a packet ends well before the file begins.

        An edit list may hide a second of sound before time 0; files that have no such lists would
        show it. What lies shortly before is kept: decoders need it to get going.
        """
        dts, start = packet.dts, self._container.start_time
        if dts is None or start is None:
            return False
        end = (dts + (packet.duration or 0)) * packet.time_base
        return end < Fraction(start, av.time_base) - _LEAD_SECONDS

    def _frames_of(self, packet: Packet[Stream]) -> Iterator[av.VideoFrame]:
        try:
            yield from self._decoder.decode(packet)
        except EndOfStream:
            return
        except FFmpegError:
            self.lost += 1

    def _flush(self) -> Iterator[av.VideoFrame]:
        """Yield the frames that the decoder holds back, past any that it cannot give."""
        for _ in range(_MOST_HELD_BACK):
            try:
                frames = self._decoder.decode(None)
            except EndOfStream:
                return
            except FFmpegError:
                self.lost += 1
                continue
            if not frames:
                return
            for frame in frames:
                if self._stream.time_base is not None:
                    frame.time_base = self._stream.time_base  # PyAV takes it from packets only
                yield frame

    def _seek(self, start: Fraction) -> None:
        """Go to the key frame before a time, where the file has times and can be wound."""
        first = next(item for item in self._first if isinstance(item, av.VideoFrame))
        if first.pts is None or self._stream.time_base is None:
            return
        target = self._origin() + start
        if target <= first.pts * self._stream.time_base:
            return
        try:
            self._container.seek(round(target / self._stream.time_base), stream=self._stream)
        except (FFmpegError, OSError):
            return
        self._decoder.flush_buffers()
        self._completeness.give_up()
        self._items, self._first = self._decode(), []

    def _origin(self) -> Fraction:
        """Return the time at which the file begins."""
        return Fraction(self._container.start_time or 0, av.time_base)

    def __iter__(self) -> Iterator[Timed | CopiedPacket]:
        """Yield frames, and packets of the other streams, in the order of the file."""
        start, end = self._options.start, self._options.end
        if start is None and end is None:
            yield from self._timed()
        else:
            yield from self._cut(start or Fraction(0), end)
        self._transparency.finish()
        if end is None:
            missing = self._completeness.missing()
            if missing:
                self.lost += missing
                self.warnings.append(self._completeness.words(self._path, missing))
                return
        if self.lost:
            self.warnings.append(f"{self._path}: {self.lost} damaged packets could not be decoded")

    def _cut(self, start: Fraction, end: Fraction | None) -> Iterator[Timed | CopiedPacket]:
        """Yield what is shown between two times, moved so that it begins where the file does."""
        self._seek(start)
        origin = self._origin()
        first = origin + start
        for item in self._timed():
            if isinstance(item, CopiedPacket):
                packet = item.packet
                at = packet.dts * packet.time_base if packet.dts is not None else first
                if at < first or (end is not None and at >= origin + end):
                    continue
                shift = round(start / packet.time_base)
                packet.dts = None if packet.dts is None else packet.dts - shift
                packet.pts = None if packet.pts is None else packet.pts - shift
                yield item
                continue
            at = item.pts * self.info.time_base
            if end is not None and at >= origin + end:
                return
            if at >= first:
                yield item._replace(pts=item.pts - round(start / self.info.time_base))

    def _timed(self) -> Iterator[Timed | CopiedPacket]:
        step = max(1, round(1 / self.info.rate / self.info.time_base))
        last: int | None = None
        size: tuple[int, int] | None = None
        for item in chain(self._first, self._items):
            if isinstance(item, CopiedPacket):
                yield item
                continue
            shown = self._preparer.shown(item)
            size = size or shown
            if shown != size:
                raise SourceError(
                    f"{self._options.role}: {self._path} changes from {size[0]}x{size[1]} "
                    f"to {shown[0]}x{shown[1]} on the way; wanted one size"
                )
            # Muxers demand rising times; raw streams have none, and damaged ones go back: a frame
            # too late is shown briefly, so that those after it keep their times.
            pts = item.pts
            if pts is None:
                pts = 0 if last is None else last + step
            elif last is not None and pts <= last:
                pts = last + 1
            last = pts
            prepared = self._preparer(item), self._preparer.alpha(item)
            frame, alpha = self._transparency(*prepared)
            yield Timed(frame, pts, alpha)

    def __enter__(self) -> Self:
        return self

    def abandon(self) -> None:
        """Leave the file open, since a thread that cannot be stopped is reading it."""
        self._abandoned = True

    def __exit__(self, *exception: object) -> None:
        if not self._abandoned:
            self._items.close()
            self._container.close()
