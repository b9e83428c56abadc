"""Every rule for what a public function accepts. Called once at the public edge, never below it."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from fastvbg.constants import Order
from fastvbg.errors import (
    DTypeError,
    OptionError,
    OptionTypeError,
    OverlapError,
    ShapeError,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fastvbg._types import FloatMatte, Frame, Mask, Matte, Size

_ORDERS: tuple[Order, ...] = get_args(Order)
_NAMES = {"b": "blue", "g": "green", "r": "red", "a": "alpha"}
_UINT8 = np.dtype(np.uint8)
_FLOAT32 = np.dtype(np.float32)
_DEPTHS = (_UINT8, np.dtype(np.uint16), _FLOAT32)


def check_array(name: str, array: object, wanted: str = "") -> None:
    """Demand a plain array: a masked one hides samples that nothing here would leave out."""
    if not isinstance(array, np.ndarray):
        raise DTypeError(f"{name}: got {type(array).__name__}, wanted a numpy.ndarray{wanted}")
    if isinstance(array, np.ma.MaskedArray):
        raise DTypeError(f"{name}: got a masked array, wanted a plain one (.filled(0) makes it)")


def _check_uint8(name: str, array: Any) -> None:
    check_array(name, array, " of uint8")
    if array.dtype != _UINT8:
        raise DTypeError(
            f"{name}: got dtype {array.dtype}, wanted uint8 "
            "(scale to 0..255, then .astype(numpy.uint8))"
        )


def check_order(order: object) -> Order:
    """Return the order of the channels of frames, one of "bgr", "rgb", "bgra" and "rgba".

    It holds for all frames of a call, for `out` and for colours. Frames have as many channels as it
    names. They count as opaque: of four the last is not read, and is 255 in every result.
    """
    if type(order) is str and order in _ORDERS:
        return order
    return check_choice("order", order, _ORDERS)  # type: ignore[return-value]


def exchanged(order: Order) -> int:
    """Return what kernels take for an order: 1 where red comes first, else 0."""
    return int(order[0] == "r")


def check_frame(name: str, array: Frame, order: Order = "bgr") -> tuple[int, int, int]:
    """Return the shape of `array`, which must be uint8 and `(H, W, 3)`, or 4 as `order` says."""
    _check_uint8(name, array)
    shape = array.shape
    if len(shape) != 3 or shape[2] != len(order):
        raise ShapeError(f"{name}: got shape {shape}, wanted {_wanted(shape, order)}")
    return shape


def _wanted(shape: tuple[int, ...], order: Order) -> str:
    """Return the shape of frames in an order, and how to say that they have another one."""
    names = ", ".join(_NAMES[letter] for letter in order)
    other = {3: order[:3], 4: f"{order[:3]}a"}.get(shape[2]) if len(shape) == 3 else None
    hint = f' (order="{other}" takes {shape[2]} channels)' if other else ""
    return f"(H, W, {len(order)}) in {names}{hint}"


def check_plane(name: str, array: Mask) -> tuple[int, int]:
    """Return the shape of `array`, which must be `(H, W)` uint8."""
    _check_uint8(name, array)
    shape = array.shape
    if len(shape) != 2:
        raise ShapeError(f"{name}: got shape {shape}, wanted (H, W)")
    return shape


def check_planes(name: str, planes: object) -> tuple[tuple[int, int], int, int]:
    """Return the shape of Y, and whether chroma is halved across and down.

    `planes` must be three uint8 arrays Y, U and V, chroma as large as luma, halved across, or
    halved across and down, odd sizes rounded up.
    """
    if not isinstance(planes, (tuple, list)) or len(planes) != 3:
        raise DTypeError(f"{name}: got {type(planes).__name__}, wanted planes (Y, U, V)")
    y, u, v = (
        check_plane(f"{name} {part}", plane)
        for part, plane in zip(("Y", "U", "V"), planes, strict=True)
    )
    if u != v:
        raise ShapeError(f"{name}: got U of shape {u} and V of {v}, wanted one shape")
    for shift_x, shift_y in ((0, 0), (1, 0), (1, 1)):
        if u == ((y[0] + shift_y) >> shift_y, (y[1] + shift_x) >> shift_x):
            return y, shift_x, shift_y
    raise ShapeError(f"{name}: got chroma of shape {u} beside luma of {y}, wanted it 1:1 or halved")


def check_colour(name: str, value: object, order: Order = "bgr") -> tuple[int, int, int]:
    """Return a colour as blue, green, red, given as three integers in 0..255 in an order."""
    parts = _parts(value, 3)
    if parts is None:
        names = ", ".join(_NAMES[letter] for letter in order[:3])
        raise OptionTypeError(f"{name}: got {shown(value)}, wanted a colour ({names})")
    first, green, last = (check_integer(name, part, 0, 255) for part in parts)
    return (last, green, first) if exchanged(order) else (first, green, last)


def _parts(value: object, count: int) -> list[Any] | None:
    """Return what a tuple, list or row holds, if it is so many."""
    row = isinstance(value, np.ndarray) and value.ndim == 1
    if not row and not isinstance(value, (tuple, list)):
        return None
    parts: list[Any] = list(value)  # type: ignore[call-overload]
    return parts if len(parts) == count else None


def check_matte(name: str, array: Matte | FloatMatte) -> tuple[int, int]:
    """Return the shape of `array`, which must be `(h, w)` uint8 or float32, 1x1 at least."""
    check_array(name, array)
    if array.dtype not in (_UINT8, _FLOAT32):
        raise DTypeError(
            f"{name}: got dtype {array.dtype}, wanted uint8 (0..255) or float32 (0..1)"
        )
    shape = array.shape
    if len(shape) != 2:
        raise ShapeError(f"{name}: got shape {shape}, wanted (h, w)")
    return shape


def check_same_size(name: str, shape: tuple[int, ...], first: str, wanted: tuple[int, ...]) -> None:
    """Demand that two shapes agree in height and width."""
    if shape[0] != wanted[0] or shape[1] != wanted[1]:
        raise ShapeError(
            f"{name}: got {shape[1]}x{shape[0]} (width x height), "
            f"wanted {wanted[1]}x{wanted[0]} like {first}"
        )


def check_writable(out: Frame | Mask) -> None:
    """Demand that `out` may be written and that no two of its pixels share memory."""
    if not out.flags.writeable:
        raise OverlapError("out: got a read-only array, wanted one that may be written")
    if 0 in out.strides and out.size > 1 and not out.flags.c_contiguous:
        raise OverlapError("out: got an array broadcast over itself, wanted one of its own memory")


def check_no_partial_overlap(
    out: Frame | Mask, inputs: Iterable[tuple[str, Frame | Mask | FloatMatte]]
) -> None:
    """Demand that `out` is each input exactly, or shares no memory with it.

    Each output pixel depends only on the same pixel of the inputs, so writing over an input in
    place is exact; over a shifted view of one it would read pixels already replaced.
    """
    for name, array in inputs:
        if array is out or not np.may_share_memory(out, array):
            continue
        if (
            array.__array_interface__["data"][0] == out.__array_interface__["data"][0]
            and array.strides == out.strides
            and array.shape == out.shape
        ):
            continue
        if np.shares_memory(out, array):
            raise OverlapError(
                f"out: shares memory with {name} but is not {name} itself; "
                f"wanted {name} exactly or a separate array"
            )


def check_apart(out: Frame | Mask, inputs: Iterable[tuple[str, Frame | Mask]]) -> None:
    """Demand that `out` shares no memory with inputs that are read after it is first written."""
    for name, array in inputs:
        if np.may_share_memory(out, array) and np.shares_memory(out, array):
            raise OverlapError(f"out: shares memory with {name}, wanted a separate array")


def scalar(value: object) -> Any:
    """Return what an array of no dimension holds; anything else as it is."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def is_number(value: object) -> bool:
    """Tell whether a value is one real number: not a truth value, a time or a text."""
    if isinstance(value, np.generic):
        real = isinstance(value, (np.integer, np.floating))
        return real and not isinstance(value, np.timedelta64)
    if isinstance(value, (bool, np.ndarray)):
        return False
    return hasattr(type(value), "__float__") or hasattr(type(value), "__index__")


def check_integer(name: str, value: object, low: int, high: int) -> int:
    """Return `value` as an int, which must be an integer in `low..high`."""
    whole = scalar(value)
    wanted = f"wanted an integer in {low}..{high}"
    try:
        if not is_number(whole):
            raise TypeError
        number = operator.index(whole)
    except TypeError:
        raise OptionTypeError(f"{name}: got {shown(value)}, {wanted}") from None
    if not low <= number <= high:
        raise OptionError(f"{name}: got {shown(number)}, {wanted}")
    return number


def check_threshold(value: object) -> int:
    """Return a gray threshold, an integer in 0..255."""
    if type(value) is int and 0 <= value <= 255:
        return value
    return check_integer("threshold", value, 0, 255)


def check_odd(name: str, value: object, low: int, high: int) -> int:
    """Return `value` as an int, which must be an odd integer in `low..high`."""
    number = check_integer(name, value, low, high)
    if number % 2 == 0:
        raise OptionError(f"{name}: got {number}, wanted an odd integer in {low}..{high}")
    return number


def check_area(name: str, value: object) -> int | float:
    """Return an area: a whole number of pixels, or below 1 a share of the frame."""
    wanted = "a number of pixels, or below 1 a share of the frame"
    number = _real(name, value, f"wanted {wanted}")
    if not 0 <= number < math.inf or (number >= 1 and number != int(number)):
        raise OptionError(f"{name}: got {shown(value)}, wanted {wanted}")
    return number if 0 < number < 1 else int(number)


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> str:
    """Return `value`, which must be one of `choices`."""
    if not isinstance(value, str):
        raise OptionTypeError(f"{name}: got {shown(value)}, wanted one of {', '.join(choices)}")
    if value not in choices:
        raise OptionError(f"{name}: got {shown(value)}, wanted one of {', '.join(choices)}")
    return value


def check_size(name: str, value: object) -> Size:
    """Return a (width, height) pair of integers of 1 or more."""
    width, height = check_pair(name, value)
    return check_integer(f"{name} width", width, 1, 1 << 16), check_integer(
        f"{name} height", height, 1, 1 << 16
    )


def check_pair(name: str, value: object) -> list[Any]:
    """Return what should be a width and a height."""
    parts = _parts(value, 2)
    if parts is None:
        raise OptionTypeError(f"{name}: got {shown(value)}, wanted (width, height)")
    return parts


def check_number(name: str, value: object, low: float, high: float) -> float:
    """Return `value` as a float, which must be a number from `low` to `high`."""
    wanted = f"wanted a number in {low:g}..{high:g}"
    number = _real(name, value, wanted)
    if not low <= number <= high:
        raise OptionError(f"{name}: got {shown(value)}, {wanted}")
    return number


def _real(name: str, value: object, wanted: str) -> float:
    """Return a real number of any class as a float, infinite where it is too large for one."""
    number = scalar(value)
    try:
        if not is_number(number):
            raise TypeError
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    except (TypeError, ValueError, ArithmeticError):
        raise OptionTypeError(f"{name}: got {shown(value)}, {wanted}") from None


def check_flag(name: str, value: object) -> bool:
    """Return a truth value: also 0 and 1, but no text, of which "no" would be true."""
    value = scalar(value)
    whole = is_number(value) and isinstance(value, (int, np.integer))
    if isinstance(value, (bool, np.bool_)) or (whole and value in (0, 1)):
        return bool(value)
    raise OptionTypeError(f"{name}: got {shown(value)}, wanted True or False")


def check_callable(name: str, value: Any) -> Callable[..., Any] | None:
    """Return something to be called, or None."""
    if value is not None and not callable(value):
        raise OptionTypeError(f"{name}: got {shown(value)}, wanted something to call, or None")
    return value  # type: ignore[no-any-return]


def check_iterable(name: str, value: Any) -> Iterator[Any]:
    """Return the iterator over something that gives one thing after the other."""
    try:
        return iter(value)
    except TypeError:
        wanted = "wanted something to iterate over"
        raise OptionTypeError(f"{name}: got {shown(value)}, {wanted}") from None


def check_depth(name: str, array: Any) -> tuple[int, int]:
    """Return the shape of `array`, which must be `(H, W)` uint8, uint16 or float32."""
    check_array(name, array, " of uint16")
    if array.dtype not in _DEPTHS:
        raise DTypeError(
            f"{name}: got dtype {array.dtype}, wanted uint16 (millimetres by convention), "
            "uint8 or float32"
        )
    if array.ndim != 2:
        raise ShapeError(f"{name}: got shape {array.shape}, wanted (H, W), one depth a pixel")
    rows, cols = array.shape
    return rows, cols


def check_fraction(name: str, value: object) -> float:
    """Return `value` as a float, which must be above 0 and at most 1."""
    wanted = "wanted a number above 0, at most 1"
    number = _real(name, value, wanted)
    if not 0 < number <= 1:
        raise OptionError(f"{name}: got {shown(value)}, {wanted}")
    return number
