"""A job in parts: planned, rendered anywhere and in any order, and joined exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastvbg.farm.merging import merge
    from fastvbg.farm.planning import plan
    from fastvbg.farm.plans import Border, Plan
    from fastvbg.farm.rendered import Rendered
    from fastvbg.farm.rendering import render
    from fastvbg.farm.resuming import process

__all__ = ["Border", "Plan", "Rendered", "merge", "plan", "process", "render"]

_HOME = {
    "Border": "plans",
    "Plan": "plans",
    "Rendered": "rendered",
    "merge": "merging",
    "plan": "planning",
    "process": "resuming",
    "render": "rendering",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from fastvbg.libraries import load

    value = getattr(load(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
