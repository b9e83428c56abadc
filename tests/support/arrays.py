"""Arrays of every awkward kind: strided, flipped, read-only, unaligned, empty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

MAX_SIDE = 70


def random_frame(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def random_plane(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view


def _from_bytes(array: np.ndarray) -> np.ndarray:
    return np.frombuffer(array.tobytes(), np.uint8).reshape(array.shape)


def _unaligned(array: np.ndarray) -> np.ndarray:
    memory = np.empty(array.size + 1, np.uint8)
    memory[1:] = array.ravel()
    return memory[1:].reshape(array.shape)


def _padded_rows(array: np.ndarray) -> np.ndarray:
    room = np.zeros((array.shape[0], array.shape[1] + 5, *array.shape[2:]), np.uint8)
    room[:, 2 : 2 + array.shape[1]] = array
    return room[:, 2 : 2 + array.shape[1]]


def _every_other(array: np.ndarray) -> np.ndarray:
    room = np.zeros((2 * array.shape[0], 3 * array.shape[1], *array.shape[2:]), np.uint8)
    room[::2, ::3] = array
    return room[::2, ::3]


def _transposed(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array.swapaxes(0, 1)).swapaxes(0, 1)


# Each keeps the values and changes how they lie in memory.
LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "contiguous": np.ascontiguousarray,
    "read-only": _read_only,
    "from bytes": _from_bytes,
    "unaligned": _unaligned,
    "padded rows": _padded_rows,
    "every other pixel": _every_other,
    "upside down": lambda a: np.ascontiguousarray(a[::-1])[::-1],
    "mirrored": lambda a: np.ascontiguousarray(a[:, ::-1])[:, ::-1],
    "channels reversed": lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
    "transposed": _transposed,
    "fortran": np.asfortranarray,
}
WRITABLE = tuple(name for name in LAYOUTS if name not in {"read-only", "from bytes"})

sides = st.one_of(st.integers(0, 5), st.integers(0, MAX_SIDE))
layouts = st.sampled_from(sorted(LAYOUTS))
writable_layouts = st.sampled_from(sorted(WRITABLE))
thresholds = st.one_of(st.sampled_from([0, 1, 3, 17, 128, 254, 255]), st.integers(0, 255))
seeds = st.integers(0, 1000)
