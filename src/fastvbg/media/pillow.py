"""Pillow's readers, told to warn of nothing."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from PIL.Image import Image

_AS_ARRAYS = ("L", "RGB", "RGBA")
_LOCK = Lock()


@contextmanager
def hushed_pillow() -> Iterator[None]:
    """Let Pillow warn of nothing: what cannot be read is told in a line of ours."""
    # What is to be warned of is one list for all threads, which two of them would muddle up.
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def decode_by_pillow(image: Image) -> npt.NDArray[np.uint8] | None:
    """Return the pixels of a picture that Pillow has opened, as it stores them.

    Returns
    -------
    ndarray, shape (H, W), (H, W, 3) or (H, W, 4), or None
        Gray, BGR, or BGR with alpha; None where they cannot be decoded.
    """
    try:
        with hushed_pillow():
            image.load()
            known = image if image.mode in _AS_ARRAYS else image.convert("RGBA")
            pixels = np.array(known, np.uint8)
    except Exception:  # plugins raise whatever they stumble over
        return None
    if pixels.ndim == 3:
        pixels[:, :, :3] = pixels[:, :, 2::-1].copy()
    return pixels
