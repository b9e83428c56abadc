"""A stretch of a video's pictures, encoded as all of them would be, in a file of its own."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from fastvbg.errors import SinkError
from fastvbg.sink.encoding import COPYING, EncodeOptions, choose_encoding
from fastvbg.sink.pictures import Pictures, Target
from fastvbg.sink.video import EXPECTED, as_ours

if TYPE_CHECKING:
    from pathlib import Path

    from av.packet import Packet
    from av.stream import Stream
    from typing_extensions import Self

    from fastvbg.media.model import CopiedPacket, Picture, StreamInfo
    from fastvbg.sink.encoding import Encoding

# FFmpeg's names of the kinds of files of parts, which keep packets as encoders give them. Only the
# second takes ProRes, and the alpha that VP8 and VP9 have beside their packets.
_USUAL, _WITH_MORE = "nut", "matroska"


class Moment(NamedTuple):
    """What an encoder says of a packet; times are in its unit."""

    pts: int
    dts: int
    duration: int
    key: bool


def _format(encoding: Encoding) -> str:
    beside = encoding.codec.startswith("libvpx") and encoding.pixel_format.startswith("yuva")
    return _WITH_MORE if beside or encoding.codec.startswith("prores") else _USUAL


class PartSink:
    """Encodes frames for an output of some suffix, into a file of its own.

    Parameters
    ----------
    path : Path
        Of that file.
    suffix : str
        Of the output's name.
    info : StreamInfo
        Of the frames to come.
    options : EncodeOptions
        What the encoder is told.
    """

    def __init__(self, path: Path, suffix: str, info: StreamInfo, options: EncodeOptions) -> None:
        encoding = choose_encoding(suffix, info, options)
        self.warnings: list[str] = []
        self.done_with_frames = encoding.codec in COPYING
        self.moments: list[Moment] = []
        self._name = f"part {path.name.partition('.')[0]}"
        try:
            target = Target(f"file:{path}", suffix, self._name, _format(encoding))
            self._pictures = Pictures(target, info, encoding, options)
        except EXPECTED as error:
            raise as_ours(error, self._name) from None
        self.unit = self._pictures.unit
        self.format = target.format
        """FFmpeg's name of the kind of file."""
        try:
            self._pictures.refuse_unknown_options()
            self._pictures.container.start_encoding()
            self.extradata = bytes(self._pictures.stream.codec_context.extradata or b"")
        except BaseException as error:
            self._close()
            raise as_ours(error, self._name) from None

    def write(self, frame: Picture, pts: int, number: int) -> None:  # noqa: ARG002
        """Encode a frame."""
        try:
            self._mux(self._pictures.packets(frame, pts))
        except EXPECTED as error:
            raise as_ours(error, self._name) from None

    def copy(self, packet: CopiedPacket) -> None:
        """Leave it out: a part has no sound."""

    def _mux(self, packets: list[Packet[Stream]]) -> None:
        for packet in packets:
            if packet.pts is None or Fraction(packet.time_base or 0) != self.unit:
                raise SinkError("output: the encoder gives packets without times; no parts of it")
            dts = packet.pts if packet.dts is None else packet.dts
            moment = Moment(packet.pts, dts, packet.duration or 0, packet.is_keyframe)
            self.moments.append(moment)
            self._pictures.container.mux_one(packet)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        try:
            if kind is None:
                self._mux(self._pictures.finish())
                self._pictures.container.close()
                self.warnings += self._pictures.warnings
        except EXPECTED as failure:
            raise as_ours(failure, self._name) from None
        finally:
            self._close()

    def _close(self) -> None:
        with suppress(*EXPECTED):
            self._pictures.container.close()
