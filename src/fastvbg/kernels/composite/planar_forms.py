"""The forms of planar frames, and the arguments of the planar kernels, which all variants share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from numba import types

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, YUV_WEIGHTS, kernel
from fastvbg.kernels._planes import OUT_PLANES, PLANES

if TYPE_CHECKING:
    from fastvbg.kernels._kernel import Kernel


class Form(NamedTuple):
    """How kernels take frames of a form."""

    name: str
    frame: Any
    """The Numba type of a frame."""
    out: Any
    """The Numba type of one that is written."""


I420 = Form("i420", PLANES, OUT_PLANES)
NV12 = Form("nv12", types.Tuple((PLANE, FRAME)), types.Tuple((OUT_PLANE, OUT_FRAME)))


def composite(module: str, form: Form, put: Any, fallback: Kernel | None = None) -> Kernel:
    """Make the kernel of `composite_planar`: `next` where it moved since `prev`, elsewhere `bg`.

    Parameters
    ----------
    module : str
        Its own.
    form : Form
        Of its frames.
    put : compiled helper
        Does it. `known` is a `plan.background_map` of `out`, of which rows 0, 2, 4 ... count, a
        pair each: blocks that it says are background, and are to be so again, need be neither read
        nor written. Without rows it is none.
    fallback : Kernel, optional
        See `kernel`.
    """

    def composite(
        prev: Any,
        next: Any,
        bg: Any,
        out: Any,
        known: Any,
        weights: Any,
        threshold: Any,
        whole: Any,
    ) -> Any:
        return put((prev, next, bg), out, known, (weights, threshold), whole)

    arguments = *(form.frame,) * 3, form.out, OUT_PLANE, YUV_WEIGHTS, INT, INT
    name = f"composite.{module}.composite_{form.name}"
    return kernel(*arguments, fallback=fallback, name=name)(composite)


def blend(module: str, form: Form, put: Any, fallback: Kernel | None = None) -> Kernel:
    """Make the kernel of `blend_planar`: `frame` over `bg` by `matte`; see `composite`."""

    def blend(frame: Any, matte: Any, bg: Any, out: Any, known: Any, whole: Any) -> Any:
        return put((frame, bg), out, known, matte, whole)

    arguments = form.frame, PLANE, form.frame, form.out, OUT_PLANE, INT
    name = f"composite.{module}.blend_{form.name}"
    return kernel(*arguments, fallback=fallback, name=name)(blend)
