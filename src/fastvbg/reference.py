"""The slow, literal forms: what each operation means, and what it is measured against.

Nothing here is tuned to match a kernel; the kernels are tested against this. `tutorial_*` is the
pipeline that fastvbg began as, written out as its author had it. `OpenCVCompositor` is the same
result by OpenCV's own functions as an OpenCV expert would spell it: kept buffers, no indexing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.constants import DEFAULT_THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fastvbg._types import Frame, Mask, Matte


def motion_mask(prev: Frame, next: Frame, threshold: int = DEFAULT_THRESHOLD) -> Mask:
    """Return 255 where the gray of the absolute difference exceeds the threshold, else 0.

    Parameters
    ----------
    prev, next : ndarray, shape (H, W, 3), uint8
        Two frames, channels blue, green, red.
    threshold : int
        Gray difference in 0..255.

    Returns
    -------
    ndarray, shape (H, W), uint8
        0 or 255.
    """
    gray = cv2.cvtColor(cv2.absdiff(prev, next), cv2.COLOR_BGR2GRAY)
    return np.where(gray > threshold, 255, 0).astype(np.uint8)


def composite(prev: Frame, next: Frame, bg: Frame, threshold: int = DEFAULT_THRESHOLD) -> Frame:
    """Return `next` where it moved and `bg` elsewhere, by the tutorial's boolean indexing.

    Parameters
    ----------
    prev, next, bg : ndarray, shape (H, W, 3), uint8
        Two frames and the background, all of one size.
    threshold : int
        Gray difference in 0..255.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        The composited frame.
    """
    difference = cv2.absdiff(prev, next)
    gray = cv2.cvtColor(difference, cv2.COLOR_BGR2GRAY)
    mask = gray > threshold
    result = np.zeros_like(next, np.uint8)
    result[mask] = next[mask]
    result[~mask] = bg[~mask]
    return result


def tutorial_composite(
    prev: Frame, next: Frame, background: Frame, threshold: int = DEFAULT_THRESHOLD
) -> Frame:
    """Return one step of the tutorial: as `composite`, the background resized on the way.

    Parameters
    ----------
    prev, next : ndarray, shape (H, W, 3), uint8
        Two frames.
    background : ndarray, shape (any, any, 3), uint8
        The background at its own size; it is resized with `INTER_AREA`, again for every frame.
    threshold : int
        Gray difference in 0..255.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        The composited frame.
    """
    height, width = next.shape[:2]
    bg = cv2.resize(background, (width, height), interpolation=cv2.INTER_AREA)
    return composite(prev, next, np.asarray(bg, np.uint8), threshold)


def tutorial_sequence(
    frames: Iterable[Frame], background: Frame, threshold: int = DEFAULT_THRESHOLD
) -> Iterator[tuple[int, Frame]]:
    """Yield the tutorial's own output: (file number, frame) from number 3 on.

    Frames are dealt out in turn, the even ones to `prev` and the odd ones to `next`, and from the
    third frame on every step composites the latest of each. So the picture always comes from the
    latest odd frame, and each odd frame is shown twice.

    Parameters
    ----------
    frames : iterable of ndarray, shape (H, W, 3), uint8
        The video.
    background : ndarray, shape (any, any, 3), uint8
        The background at its own size.
    threshold : int
        Gray difference in 0..255.

    Yields
    ------
    (int, ndarray of shape (H, W, 3), uint8)
        The number in `output<N>.jpg`, and the frame.
    """
    prev = next = np.empty((0, 0, 3), np.uint8)
    for index, frame in enumerate(frames):
        if index % 2 == 0:
            prev = frame
        else:
            next = frame
        if index >= 2:
            yield index + 1, tutorial_composite(prev, next, background, threshold)


def blend(frame: Frame, matte: Matte, bg: Frame) -> Frame:
    """Return `(matte*frame + (255-matte)*bg) / 255` rounded half up, in exact integers.

    Parameters
    ----------
    frame, bg : ndarray, shape (H, W, 3), uint8
        Foreground and background of one size.
    matte : ndarray, shape (H, W), uint8
        Coverage, 0 to 255.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        The blended frame.
    """
    a = matte.astype(np.int64)[..., np.newaxis]
    v = a * frame + (255 - a) * bg
    return ((2 * v + 255) // 510).astype(np.uint8)


class OpenCVCompositor:
    """`composite` by OpenCV's own functions, buffers kept from call to call.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the frames.
    threshold : int
        Gray difference in 0..255.
    """

    def __init__(self, shape: tuple[int, int], threshold: int = DEFAULT_THRESHOLD) -> None:
        self._difference = np.empty((*shape, 3), np.uint8)
        self._gray = np.empty(shape, np.uint8)
        self._mask = np.empty(shape, np.uint8)
        self._threshold = threshold

    def __call__(self, prev: Frame, next: Frame, bg: Frame, out: Frame) -> Frame:
        """Composite into `out`, which must be none of the inputs, and return it."""
        self.mask(prev, next, self._mask)
        np.copyto(out, bg)
        cv2.copyTo(next, self._mask, out)
        return out

    def mask(self, prev: Frame, next: Frame, out: Mask) -> Mask:
        """Write the motion mask into `out` and return it."""
        cv2.absdiff(prev, next, dst=self._difference)
        cv2.cvtColor(self._difference, cv2.COLOR_BGR2GRAY, dst=self._gray)
        cv2.threshold(self._gray, self._threshold, 255, cv2.THRESH_BINARY, dst=out)
        return out
