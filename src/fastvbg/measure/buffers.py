"""Frames to measure with: the same for everybody, each at the start of a cache line."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fastvbg.kernels._target import STREAM_BYTES, STREAM_SHARE

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte

LARGEST_CACHE: Final = STREAM_SHARE * STREAM_BYTES
"""Bytes."""

_LINE = 64  # bytes in a cache line, and in the widest vector
_SEED = 1
_UNCACHED = 80 << 20  # bytes


@lru_cache(maxsize=1)
def _other_memory() -> npt.NDArray[np.uint64]:
    """Return memory of four times the largest cache."""
    return np.ones(4 * LARGEST_CACHE // 8, np.uint64)


def evict() -> None:
    """Fill the caches with other memory, as whatever runs between two frames of a stream does."""
    _other_memory().max()


class Frames(NamedTuple):
    """The inputs of every operation at one size."""

    prev: Frame
    next: Frame
    bg: Frame
    matte: Matte


def aligned_empty(*shape: int) -> Frame:
    """Return a new uint8 array that begins at a multiple of 64 bytes.

    Parameters
    ----------
    *shape : int
        Of the array.

    Returns
    -------
    ndarray, uint8
        C-contiguous, its content undefined.
    """
    size = int(np.prod(shape))
    memory = np.empty(size + _LINE, np.uint8)
    start = -memory.ctypes.data % _LINE
    return memory[start : start + size].reshape(shape)


@lru_cache(maxsize=1)
def make_frames(width: int, height: int) -> Frames:
    """Return frames that differ as those of a video do, and a matte like a person's.

    In a third of the blocks two thirds of the pixels move, scattered, since frame difference sees
    texture; elsewhere one in two hundred does, as noise.

    Parameters
    ----------
    width, height : int
        Size in pixels.

    Returns
    -------
    Frames
        Three frames and a matte.
    """
    rng = np.random.default_rng(_SEED)
    prev, next, bg = (aligned_empty(height, width, 3) for _ in range(3))
    prev[:] = rng.integers(0, 256, prev.shape, dtype=np.uint8)
    bg[:] = prev[::-1, ::-1]
    blocks = rng.random((-(-height // 32), -(-width // 32))) < 1 / 3
    chances = np.where(blocks, 0.66, 0.005).astype(np.float32)
    share = np.kron(chances, np.ones((32, 32), np.float32))[:height, :width]
    moved = rng.random((height, width), dtype=np.float32) < share
    change = np.where(moved, np.uint8(40), np.uint8(1))
    np.bitwise_xor(prev, change[..., np.newaxis], out=next)
    # An upright ellipse with a soft edge: 7 % of its pixels are neither in nor out.
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = np.hypot((x / width - 0.5) / 0.25, (y / height - 0.55) / 0.45)
    matte = aligned_empty(height, width)
    matte[:] = np.clip((1.05 - distance) / 0.1 * 255, 0, 255)
    return Frames(prev, next, bg, matte)


def make_video(width: int, height: int) -> list[Frame]:
    """Return frames of a talking head, so many that caches hold none when its turn comes again.

    Everywhere is noise of one step; where the matte of `make_frames` is, a third of the pixels
    move from frame to frame: an eighth of all.

    Parameters
    ----------
    width, height : int
        As of `make_frames`.

    Returns
    -------
    list of ndarray
        From 2 to 12 frames.
    """
    rng = np.random.default_rng(_SEED)
    scene, _, _, matte = make_frames(width, height)
    video = []
    for _ in range(min(max(2, _UNCACHED // scene.size), 12)):
        lit = (matte > 0) & (rng.random(matte.shape, dtype=np.float32) < 0.2)
        change = np.where(lit, np.uint8(40), rng.integers(0, 2, lit.shape, np.uint8))
        frame = aligned_empty(height, width, 3)
        np.bitwise_xor(scene, change[..., np.newaxis], out=frame)
        video.append(frame)
    return video
