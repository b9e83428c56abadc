"""A video file, or Y4M on standard output, by PyAV."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.error import BrokenPipeError as NoReader
from av.error import FFmpegError
from av.video.frame import PictureType

from fastvbg.errors import SinkError
from fastvbg.media.colour import Converter
from fastvbg.sink.encoding import EncodeOptions, Encoding, choose_encoding
from fastvbg.sink.palette import Palette
from fastvbg.sink.staging import Staged, why
from fastvbg.sink.tracks import add_tracks, kept_metadata

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream
    from typing_extensions import Self

    from fastvbg.media.model import CopiedPacket, Picture, StreamInfo

FORMATS = {
    ".gif": "gif",
    ".mkv": "matroska",
    ".mov": "mov",
    ".mp4": "mp4",
    ".webm": "webm",
    ".y4m": "yuv4mpegpipe",
}
# Encoders that copy each frame before they return, and so keep no reference to its memory.
_COPYING = ("libx264", "libx265", "libvpx-vp9")
# Encoders whose streams say themselves what shape a pixel has.
_NOTE_ASPECT = ("libx264", "libx265", "mpeg4", "mpeg2video", "h264_nvenc", "hevc_nvenc")
_GIF_CLOCK = Fraction(1, 100)


def container_options(suffix: str, info: StreamInfo) -> dict[str, str]:
    """Return the muxer's options for a kind of file."""
    if suffix == ".y4m":
        return {"strict": "-1"}  # or it refuses more than 8 bits
    if suffix not in (".mp4", ".mov"):
        return {}
    options = {"movflags": "+faststart"}
    if info.time_base.numerator == 1:
        # In this unit the muxer notes where the pictures start; its default is a millisecond.
        options["movie_timescale"] = str(info.time_base.denominator)
    return options


class VideoSink:
    """Encode frames, and write the source's sound and subtitles beside them.

    Parameters
    ----------
    path : Path
        Its suffix is one of `FORMATS`; `-.y4m` stands for standard output.
    info : StreamInfo
        Of the frames to come.
    overwrite : bool
        Whether an existing file is replaced.
    options : EncodeOptions, optional
        What the encoder is told.
    keep_partial : bool
        Whether an interrupt keeps what has been written so far, as a whole file.
    """

    def __init__(
        self,
        path: Path,
        info: StreamInfo,
        *,
        overwrite: bool = False,
        options: EncodeOptions | None = None,
        keep_partial: bool = False,
    ) -> None:
        self._suffix = path.suffix.lower()
        self.warnings: list[str] = []
        self._path = path
        self._info = info
        self._colour = info.colour.encoded()
        self._options = options or EncodeOptions()
        self._encoding = self._choose()
        self.done_with_frames = self._encoding.codec in _COPYING
        self._palette = Palette() if self._encoding.codec == "gif" else None
        self._keep_partial = keep_partial
        self._written = 0
        self._staged = Staged(path, overwrite=overwrite)
        try:
            self._container: OutputContainer = av.open(
                self._staged.target,
                "w",
                format=FORMATS[self._suffix],
                container_options=container_options(self._suffix, info),
            )
        except (FFmpegError, OSError) as error:
            self._staged.discard()
            raise SinkError(f"output: cannot write in {path.parent}: {why(error)}") from None
        try:
            self._video = self._add_video()
            self._tracks = add_tracks(self._container, info.copied, self._suffix, self.warnings)
            self._describe()
            self._container.start_encoding()
            self._refuse_unknown_options()
        except BaseException as error:
            self._discard()
            if isinstance(error, (FFmpegError, ValueError)) and not isinstance(error, SinkError):
                reason = getattr(error, "strerror", None) or error
                raise SinkError(
                    f"output: cannot start encoding {path.name} by {self._encoding.codec}: {reason}"
                ) from None
            raise

    def _choose(self) -> Encoding:
        if self._suffix == ".y4m":
            formats = {"nv12": "yuv420p", "bgr24": "yuv444p"}
            name = self._info.pixel_format
            return Encoding("wrapped_avframe", {}, formats.get(name, name).replace("yuvj", "yuv"))
        return choose_encoding(self._suffix, self._info, self._options)

    def _add_video(self) -> VideoStream:
        info, encoding = self._info, self._encoding
        stream = cast(
            "VideoStream",
            self._container.add_stream(
                encoding.codec, rate=info.rate, options=dict(encoding.options)
            ),
        )
        stream.width, stream.height = info.width, info.height
        stream.pix_fmt = encoding.pixel_format
        palettes = encoding.pixel_format == "pal8"
        self._convert = Converter(self._colour, "bgra" if palettes else encoding.pixel_format)
        context = stream.codec_context
        context.time_base = stream.time_base = self._clock()
        context.thread_type = "AUTO"
        if self._options.threads is not None:
            context.thread_count = self._options.threads
        if info.sample_aspect is not None:
            context.sample_aspect_ratio = info.sample_aspect
            noted = info.sample_aspect == 1 or self._suffix not in (".mkv", ".webm")
            if not noted and encoding.codec not in _NOTE_ASPECT:
                self.warnings.append(
                    f"the pixels' shape, {info.sample_aspect}, is not noted: {encoding.codec} in "
                    f"{self._suffix} cannot; .mp4 and .mov can"
                )
        if not av.VideoFormat(encoding.pixel_format).is_rgb:
            context.colorspace = self._colour.matrix
            context.color_range = self._colour.range or 1
        context.color_primaries = self._colour.primaries
        context.color_trc = self._colour.transfer
        if info.interlaced and encoding.codec in ("libx264", "ffv1", "prores_ks"):
            with suppress(AttributeError):  # not in every PyAV
                context.field_order = info.field_order
        if info.display_matrix is not None:
            stream.set_display_matrix(info.display_matrix)
        return stream

    def _clock(self) -> Fraction:
        """Return the unit of the encoder's times; Y4M knows a frame rate only."""
        if self._suffix == ".y4m":
            return 1 / self._info.rate
        return _GIF_CLOCK if self._suffix == ".gif" else self._info.time_base

    def _describe(self) -> None:
        """Carry over what the source says of itself."""
        if self._suffix in (".gif", ".y4m"):
            return
        self._container.metadata.update(kept_metadata(self._info.metadata))
        self._video.metadata.update(kept_metadata(self._info.stream_metadata))
        if self._info.chapters:
            self._container.set_chapters(list(self._info.chapters))

    def _refuse_unknown_options(self) -> None:
        """Demand that the encoder has taken every option that the user gave."""
        left = set(self._video.codec_context.options)
        asked = set(self._options.extra)
        asked |= {"crf"} if self._options.crf is not None else set()
        asked |= {"preset"} if self._options.preset is not None else set()
        unknown = sorted(left & asked)
        if unknown:
            raise SinkError(
                f"output: the encoder {self._encoding.codec} has no option {', '.join(unknown)}"
            )

    def write(self, frame: Picture, pts: int, number: int) -> None:  # noqa: ARG002
        """Encode one frame; a video file holds no numbers."""
        if isinstance(frame, np.ndarray):
            frame = av.VideoFrame.from_ndarray(frame, format="bgr24" if frame.ndim == 3 else "gray")
        try:
            picture = self._convert(frame)
            picture.pts, picture.time_base = pts, self._info.time_base
            picture.pict_type = PictureType.NONE  # a decoded frame would demand its own kind again
            if self._suffix == ".y4m":
                picture.pts, picture.time_base = self._written, 1 / self._info.rate
            if self._palette is not None:
                picture = self._palette(picture)
            self._container.mux(self._video.encode(picture))
            self._written += 1
        except (FFmpegError, OSError) as error:
            raise self._failed(error) from None

    def copy(self, packet: CopiedPacket) -> None:
        """Write a piece of another stream."""
        track = self._tracks.get(packet.stream)
        if track is None:
            return
        try:
            self._mux(track.packets(packet.packet))
        except (FFmpegError, OSError) as error:
            raise self._failed(error) from None

    def _mux(self, packets: list[Packet[Stream]]) -> None:
        for packet in packets:
            self._container.mux_one(packet)

    def _failed(self, error: OSError | FFmpegError) -> SinkError:
        if isinstance(error, (NoReader, BrokenPipeError)):
            return SinkError("output: what reads standard output has gone away")
        return SinkError(f"output: cannot write {self._path.name}: {why(error)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        interrupted = kind is not None and not issubclass(kind, Exception)
        if kind is not None and not (interrupted and self._keep_partial and self._written):
            self._discard()
            return
        try:
            self._container.mux(self._video.encode(None))
            for track in self._tracks.values():
                self._mux(track.finish())
            self._container.close()
            self._staged.commit()
        except (FFmpegError, OSError) as failure:
            raise self._failed(failure) from None
        finally:
            self._discard()

    def _discard(self) -> None:
        """Close the file and remove what has not been moved into place."""
        with suppress(FFmpegError, OSError):
            self._container.close()
        self._staged.discard()
