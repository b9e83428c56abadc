"""A frame over a background, plane by plane, at any depth and usual subsampling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.kernels._kernel import Module
from fastvbg.layout import packed, written_packed

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Mask, Matte
    from fastvbg.kernels._kernel import Kernel

    Planes = tuple[npt.NDArray[Any], ...]

planes_any = Module("composite.planes_any")
planes_blend = Module("composite.planes_blend")


def select_planes(mask: Mask, next: Planes, bg: Planes, out: Planes) -> None:
    """Write the samples of `next` where the mask is set and those of `bg` elsewhere.

    A chroma sample is taken from `next` where at least half of its luma samples are.

    Parameters
    ----------
    mask : ndarray, shape (H, W), uint8
        0 or 255. Any strides, as all the others.
    next, bg, out : tuple of ndarray, uint8 or uint16
        Planes Y, U, V of one form.
    """
    _call(planes_any.select_u8, planes_any.select_u16, mask, next, bg, out)


def blend_planes(matte: Matte, frame: Planes, bg: Planes, out: Planes) -> None:
    """Lay `frame` over `bg` by a matte: `(matte*frame + (255-matte)*bg) / 255`, rounded half up.

    The coverage of a chroma sample is the mean, rounded half up, of the matte over its luma.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        Coverage, 0 to 255. Any strides, as all the others.
    frame, bg, out : tuple of ndarray, uint8 or uint16
        Planes Y, U, V of one form.
    """
    _call(planes_blend.blend_u8, planes_blend.blend_u16, matte, frame, bg, out)


def _call(
    bytewise: Kernel, wordwise: Kernel, matte: Matte, frame: Planes, bg: Planes, out: Planes
) -> None:
    height, width = matte.shape
    matte = packed(matte)
    with written_packed(*out) as targets:
        for new, old, to in zip(frame, bg, targets, strict=True):
            kernel = bytewise if to.itemsize == 1 else wordwise
            halved = int(to.shape[1] < width), int(to.shape[0] < height)
            kernel.call(matte, packed(new), packed(old), to, *halved)
