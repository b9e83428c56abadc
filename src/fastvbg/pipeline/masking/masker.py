"""From two frames to the matte of the second: a keyer, refinement, and regions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from fastvbg.keyers.region import apply_regions
from fastvbg.media.weighed import weighed

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import Mask, Matte
    from fastvbg.media.model import Picture
    from fastvbg.pipeline.pairing import Pair
    from fastvbg.pipeline.pixels import FusedKeyer, Keyer, Pixels
    from fastvbg.refine.refiner import Refiner

    OnePass = Callable[[Pair, Picture], Picture]


class Way(Protocol):
    """One kind's way to a matte."""

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the matte of a pair's second frame; valid until the next call."""

    def fused(self) -> OnePass | None:
        """Return what lays a pair's second frame over a background in the pass that keys it."""

    def reset(self) -> None:
        """Forget what was learned of the scene: another one begins."""

    def foreground(self, picture: Picture, matte: Matte) -> Picture:
        """Return the colours to keep of a frame."""

    def finish(self) -> list[str]:
        """Do what is due at the end; return warnings."""


@runtime_checkable
class Foreseeing(Protocol):
    """A way that may do part of its work some frames ahead, in another thread."""

    def foresee(self, pair: Pair) -> None:
        """Look at the next pair; `Way.matte` is called with the same pairs in the same order."""


class Motion:
    """What differs between two frames.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    threshold : int
        As in `motion_mask`.
    """

    def __init__(self, pixels: Pixels, threshold: int) -> None:
        self._pixels, self._threshold = pixels, threshold

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:  # noqa: ARG002
        """Return the mask of what moved."""
        return self._pixels.mask(pair.prev, pair.keyed, self._threshold)

    def fused(self) -> OnePass:
        """Return what lays what moved over a background."""
        return self._composite

    def _composite(self, pair: Pair, behind: Picture) -> Picture:
        return self._pixels.composite(pair.prev, pair.next, behind, self._threshold)

    def reset(self) -> None:
        """Do nothing: two frames are all that is looked at."""

    def foreground(self, picture: Picture, matte: Matte) -> Picture:  # noqa: ARG002
        """Return the frame itself."""
        return picture

    def finish(self) -> list[str]:
        """Return nothing."""
        return []


class Keyed:
    """What a keyer makes of each frame.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    keyer : Keyer
        Of the package's own.
    shape : (int, int)
        Height and width of the frames.
    """

    def __init__(self, pixels: Pixels, keyer: Keyer, shape: tuple[int, int]) -> None:
        self._pixels, self._keyer = pixels, keyer
        self._matte = np.empty(shape, np.uint8)

    def prepare(self, picture: Picture) -> None:
        """Do what is due before a frame is keyed: nothing."""

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:  # noqa: ARG002
        """Return the keyer's matte."""
        self.prepare(pair.keyed)
        self._pixels.key(self._keyer, pair.keyed, self._matte)
        return self._matte

    def fused(self) -> OnePass | None:
        """Return None: not every keyer composites."""
        return None

    def reset(self) -> None:
        """Let the keyer forget the scene."""
        self._keyer.reset()

    def foreground(self, picture: Picture, matte: Matte) -> Picture:  # noqa: ARG002
        """Return the frame itself."""
        return picture

    def finish(self) -> list[str]:
        """Return nothing."""
        return []


class Fused(Keyed):
    """What a keyer makes of each frame that can also composite it in one pass.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    keyer : FusedKeyer
        Of the package's own.
    shape : (int, int)
        Height and width of the frames.
    """

    def __init__(self, pixels: Pixels, keyer: FusedKeyer, shape: tuple[int, int]) -> None:
        super().__init__(pixels, keyer, shape)
        self._fused = keyer

    def fused(self) -> OnePass | None:
        """Return what keys and composites frames, where their form allows it."""
        return self._composite if self._pixels.fuses else None

    def _composite(self, pair: Pair, behind: Picture) -> Picture:
        self.prepare(pair.next)
        return self._pixels.key_over(self._fused, pair.next, behind)


class Subtracted(Keyed):
    """What a subtractor of OpenCV's makes of each frame in BGR, in which it is used elsewhere."""

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:  # noqa: ARG002
        """Return the subtractor's mask."""
        return self._keyer.key(self._pixels.to_bgr(pair.keyed), out=self._matte)


class Masker:
    """Gives each frame its matte.

    Parameters
    ----------
    way : Way
        To the matte as keyed.
    pixels : Pixels
        The operations on the frames.
    shape : (int, int)
        Height and width of the frames.
    refiner : Refiner, optional
        What improves it.
    keep, drop : ndarray, shape (H, W), uint8, optional
        Masks of what is always in and always out; what is in both is out.
    """

    def __init__(
        self,
        way: Way,
        pixels: Pixels,
        shape: tuple[int, int],
        *,
        refiner: Refiner | None = None,
        keep: Mask | None = None,
        drop: Mask | None = None,
    ) -> None:
        self._way, self._pixels = way, pixels
        self._refiner, self._keep, self._drop = refiner, keep, drop
        self._touched = refiner is not None or keep is not None or drop is not None
        self._one_pass = None if self._touched else way.fused()
        self._refined = np.empty(shape, np.uint8)
        self._started = False

    @property
    def plain(self) -> bool:
        """Whether the mask is just what moved, wherever frames are opaque."""
        return isinstance(self._way, Motion) and not self._touched

    def is_hard(self, pair: Pair) -> bool:
        """Whether the matte of a pair is a plain mask."""
        return self.plain and pair.alpha is None

    def fuses(self, pair: Pair) -> bool:
        """Whether `composite` may be called instead."""
        return self._one_pass is not None and pair.alpha is None

    def composite(self, pair: Pair, behind: Picture) -> Picture:
        """Return a pair's second frame over a background; its matte is never written."""
        assert self._one_pass is not None  # noqa: S101
        self._begin(pair)
        if not pair.flash:
            return self._one_pass(pair, behind)
        matte = self._way.matte(pair, Fraction(0))  # only mattes from elsewhere go by time
        return self._pixels.blend(matte, self._way.foreground(pair.next, matte), behind)

    @property
    def foresee(self) -> Callable[[Pair], None] | None:
        """What to call with each pair ahead of time, in one other thread; None where nothing is."""
        return self._way.foresee if isinstance(self._way, Foreseeing) else None

    def _begin(self, pair: Pair) -> None:
        """Let all forget the last scene where another one begins."""
        if pair.begins and self._started:
            self._way.reset()
            if self._refiner is not None:
                self._refiner.reset()
        self._started = True

    def __call__(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the matte of a pair's second frame; valid until the next call."""
        self._begin(pair)
        matte = self._way.matte(pair, seconds)
        if self._refiner is not None:
            guide = self._pixels.luma(pair.keyed) if self._refiner.needs_guide else None
            matte = self._refiner.apply(matte, guide, out=self._refined)
        if self._keep is not None or self._drop is not None:
            matte = apply_regions(matte, keep=self._keep, drop=self._drop, out=self._refined)
        # What is transparent is no foreground, whatever lies hidden there.
        return matte if pair.alpha is None else weighed(matte, pair.alpha)

    def foreground(self, picture: Picture, matte: Matte) -> Picture:
        """Return the colours to keep of a frame: itself, or without the screen's light."""
        return self._way.foreground(picture, matte)

    def finish(self) -> list[str]:
        """Do what is due at the end; return warnings."""
        return self._way.finish()
