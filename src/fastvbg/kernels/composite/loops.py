"""The loops over rows that kernels of frames have in common, whatever the layout of the frames.

`order` is 0 for BGR and 1 for RGB; a blend is the same in both. A fourth channel of an input is not
looked at; one of `out` is set to 255.

The arrays may be a band of a frame's rows. `whole` is how many rows the frame has: whether results
are stored past the caches goes by all that is read and written, whoever does the other bands.

`whole` below 0 is for arrays that nobody has checked: the usual case is recognised here, all else
is refused. It is the number of bytes read and written from which on more than one thread may do
it. In Python the same checks touch some hundred lines of memory that large frames have pushed out
of the caches: 50 us a call at 1080p, of 700 for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.kernels._apart import apart, apart_or_same
from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._layouts import in_one
from fastvbg.kernels._memory import stream_bytes
from fastvbg.kernels._runs import fence

if TYPE_CHECKING:
    from fastvbg.kernels._kernel import Kernel


class Layout(NamedTuple):
    """How frames lie that a module's kernels take; all but the name are compiled helpers."""

    name: str
    """Of the module, with its room."""
    reads: Any
    """Tell whether a frame is one of these."""
    writes: Any
    """Tell whether `out` is one that can be written."""
    takes_plane: Any
    """Tell whether a matte or mask is one that can be read or written."""
    row: Any
    """Return how a row of a frame lies, as the runs take it."""
    plane_row: Any
    """Return the same of a matte or mask."""
    size: Any
    """Return how many bytes of a pixel go through the caches."""
    spare: Any
    """Return how many pixels at a row's end are to be taken with care."""


@inline
def no_spare(frame: Any, row: Any) -> Any:
    """Return that no pixels are, since runs touch no more than theirs."""
    return 0


@inline
def _fits(frame: Any, out: Any) -> Any:
    """Tell whether a frame is of the shape of `out`, and `out` itself or apart from it."""
    return frame.shape == out.shape and apart_or_same(frame, out)


@inline
def _lies_beside(array: Any, out: Any) -> Any:
    """Tell whether a frame and a plane, of which one is `out`, are of one size and apart."""
    return array.shape[:2] == out.shape[:2] and apart(array, out)


@inline
def _is_whole(out: Any, channels: Any) -> Any:
    """Tell whether an array has so many channels, and no gaps."""
    return in_one(out) and out.size == channels * out.shape[0] * out.shape[1]


def composite(layout: Layout, run: Any, fallback: Kernel | None = None) -> Kernel:
    """Make the kernel of `composite`: `next` where it moved since `prev`, elsewhere `bg`."""
    name, reads, writes, _, row, _, size, spare = layout

    def composite(
        prev: Any, next: Any, bg: Any, out: Any, threshold: Any, order: Any, whole: Any
    ) -> Any:
        if not (reads(prev) and reads(next) and reads(bg) and writes(out)):
            return False
        rows, cols = out.shape[:2]
        pixel = size(prev) + size(next) + size(bg) + size(out)
        if whole < 0:
            usual = _fits(prev, out) and _fits(next, out) and _fits(bg, out) and _is_whole(out, 3)
            alone = pixel * rows * cols < -whole
            if not (usual and alone and 0 <= threshold <= 255):
                return False
            whole = rows
        streaming = pixel * whole * cols >= stream_bytes()
        if in_one(prev) and in_one(next) and in_one(bg) and in_one(out):
            rows, cols = 1 if rows else 0, rows * cols
        for y in range(rows):
            old, new, behind, to = (
                row(prev, y, order),
                row(next, y, order),
                row(bg, y, order),
                row(out, y, order),
            )
            careful = max(spare(prev, y), spare(next, y), spare(bg, y), spare(out, y))
            run(old, new, behind, to, cols, threshold, careful, streaming)
        fence()
        return True

    types = FRAME, FRAME, FRAME, OUT_FRAME, INT, INT, INT
    return kernel(*types, fallback=fallback, name=f"{name}.composite")(composite)


def motion_mask(layout: Layout, run: Any, fallback: Kernel | None = None) -> Kernel:
    """Make the kernel of `motion_mask`: 255 where `next` moved since `prev`, elsewhere 0."""
    name, reads, _, takes_plane, row, plane_row, size, spare = layout

    def motion_mask(prev: Any, next: Any, out: Any, threshold: Any, order: Any, whole: Any) -> Any:
        if not (reads(prev) and reads(next) and takes_plane(out)):
            return False
        rows, cols = out.shape
        pixel = size(prev) + size(next) + 1
        if whole < 0:
            usual = _lies_beside(prev, out) and _lies_beside(next, out) and _is_whole(out, 1)
            usual = usual and _is_whole(prev, 3) and _is_whole(next, 3)
            alone = pixel * rows * cols < -whole
            if not (usual and alone and 0 <= threshold <= 255):
                return False
            whole = rows
        streaming = pixel * whole * cols >= stream_bytes()
        if in_one(prev) and in_one(next) and in_one(out):
            rows, cols = 1 if rows else 0, rows * cols
        for y in range(rows):
            old, new, to = row(prev, y, order), row(next, y, order), plane_row(out, y)
            run(old, new, to, cols, threshold, max(spare(prev, y), spare(next, y)), streaming)
        fence()
        return True

    types = FRAME, FRAME, OUT_PLANE, INT, INT, INT
    return kernel(*types, fallback=fallback, name=f"{name}.motion_mask")(motion_mask)


def blend(layout: Layout, run: Any, fallback: Kernel | None = None) -> Kernel:
    """Make the kernel of `blend`: `frame` over `bg` by `matte`."""
    name, reads, writes, takes_plane, row, plane_row, size, spare = layout

    def blend(frame: Any, matte: Any, bg: Any, out: Any, whole: Any) -> Any:
        if not (reads(frame) and takes_plane(matte) and reads(bg) and writes(out)):
            return False
        rows, cols = out.shape[:2]
        pixel = size(frame) + size(bg) + size(out) + 1
        if whole < 0:
            usual = _fits(frame, out) and _fits(bg, out) and _lies_beside(matte, out)
            if not (usual and _is_whole(out, 3) and pixel * rows * cols < -whole):
                return False
            whole = rows
        streaming = pixel * whole * cols >= stream_bytes()
        if in_one(frame) and in_one(matte) and in_one(bg) and in_one(out):
            rows, cols = 1 if rows else 0, rows * cols
        for y in range(rows):
            over, cover, under = row(frame, y, 0), plane_row(matte, y), row(bg, y, 0)
            careful = max(spare(frame, y), spare(bg, y), spare(out, y))
            run(over, cover, under, row(out, y, 0), cols, careful, streaming)
        fence()
        return True

    types = FRAME, PLANE, FRAME, OUT_FRAME, INT
    return kernel(*types, fallback=fallback, name=f"{name}.blend")(blend)


def convert(layout: Layout, run: Any, fallback: Kernel | None = None) -> Kernel:
    """Make the kernel of a copy in another layout."""
    name, reads, writes, _, row, _, size, spare = layout

    def convert(frame: Any, out: Any, whole: Any) -> Any:
        if not (reads(frame) and writes(out)):
            return False
        rows, cols = out.shape[:2]
        streaming = (size(frame) + size(out)) * whole * cols >= stream_bytes()
        if in_one(frame) and in_one(out):
            rows, cols = 1 if rows else 0, rows * cols
        for y in range(rows):
            careful = max(spare(frame, y), spare(out, y))
            run(row(frame, y, 0), row(out, y, 0), cols, careful, streaming)
        fence()
        return True

    return kernel(FRAME, OUT_FRAME, INT, fallback=fallback, name=f"{name}.convert")(convert)
