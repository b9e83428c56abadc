"""The form of a camera's pictures: what was negotiated, and views of its planes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from fastvbg.devices.v4l2 import abi
from fastvbg.errors import SourceError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes: TypeAlias = npt.NDArray[np.uint8]

COMPRESSED: Final = ("MJPG", "JPEG")
_JPEG_START: Final = b"\xff\xd8"
_HALF: Final = ("YU12", "YV12")
_INTERLEAVED: Final = ("NV12", "NV21")
_PACKED: Final = ("YUYV", "UYVY")
_STANDARD_709: Final = (abi.COLORSPACE_REC709, abi.COLORSPACE_DCI_P3)


class Picture(NamedTuple):
    """Format, size and layout of a camera's pictures, as its driver said."""

    fourcc: str
    width: int
    height: int
    stride: int
    """Bytes from one row to the next, of luma or of packed samples; 0 for compressed ones."""
    size: int
    """Bytes that a buffer must hold; the driver's own number, which may be more than a frame."""
    matrix: str
    """`bt601`, `bt709` or `bt2020`."""
    full_range: bool

    @property
    def least(self) -> int:
        """Return how many bytes a whole frame has at least."""
        if self.fourcc in COMPRESSED:
            return len(_JPEG_START)
        rows = self.height
        if self.fourcc in _HALF:
            return self.stride * rows + 2 * self.half_stride * self.half_rows
        if self.fourcc in _INTERLEAVED:
            return self.stride * (rows + self.half_rows)
        return self.stride * rows

    @property
    def half_rows(self) -> int:
        """Return how many rows of chroma a 4:2:0 frame has."""
        return (self.height + 1) // 2

    @property
    def half_stride(self) -> int:
        """Return the bytes from one row to the next of a chroma plane of its own."""
        return self.stride // 2


def picture_of(format: abi.PixFormat) -> Picture:
    """Return the form that a driver's answer tells."""
    code = abi.code_of(format.pixelformat)
    bytes_across = 2 if code in _PACKED else 1
    stride = 0 if code in COMPRESSED else max(format.bytesperline, format.width * bytes_across)
    return Picture(
        code,
        format.width,
        format.height,
        stride,
        format.sizeimage,
        _matrix(format),
        _is_full(format, code),
    )


def _matrix(format: abi.PixFormat) -> str:
    """Follow `V4L2_MAP_YCBCR_ENC_DEFAULT` of videodev2.h where the driver names no encoding."""
    encoding = format.ycbcr_enc if format.priv == abi.PRIV_MAGIC else 0
    if encoding in {abi.ENCODING_709, abi.ENCODING_XV709}:
        return "bt709"
    if encoding == abi.ENCODING_BT2020 or (
        not encoding and format.colorspace == abi.COLORSPACE_BT2020
    ):
        return "bt2020"
    return "bt709" if not encoding and format.colorspace in _STANDARD_709 else "bt601"


def _is_full(format: abi.PixFormat, code: str) -> bool:
    """Follow `V4L2_MAP_QUANTIZATION_DEFAULT`; JPEG files are of full range by their standard."""
    quantization = format.quantization if format.priv == abi.PRIV_MAGIC else 0
    if code in COMPRESSED or format.colorspace == abi.COLORSPACE_JPEG:
        return quantization != abi.LIMITED_RANGE
    return bool(quantization == abi.FULL_RANGE)


def is_whole(data: Bytes, picture: Picture) -> bool:
    """Tell whether a buffer's bytes can be a whole frame."""
    if data.size < picture.least:
        return False
    return picture.fourcc not in COMPRESSED or data[:2].tobytes() == _JPEG_START


def views(data: Bytes, picture: Picture) -> tuple[Bytes, ...]:
    """Return the planes of a frame as views of its bytes.

    Parameters
    ----------
    data : numpy.ndarray
        `(n,)` uint8, at least `picture.least` long.
    picture : Picture
        Its form.

    Returns
    -------
    tuple of numpy.ndarray
        Y, U and V, `(H, W)` and twice `(H/2, W/2)`, for YU12 and YV12; Y and `(H/2, W/2, 2)` pairs,
        in the order of the format, for NV12 and NV21; `(H, W, 2)` for YUYV and UYVY; Y for GREY.

    Raises
    ------
    SourceError
        It is a compressed frame, which has no planes before it is decoded.
    """
    if picture.fourcc in COMPRESSED:
        raise SourceError(f"planes of {picture.fourcc}: got a compressed frame, wanted a raw one")
    width, height, stride = picture.width, picture.height, picture.stride
    luma = stride * height
    if picture.fourcc in _PACKED:
        return (_rows(data, height, stride)[:, : 2 * width].reshape(height, width, 2),)
    y = _rows(data, height, stride)[:, :width]
    rows, across = picture.half_rows, (width + 1) // 2
    if picture.fourcc in _INTERLEAVED:
        pairs = _rows(data[luma:], rows, stride)[:, : 2 * across]
        return y, pairs.reshape(rows, across, 2)
    if picture.fourcc in _HALF:
        half = picture.half_stride
        first = _rows(data[luma:], rows, half)[:, :across]
        second = _rows(data[luma + half * rows :], rows, half)[:, :across]
        return (y, first, second) if picture.fourcc == "YU12" else (y, second, first)
    return (y,)


def _rows(data: Bytes, rows: int, stride: int) -> Bytes:
    return data[: rows * stride].reshape(rows, stride)
