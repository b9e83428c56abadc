"""Clips that benches are tried with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from bench.quality.moving.material import ALPHAS, PORTRAITS, Material

from tests.support.people import disc, wall

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def material(tmp_path: Path) -> Material:
    """Two portraits and a room, in a folder of clips."""
    for folder in (PORTRAITS, ALPHAS, "people/backgrounds"):
        (tmp_path / folder).mkdir(parents=True)
    for name in "ab":
        figure = np.zeros((90, 80, 3), np.uint8)
        figure[:] = (90, 210, 90)
        cv2.imwrite(str(tmp_path / PORTRAITS / f"{name}.png"), figure)
        cv2.imwrite(str(tmp_path / ALPHAS / f"{name}.png"), disc((90, 80), 40, 50, 30))
    cv2.imwrite(str(tmp_path / "people/backgrounds/room.png"), wall(200, 300))
    cv2.imwrite(str(tmp_path / "people/backgrounds/room.jpg"), wall(200, 300))
    return Material(tmp_path)
