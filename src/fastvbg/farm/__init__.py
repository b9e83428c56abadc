"""A job in parts: planned, rendered anywhere and in any order, and joined exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastvbg.farm.cutting.planning import plan
    from fastvbg.farm.cutting.plans import Border, Plan
    from fastvbg.farm.parts.merging import merge
    from fastvbg.farm.parts.rendered import Rendered
    from fastvbg.farm.parts.rendering import render
    from fastvbg.farm.parts.resuming import process

__all__ = ["Border", "Plan", "Rendered", "merge", "plan", "process", "render"]

_HOME = {
    "Border": "cutting.plans",
    "Plan": "cutting.plans",
    "Rendered": "parts.rendered",
    "merge": "parts.merging",
    "plan": "cutting.planning",
    "process": "parts.resuming",
    "render": "parts.rendering",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from fastvbg.libraries import load

    value = getattr(load(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
