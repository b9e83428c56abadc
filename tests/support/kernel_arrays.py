"""Arrays for the kernel tests: random frames, unusual layouts, memory beside forbidden pages."""

from __future__ import annotations

import ctypes
import mmap
from contextlib import contextmanager

import numpy as np


def _packed(array):
    return array


def _strided_rows(array):
    wide = np.zeros((array.shape[0], array.shape[1] + 3, *array.shape[2:]), array.dtype)
    wide[:, : array.shape[1]] = array
    return wide[:, : array.shape[1]]


def _flipped_rows(array):
    return np.ascontiguousarray(array[::-1])[::-1]


def _flipped_columns(array):
    return np.ascontiguousarray(array[:, ::-1])[:, ::-1]


def _transposed(array):
    return np.ascontiguousarray(array.swapaxes(0, 1)).swapaxes(0, 1)


def _every_second(array):
    sparse = np.zeros((array.shape[0], 2 * array.shape[1], *array.shape[2:]), array.dtype)
    sparse[:, ::2] = array
    return sparse[:, ::2]


def _channels_reversed(array):
    return np.ascontiguousarray(array[..., ::-1])[..., ::-1]


def _three_of(order):
    """Three of four bytes, at the places named."""

    def laid(array):
        deep = np.full((*array.shape[:2], 4), 77, array.dtype)
        view = deep[..., order]
        view[:] = array
        return view

    return laid


def _planes(array):
    return np.ascontiguousarray(array.transpose(2, 0, 1)).transpose(1, 2, 0)


def _planes_reversed(array):
    return np.ascontiguousarray(array.transpose(2, 0, 1)[::-1])[::-1].transpose(1, 2, 0)


def _cropped_planes(array):
    height, width, _ = array.shape
    room = np.zeros((3, height + 2, width + 5), array.dtype)
    view = room[:, 1 : height + 1, 3 : width + 3].transpose(1, 2, 0)
    view[:] = array
    return view


LAYOUTS = {
    "packed": _packed,
    "strided_rows": _strided_rows,
    "flipped_rows": _flipped_rows,
    "flipped_columns": _flipped_columns,
    "transposed": _transposed,
    "every_second": _every_second,
}
PACKED_LAYOUTS = {
    "packed": _packed,
    "strided_rows": _strided_rows,
    "flipped_rows": _flipped_rows,
    "channels_reversed": _channels_reversed,
}
"""What the kernels of keyers take."""
FRAME_LAYOUTS = LAYOUTS | {
    "channels_reversed": _channels_reversed,
    "three_of_four": _three_of(np.s_[:3]),
    "reversed_of_four": _three_of(np.s_[2::-1]),
    "last_three_of_four": _three_of(np.s_[1:]),
    "last_reversed_of_four": _three_of(np.s_[:0:-1]),
    "planes": _planes,
    "planes_reversed": _planes_reversed,
    "cropped_planes": _cropped_planes,
}


def at_offset(array, offset):
    """Copy an array to memory that starts `offset` bytes after a multiple of 64."""
    memory = np.zeros(array.size + 192, np.uint8)
    start = -memory.ctypes.data % 64 + offset
    placed = memory[start : start + array.size].reshape(array.shape)
    placed[:] = array
    return placed


def frame_pair(rng, height, width, channels=(3,)):
    """Return two frames that differ by nothing, little or much, pixel by pixel."""
    prev = rng.integers(0, 256, (height, width, *channels), np.uint8)
    little = (prev + rng.integers(-7, 8, prev.shape)).clip(0, 255).astype(np.uint8)
    much = rng.integers(0, 256, prev.shape, np.uint8)
    kind = rng.integers(0, 3, (height, width, *(1 for _ in channels)))
    return prev, np.choose(kind, (prev, little, much)).astype(np.uint8)


@contextmanager
def beside_forbidden_page(size, side):
    """Give `size` bytes that begin right after (side 0) or end right before (1) a forbidden page.

    Touching such a page ends the process.
    """
    page = mmap.PAGESIZE
    middle = -(-size // page) * page
    area = mmap.mmap(-1, middle + 2 * page)
    holder = (ctypes.c_char * len(area)).from_buffer(area)
    base = ctypes.addressof(holder)
    libc = ctypes.CDLL(None, use_errno=True)
    forbidden = ((base, page), (base + page + middle, page))

    def protect(rights):
        for start, length in forbidden:
            if libc.mprotect(ctypes.c_void_p(start), ctypes.c_size_t(length), rights):
                raise OSError(ctypes.get_errno(), "mprotect")

    whole = np.frombuffer(area, np.uint8)
    protect(0)
    try:
        start = page + (middle - size if side else 0)
        yield whole[start : start + size]
    finally:
        protect(mmap.PROT_READ | mmap.PROT_WRITE)
