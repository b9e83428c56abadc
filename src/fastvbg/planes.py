"""A frame over a background, plane by plane, at any depth and usual subsampling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.kernels import planes_any, planes_blend

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Mask, Matte

    Planes = tuple[npt.NDArray[Any], ...]


def select_planes(mask: Mask, next: Planes, bg: Planes, out: Planes) -> None:
    """Write the samples of `next` where the mask is set and those of `bg` elsewhere.

    A chroma sample is taken from `next` where at least half of its luma samples are.

    Parameters
    ----------
    mask : ndarray, shape (H, W), uint8
        0 or 255.
    next, bg, out : tuple of ndarray, uint8 or uint16
        Planes Y, U, V of one form, their rows' samples consecutive.
    """
    height, width = mask.shape
    for new, old, to in zip(next, bg, out, strict=True):
        kernel = planes_any.select_u8 if to.itemsize == 1 else planes_any.select_u16
        kernel.call(mask, new, old, to, int(to.shape[1] < width), int(to.shape[0] < height))


def blend_planes(matte: Matte, frame: Planes, bg: Planes, out: Planes) -> None:
    """Lay `frame` over `bg` by a matte: `(matte*frame + (255-matte)*bg) / 255`, rounded half up.

    The coverage of a chroma sample is the mean, rounded half up, of the matte over its luma.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        Coverage, 0 to 255; the samples of its rows consecutive.
    frame, bg, out : tuple of ndarray, uint8 or uint16
        Planes Y, U, V of one form, their rows' samples consecutive.
    """
    height, width = matte.shape
    for new, old, to in zip(frame, bg, out, strict=True):
        kernel = planes_blend.blend_u8 if to.itemsize == 1 else planes_blend.blend_u16
        kernel.call(matte, new, old, to, int(to.shape[1] < width), int(to.shape[0] < height))
