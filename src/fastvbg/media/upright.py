"""Rotations that a file only notes: read from frames, and carried out by libavfilter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.filter import Graph

if TYPE_CHECKING:
    from av.filter.context import FilterContext

_NOTHING = (1, 0, 0, 1)


def display_matrix_of(frame: av.VideoFrame) -> tuple[int, ...] | None:
    """Return the nine numbers of a frame's display matrix, or None when it has none that turns."""
    data: Any = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return None
    matrix = tuple(int(value) for value in np.frombuffer(bytes(data), np.int32))
    return matrix if _signs(matrix) != _NOTHING else None


def _signs(matrix: tuple[int, ...]) -> tuple[int, ...]:
    """Return the signs of what x and y become: x' = a x + c y, y' = b x + d y."""
    return tuple(int(np.sign(matrix[k])) for k in (0, 1, 3, 4))


def turning_filters(matrix: tuple[int, ...]) -> list[tuple[str, str]]:
    """Return libavfilter's names and arguments that carry out a display matrix.

    Parameters
    ----------
    matrix : tuple of int
        FFmpeg's nine numbers; only quarter turns and mirrorings are carried out.

    Returns
    -------
    list of (str, str)
        Filters in order; none for any other angle.
    """
    a, b, c, d = _signs(matrix)
    if b and c and not (a or d):
        mirrored = [("hflip", "")] * (c < 0) + [("vflip", "")] * (b < 0)
        return [("transpose", "cclock_flip"), *mirrored]
    if a and d and not (b or c):
        return [("hflip", "")] * (a < 0) + [("vflip", "")] * (d < 0)
    return []


class Turner:
    """Turns decoded frames upright.

    Parameters
    ----------
    frame : av.VideoFrame
        One like those to come.
    matrix : tuple of int
        The display matrix.
    """

    def __init__(self, frame: av.VideoFrame, matrix: tuple[int, ...]) -> None:
        graph = self._graph = Graph()
        chain: list[FilterContext] = [
            graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                name="source",
                time_base=frame.time_base,
            )
        ]
        chain += [graph.add(name, arguments) for name, arguments in turning_filters(matrix)]
        chain.append(graph.add("buffersink"))
        graph.link_nodes(*chain).configure()

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return the frame turned."""
        self._graph.vpush(frame)
        turned = self._graph.vpull()
        turned.pts, turned.time_base = frame.pts, frame.time_base
        return turned
