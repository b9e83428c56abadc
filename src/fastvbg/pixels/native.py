"""The operations on frames in the planes in which they were decoded."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np

from fastvbg.compositing.foreground import Foreground
from fastvbg.compositing.planar import I420, NV12, blend_known, composite_known
from fastvbg.compositing.planes import blend_planes, select_planes
from fastvbg.kernels.composite.plan import NOTHING_KNOWN, background_map
from fastvbg.keyers.motion_planes import PlanesKeyer
from fastvbg.layout import packed
from fastvbg.media.colour import FromBGR, ToBGR
from fastvbg.media.formats import Layout
from fastvbg.media.planes import new_picture, new_picture_in_one_piece, plane_of, planes_of
from fastvbg.pixels.face import row_step
from fastvbg.pixels.reused import ReusedFrames

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Mask, Matte, Plane
    from fastvbg.media.model import StreamInfo

    Planes = tuple[npt.NDArray[Any], ...]
    Sample = tuple[Plane, Plane, Plane]
    from fastvbg.pixels.face import Behind, Keyer, OverBackground, ScreenKeyer

_STEP = 32
"""Widths of whole numbers of these have all rows aligned as FFmpeg wants them."""
_KEPT = 8
"""Frames whose planes are known: as many as a live session has of its source and of its own."""
_FEW = 16
"""Pixels across and down of the picture that one colour is converted by."""


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
    in_one_piece : bool
        As in `make_pixels`.
    """

    def __init__(
        self,
        info: StreamInfo,
        layout: Layout,
        threads: int | None,
        *,
        in_one_piece: bool = False,
    ) -> None:
        self._size = info.width, info.height
        self._layout = layout
        self._interleaved = layout.name == "nv12"
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
        self._foreground: Foreground | None = None
        self._from_bgr = FromBGR(info.colour, layout.name)
        self._to_bgr = ToBGR(info.colour)
        # Several steps ask of a frame; frames in one piece are few, which come again and again.
        kept = _KEPT if in_one_piece else 1
        self._seen: deque[tuple[av.VideoFrame, Planes]] = deque(maxlen=kept)
        self._unmapped = [NOTHING_KNOWN] * self._fields
        whole = info.width % _STEP == 0 and info.height % 4 == 0
        if in_one_piece and whole and layout.name == "yuv420p":
            self._new = partial(new_picture_in_one_piece, *self._size)
        else:
            self._new = partial(new_picture, *self._size, layout.name)
        # None of these knows this object: all it holds is let go of with it, and at once.
        self._frames = ReusedFrames(self._new, partial(_new_maps, *self._size, self._fields))

    def planes(self, picture: av.VideoFrame) -> Planes:
        """Return Y, U and V of a frame, on its own memory."""
        for seen, planes in self._seen:
            if seen is picture:
                return planes
        planes = planes_of(picture)
        if len(planes) == 2:
            planes = planes[0], planes[1][:, :, 0], planes[1][:, :, 1]
        self._seen.append((picture, planes))
        return planes

    def _parts(self, picture: av.VideoFrame) -> Planes:
        """Return the planes of a frame of 8 bits as they lie: of nv12, U and V as one."""
        return planes_of(picture) if self._interleaved else self.planes(picture)

    def _by_field(self, *frames: Planes) -> list[list[Planes]]:
        """Return for each field its part of each frame."""
        step = self._fields
        if step == 1:
            return [list(frames)]
        return [
            [tuple(plane[first::step] for plane in planes) for planes in frames]
            for first in range(step)
        ]

    def mask(self, prev: av.VideoFrame, next: av.VideoFrame, threshold: int) -> Mask:
        """Return where two frames differ; valid until the next call."""
        planes = self.planes(prev), self.planes(next), (self._mask,)
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
        picture, maps = self._frames.take_for(bg)
        fields = self._by_field(*(planes_of(frame) for frame in (prev, next, bg, picture)))
        for (before, after, behind, out), known in zip(fields, maps or self._unmapped, strict=True):
            composite_known(
                form(*before),
                form(*after),
                form(*behind),
                matrix=self._matrix,
                range=self._range,
                threshold=threshold,
                threads=self._threads,
                out=form(*out),
                known=known,
            )
        return picture

    def select(self, mask: Mask, next: av.VideoFrame, bg: av.VideoFrame) -> av.VideoFrame:
        """Return `next` where the mask is set, else `bg`."""
        picture = self.empty()
        planes = [self.planes(each) for each in (next, bg, picture)]
        for part, new, old, out in self._by_field((mask,), *planes):
            select_planes(part[0], new, old, out)
        return picture

    def blend(self, matte: Matte, frame: av.VideoFrame, bg: av.VideoFrame) -> av.VideoFrame:
        """Return a frame over a background by a matte."""
        if self._layout.depth == 8 and self._layout.chroma == "420":
            form: Any = NV12 if self._interleaved else I420
            picture, maps = self._frames.take_for(bg)
            frames = [self._parts(each) for each in (frame, bg, picture)]
            fields = self._by_field((matte,), *frames)
            for (part, new, old, out), known in zip(fields, maps or self._unmapped, strict=True):
                blend_known(
                    form(*new),
                    part[0],
                    form(*old),
                    threads=self._threads,
                    out=form(*out),
                    known=known,
                )
            return picture
        picture = self.empty()
        planes = [self.planes(each) for each in (frame, bg, picture)]
        for part, new, old, out in self._by_field((matte,), *planes):
            blend_planes(part[0], new, old, out)
        return picture

    def sample(self, picture: av.VideoFrame) -> Sample:
        """Return Y, U and V of a frame in 8 bits; valid until the next call."""
        planes = self.planes(picture)
        y, u, v = _packed(planes) if self._interleaved else planes
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
        self, keyer: OverBackground, picture: av.VideoFrame, bg: av.VideoFrame
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
        result = self.empty()
        if self._layout.depth == 8:
            keyer.foreground_planes(sample, matte, out=self.planes(result))
            return result
        clean = keyer.foreground_planes(sample, matte)
        parts = self.planes(picture), sample, clean, self.planes(result)
        for each in zip(*parts, strict=True):
            self._change(*each)
        return result

    def _change(self, source: Plane, sample: Plane, wanted: Plane, target: Plane) -> None:
        """Write a plane that is as its sample of 8 bits where that stays, and follows it else."""
        deeper = self._layout.depth - 8
        if not deeper:
            target[:] = wanted
            return
        target[:] = source
        changed = wanted != sample
        moved = wanted[changed].astype(np.int32) - sample[changed] << deeper
        most = (1 << self._layout.depth) - 1
        target[changed] = (source[changed] + moved).clip(0, most)

    def own_colours(
        self,
        picture: av.VideoFrame,
        matte: Matte,
        behind: Behind | None = None,
        *,
        spare: bool = False,
    ) -> av.VideoFrame:
        """Return a frame with the foreground's own colours at soft edges, as `despill` does."""
        if spare and self._layout.depth == 8:
            self._write_own(self.planes(picture), matte, behind)
            return picture
        result = self.empty()
        sample = self.sample(picture)
        own = self.planes(result) if self._layout.depth == 8 else _copies(sample)
        if self._layout.depth == 8:
            for plane, source in zip(own, sample, strict=True):
                plane[:] = source
        self._write_own(own, matte, behind)
        if self._layout.depth > 8:
            parts = self.planes(picture), sample, own, self.planes(result)
            for each in zip(*parts, strict=True):
                self._change(*each)
        return result

    def _write_own(self, own: Planes, matte: Matte, behind: Behind | None) -> None:
        """Write the foreground's own colours into planes."""
        scenes = () if behind is None else (behind.scene,)
        known = None if behind is None else self._of_fields(behind.known)
        for covered, (y, u, v), *scene in self._by_field((packed(matte),), own, *scenes):
            estimator = self._estimator(covered[0].shape)
            estimator.write(covered[0], (y, u, v), _three(scene[0]) if scene else None, known)

    def _of_fields(self, known: Plane | None) -> Plane | None:
        """Return where squares of either field are known, by those of frames."""
        if known is None or self._fields == 1:
            return known
        upper, lower = known[::2], known[1::2]
        both: Plane = upper.copy()
        both[: len(lower)] &= lower
        return both

    def _estimator(self, shape: tuple[int, ...]) -> Foreground:
        if self._foreground is None:
            shifts = self._layout.shift_x, self._layout.shift_y
            self._foreground = Foreground((shape[0], shape[1]), shifts)
        return self._foreground

    def luma(self, picture: av.VideoFrame) -> Plane:
        """Return the luma of a frame in 8 bits; valid until the next call."""
        return self.sample(picture)[0]

    def to_bgr(self, picture: av.VideoFrame) -> Frame:
        """Return a frame in BGR."""
        return self._to_bgr(picture)

    def from_bgr(self, frame: Frame) -> av.VideoFrame:
        """Return a BGR picture in the frames' form."""
        return self._from_bgr(frame)

    def solid(self, colour: tuple[int, int, int]) -> av.VideoFrame:
        """Return a frame of one colour, given as blue, green, red.

        A few pixels are converted and the rest filled: at 1080p 1 ms for 24.
        """
        few = self._from_bgr(np.full((_FEW, _FEW, 3), colour, np.uint8))
        picture = self._new()
        for plane, sample in zip(self.planes(picture), self.planes(few), strict=True):
            plane[:] = sample[0, 0]
        return picture

    def empty(self) -> av.VideoFrame:
        """Return a frame that is to be written."""
        return self._frames.take()

    def recycle(self, picture: av.VideoFrame) -> None:
        """Take back a frame that `empty` gave and nobody reads any more."""
        same = (picture.width, picture.height, picture.format.name) == (
            *self._size,
            self._layout.name,
        )
        if same:
            self._frames.give_back(picture)


def _new_maps(width: int, height: int, fields: int) -> list[Plane]:
    """Return the maps of a frame of which nothing is known, one a field."""
    return [background_map(height // fields, width) for _ in range(fields)]


def _copies(planes: Planes) -> Planes:
    return tuple(plane.copy() for plane in planes)


def _three(planes: Planes) -> Sample:
    return planes[0], planes[1], planes[2]


def _packed(planes: Planes) -> Planes:
    """Return planes of packed rows: interleaved chroma is taken apart."""
    return tuple(packed(plane) for plane in planes)
