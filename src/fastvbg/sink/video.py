"""A video file, or Y4M on standard output, by PyAV."""

from __future__ import annotations

import errno
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from av.error import BrokenPipeError as NoReader
from av.error import FFmpegError

from fastvbg.errors import SinkError
from fastvbg.sink.clock import measured_rate
from fastvbg.sink.encoding import COPYING, EncodeOptions, Encoding, choose_encoding
from fastvbg.sink.pictures import Pictures, Target
from fastvbg.sink.staging import STDOUT, Staged, told_name, why
from fastvbg.sink.tracks import Tracks, kept_metadata

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from typing_extensions import Self

    from fastvbg.media.model import CopiedPacket, Picture, StreamInfo
    from fastvbg.urls import Url

# Video that waits for the first packets of the sound, which tell whether that can be copied.
_MOST_HELD, _MOST_HELD_BYTES = 64, 1 << 25
# A higher rate is as a rule none, but the unit in which the file counts; then it is measured.
_HIGHEST_BELIEVED = 120
_MEASURED_FRAMES = 12
# Besides FFmpeg's own numbers.
_OF_THE_DATA = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.ERANGE, errno.EDOM)
EXPECTED = (FFmpegError, OSError, ValueError, RuntimeError, NotImplementedError)
"""What PyAV raises."""


class VideoSink:
    """Encode frames, and write the source's sound and subtitles beside them.

    Parameters
    ----------
    path : Path or Url
        Its suffix is one of `containers.FORMATS`; `-` is Y4M on standard output.
    info : StreamInfo
        Of the frames to come.
    overwrite : bool
        Whether an existing file is replaced.
    options : EncodeOptions, optional
        What the encoder is told.
    keep_partial : bool
        Whether an interrupt keeps what has been written so far, as a whole file.
    folder : Path, optional
        Where it lies while it is written, on the same disk; beside its name by default.
    """

    def __init__(
        self,
        path: Path | Url,
        info: StreamInfo,
        *,
        overwrite: bool = False,
        options: EncodeOptions | None = None,
        keep_partial: bool = False,
        folder: Path | None = None,
    ) -> None:
        self._suffix = ".y4m" if str(path) == STDOUT else path.suffix.lower()
        self._name = "standard output" if str(path) == STDOUT else told_name(path)
        self.warnings: list[str] = []
        self._info = info
        self._options = options or EncodeOptions()
        self._encoding = self._choose()
        self.done_with_frames = self._encoding.codec in COPYING
        self._keep_partial = keep_partial
        self._begun = False
        self._held: list[Packet[Stream]] = []
        self._early: list[tuple[Picture, int]] | None = None
        if self._suffix == ".y4m" and info.rate > _HIGHEST_BELIEVED:
            self._early = []
        self._tracks = Tracks(info.copied, self._suffix)
        self._staged = Staged(path, overwrite=overwrite, folder=folder)
        try:
            self._pictures = self._made_pictures()
        except BaseException as error:
            self._staged.discard()
            raise as_ours(error, self._name) from None
        try:
            self._pictures.refuse_unknown_options()
            if self._tracks.complete and self._early is None:
                self._begin()
        except BaseException as error:
            self._discard()
            raise self._own(error) from None

    def _choose(self) -> Encoding:
        if self._suffix == ".y4m":
            formats = {"nv12": "yuv420p", "bgr24": "yuv444p"}
            name = self._info.pixel_format
            return Encoding("wrapped_avframe", {}, formats.get(name, name).replace("yuvj", "yuv"))
        return choose_encoding(self._suffix, self._info, self._options)

    def _made_pictures(self) -> Pictures:
        target = Target(self._staged.target, self._suffix, self._name)
        return Pictures(target, self._info, self._encoding, self._options)

    @property
    def _container(self) -> OutputContainer:
        return self._pictures.container

    def _begin(self) -> None:
        """Write the header, with the streams that can be held, and what has waited for it."""
        items = self._tracks.settle(self._container)
        if self._suffix not in (".gif", ".y4m"):
            self._describe()
        self._container.start_encoding()
        self._begun = True
        held, self._held = self._held, []
        self._mux(held)
        for item in items:
            self._copy(item)

    def _describe(self) -> None:
        """Carry over what the source says of itself."""
        self._container.metadata.update(kept_metadata(self._info.metadata))
        self._pictures.stream.metadata.update(kept_metadata(self._info.stream_metadata))
        if self._info.chapters:
            self._container.set_chapters(list(self._info.chapters))

    def write(self, frame: Picture, pts: int, number: int) -> None:  # noqa: ARG002
        """Encode one frame; a video file holds no numbers."""
        try:
            if self._early is None:
                self._write(frame, pts)
                return
            self._early.append((frame, pts))
            if len(self._early) == _MEASURED_FRAMES:
                self._take_measured_rate()
        except EXPECTED as error:
            raise self._own(error) from None

    def _write(self, frame: Picture, pts: int) -> None:
        self._take(self._pictures.packets(frame, pts))

    def _take(self, packets: list[Packet[Stream]]) -> None:
        """Write packets of the video, or hold them while the sound is waited for."""
        if self._begun:
            self._mux(packets)
            return
        self._held += packets
        held = sum(packet.size for packet in self._held)
        if len(self._held) >= _MOST_HELD or held > _MOST_HELD_BYTES:
            self._begin()

    def _take_measured_rate(self) -> None:
        """Begin with the rate of the frames that have waited for it."""
        early, self._early = self._early or [], None
        rate = measured_rate([pts for _, pts in early], self._info.time_base)
        if rate is not None:
            self._container.close()
            self._info = replace(self._info, rate=min(rate, self._info.rate))
            self._pictures = self._made_pictures()
        self._begin()
        for frame, pts in early:
            self._write(frame, pts)

    def copy(self, packet: CopiedPacket) -> None:
        """Write a piece of another stream."""
        try:
            if self._begun:
                self._copy(packet)
                return
            self._tracks.hold(packet)
            if self._tracks.complete:
                self._begin()
        except EXPECTED as error:
            raise self._own(error) from None

    def _copy(self, item: CopiedPacket) -> None:
        for packet in self._tracks.packets(item):
            try:
                self._container.mux_one(packet)
            except (FFmpegError, ValueError) as error:
                if not _is_of_the_data(error):
                    raise
                self._tracks.refused(item)

    def _mux(self, packets: list[Packet[Stream]]) -> None:
        for packet in packets:
            self._container.mux_one(packet)

    def _own(self, error: BaseException) -> BaseException:
        """Return an error as one of ours, with FFmpeg's reason if the video is what it lies in."""
        words = self._pictures.why_not() if _is_of_the_data(error) else None
        if words is not None:
            codec = self._encoding.codec
            return SinkError(f"output: {self._suffix} cannot hold the video by {codec}: {words}")
        return as_ours(error, self._name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        interrupted = kind is not None and not issubclass(kind, Exception)
        try:
            written = self._pictures.written or self._early
            if kind is None or (interrupted and self._keep_partial and written):
                self._finish()
        except EXPECTED as failure:
            raise self._own(failure) from None
        finally:
            self._discard()

    def _finish(self) -> None:
        if self._early is not None:
            self._take_measured_rate()
        packets = self._last_packets()
        if not self._begun:
            self._begin()
        self._mux(packets)
        self._mux(self._tracks.finish())
        self._container.close()
        self._staged.commit()
        self.warnings += self._pictures.warnings + self._tracks.warnings

    def _last_packets(self) -> list[Packet[Stream]]:
        return self._pictures.finish()

    def _discard(self) -> None:
        """Close the file and remove what has not been moved into place."""
        try:
            with suppress(*EXPECTED):
                self._container.close()
        finally:
            self._staged.discard()


def as_ours(error: BaseException, name: str) -> BaseException:
    """Return an error of FFmpeg's or the system's as one of ours; others as they are."""
    if isinstance(error, SinkError) or not isinstance(error, EXPECTED):
        return error
    if isinstance(error, (NoReader, BrokenPipeError)):
        return SinkError("output: what reads standard output has gone away")
    words = why(error) if isinstance(error, (OSError, FFmpegError)) else str(error)
    return SinkError(f"output: cannot write {name}: {words}")


def _is_of_the_data(error: BaseException) -> bool:
    """Tell an error that lies in what is written from one of where it is written to."""
    if isinstance(error, FFmpegError):
        return error.errno in _OF_THE_DATA or error.errno not in errno.errorcode
    return isinstance(error, ValueError) and not isinstance(error, SinkError)
