"""The operations on frames, for frames as decoded and for BGR: one face for the stages."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

import av
import cv2
import numpy as np

from fastvbg.compositor import blend, composite
from fastvbg.keyers.motion import motion_mask
from fastvbg.keyers.planes import PlanesKeyer
from fastvbg.media.colour import FromBGR, ToBGR
from fastvbg.media.formats import BGR, Layout, layout_of
from fastvbg.media.planes import new_picture, plane_of, planes_of
from fastvbg.pipeline.overlap import DEPTH
from fastvbg.planar import I420, NV12, blend_planar, composite_planar
from fastvbg.planes import blend_planes, select_planes

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Mask, Matte
    from fastvbg.media.model import Picture, StreamInfo

    Plane = npt.NDArray[np.uint8]
    Planes = tuple[npt.NDArray[Any], ...]
    Sample = tuple[Plane, Plane, Plane]

# A share of pixels is told from so many rows, or twice as many. Whole rows: frames lie in memory
# that no cache holds, where a sample here and there costs as much as the 64 bytes around it.
_ROWS = 24


def row_step(height: int) -> int:
    """Return the even number of rows between those that a share is told from."""
    return max(2, 2 * (height // (2 * _ROWS)))


class Keyer(Protocol):
    """Makes a matte of each frame of one video, in order."""

    def key(self, frame: Frame, *, out: Matte) -> Matte:
        """Key a BGR frame."""

    def key_planes(self, planes: Any, *, out: Matte) -> Matte:
        """Key a frame's planes Y, U and V, 8 bits."""

    def reset(self) -> None:
        """Forget what was learned of the scene."""


class FusedKeyer(Keyer, Protocol):
    """A keyer that composites in the pass in which it keys."""

    def composite(self, frame: Frame, background: Frame) -> Frame:
        """Key a BGR frame and lay it over a background."""

    def composite_planes(self, planes: Any, background: Any, *, out: Any) -> Any:
        """Key a frame's planes Y, U and V, 8 bits, and lay them over others."""


class ScreenKeyer(Keyer, Protocol):
    """A keyer of what stands before a coloured screen."""

    def despill(self, frame: Frame, matte: Matte) -> Frame:
        """Take the screen's light off a BGR frame."""

    def despill_planes(self, planes: Any, matte: Matte) -> Planes:
        """Take the screen's light off planes Y, U and V, 8 bits."""


class Pixels(Protocol):
    """What a stage may do with the frames of one video."""

    def mask(self, prev: Any, next: Any, threshold: int) -> Mask:
        """Return where two frames differ; valid until the next call."""

    def share(self, prev: Any, next: Any, threshold: int) -> float:
        """Return about which share of two frames differs."""

    def composite(self, prev: Any, next: Any, bg: Any, threshold: int) -> Picture:
        """Return what moved over a background."""

    def select(self, mask: Mask, next: Any, bg: Any) -> Picture:
        """Return `next` where the mask is set, else `bg`."""

    def blend(self, matte: Matte, frame: Any, bg: Any) -> Picture:
        """Return a frame over a background by a matte."""

    def key(self, keyer: Keyer, picture: Any, out: Matte) -> None:
        """Write a keyer's matte of the next frame into `out`."""

    @property
    def fuses(self) -> bool:
        """Whether frames are of a form that keyers composite in the pass in which they key."""

    def key_over(self, keyer: FusedKeyer, picture: Any, bg: Any) -> Picture:
        """Return the next frame over a background by a keyer's matte, made in the same pass."""

    def sample(self, picture: Any) -> Frame | Sample:
        """Return a frame as keyers take it: BGR, or planes in 8 bits; valid until the next call."""

    def despill(self, keyer: ScreenKeyer, picture: Any, matte: Matte) -> Picture:
        """Return a frame without the screen's light; to be given back by `recycle`."""

    def luma(self, picture: Any) -> Plane:
        """Return the luma of a frame in 8 bits; valid until the next call."""

    def to_bgr(self, picture: Any) -> Frame:
        """Return a frame in BGR."""

    def from_bgr(self, frame: Frame) -> Picture:
        """Return a BGR picture in the frames' form."""

    def planes(self, picture: Any) -> Planes:
        """Return the planes of a frame, on its own memory."""

    def empty(self) -> Picture:
        """Return a frame that is to be written."""

    def recycle(self, picture: Any) -> None:
        """Take back a frame that `empty` gave and nobody reads any more."""


class BGRPixels:
    """Frames as BGR arrays: the tutorial's arithmetic.

    Parameters
    ----------
    info : StreamInfo
        Of the video.
    threads : int, optional
        How many threads share the rows.
    """

    def __init__(self, info: StreamInfo, threads: int | None) -> None:
        self._shape = info.height, info.width, 3
        self._threads = threads
        self._mask = np.empty(self._shape[:2], np.uint8)
        self._luma = np.empty(self._shape[:2], np.uint8)

    def mask(self, prev: Frame, next: Frame, threshold: int) -> Mask:
        """Return where two frames differ; valid until the next call."""
        return motion_mask(prev, next, threshold=threshold, out=self._mask)

    def share(self, prev: Frame, next: Frame, threshold: int) -> float:
        """Return about which share of two frames differs."""
        step = row_step(prev.shape[0])
        mask = motion_mask(prev[::step], next[::step], threshold=threshold)
        return float(np.count_nonzero(mask) / max(1, mask.size))

    def composite(self, prev: Frame, next: Frame, bg: Frame, threshold: int) -> Frame:
        """Return what moved over a background."""
        return composite(prev, next, bg, threshold=threshold, threads=self._threads)

    def select(self, mask: Mask, next: Frame, bg: Frame) -> Frame:
        """Return `next` where the mask is set, else `bg`."""
        return blend(next, mask, bg, threads=self._threads)

    def blend(self, matte: Matte, frame: Frame, bg: Frame) -> Frame:
        """Return a frame over a background by a matte."""
        return blend(frame, matte, bg, threads=self._threads)

    def key(self, keyer: Keyer, picture: Frame, out: Matte) -> None:
        """Write a keyer's matte of the next frame into `out`."""
        keyer.key(picture, out=out)

    @property
    def fuses(self) -> bool:
        """Always."""
        return True

    def key_over(self, keyer: FusedKeyer, picture: Frame, bg: Frame) -> Frame:
        """Return the next frame over a background by a keyer's matte."""
        return keyer.composite(picture, bg)

    def sample(self, picture: Frame) -> Frame:
        """Return the frame itself."""
        return picture

    def despill(self, keyer: ScreenKeyer, picture: Frame, matte: Matte) -> Frame:
        """Return a frame without the screen's light."""
        return keyer.despill(picture, matte)

    def luma(self, picture: Frame) -> Plane:
        """Return the gray of a frame; valid until the next call."""
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY, dst=self._luma), np.uint8)

    def to_bgr(self, picture: Frame) -> Frame:
        """Return the frame itself."""
        return picture

    def from_bgr(self, frame: Frame) -> Frame:
        """Return the picture itself."""
        return frame

    def planes(self, picture: Frame) -> Planes:
        """Return the frame as its only plane."""
        return (picture,)

    def empty(self) -> Frame:
        """Return a frame that is to be written."""
        return np.empty(self._shape, np.uint8)

    def recycle(self, picture: Frame) -> None:
        """Leave the frame to Python."""


class NativePixels:
    """Frames in the planes in which they were decoded.

    Interlaced 4:2:0 is worked on field by field, since a chroma row belongs to rows of one field.

    Parameters
    ----------
    info : StreamInfo
        Of the video.
    layout : Layout
        Of its pixel format.
    threads : int, optional
        How many threads share the rows.
    """

    def __init__(self, info: StreamInfo, layout: Layout, threads: int | None) -> None:
        self._size = info.width, info.height
        self._layout = layout
        self._threads = threads
        self._matrix, self._range = info.colour.space(info.height)
        self._keyer = PlanesKeyer(
            self._matrix,
            self._range,
            depth=layout.depth,
            shift_x=layout.shift_x,
            shift_y=layout.shift_y,
        )
        self._fields = 2 if info.interlaced and layout.shift_y and info.height % 4 == 0 else 1
        self._mask = np.empty((info.height, info.width), np.uint8)
        self._sample: Sample | None = None
        self._from_bgr = FromBGR(info.colour, layout.name)
        self._to_bgr = ToBGR(info.colour)
        # New memory costs a page fault every 4 kB: at 1080p as much time as compositing does.
        self._free: deque[av.VideoFrame] = deque(maxlen=DEPTH + 2)

    def planes(self, picture: av.VideoFrame) -> Planes:
        """Return Y, U and V of a frame, on its own memory."""
        planes = planes_of(picture)
        if len(planes) == 2:
            return planes[0], planes[1][:, :, 0], planes[1][:, :, 1]
        return planes

    def _by_field(self, *frames: Planes) -> list[list[Planes]]:
        """Return for each field its part of each frame."""
        step = self._fields
        return [
            [tuple(plane[first::step] for plane in planes) for planes in frames]
            for first in range(step)
        ]

    def mask(self, prev: av.VideoFrame, next: av.VideoFrame, threshold: int) -> Mask:
        """Return where two frames differ; valid until the next call."""
        planes = _packed(self.planes(prev)), _packed(self.planes(next)), (self._mask,)
        for before, after, out in self._by_field(*planes):
            self._keyer.mask(before, after, threshold, out[0])
        return self._mask

    def share(self, prev: av.VideoFrame, next: av.VideoFrame, threshold: int) -> float:
        """Return about which share of two frames differs, in luma."""
        step, deeper = row_step(self._size[1]), self._layout.depth - 8
        rows = (plane_of(frame, 0)[::step] for frame in (prev, next))
        change = cv2.absdiff(*rows)
        return float(np.count_nonzero(change > threshold << deeper) / max(1, change.size))

    def composite(
        self, prev: av.VideoFrame, next: av.VideoFrame, bg: av.VideoFrame, threshold: int
    ) -> av.VideoFrame:
        """Return what moved over a background."""
        if self._layout.depth > 8 or self._layout.chroma != "420":
            return self.select(self.mask(prev, next, threshold), next, bg)
        form: Any = NV12 if self._layout.name == "nv12" else I420
        picture = self.empty()
        frames = [planes_of(frame) for frame in (prev, next, bg, picture)]
        for before, after, behind, out in self._by_field(*frames):
            composite_planar(
                form(*before),
                form(*after),
                form(*behind),
                matrix=self._matrix,
                range=self._range,
                threshold=threshold,
                threads=self._threads,
                out=form(*out),
            )
        return picture

    def select(self, mask: Mask, next: av.VideoFrame, bg: av.VideoFrame) -> av.VideoFrame:
        """Return `next` where the mask is set, else `bg`."""
        picture = self.empty()
        target = self.planes(picture)
        written = _packed(target)
        frames = _packed(self.planes(next)), _packed(self.planes(bg)), written
        for part, new, old, out in self._by_field((mask,), *frames):
            select_planes(part[0], new, old, out)
        for plane, copy in zip(target, written, strict=True):
            if copy is not plane:
                plane[:] = copy
        return picture

    def blend(self, matte: Matte, frame: av.VideoFrame, bg: av.VideoFrame) -> av.VideoFrame:
        """Return a frame over a background by a matte."""
        picture = self.empty()
        if self._layout.depth == 8 and self._layout.chroma == "420":
            form: Any = NV12 if self._layout.name == "nv12" else I420
            frames = [planes_of(each) for each in (frame, bg, picture)]
            for part, new, old, out in self._by_field((matte,), *frames):
                blend_planar(form(*new), part[0], form(*old), threads=self._threads, out=form(*out))
            return picture
        planes = [self.planes(each) for each in (frame, bg, picture)]
        for part, new, old, out in self._by_field((matte,), *planes):
            blend_planes(part[0], new, old, out)
        return picture

    def sample(self, picture: av.VideoFrame) -> Sample:
        """Return Y, U and V of a frame in 8 bits; valid until the next call."""
        y, u, v = _packed(self.planes(picture))
        deeper = self._layout.depth - 8
        if not deeper:
            return y, u, v
        if self._sample is None:
            self._sample = np.empty_like(y, np.uint8), *np.empty((2, *u.shape), np.uint8)
        for plane, target in zip((y, u, v), self._sample, strict=True):
            np.right_shift(plane, deeper, out=target, casting="unsafe")
        return self._sample

    def key(self, keyer: Keyer, picture: av.VideoFrame, out: Matte) -> None:
        """Write a keyer's matte of the next frame into `out`."""
        keyer.key_planes(self.sample(picture), out=out)

    @property
    def fuses(self) -> bool:
        """Not where samples are deeper, chroma is interleaved, or fields are blended apart."""
        return self._layout.depth == 8 and self._layout.name != "nv12" and self._fields == 1

    def key_over(
        self, keyer: FusedKeyer, picture: av.VideoFrame, bg: av.VideoFrame
    ) -> av.VideoFrame:
        """Return the next frame over a background by a keyer's matte."""
        result = self.empty()
        keyer.composite_planes(planes_of(picture), planes_of(bg), out=planes_of(result))
        return result

    def despill(self, keyer: ScreenKeyer, picture: av.VideoFrame, matte: Matte) -> av.VideoFrame:
        """Return a frame without the screen's light.

        That of deeper frames is known in 8 bits: what changes there is taken off at their depth.
        """
        sample = self.sample(picture)
        clean = keyer.despill_planes(sample, matte)
        result = self.empty()
        source, target = self.planes(picture), self.planes(result)
        target[0][:] = source[0]
        deeper = self._layout.depth - 8
        for k in (1, 2):
            if not deeper:
                target[k][:] = clean[k]
                continue
            change = clean[k].astype(np.int32) - sample[k]
            moved = source[k] + (change << deeper)
            target[k][:] = np.clip(moved, 0, (1 << self._layout.depth) - 1)
        return result

    def luma(self, picture: av.VideoFrame) -> Plane:
        """Return the luma of a frame in 8 bits; valid until the next call."""
        return self.sample(picture)[0]

    def to_bgr(self, picture: av.VideoFrame) -> Frame:
        """Return a frame in BGR."""
        return self._to_bgr(picture)

    def from_bgr(self, frame: Frame) -> av.VideoFrame:
        """Return a BGR picture in the frames' form."""
        return self._from_bgr(frame)

    def empty(self) -> av.VideoFrame:
        """Return a frame that is to be written."""
        try:
            return self._free.pop()
        except IndexError:
            return new_picture(*self._size, self._layout.name)

    def recycle(self, picture: av.VideoFrame) -> None:
        """Take back a frame that `empty` gave and nobody reads any more."""
        same = (picture.width, picture.height, picture.format.name) == (
            *self._size,
            self._layout.name,
        )
        if same:
            self._free.append(picture)


def _packed(planes: Planes) -> Planes:
    """Return planes whose rows' samples are consecutive: interleaved chroma is taken apart."""
    return tuple(
        plane if plane.strides[1] == plane.itemsize else np.ascontiguousarray(plane)
        for plane in planes
    )


def make_pixels(info: StreamInfo, threads: int | None) -> Pixels:
    """Return the operations for a video's frames."""
    if info.pixel_format == BGR:
        return BGRPixels(info, threads)
    layout = layout_of(info.pixel_format)
    if layout is None:
        raise ValueError(f"frames in {info.pixel_format} are not worked on")
    return NativePixels(info, layout, threads)
