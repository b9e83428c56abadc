"""What travels from a source to a sink."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

    from av.packet import Packet
    from av.stream import Stream

    from fastvbg._types import Frame
    from fastvbg.media.colour import ColourTags


class Timed(NamedTuple):
    """A frame and when it is shown."""

    frame: Frame
    """Shape (H, W, 3), uint8, blue, green, red."""
    pts: int
    """Presentation time in units of the stream's time base."""


@dataclass(frozen=True)
class StreamInfo:
    """What a sink has to know of the frames that it will get."""

    width: int
    height: int
    rate: Fraction
    """Nominal frames a second; a frame's own time is its `pts`."""
    time_base: Fraction
    """Seconds a unit of `pts`."""
    frames: int | None
    """How many frames to expect, as far as the file says; None when it does not."""
    colour: ColourTags
    sample_aspect: Fraction | None = None
    """Width of a pixel divided by its height; None when unstated."""
    first_number: int = 1
    """Number of the first frame in a numbered sequence."""
    copied: tuple[Stream, ...] = field(default=(), repr=False)
    """Streams whose packets the source passes on as they are (audio)."""


class CopiedPacket(NamedTuple):
    """A piece of another stream, to be written as it is."""

    packet: Packet[Stream]
    stream: Stream
