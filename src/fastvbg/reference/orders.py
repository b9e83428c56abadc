"""Frames of other channels than blue, green and red."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from fastvbg._types import Frame
    from fastvbg.constants import Order


def to_bgr(frame: Frame, order: Order) -> Frame:
    """Return blue, green and red of a frame; a fourth channel counts for nothing.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3) or (H, W, 4), uint8
        A frame.
    order : {"bgr", "rgb", "bgra", "rgba"}
        Its channels.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        The frame.
    """
    return np.stack([frame[..., order.index(channel)] for channel in "bgr"], axis=-1)


def from_bgr(frame: Frame, order: Order) -> Frame:
    """Return a frame in an order, a fourth channel 255.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3), uint8
        Channels blue, green, red.
    order : {"bgr", "rgb", "bgra", "rgba"}
        The channels wanted.

    Returns
    -------
    ndarray, shape (H, W, 3) or (H, W, 4), uint8
        The frame.
    """
    alpha = np.full(frame.shape[:2], 255, np.uint8)
    planes = {"b": frame[..., 0], "g": frame[..., 1], "r": frame[..., 2], "a": alpha}
    return np.stack([planes[channel] for channel in order], axis=-1)
