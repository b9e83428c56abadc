"""256 colours a frame, for GIF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from av.filter import Graph

if TYPE_CHECKING:
    import av


class Palette:
    """Gives each frame a palette of its own, so that nothing waits for the end of the video."""

    def __init__(self) -> None:
        self._graph: Graph | None = None

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return the frame with a palette."""
        if self._graph is None:
            self._graph = _palette_graph(frame)
        self._graph.vpush(frame)
        coloured = self._graph.vpull()
        coloured.pts, coloured.time_base = frame.pts, frame.time_base
        return coloured


def _palette_graph(frame: av.VideoFrame) -> Graph:
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        name="source",
        time_base=frame.time_base,
    )
    split = graph.add("split")
    make = graph.add("palettegen", "stats_mode=single")
    use = graph.add("paletteuse", "new=1")
    sink = graph.add("buffersink")
    source.link_to(split)
    split.link_to(make, 0, 0)
    split.link_to(use, 1, 0)
    make.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph
