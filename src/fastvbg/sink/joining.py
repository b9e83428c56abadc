"""A video file of packets that are encoded already, with all else as if it were encoded at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.sink.video import EXPECTED, VideoSink

if TYPE_CHECKING:
    from fractions import Fraction

    from av.packet import Packet
    from av.stream import Stream


class JoiningSink(VideoSink):
    """As `VideoSink`, whose encoder is opened for what it says of itself and gets no frame."""

    @property
    def extradata(self) -> bytes:
        """What the encoder says before its first packet."""
        return bytes(self._pictures.stream.codec_context.extradata or b"")

    @property
    def unit(self) -> Fraction:
        """Seconds in which the encoder counts."""
        return self._pictures.unit

    def take(self, packet: Packet[Stream]) -> None:
        """Write a packet of the video, its times those of the output."""
        try:
            packet.stream = self._pictures.stream
            packet.time_base = self._pictures.unit
            self._take([packet])
        except EXPECTED as error:
            raise self._own(error) from None

    def _last_packets(self) -> list[Packet[Stream]]:
        return []
