"""The chroma keyer: what is not of a screen's colour, and the screen's light on what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import (
    check_apart,
    check_colour,
    check_frame,
    check_integer,
    check_iterable,
    check_plane,
    check_planes,
    check_same_size,
)
from fastvbg.constants import CHROMA_FALLOFF, CHROMA_TOLERANCE
from fastvbg.errors import OptionError, OptionTypeError, ShapeError, shown
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.plan import CHROMA_ROWS, rows_for, slope_of
from fastvbg.keyers._arrays import on_packed
from fastvbg.keyers._frames import as_kernels_write
from fastvbg.keyers._keyer import OnePassKeyer
from fastvbg.keyers.chroma.colours import OwnColours, apart
from fastvbg.keyers.chroma.despill import ALL, clear_frame, clear_planes, planes_amount, tint_of
from fastvbg.keyers.chroma.edges import ScreenEdges
from fastvbg.keyers.chroma.screen import BLACK, UNIT, Shown, chroma_of
from fastvbg.keyers.chroma.search import ScreenSearch, follow_frame, follow_planes
from fastvbg.layout import as_bgr, checked_bgr
from fastvbg.outputs import copy_frame, plane_out, planes_out
from fastvbg.spelling import called_as

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastvbg._types import Colour, Frame, Matte, Plane, Planes
    from fastvbg.constants import Order
    from fastvbg.keyers.chroma.strength import Screen

__all__ = ["ChromaKeyer"]

kernels = Module("keying.chroma")


class ChromaKeyer(OnePassKeyer):
    """Keys what stands before a screen of one colour, frame after frame.

    The key's strength in a pixel is how far its chroma goes along the key's hue, less half of how
    far beside it. As a share of the screen's own strength at that place, which is measured and
    followed where the light is uneven, it makes the matte: 0 where the pixel lacks up to
    `tolerance` of it, 255 where it lacks `falloff` more. `reference.chroma` has the formulas.
    The hue of a yellowish green is turned by up to 15 degrees from those of skin, blond hair and
    leather, which would be screen for it.

    Parameters
    ----------
    key : (int, int, int) or "auto", optional
        The screen's colour, blue, green, red or as `order` says. When absent or "auto" it is found
        in the first frame at whose border it shows; until then the matte is 0.
    tolerance : int, default 26
        What a pixel of the screen may lack of the key, in 1/255, 0 to 255.
    falloff : int, default 166
        What more it lacks where it is foreground, in 1/255, 1 to 255.
    choke : int, default 0
        How far the matte's soft edge is drawn in: this much of its low end becomes 0, 0 to 254.
    despill : int, default 255
        How much of the screen's light `composite` takes off what is kept, 0 to 255.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames, and of `key`. Of four the last is not read, and is 255 in every
        result.

    Raises
    ------
    OptionError, OptionTypeError
        An option is out of range (also a `ValueError`) or of the wrong type (a `TypeError`).

    Notes
    -----
    One object serves one video: call it from one thread at a time. The first frame fixes size and
    form. A screen that is not in a frame, as in a fade, a flash or behind a slate, stays what it
    was. Another one takes its place after `reset`, or where it shows for 48 frames. A key given as
    a colour is taken by the matrix of BT.601; for planes of another matrix its hue is off by some
    degrees, which the tolerance covers. `composite` and `composite_planes` take the spill off
    before they blend, as `despill` and `despill_planes` do, in one pass. Soft edges keep some of
    the screen there: `foreground` and `foreground_planes` take that off, too, for `blend`.

    Examples
    --------
    >>> import numpy as np
    >>> frame = np.full((90, 160, 3), (64, 160, 64), np.uint8)
    >>> frame[40:60, 50:90] = (90, 110, 180)
    >>> ChromaKeyer().key(frame)[50, 48:52]
    array([  0,   0, 255, 255], dtype=uint8)
    """

    @called_as
    def __init__(
        self,
        key: Colour | str | None = None,
        *,
        tolerance: int = CHROMA_TOLERANCE,
        falloff: int = CHROMA_FALLOFF,
        choke: int = 0,
        despill: int = ALL,
        order: Order = "bgr",
    ) -> None:
        super().__init__(order)
        tolerance = check_integer("tolerance", tolerance, 0, 255)
        falloff = check_integer("falloff", falloff, 1, 255)
        drawn = falloff * check_integer("choke", choke, 0, 254) // 255
        self._ramp = (min(255, tolerance + drawn), falloff - drawn, slope_of(falloff - drawn))
        self._amount = check_integer("despill", despill, 0, 255)
        if isinstance(key, str) and key != "auto":
            raise OptionError(f'key: got {key!r}, wanted (blue, green, red) or "auto"')
        self._key: Colour | None = None
        if key is not None and not isinstance(key, str):
            self._key = check_colour("key", key, self._order)
            chroma_of(self._key, planar=False)
        self._form: tuple[tuple[int, ...], ...] | None = None
        self._expected: Sequence[Shown] = ()
        self._search: ScreenSearch | None = None
        self._scratch = rows_for(1, 1)
        self._edges: ScreenEdges | None = None
        self._colours: OwnColours | None = None

    @property
    def found(self) -> bool:
        """Whether a screen is known: one was named, or has shown."""
        return self._screen is not None

    @property
    def shown(self) -> bool:
        """Whether any frame so far has shown a screen: one that was named may be in none."""
        return self._search is not None and self._search.shown

    @property
    def _screen(self) -> Screen | None:
        return None if self._search is None else self._search.screen

    @property
    def direction(self) -> tuple[int, int]:
        """The hue to key by, a vector in U and V of length 64; known when a screen is."""
        if self._screen is None:
            raise OptionError("key: is not known before a frame has shown the screen")
        return self._screen.direction

    @property
    def reach(self) -> Plane:
        """4080 over the strength of the screen, at each chroma sample; do not write to it."""
        if self._screen is None:
            raise OptionError("key: is not known before a frame has shown the screen")
        return self._screen.reach

    @property
    def light(self) -> Plane | None:
        """The screen's luma at each chroma sample, once it has shown; do not write to it."""
        return None if self._screen is None else self._screen.light

    def expect(self, screens: Sequence[Shown]) -> None:
        """Say which screens a video shows, before its first frame, as `ScreenSurvey` has them.

        Parameters
        ----------
        screens : sequence of Shown
            Most of the video shows the first. It is gone by until one of them shows, and no other
            is taken. With a key that was named they are not heeded.
        """
        expected = tuple(check_iterable("screens", screens))
        for screen in expected:
            if not isinstance(screen, Shown):
                raise OptionTypeError(f"screens: got {shown(screen)}, wanted what a survey found")
        self._expected = expected

    def reset(self) -> None:
        """Look for the screen anew, as at a hard cut; the last one stays until one shows."""
        if self._search is not None:
            self._search.reset()

    def _key_frame(self, frame: Frame, out: Matte | None) -> Matte:
        shape = self._check_frame(frame)
        out = plane_out(out, shape, "frame", frame=frame)
        screen = follow_frame(self._search_for(frame.shape[:2], planar=False), frame)
        if screen is None:
            out.fill(0)
            return out
        options = (*screen.direction, *self._ramp)
        kernels.key_frame.call(frame, screen.reach, out, self._scratch, options)
        return out

    def _key_planes(self, planes: Planes, out: Matte | None) -> Matte:
        shape, *shifts = self._check_planes(planes)
        out = plane_out(out, shape, "planes", Y=planes[0], U=planes[1], V=planes[2])
        screen = follow_planes(self._search_for(planes[1].shape, planar=True), planes)
        if screen is None:
            out.fill(0)
            return out
        options = (*screen.direction, *self._ramp)
        kernels.key_planes.call(*planes[1:], screen.reach, out, self._scratch, *shifts, options)
        return out

    def _composite(self, frame: Frame, background: Frame, out: Frame) -> None:
        given = as_bgr(frame, self._order)
        self._check_frame(given)
        screen = follow_frame(self._search_for(given.shape[:2], planar=False), given)
        if screen is None:
            copy_frame(background, out)
            return
        behind, to = as_bgr(background, self._order), as_kernels_write(out, self._order)
        options = (*screen.direction, *self._ramp)
        tint = tint_of(screen.direction, self._amount)
        rest = self._scratch, options, tint
        kernels.composite.call(given, screen.reach, behind, *to, *rest)

    def _composite_planes(self, planes: Planes, background: Planes, out: Planes | None) -> Planes:
        _, *shifts = self._check_planes(planes)
        out = planes_out(planes, background, out)
        screen = follow_planes(self._search_for(planes[1].shape, planar=True), planes)
        if screen is None:
            for to, behind in zip(out, background, strict=True):
                np.copyto(to, behind)
            return out
        options = (*screen.direction, *self._ramp)
        amount = planes_amount(self._amount)

        def run(frame: Planes, bg: Planes, to: Planes) -> None:
            rest = self._scratch, tuple(shifts), options, amount
            kernels.composite_planes.call(frame, screen.reach, bg, to, *rest)

        return on_packed(run, planes, background, out)

    def decide_edges(
        self, picture: Frame | Planes, matte: Matte, *, out: Matte | None = None
    ) -> Matte:
        """Decide the soft edges of the frame keyed last by the colours of what is whole beside.

        Where hair is red or skin is blurred the key alone keeps too much, and some of the screen's
        colour with it. `reference.soft_edges.decide` has the formulas; the screen is the plate.

        Parameters
        ----------
        picture : ndarray, or tuple of 3 ndarray, uint8
            That frame, as `key` or `key_planes` was given it.
        matte : ndarray, shape (H, W), uint8
            Its matte from there.
        out : ndarray, shape (H, W), uint8, optional
            Where to write: `matte` itself, or memory apart. New when absent.

        Returns
        -------
        ndarray, shape (H, W), uint8
            The matte; `out` when given.
        """
        if isinstance(picture, np.ndarray):
            picture = checked_bgr("frame", picture, self._order)
            shape = self._check_frame(picture)[:2]
        else:
            shape = self._check_planes(picture)[0]
        check_same_size("matte", check_plane("matte", matte), "the frame", shape)
        out = plane_out(out, shape, "matte", matte=matte)
        if out is not matte:
            np.copyto(out, matte)
        if self._screen is not None and self._screen.changes:
            self._edges = self._edges or ScreenEdges(shape)
            self._edges.decide(out, picture, self._screen)
        return out

    def despill(self, frame: Frame, matte: Matte, *, out: Frame | None = None) -> Frame:
        """Take the screen's light off what is kept of the frame keyed last; as `despill` does.

        Parameters
        ----------
        frame, matte : ndarray, uint8
            As in `despill`: the frame, and its matte as keyed or refined.
        out : ndarray, uint8, optional
            Where to write; new when absent.

        Returns
        -------
        ndarray, shape like `frame`, uint8
            The frame without spill; `out` when given.
        """
        return clear_frame(frame, matte, *self._spill(), out, self._order)

    def despill_planes(
        self, planes: Planes, matte: Matte, *, out: tuple[Plane, Plane] | None = None
    ) -> Planes:
        """Take the screen's light off what is kept of the planes keyed last; as `despill_planes`.

        Parameters
        ----------
        planes, matte : tuple of 3 ndarray, ndarray, uint8
            As in `despill_planes`: Y, U and V, and their matte as keyed or refined.
        out : tuple of 2 ndarray, uint8, optional
            Where to write U and V; new when absent.

        Returns
        -------
        tuple of 3 ndarray
            Y as given, and U and V without spill.
        """
        return clear_planes(planes, matte, *self._spill(), out)

    def foreground(self, frame: Frame, matte: Matte, *, out: Frame | None = None) -> Frame:
        """Return the foreground's colours of the frame keyed last, to blend by its matte.

        The frame as `despill` leaves it, and where the matte is soft without what shows of the
        screen, as far as the foreground nearby has such colours. `reference.unmix.clear_frame` has
        the formulas.

        Parameters
        ----------
        frame, matte : ndarray, uint8
            As in `despill`.
        out : ndarray, uint8, optional
            Where to write; new when absent.

        Returns
        -------
        ndarray, shape like `frame`, uint8
            The colours; `out` when given.
        """
        shape = check_frame("frame", frame, self._order)
        if self._screen is None or not self._amount:
            return self.despill(frame, matte, out=out)
        self._check_form(shape, (), "frame")
        seen = apart(frame, out)
        out = self.despill(frame, matte, out=out)
        given, to = as_bgr(seen, self._order), as_bgr(out, self._order)
        self._own(shape[:2]).clear_frame(given, matte, self._screen, to)
        return out

    def foreground_planes(
        self, planes: Planes, matte: Matte, *, out: Planes | None = None
    ) -> Planes:
        """Return the foreground's colours of the planes keyed last; as `foreground`.

        Parameters
        ----------
        planes, matte : tuple of 3 ndarray, ndarray, uint8
            Y, U and V, and their matte as keyed or refined.
        out : tuple of 3 ndarray, uint8, optional
            Where to write Y, U and V; they may be those of `planes`. New when absent.

        Returns
        -------
        tuple of 3 ndarray
            Y, U and V; `out` when given.
        """
        shape = check_planes("planes", planes)[0]
        check_same_size("matte", check_plane("matte", matte), "planes", shape)
        if self._screen is not None:
            self._check_form(shape, planes[1].shape, "planes")
        y, u, v = planes_out(planes, planes, out)
        check_apart(y, (("matte", matte), ("out U", u), ("out V", v)))
        seen = planes[0], apart(planes[1], u), apart(planes[2], v)
        clear_planes(planes, matte, *self._spill(), (u, v))
        np.copyto(y, planes[0])
        if self._screen is not None and self._amount:
            self._own(shape).clear_planes(seen, matte, self._screen, (y, u, v))
        return y, u, v

    def _own(self, shape: tuple[int, int]) -> OwnColours:
        self._colours = self._colours or OwnColours(shape, self._amount)
        return self._colours

    def _spill(self) -> tuple[tuple[int, int], int]:
        """Return the key's hue and how much is taken off; nothing while there is no screen."""
        return ((UNIT, 0), 0) if self._screen is None else (self._screen.direction, self._amount)

    def _check_planes(self, planes: Planes) -> tuple[tuple[int, int], int, int]:
        form = check_planes("planes", planes)
        self._check_form(form[0], planes[1].shape, "planes")
        return form

    def _check_frame(self, frame: Frame) -> tuple[int, int, int]:
        shape = check_frame("frame", frame)
        self._check_form(shape, (), "frame")
        return shape

    def _check_form(self, shape: tuple[int, ...], chroma: tuple[int, ...], name: str) -> None:
        if self._form is None:
            self._form = shape[:2], chroma
            self._scratch = rows_for(CHROMA_ROWS, shape[1])
        if self._form == (shape[:2], chroma):
            return
        check_same_size(name, shape, "the first frame", self._form[0])
        if bool(chroma) != bool(self._form[1]):
            raise OptionTypeError(f"{name}: the first one had another form, BGR or planes")
        raise ShapeError(
            f"{name}: got chroma of shape {chroma}, wanted {self._form[1]} as at first"
        )

    def _search_for(self, shape: tuple[int, ...], *, planar: bool) -> ScreenSearch:
        if self._search is None:
            key = None if self._key is None else chroma_of(self._key, planar=planar)
            self._search = ScreenSearch(shape, BLACK if planar else 0, key, self._expected)
        return self._search
