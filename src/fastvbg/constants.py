"""Numbers with their derivation; the arithmetic that uses them is in `fastvbg.kernels`."""

from __future__ import annotations

from typing import Final

DEFAULT_THRESHOLD: Final = 3
"""Gray difference above which a pixel has moved: the tutorial's value."""

# Luma weights of ITU-R BT.601 (0.114 B + 0.587 G + 0.299 R) in 15-bit fixed point, as OpenCV's
# 8-bit BGR2GRAY has them. They sum to 32768, so gray of (v, v, v) is v.
GRAY_SHIFT: Final = 15
GRAY_HALF: Final = 1 << (GRAY_SHIFT - 1)
GRAY_B: Final = 3735  # round(0.114 * 32768) = 3736, less 1 so that the three sum to 32768
GRAY_G: Final = 19235  # round(0.587 * 32768) = 19235
GRAY_R: Final = 9798  # round(0.299 * 32768) = 9798
