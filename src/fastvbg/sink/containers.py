"""Kinds of file, and what they hold: tried on a file that is nowhere, since no table is right."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
from av.error import FFmpegError

if TYPE_CHECKING:
    from collections.abc import Callable

    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream

    from fastvbg.media.model import StreamInfo

FORMATS = {
    ".gif": "gif",
    ".mkv": "matroska",
    ".mov": "mov",
    ".mp4": "mp4",
    ".webm": "webm",
    ".y4m": "yuv4mpegpipe",
}
WITH_SOUND = (".mkv", ".mp4", ".mov", ".webm")
"""Those that hold more than pictures, the most willing first."""
# What FFmpeg takes channels to be that a file says no more of than their number.
_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
# Bytes that are whole samples of 8, 16, 24, 32 and 64 bits.
_ANY_SAMPLE = 24
_MOST_UNITS = (1 << 31) - 1


# Matroska's muxer gives a file a number by chance; without it, the same job has the same bytes.
SAME_BYTES = {"fflags": "+bitexact"}


def container_options(suffix: str, info: StreamInfo) -> dict[str, str]:
    """Return the muxer's options for a kind of file."""
    if suffix == ".y4m":
        return {"strict": "-1"}  # or it refuses more than 8 bits
    if suffix in (".mkv", ".webm"):
        return SAME_BYTES
    if suffix not in (".mp4", ".mov"):
        return {}
    options = {"movflags": "+faststart"}
    if info.time_base.numerator == 1 and info.time_base.denominator <= _MOST_UNITS:
        # In this unit the muxer notes where the pictures start; its default is a millisecond.
        options["movie_timescale"] = str(info.time_base.denominator)
    return options


def open_muxer(target: str, format: str, options: dict[str, str] | None = None) -> OutputContainer:
    """Return a container to write; nothing is written before its encoding starts."""
    return av.open(target, "w", format=format, container_options=options or {})


def open_nowhere(suffix: str) -> OutputContainer:
    """Return a container whose bytes are lost."""
    return open_muxer(f"file:{os.devnull}", FORMATS[suffix])


def named_layout(stream: AudioStream) -> str:
    """Return the name of a stream's channel layout; the usual one where only a number is known."""
    name = str(stream.codec_context.layout.name)
    return usual_layout(stream) or name if name.endswith("channels") else name


def usual_layout(stream: AudioStream) -> str | None:
    """Return the name of the usual layout of so many channels, if there is one."""
    return _LAYOUTS.get(stream.codec_context.layout.nb_channels)


def add_copy(container: OutputContainer, stream: Stream, layout: str | None = None) -> Stream:
    """Add a stream that takes the packets of another as they are.

    Parameters
    ----------
    container : OutputContainer
        Where it is added.
    stream : Stream
        Of the source.
    layout : str, optional
        The channel layout to note, where the source's own says nothing.
    """
    target = container.add_stream_from_template(stream)
    if layout is not None:
        cast("AudioStream", target).codec_context.layout = layout
    return target


def holds(
    suffix: str, stream: Stream, packets: list[Packet[Stream]], layout: str | None = None
) -> bool:
    """Tell whether a kind of file holds a stream as it is, by writing one with its first packets.

    Muxers refuse at any time: when a stream is added, with the header, with a packet, or at the
    very end with the index.
    """

    def write(container: OutputContainer) -> None:
        target = add_copy(container, stream, layout)
        container.start_encoding()
        for packet in packets or _plain_silence(stream):
            copy = _copy_of(packet)
            copy.stream = target
            container.mux_one(copy)

    return works(suffix, write)


def works(suffix: str, write: Callable[[OutputContainer], None]) -> bool:
    """Tell whether something can be written to a kind of file and the file be finished."""
    try:
        with open_nowhere(suffix) as container:
            write(container)
            container.start_encoding()
    except (FFmpegError, ValueError, OSError, RuntimeError, NotImplementedError):
        return False
    return True


def _plain_silence(stream: Stream) -> list[Packet[Stream]]:
    """Return a packet for a stream of which none has come, where any bytes will do: PCM."""
    if not stream.codec_context.name.startswith("pcm_"):
        return []
    context = cast("AudioStream", stream).codec_context
    packet: Packet[Stream] = av.Packet(bytes(_ANY_SAMPLE * context.layout.nb_channels))
    packet.pts = packet.dts = 0
    packet.time_base = Fraction(1, context.sample_rate)
    packet.is_keyframe = True
    return [packet]


def _copy_of(packet: Packet[Stream]) -> Packet[Stream]:
    """Return a packet like another: a muxer changes the times of those that it is given."""
    copy: Packet[Stream] = av.Packet(bytes(packet))
    copy.pts, copy.dts, copy.duration = packet.pts, packet.dts, packet.duration
    copy.time_base, copy.is_keyframe = packet.time_base, packet.is_keyframe
    return copy
