"""What the bench times: for each operation the contenders, and the roofline of its traffic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg import reference
from fastvbg.bands import usable_cpus
from fastvbg.compositing.compositor import Compositor
from fastvbg.compositing.frames import blend, composite
from fastvbg.compositing.planar import I420, composite_planar
from fastvbg.constants import DEFAULT_THRESHOLD
from fastvbg.kernels.vector import roofline
from fastvbg.keyers.motion import motion_mask
from fastvbg.measure import opponents
from fastvbg.measure.buffers import Frames, aligned_empty, make_frames, make_video

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL_MATTE = (256, 144)
"""Width and height of the matte that `blend from 256x144` starts from: a segmentation model's."""


@dataclass(frozen=True)
class Contender:
    """One way to do an operation.

    `call` does it and returns the output's arrays; everything it needs is allocated already.
    `tolerance` is by how much a byte may differ from fastvbg's, and `agreeing` the share of bytes
    that must be within it.
    """

    library: str
    call: Callable[[], Any]
    threads: int = 1
    tolerance: int = 0
    agreeing: float = 1.0


@dataclass(frozen=True)
class Cell:
    """One operation at one size: its contenders, fastvbg on one thread first, and its rooflines."""

    contenders: list[Contender]
    traffic: int
    """Bytes read and written a frame."""
    frames: int = 1
    """How many frames a call does."""


def _threaded(call: Callable[..., Any]) -> list[Contender]:
    """Return fastvbg on one thread, and on all there are if there are more."""
    counts = dict.fromkeys((1, usable_cpus()))
    return [Contender("fastvbg", partial(call, threads=count), count) for count in counts]


def _opencv(call: Callable[[], Any], **allowed: Any) -> list[Contender]:
    """Return OpenCV on one thread, and on as many as it takes by itself."""

    def with_threads(count: int) -> Any:
        cv2.setNumThreads(count)
        return call()

    counts = dict.fromkeys((1, usable_cpus()))
    return [Contender("opencv", partial(with_threads, n), n, **allowed) for n in counts]


def _rooflines(kernel: Callable[..., None], *buffers: Any) -> list[Contender]:
    """Return the traffic of an operation with ordinary and with streaming stores."""
    flat = [buffer.reshape(-1) for buffer in buffers]
    return [
        Contender("roofline, ordinary stores", partial(kernel, *flat, 0)),
        Contender("roofline, streaming stores", partial(kernel, *flat, 1)),
    ]


def composite_cell(width: int, height: int) -> Cell:
    """Return the contenders for composite."""
    f = make_frames(width, height)
    out, others = (aligned_empty(height, width, 3) for _ in range(2))
    opencv = reference.OpenCVCompositor((height, width))

    def plain() -> Any:
        opponents.numba_composite.call(f.prev, f.next, f.bg, others, DEFAULT_THRESHOLD)
        return others

    return Cell(
        [
            *_threaded(partial(composite, f.prev, f.next, f.bg, out=out)),
            Contender("numba", plain),
            *_opencv(lambda: opencv(f.prev, f.next, f.bg, others)),
            Contender("tutorial", partial(reference.tutorial_composite, f.prev, f.next, f.bg)),
            *_rooflines(roofline.three_to_one.call, f.prev, f.next, f.bg, others),
        ],
        12 * width * height,
    )


def compositor_cell(width: int, height: int) -> Cell:
    """Return the contenders for the streaming Compositor, through a video most of which stays."""
    bg, video = make_frames(width, height).bg, make_video(width, height)
    pairs = list(zip(video, [*video[1:], video[0]], strict=True))
    others, kept = (aligned_empty(height, width, 3) for _ in range(2))
    opencv = reference.OpenCVCompositor((height, width))

    def through(call: Callable[..., Any]) -> Any:
        for prev, next in pairs:
            made = call(prev, next)
        return made

    def ours(threads: int) -> Contender:
        compositor = Compositor(bg, threads=threads)
        compositor(video[0])
        return Contender("fastvbg", partial(through, lambda _, next: compositor(next)), threads)

    def keep(kept: Any, streaming: int) -> None:
        for frame in video:
            roofline.two_to_one.call(frame.reshape(-1), kept, kept, streaming)

    return Cell(
        [
            *(ours(count) for count in dict.fromkeys((1, usable_cpus()))),
            *_opencv(partial(through, lambda prev, next: opencv(prev, next, bg, others))),
            Contender(
                "tutorial",
                partial(through, lambda prev, next: reference.tutorial_composite(prev, next, bg)),
            ),
            # Where nothing moves: the frame and the kept one are read, and the kept one written.
            *_rooflines(keep, kept),
        ],
        9 * width * height,
        len(video),
    )


def motion_mask_cell(width: int, height: int) -> Cell:
    """Return the contenders for motion_mask."""
    f = make_frames(width, height)
    out, others = (aligned_empty(height, width) for _ in range(2))
    opencv = reference.OpenCVCompositor((height, width))

    def plain() -> Any:
        opponents.numba_motion_mask.call(f.prev, f.next, others, DEFAULT_THRESHOLD)
        return others

    return Cell(
        [
            *_threaded(partial(motion_mask, f.prev, f.next, out=out)),
            Contender("numba", plain),
            *_opencv(lambda: opencv.mask(f.prev, f.next, others)),
            Contender("tutorial", partial(reference.motion_mask, f.prev, f.next)),
            *_rooflines(roofline.two_to_a_third.call, f.prev, f.next, others),
        ],
        7 * width * height,
    )


def _numpy_blend(f: Frames, weight: Any) -> Any:
    """Blend in floats, as user code usually does."""
    a = weight[..., np.newaxis]
    return (f.next * a + f.bg * (1 - a) + 0.5).astype(np.uint8)


def blend_cell(width: int, height: int) -> Cell:
    """Return the contenders for blend with a matte of the frame's size."""
    f = make_frames(width, height)
    out, others = (aligned_empty(height, width, 3) for _ in range(2))
    opencv = opponents.OpenCVBlend(height, width)

    def plain() -> Any:
        opponents.numba_blend.call(f.next, f.matte, f.bg, others)
        return others

    def numpy_float() -> Any:
        return _numpy_blend(f, f.matte / np.float32(255))

    return Cell(
        [
            *_threaded(partial(blend, f.next, f.matte, f.bg, out=out)),
            Contender("numba", plain),
            *_opencv(lambda: opencv(f.next, f.matte, f.bg, others), tolerance=1),
            Contender("tutorial", numpy_float, tolerance=1),
            *_rooflines(roofline.two_and_a_third.call, f.next, f.matte, f.bg, others),
        ],
        10 * width * height,
    )


def blend_small_cell(width: int, height: int) -> Cell:
    """Return the contenders for blend with a float matte from a segmentation model."""
    f = make_frames(width, height)
    out, others = (aligned_empty(height, width, 3) for _ in range(2))
    small = cv2.resize(f.matte, SMALL_MATTE, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    matte = np.ascontiguousarray(small, np.float32)
    opencv = opponents.OpenCVStretchBlend(height, width)

    def numpy_float() -> Any:
        stretched = cv2.resize(matte, (width, height), interpolation=cv2.INTER_LINEAR)
        return _numpy_blend(f, stretched)

    # fastvbg stretches in steps of 1/128 of a matte step, the others in floats.
    return Cell(
        [
            *_threaded(partial(blend, f.next, matte, f.bg, out=out)),
            *_opencv(lambda: opencv(f.next, matte, f.bg, others), tolerance=2),
            Contender("tutorial", numpy_float, tolerance=2),
            *_rooflines(roofline.two_to_one.call, f.next, f.bg, others),
        ],
        9 * width * height,
    )


def _to_i420(frame: Any) -> Any:
    """Return a BGR frame of even size as one buffer of Y, U and V planes, by OpenCV (BT.601)."""
    whole = aligned_empty(frame.shape[0] * 3 // 2, frame.shape[1])
    return cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420, dst=whole)


def _planes(whole: Any, width: int, height: int) -> I420:
    flat, luma, chroma = whole.reshape(-1), width * height, width * height // 4
    half = (height // 2, width // 2)
    return I420(
        flat[:luma].reshape(height, width),
        flat[luma : luma + chroma].reshape(half),
        flat[luma + chroma : luma + 2 * chroma].reshape(half),
    )


def planar_cell(width: int, height: int) -> Cell:
    """Return the contenders for composite on planar YUV 4:2:0."""
    f = make_frames(width, height)
    wholes = [_to_i420(frame) for frame in (f.prev, f.next, f.bg)]
    prev, next, bg = (_planes(whole, width, height) for whole in wholes)
    buffer, others = (aligned_empty(height * 3 // 2, width) for _ in range(2))
    out = _planes(buffer, width, height)

    def ours(threads: int) -> Any:
        composite_planar(prev, next, bg, matrix="bt601", threads=threads, out=out)
        return buffer

    def numpy_exact() -> Any:
        made = reference.planar_composite(prev, next, bg)
        return np.concatenate([plane.ravel() for plane in made]).reshape(buffer.shape)

    # By way of BGR: what OpenCV has no planar form for. Colours come back rounded, so pixels differ
    # by a few steps, and by more where the two decide otherwise.
    bgr = np.empty((4, height, width, 3), np.uint8)
    opencv = reference.OpenCVCompositor((height, width))

    def through_bgr() -> Any:
        for whole, frame in zip(wholes, bgr, strict=False):
            cv2.cvtColor(whole, cv2.COLOR_YUV2BGR_I420, dst=frame)
        opencv(bgr[0], bgr[1], bgr[2], bgr[3])
        return cv2.cvtColor(bgr[3], cv2.COLOR_BGR2YUV_I420, dst=others)

    return Cell(
        [
            *_threaded(ours),
            *_opencv(through_bgr, tolerance=8, agreeing=0.5),
            Contender("tutorial", numpy_exact),
            *_rooflines(roofline.three_to_one.call, *wholes, others),
        ],
        6 * width * height,
    )


OPERATIONS: dict[str, Callable[[int, int], Cell]] = {
    "composite": composite_cell,
    "compositor": compositor_cell,
    "motion_mask": motion_mask_cell,
    "blend": blend_cell,
    "blend 256x144": blend_small_cell,
    "planar": planar_cell,
}
