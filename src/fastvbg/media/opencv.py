"""OpenCV's decoders, told to print nothing of their own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

_SILENT = 0
_LOGGING: Any = getattr(cv2.utils, "logging", cv2)  # OpenCV 4 and 5 have it in different places


def decode(content: bytes) -> npt.NDArray[Any] | None:
    """Return a picture as it is stored, not turned by what it notes; None where it is unreadable.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    ndarray, shape (H, W), (H, W, 3) or (H, W, 4), or None
        Gray, BGR, or BGR with alpha, of whatever depth.
    """
    try:
        with _hushed():
            picture: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return None if picture is None else np.asarray(picture)


@contextmanager
def _hushed() -> Iterator[None]:
    before = _LOGGING.getLogLevel()
    _LOGGING.setLogLevel(_SILENT)
    try:
        yield
    finally:
        _LOGGING.setLogLevel(before)
