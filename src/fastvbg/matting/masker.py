"""From two frames to the matte of the second: a keyer, refinement, and regions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.keyers.region import apply_regions
from fastvbg.matting.keyer import Foreseeing
from fastvbg.media.weighed import weighed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fastvbg._types import Mask, Matte
    from fastvbg.matting.keyer import RunKeyer
    from fastvbg.matting.pairing import Pair
    from fastvbg.media.model import Picture
    from fastvbg.pixels import Pixels
    from fastvbg.refine.refiner import Refiner

_HALF = 128


class Masker:
    """Gives each frame its matte.

    Parameters
    ----------
    keyer : RunKeyer
        Gives the matte before refinement.
    pixels : Pixels
        The operations on the frames.
    shape : (int, int)
        Height and width of the frames.
    refiner : Refiner, optional
        What improves it.
    keep, drop : ndarray, shape (H, W), uint8, optional
        Masks of what is always in and always out; what is in both is out.
    estimates : bool, default False
        Whether the foreground's own colours are estimated at soft edges.
    decides : bool, default False
        Whether the keyer decides soft edges after refinement.
    """

    def __init__(
        self,
        keyer: RunKeyer,
        pixels: Pixels,
        shape: tuple[int, int],
        *,
        refiner: Refiner | None = None,
        keep: Mask | None = None,
        drop: Mask | None = None,
        estimates: bool = False,
        decides: bool = False,
    ) -> None:
        self._keyer, self._pixels = keyer, pixels
        self._refiner, self._keep, self._drop = refiner, keep, drop
        self._touched = refiner is not None or keep is not None or drop is not None
        self._estimates, self._decides = estimates, decides
        # Colours are estimated by a matte, which one pass never writes.
        self._one_pass = None if self._touched or estimates else keyer.fused()
        self._refined = np.empty(shape, np.uint8)
        self._started = False
        self.kept = self._one_pass is not None
        """Whether there was anything to keep so far, as far as mattes are written."""

    @property
    def plain(self) -> bool:
        """Whether the mask is just what moved, wherever frames are opaque."""
        return self._keyer.plain and not self._touched

    @property
    def looks_back(self) -> bool:
        """Whether the frame before one is read, too."""
        return self._keyer.looks_back

    @property
    def fits(self) -> bool:
        """Whether the last frame shows the scene that is known, where that has to be."""
        return self._keyer.fits

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
        matte = self._keyer.matte(pair, Fraction(0))  # only mattes from elsewhere go by time
        return self._pixels.blend(matte, self.foreground(pair, matte), behind)

    @property
    def foresee(self) -> Callable[[Pair], None] | None:
        """What to call with each pair ahead of time, in one other thread; None where nothing is."""
        return self._keyer.foresee if isinstance(self._keyer, Foreseeing) else None

    def go_on(self, state: Mapping[str, Any] | None) -> None:
        """Take frames for such as have others before them; with what those left behind."""
        self._started = True
        if state is not None:
            self._keyer.go_on(state)

    def state(self) -> dict[str, Any]:
        """Return what the frames so far left behind in the keyer, as arrays."""
        return self._keyer.state()

    def _begin(self, pair: Pair) -> None:
        """Let all forget the last scene where another one begins."""
        if pair.begins and self._started:
            self._keyer.reset()
            if self._refiner is not None:
                self._refiner.reset()
        self._started = True

    def __call__(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the matte of a pair's second frame; valid until the next call."""
        self._begin(pair)
        matte = self._keyer.matte(pair, seconds)
        if self._refiner is not None:
            guide = self._pixels.luma(pair.keyed) if self._refiner.needs_guide else None
            matte = self._refiner.apply(matte, guide, out=self._refined)
            if self._decides:
                self._keyer.decide_edges(pair.keyed, matte)
        if self._keep is not None or self._drop is not None:
            matte = apply_regions(matte, keep=self._keep, drop=self._drop, out=self._refined)
        # What is transparent is no foreground, whatever lies hidden there.
        matte = matte if pair.alpha is None else weighed(matte, pair.alpha)
        self.kept = self.kept or int(matte.max()) >= _HALF
        return matte

    def foreground(self, pair: Pair, matte: Matte) -> Picture:
        """Return the colours to keep of a pair's second frame.

        Itself, or without the screen's light, or with the foreground's own colours at soft edges;
        not where the frame has alpha: then its colours are the foreground's own already.
        """
        if self._estimates and pair.alpha is None:
            # A flash is in a light of its own: its matte is that of the frame before.
            behind = None if pair.flash else self._keyer.behind()
            return self._pixels.own_colours(pair.next, matte, behind, spare=pair.spare)
        return self._keyer.foreground(pair.next, matte)

    def finish(self) -> list[str]:
        """Do what is due at the end; return warnings."""
        return self._keyer.finish()
