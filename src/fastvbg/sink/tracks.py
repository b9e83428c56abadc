"""Sound and subtitles beside the pictures: copied as they are, or sound encoded anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from av.audio.resampler import AudioResampler
from av.error import FFmpegError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream

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


class Copied:
    """A stream whose packets are written as they are."""

    def __init__(self, target: Stream) -> None:
        self._target = target

    def packets(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """Return the packet itself, of the target stream."""
        packet.stream = self._target
        return [packet]

    def finish(self) -> list[Packet[Stream]]:
        """Return nothing."""
        return []


class Encoded:
    """Sound that the container cannot hold as it is: decoded and encoded anew."""

    def __init__(self, target: AudioStream) -> None:
        self._target = target
        context = target.codec_context
        self._resampler = AudioResampler(context.format, context.layout, context.sample_rate)
        self.lost = 0

    def packets(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """Return the packet's sound in the target's codec."""
        try:
            frames = cast("Packet[AudioStream]", packet).decode()
        except FFmpegError:
            self.lost += 1
            return []
        resampled = [out for frame in frames for out in self._resampler.resample(frame)]
        return [out for frame in resampled for out in self._target.encode(frame)]

    def finish(self) -> list[Packet[Stream]]:
        """Return what resampler and encoder hold back."""
        last = [
            out for frame in self._resampler.resample(None) for out in self._target.encode(frame)
        ]
        return [*last, *self._target.encode(None)]


def add_tracks(
    container: OutputContainer, streams: tuple[Stream, ...], suffix: str, warnings: list[str]
) -> dict[Stream, Track]:
    """Add the source's sound and subtitles to a container, each as well as it can hold it.

    Parameters
    ----------
    container : OutputContainer
        The output.
    streams : tuple of Stream
        Of the source.
    suffix : str
        Of the output's name.
    warnings : list of str
        Gets a line for each stream that is not copied.

    Returns
    -------
    dict
        What takes the packets of each stream.
    """
    tracks: dict[Stream, Track] = {}
    held = container.supported_codecs
    for number, stream in enumerate(streams, 1):
        codec = stream.codec_context.codec.canonical_name
        name = f"{stream.type} track {number} ({codec})"
        why = f"{suffix} cannot hold it"
        if suffix != ".mkv" and codec != "mov_text":
            why += ", .mkv can"
        new: Stream | None = None
        if codec in held:
            new = container.add_stream_from_template(stream)
            tracks[stream] = Copied(new)
        elif stream.type == "audio" and (other := _sound_codec(suffix, held)):
            source = cast("AudioStream", stream)
            sound = new = _add_sound(container, source, other)
            tracks[stream] = Encoded(sound)
            warnings.append(f"{name} is encoded anew as {other}: {why}")
        else:
            warnings.append(f"{name} is left out: {why}")
        if new is not None:
            new.metadata.update(kept_metadata(dict(stream.metadata)))
            new.disposition = stream.disposition
    return tracks


def _sound_codec(suffix: str, held: set[str]) -> str | None:
    if suffix == ".webm":
        return "libopus"
    return "aac" if "aac" in held else None


def _add_sound(container: OutputContainer, source: AudioStream, codec: str) -> AudioStream:
    # Opus knows five rates only, of which 48000 is the full one.
    rate = 48000 if codec == "libopus" else source.codec_context.sample_rate
    return cast(
        "AudioStream",
        container.add_stream(codec, rate=rate, layout=source.codec_context.layout.name),
    )
