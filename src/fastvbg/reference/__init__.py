"""The slow, literal forms: what each operation means, and what it is measured against.

Nothing here is tuned to match a kernel; the kernels are tested against this. `tutorial_*` is the
pipeline that fastvbg began as, written out as its author had it. `OpenCVCompositor` is the same
result by OpenCV's own functions as an OpenCV expert would spell it: kept buffers, no indexing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.constants import DEFAULT_THRESHOLD, YUV_GRAY
from fastvbg.reference import _gray

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from fastvbg._types import Frame, Mask, Matte, Plane, Planes
    from fastvbg.constants import YuvGray


def motion_mask(prev: Frame, next: Frame, threshold: int = DEFAULT_THRESHOLD) -> Mask:
    """Return 255 where the gray of the absolute difference exceeds the threshold, else 0.

    Parameters
    ----------
    prev, next : ndarray, shape (H, W, 3), uint8
        Two frames, channels blue, green, red.
    threshold : int, default 3
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
    threshold : int, default 3
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
    threshold : int, default 3
        As of `composite`.

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
    threshold : int, default 3
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


def quantize_matte(matte: npt.NDArray[np.float32]) -> Matte:
    """Return a matte of 0..1 in steps of 1/255, rounded half up in float32.

    Parameters
    ----------
    matte : ndarray, shape (H, W), float32
        Coverage. NaN counts as 0, values below 0 as 0, above 1 as 1.

    Returns
    -------
    ndarray, shape (H, W), uint8
        `floor(255*matte + 0.5)`.
    """
    held = np.clip(np.where(np.isnan(matte), np.float32(0), matte), 0, 1).astype(np.float32)
    return np.asarray(np.floor(held * np.float32(255) + np.float32(0.5)), np.uint8)


def _between(
    sources: int, count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return for each of `count` places its two neighbours among `sources` and a 15-bit weight."""
    position = (2 * np.arange(count, dtype=np.int64) + 1) * sources - count
    first = position // (2 * count)
    weight = (position % (2 * count)) * 32768 // (2 * count)
    return np.clip(first, 0, sources - 1), np.clip(first + 1, 0, sources - 1), weight


def stretch_matte(matte: Matte, size: tuple[int, int]) -> Matte:
    """Return a matte stretched bilinearly, with half-pixel centres, in fixed point.

    First along rows, to `128*left + ((128*(right - left)*weight + 16384) >> 15)`; then between rows
    to `upper + (((lower - upper)*weight + 16384) >> 15)`; at last `(value + 64) >> 7`. A weight is
    the place between two centres times 32768, cut to an integer; beyond the outer centres the
    outer samples hold.

    Parameters
    ----------
    matte : ndarray, shape (h, w), uint8
        Coverage, 0 to 255.
    size : (int, int)
        Height and width of the result.

    Returns
    -------
    ndarray, shape `size`, uint8
        The stretched matte. Equal samples give themselves exactly.
    """
    wide = 128 * matte.astype(np.int64)
    left, right, weight = _between(matte.shape[1], size[1])
    rows = wide[:, left] + (((wide[:, right] - wide[:, left]) * weight + 16384) >> 15)
    upper, lower, weight = _between(matte.shape[0], size[0])
    way = (rows[lower] - rows[upper]) * weight[:, np.newaxis]
    return np.asarray((rows[upper] + ((way + 16384) >> 15) + 64) >> 7, np.uint8)


class OpenCVCompositor:
    """`composite` by OpenCV's own functions, buffers kept from call to call.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the frames.
    threshold : int, default 3
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


def _over_blocks(plane: npt.NDArray[np.int64], size: tuple[int, int]) -> npt.NDArray[np.int64]:
    """Repeat each chroma sample over its 2x2 luma samples, cut to the luma plane's size."""
    return plane.repeat(2, axis=0).repeat(2, axis=1)[: size[0], : size[1]]


def _block_sums(plane: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Sum 2x2 blocks; at an odd edge the last row or column counts twice."""
    height, width = plane.shape
    whole = np.pad(plane, ((0, height % 2), (0, width % 2)), mode="edge")
    return whole[::2, ::2] + whole[1::2, ::2] + whole[::2, 1::2] + whole[1::2, 1::2]


def planar_motion_mask(
    prev: Planes, next: Planes, threshold: int = DEFAULT_THRESHOLD, weights: YuvGray | None = None
) -> Mask:
    """Return 255 where the gray of a YUV 4:2:0 difference exceeds the threshold, else 0.

    In parts of 1/32 gray level: `part(w, d) = (w*d + 256) >> 9`, and gray is
    `|part(red_y, dY) + part(red_v, dV)| + |part(green_y, dY) + part(green_u, dU) + part(green_v,
    dV)| + |part(blue_y, dY) + part(blue_u, dU)|`, with luma held to its nominal range before the
    difference. It exceeds the threshold from `32*threshold + 16` on, as a rounded gray does.

    Parameters
    ----------
    prev, next : tuple of 3 ndarray, uint8
        Planes Y of shape (H, W), and U and V of shape ((H + 1) // 2, (W + 1) // 2).
    threshold : int, default 3
        Gray difference in 0..255.
    weights : YuvGray, optional
        Of the matrix and range, from `fastvbg.constants.YUV_GRAY`; BT.601, limited when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        0 or 255.
    """
    w = weights or YUV_GRAY["bt601", "limited"]
    y0, y1 = (np.clip(planes[0].astype(np.int64), w.low, w.high) for planes in (prev, next))
    dy = y1 - y0
    du, dv = (
        _over_blocks(
            next[k].astype(np.int64) - prev[k].astype(np.int64), (dy.shape[0], dy.shape[1])
        )
        for k in (1, 2)
    )

    gray = _gray.gray_of(dy, du, dv, w)
    return np.where(gray >= 32 * threshold + 16, 255, 0).astype(np.uint8)


def planar_composite(
    prev: Planes,
    next: Planes,
    bg: Planes,
    threshold: int = DEFAULT_THRESHOLD,
    weights: YuvGray | None = None,
) -> Planes:
    """Return `next` where it moved and `bg` elsewhere, on YUV 4:2:0 planes.

    Luma goes by `planar_motion_mask`. A chroma sample is of `next` where at least half of its luma
    samples, four or at odd edges two or one, are.

    Parameters
    ----------
    prev, next, bg : tuple of 3 ndarray, uint8
        Planes Y of shape (H, W), and U and V of shape ((H + 1) // 2, (W + 1) // 2).
    threshold : int, default 3
        Gray difference in 0..255.
    weights : YuvGray, optional
        Of the matrix and range; BT.601, limited when absent.

    Returns
    -------
    tuple of 3 ndarray, uint8
        The planes of the composited frame.
    """
    mask = planar_motion_mask(prev, next, threshold, weights)
    moved = _block_sums((mask > 0).astype(np.int64)) >= 2
    return (
        np.where(mask > 0, next[0], bg[0]),
        np.where(moved, next[1], bg[1]),
        np.where(moved, next[2], bg[2]),
    )


def planar_blend(frame: Planes, matte: Matte, bg: Planes) -> Planes:
    """Return `(matte*frame + (255-matte)*bg) / 255` rounded half up, on YUV 4:2:0 planes.

    A chroma sample's coverage is the mean, rounded half up, of the matte over its luma samples.

    Parameters
    ----------
    frame, bg : tuple of 3 ndarray, uint8
        Planes Y of shape (H, W), and U and V of shape ((H + 1) // 2, (W + 1) // 2).
    matte : ndarray, shape (H, W), uint8
        Coverage, 0 to 255.

    Returns
    -------
    tuple of 3 ndarray, uint8
        The planes of the blended frame.
    """
    mean = (_block_sums(matte.astype(np.int64)) + 2) // 4

    def over(
        a: npt.NDArray[np.int64], foreground: Plane, background: Plane
    ) -> npt.NDArray[np.uint8]:
        v = a * foreground + (255 - a) * background
        return ((2 * v + 255) // 510).astype(np.uint8)

    return (
        over(matte.astype(np.int64), frame[0], bg[0]),
        over(mean, frame[1], bg[1]),
        over(mean, frame[2], bg[2]),
    )
