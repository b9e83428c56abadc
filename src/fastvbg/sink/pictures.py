"""The stream of pictures: its encoder, started as it can be, and frames at times that it can tell.

What an encoder takes (which units of time, limited or full range) is tried, the best first.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, cast

import av
import numpy as np
from av.error import FFmpegError
from av.video.frame import PictureType

from fastvbg.errors import SinkError
from fastvbg.media.colour import ColourTags, Converter
from fastvbg.sink.clock import USUAL_RATES, Beat, make_pace
from fastvbg.sink.containers import (
    FORMATS,
    SAME_BYTES,
    container_options,
    open_muxer,
    open_nowhere,
)
from fastvbg.sink.palette import Palette
from fastvbg.sink.reasons import reason

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

    from fastvbg.media.model import Picture, StreamInfo
    from fastvbg.sink.encoding import EncodeOptions, Encoding

# Encoders whose streams say themselves what shape a pixel has.
_NOTE_ASPECT = ("libx264", "libx265", "mpeg4", "mpeg2video", "h264_nvenc", "hevc_nvenc")
# Encoders whose streams, or what all kinds of files note beside them, say that they are full range.
# Decoders take what the others make for limited, ProRes above all: unconverted, white would be 235.
_NOTE_RANGE = (
    *("libx264", "libx265", "libvpx-vp9", "libsvtav1", "libaom-av1", "librav1e"),
    *("ffv1", "mjpeg", "dnxhd", "wrapped_avframe"),
)
_NOTING_FAMILIES = ("h264_", "hevc_", "av1_", "vp9_")
_LIMITED, _FULL = 1, 2
# The only matrix that decoders of these know, whatever is noted beside the stream.
_ONE_MATRIX = {"dnxhd": 1, "libvpx": 5, "mjpeg": 5}

# What FFmpeg writes without a word and reads back as other pictures: a MOV notes raw YUV as RGB.
_MISREAD = (("rawvideo", ".mov"),)

# Browsers show delays below two hundredths of a second as ten; a delay has 16 bits.
_GIF_BEAT = Beat(Fraction(1, 100), least=2, most=65535)
# Matroska counts in milliseconds.
_MILLISECONDS = Beat(Fraction(1, 1000))
# MPEG-4 counts a second in 16 bits.
_SHORT = 65535


class Start(NamedTuple):
    """One way to start an encoder."""

    beat: Beat
    rate: Fraction
    """Frames a second, nominally."""
    range: int = _LIMITED
    """1 for limited, 2 for full, as FFmpeg counts."""


def starts(suffix: str, info: StreamInfo) -> list[Start]:
    """Return the ways to count time, the finest first."""
    if suffix == ".y4m":
        return [Start(Beat(1 / info.rate, steady=True), info.rate)]
    beat = Beat(info.time_base)
    if suffix == ".gif":
        beat = _GIF_BEAT
    elif suffix in (".mkv", ".webm") and info.rate > 1 / _MILLISECONDS.unit:
        beat = _MILLISECONDS
    rate = min(info.rate, 1 / (beat.unit * beat.least))
    if suffix == ".gif":
        return [Start(beat, rate)]
    whole = info.rate.numerator * (_SHORT // info.rate.numerator)
    coarser = [
        Start(Beat(unit), rate)
        for unit in (Fraction(1, whole or _SHORT), 1 / info.rate)
        if unit > beat.unit
    ]
    usual = next((usual for usual in USUAL_RATES if usual >= info.rate), USUAL_RATES[-1])
    return [Start(beat, rate), *coarser, Start(Beat(1 / usual), usual)]


class Target(NamedTuple):
    """Where a video goes."""

    path: str
    """What to open for writing."""
    suffix: str
    """Of the output's name, which tells the kind of file."""
    name: str
    """How messages call the output."""
    format: str | None = None
    """FFmpeg's name of a kind of file to write instead, by the encoder of the one above."""


def _notes_range(codec: str, suffix: str) -> bool:
    if codec in _NOTE_RANGE or codec.startswith(_NOTING_FAMILIES):
        return True
    return codec == "rawvideo" and suffix == ".mkv"


class Pictures:
    """The video stream of a container, its encoder open.

    Parameters
    ----------
    target : Target
        The output.
    info : StreamInfo
        Of the frames to come.
    encoding : Encoding
        Which encoder, and how.
    options : EncodeOptions
        What the user asked for.

    Raises
    ------
    SinkError
        The encoder cannot be started, with FFmpeg's reason.
    """

    def __init__(
        self,
        target: Target,
        info: StreamInfo,
        encoding: Encoding,
        options: EncodeOptions,
    ) -> None:
        self._suffix, self._info = target.suffix, info
        self._encoding, self._options = encoding, options
        self._colour = info.colour.encoded()
        self._rgb = av.VideoFormat(encoding.pixel_format).is_rgb
        self._matrix = _ONE_MATRIX.get(encoding.codec, self._colour.matrix)
        if target.suffix == ".y4m":  # which notes none, so that the height tells
            self._matrix = ColourTags().conversion_matrix(info.height)
        self.warnings: list[str] = []
        self.written = 0
        self._last: av.VideoFrame | None = None
        self._palette = Palette() if encoding.codec == "gif" else None
        self.container, self.stream, self._start = self._started(target)
        self._pace = make_pace(info.time_base, self._start.beat)
        palettes = encoding.pixel_format == "pal8"
        self._convert = Converter(
            self._colour,
            "bgra" if palettes else encoding.pixel_format,
            range=self._start.range,
            matrix=self._matrix,
        )
        self._warn_of_aspect()

    def _starts(self) -> list[Start]:
        range = self._colour.range or _LIMITED
        if range == _FULL and not _notes_range(self._encoding.codec, self._suffix):
            range = _LIMITED
        ranges = [range]
        if range == _LIMITED and not self._rgb:
            ranges.append(_FULL)  # JPEG knows no other
        ways = starts(self._suffix, self._info)
        return [way._replace(range=range) for way in ways for range in ranges]

    def _started(self, target: Target) -> tuple[OutputContainer, VideoStream, Start]:
        options = container_options(self._suffix, self._info)
        if target.format:
            options = SAME_BYTES
        ways = self._starts()
        if (self._encoding.codec, self._suffix) in _MISREAD:
            self._demand_held()
        for start in ways:
            container = open_muxer(target.path, target.format or FORMATS[self._suffix], options)
            try:
                stream = self._add_to(container, start)
                stream.codec_context.open()
            except (FFmpegError, ValueError) as error:
                failure = str(getattr(error, "strerror", None) or error)
                container.close()
            else:
                return container, stream, start
        self._demand_held()
        words = self.why_not(ways[0]) or failure
        codec = self._encoding.codec
        raise SinkError(f"output: cannot start encoding {target.name} by {codec}: {words}")

    def refuse_unknown_options(self) -> None:
        """Demand that the encoder has taken every option that the user gave."""
        left, asked = set(self.stream.codec_context.options), set(self._options.extra)
        asked |= {"crf"} if self._options.crf is not None else set()
        asked |= {"preset"} if self._options.preset is not None else set()
        unknown = sorted(left & asked)
        if unknown:
            raise SinkError(
                f"output: the encoder {self._encoding.codec} has no option {', '.join(unknown)}"
            )

    @property
    def unit(self) -> Fraction:
        """Seconds in which the encoder counts."""
        return self._start.beat.unit

    def why_not(self, start: Start | None = None) -> str | None:
        """Return why the video alone cannot be written; None when it can."""
        start = start or self._start

        def attempt() -> None:
            with open_nowhere(self._suffix) as container:
                stream = self._add_to(container, start)
                stream.codec_context.thread_count = 1
                container.start_encoding()
                blank = av.VideoFrame(
                    self._info.width, self._info.height, self._encoding.pixel_format
                )
                blank.pts, blank.time_base = 0, start.beat.unit
                container.mux(stream.encode(blank))
                container.mux(stream.encode(None))

        return reason(attempt)

    def _add_to(self, container: OutputContainer, start: Start) -> VideoStream:
        info, encoding = self._info, self._encoding
        stream = cast(
            "VideoStream",
            container.add_stream(
                encoding.codec,
                rate=start.rate,
                options=dict(encoding.options),
            ),
        )
        stream.width, stream.height = info.width, info.height
        stream.pix_fmt = encoding.pixel_format
        context = stream.codec_context
        context.time_base = stream.time_base = start.beat.unit
        context.thread_type = "AUTO"
        if self._options.threads is not None:
            context.thread_count = self._options.threads
        if info.sample_aspect is not None:
            context.sample_aspect_ratio = info.sample_aspect
        if not self._rgb:
            context.colorspace = self._matrix
            context.color_range = start.range
        context.color_primaries = self._colour.primaries
        context.color_trc = self._colour.transfer
        if info.interlaced and encoding.codec in ("libx264", "ffv1", "prores_ks"):
            with suppress(AttributeError):  # not in every PyAV
                context.field_order = info.field_order
        if info.display_matrix is not None:
            stream.set_display_matrix(info.display_matrix)
        return stream

    def _demand_held(self) -> None:
        """Demand that the kind of file takes the codec, as PyAV has it."""
        codec = self._encoding.codec
        able = []
        for suffix in FORMATS:
            with open_nowhere(suffix) as container:
                if codec in container.supported_codecs and (codec, suffix) not in _MISREAD:
                    able.append(suffix)
        if self._suffix not in able:
            can = f"{' and '.join(able)} can" if able else "no kind of file written here can"
            raise SinkError(f"output: {self._suffix} cannot hold video by {codec}; {can}")

    def _warn_of_aspect(self) -> None:
        aspect, codec = self._info.sample_aspect, self._encoding.codec
        noted = aspect in (None, 1) or self._suffix not in (".mkv", ".webm")
        if not noted and codec not in _NOTE_ASPECT:
            self.warnings.append(
                f"the pixels' shape, {aspect}, is not noted: {codec} in {self._suffix} cannot; "
                ".mp4 and .mov can"
            )

    def packets(self, frame: Picture, pts: int) -> list[Packet[Stream]]:
        """Return what to write for a frame of a time in the source's unit."""
        place = self._pace.place(pts)
        if place is None:
            return []
        if isinstance(frame, np.ndarray):
            frame = av.VideoFrame.from_ndarray(frame, format="bgr24" if frame.ndim == 3 else "gray")
        picture = self._convert(frame)
        picture.pict_type = PictureType.NONE  # a decoded frame would demand its own kind again
        if not self._rgb:  # some encoders, of ProRes for one, note what frames say, not the stream
            picture.colorspace, picture.color_range = self._matrix, self._start.range
            picture.color_primaries = self._colour.primaries
            picture.color_trc = self._colour.transfer
        packets: list[Packet[Stream]] = []
        if place.repeats and self._last is not None:
            for at in range(place.at - place.repeats, place.at):
                packets += self._encoded(self._last, at)
        packets += self._encoded(picture, place.at)
        self._last = picture if self._start.beat.steady else None
        return packets

    def _encoded(self, picture: av.VideoFrame, at: int) -> list[Packet[Stream]]:
        picture.pts, picture.time_base = at, self._start.beat.unit
        if self._palette is not None:
            picture = self._palette(picture)
        self.written += 1
        return cast("list[Packet[Stream]]", self.stream.encode(picture))

    def finish(self) -> list[Packet[Stream]]:
        """Return what the encoder holds back; the warnings are complete then."""
        of_the_file = self._suffix in (".gif", ".y4m") or self._start.beat == _MILLISECONDS
        self.warnings += self._pace.told(self._suffix if of_the_file else self._encoding.codec)
        return cast("list[Packet[Stream]]", self.stream.encode(None))
