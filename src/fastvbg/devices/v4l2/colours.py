"""What readers of a device are told of the colours of its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastvbg.devices.v4l2 import abi

if TYPE_CHECKING:
    from fastvbg.media.colour import ColourTags

_FULL_RANGE: Final = 2  # FFmpeg's number
# By the numbers of ITU-T H.273. Matrices that V4L2 has no number for are read as BT.601, as
# `ColourTags.space` does.
_ENCODINGS: Final = {
    1: abi.ENCODING_709,
    7: abi.ENCODING_240M,
    9: abi.ENCODING_BT2020,
    10: abi.ENCODING_BT2020_CONSTANT,
}
_BY_PRIMARIES: Final = {
    4: abi.COLORSPACE_470M,
    5: abi.COLORSPACE_470BG,
    6: abi.COLORSPACE_170M,
    7: abi.COLORSPACE_240M,
    9: abi.COLORSPACE_BT2020,
    11: abi.COLORSPACE_DCI_P3,
}
_BY_ENCODING: Final = {
    abi.ENCODING_709: abi.COLORSPACE_REC709,
    abi.ENCODING_240M: abi.COLORSPACE_240M,
    abi.ENCODING_BT2020: abi.COLORSPACE_BT2020,
    abi.ENCODING_BT2020_CONSTANT: abi.COLORSPACE_BT2020,
}
"""For primaries that nobody has named, or BT.709's, which REC709 and SRGB share."""
_TRANSFERS: Final = {
    1: abi.TRANSFER_709,
    6: abi.TRANSFER_709,
    7: abi.TRANSFER_240M,
    8: abi.TRANSFER_NONE,
    13: abi.TRANSFER_SRGB,
    14: abi.TRANSFER_709,
    15: abi.TRANSFER_709,
    16: abi.TRANSFER_PQ,
}


def describe(pix: abi.PixFormat, colour: ColourTags) -> None:
    """Write colours into a format.

    Parameters
    ----------
    pix : PixFormat
        Whose height is set, by which an unspecified matrix is known.
    colour : ColourTags
        Of the pictures; of limited range unless they say full.
    """
    encoding = _ENCODINGS.get(colour.conversion_matrix(pix.height), abi.ENCODING_601)
    pix.priv = abi.PRIV_MAGIC
    pix.ycbcr_enc = encoding
    pix.colorspace = _BY_PRIMARIES.get(colour.primaries) or _BY_ENCODING.get(
        encoding, abi.COLORSPACE_SRGB
    )
    pix.xfer_func = _TRANSFERS.get(colour.transfer, 0)  # 0: as usual in the colour space
    pix.quantization = abi.FULL_RANGE if colour.range == _FULL_RANGE else abi.LIMITED_RANGE
