"""A camera's JPEGs as pictures in planes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from fastvbg.devices.turbojpeg import Target, TurboJpeg
from fastvbg.kernels._kernel import Module
from fastvbg.live_mode.pictures.grab import FORM, Pool
from fastvbg.live_mode.sources.ranges import limit
from fastvbg.media.planes import planes_of

if TYPE_CHECKING:
    from fastvbg._types import Planes
    from fastvbg.devices.turbojpeg import Form

unpack = Module("camera.unpack")

_LIMITED, _FULL = 1, 2
_PICTURES = 8
"""How many are known by their planes: those of a pool, and one that is away."""
_BY_PLANES = ("yuvj422p", "yuv422p")
_ALREADY = ("yuvj420p", "yuv420p")


class Jpegs:
    """Decodes the frames of one camera, by libjpeg-turbo where the system has it, else by FFmpeg.

    libjpeg-turbo takes three quarters of the time. What it has something to say of, such as a
    frame with bytes missing, is given to FFmpeg.

    Parameters
    ----------
    pool : Pool
        Where pictures come from.
    size : (int, int)
        Width and height of these, even.
    full_range : bool
        Whether black is 0 and white 255 in the frames, as it is in files by JPEG's standard.
    """

    def __init__(self, pool: Pool, size: tuple[int, int], *, full_range: bool) -> None:
        self._pool, self._size, self._full = pool, size, full_range
        self._turbo = TurboJpeg()
        width, height = size
        u, v = np.empty((2, height, width // 2), np.uint8)
        self._chroma = u, v
        self._targets: deque[tuple[av.VideoFrame, int, Planes, Target]] = deque(maxlen=_PICTURES)
        self._decoder: Any = av.CodecContext.create("mjpeg", "r")
        # A thread a frame would hold each picture back by one.
        self._decoder.thread_count = 1

    def __call__(self, data: Any) -> av.VideoFrame | None:
        """Return the picture of a frame, an array of bytes; None of a damaged one."""
        form = self._turbo.form(data)
        if form is not None and (form.width, form.height) == self._size:
            picture = self._by_turbo(data, form)
            if picture is not None:
                return picture
        return self._by_ffmpeg(data)

    def _by_turbo(self, data: Any, form: Form) -> av.VideoFrame | None:
        """Return the picture of a frame, or None where FFmpeg should look at it.

        Luma is decoded where it is to lie: at 720p that spares the caches 0.9 MB.
        """
        picture = self._pool.take()
        planes, target = self._target(picture, form)
        if not self._turbo.decode(data, form, target):
            self._pool.give(picture)
            return None
        if form.down == 1:
            unpack.planes.call(*target.planes, *planes, int(self._full))
        elif self._full:
            limit(*planes)
        return picture

    def _target(self, picture: av.VideoFrame, form: Form) -> tuple[Planes, Target]:
        """Return a picture's planes, and where to decode into; pictures come again and again."""
        for seen, down, planes, target in self._targets:
            if seen is picture and down == form.down:
                return planes, target
        y, u, v = planes_of(picture)
        target = Target((y, *self._chroma) if form.down == 1 else (y, u, v))
        self._targets.append((picture, form.down, (y, u, v), target))
        return (y, u, v), target

    def _by_ffmpeg(self, data: Any) -> av.VideoFrame | None:
        try:
            pictures = self._decoder.decode(av.Packet(data.tobytes()))
        except av.error.FFmpegError:
            return None
        if not pictures or (pictures[0].width & ~1, pictures[0].height & ~1) != self._size:
            return None
        decoded = pictures[0]
        if decoded.format.name in _BY_PLANES:
            return self._halved(planes_of(decoded))
        if decoded.format.name in _ALREADY:
            width, height = self._size
            y, u, v = planes_of(decoded)
            half = height // 2, width // 2
            return self._copied((y[:height, :width], *(p[: half[0], : half[1]] for p in (u, v))))
        return decoded.reformat(  # type: ignore[no-any-return]
            *self._size, FORM, src_color_range=_FULL, dst_color_range=_LIMITED
        )

    def _halved(self, planes: Any) -> av.VideoFrame:
        """Return planes of 4:2:2 as a picture."""
        width, height = self._size
        picture = self._pool.take()
        y, u, v = planes
        unpack.planes.call(
            y[:height, :width],
            u[:height, : width // 2],
            v[:height, : width // 2],
            *planes_of(picture),
            int(self._full),
        )
        return picture

    def _copied(self, planes: Any) -> av.VideoFrame:
        """Return planes of 4:2:0 as a picture."""
        picture = self._pool.take()
        for source, target in zip(planes, planes_of(picture), strict=True):
            target[:] = source
        if self._full:
            limit(*planes_of(picture))
        return picture

    def close(self) -> None:
        """Release what decodes."""
        self._turbo.close()
