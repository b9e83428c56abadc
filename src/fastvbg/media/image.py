"""Still images by OpenCV: 8-bit BGR in and out, with errors that say what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.errors import SinkError, SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg._types import Frame


def read_image(path: Path, role: str) -> Frame:
    """Read an image file as (H, W, 3) uint8 BGR.

    Read by Python, not by `cv2.imread`, which prints its own warnings and cannot say why it failed.
    """
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except FileNotFoundError:
        raise SourceError(f"{role}: no such file: {path}") from None
    except OSError as error:
        raise SourceError(f"{role}: cannot read {path}: {error.strerror}") from None
    try:
        image = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    except cv2.error:
        image = None
    if image is None:
        raise SourceError(f"{role}: not an image that OpenCV can read: {path}")
    return np.asarray(image, np.uint8)


def write_image(path: Path, frame: Frame) -> None:
    """Write (H, W, 3) uint8 BGR in the format of the file's suffix, at OpenCV's default quality."""
    try:
        done, content = cv2.imencode(path.suffix, frame)
    except cv2.error as error:
        raise SinkError(f"output: cannot encode {path.name}: {error.err}") from None
    if not done:
        raise SinkError(f"output: OpenCV cannot write images of the kind {path.suffix!r}")
    try:
        path.write_bytes(content.tobytes())
    except OSError as error:
        raise SinkError(f"output: cannot write {path.name}: {error.strerror}") from None
