"""Every rule for what a public function accepts. Called once at the public edge, never below it."""

from __future__ import annotations

import math
import numbers
import operator
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.errors import DTypeError, OptionError, OptionTypeError, OverlapError, ShapeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastvbg._types import FloatMatte, Frame, Mask, Matte, Size

_UINT8 = np.dtype(np.uint8)
_FLOAT32 = np.dtype(np.float32)
_DEPTHS = (_UINT8, np.dtype(np.uint16), _FLOAT32)


def _check_uint8(name: str, array: object) -> None:
    if not isinstance(array, np.ndarray):
        raise DTypeError(f"{name}: got {type(array).__name__}, wanted a numpy.ndarray of uint8")
    if array.dtype != _UINT8:
        raise DTypeError(
            f"{name}: got dtype {array.dtype}, wanted uint8 "
            "(scale to 0..255, then .astype(numpy.uint8))"
        )


def check_frame(name: str, array: Frame) -> tuple[int, int, int]:
    """Return the shape of `array`, which must be `(H, W, 3)` uint8."""
    _check_uint8(name, array)
    shape = array.shape
    if len(shape) != 3 or shape[2] != 3:
        raise ShapeError(f"{name}: got shape {shape}, wanted (H, W, 3) in blue, green, red")
    return shape


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


def check_colour(name: str, value: object) -> tuple[int, int, int]:
    """Return a colour, three integers blue, green, red in 0..255."""
    if not isinstance(value, (tuple, list, np.ndarray)) or len(value) != 3:
        raise OptionTypeError(f"{name}: got {value!r}, wanted a colour (blue, green, red)")
    b, g, r = (check_integer(name, part, 0, 255) for part in value)
    return b, g, r


def check_matte(name: str, array: Matte | FloatMatte) -> tuple[int, int]:
    """Return the shape of `array`, which must be `(h, w)` uint8 or float32, 1x1 at least."""
    if not isinstance(array, np.ndarray):
        raise DTypeError(f"{name}: got {type(array).__name__}, wanted a numpy.ndarray")
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


def check_integer(name: str, value: object, low: int, high: int) -> int:
    """Return `value` as an int, which must be an integer in `low..high`."""
    if isinstance(value, (bool, np.bool_)):
        raise OptionTypeError(f"{name}: got {value!r}, wanted an integer in {low}..{high}")
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise OptionTypeError(
            f"{name}: got {value!r}, wanted an integer in {low}..{high}"
        ) from None
    if not low <= number <= high:
        raise OptionError(f"{name}: got {number}, wanted an integer in {low}..{high}")
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
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise OptionTypeError(f"{name}: got {value!r}, wanted {wanted}")
    number = float(value)
    if not 0 <= number < math.inf or (number >= 1 and number != int(number)):
        raise OptionError(f"{name}: got {value!r}, wanted {wanted}")
    return number if 0 < number < 1 else int(number)


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> str:
    """Return `value`, which must be one of `choices`."""
    if not isinstance(value, str):
        raise OptionTypeError(f"{name}: got {value!r}, wanted one of {', '.join(choices)}")
    if value not in choices:
        raise OptionError(f"{name}: got {value!r}, wanted one of {', '.join(choices)}")
    return value


def check_size(name: str, value: object) -> Size:
    """Return a (width, height) pair of integers of 1 or more."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise OptionTypeError(f"{name}: got {value!r}, wanted (width, height)")
    width, height = value
    return check_integer(f"{name} width", width, 1, 1 << 16), check_integer(
        f"{name} height", height, 1, 1 << 16
    )


def check_number(name: str, value: object, low: float, high: float) -> float:
    """Return `value` as a float, which must be a number from `low` to `high`."""
    wanted = f"wanted a number in {low:g}..{high:g}"
    if isinstance(value, (bool, np.bool_, str, bytes)):
        raise OptionTypeError(f"{name}: got {value!r}, {wanted}")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise OptionTypeError(f"{name}: got {value!r}, {wanted}") from None
    if not low <= number <= high:
        raise OptionError(f"{name}: got {number:g}, {wanted}")
    return number


def check_depth(name: str, array: object) -> tuple[int, int]:
    """Return the shape of `array`, which must be `(H, W)` uint8, uint16 or float32."""
    if not isinstance(array, np.ndarray):
        raise DTypeError(f"{name}: got {type(array).__name__}, wanted a numpy.ndarray of uint16")
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
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        raise OptionTypeError(f"{name}: got {value!r}, wanted a number above 0, at most 1")
    number = float(value)
    if not 0 < number <= 1:
        raise OptionError(f"{name}: got {value!r}, wanted a number above 0, at most 1")
    return number
