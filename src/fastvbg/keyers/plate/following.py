"""A camera that moves a little: where the plate lies from frame to frame.

Corners of the plate are followed in small pictures, always from the plate itself, so that nothing
adds up. While the camera stands, a few of them are looked for now and then, and the plate stays as
it is; once they have moved together, all are followed in each frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.kernels._kernel import named
from fastvbg.kernels.keying.plan import model_for
from fastvbg.keyers._frames import contiguous
from fastvbg.keyers.plate.matching import is_by_hand, moved

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte, Plane, Planes
    from fastvbg.keyers.plate.matching import Homography

    Places = npt.NDArray[np.intp]
    Points = npt.NDArray[np.float32]

_SHIFT = named("keying.shift.shift")

_WIDTH = 1000
_CORNERS = 100
_QUALITY = 0.005
_WINDOW = 11
_FAR_LEVELS = 4
"""Halvings of the small picture in which a first motion is looked for: it may be 16 frames old."""
_WATCH_EVERY, _SEEK_EVERY = 16, 4
"""Frames from one look at a camera that stands to the next; and where it shows something else."""
_WATCHED = 40
_SEEN_MOVING = 0.4
"""Pixels of the frame by which the median corner has to move, for the camera to count as moving."""
_STILL_SHARE = 0.3
"""Corners of which this share stands show a camera that stands: a person may cover the others."""
_STANDS = 0.1
"""Pixels up to which the plate is not moved."""
_APART = 0.5
_LEAST = 15
_LEAST_SHARE = 0.35
_AROUND = 31
"""Pixels across and down that a picture is made even over."""
_EVEN, _LEAST_EVEN = 50.0, 1.0
"""Levels that the deviation there becomes, and what it is taken for at least."""
_OTHERWISE_EVERY = 4
"""Pictures as they are show a camera's motion, made even also in another light. What found the last
one is tried first; the other in a first frame without, and in every fourth after it."""
_LOST = 12
"""Frames in a row in which the plate is not found, after which it counts as lost."""


class CameraFollower:
    """Follows a camera whose motion a homography explains: a hand, a tripod that is turned.

    Parameters
    ----------
    luma : ndarray, shape (H, W), uint8
        Of the room as the camera saw it before it moved.
    known : ndarray, shape (4, 2), float64
        The corners of what is known of it.
    free : ndarray, shape (h, w), uint8, optional
        0 where something stands before the room, which is not followed; of any size.
    """

    def __init__(
        self, luma: Plane, known: npt.NDArray[np.float64], free: Plane | None = None
    ) -> None:
        self._shape = luma.shape[0], luma.shape[1]
        self._known = known
        self._small = _reduced(luma)
        self._smaller = _halved(self._small)
        self._even: Plane | None = None
        ratios = [
            small / whole if whole else 1.0
            for small, whole in zip(self._small.shape, self._shape, strict=True)
        ]
        self._scale = ratios[1]
        # Centres of pixels lie half a pixel inside.
        to_small = np.array(
            [[ratios[1], 0, ratios[1] / 2 - 0.5], [0, ratios[0], ratios[0] / 2 - 0.5], [0, 0, 1]]
        )
        self._to_small, self._to_whole = to_small, np.linalg.inv(to_small)
        self._corners = _corners_of(self._small, free)
        self._few = self._corners[:: len(self._corners) // _WATCHED + 1].copy()
        self._model: Any = None
        self.reset()

    def reset(self) -> None:
        """Let the camera stand where the plate is."""
        self._frames = 0
        self._as_they_are = True
        self.moves = False
        """Whether the camera has moved."""
        self.misses = 0
        """Frames in a row in which the plate was not found since."""
        self.lost = False
        """Whether it has moved so that the plate was not found."""
        self.astray = False
        """Whether the plate was neither where it was nor elsewhere when it was last looked for."""
        self.homography: Homography | None = None
        """From the plate to the last frame; None where it lies as it is."""

    def look(self, picture: Frame | Planes, *, at_once: bool = False) -> bool:
        """Look at the next frame, BGR or planes, and tell whether the plate lies elsewhere in it.

        With `at_once` it is the last one again: something has changed in it.
        """
        self._frames += not at_once
        every = _SEEK_EVERY if self.astray else _WATCH_EVERY
        watched = at_once or self._frames % every == 1
        if len(self._corners) < _LEAST or (
            self.moves if at_once else not self.moves and not watched
        ):
            return False
        small = _reduced(picture)
        if not self.moves and self._seems_to_stand(small, even=at_once):
            self.astray = False
            return False
        found = self._found(small, as_they_are=self._as_they_are)
        if found is None and self.misses % _OTHERWISE_EVERY == 0:
            found = self._found(small, as_they_are=not self._as_they_are)
            self._as_they_are ^= found is not None
        self.astray = found is None
        if found is None:
            self.misses += self.moves
            self.lost = self.lost or self.misses >= _LOST
            return False
        self.misses = 0
        points = self._corners
        apart = np.linalg.norm(moved(found, points) - points, axis=1)
        far = float(np.median(apart)) / self._scale
        self.moves = self.moves or far >= _SEEN_MOVING
        if self.moves:
            whole = self._to_whole @ found @ self._to_small
            self.homography = whole / whole[2, 2] if far >= _STANDS else None
        return self.moves

    def _seems_to_stand(self, small: Plane, *, even: bool) -> bool:
        """Tell whether corners are where they were, for less than finding the plate costs."""
        before = (self._few - 0.5) / 2
        pair = self._smaller, _halved(small)
        one, two = (_evened(each) for each in pair) if even else pair
        there, sound = _tracked(one, two, before, before, _FAR_LEVELS - 1)
        if np.count_nonzero(sound) < _LEAST // 2:
            return True
        apart = np.sort(np.linalg.norm(there - before, axis=1)[sound]) * 2 / self._scale
        return bool(apart[int(_STILL_SHARE * len(apart))] < _SEEN_MOVING)

    def _found(self, small: Plane, *, as_they_are: bool) -> Homography | None:
        """Return where a small frame has the plate, in its pixels; None where too little agrees.

        The pictures are looked at as they are, or made even.
        """
        points, plate = self._corners, self._small
        if not as_they_are:
            if self._even is None:
                self._even = _evened(plate)
            plate, small = self._even, _evened(small)
        if self.homography is None:
            return _agreed(plate, small, points, points, _FAR_LEVELS)
        before = self._to_small @ self.homography @ self._to_whole
        guess = moved(before, points).astype(np.float32)
        found = None if self.misses else _agreed(plate, small, points, guess, 1)
        return _agreed(plate, small, points, guess, _FAR_LEVELS) if found is None else found

    def places(self, step: int) -> tuple[Places, Places] | None:
        """Return the row and column where the last frame has every `step`-th pixel of the plate.

        Those beyond the frame are its nearest. None where the plate lies as it is.
        """
        if self.homography is None:
            return None
        height, width = self._shape
        rows, cols = np.mgrid[0:height:step, 0:width:step]
        there = np.rint(moved(self.homography, np.column_stack((cols.ravel(), rows.ravel()))))
        there = np.clip(there, 0, (width - 1, height - 1)).astype(np.intp)
        return there[:, 1].reshape(rows.shape), there[:, 0].reshape(rows.shape)

    def shown(self, model: Any) -> Any:
        """Return a plate's model as the last frame shows it; valid until the next call."""
        if self.homography is None:
            return model
        if self._model is None:
            self._model = model_for(*self._shape)
        back = np.linalg.inv(self.homography)
        _SHIFT.call(model, np.ascontiguousarray(back / back[2, 2]), self._shape[1], self._model)
        return self._model

    def decide(self, matte: Matte) -> None:
        """Write into a matte what the plate no longer reaches: as the row or column beside it."""
        left, top, right, below = self._reach()
        matte[:, :left] = matte[:, left : left + 1]
        matte[:, right:] = matte[:, right - 1 : right]
        matte[:top] = matte[top]
        matte[below:] = matte[below - 1]

    def leave(self, matte: Matte, other: Matte) -> None:
        """Write into a matte what another has where the plate no longer reaches."""
        left, top, right, below = self._reach()
        matte[:, :left] = other[:, :left]
        matte[:, right:] = other[:, right:]
        matte[:top], matte[below:] = other[:top], other[below:]

    def reached(self, step: int) -> npt.NDArray[np.bool_]:
        """Return, of every `step`-th pixel of every `step`-th row, whether the plate reaches it."""
        left, top, right, below = (-(-each // step) for each in self._reach())
        height, width = self._shape
        found = np.zeros((-(-height // step), -(-width // step)), np.bool_)
        found[top:below, left:right] = True
        return found

    def _reach(self) -> tuple[int, int, int, int]:
        """Return the first column and row that the plate reaches, and those it ends before."""
        height, width = self._shape
        if self.homography is None:
            return 0, 0, width, height
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = moved(self.homography, self._known)
        left, top = (
            min(max(0, int(np.ceil(max(pair))) + 1), size - 1)
            for pair, size in (((x0, x3), width), ((y0, y1), height))
        )
        right, below = (
            max(min(size, int(min(pair)) - 1), first + 1)
            for pair, size, first in (((x1, x2), width, left), ((y2, y3), height, top))
        )
        return left, top, right, below


def _agreed(
    plate: Plane, small: Plane, points: Points, guess: Points, levels: int
) -> Homography | None:
    """Return the homography that most corners agree on; None where too few do."""
    there, sound = _tracked(plate, small, points, guess, levels)
    if np.count_nonzero(sound) < _LEAST:
        return None
    found, inliers = cv2.findHomography(
        points[sound], there[sound], cv2.USAC_ACCURATE, _APART, maxIters=300
    )
    count = 0 if inliers is None else int(inliers.sum())
    if found is None or count < max(_LEAST, _LEAST_SHARE * np.count_nonzero(sound)):
        return None
    homography = np.asarray(found, np.float64)
    return homography if is_by_hand(homography, small.shape) else None


def _tracked(
    first: Plane, second: Plane, points: Points, guess: Points, levels: int
) -> tuple[Points, npt.NDArray[np.bool_]]:
    """Return where points of one picture are in another, and which were found."""
    track: Any = cv2.calcOpticalFlowPyrLK
    there, status, _ = track(
        first,
        second,
        np.ascontiguousarray(points).reshape(-1, 1, 2),
        guess.reshape(-1, 1, 2).copy(),
        winSize=(_WINDOW, _WINDOW),
        maxLevel=levels,
        criteria=(cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 15, 0.01),
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return np.asarray(there.reshape(-1, 2), np.float32), status.ravel() > 0


def _halved(picture: Plane) -> Plane:
    half = max(1, picture.shape[1] // 2), max(1, picture.shape[0] // 2)
    if not picture.size:
        return picture
    return np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_LINEAR), np.uint8)


def _evened(picture: Plane) -> Plane:
    """Return a picture as bright, and of as much contrast, everywhere: so it is in any light."""
    size = _AROUND, _AROUND
    deep = cv2.boxFilter(picture, cv2.CV_32F, size)
    above = cv2.subtract(picture.astype(np.float32), deep)
    squares = cv2.sqrBoxFilter(above, cv2.CV_32F, size)
    # Its running sums leave less than nothing where an even area follows an uneven one.
    spread = np.sqrt(np.maximum(squares, 0))
    even = 128 + _EVEN * above / np.maximum(spread, _LEAST_EVEN)
    return np.asarray(np.clip(even, 0, 255), np.uint8)


def _reduced(picture: Frame | Planes) -> Plane:
    """Return gray, or luma, halved until it is small: means of four are quick, and do not alias."""
    whole = picture[0] if isinstance(picture, (tuple, list)) else picture
    to_gray = cv2.COLOR_BGR2GRAY
    if whole.ndim == 3:
        if whole.strides[2] < 0:  # OpenCV takes no channels that lie backward
            whole, to_gray = whole[..., ::-1], cv2.COLOR_RGB2GRAY
        whole = contiguous(whole)
    elif not whole.flags.c_contiguous:
        whole = np.ascontiguousarray(whole)
    while whole.shape[1] > _WIDTH and whole.shape[0] > 1:
        whole = _halved(whole)
    if whole.ndim == 3 and whole.size:
        whole = np.asarray(cv2.cvtColor(whole, to_gray), np.uint8)
    return whole


def _corners_of(small: Plane, free: Plane | None) -> Points:
    found = None
    if small.size:
        mask: Any = None
        if free is not None:
            mask = cv2.resize(free, small.shape[::-1], interpolation=cv2.INTER_NEAREST)
        apart = max(3, small.shape[1] // 50)
        found = cv2.goodFeaturesToTrack(small, _CORNERS, _QUALITY, apart, mask=mask)
    if found is None:
        return np.zeros((0, 2), np.float32)
    return np.asarray(found.reshape(-1, 2), np.float32)
