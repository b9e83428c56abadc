"""The words that encoders know, where that is known here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastvbg.errors import OptionError, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

# x264 and x265 print what they do not know by themselves, past FFmpeg's log, so it is not tried.
# A number counts presets from the fastest.
_PRESETS = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast"),
    *("medium", "slow", "slower", "veryslow", "placebo"),
)
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "libx264": {
        "preset": _PRESETS,
        "tune": (
            *("film", "animation", "grain", "stillimage"),
            *("psnr", "ssim", "fastdecode", "zerolatency"),
        ),
        "profile": ("baseline", "main", "high", "high10", "high422", "high444"),
    },
    "libx265": {
        "preset": _PRESETS,
        "tune": ("psnr", "ssim", "grain", "fastdecode", "zerolatency", "animation"),
    },
}


def check_words(codec: str, options: Mapping[str, str]) -> None:
    """Demand that an encoder knows the words of its options.

    Raises
    ------
    OptionError
        It does not.
    """
    for name, known in _WORDS.get(codec, {}).items():
        text = options.get(name)
        if text is None or (name == "preset" and text in tuple("0123456789")):
            continue
        for word in re.split("[,./+-]", text) if name == "tune" else [text]:  # x264's own marks
            if word not in known:
                raise OptionError(f"{name}: got {shown(text)}, wanted one of {', '.join(known)}")
