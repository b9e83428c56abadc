"""The kinds of mask, one module each: what may be asked of it, and how a run makes its mattes.

`Chroma(tolerance=20)` and such are given as `mask` to `process` and `Settings`. Other packages add
kinds by the entry point group `fastvbg.masks`.
"""

from __future__ import annotations

from typing import Any

from fastvbg.masks.base import Mask
from fastvbg.options import (
    Choice,
    Colour,
    File,
    Flag,
    Integer,
    Number,
    Option,
    Size,
    Text,
    option,
)

__all__ = [
    "Choice",
    "Colour",
    "File",
    "Flag",
    "Integer",
    "Mask",
    "Number",
    "Option",
    "Size",
    "Text",
    "option",
]


def _classes() -> dict[str, type[Mask]]:
    from fastvbg.masks.registry import own

    return {kind.__name__: kind for kind in own().values()}


def __getattr__(name: str) -> Any:
    """Return one of fastvbg's own kinds by its class' name."""
    classes = {} if name.startswith("_") else _classes()
    if name not in classes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return classes[name]


def __dir__() -> list[str]:
    return sorted([*__all__, *_classes()])
