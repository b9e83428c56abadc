"""Every `out` of another size, of another type or read-only is refused, and nothing is written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastvbg import PlateKeyer
from fastvbg.errors import DTypeError, FastvbgError, OverlapError, ShapeError
from tests.property.test_sweep import ALSO, PUBLIC, SAMPLES, call
from tests.support.nasty import in_material, material

__all__ = ["in_material", "material"]

FILES = {"batch", "live", "matte", "plan", "process"}
WITH_OUT = [name for name in SAMPLES if "out" in PUBLIC[name].parameters and name not in FILES]


def each_plane(out: Any, change: Any) -> Any:
    """Return an `out` of which every plane is changed."""
    if isinstance(out, np.ndarray):
        return change(out)
    planes = [change(plane) for plane in out]
    return type(out)(*planes) if hasattr(out, "_fields") else tuple(planes)


def larger(plane: np.ndarray) -> np.ndarray:
    return np.zeros((plane.shape[0] + 2, *plane.shape[1:]), plane.dtype)


def narrower(plane: np.ndarray) -> np.ndarray:
    return np.zeros((plane.shape[0], plane.shape[1] - 1, *plane.shape[2:]), plane.dtype)


def deeper(plane: np.ndarray) -> np.ndarray:
    return np.zeros(plane.shape, np.uint16)


def locked(plane: np.ndarray) -> np.ndarray:
    plane = np.zeros_like(plane)
    plane.flags.writeable = False
    return plane


@pytest.mark.parametrize(
    ("change", "error"),
    [(larger, ShapeError), (narrower, ShapeError), (deeper, DTypeError), (locked, OverlapError)],
)
@pytest.mark.parametrize("name", WITH_OUT)
def test_an_out_that_does_not_fit_is_refused(name: str, change, error, in_material) -> None:
    arguments = SAMPLES[name]()
    arguments["out"] = out = each_plane(arguments["out"], change)
    public = PUBLIC[name]
    if name.startswith("PlateKeyer.") and "planes" in arguments:  # its sample is of frames
        keyer = PlateKeyer(**ALSO["PlateKeyer"][0]())
        public = public._replace(make=lambda: getattr(keyer, name.partition(".")[2]))
    with pytest.raises(error) as caught:
        call(public, arguments)
    assert isinstance(caught.value, FastvbgError)
    assert "out" in str(caught.value)
    assert not any(plane.any() for plane in ([out] if isinstance(out, np.ndarray) else out))
