"""Pictures: read upright as they are stored, and written, with errors that say what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.errors import SinkError, SourceError
from fastvbg.media.headers import Header, UnreadableError, orientation_of, read_header
from fastvbg.media.limits import check_pixels
from fastvbg.media.model import MAX_PIXELS
from fastvbg.media.names import name_of
from fastvbg.media.opencv import decode
from fastvbg.media.pillow import decode_by_pillow
from fastvbg.media.tiff import decode_tiff
from fastvbg.media.weighed import weighed
from fastvbg.storage import open_stored

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from fastvbg._types import Frame, Matte

    Picture = npt.NDArray[Any]
    Tell = Callable[[str], None]

_END_OF_JPEG = b"\xff\xd9"
_BITS_OF_PNG = 24


def read_image(path: str | Path, role: str, max_pixels: int = MAX_PIXELS) -> Frame:
    """Read a picture file as (H, W, 3) uint8 BGR, upright; black where it is transparent."""
    picture, alpha = read_frame(path, role, max_pixels)
    return picture if alpha is None else weighed(picture, alpha)


def read_frame(
    path: str | Path, role: str, max_pixels: int = MAX_PIXELS, tell: Tell | None = None
) -> tuple[Frame, Matte | None]:
    """Read a picture file as a frame, upright; `tell` as in `read_still`.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        Its colours, blue, green, red.
    ndarray, shape (H, W), uint8, or None
        Its alpha, straight; None where it has none or is opaque all over.
    """
    return as_frame(read_still(path, role, max_pixels, tell))


def as_frame(picture: Picture) -> tuple[Frame, Matte | None]:
    """Return the colours and the alpha of a picture of any depth, as `read_frame` does."""
    picture = _in_bytes(picture)
    if picture.ndim == 2:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8), None
    if picture.shape[2] == 3:
        return picture, None
    alpha = np.ascontiguousarray(picture[:, :, 3])
    return np.ascontiguousarray(picture[:, :, :3]), None if alpha.min() == 255 else alpha


def read_matte(
    path: str | Path, role: str, max_pixels: int = MAX_PIXELS, tell: Tell | None = None
) -> Picture:
    """Read a picture file as it is, upright: gray, BGR or BGR with alpha, 8 or 16 bits."""
    return read_still(path, role, max_pixels, tell)


def read_depth(
    path: str | Path, role: str, max_pixels: int = MAX_PIXELS, tell: Tell | None = None
) -> Picture:
    """Read a picture file of one channel as (H, W), uint8 or uint16, upright."""
    image = read_still(path, role, max_pixels, tell)
    if image.ndim != 2 or image.dtype not in (np.uint8, np.uint16):
        channels = 1 if image.ndim == 2 else image.shape[2]
        raise SourceError(
            f"{role}: {name_of(path)} has {channels} channels of {image.dtype}, "
            "wanted one of 8 or 16 bits"
        )
    return image


def read_still(
    path: str | Path, role: str, max_pixels: int = MAX_PIXELS, tell: Tell | None = None
) -> Picture:
    """Read a picture file as it is stored, but upright.

    What is in the file decides how it is read, not its name. Read by Python, not by `cv2.imread`,
    which prints its own warnings and cannot say why it failed.

    Parameters
    ----------
    path : str or Path
        The file.
    role : str
        How messages call it.
    max_pixels : int, optional
        How many it may have at most.
    tell : callable, optional
        Takes what is to be said of damage that leaves a picture.

    Returns
    -------
    ndarray, shape (H, W), (H, W, 3) or (H, W, 4)
        Gray, BGR, or BGR with alpha; uint8, uint16 or float32.

    Raises
    ------
    SourceError
        There is no such file, or it is no picture, a damaged one, or too large.
    """
    header, content = _read(path, role)
    if header is None:
        raise SourceError(f"{role}: not an image that OpenCV can read: {path}")
    if header.size is not None:
        check_pixels(role, path, header.size, max_pixels)
    try:
        return _decoded(content, header, max_pixels, tell)
    except UnreadableError as error:
        raise SourceError(f"{role}: cannot read the picture {path}: {error}") from None


def _read(path: str | Path, role: str) -> tuple[Header | None, bytes]:
    """Return a file's header and all that is in it; nothing of what is no picture."""
    try:
        with open_stored(path, role) or Path(path).open("rb") as file:
            header = read_header(file)
            file.seek(0)
            return header, b"" if header is None else file.read()
    except SourceError:
        raise
    except FileNotFoundError:
        raise SourceError(f"{role}: no such file: {path}") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise SourceError(f"{role}: cannot read {path}: {why}") from None


def _decoded(content: bytes, header: Header, max_pixels: int, tell: Tell | None) -> Picture:
    if header.kind == "OTHER" or (header.kind == "HEIF" and header.image is None):
        # FFmpeg's libraries are loaded for such pictures only.
        from fastvbg.media.decode import decode_one_piece, decode_picture

        decode_it = decode_picture if header.kind == "OTHER" else decode_one_piece
        return decode_it(content, max_pixels)
    picture = None if header.size is None else _by_kind(content, header, max_pixels, tell)
    if header.kind == "UNKNOWN":
        raise UnreadableError("Pillow was built without its format; PyPI's build has it")
    if picture is None:
        raise UnreadableError("it is damaged or cut off")
    return turned_upright(picture, orientation_of(header, content))


def _by_kind(content: bytes, header: Header, max_pixels: int, tell: Tell | None) -> Picture | None:
    """Return a picture as it is stored, by OpenCV where it knows the kind: it has all depths."""
    if header.tags is not None:
        return decode_tiff(content, header.tags, max_pixels)
    if header.image is not None and header.kind in ("AVIF", "HEIF"):
        return decode_by_pillow(header.image)
    # Of a JPEG picture that is cut off, OpenCV makes gray what is missing.
    if header.kind == "JPEG" and content.rfind(_END_OF_JPEG) < header.end:
        return None
    picture = decode(content, tell)
    clear = header.image.info.get("transparency") if header.image is not None else None
    if picture is not None and picture.ndim == 2 and isinstance(clear, int):
        return _with_clear_gray(picture, content[_BITS_OF_PNG], clear)
    return picture


def turned_upright(picture: Picture, orientation: int) -> Picture:
    """Return a picture as a viewer shows it: orientations 5 to 8 swap rows and columns."""
    if orientation >= 5:
        picture = picture.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        picture = picture[:, ::-1]
    if orientation in (3, 4, 7, 8):
        picture = picture[::-1]
    return np.ascontiguousarray(picture)


def _with_clear_gray(picture: Picture, bits: int, clear: int) -> Picture:
    """Return a gray PNG of so many bits with the alpha that its one transparent gray means."""
    value = clear * (255 // ((1 << bits) - 1) if bits < 8 else 1)
    full = np.iinfo(picture.dtype).max
    alpha = np.where(picture == value, 0, full).astype(picture.dtype)
    return np.dstack([picture, picture, picture, alpha])


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
