"""Mattes that other tools made: what counts as one, and which belongs to which frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.checks import (
    check_choice,
    check_integer,
    check_iterable,
    check_number,
    check_order,
    exchanged,
)
from fastvbg.constants import MOST_HOLD
from fastvbg.errors import (
    DTypeError,
    OptionError,
    OptionTypeError,
    ShapeError,
    SourceError,
    shown,
)
from fastvbg.kernels._kernel import Module
from fastvbg.spelling import Spelled, called_as
from fastvbg.values import check_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from fastvbg._types import Matte
    from fastvbg.constants import Order

    Picture = npt.NDArray[Any]
    Timed = tuple[Picture, float | None]

__all__ = ["CHANNELS", "MatteFeed", "as_matte"]

scaled = Module("composite.scaled")

CHANNELS = ("auto", "alpha", "luma")

_TYPES = (np.bool_, np.uint8, np.uint16, np.float32, np.float64)

# Containers round times: Matroska and WebM to a millisecond. A matte that comes by so little after
# its frame is that frame's.
_SLACK_SECONDS = 0.001

_MAX_INDEX = 1 << 62
_MAX_SECONDS = 1e12


def as_matte(picture: Picture, *, channel: str = "auto", order: Order = "bgr") -> Matte:
    """Return the matte that a picture holds.

    uint8 is 0..255, uint16 is 0..65535, floats are 0..1 (NaN and less are 0, more is 1), bool is
    none or all. Values are brought to 0..255, rounded half up. Of colour the luma is taken, with
    the weights of ITU-R BT.601.

    Parameters
    ----------
    picture : ndarray, shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4)
        Gray, colour, or colour with alpha; bool, uint8, uint16, float32 or float64, at least one
        pixel.
    channel : {"auto", "alpha", "luma"}, default "auto"
        What is the matte in a picture with alpha. "auto": alpha, unless it is full everywhere and
        so says nothing. Other pictures have only luma.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of colour, whether the picture has alpha or not.

    Returns
    -------
    ndarray, shape (h, w), uint8
        The matte; the picture itself where it is one already.

    Raises
    ------
    DTypeError
        It is no array of these types (also a `TypeError`).
    ShapeError
        It is of another shape, or empty (also a `ValueError`).
    OptionError, OptionTypeError
        There is no such channel or order (also a `ValueError` or a `TypeError`), or "alpha" is
        wanted of a picture that has none.

    Examples
    --------
    >>> import numpy as np
    >>> as_matte(np.array([[0.0, 0.5, 1.0]], np.float32))
    array([[  0, 128, 255]], dtype=uint8)
    """
    check_choice("channel", channel, CHANNELS)
    order = check_order(order)
    _check_picture(picture)
    if channel == "alpha" and (picture.ndim != 3 or picture.shape[2] != 4):
        raise OptionError(f"channel: got alpha, but the picture of shape {picture.shape} has none")
    if picture.ndim == 2:
        return _in_bytes(picture)
    if picture.shape[2] == 1:
        return _in_bytes(picture[..., 0])
    if picture.shape[2] == 4 and channel != "luma":
        alpha = _in_bytes(picture[..., 3])
        if channel == "alpha" or not _is_full(alpha):
            return alpha
    colours = _in_bytes(np.ascontiguousarray(picture[..., :3]).reshape(picture.shape[0], -1))
    colours = np.ascontiguousarray(colours).reshape(*picture.shape[:2], 3)
    code = cv2.COLOR_RGB2GRAY if exchanged(order) else cv2.COLOR_BGR2GRAY
    return np.asarray(cv2.cvtColor(colours, code), np.uint8)


def _check_picture(picture: Picture) -> None:
    if not isinstance(picture, np.ndarray) or picture.dtype not in _TYPES:
        got = picture.dtype if isinstance(picture, np.ndarray) else type(picture).__name__
        raise DTypeError(
            f"matte: got {got}, wanted a numpy.ndarray of uint8, uint16, float32 or bool"
        )
    shape = picture.shape
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 3, 4)):
        raise ShapeError(f"matte: got shape {shape}, wanted (h, w), or (h, w, 3 or 4) of colour")
    if not picture.size:
        raise ShapeError(f"matte: got an empty picture of shape {shape}")


def _is_full(alpha: Matte) -> bool:
    return int(alpha.min()) == 255


def _in_bytes(plane: Picture) -> Matte:
    """Return (h, w) of any of the types as uint8."""
    if plane.dtype == np.uint8:
        return plane
    if plane.dtype == np.bool_:
        return np.asarray(plane.astype(np.uint8) * np.uint8(255), np.uint8)
    if plane.dtype == np.uint16:
        # 65535 = 257 * 255, and 257 is odd: no value lies halfway between two steps.
        return np.asarray((plane.astype(np.uint32) + 128) // 257, np.uint8)
    out = np.empty(plane.shape, np.uint8)
    scaled.quantize.call(plane.astype(np.float32, copy=False), out)
    return out


class _Kept(NamedTuple):
    """A matte, and when it begins to count."""

    matte: Matte
    seconds: float | None


class MatteFeed(Spelled):
    """Pairs a sequence of mattes with the frames of a video, in order.

    By time, where the first matte and the frames have times: each frame gets the newest matte that
    is not after it; the first matte also serves the frames before it. Else by number: frame k gets
    matte k. Where the mattes end before the video, the last one is held, and `warnings` says so.

    Parameters
    ----------
    mattes : iterable of (ndarray, float or None)
        Pictures as of `as_matte`, of any size each, and their times in seconds from the beginning,
        rising, or None. It is read as far as needed; two at most are kept, so each must have memory
        of its own.
    hold : int, optional
        For how many frames beyond the end of the mattes the last one is held; then all is
        background. By default to the end of the video.
    channel : {"auto", "alpha", "luma"}, default "auto"
        What is the matte in pictures with alpha; see `as_matte`. "auto" decides for the sequence:
        once one picture's alpha is not full everywhere, alpha it is for the rest.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of colour; see `as_matte`.
    name : str, default "matte"
        How messages call the sequence.

    Raises
    ------
    OptionError, OptionTypeError
        The channel, the order or the hold is none of the above (also a `ValueError` or a
        `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> feed = MatteFeed((np.full((1, 1), value, np.uint8), None) for value in (10, 20))
    >>> [int(feed.matte_for(k)[0, 0]) for k in range(4)], feed.warnings
    ([10, 20, 20, 20], ['matte: ends before the video; from frame 2 on the last one is held'])
    """

    @called_as
    def __init__(
        self,
        mattes: Iterable[Timed],
        *,
        hold: int | None = None,
        channel: str = "auto",
        order: Order = "bgr",
        name: str = "matte",
    ) -> None:
        self._order = check_order(order)
        self._mattes: Iterator[Timed] = check_iterable("mattes", mattes)
        self._hold = None if hold is None else check_integer("hold", hold, 0, MOST_HOLD)
        self._channel = check_choice("channel", channel, CHANNELS)
        self._name = check_text("name", name)
        self._ahead: _Kept | None = None
        self._now: _Kept | None = None
        self._number = -1
        self._interval = 0.0
        self._frame = -1
        self._beyond = 0
        self.warnings: list[str] = []
        """What the user should know, a line each."""

    def matte_for(self, index: int, seconds: float | None = None) -> Matte:
        """Return the matte of a frame.

        Parameters
        ----------
        index : int
            The frame's number, from 0, more than that of the frame before.
        seconds : float, optional
            Its time from the beginning.

        Returns
        -------
        ndarray, shape (h, w), uint8
            The matte, as large as it came; not to be written to.

        Raises
        ------
        SourceError
            There is no matte at all, or one without a time among such as have them (also an
            `OSError`).
        OptionError
            The frames go backward (also a `ValueError`).
        DTypeError, ShapeError
            A picture is none of those that `as_matte` takes.
        """
        index = check_integer("index", index, 0, _MAX_INDEX)
        if seconds is not None:
            seconds = check_number("seconds", seconds, -_MAX_SECONDS, _MAX_SECONDS)
        if index <= self._frame:
            raise OptionError(f"index: got {index} after {self._frame}, wanted frames in order")
        self._frame = index
        now = self._now or self._step()
        if now is None:
            raise SourceError(f"{self._name}: there is no matte in it")
        if seconds is None or now.seconds is None:
            over = self._go_to_number(index)
        else:
            over = self._go_to_time(seconds)
        matte = (self._now or now).matte
        return self._beyond_end(matte, index) if over else matte

    def _go_to_number(self, index: int) -> bool:
        """Go on to matte `index`; return whether the mattes end before it."""
        while self._number < index:
            if self._step() is None:
                return True
        return False

    def _go_to_time(self, seconds: float) -> bool:
        """Go on to the newest matte that is not after a time; return whether even that is over."""
        while True:
            ahead = self._peek()
            if ahead is None:
                # The last matte lasts as long as the one before it did.
                start = (self._now and self._now.seconds) or 0.0
                return seconds > start + max(0.0, self._interval - _SLACK_SECONDS)
            if ahead.seconds is None:
                raise SourceError(f"{self._name}: matte {self._number + 1} has no time")
            if ahead.seconds > seconds + _SLACK_SECONDS:
                return False
            self._step()

    def _peek(self) -> _Kept | None:
        """Return the matte after the present one, None at the end."""
        if self._ahead is None:
            item = next(self._mattes, None)
            if item is not None:
                picture, seconds = self._checked(item)
                self._ahead = _Kept(self._matte_of(picture), seconds)
        return self._ahead

    def _checked(self, item: Timed) -> Timed:
        if not isinstance(item, (tuple, list)) or len(item) != 2:
            raise OptionTypeError(f"{self._name}: got {shown(item)}, wanted (picture, seconds)")
        picture, seconds = item
        if seconds is not None:
            name = f"{self._name}: seconds of matte {self._number + 1}"
            seconds = check_number(name, seconds, -_MAX_SECONDS, _MAX_SECONDS)
        return picture, seconds

    def _step(self) -> _Kept | None:
        """Make the next matte the present one and return it, None at the end."""
        ahead = self._peek()
        if ahead is None:
            return None
        if self._now is not None and None not in (self._now.seconds, ahead.seconds):
            self._interval = (ahead.seconds or 0.0) - (self._now.seconds or 0.0)
        self._now, self._ahead = ahead, None
        self._number += 1
        return ahead

    def _matte_of(self, picture: Picture) -> Matte:
        with_alpha = isinstance(picture, np.ndarray) and picture.ndim == 3 and picture.shape[2] == 4
        if self._channel == "auto" and with_alpha:
            alpha = as_matte(picture, channel="alpha")
            if not _is_full(alpha):
                self._channel = "alpha"
        return as_matte(picture, channel=self._channel, order=self._order)

    def _beyond_end(self, last: Matte, index: int) -> Matte:
        if not self.warnings:
            what = "the last one is held"
            if self._hold is not None:
                what += f" for {self._hold} frames, then all is background"
            self.warnings.append(
                f"{self._name}: ends before the video; from frame {index} on {what}"
            )
        self._beyond += 1
        if self._hold is not None and self._beyond > self._hold:
            return np.zeros(last.shape, np.uint8)
        return last
