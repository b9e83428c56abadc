"""The depth keyer: what lies within a range of distances from the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.checks import (
    check_apart,
    check_depth,
    check_integer,
    check_number,
    check_order,
    check_plane,
    check_same_size,
    check_writable,
)
from fastvbg.constants import DEPTH_HOLD, MOST_DEPTH, MOST_DEPTH_HOLD
from fastvbg.errors import OptionError, ShapeError
from fastvbg.kernels._kernel import Module
from fastvbg.layout import packed, written_packed
from fastvbg.outputs import composite_out, copy_frame, plane_out
from fastvbg.spelling import Spelled, called_as

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Depth, Frame, Matte
    from fastvbg.constants import Order

__all__ = ["DepthKeyer", "as_depth", "depth_matte"]

frames = Module("composite.frames")
kernels = Module("keying.depth")


_NO_VALUE = -1
_MOST_SCALE = 1e9


def as_depth(depth: npt.NDArray[Any], *, scale: float = 1.0, invalid: int | None = 0) -> Depth:
    """Return a depth map in whole units, as the keyer takes it.

    Parameters
    ----------
    depth : ndarray, shape (H, W), uint16, uint8 or float32
        The map. Any strides, also read-only.
    scale : float, default 1.0
        What a float32 map is multiplied by: 1000 brings metres to millimetres. Of integers only 1
        is taken.
    invalid : int, optional, default 0
        What becomes of float32 depths that are none: NaN, infinite, 0 or less. When None, 65535.

    Returns
    -------
    ndarray, shape (H, W), uint16
        Integers as they are, a uint16 map itself; floats rounded half to even, from 1 to 65535.

    Raises
    ------
    DTypeError
        The map is no array of these types (also a `TypeError`).
    ShapeError
        Its shape is not (H, W) (also a `ValueError`).
    OptionError, OptionTypeError
        An integer map with a scale, or a number out of its range (also a `ValueError`), or none (a
        `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> as_depth(np.array([[0.75, np.nan]], np.float32), scale=1000)
    array([[750,   0]], dtype=uint16)
    """
    check_depth("depth", depth)
    hole = MOST_DEPTH if invalid is None else check_integer("invalid", invalid, 0, MOST_DEPTH)
    scale = check_number("scale", scale, 0, _MOST_SCALE)
    if depth.dtype != np.float32:
        if scale != 1:
            raise OptionError(f"scale: got {scale:g} with a map of {depth.dtype}, wanted float32")
        return depth.astype(np.uint16, copy=False)
    scaled = depth.astype(np.float64) * scale
    known = np.isfinite(scaled) & (scaled > 0)
    return np.where(known, np.rint(np.where(known, scaled, 1)).clip(1, MOST_DEPTH), hole).astype(
        np.uint16
    )


def depth_matte(
    depth: npt.NDArray[Any],
    *,
    near: int,
    far: int,
    softness: int = 0,
    invalid: int | None = 0,
    out: Matte | None = None,
) -> Matte:
    """Tell what lies from `near` to `far`.

    255 from `near` to `far`, both included; beyond each end the matte falls to 0 in a straight line
    over `softness`: with `s = max(1, softness)` and `t = clip(min(d - (near - s), (far + s) - d),
    0, s)` it is `255*t/s` rounded half up. 0 where nothing was measured.

    Parameters
    ----------
    depth : ndarray, shape (H, W), uint16, uint8 or float32
        The depth map, in the unit of the range: any whole one; 16-bit files hold millimetres by
        custom. float32 is rounded to whole units (see `as_depth` for metres). Larger need not mean
        farther: of a map in which the near is bright, give the values to keep. Any strides, also
        read-only.
    near, far : int
        The range that is kept whole, 0 to 65535, `near` at most `far`.
    softness : int, default 0
        How far beyond each end the matte falls to 0, 0 to 65535 units; 0 and 1 make a mask.
    invalid : int, optional, default 0
        The value that says that nothing was measured. None: there is no such value.
    out : ndarray, shape (H, W), uint8, optional
        Where to write the matte; it may not share memory with the map. Allocated when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte, of the map's size; `out` when given.

    Raises
    ------
    DTypeError
        An array is of none of these types (also a `TypeError`).
    ShapeError
        A shape is not (H, W), or `out` is of another size (also a `ValueError`).
    OptionError, OptionTypeError
        A number is out of its range or `near` beyond `far` (also a `ValueError`), or no integer
        (a `TypeError`).
    OverlapError
        `out` is read-only or shares memory with the map (also a `ValueError`).

    Examples
    --------
    >>> import numpy as np
    >>> depth_matte(np.array([[0, 400, 795, 810, 900]], np.uint16), near=300, far=800, softness=20)
    array([[  0, 255, 255, 128,   0]], dtype=uint8)
    """
    span = _Range(near, far, softness, invalid)
    shape = check_depth("depth", depth)
    result = plane_out(out, shape, "depth")
    if out is not None:
        check_apart(out, (("depth", depth),))
    units = packed(as_depth(depth, invalid=invalid))
    with written_packed(result) as (work,):
        kernels.matte.call(units, work, *span.numbers, span.hole)
    return result


class DepthKeyer(Spelled):
    """The depth keyer for maps in order: `depth_matte` with holes held over time.

    A pixel without a depth takes its last valid one, for up to `hold` frames; after that it is
    background until something is measured there again. A frame without any map is one of holes.

    Parameters
    ----------
    near, far : int
        The range that is kept whole, 0 to 65535, in the maps' unit; see `depth_matte`.
    softness : int, default 0
        How far beyond each end the matte falls to 0.
    invalid : int, optional, default 0
        The value that says that nothing was measured. None: there is no such value.
    hold : int, default 5
        For how many frames a depth fills holes of its pixel, 0 to 254.

    Raises
    ------
    OptionError, OptionTypeError
        A number is out of its range or `near` beyond `far` (also a `ValueError`), or no integer
        (a `TypeError`).

    Notes
    -----
    The matte has the map's size, which need not be the frame's: `blend` stretches it. One object
    serves one video: call it from one thread at a time.

    Examples
    --------
    >>> import numpy as np
    >>> keyer = DepthKeyer(300, 800, hold=1)
    >>> maps = np.array([[[500, 900]]], np.uint16), np.array([[[0, 0]]], np.uint16)
    >>> [keyer.key_depth(m[0]).tolist() for m in (*maps, maps[1])]
    [[[255, 0]], [[255, 0]], [[0, 0]]]
    """

    @called_as
    def __init__(
        self,
        near: int,
        far: int,
        softness: int = 0,
        *,
        invalid: int | None = 0,
        hold: int = DEPTH_HOLD,
    ) -> None:
        self._range = _Range(near, far, softness, invalid)
        self._invalid = invalid
        self._limit = check_integer("hold", hold, 0, MOST_DEPTH_HOLD) + 1
        self._kept: Depth | None = None
        self._age: npt.NDArray[np.uint8] = np.empty((0, 0), np.uint8)
        self._matte: npt.NDArray[np.uint8] = np.empty((0, 0), np.uint8)

    def key_depth(self, depth: npt.NDArray[Any] | None, *, out: Matte | None = None) -> Matte:
        """Return the matte of the next map.

        Parameters
        ----------
        depth : ndarray, shape (H, W), uint16, uint8 or float32, or None
            The map; it is copied as far as it is kept. None when this frame has none: then all
            pixels are holes.
        out : ndarray, shape (H, W), uint8, optional
            Where to write the matte; it may not share memory with the map.

        Returns
        -------
        ndarray, shape (H, W), uint8
            The matte, of the map's size; `out` when given. As long as there was no map at all, one
            pixel of background, or `out` cleared.

        Raises
        ------
        DTypeError, OverlapError
            As of `depth_matte`.
        ShapeError
            The map is not (H, W), or not of the first one's size; `reset` allows another.
        """
        if depth is None:
            return self._without_depth(out)
        shape = self._check_depth(depth)
        result = plane_out(out, shape, "depth")
        if out is not None:
            check_apart(out, (("depth", depth),))
        if self._kept is None:
            self._kept = np.zeros(shape, np.uint16)
            self._age = np.full(shape, self._limit, np.uint8)
        state = packed(as_depth(depth, invalid=self._invalid)), self._kept, self._age
        with written_packed(result) as (work,):
            options = *self._range.numbers, self._range.hole, self._limit
            kernels.held_matte.call(*state, work, *options)
        return result

    def composite(
        self,
        depth: npt.NDArray[Any] | None,
        frame: Frame,
        background: Frame,
        *,
        order: Order = "bgr",
        out: Frame | None = None,
    ) -> Frame:
        """Lay a frame over a background by the next map, of the frame's size.

        The same as `blend(frame, key_depth(depth), background)`, and done so: two passes, which for
        depth are faster than one, with a matte that this object keeps.

        Parameters
        ----------
        depth : ndarray, shape (H, W), uint16, uint8 or float32, or None
            The map, as `key_depth` takes it.
        frame, background : ndarray, shape (H, W, 3) or (H, W, 4), uint8
            Channels as `order` says. Any strides; rows of consecutive pixels are fastest.
        order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
            The channels of all frames. Of four the last is not read, and is 255 in the result.
        out : ndarray, shape like `frame`, uint8, optional
            Where to write the result. May be `frame` or `background` itself, but may not share
            memory with the map.

        Returns
        -------
        ndarray, shape like `frame`, uint8
            The composited frame; `out` when given. As long as there was no map at all, the
            background.

        Raises
        ------
        DTypeError, OverlapError
            An array is not as above (also a `TypeError` or `ValueError`).
        ShapeError
            A shape is not as above; a map of another size than the frame is for `key_depth` and
            `blend`, which stretches mattes (also a `ValueError`).
        OptionError, OptionTypeError
            The order is none of the above (also a `ValueError` or a `TypeError`).
        """
        out = composite_out(frame, background, out, check_order(order))
        shape = out.shape[0], out.shape[1]
        if depth is not None:
            _check_size(check_depth("depth", depth), shape)
            self._check_depth(depth)
            check_apart(out, (("depth", depth),))
        elif self._kept is None:
            copy_frame(background, out)
            return out
        else:
            _check_size(self._age.shape, shape)
        # One kernel that keyed some rows and then blended them took 1.3 times as long as the two
        # do (1080p, AVX-512): the matte is a tenth of what is read and written, so keeping it from
        # memory gains less than what the CPU's prefetching loses among six arrays.
        if self._matte.shape != shape:
            self._matte = np.empty(shape, np.uint8)
        matte = self.key_depth(depth, out=self._matte)
        frames.blend.call(frame, matte, background, out, shape[0])
        return out

    def _check_depth(self, depth: npt.NDArray[Any]) -> tuple[int, int]:
        shape = check_depth("depth", depth)
        if self._kept is not None and shape != self._kept.shape:
            check_same_size("depth", shape, "the first map", self._kept.shape)
        return shape

    def _without_depth(self, out: Matte | None) -> Matte:
        if self._kept is None:
            result = np.empty((1, 1), np.uint8) if out is None else out
            check_plane("out", result)
            check_writable(result)
            result[:] = 0
            return result
        result = plane_out(out, self._age.shape, "depth")
        with written_packed(result) as (work,):
            kernels.aged_matte.call(self._kept, self._age, work, *self._range.numbers, self._limit)
        return result

    def reset(self) -> None:
        """Forget all depths, as at the start of another video; maps may be of another size."""
        self._kept = None


class _Range:
    """The checked numbers of a range, as the kernels take them."""

    def __init__(self, near: int, far: int, softness: int, invalid: int | None) -> None:
        near = check_integer("near", near, 0, MOST_DEPTH)
        far = check_integer("far", far, 0, MOST_DEPTH)
        if near > far:
            raise OptionError(f"near: got {near} beyond far, {far}; wanted near at most far")
        soft = check_integer("softness", softness, 0, MOST_DEPTH)
        self.numbers = near, far, max(1, soft)
        self.hole = (
            _NO_VALUE if invalid is None else check_integer("invalid", invalid, 0, MOST_DEPTH)
        )


def _check_size(depth: tuple[int, ...], frame: tuple[int, int]) -> None:
    if depth != frame:
        raise ShapeError(
            f"depth: got {depth[1]}x{depth[0]} (width x height), wanted {frame[1]}x{frame[0]} like "
            "frame; for maps of another size: blend(frame, keyer.key_depth(depth), background)"
        )
