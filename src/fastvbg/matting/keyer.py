"""What gives each frame of a run its matte, and the usual ways to make it of a keyer on arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from fastvbg._types import Matte
    from fastvbg.matting.pairing import Pair
    from fastvbg.media.model import Picture
    from fastvbg.pixels import Behind, FusedKeyer, Keyer, Pixels

    OnePass = Callable[[Pair, Picture], Picture]


class RunKeyer:
    """Gives each frame of a run its matte, before refinement."""

    plain = False
    """Whether the matte is just what moved."""
    looks_back = True
    """Whether `prev` of a pair is read."""

    @property
    def fits(self) -> bool:
        """Whether the last frame shows the scene that is known, where that has to be."""
        return True

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the matte of a pair's second frame; valid until the next call."""
        raise NotImplementedError

    def decide_edges(self, picture: Picture, matte: Matte) -> None:
        """Write the soft edges of the last matte once it is refined, if more is known of them."""

    def fused(self) -> OnePass | None:
        """Return what lays a pair's second frame over a background in the pass that keys it."""
        return None

    def reset(self) -> None:
        """Forget what was learned of the scene: another one begins."""

    def state(self) -> dict[str, Any]:
        """Return what is known of the scene, as arrays, for `go_on` of another one."""
        raise NotImplementedError

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Go on where another keyer of the same options was when `state` was asked for."""
        raise NotImplementedError

    def behind(self) -> Behind | None:
        """Return what is known to be behind the last matte's foreground; valid until the next."""
        return None

    def foreground(self, picture: Picture, matte: Matte) -> Picture:  # noqa: ARG002
        """Return the colours to keep of a frame."""
        return picture

    def finish(self) -> list[str]:
        """Do what is due at the end; return warnings."""
        return []


@runtime_checkable
class Foreseeing(Protocol):
    """A keyer that may do part of its work some frames ahead, in another thread."""

    def foresee(self, pair: Pair) -> None:
        """Look at the next pair; `matte` is called with the same pairs in the same order."""


class Keyed(RunKeyer):
    """The mattes of a keyer of frames and of planes.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    keyer : Keyer
        On arrays.
    shape : (int, int)
        Height and width of the frames.
    """

    looks_back = False

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

    def reset(self) -> None:
        """Let the keyer forget the scene."""
        self._keyer.reset()


class Fused(Keyed):
    """The mattes of a keyer that can also composite in the pass in which it keys.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    keyer : FusedKeyer
        On arrays.
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


class KeyedInBGR(Keyed):
    """The mattes of a keyer that takes frames in BGR only."""

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:  # noqa: ARG002
        """Return the keyer's matte."""
        return self._keyer.key(self._pixels.to_bgr(pair.keyed), out=self._matte)


def keyed(pixels: Pixels, keyer: Any, shape: tuple[int, int]) -> Keyed:
    """Return what gives frames the mattes of a keyer, by what it can do."""
    can = {name for name in ("key_planes", "composite", "composite_planes") if hasattr(keyer, name)}
    form = Fused if len(can) == 3 else Keyed if "key_planes" in can else KeyedInBGR
    return form(pixels, keyer, shape)
