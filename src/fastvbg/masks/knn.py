"""KNN: OpenCV's subtractor of that name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastvbg.masks.subtractor import Subtractor


@dataclass(frozen=True, eq=False)
class KNN(Subtractor):
    """OpenCV's background subtractor by nearest neighbours, to compare with."""

    name: ClassVar[str] = "knn"
