"""Planes Y, U and V as kernels take them: three arrays in one argument."""

from __future__ import annotations

from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE

PLANES = types.UniTuple(PLANE, 3)
OUT_PLANES = types.UniTuple(OUT_PLANE, 3)
SHIFTS = types.UniTuple(INT, 2)
"""Whether chroma is halved across, and whether down."""
