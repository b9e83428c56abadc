"""Names of files as they are from anywhere: workers elsewhere begin in other folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.media.names import is_address

if TYPE_CHECKING:
    from fastvbg.options import Described
    from fastvbg.settings import Settings


def whole_name(name: str | Path) -> str | Path:
    """Return a file's name with its folder; an address as it is."""
    if is_address(name):
        return name
    whole = os.path.abspath(name)  # noqa: PTH100  # a numbered name is none that `Path` finds
    return Path(whole) if isinstance(name, Path) else whole


def placed(settings: Settings) -> Settings:
    """Return settings in which all files have whole names."""
    kind = settings.kind
    return settings.replace(mask=kind.replace(**_whole(kind)), **_whole(settings))


def _whole(described: Described) -> dict[str, Any]:
    """Return the options that name files, with whole names."""
    found = {}
    for name, option in described.options().items():
        value = getattr(described, name)
        if value is None or option.file(value) is None:
            continue
        told = option.identity(value)
        if isinstance(told, list) and told[:1] == ["file"]:
            found[name] = f"{told[1]}{told[2]}"
    return found
