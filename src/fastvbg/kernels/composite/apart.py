"""Whether memory of planes is apart: in one call, where NumPy would take one for each pair."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._apart import i420_apart, nv12_apart
from fastvbg.kernels._jit import kernel
from fastvbg.kernels._planes import PLANES
from fastvbg.kernels.composite.planar_forms import NV12


@kernel(PLANES, PLANES)
def i420(out: Any, planes: Any) -> Any:
    """Tell whether planes are those of `out`, each its own, or share no memory with any."""
    return i420_apart(out, planes)


@kernel(NV12.frame, NV12.frame)
def nv12(out: Any, planes: Any) -> Any:
    """Tell whether planes are those of `out`, each its own, or share no memory with any."""
    return nv12_apart(out, planes)
