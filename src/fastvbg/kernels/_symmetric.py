"""Inverses of symmetric matrices of three rows, as what varies together of Y, U and V has them."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline


@inline
def cofactors(yy: Any, uu: Any, vv: Any, yu: Any, yv: Any, uv: Any) -> Any:
    """Return the six cofactors, in the same order, and the determinant."""
    c_yy, c_uu, c_vv = uu * vv - uv * uv, yy * vv - yv * yv, yy * uu - yu * yu
    c_yu, c_yv, c_uv = yv * uv - yu * vv, yu * uv - yv * uu, yu * yv - yy * uv
    return c_yy, c_uu, c_vv, c_yu, c_yv, c_uv, yy * c_yy + yu * c_yu + yv * c_yv
