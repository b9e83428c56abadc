"""A video file with H.264 pictures, by PyAV."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

import av
from av.error import FFmpegError

from fastvbg.errors import SinkError
from fastvbg.media.colour import FromBGR
from fastvbg.sink.staging import check_folder, refuse_existing, staging_name, why

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from av.container import OutputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream
    from typing_extensions import Self

    from fastvbg._types import Frame
    from fastvbg.media.model import CopiedPacket, StreamInfo

_FORMATS = {".mkv": "matroska", ".mov": "mov", ".mp4": "mp4"}

# Visually lossless for most material at a speed that two cores keep up with at 1080p.
_ENCODER = "libx264"
_ENCODER_OPTIONS = {"crf": "18", "preset": "veryfast"}


def _container_options(path: Path, info: StreamInfo) -> dict[str, str]:
    if path.suffix.lower() == ".mkv":
        return {}
    options = {"movflags": "+faststart"}
    if info.time_base.numerator == 1:
        # In this unit the muxer notes where the pictures start; its default is a millisecond.
        options["movie_timescale"] = str(info.time_base.denominator)
    return options


class VideoSink:
    """Encode frames and copy the source's audio into one file.

    Parameters
    ----------
    path : Path
        Ends in .mp4, .mkv or .mov.
    info : StreamInfo
        Of the frames to come.
    overwrite : bool
        Whether an existing file is replaced.
    """

    def __init__(self, path: Path, info: StreamInfo, *, overwrite: bool = False) -> None:
        check_folder(path.parent)
        refuse_existing(path, overwrite=overwrite)
        self.warnings: list[str] = []
        self._path = path
        self._staging = staging_name(path)
        self._info = info
        self._colour = info.colour.encoded()
        try:
            self._staging.touch(exist_ok=False)
            self._container: OutputContainer = av.open(
                str(self._staging),
                "w",
                format=_FORMATS[path.suffix.lower()],
                container_options=_container_options(path, info),
            )
        except (FFmpegError, OSError) as error:
            self._staging.unlink(missing_ok=True)
            raise SinkError(f"output: cannot write in {path.parent}: {why(error)}") from None
        try:
            self._video = self._add_video()
            self._copies = self._add_copies()
            self._container.start_encoding()
        except BaseException as error:
            self._discard()
            if isinstance(error, (FFmpegError, ValueError)):
                raise SinkError(f"output: cannot start encoding {path.name}: {error}") from None
            raise

    def _add_video(self) -> VideoStream:
        info = self._info
        stream = cast(
            "VideoStream",
            self._container.add_stream(_ENCODER, rate=info.rate, options=dict(_ENCODER_OPTIONS)),
        )
        stream.width, stream.height = info.width, info.height
        # 4:2:0 pictures have even sizes; H.264 holds odd ones in 4:4:4.
        odd = info.width % 2 or info.height % 2
        stream.pix_fmt = "yuv444p" if odd else "yuv420p"
        self._to_picture = FromBGR(self._colour, stream.pix_fmt)
        context = stream.codec_context
        context.time_base = stream.time_base = info.time_base
        context.thread_type = "AUTO"
        if info.sample_aspect is not None:
            context.sample_aspect_ratio = info.sample_aspect
        context.colorspace = self._colour.matrix
        context.color_range = self._colour.range or 1
        context.color_primaries = self._colour.primaries
        context.color_trc = self._colour.transfer
        return stream

    def _add_copies(self) -> dict[Stream, Stream]:
        copies: dict[Stream, Stream] = {}
        for number, stream in enumerate(self._info.copied, 1):
            codec = stream.codec_context.codec.canonical_name
            if codec not in self._container.supported_codecs:
                self.warnings.append(
                    f"audio track {number} ({codec}) is left out: "
                    f"{self._path.suffix} cannot hold it, .mkv can"
                )
                continue
            copies[stream] = self._container.add_stream_from_template(stream)
        return copies

    def write(self, frame: Frame, pts: int, number: int) -> None:  # noqa: ARG002
        """Encode one frame; a video file holds no numbers."""
        picture = self._to_picture(frame)
        picture.pts, picture.time_base = pts, self._info.time_base
        try:
            self._container.mux(self._video.encode(picture))
        except (FFmpegError, OSError) as error:
            raise self._failed(error) from None

    def copy(self, packet: CopiedPacket) -> None:
        """Write a piece of a copied stream as it is."""
        target = self._copies.get(packet.stream)
        if target is None:
            return
        packet.packet.stream = target
        try:
            self._container.mux(packet.packet)
        except (FFmpegError, OSError) as error:
            raise self._failed(error) from None

    def _failed(self, error: OSError | FFmpegError) -> SinkError:
        return SinkError(f"output: cannot write {self._path.name}: {why(error)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._discard()
            return
        try:
            self._container.mux(self._video.encode(None))
            self._container.close()
            self._staging.replace(self._path)
        except (FFmpegError, OSError) as failure:
            raise self._failed(failure) from None
        finally:
            self._discard()

    def _discard(self) -> None:
        """Close the file and remove what has not been moved into place."""
        with suppress(FFmpegError, OSError):
            self._container.close()
        self._staging.unlink(missing_ok=True)
