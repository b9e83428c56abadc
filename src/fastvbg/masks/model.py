"""Model: what a network of the user's own finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastvbg.masks.person import Person


@dataclass(frozen=True, eq=False, repr=False)
class Model(Person):
    """What a segmentation network of your own finds."""

    name: ClassVar[str] = "model"
    value: ClassVar[str | None] = "model"
    wants: ClassVar[str | None] = "model"
