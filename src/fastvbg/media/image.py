"""Pictures: read upright as they are stored, and written, with errors that say what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.errors import SinkError, SourceError
from fastvbg.media.exif import read_directory, turned_upright
from fastvbg.media.headers import Header, kind_of_picture, png_chunks, read_header
from fastvbg.media.jpeg import is_cut_off
from fastvbg.media.limits import check_pixels
from fastvbg.media.model import MAX_PIXELS
from fastvbg.media.opencv import decode
from fastvbg.media.tiff import UnusableError, decode_tiff
from fastvbg.media.weighed import weighed

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte

    Picture = npt.NDArray[Any]

_HEAD = 64
_BY_OPENCV = ("jpeg", "png", "webp", "tiff", "bmp", "pnm", "jpeg2000")
_NAMES = {"jpegxl": "JPEG XL", "heif": "HEIF (HEIC, AVIF)"}


def read_image(path: str | Path, role: str, max_pixels: int = MAX_PIXELS) -> Frame:
    """Read a picture file as (H, W, 3) uint8 BGR, upright; black where it is transparent."""
    picture, alpha = read_frame(path, role, max_pixels)
    return picture if alpha is None else weighed(picture, alpha)


def read_frame(
    path: str | Path, role: str, max_pixels: int = MAX_PIXELS
) -> tuple[Frame, Matte | None]:
    """Read a picture file as a frame, upright.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        Its colours, blue, green, red.
    ndarray, shape (H, W), uint8, or None
        Its alpha, straight; None where it has none or is opaque all over.
    """
    return as_frame(read_still(path, role, max_pixels))


def as_frame(picture: Picture) -> tuple[Frame, Matte | None]:
    """Return the colours and the alpha of a picture of any depth, as `read_frame` does."""
    picture = _in_bytes(picture)
    if picture.ndim == 2:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8), None
    if picture.shape[2] == 3:
        return picture, None
    alpha = np.ascontiguousarray(picture[:, :, 3])
    return np.ascontiguousarray(picture[:, :, :3]), None if alpha.min() == 255 else alpha


def read_matte(path: str | Path, role: str, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a picture file as it is, upright: gray, BGR or BGR with alpha, 8 or 16 bits."""
    return read_still(path, role, max_pixels)


def read_depth(path: str | Path, role: str, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a picture file of one channel as (H, W), uint8 or uint16, upright."""
    image = read_still(path, role, max_pixels)
    if image.ndim != 2 or image.dtype not in (np.uint8, np.uint16):
        channels = 1 if image.ndim == 2 else image.shape[2]
        raise SourceError(
            f"{role}: {Path(path).name} has {channels} channels of {image.dtype}, "
            "wanted one of 8 or 16 bits"
        )
    return image


def read_still(path: str | Path, role: str, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a picture file as it is stored, but upright.

    What is in the file decides how it is read, not its name. Read by Python, not by `cv2.imread`,
    which prints its own warnings and cannot say why it failed.

    Returns
    -------
    ndarray, shape (H, W), (H, W, 3) or (H, W, 4)
        Gray, BGR, or BGR with alpha; uint8, uint16 or float32.

    Raises
    ------
    SourceError
        There is no such file, or it is no picture, a damaged one, or too large.
    """
    path = Path(path)
    content = _content(path, role)
    header = read_header(content)
    refused = SourceError(f"{role}: not an image that OpenCV can read: {path}")
    if header is None or header.kind == "gif":
        raise refused
    if header.size is not None:
        check_pixels(role, path, header.size, max_pixels)
    if header.kind not in _BY_OPENCV:
        return _by_ffmpeg(content, header.kind, path, role, max_pixels)
    if header.size is None or (header.kind == "jpeg" and is_cut_off(content)):
        raise SourceError(f"{role}: the picture is damaged or cut off: {path}")
    picture = _by_opencv(content, header, path, role, max_pixels)
    if picture is None:
        raise refused
    return picture


def _by_opencv(
    content: bytes, header: Header, path: Path, role: str, max_pixels: int
) -> Picture | None:
    directory = read_directory(content) if header.kind == "tiff" else None
    if directory is not None:
        try:
            return decode_tiff(content, directory, max_pixels)
        except UnusableError as error:
            raise SourceError(f"{role}: {path} {error}") from None
    picture = decode(content)
    if picture is None:
        return None
    if header.kind == "png" and picture.ndim == 2:
        picture = _with_clear_gray(picture, content)
    return turned_upright(picture, header.orientation)


def _content(path: Path, role: str) -> bytes:
    """Return what is in a file; no more than its beginning where that is no picture's."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            return head if kind_of_picture(head) is None else head + file.read()
    except FileNotFoundError:
        raise SourceError(f"{role}: no such file: {path}") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise SourceError(f"{role}: cannot read {path}: {why}") from None


def _with_clear_gray(picture: Picture, content: bytes) -> Picture:
    """Return a gray PNG with the alpha that its one transparent gray means, where it has one."""
    clear = next((content[a:b] for kind, a, b in png_chunks(content) if kind == b"tRNS"), b"")
    if len(clear) != 2:
        return picture
    bits = content[24]
    value = int.from_bytes(clear, "big") * (255 // ((1 << bits) - 1) if bits < 8 else 1)
    full = np.iinfo(picture.dtype).max
    alpha = np.where(picture == value, 0, full).astype(picture.dtype)
    return np.dstack([picture, picture, picture, alpha])


def _by_ffmpeg(content: bytes, kind: str, path: Path, role: str, max_pixels: int) -> Picture:
    # FFmpeg's libraries are loaded for such pictures only.
    from fastvbg.media.decode import UnreadableError, decode_heif, decode_picture
    from fastvbg.media.heif import read_items

    try:
        if kind != "heif":
            return decode_picture(content, max_pixels)
        items = read_items(content)
        if items is not None and items.largest is not None:
            check_pixels(role, path, items.largest, max_pixels)
        return decode_heif(content, max_pixels)
    except UnreadableError as error:
        name = f" as {_NAMES[kind]}" if kind in _NAMES else ""
        raise SourceError(f"{role}: cannot read the picture {path}{name}: {error}") from None


def _in_bytes(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return a picture of any depth in 8 bits, rounded."""
    if picture.dtype == np.uint8:
        return picture
    if picture.dtype == np.uint16:
        return np.asarray((picture.astype(np.uint32) + 128) // 257, np.uint8)
    unit = np.nan_to_num(picture.astype(np.float32)).clip(0, 1)
    return np.asarray(np.rint(unit * 255), np.uint8)


def write_image(path: Path, frame: Frame, *, name: str | None = None) -> None:
    """Write (H, W, 3) uint8 BGR in the format of the file's suffix, at OpenCV's default quality.

    Messages call it `name`, by default the file's own.
    """
    name = name or path.name
    try:
        done, content = cv2.imencode(path.suffix, frame)
    except cv2.error as error:
        raise SinkError(f"output: cannot encode {name}: {' '.join(error.err.split())}") from None
    if not done:
        height, width = frame.shape[:2]
        raise SinkError(
            f"output: OpenCV cannot write a picture of {width}x{height} as {path.suffix!r}"
        )
    try:
        path.write_bytes(content.tobytes())
    except OSError as error:
        raise SinkError(f"output: cannot write {name}: {error.strerror}") from None
