"""What callers of the adaptive kernels make first: scratch, and what a frame is keyed by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg.constants import AdaptiveSettings

BYTE_ROWS, WORD_ROWS = 22, 15
"""Rows of the scratch bytes and of the scratch words."""

ONE = 1 << 15
"""The gain that changes nothing."""

_NEVER = 25 * 255  # no vote exceeds it


def scratch_for(cols: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Return the scratch for frames of `cols` columns."""
    wide = (cols + 4 + 63) // 64 * 64
    return np.empty((BYTE_ROWS, wide), np.uint8), np.empty((WORD_ROWS, wide), np.uint16)


def settings_now(
    settings: AdaptiveSettings, *, gain: int, everyone: bool, frames: int, learns: bool
) -> tuple[int, ...]:
    """Return what the kernels go by for the frame after `frames` others."""
    return (
        settings.threshold,
        _NEVER if everyone else 25 * settings.threshold // 4,
        min(settings.rate, (frames + 1).bit_length()),
        *settings[settings._fields.index("spread_rise") :],
        gain,
        int(learns),
    )
