"""The screen's light taken off what is kept of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.checks import (
    check_apart,
    check_colour,
    check_frame,
    check_integer,
    check_no_partial_overlap,
    check_order,
    check_plane,
    check_planes,
    check_same_size,
)
from fastvbg.errors import DTypeError, shown
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.plan import CHROMA_ROWS, rows_for
from fastvbg.keyers._frames import as_kernels_write
from fastvbg.keyers.chroma.screen import UNIT, chroma_of, direction_of
from fastvbg.layout import as_bgr
from fastvbg.outputs import frame_out, plane_out

if TYPE_CHECKING:
    from fastvbg._types import Colour, Frame, Matte, Plane, Planes
    from fastvbg.constants import Order

__all__ = ["despill", "despill_planes"]

kernels = Module("keying.chroma")

ALL = 255
"""The amount that takes all spill off."""


def tint_of(direction: tuple[int, int], amount: int) -> tuple[int, int, int]:
    """Return by how much a unit of the key's strength moves B, G and R, in 1/64.

    Chroma moves against the key's direction: R = Y + 1.402 V, G = Y - 0.344 U - 0.714 V and
    B = Y + 1.772 U (ITU-T T.871 section 7).
    """
    u, v = (-part * amount / ALL for part in direction)
    return round(1.772 * u), round(-0.344136 * u - 0.714136 * v), round(1.402 * v)


def planes_amount(amount: int) -> int:
    """Return an amount as the kernels of planes take it, 0 to 64."""
    return (UNIT * amount + ALL // 2) // ALL


def clear_frame(
    frame: Frame,
    matte: Matte,
    direction: tuple[int, int],
    amount: int,
    out: Frame | None,
    order: Order,
) -> Frame:
    """Take spill off a frame, checked here; `despill` says how."""
    shape = check_frame("frame", frame, order)
    check_same_size("matte", check_plane("matte", matte), "frame", shape)
    out = frame_out(out, shape, "frame", order, frame=frame, matte=matte)
    rest = rows_for(CHROMA_ROWS, shape[1]), direction, tint_of(direction, amount)
    to = as_kernels_write(out, order)
    kernels.despill_frame.call(as_bgr(frame, order), matte, *to, *rest)
    return out


def clear_planes(
    planes: Planes,
    matte: Matte,
    direction: tuple[int, int],
    amount: int,
    out: tuple[Plane, Plane] | None,
) -> Planes:
    """Take spill off planes, checked here; `despill_planes` says how."""
    shape, *shifts = check_planes("planes", planes)
    check_same_size("matte", check_plane("matte", matte), "planes", shape)
    y, u, v = planes
    chroma = (u.shape[0], u.shape[1])
    if out is not None and (not isinstance(out, (tuple, list)) or len(out) != 2):
        raise DTypeError(f"out: got {shown(out)}, wanted planes (U, V)")
    outs = (None, None) if out is None else out
    to_u, to_v = (plane_out(part, chroma, "U and V") for part in outs)
    # Both chroma samples are read before either is written, but not those of other pixels.
    check_no_partial_overlap(to_u, (("U", u),))
    check_no_partial_overlap(to_v, (("V", v),))
    check_apart(to_u, (("V", v), ("matte", matte), ("out V", to_v)))
    check_apart(to_v, (("U", u), ("matte", matte)))
    scratch = rows_for(CHROMA_ROWS, shape[1])
    kernels.despill_planes.call(
        u, v, matte, to_u, to_v, scratch, *shifts, direction, planes_amount(amount)
    )
    return y, to_u, to_v


def despill(
    frame: Frame,
    matte: Matte,
    key: Colour,
    *,
    amount: int = ALL,
    order: Order = "bgr",
    out: Frame | None = None,
) -> Frame:
    """Take a screen's light off what is kept of a frame.

    Chroma that goes along the key's hue by more than half of what it goes beside it is moved
    against the key, as far as to that bound; luma stays. Hues that are 63 degrees or more beside
    the key's do not change. `reference.chroma.despill_frame` has the formula.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3) or (H, W, 4), uint8
        Channels as `order` says. Any strides, also read-only.
    matte : ndarray, shape (H, W), uint8
        Coverage; where it is 0 the frame stays as it is.
    key : (int, int, int)
        The screen's colour, blue, green, red or as `order` says.
    amount : int, default 255
        How much of the spill is taken off, 0 to 255.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of the frame, and of `key`. Of four the last is not read, and is 255 in the
        result.
    out : ndarray, shape like `frame`, uint8, optional
        Where to write the result. May be `frame` itself.

    Returns
    -------
    ndarray, shape like `frame`, uint8
        The frame without spill; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError
        An array is not as above (also a `TypeError` or `ValueError`).
    OptionError, OptionTypeError
        The key is no colour or nearly gray, the amount is not in 0..255, or the order is none of
        the above.

    Examples
    --------
    >>> import numpy as np
    >>> frame = np.full((1, 1, 3), (100, 140, 100), np.uint8)
    >>> despill(frame, np.full((1, 1), 255, np.uint8), (64, 160, 64))[0, 0]
    array([123, 124, 123], dtype=uint8)
    """
    order = check_order(order)
    direction = direction_of(*chroma_of(check_colour("key", key, order), planar=False))
    amount = check_integer("amount", amount, 0, 255)
    return clear_frame(frame, matte, direction, amount, out, order)


def despill_planes(
    planes: Planes,
    matte: Matte,
    key: Colour,
    *,
    amount: int = ALL,
    out: tuple[Plane, Plane] | None = None,
) -> Planes:
    """Take a screen's light off what is kept of a frame in planes.

    As `despill`, on the planes as they are: luma does not change.

    Parameters
    ----------
    planes : tuple of 3 ndarray, uint8
        Y, U and V, chroma as large as luma or halved across, or across and down.
    matte : ndarray, shape of Y, uint8
        Coverage; chroma all of whose pixels have 0 stays as it is.
    key : (int, int, int)
        As in `despill`: blue, green, red.
    amount : int, default 255
        As in `despill`.
    out : tuple of 2 ndarray, optional
        Where to write U and V; they may be those of `planes`.

    Returns
    -------
    tuple of 3 ndarray
        Y as given, and U and V without spill.

    Raises
    ------
    DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
        As in `despill`.

    Examples
    --------
    >>> import numpy as np
    >>> y, u, v = (np.full((1, 1), value, np.uint8) for value in (125, 116, 113))
    >>> despill_planes((y, u, v), np.full((1, 1), 255, np.uint8), (64, 160, 64))[1:]
    (array([[128]], dtype=uint8), array([[128]], dtype=uint8))
    """
    direction = direction_of(*chroma_of(key, planar=True))
    amount = check_integer("amount", amount, 0, 255)
    return clear_planes(planes, matte, direction, amount, out)
