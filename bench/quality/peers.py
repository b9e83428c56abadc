"""How others key: OpenCV's subtractors, a difference from the plate, FFmpeg's filters, a model."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np

from fastvbg.measure.usual import UsualCode, usual_code_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import Frame, Mask, Matte
    from fastvbg.media.model import Picture

_SHADOW = 127  # as OpenCV marks them; foreground is 255
_DIFFERENCE = 20
_BASE = Fraction(1, 25)

CHROMAKEY = "color=0x3f9140:similarity=0.05:blend=0.04"
"""What came out best on `talk_green` in a search over both numbers; the median of its plate."""
BACKGROUNDKEY = "threshold=1:similarity=0.02:blend=0.02"
"""What came out best on `talk_plate`; below a threshold of 1 it takes a new plate on the way."""


def cleaned(mask: Mask) -> Mask:
    """Clean a mask up as is usual after a subtractor: a 5x5 median, then outer contours filled."""
    mask = np.asarray(cv2.medianBlur(mask, 5), np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = cv2.drawContours(np.zeros_like(mask), contours, -1, (255,), -1)
    return np.asarray(filled, np.uint8)


def _above(plane: Any, threshold: int) -> Mask:
    return np.asarray(cv2.threshold(plane, threshold, 255, cv2.THRESH_BINARY)[1], np.uint8)


def subtractor(kind: str) -> Callable[[Frame], Mask]:
    """Return OpenCV's subtractor "mog2" or "knn" at its defaults; shadows are background."""
    make: dict[str, Callable[[], Any]] = {
        "mog2": cv2.createBackgroundSubtractorMOG2,
        "knn": cv2.createBackgroundSubtractorKNN,
    }
    model = make[kind]()

    def key(frame: Frame) -> Mask:
        return _above(model.apply(frame), _SHADOW)

    return key


def difference(plate: Frame) -> Callable[[Frame], Mask]:
    """Return what marks pixels any of whose channels differs from the plate by more than 20."""

    def key(frame: Frame) -> Mask:
        blue, green, red = cv2.split(cv2.absdiff(frame, plate))
        return _above(cv2.max(cv2.max(blue, green), red), _DIFFERENCE)

    return key


def network() -> Callable[[Frame], Matte]:
    """Return MediaPipe's model of a frame's proportions, its answer resized bilinearly."""
    codes: list[UsualCode] = []

    def key(frame: Frame) -> Matte:
        if not codes:
            codes.append(usual_code_for(frame.shape[1], frame.shape[0]))
        return np.asarray(codes[0].matte(frame) * 255 + 0.5, np.uint8)

    return key


class Filter:
    """A keying filter of FFmpeg's in a filter graph of one thread; frames are YUVA 4:2:0.

    Parameters
    ----------
    name, arguments : str
        Of the filter.
    width, height : int
        Size of the frames.
    """

    def __init__(self, name: str, arguments: str, width: int, height: int) -> None:
        self._graph = graph = av.filter.Graph()
        graph.threads = 1
        yuva = av.VideoFormat("yuva420p", width, height)
        nodes = [
            graph.add_buffer(width=width, height=height, format=yuva, time_base=_BASE),
            graph.add(name, arguments),
            graph.add("alphaextract"),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*nodes).configure()
        self._count = 0

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return the next frame's matte, a gray picture."""
        frame.pts, frame.time_base = self._count, _BASE
        self._count += 1
        self._graph.vpush(frame)
        return self._graph.vpull()


def as_yuva(picture: Picture) -> av.VideoFrame:
    """Return a frame in the form that FFmpeg's keying filters work on."""
    if not isinstance(picture, av.VideoFrame):
        picture = av.VideoFrame.from_ndarray(picture, format="bgr24")
    return picture.reformat(format="yuva420p")


def filters() -> frozenset[str]:
    """Return the names of the filters that FFmpeg's libraries have here."""
    return frozenset(av.filter.filters_available)
