"""`out` as callers give it, or a new array when they give none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.checks import (
    check_frame,
    check_no_partial_overlap,
    check_plane,
    check_planes,
    check_same_size,
    check_writable,
)
from fastvbg.errors import OverlapError, ShapeError
from fastvbg.kernels._kernel import Module
from fastvbg.layout import from_a_line_on, is_packed

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte, Planes
    from fastvbg.constants import Order

frames = Module("composite.frames")


def plane_out(
    out: Matte | None, shape: tuple[int, ...], like: str, **inputs: npt.NDArray[Any]
) -> Matte:
    """Return `out` if it fits, or a new plane.

    Parameters
    ----------
    out : ndarray, shape (H, W), uint8, optional
        What the caller gave.
    shape : tuple of int
        Height and width wanted; more does not matter.
    like : str
        What has that size, for messages.
    **inputs : ndarray
        What `out` may be exactly, but not share memory with otherwise.
    """
    if out is None:
        return np.empty(shape[:2], np.uint8)
    got = check_plane("out", out)
    if got != shape[:2]:
        check_same_size("out", got, like, shape)
    check_writable(out)
    check_no_partial_overlap(out, inputs.items())
    return out


def frame_out(
    out: Frame | None,
    shape: tuple[int, int, int],
    like: str,
    order: Order = "bgr",
    **inputs: npt.NDArray[Any],
) -> Frame:
    """Return `out` if it fits, or a new frame; parameters are those of `plane_out`."""
    if out is None:
        return np.empty(shape, np.uint8)
    got = check_frame("out", out, order)
    if got != shape:
        check_same_size("out", got, like, shape)
    check_writable(out)
    check_no_partial_overlap(out, inputs.items())
    return out


def composite_out(
    frame: Frame, background: Frame, out: Frame | None, order: Order = "bgr"
) -> Frame:
    """Return `out` if it fits a frame and its background, which must agree, or a new frame."""
    shape = check_frame("frame", frame, order)
    other = check_frame("background", background, order)
    if other != shape:
        check_same_size("background", other, "frame", shape)
    return frame_out(out, shape, "frame", order, frame=frame, background=background)


def copy_frame(frame: Frame, to: Frame) -> None:
    """Copy a frame of any layout to one of any layout; a fourth channel may become 255."""
    if is_packed(frame) and is_packed(to) and frame.shape == to.shape:
        np.copyto(to, frame)
    else:
        frames.convert.call(frame, to, frame.shape[0])


def with_alpha(frame: Frame, order: Order) -> Frame:
    """Return a frame of three channels, with a fourth of 255 where the order has one."""
    if len(order) == 3:
        return frame
    whole = np.full((*frame.shape[:2], 4), 255, np.uint8)
    whole[..., :3] = frame
    return whole


def planes_out(planes: Planes, background: Planes, out: Planes | None) -> Planes:
    """Return `out` if it fits planes and their background, which must agree, or new planes."""
    shape, *_ = check_planes("planes", planes)
    check_like("background", background, planes, shape)
    if out is None:
        y, u, v = (from_a_line_on(plane.shape) for plane in planes)
        return y, u, v
    check_like("out", out, planes, shape)
    for k, plane in enumerate(out):
        check_writable(plane)
        for name, inputs in (("planes", planes), ("background", background)):
            check_no_partial_overlap(plane, ((f"{name} {'YUV'[k]}", inputs[k]),))
            for j, other in enumerate(inputs):
                if j != k and np.shares_memory(plane, other):
                    raise OverlapError(
                        f"out: {'YUV'[k]} shares memory with {name} {'YUV'[j]}; "
                        "wanted memory of its own"
                    )
    return out


def check_like(name: str, got: Planes, planes: Planes, shape: tuple[int, int]) -> None:
    """Demand that planes are of the form of others, whose luma has a shape."""
    check_same_size(name, check_planes(name, got)[0], "planes", shape)
    if got[1].shape != planes[1].shape:
        raise ShapeError(
            f"{name}: got chroma of shape {got[1].shape}, wanted {planes[1].shape} like planes"
        )
