"""How arrays lie in memory, and the one promise that is made of it between the package's layers.

A public function takes arrays of any strides. Where a kernel wants the samples of each row one
after the other, whoever calls it asks for that here: in `packed`, and for what is written in
`written_packed`. Nothing else makes it true, wherever the array comes from: the alpha of a picture
is every fourth byte of it.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from fastvbg.checks import check_frame, check_writable, exchanged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from fastvbg._types import Frame
    from fastvbg.constants import Order

    Array = npt.NDArray[Any]

A = TypeVar("A", bound="npt.NDArray[Any]")

_LINE = 64
_BYTE = np.dtype(np.uint8)


def from_a_line_on(shape: tuple[int, ...], *, after: int = 0) -> npt.NDArray[np.uint8]:
    """Return new bytes that begin on a cache line, or so many bytes after its beginning.

    Decoders' planes do, too. Where rows do not, streaming stores begin with some single samples:
    at 1080p the plate keyer's composite took up to 1.2 times as long.
    """
    size = math.prod(shape)
    memory = np.empty(size + _LINE, np.uint8)
    start = (after - memory.ctypes.data) % _LINE
    return memory[start : start + size].reshape(shape)


def beside(array: Array) -> npt.NDArray[np.uint8]:
    """Return new bytes of an array's shape that begin where it does within a cache line.

    Vectors that are aligned in one are in both, as in others from the same allocator: NumPy's large
    arrays all begin 16 bytes after a line.
    """
    return from_a_line_on(array.shape, after=array.ctypes.data % _LINE)


def as_bgr(frame: Frame, order: Order) -> Frame:
    """Return a view of a frame's first three channels as blue, green, red."""
    if order == "bgr":
        return frame
    return frame[..., 2::-1] if exchanged(order) else frame[..., :3]


def checked_bgr(name: str, frame: Frame, order: Order) -> Frame:
    """Demand that a frame is of an order, and return it as `as_bgr` does."""
    check_frame(name, frame, order)
    return as_bgr(frame, order)


def is_packed(array: Array) -> bool:
    """Tell whether each row of a plane or frame is consecutive samples, aligned, in native order.

    Rows may lie anywhere, one after the other or not, upward too.
    """
    step = array.itemsize
    if array.ndim == 3:
        if array.strides[2] != step and array.shape[2] > 1:
            return False
        step *= array.shape[2]
    follow = array.strides[1] == step or array.shape[1] <= 1
    return follow and array.flags.aligned and array.dtype.isnative


def are_bytes(planes: Sequence[Any], shapes: Sequence[Any]) -> bool:
    """Tell whether planes are packed bytes of some shapes: then there is nothing else to check.

    For what comes frame by frame in the form of the first; in one call, since while caches are cold
    each takes 2 us.
    """
    for plane, shape in zip(planes, shapes, strict=False):
        if type(plane) is not np.ndarray or plane.dtype is not _BYTE or plane.shape != shape:
            return False
        if plane.strides[1] != 1:
            return False
    return 0 < len(planes) == len(shapes)


def packed(array: A) -> A:
    """Return an array of packed rows: itself, or a copy in native order."""
    if is_packed(array):
        return array
    return cast("A", np.array(array, array.dtype.newbyteorder("="), order="C"))


@contextmanager
def written_packed(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    """Give arrays of packed rows to write to, for each of some that are to be written.

    Each is the array itself, or a new one that is copied to it at the end.

    Raises
    ------
    OverlapError
        One may not be written.
    """
    for array in arrays:
        check_writable(array)
    targets = tuple(
        array if is_packed(array) else np.empty(array.shape, array.dtype.newbyteorder("="))
        for array in arrays
    )
    yield targets
    for array, target in zip(arrays, targets, strict=True):
        if target is not array:
            np.copyto(array, target)
