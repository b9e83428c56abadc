"""A file being decoded: frames of its main video, and packets of its sound and subtitles."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.error import EOFError as EndOfStream
from av.error import FFmpegError

from fastvbg.bands import usable_cpus
from fastvbg.errors import SourceError
from fastvbg.media.colour import with_defined_tags
from fastvbg.media.demux import packets_of
from fastvbg.media.limits import check_pixels
from fastvbg.media.model import CopiedPacket
from fastvbg.media.names import is_address
from fastvbg.media.rational import fraction
from fastvbg.media.upright import noted_matrix
from fastvbg.source.alpha import Decoder
from fastvbg.source.clock import OneClock, packet_seconds
from fastvbg.source.completeness import Completeness, regular_file
from fastvbg.source.opening import left_out, open_container, side_streams, video_stream
from fastvbg.source.watch import Watch
from fastvbg.storage import open_stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from av.packet import Packet
    from av.stream import Stream

    from fastvbg.media.model import Item, ReadOptions
    from fastvbg.media.upright import Matrix

_FALLBACK_RATE = Fraction(25)

# How long before the first frame what belongs to it may begin: sound by which a decoder starts.
_LEAD_SECONDS = Fraction(1, 10)

# Formats that note where each frame lies or begins, so that its time is the same after a seek. In a
# program stream, after one, a time may be given to a frame up to three places away.
_SEEKABLE = {"mov", "mp4", "matroska", "webm", "mpegts", "flv", "avi", "nut", "asf"}
# In a transport stream clocks may be set back, after which a time names two places. Reading all of
# so long a one, without decoding it, takes one or two seconds.
_READ_THROUGH_BYTES = 1 << 30

# Damage may hide the end of a flush; a decoder holds no more frames back than this.
_MOST_HELD_BACK = 128

# What goes wrong inside FFmpeg's libraries, and inside PyAV with what they say.
_BROKEN = (FFmpegError, OSError, ValueError, OverflowError)

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


class Decoding:
    """A file that is open, and what is decoded of it from where it stands.

    Parameters
    ----------
    path : str or Path
        The file, a URL that FFmpeg's libraries open, or `-` for standard input.
    options : ReadOptions
        What is asked for.
    """

    def __init__(self, path: str | Path, options: ReadOptions) -> None:
        self._path, self._options = path, options
        self.warnings: list[str] = []
        self._damaged: list[int | None] = []
        self.first: av.VideoFrame | None = None
        """The file's own first frame, as long as it may be needed; None if there is none."""
        self.begins: Fraction | None = None
        """When the file's own first frame is shown; None where it has no time."""
        self._frames_end: Fraction | None = None
        self.until: Fraction | None = None
        """Before when frames are asked for, as the file counts; None for all of them."""
        self.reached = False
        """Whether a frame of that time or later has come."""
        self.leaves_frames = False
        """Whether no frame is decoded any more."""
        self.matrix: Matrix | None = None
        """The display matrix of the file's first frame, as far as frames do not carry their own."""
        self.watch = Watch(
            f"{options.role}: {path} is damaged so that its decoder never comes back; "
            "in one thread (--threads 1) it may"
        )
        """Over the decoder's calls."""
        self._stored = open_stored(path, options.role)
        try:
            self._open()
        except BaseException:
            self._close_stored()
            raise
        self.warnings += left_out(self.container, self.stream)
        if self.decoder.lacks_alpha:
            self.warnings.append(
                f"{path} has alpha that FFmpeg's libraries here cannot decode; its "
                "pictures count as opaque"
            )
        self._said = len(self.warnings)

    def _open(self) -> None:
        options = self._options
        self.container = open_container(self._path, options.role, self._stored)
        try:
            stream = self.stream = video_stream(self.container, self._path, options.role)
            native = stream.codec_context
            size = native.width, native.height
            check_pixels(options.role, self._path, size, options.max_pixels)
            self.decoder = Decoder(stream)
            context = self.decoder.context
            # The decoder refuses larger pictures by itself, before it takes memory for them.
            context.options = {"max_pixels": str(options.max_pixels)}
            context.thread_type = "AUTO"
            context.thread_count = options.threads or decoder_threads(context.name)
            self.sides = side_streams(self.container)
            self.completeness = Completeness(
                self.container, stream, self._stored or self._path, 1 + len(self.sides)
            )
        except BaseException:
            self.container.close()
            raise
        self._formats = set(self.container.format.name.split(","))
        rates = stream.average_rate, stream.base_rate, stream.guessed_rate
        self.rate = next((rate for rate in map(fraction, rates) if rate), _FALLBACK_RATE)
        self.time_base = fraction(stream.time_base) or 1 / self.rate
        self.step = max(1, round(1 / self.rate / self.time_base))
        """Units of the time base from one frame to the next, nominally."""
        self.start = self._earliest()
        """When the first of the streams that are read begins; None if the file does not say."""

    def _earliest(self) -> Fraction | None:
        # Other programs of a broadcast have clocks of their own, and subtitles may come late.
        streams = (self.stream, *(side for side in self.sides if side.type == "audio"))
        starts = [
            stream.start_time * base
            for stream in streams
            if stream.start_time is not None and (base := fraction(stream.time_base))
        ]
        return min(starts, default=None)

    @property
    def winds(self) -> bool:
        """Whether the file can be read from another place than where it stands."""
        return is_address(self._path) or regular_file(self._path) is not None

    @property
    def seeks(self) -> bool:
        """Whether frames have the times after a seek that they have when all is read."""
        file = regular_file(self._path)
        if "mpegts" in self._formats and self._stored is not None:
            return False  # FFmpeg's libraries are not told its size, and so find no place in it
        if "mpegts" in self._formats and file is not None:
            return file.stat().st_size > _READ_THROUGH_BYTES
        return bool(_SEEKABLE & self._formats)

    @property
    def decode_times_only(self) -> bool:
        """Whether the file notes when frames are decoded, not when they are shown."""
        return "avi" in self._formats

    @property
    def is_mp4(self) -> bool:
        """Whether the file is MP4 or MOV, whose index may be behind all frames."""
        return "mp4" in self._formats

    def seek(self, seconds: Fraction) -> bool:
        """Go to about a time, as the demuxer sees it; return whether that was possible."""
        try:
            self.container.seek(round(seconds / self.time_base), stream=self.stream)
        except _BROKEN:
            return False
        self.decoder.flush_buffers()
        self._forget()
        self.completeness.wound()
        return True

    def reopen(self) -> None:
        """Go to the beginning; not every file that can be wound shows its first frames again."""
        self.container.close()
        self._forget()
        self._open()

    @property
    def lost(self) -> int:
        """How many damaged pieces could not be decoded."""
        return len(self._damaged)

    def lost_within(self, first: int | None, end: int | None) -> int:
        """Return how many of them belong between two times; to the end those without a time."""
        return sum(
            end is None
            if at is None
            else (first is None or at >= first) and (end is None or at < end)
            for at in self._damaged
        )

    def close(self) -> None:
        """Close the file."""
        self.container.close()
        self._close_stored()

    def _close_stored(self) -> None:
        if self._stored is not None:
            self._stored.close()

    def _forget(self) -> None:
        """Take back what was said of a place that has been left."""
        self._damaged.clear()
        del self.warnings[self._said :]

    def end_frames(self, seconds: Fraction) -> None:
        """Decode no more frames; packets are still read up to those of about a time."""
        self._frames_end = seconds

    def begin(self, first: av.VideoFrame) -> None:
        """Take note of the file's own first frame."""
        self.first = first
        self.begins = None if first.pts is None else self.seconds(first)
        self.matrix = self.decoder.matrix or noted_matrix(first)

    @property
    def origin(self) -> Fraction:
        """The time from which a file's times are counted.

        That of its first frame; where sound begins well before it, that of the sound. AVI notes the
        order of decoding only: its pictures begin later than it says by what the decoder holds
        back.
        """
        shown, start, video = self.begins, self.start, self.stream.start_time
        if shown is None:
            return start or Fraction(0)
        if start is None or video is None:
            return shown
        if self.decode_times_only:
            return start + max(Fraction(0), shown - video * self.time_base)
        return shown if shown - start <= _LEAD_SECONDS else start

    def seconds(self, frame: av.VideoFrame) -> Fraction:
        """Return when a frame is shown; it has a time."""
        return (frame.pts or 0) * self.time_base

    def packets(self) -> Iterator[Packet[Stream]]:
        """Yield the packets from where the file stands."""
        packets = packets_of(self.container, self.stream, *self.sides)
        # The index of an MP4 is on one clock, but where edits meet it goes back to a key frame.
        on_one_clock = None if self.completeness.counts_packets else OneClock()
        while True:
            try:
                packet = next(packets, None)
            except SourceError:
                raise  # what a store has left out is no damage
            except _BROKEN as error:
                self._demand_whole()
                self._damaged.append(None)
                why = getattr(error, "strerror", None) or error
                self.warnings.append(f"{self._path}: reading stopped early: {why}")
                return
            if packet is None:
                self._demand_whole(to_the_end=True)
                return
            if packet.size:
                yield packet if on_one_clock is None else on_one_clock(packet)

    def _demand_whole(self, *, to_the_end: bool = False) -> None:
        """Demand that all that was read of a store's object came, and is of one and the same."""
        if self._stored is None:
            return
        self._stored.check()
        if to_the_end:
            self._stored.confirm()

    def items(self, packets: Iterable[Packet[Stream]] | None = None) -> Iterator[Item]:
        """Yield the frames of packets, and those packets that are copied, in the file's order."""
        for packet in self.packets() if packets is None else packets:
            if packet.stream is not self.stream:
                if packet.dts is not None and not self._before_start(packet):
                    self.completeness.saw(packet)
                    yield CopiedPacket(packet, packet.stream)
                continue
            self.completeness.saw(packet)
            if self._frames_end is not None:
                if (packet_seconds(packet) or Fraction(0)) > self._frames_end:
                    return
            elif self.leaves_frames:
                continue
            elif packet.is_corrupt and self.completeness.counts_packets:
                # Cut off in the middle. An error while the decoder is emptied would cost the good
                # frames before it, too.
                self._note_damage(packet)
            else:
                yield from self._frames_of(packet)
        if self._frames_end is None and not self.leaves_frames:
            yield from self._flush()

    def _before_start(self, packet: Packet[Stream]) -> bool:
        """Tell whether a packet ends well before the file begins.

        An edit list may hide a second of sound before time 0; files that have no such lists would
        show it. What lies shortly before is kept: decoders need it to get going.
        """
        end = packet_seconds(packet, packet.duration or 0)
        return end is not None and end < (self.start or Fraction(0)) - _LEAD_SECONDS

    def _frames_of(self, packet: Packet[Stream]) -> Iterator[av.VideoFrame]:
        for frame in self._decoded(packet) or ():
            yield self._with_time(frame)

    def _decoded(self, packet: Packet[Stream] | None) -> list[av.VideoFrame] | None:
        """Return the frames that a packet, or its absence, brings; None where it is broken."""
        try:
            with self.watch:
                return list(self.decoder.decode(packet))
        except EndOfStream:
            return []
        except _BROKEN:
            self._note_damage(packet)
            return None

    def _note_damage(self, packet: Packet[Stream] | None) -> None:
        """Count a packet, or a flush, that is broken.

        A frame needs none that is decoded after it is shown: what comes that late harms none of
        those asked for.
        """
        at = None if packet is None else packet_seconds(packet)
        if at is None or self.until is None or at < self.until:
            self._damaged.append(None if packet is None else packet.pts)

    def _flush(self) -> Iterator[av.VideoFrame]:
        """Yield the frames that the decoder holds back, past any that it cannot give."""
        for _ in range(_MOST_HELD_BACK):
            frames = self._decoded(None)
            if frames is None:
                continue
            if not frames:
                return
            for frame in frames:
                frame.time_base = self.time_base  # PyAV takes it from packets only
                yield self._with_time(frame)

    def _with_time(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return a frame with its time, as far as there is one.

        AVI notes no more than the order of decoding. What FFmpeg's libraries make of it is right
        for decoders that hold one frame back; where more, times go to and fro.
        """
        if self.decode_times_only:
            frame.pts = frame.dts
        return with_defined_tags(frame)
