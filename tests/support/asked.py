"""Settings of a mask and what goes with it, by name."""

from __future__ import annotations

from typing import Any

from fastvbg import Settings
from fastvbg.masks.registry import make


def asked(kind: str = "motion", **options: Any) -> Settings:
    """Return settings with a mask of a kind, whose options may be among those of the settings."""
    own = {name: value for name, value in options.items() if name in Settings.options()}
    of_mask = {name: value for name, value in options.items() if name not in own}
    return Settings(mask=make(kind, of_mask), **own)
