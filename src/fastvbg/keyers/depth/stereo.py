"""Depth from a rectified pair of frames, by OpenCV's semi-global matching and the frame's edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.checks import (
    check_choice,
    check_flag,
    check_integer,
    check_number,
    check_order,
    check_plane,
    check_same_size,
)
from fastvbg.errors import OptionError, ShapeError
from fastvbg.kernels._kernel import Module
from fastvbg.keyers._frames import contiguous
from fastvbg.keyers.depth.disparity import PARTS, depth_table, looked_up, reach_of
from fastvbg.layout import checked_bgr
from fastvbg.spelling import Spelled, called_as

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Depth, Disparity, Frame
    from fastvbg.constants import Order

    Gray = npt.NDArray[np.uint8]

__all__ = ["StereoDepth"]

kernels = Module("keying.stereo")

_MODES = {
    "3way": cv2.STEREO_SGBM_MODE_SGBM_3WAY,
    "sgbm": cv2.STEREO_SGBM_MODE_SGBM,
    "hh4": cv2.STEREO_SGBM_MODE_HH4,
    "hh": cv2.STEREO_SGBM_MODE_HH,
}

# Found on the pairs of an OAK-D (640x480) by looking at the mattes; all in sixteenths of a pixel
# or in pixels of the frame.
_TOLERANCE = 16  # left and right disparities that agree
_EDGE_JUMP = 32  # disparities that differ by more within the edge's reach are set anew
_EDGE_REACH = 4  # how far the matcher's blocks carry a near thing beyond its edge
_SHADOW_JUMP = 16
_SHADOW_SLACK = 64
_SPECKLE_RANGE = 1  # whole pixels between neighbours of one speckle
_FAR_PRICE = 8  # a wide hole rather belongs to what is behind it
_NOISE = 1  # gray steps between neighbours that are no edge
_ROUNDS = 2
_TEXTURE_BLOCK = 9
_SMOOTH = 5


class StereoDepth(Spelled):
    """Depth maps from pairs of frames of two parallel cameras, rectified.

    OpenCV's semi-global block matching (`StereoSGBM`) finds disparities, from the left frame and
    from the right one. What they do not agree on, specks, and places without any texture are
    holes. Holes that a near thing's shadow explains become what is behind it; the others are filled
    from around over the paths along which the frame changes least, and so is a seam along each
    edge of depth, which brings it to the edge in the frame.

    Parameters
    ----------
    focal : float
        The focal length of the rectified frames in pixels.
    baseline : float
        The distance of the cameras, in the unit that the depth shall have: millimetres by custom.
    disparities : int, default 128
        How far, in pixels, a point may be shifted between the frames, a multiple of 16 up to 1024:
        nothing nearer than `focal * baseline / disparities` is found.
    mode : {"3way", "sgbm", "hh4", "hh"}, default "3way"
        Along how many ways a match is made to agree with its surroundings: 3, 5, 4 or 8, as
        OpenCV's modes. More cost more time, and seldom tell more.
    block : int, default 5
        Side of the blocks that are matched, odd, 1 to 21.
    uniqueness : int, default 5
        By how many per cent the best match must beat the second, 0 to 100.
    speckle : int, default 200
        Patches of at most so many pixels are dropped; 0 keeps all.
    texture : float, default 1.0
        Mean gray step between horizontal neighbours around a pixel below which a match says
        nothing, 0 to 255.
    consistent : bool, default True
        Whether matches must agree from both sides; it doubles the time.
    fill : bool, default True
        Whether holes are filled. Else they are 0, for `DepthKeyer` to hold over time.

    Raises
    ------
    OptionError, OptionTypeError
        A number is out of its range (also a `ValueError`), or of the wrong type (a `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> right = np.random.default_rng(0).integers(0, 256, (40, 80), np.uint8)
    >>> left = np.roll(right, 10, axis=1)
    >>> stereo = StereoDepth(focal=400, baseline=75, disparities=32)
    >>> int(np.median(stereo.depth(left, right)))
    3000
    """

    @called_as
    def __init__(
        self,
        *,
        focal: float,
        baseline: float,
        disparities: int = 128,
        mode: str = "3way",
        block: int = 5,
        uniqueness: int = 5,
        speckle: int = 200,
        texture: float = 1.0,
        consistent: bool = True,
        fill: bool = True,
    ) -> None:
        reach = reach_of(focal, baseline)
        self._count = check_integer("disparities", disparities, 16, 1024)
        if self._count % 16:
            raise OptionError(f"disparities: got {disparities}, wanted a multiple of 16")
        block = check_integer("block", block, 1, 21)
        if not block % 2:
            raise OptionError(f"block: got {block}, wanted an odd number")
        self._block = block
        self._speckle = check_integer("speckle", speckle, 0, 1 << 30)
        self._texture = check_number("texture", texture, 0, 255)
        self._consistent = check_flag("consistent", consistent)
        self._fill = check_flag("fill", fill)
        self._depths = depth_table(reach, (self._count + 1) * PARTS)
        # The penalties for steps of disparity are those of OpenCV's documentation for one channel.
        self._matcher = cv2.StereoSGBM.create(
            minDisparity=0,
            numDisparities=self._count,
            blockSize=block,
            P1=8 * block * block,
            P2=32 * block * block,
            disp12MaxDiff=-1,
            preFilterCap=31,
            uniquenessRatio=check_integer("uniqueness", uniqueness, 0, 100),
            mode=_MODES[check_choice("mode", mode, tuple(_MODES))],
        )

    def depth(self, left: Frame | Gray, right: Frame | Gray, *, order: Order = "bgr") -> Depth:
        """Return the depth map of a pair, as the left camera sees it.

        Parameters
        ----------
        left, right : ndarray, shape (H, W, 3 or 4) or (H, W), uint8
            The frames, channels in order, or gray, rectified: a point lies in the same row of both,
            in the right one at the same column or farther left.
        order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
            The channels of frames; a fourth one is not read.

        Returns
        -------
        ndarray, shape (H, W), uint16
            The depths in the unit of `baseline`, 0 where there is none.

        Raises
        ------
        DTypeError, ShapeError
            A frame is no such array, is smaller than a block, or the two differ in size (also a
            `TypeError` or a `ValueError`).
        OptionError, OptionTypeError
            The order is none of the above (also a `ValueError` or a `TypeError`).
        """
        return looked_up(self._depths, self.disparity(left, right, order=order))

    def disparity(
        self, left: Frame | Gray, right: Frame | Gray, *, order: Order = "bgr"
    ) -> Disparity:
        """Return the disparities of a pair, as the left camera sees it.

        Parameters
        ----------
        left, right : ndarray, shape (H, W, 3 or 4) or (H, W), uint8
            The frames, as of `depth`.
        order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
            The channels of frames; a fourth one is not read.

        Returns
        -------
        ndarray, shape (H, W), int16
            In sixteenths of a pixel, 0 where there is none.

        Raises
        ------
        DTypeError, ShapeError, OptionError, OptionTypeError
            As of `depth`.
        """
        order = check_order(order)
        first, second = _gray("left", left, order), _gray("right", right, order)
        check_same_size("right", second.shape, "left", first.shape)
        if min(first.shape) < self._block:
            raise ShapeError(
                f"left: got {first.shape[1]}x{first.shape[0]} (width x height), "
                f"wanted at least a block of {self._block}x{self._block}"
            )
        found = self._match(first, second)
        return self._filled(first, found) if self._fill else found

    def _match(self, left: Gray, right: Gray) -> Disparity:
        """Return disparities with holes, each 0."""
        # SGBM leaves out as many columns as it searches through; beside a margin it has them all.
        margin = self._count
        sides = (0, 0, margin, margin, cv2.BORDER_REPLICATE)
        left, right = (
            np.asarray(cv2.copyMakeBorder(gray, *sides), np.uint8) for gray in (left, right)
        )
        found = np.asarray(self._matcher.compute(left, right), np.int16)
        if self._consistent:
            mirrored = self._matcher.compute(cv2.flip(right, 1), cv2.flip(left, 1))
            back = np.asarray(mirrored, np.int16)[:, ::-1]
            kernels.consistent.call(found, back, found, _TOLERANCE)
        inside = slice(margin, -margin)
        found = np.ascontiguousarray(np.maximum(found[:, inside], 0))
        if self._texture:
            found[_texture(left)[:, inside] < self._texture] = 0
        if self._speckle:
            cv2.filterSpeckles(found, 0, self._speckle, _SPECKLE_RANGE * PARTS)
        return found

    def _filled(self, gray: Gray, found: Disparity) -> Disparity:
        """Return disparities without holes, edges moved to the frame's."""
        kernels.fill_shadows.call(found, _SHADOW_JUMP, _SHADOW_SLACK)
        whole = _spread(gray, found, _FAR_PRICE)
        side = 2 * _EDGE_REACH + 1
        around = np.ones((side, side), np.uint8)
        seam = cv2.dilate(whole, around) - cv2.erode(whole, around) > _EDGE_JUMP
        whole[seam] = 0
        return _spread(gray, whole, 0)


def _spread(gray: Gray, found: Disparity, price: int) -> Disparity:
    whole = np.empty_like(found)
    kernels.spread.call(gray, found, whole, np.empty(found.shape, np.int32), price, _NOISE, _ROUNDS)
    return np.asarray(cv2.medianBlur(whole, _SMOOTH), np.int16)


def _texture(gray: Gray) -> npt.NDArray[np.float32]:
    """Return the mean absolute step to the left neighbour in the block around each pixel."""
    step = np.zeros_like(gray)
    cv2.absdiff(gray[:, 1:], gray[:, :-1], dst=step[:, 1:])
    block = (_TEXTURE_BLOCK, _TEXTURE_BLOCK)
    return np.asarray(cv2.boxFilter(step, cv2.CV_32F, block), np.float32)


def _gray(name: str, frame: Frame | Gray, order: Order) -> Gray:
    """Return a frame in gray, packed."""
    if isinstance(frame, np.ndarray) and frame.ndim == 2:
        check_plane(name, frame)
        return np.ascontiguousarray(frame)
    given = checked_bgr(name, frame, order)
    if 0 in given.shape:
        raise ShapeError(f"{name}: got an empty frame of shape {frame.shape}")
    return np.asarray(cv2.cvtColor(contiguous(given), cv2.COLOR_BGR2GRAY), np.uint8)
