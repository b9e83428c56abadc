"""What a mask was made with goes with its camera."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.errors import SourceError
from fastvbg.live_mode.making.making import Making
from fastvbg.masks.plate import Plate
from fastvbg.settings import Settings


def test_a_plate_of_another_camera_is_refused() -> None:
    """It would keep the whole room."""
    taken = Plate(plate=np.zeros((64, 96, 3), np.uint8))
    making = Making(Settings(mask=taken, background="navy"), print, print)
    making.took(making.settings.kind)
    making.turn_to(0)
    with pytest.raises(SourceError, match="the empty room was taken of another camera"):
        making.turn_to(1)
    making.took(making.settings.kind)
    making.turn_to(1)
    making.settings = Settings(mask="motion", background="navy")
    making.turn_to(2)
