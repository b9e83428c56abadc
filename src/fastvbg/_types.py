"""Array types of the public functions; shapes are in the docstrings and checked in `checks`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import os
    from decimal import Decimal
    from fractions import Fraction

    import numpy as np
    import numpy.typing as npt

Frame: TypeAlias = "npt.NDArray[np.uint8]"
"""One picture, `(H, W, 3)` uint8, channels blue, green, red; or as an `Order` says."""

Mask: TypeAlias = "npt.NDArray[np.uint8]"
"""A hard decision, `(H, W)` uint8, 0 (background) or 255 (foreground)."""

Matte: TypeAlias = "npt.NDArray[np.uint8]"
"""Soft coverage, `(H, W)` uint8, 0 (background) to 255 (foreground)."""

Plane: TypeAlias = "npt.NDArray[np.uint8]"
"""One channel of a picture, such as luma, `(H, W)` uint8."""

Planes: TypeAlias = "tuple[Plane, Plane, Plane]"
"""A frame as Y, U and V, uint8; chroma as large as luma or halved across, or across and down."""

Colour: TypeAlias = "tuple[int, int, int]"
"""Blue, green and red, 0 to 255."""

FloatMatte: TypeAlias = "npt.NDArray[np.float32]"
"""Soft coverage, `(H, W)` float32, 0 (background) to 1 (foreground)."""

Size: TypeAlias = "tuple[int, int]"
"""Width and height in pixels."""

Depth: TypeAlias = "npt.NDArray[np.uint16]"
"""Distance from the camera, `(H, W)` uint16, in a unit of the caller's: millimetres by custom."""

Disparity: TypeAlias = "npt.NDArray[np.int16]"
"""How far left a pixel is in the right frame, `(H, W)` int16, in 1/16 pixel; 0 and less: none."""

File: TypeAlias = "str | os.PathLike[str]"
"""The name of a file."""

Number: TypeAlias = "float | Fraction | Decimal | str"
"""A number, or the text that the command line takes for it."""
