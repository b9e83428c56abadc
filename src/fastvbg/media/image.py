"""Still images by OpenCV: 8-bit BGR in and out, with errors that say what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.errors import SinkError, SourceError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from fastvbg._types import Frame


def read_image(path: Path, role: str) -> Frame:
    """Read an image file as (H, W, 3) uint8 BGR."""
    return np.asarray(_read(path, role, cv2.IMREAD_COLOR), np.uint8)


def read_matte(path: Path, role: str) -> npt.NDArray[Any]:
    """Read an image file as it is: gray, BGR or BGR with alpha, 8 or 16 bits."""
    return _read(path, role, cv2.IMREAD_UNCHANGED)


def read_depth(path: Path, role: str) -> npt.NDArray[Any]:
    """Read an image file of one channel as (H, W), uint8 or uint16."""
    image = _read(path, role, cv2.IMREAD_UNCHANGED)
    if image.ndim != 2 or image.dtype not in (np.uint8, np.uint16):
        channels = 1 if image.ndim == 2 else image.shape[2]
        raise SourceError(
            f"{role}: {path.name} has {channels} channels of {image.dtype}, "
            "wanted one of 8 or 16 bits"
        )
    return image


def _read(path: Path, role: str, flags: int) -> npt.NDArray[Any]:
    """Read an image file.

    Read by Python, not by `cv2.imread`, which prints its own warnings and cannot say why it failed.
    """
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except FileNotFoundError:
        raise SourceError(f"{role}: no such file: {path}") from None
    except OSError as error:
        raise SourceError(f"{role}: cannot read {path}: {error.strerror}") from None
    try:
        image = cv2.imdecode(content, flags) if content.size else None
    except cv2.error:
        image = None
    if image is None:
        raise SourceError(f"{role}: not an image that OpenCV can read: {path}")
    return np.asarray(image)


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
