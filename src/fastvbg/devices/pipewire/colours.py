"""What GStreamer is told of colours; its `pipewiresink` passes it on as PipeWire's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fastvbg.media.colour import ColourTags

_FULL_RANGE: Final = 2  # FFmpeg's number
# From ITU-T H.273 to GStreamer's own numbers (`video-color.h`), which PipeWire has taken over
# (`spa/param/video/color.h`). What is not there is 0, unknown.
_MATRICES: Final = {0: 1, 1: 3, 4: 2, 5: 4, 6: 4, 7: 5, 9: 6, 10: 6}
_TRANSFERS: Final = {
    1: 5,
    4: 4,
    5: 8,
    6: 16,
    7: 6,
    8: 1,
    9: 9,
    10: 10,
    13: 7,
    14: 13,
    15: 11,
    16: 14,
    18: 15,
}
_PRIMARIES: Final = {1: 1, 4: 2, 5: 3, 6: 4, 7: 5, 8: 6, 9: 7, 10: 9, 11: 10, 12: 11, 22: 12}


def colorimetry(colour: ColourTags, height: int) -> str:
    """Return colours as GStreamer writes them: range, matrix, transfer and primaries.

    Parameters
    ----------
    colour : ColourTags
        Of the pictures; of limited range unless they say full.
    height : int
        Of the pictures, by which an unspecified matrix is known.
    """
    numbers = (
        1 if colour.range == _FULL_RANGE else 2,
        _MATRICES.get(colour.conversion_matrix(height), 0),
        _TRANSFERS.get(colour.transfer, 0),
        _PRIMARIES.get(colour.primaries, 0),
    )
    return ":".join(map(str, numbers))
