"""MOG2: OpenCV's subtractor of that name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastvbg.masks.subtractor import Subtractor


@dataclass(frozen=True, eq=False, repr=False)
class MOG2(Subtractor):
    """OpenCV's background subtractor by Gaussian mixtures, to compare with."""

    name: ClassVar[str] = "mog2"
