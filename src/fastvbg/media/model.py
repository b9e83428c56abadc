"""What travels from a source to a sink."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import av
    import numpy as np
    import numpy.typing as npt
    from av.packet import Packet
    from av.stream import Stream

    from fastvbg._types import Frame
    from fastvbg.media.colour import ColourTags

Picture: TypeAlias = "Frame | npt.NDArray[Any] | av.VideoFrame"
"""A frame as an array, `(H, W, 3)` uint8 BGR, or in the planes in which it was decoded.

Depth maps are `(H, W)` uint8 or uint16; mattes are what `fastvbg.as_matte` takes.
"""

Reading = Literal["native", "bgr", "depth", "matte"]
"""What a source is read as: frames on a pixel path, or the numbers of depth maps or mattes."""

AlphaUse = Literal["kept", "black", "told"]

Sizes = Literal["one", "first", "any"]

MAX_PIXELS = 1 << 28
"""Pixels a frame beyond which a source is refused: 16384 by 16384, far above any camera's."""


class Timed(NamedTuple):
    """A frame and when it is shown."""

    frame: Picture
    """BGR, or as decoded where the source was opened for native pixels."""
    pts: int
    """Presentation time in units of the stream's time base."""
    alpha: npt.NDArray[np.uint8] | None = None
    """The frame's own coverage, (H, W), straight: 255 where it is opaque. None where all is."""


@dataclass(frozen=True)
class ReadOptions:
    """What a source is asked for."""

    pixels: Reading = "bgr"
    """`bgr`: arrays. `native`: decoded frames as they are, as far as they can be worked on.

    `depth`: one number a pixel as stored, `(H, W)` uint8 or uint16; of YUV, the luma. `matte`:
    what `fastvbg.as_matte` takes: gray of full range, or BGR with alpha where the source has any.
    """
    alpha: AlphaUse = "told"
    """What becomes of frames' own transparency: `kept` beside them, `black` behind them, or unused.

    The latter two are told in a warning. A matte's alpha comes with its colours, whatever is asked.
    """
    start: Fraction | None = None
    """Seconds from the beginning at which to begin."""
    end: Fraction | None = None
    """Seconds from the beginning at which to end."""
    scale: tuple[int, int] | None = None
    """Width and height wanted; 0 for one of them keeps the proportions."""
    sizes: Sizes = "one"
    """What becomes of frames of another size than the first one's: `one`: refused, unless `scale`
    brings all to one; `first`: brought to that of the first; `any`: given as they are.
    """
    max_pixels: int = MAX_PIXELS
    """Frames with more pixels are refused."""
    threads: int | None = None
    """How many threads decode; when None as many as leave room for encoding."""
    role: str = "input"
    """How messages call the source."""


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
    """Streams whose packets the source passes on as they are (audio, subtitles)."""
    pixel_format: str = "bgr24"
    """FFmpeg's name of the frames' format; `bgr24` for arrays."""
    display_matrix: tuple[int, ...] | None = None
    """The rotation that a player carries out, as FFmpeg's nine numbers."""
    field_order: int = 0
    """FFmpeg's number: 2 to 5 for interlaced pictures, top field first where even."""
    metadata: dict[str, str] = field(default_factory=dict, repr=False)
    """Of the file."""
    stream_metadata: dict[str, str] = field(default_factory=dict, repr=False)
    """Of the video stream."""
    chapters: tuple[Any, ...] = field(default=(), repr=False)
    """As PyAV has them."""
    begins: Fraction | None = None
    """When the file's own first frame is shown, in seconds; None where it has no times."""
    origin: Fraction = Fraction(0)
    """The time from which a video's start and end are counted, in seconds."""
    skipped: int | None = None
    """How many numbers of a sequence come before the first that is read; None in a video."""

    @property
    def interlaced(self) -> bool:
        """Whether each frame is two fields."""
        return self.field_order >= 2


class CopiedPacket(NamedTuple):
    """A piece of another stream, to be written as it is."""

    packet: Packet[Stream]
    stream: Stream


Item: TypeAlias = "av.VideoFrame | CopiedPacket"
"""What a file's packets give: a decoded frame, or a packet of another stream as it is."""
