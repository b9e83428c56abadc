"""Sound and subtitles beside the pictures: copied as they are, or sound encoded anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from fastvbg.sink.containers import WITH_SOUND, add_copy, holds, named_layout
from fastvbg.sink.sound import Encoded, add_sound, sound_form

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream

    from fastvbg.media.model import CopiedPacket

# Notes of the muxer or encoder that wrote the source; true of the source only.
_NOT_KEPT = {
    "encoder",
    "duration",
    "major_brand",
    "minor_version",
    "compatible_brands",
    "alpha_mode",
    "rotate",
}
# So many packets of a stream are tried: enough for a muxer to look into, as some do.
_TRIED = 4


def kept_metadata(metadata: dict[str, str]) -> dict[str, str]:
    """Return what of a file's or stream's metadata is true of the output too."""
    return {
        key: value
        for key, value in metadata.items()
        if key.lower() not in _NOT_KEPT and not key.startswith("_STATISTICS")
    }


class Track(Protocol):
    """What takes the packets of one stream of the source."""

    def packets(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """Return what to write for a packet."""

    def finish(self) -> list[Packet[Stream]]:
        """Return what is left at the end."""

    @property
    def lost(self) -> int:
        """Packets that could not be decoded."""


class Copied:
    """A stream whose packets are written as they are."""

    lost = 0

    def __init__(self, target: Stream) -> None:
        self._target = target
        self._last: int | None = None
        # Two lines of words may begin at once; two pieces of sound of one time lose one.
        self._step = 1 if target.type == "audio" else 0

    def packets(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """Return the packet itself, of the target stream, at a time that a muxer takes."""
        dts = packet.dts if packet.dts is not None else packet.pts
        if self._last is not None:
            free = self._last + self._step
            dts = free if dts is None else max(dts, free)
        dts = self._last = packet.dts = dts or 0
        packet.pts = dts if packet.pts is None else max(packet.pts, dts)
        packet.stream = self._target
        return [packet]

    def finish(self) -> list[Packet[Stream]]:
        """Return nothing."""
        return []


class Tracks:
    """The streams beside the pictures, each written as well as the kind of file can hold it.

    What can be done is tried with the first packets, so the first ones are held until all sound
    has come, or no more is waited for; then `settle` adds the streams.

    Parameters
    ----------
    streams : tuple of Stream
        Of the source.
    suffix : str
        Of the output's name.
    """

    def __init__(self, streams: tuple[Stream, ...], suffix: str) -> None:
        self._names = {
            stream: f"{stream.type} track {number} ({stream.codec_context.codec.canonical_name})"
            for number, stream in enumerate(streams, 1)
        }
        self._suffix = suffix
        self._held: list[CopiedPacket] = []
        self._tracks: dict[Stream, Track] = {}
        self._refused: dict[Stream, int] = {}
        self._waited = {stream for stream in streams if stream.type == "audio"}
        if suffix not in WITH_SOUND:
            self._waited = set()
        self.warnings: list[str] = []

    @property
    def complete(self) -> bool:
        """Whether a packet of each sound stream has come."""
        return not self._waited

    def hold(self, packet: CopiedPacket) -> None:
        """Keep a packet until the streams are settled."""
        self._held.append(packet)
        self._waited.discard(packet.stream)

    def settle(self, container: OutputContainer) -> list[CopiedPacket]:
        """Add the streams to a container; return the packets that were held."""
        for stream, name in self._names.items():
            first = [item.packet for item in self._held if item.stream is stream][:_TRIED]
            target = self._add(container, stream, name, first)
            if target is not None:
                target.metadata.update(kept_metadata(dict(stream.metadata)))
                target.disposition = stream.disposition
        held, self._held = self._held, []
        return held

    def _add(
        self,
        container: OutputContainer,
        stream: Stream,
        name: str,
        packets: list[Packet[Stream]],
    ) -> Stream | None:
        layouts = _layouts(stream)
        if self._suffix in WITH_SOUND:
            for layout in layouts:
                if holds(self._suffix, stream, packets, layout):
                    copy = add_copy(container, stream, layout)
                    self._tracks[stream] = Copied(copy)
                    return copy
        why = f"{self._suffix} cannot hold it"
        others = (suffix for suffix in WITH_SOUND if suffix != self._suffix)
        able = next((other for other in others if holds(other, stream, packets, layouts[-1])), None)
        if able is not None:
            why += f", {able} can"
        if stream.type == "audio" and self._suffix in WITH_SOUND:
            source = cast("AudioStream", stream)
            form = sound_form(self._suffix, source)
            if form is not None:
                sound = add_sound(container, form)
                self._tracks[stream] = Encoded(source, sound)
                self.warnings.append(f"{name} is encoded anew as {form.words(source)}: {why}")
                return sound
        self.warnings.append(f"{name} is left out: {why}")
        return None

    def packets(self, item: CopiedPacket) -> list[Packet[Stream]]:
        """Return what to write for a packet of the source."""
        track = self._tracks.get(item.stream)
        return [] if track is None else track.packets(item.packet)

    def refused(self, item: CopiedPacket) -> None:
        """Note that a packet could not be written."""
        self._refused[item.stream] = self._refused.get(item.stream, 0) + 1

    def finish(self) -> list[Packet[Stream]]:
        """Return what the streams hold back at the end."""
        last = [packet for track in self._tracks.values() for packet in track.finish()]
        for stream, track in self._tracks.items():
            damaged = track.lost + self._refused.get(stream, 0)
            if damaged:
                self.warnings.append(
                    f"{self._names[stream]}: {damaged} damaged packets are left out"
                )
        return last


def _layouts(stream: Stream) -> list[str | None]:
    """Return what to note of a stream's channels: what it says itself, then what is usual."""
    if stream.type != "audio":
        return [None]
    sound = cast("AudioStream", stream)
    named = named_layout(sound)
    return [None] if named == sound.codec_context.layout.name else [None, named]
