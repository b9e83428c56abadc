"""OpenCV's own background subtractors, as keyers of this package: for comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.checks import (
    check_choice,
    check_frame,
    check_planes,
    check_same_size,
)
from fastvbg.errors import ShapeError
from fastvbg.kernels._kernel import Module
from fastvbg.keyers._frames import Packer
from fastvbg.keyers._keyer import FrameKeyer
from fastvbg.layout import is_packed
from fastvbg.outputs import plane_out
from fastvbg.spelling import called_as

if TYPE_CHECKING:
    from fastvbg._types import Frame, Mask, Matte, Planes
    from fastvbg.constants import Order

__all__ = ["SubtractorKeyer"]

frames = Module("composite.frames")

_FOREGROUND = 255  # OpenCV marks shadows 127
# Learning rates that stop learning. At 0 the nearest neighbours take one more sample.
_FROZEN = {"mog2": 0.0, "knn": 1e-9}


class SubtractorKeyer(FrameKeyer):
    """Masks by OpenCV's mixture of Gaussians or nearest neighbours, at their own defaults.

    Both mark shadows, which count as background here. The nearest neighbours choose what to keep by
    chance: their masks repeat only after `cv2.setRNGSeed`. Of planes they see Y, U and V as three
    channels, halved chroma repeated.

    Parameters
    ----------
    kind : {"mog2", "knn"}
        `cv2.createBackgroundSubtractorMOG2` (Zivkovic, "Improved adaptive Gaussian mixture model
        for background subtraction", ICPR 2004) or `cv2.createBackgroundSubtractorKNN` (Zivkovic and
        van der Heijden, Pattern Recognition Letters 27(7), 2006).
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in every result.

    Raises
    ------
    OptionError, OptionTypeError
        There is no such kind or order (also a `ValueError`), or it is no string (a `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> keyer = SubtractorKeyer("mog2")
    >>> scene = np.full((8, 8, 3), 100, np.uint8)
    >>> for _ in range(20):
    ...     mask = keyer.key(scene)
    >>> scene[:, 4:] = 250
    >>> keyer.key(scene)[0]
    array([  0,   0,   0,   0, 255, 255, 255, 255], dtype=uint8)
    """

    @called_as
    def __init__(self, kind: str, *, order: Order = "bgr") -> None:
        super().__init__(order)
        self._kind = check_choice("kind", kind, ("mog2", "knn"))
        self._frozen = False
        self._packed = Packer()
        self.reset()

    @property
    def frozen(self) -> bool:
        """Whether learning is stopped."""
        return self._frozen

    def _key_frame(self, frame: Frame, out: Matte | None) -> Matte:
        shape = check_frame("frame", frame)
        out = plane_out(out, shape, "frame", frame=frame)
        self._check_form(("BGR", shape[:2]))
        return self._apply(frame, out)

    def _key_planes(self, planes: Planes, out: Matte | None) -> Matte:
        luma, *_ = check_planes("planes", planes)
        out = plane_out(out, luma, "planes", Y=planes[0], U=planes[1], V=planes[2])
        self._check_form(("planes", luma))
        channels = np.empty((*luma, 3), np.uint8)
        for k, plane in enumerate(planes):
            for axis in range(2):
                if plane.shape[axis] < luma[axis]:
                    plane = plane.repeat(2, axis=axis)  # noqa: PLW2901
            channels[..., k] = plane[: luma[0], : luma[1]]
        return self._apply(channels, out)

    def _composite(self, frame: Frame, background: Frame, out: Frame) -> None:
        frames.blend.call(frame, self.key(frame), background, out, frame.shape[0])

    def freeze(self) -> None:
        """Stop learning: masks go by what is known now."""
        self._frozen = True

    def unfreeze(self) -> None:
        """Learn again."""
        self._frozen = False

    def reset(self) -> None:
        """Forget the scene, as after a cut, and learn again: the next frame is the first."""
        make: Any = {
            "mog2": cv2.createBackgroundSubtractorMOG2,
            "knn": cv2.createBackgroundSubtractorKNN,
        }
        self._subtractor = make[self._kind]()
        self._form: tuple[str, tuple[int, int]] | None = None
        self._frozen = False

    def _check_form(self, form: tuple[str, tuple[int, int]]) -> None:
        if self._form is None:
            self._form = form
        elif form != self._form:
            check_same_size("frame", form[1], "the first", self._form[1])
            raise ShapeError(f"frame: got {form[0]}, wanted {self._form[0]} like the first")

    def _apply(self, frame: Frame, out: Mask) -> Mask:
        if frame.size:
            pixels = self._packed(frame)
            marks = self._subtractor.apply(
                # OpenCV takes no channels that lie the other way.
                pixels if is_packed(pixels) else np.ascontiguousarray(pixels),
                learningRate=_FROZEN[self._kind] if self._frozen else -1,
            )
            out[...] = np.where(marks == _FOREGROUND, np.uint8(255), np.uint8(0))
        return out
