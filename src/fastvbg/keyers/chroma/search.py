"""Which screen a chroma keyer goes by: found where it shows, kept where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.keyers._arrays import to_keyspace
from fastvbg.keyers.chroma.screen import LEAST_STRENGTH, Shown, shown_in, thinned
from fastvbg.keyers.chroma.strength import FEW, Screen, steps_between

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastvbg._types import Frame, Planes

_BRIGHTER = 1.5
"""A screen that has become so much stronger was found in the dark: it is looked at again."""
_BEGINS = 8
"""Frames of a scene in which whatever screen shows is its own."""
_STAYS = 48
"""Frames for which another colour has to show later on to be another screen."""


class ScreenSearch:
    """Looks for the screen until it is found, and again when a scene begins or it is lost.

    A screen that is not in the frame stays what it was. Until one is found there is none.

    Parameters
    ----------
    shape : (int, int)
        Of the plane that a screen's reach becomes.
    black : int
        Luma of black in what is measured.
    key : (float, float), optional
        U and V, from gray, of the colour that was named; it is not looked for.
    expected : sequence of Shown
        The screens that the video is known to show, most of it the first; no other one is taken,
        and the first holds until one shows.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        black: int,
        key: tuple[float, float] | None,
        expected: Sequence[Shown],
    ) -> None:
        self._shape, self._black = shape, black
        self._key, self._expected = key, expected
        self.screen: Screen | None = None
        self.shown = False
        """Whether any frame has shown it: one that was named may be in none."""
        first = key if key is not None else expected[0][:2] if expected else None
        if first is not None:
            self.screen = Screen(*first, shape, black)
        self._colour: Shown | None = None  # of the screen, as it was found,
        self._level = 0.0  # and its strength then
        self._stranger: Shown | None = None
        self.reset()

    def reset(self) -> None:
        """Look anew from the next frame on: another scene begins."""
        self._looks, self._frames = True, 0
        self._stays = 0

    def follow(self, thin: Callable[[], Planes], samples: Callable[[int], Planes]) -> Screen | None:
        """Return the screen to key the next frame by; None while there has been none.

        Parameters
        ----------
        thin : callable
            Returns samples of the frame to look for a screen in.
        samples : callable
            Returns its Y, U and V, of one size, to measure the screen in: 1 all, n every n-th.
        """
        self._frames += 1
        if self._looks and self._take(thin, samples):
            self._looks, self._stays, self.shown = False, 0, True
            return self.screen
        if self.screen is None:
            return None
        due = self.screen.due()
        if self.screen.relit(samples(FEW)) or due:
            self.screen.measure(samples(1))
            grown = self._colour is not None and self.screen.level > _BRIGHTER * self._level
            self._looks = self._looks or not self.screen.seen or grown
        elif self.screen.shadows_due():
            self.screen.measure_shadows(samples(1))
        return self.screen

    def _take(self, thin: Callable[[], Planes], samples: Callable[[int], Planes]) -> bool:
        """Take the screen that a frame shows, if it shows one."""
        colour = self._key
        shown = None
        if colour is None:
            shown = self._accepted(shown_in(thin()))
            if shown is None:
                return False
            colour = shown[:2]
        fresh = Screen(*colour, self._shape, self._black)
        if fresh.due():
            fresh.measure(samples(1))
        if not fresh.seen:
            return False
        self.screen, self._colour, self._level = fresh, shown, fresh.level
        return True

    def _accepted(self, shown: Shown) -> Shown | None:
        """Return the screen that a colour is of; None where it is of none."""
        if not shown.is_screen or shown.strength < LEAST_STRENGTH:
            self._stays = 0
            return None
        for screen in self._expected:
            if shown.is_like(screen):
                # In less light its hue is known less well.
                weak = screen.strength > _BRIGHTER * shown.strength
                return screen.in_light(shown.strength) if weak else shown
        if self._expected:
            return None
        if self._frames <= _BEGINS or self._colour is None or shown.is_like(self._colour):
            return shown
        # With no cut before it, it may be somebody before the camera: a screen would stay.
        lasts = self._stranger is not None and shown.is_like(self._stranger)
        self._stranger, self._stays = shown, self._stays + 1 if lasts else 1
        return shown if self._stays >= _STAYS else None


def follow_frame(search: ScreenSearch, frame: Frame) -> Screen | None:
    """Return the screen of a BGR frame, as `ScreenSearch.follow` finds it."""
    down, across = steps_between(frame.shape[:2])

    def samples(nth: int) -> Planes:
        return to_keyspace(frame[:: nth * down, :: nth * across])

    return search.follow(lambda: thinned(frame), samples)


def follow_planes(search: ScreenSearch, planes: Planes) -> Screen | None:
    """Return the screen of a frame in planes."""
    down, across = steps_between(planes[1].shape)

    def samples(nth: int) -> Planes:
        y, u, v = (plane[:: nth * down, :: nth * across] for plane in _at_chroma(planes))
        return y, u, v

    return search.follow(lambda: thinned(planes), samples)


def _at_chroma(planes: Planes) -> Planes:
    """Return planes of chroma's size: luma only where there is a sample of it."""
    y, u, v = planes
    down, across = (1 + (a != b) for a, b in zip(y.shape, u.shape, strict=True))
    return y[::down, ::across], u, v
