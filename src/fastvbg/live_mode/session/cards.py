"""The picture that leaves where no composite may: a card."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.backgrounds import fit_background
from fastvbg.media.image import read_frame
from fastvbg.media.model import MAX_PIXELS

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg._types import Frame

TEXT = "be right back"


@lru_cache(maxsize=2)  # OpenCV reads its font for each line, some 20 ms
def draw_card(width: int, height: int, text: str = TEXT) -> Frame:
    """Return a calm picture with a line of text, BGR; read-only."""
    top, bottom = np.array((58, 46, 38.0)), np.array((32, 24, 20.0))
    ramp = np.linspace(0, 1, height)[:, None]
    rows = top * (1 - ramp) + bottom * ramp
    card = np.repeat(np.rint(rows)[:, None].astype(np.uint8), width, axis=1)
    font, thickness = cv2.FONT_HERSHEY_DUPLEX, max(1, round(height / 360))
    scale = height / 480
    (wide, high), _ = cv2.getTextSize(text, font, scale, thickness)
    if wide > 0.8 * width:
        scale *= 0.8 * width / wide
        (wide, high), _ = cv2.getTextSize(text, font, scale, thickness)
    at = (width - wide) // 2, (height + high) // 2
    cv2.putText(card, text, at, font, scale, (230, 226, 222), thickness, cv2.LINE_AA)
    card.flags.writeable = False
    return card


def read_card(path: str | Path, width: int, height: int) -> Frame:
    """Return a picture file as a card of a size; raises `SourceError` where it cannot be read."""
    picture, _ = read_frame(str(path), "card", MAX_PIXELS)
    frame: Any = picture
    return fit_background(frame, (width, height), fit="cover")
