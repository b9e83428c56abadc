"""A camera of Linux as a source: its newest frame in planes, decoded where it is compressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2

from fastvbg.devices.errors import CameraGoneError
from fastvbg.devices.v4l2.capture import Camera
from fastvbg.devices.v4l2.picture import COMPRESSED, views
from fastvbg.errors import SourceError
from fastvbg.kernels._kernel import Module
from fastvbg.live_mode.pictures.grab import Grab, OfOneSize, Pool
from fastvbg.live_mode.sources.jpegs import Jpegs
from fastvbg.live_mode.sources.ranges import limit
from fastvbg.media.colour import ColourTags
from fastvbg.media.planes import planes_of

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg.devices.v4l2.picture import Picture

unpack = Module("camera.unpack")

_LIMITED = 1
_MATRICES = {"bt709": 1, "bt601": 6, "bt2020": 9}  # ITU-T H.273


class CameraSource(OfOneSize):
    """Reads a camera.

    Parameters
    ----------
    camera : Camera
        Not open yet.
    """

    is_prompt = True

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera.source)
        self._camera = camera
        self._before = 0
        self._jpegs: Jpegs | None = None
        self._broken = 0

    def open(self) -> None:
        """Open the camera, or the same one again."""
        camera = self._camera
        camera.open()
        form = camera.picture
        size = form.width & ~1, form.height & ~1
        if self.pool is not None and size != (self.width, self.height):
            camera.close()
            raise SourceError(
                f"{self.name}: it gives {size[0]}x{size[1]} now, wanted {self.width}x{self.height} "
                "as before"
            )
        self.width, self.height = size
        rate: Fraction | None = camera.rate
        self.rate = float(rate) if rate else 30.0
        self.colour = ColourTags(_MATRICES[form.matrix], _LIMITED)
        said = f"{self.rate:.4g} frames/s" if rate else "at its own rate"
        self.told = f"{camera.node.card}, {form.fourcc} {form.width}x{form.height}, {said}"
        self.pool = self.pool or Pool(*size)
        if form.fourcc in COMPRESSED:
            self._jpegs = Jpegs(self.pool, size, full_range=form.full_range)

    @property
    def dropped(self) -> int:
        """Frames that the driver or newer ones left no time for, and damaged ones."""
        try:
            counts = self._camera.counts
        except CameraGoneError:
            return self._before
        return self._before + counts.dropped + counts.damaged + counts.short + self._broken

    def read(self, timeout: float) -> Grab | None:
        """Return the newest picture; `CameraGoneError` where the camera was unplugged."""
        frame = self._camera.read(timeout)
        if frame is None:
            return None
        assert self.pool is not None  # noqa: S101  (it was opened)
        form = self._camera.picture
        if self._jpegs is not None:
            decoded = self._jpegs(frame.data)
            self._broken += decoded is None  # which cameras send now and then
            return None if decoded is None else Grab(decoded, frame.captured, spare=True)
        picture = self.pool.take()
        self._copy(views(frame.data, form), form, planes_of(picture))
        return Grab(picture, frame.captured, spare=True)

    def _copy(self, planes: Any, form: Picture, out: Any) -> None:
        """Write a raw frame's planes as 4:2:0 of limited range."""
        height, width = self.height, self.width
        y, u, v = out
        if form.fourcc in ("YUYV", "UYVY"):
            samples = planes[0][:height, :width].reshape(height, -1)
            unpack.pairs.call(samples, y, u, v, int(form.fourcc == "UYVY"), int(form.full_range))
            return
        y[:] = planes[0][:height, :width]
        if len(planes) == 1:  # gray
            u[:] = v[:] = 128
        elif len(planes) == 2:
            order = (0, 1) if form.fourcc == "NV12" else (1, 0)
            for target, channel in zip((u, v), order, strict=True):
                target[:] = cv2.extractChannel(planes[1], channel)[: height // 2, : width // 2]
        else:
            u[:], v[:] = (plane[: height // 2, : width // 2] for plane in planes[1:])
        if form.full_range:
            limit(y, u, v)

    def close(self) -> None:
        """Release the camera: its light goes off."""
        self._before = self.dropped
        self._broken = 0
        if self._jpegs is not None:
            self._jpegs.close()
            self._jpegs = None
        self._camera.close()
