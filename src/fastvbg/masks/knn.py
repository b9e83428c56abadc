"""KNN: OpenCV's subtractor of that name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastvbg.masks.subtractor import Subtractor


@dataclass(frozen=True, eq=False, repr=False)
class KNN(Subtractor):
    """OpenCV's background subtractor by nearest neighbours, to compare with."""

    name: ClassVar[str] = "knn"
    blind: ClassVar[int] = 4  # of a still scene with a camera's noise; OpenCV 5.0
