"""What is taken of what a camera offers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from fastvbg.errors import OptionError, SourceError, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastvbg._types import Size
    from fastvbg.devices.v4l2.offers import Offer

DEFAULT_SIZE: Final = (1280, 720)
DEFAULT_RATE: Final = Fraction(30)

UNDERSTOOD: Final = ("NV12", "YU12", "YV12", "NV21", "YUYV", "UYVY", "MJPG", "JPEG", "GREY")
_LARGE: Final = ("NV12", "YU12", "YV12", "NV21", "MJPG", "JPEG", "YUYV", "UYVY", "GREY")
"""Formats that are understood, the best first. Beyond `_SMALL_PIXELS` USB 2, which carries some
40 MB/s, has no room for packed frames at 30 a second (720p of them are 55 MB/s)."""
_SMALL_PIXELS: Final = 640 * 480

_NAMES: Final = {
    "I420": "YU12",
    "IYUV": "YU12",
    "YUV420P": "YU12",
    "YUV420": "YU12",
    "YUY2": "YUYV",
    "YUYV422": "YUYV",
    "UYVY422": "UYVY",
    "MJPEG": "MJPG",
    "GRAY": "GREY",
}
"""What other programs call these formats."""

_LARGEST: Final = (1 << 20, 1 << 20)
"""A wish beyond all sizes."""
_NEARLY: Final = Fraction(199, 200)
"""29.97 frames a second will do for 30."""


class Choice(NamedTuple):
    """What a camera is asked for."""

    fourcc: str
    width: int
    height: int
    rate: Fraction

    def __str__(self) -> str:
        return f"{self.fourcc} {self.width}x{self.height} at {float(self.rate):g}"


class _Candidate(NamedTuple):
    fourcc: str
    size: Size
    rate: Fraction
    reaches: bool


def choose(
    name: str,
    offers: Sequence[Offer],
    size: Size | None = None,
    rate: Fraction | None = None,
    format: str | None = None,
) -> Choice:
    """Choose format, size and rate.

    The size counts first: the wished one, or the nearest (by the sum of what width and height
    differ by). Then the rate: the lowest that is not below the wished one, or the highest. Where no
    size was wished, sizes that reach the rate go before those that do not. Last the format: planar
    4:2:0, which needs no conversion; then Motion JPEG above 640x480, packed 4:2:2 up to it.

    Parameters
    ----------
    name : str
        Of the camera, for messages.
    offers : sequence of Offer
        What there is.
    size : (int, int), optional
        Width and height in pixels; 1280x720 for None.
    rate : Fraction, optional
        Frames a second; 30 for None.
    format : str, optional
        Four letters of V4L2, or a usual name such as `mjpeg`; the best for None.

    Returns
    -------
    Choice
        Of an offer.

    Raises
    ------
    OptionError
        The wished format is not there.
    SourceError
        No format is one that fastvbg understands.
    """
    goal = rate or DEFAULT_RATE
    near = size or DEFAULT_SIZE
    fits = [
        offer for offer in offers if offer.fourcc in (_wished(name, offers, format) or UNDERSTOOD)
    ]
    if not fits:
        raise SourceError(
            f"{name}: offers {_listed(offers)}, wanted one of {', '.join(UNDERSTOOD)}, "
            "the formats that fastvbg understands"
        )
    candidates = [_candidate(offer, near, goal) for offer in fits]
    if size is None and any(one.reaches for one in candidates):
        candidates = [one for one in candidates if one.reaches]

    def order(one: _Candidate) -> tuple[object, ...]:
        away = sum(abs(a - b) for a, b in zip(one.size, near, strict=True))
        pixels = one.size[0] * one.size[1]
        ranks = _LARGE if pixels > _SMALL_PIXELS else UNDERSTOOD
        speed = one.rate if one.reaches else -one.rate
        return away, -pixels, not one.reaches, speed, ranks.index(one.fourcc)

    best = min(candidates, key=order)
    return Choice(best.fourcc, *best.size, best.rate)


def best_modes(offers: Sequence[Offer]) -> list[Choice]:
    """Return what is taken where nothing is wished, the largest size, and the highest rate.

    Each once; none where no format is understood.
    """
    fits = [offer for offer in offers if offer.fourcc in UNDERSTOOD]
    if not fits:
        return []
    fastest = max((rate for offer in fits for rate in offer.rates), default=DEFAULT_RATE)
    wishes = (None, None), (_LARGEST, None), (None, fastest)
    return list(dict.fromkeys(choose("", fits, size, rate) for size, rate in wishes))


def _wished(name: str, offers: Sequence[Offer], format: str | None) -> tuple[str, ...]:
    if format is None:
        return ()
    code = format.strip().upper()
    code = _NAMES.get(code, code)
    if code not in UNDERSTOOD:
        raise OptionError(f"format: got {shown(format)}, wanted one of {', '.join(UNDERSTOOD)}")
    if all(offer.fourcc != code for offer in offers):
        raise OptionError(f"format: got {shown(format)}, but {name} offers {_listed(offers)}")
    return (code,)


def _listed(offers: Sequence[Offer]) -> str:
    return ", ".join(dict.fromkeys(offer.fourcc for offer in offers)) or "no format"


def _candidate(offer: Offer, size: Size, rate: Fraction) -> _Candidate:
    enough = [one for one in offer.rates if one >= rate * _NEARLY]
    if enough or not offer.rates:  # a driver that does not say its rates gets the benefit of doubt
        return _Candidate(offer.fourcc, offer.nearest(size), min(enough, default=rate), True)
    return _Candidate(offer.fourcc, offer.nearest(size), max(offer.rates), False)
