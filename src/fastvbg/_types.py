"""Array types of the public functions; shapes are in the docstrings and checked in `checks`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Frame: TypeAlias = "npt.NDArray[np.uint8]"
"""One picture, `(H, W, 3)` uint8, channels blue, green, red."""

Mask: TypeAlias = "npt.NDArray[np.uint8]"
"""A hard decision, `(H, W)` uint8, 0 (background) or 255 (foreground)."""

Matte: TypeAlias = "npt.NDArray[np.uint8]"
"""Soft coverage, `(H, W)` uint8, 0 (background) to 255 (foreground)."""

Plane: TypeAlias = "npt.NDArray[np.uint8]"
"""One channel of a picture, such as luma, `(H, W)` uint8."""

FloatMatte: TypeAlias = "npt.NDArray[np.float32]"
"""Soft coverage, `(H, W)` float32, 0 (background) to 1 (foreground)."""

Size: TypeAlias = "tuple[int, int]"
"""Width and height in pixels."""
