"""Planes of full range brought to limited range."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np

_MOST = 255


def limit(y: Any, u: Any, v: Any) -> None:
    """Bring planes of full range to limited range, in place."""
    luma, chroma = _tables()
    cv2.LUT(y, luma, y)
    cv2.LUT(u, chroma, u)
    cv2.LUT(v, chroma, v)


@lru_cache(maxsize=1)
def _tables() -> tuple[Any, Any]:
    samples = np.arange(_MOST + 1)
    luma = np.rint(16 + samples * 219 / _MOST).astype(np.uint8)
    chroma = np.rint(128 + (samples - 128) * 224 / _MOST).astype(np.uint8)
    return luma, chroma
