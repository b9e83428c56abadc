"""OpenCV's decoders, told to print nothing of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.libraries import hushed_opencv

if TYPE_CHECKING:
    import numpy.typing as npt


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
        with hushed_opencv():
            picture: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return None if picture is None else np.asarray(picture)
