"""The person keyer's last step: a canvas matte gets the frame's edges and lays it over another.

A guided filter is fitted on the canvas and applied at the frame's size, as K. He and J. Sun do in
"Fast Guided Filter", 2015. Colour guides it: what is as dark as the wall may differ in chroma from
it. Chroma is stored at half the size and changes slower than luma, so it is heeded on the canvas
alone, and luma at the frame's size.

Before that, colour decides where the matte is not sure: `kernels.discriminant`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.constants import GAIN_PARTS, TEXTURE_PITCH
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.person import plan
from fastvbg.keyers._arrays import on_packed

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte, Plane, Planes

colourfit = Module("person.colourfit")
discriminant = Module("person.discriminant")
edges = Module("person.edges")
texture = Module("person.texture")

_CONTRASTS = 10, 3
"""Levels of luma and of chroma below which the canvas counts as flat: chroma has less noise."""
_SHARE = 107
"""The fit's squares reach so small a part of the canvas' longer side, each way."""
_GAINS = {1: 5, 2: 5, 4: 8, 8: 8}
"""By canvas, in parts of `GAIN_PARTS`: averages over it make edges too wide, in a large frame more.
Of 4, 5 and 6 in portraits of 854 pixels the error about edges is 0.137, 0.126 and 0.126, flicker on
a speaker 0.0281, 0.0287 and 0.0294. Of 6 and 8 in large ones composites are 16.1 and 15.7 levels
off."""

_SURE = 128
"""From here on a matte counts as foreground."""
_WITHIN, _BEYOND = 2, 4
"""So many canvas pixels within the edge of that, and beyond it, it is not sure: a network is late
to say foreground rather than early."""
_FEWEST, _NOISE, _DOUBT, _SPREAD = 6, (100, 4, 4), 8, 0.7
_SPILL = 1.0, 100
"""Light of the background on an edge makes it look more like background than it is, never less: so
what lies part of the way to foreground is taken for more, where colours are far apart."""
_OPTIONS = tuple(float(each) for each in (_FEWEST, *_NOISE, _DOUBT, _SPREAD, *_SPILL))
"""Chosen on 12 portraits and two talks, and tried on these portraits over other scenes."""


_SEEN, _CERTAIN = 4, 192
"""Levels of the network, averaged over 3x3: with less than the first it has seen nothing, with more
than the second it is sure. A first one of 30 is better on portraits and loses hair before green."""
_WELL_SEEN, _BUSY = 64, 16.0
"""But before a background that varies by more levels of luma than the second, colour adds nothing
where the network has seen less than the first: something there has a person's colours by chance.
30 to 64 and 8 to 24 are better than none. Not where the canvas is the frame itself: in so small a
picture what a network hardly sees is a hand or more."""
_REACHES = 32
"""Nor has an edge there anything where the matte has nothing within a canvas pixel, and all where
it has this level: what the background's dark lines bring is flecks. Of a small runner, held by
none, by this, and from 8 to 96, 5.6, 4.8 and 4.6 pixels of a hundred of his lie beyond his edge,
composites are 15.53, 15.39 and 15.39 levels off, a speaker flickers by 0.0289, 0.0290 and 0.0291.
Before a plain background wisps of hair would be shorter."""
_PITCH, _NEARBY = 2, (7, 7)
"""Of the canvas' pixels those that are looked at for that, and how many of them, each way."""
_NOTHING, _MARGIN, _ABOUT, _ALIKE = 8, 2, 4, 60
"""Up to which level a matte is nothing; so many canvas pixels beyond anything lies background whose
texture counts, that far about it; and levels by which edges vary within a canvas pixel. With less
of these hair loses more than stripes, with a margin of 1 too, and by the person's own texture."""


def _plain(matte: Matte, guide: Plane) -> Any:
    """Return 255 where the luma of the background nearby varies little, else 0, on the canvas."""
    near: Any = cv2.dilate(matte, _BESIDE)[::_PITCH, ::_PITCH]
    free: Any = (near < _NOTHING).view(np.uint8)
    luma = guide[::_PITCH, ::_PITCH] * free
    count, first = (cv2.boxFilter(each, cv2.CV_32F, _NEARBY, **_ADDED) for each in (free, luma))
    second = cv2.sqrBoxFilter(luma, cv2.CV_32F, _NEARBY, **_ADDED)
    # The variance is more than that: n * sum of squares - square of the sum, over n squared.
    busy = count * second - first * first > _BUSY * _BUSY * count * count
    height, width = matte.shape
    plain = np.where(busy, np.uint8(0), np.uint8(255))
    return cv2.resize(plain, (width, height), interpolation=cv2.INTER_NEAREST)


def _near(matte: Matte, plain: Plane) -> Any:
    """Return how much of an edge is left, of 255: all where a matte is near, or about plain."""
    near: Any = cv2.convertScaleAbs(cv2.dilate(matte, _CLOSE), alpha=255 / _REACHES)
    return cv2.blur(cv2.max(near, plain), (3, 3))


def _square(radius: int) -> Any:
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)


_SMALL, _LARGE, _BESIDE, _CLOSE = (_square(each) for each in (_WITHIN, _BEYOND, 2, 1))
_WANTED = _ABOUT, _MARGIN, _NOTHING
_SUMMED = 2 * (_ABOUT // TEXTURE_PITCH) + 1, 2 * (_ABOUT // TEXTURE_PITCH) + 1
"""Of the pixels of the canvas whose texture is looked at, how many count at a time."""
_ADDED: Any = {"normalize": False, "borderType": cv2.BORDER_CONSTANT}
"""Options of sums over squares: beyond the canvas there is 0."""


class Edges:
    """Gives mattes the edges of frames of one size.

    Parameters
    ----------
    canvas_shape : (int, int)
        Height and width of the canvas.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way.
    """

    def __init__(self, canvas_shape: tuple[int, int], factor: int) -> None:
        self._canvas, self._factor, gain = canvas_shape, factor, _GAINS[factor]
        self._radius = max(1, round(max(canvas_shape) / _SHARE))
        self._decided = np.empty(canvas_shape, np.uint8)
        self._cells = plan.discriminant_scratch(*canvas_shape)
        self._fit = plan.colourfit_scratch(*canvas_shape, self._radius)
        self._unheeded: Plane | None = None
        self._texture = plan.texture_scratch(*canvas_shape)
        self._work = (canvas_shape[1], factor, gain), *plan.edges_scratch(*canvas_shape, factor)
        self._small = (canvas_shape[1], 1, gain), *plan.edges_scratch(*canvas_shape, 1)

    def fit(self, matte: Matte, guides: Planes) -> None:
        """Fit a canvas matte to the frame's luma and chroma on the canvas."""
        _, sure = cv2.threshold(matte, _SURE - 1, 255, cv2.THRESH_BINARY)
        inside: Any = cv2.erode(sure, _SMALL)
        near: Any = cv2.dilate(sure, _LARGE)
        options = guides, _OPTIONS, self._decided, *self._cells
        discriminant.separate.call(matte, inside, near, *options)
        plain = _plain(matte, guides[0]) if self._factor > 1 else None
        self._believe(matte, plain)
        luma, chroma = _CONTRASTS
        contrasts = luma * luma, chroma * chroma
        colourfit.fit.call(self._decided, guides, self._radius, contrasts, *self._fit)
        if plain is not None:
            texture.hold.call(self._fit[0], _near(matte, plain))
        self._unheeded = guides[0] if self._factor > 1 else None

    def _heed_texture(self, picture: Plane | Frame) -> None:
        """Keep the texture of the background out of edges at the frame's size, once a fit."""
        guide, self._unheeded = self._unheeded, None
        if guide is None:
            return
        planes, factor = self._fit[0], self._factor
        told, wanted, *scratch = self._texture
        texture.want.call(planes, self._decided, _WANTED, *scratch, wanted)
        gather = texture.gather if picture.ndim == 2 else texture.gather_frame
        gather.call(picture, wanted, factor, told)
        sums = cv2.boxFilter(told, cv2.CV_32S, _SUMMED, **_ADDED)
        texture.heed.call(planes, guide, sums, self._work[0][2], _ALIKE)

    def _believe(self, matte: Matte, plain: Plane | None) -> None:
        """Let colour add nothing where the network saw nothing, nor take what it is sure of."""
        about = cv2.blur(matte, (3, 3))
        _, may_add = cv2.threshold(about, _SEEN - 1, 255, cv2.THRESH_BINARY)
        if plain is not None:
            _, seen = cv2.threshold(about, _WELL_SEEN - 1, 255, cv2.THRESH_BINARY)
            may_add = cv2.max(seen, cv2.bitwise_and(may_add, plain))
        _, may_not_take = cv2.threshold(about, _CERTAIN, 255, cv2.THRESH_BINARY)
        most: Any = cv2.max(matte, may_add)
        least: Any = cv2.min(matte, may_not_take)
        cv2.min(self._decided, most, self._decided)
        cv2.max(self._decided, least, self._decided)

    def small(self, guide: Plane, *, plain: bool = False) -> Matte:
        """Return the fitted matte on the canvas, as steep as the frame's or as it was fitted."""
        shape, *scratch = self._small
        if plain:
            shape = *shape[:2], GAIN_PARTS
        out = np.empty(self._canvas, np.uint8)
        edges.apply.call(self._fit[0], guide, out, (shape, *scratch))
        return out

    def matte(self, picture: Plane | Frame, out: Matte) -> Matte:
        """Write the fitted matte at the frame's size, by its luma or by BGR pixels; all packed."""
        self._heed_texture(picture)
        if picture.ndim == 2:
            edges.apply.call(self._fit[0], picture, out, self._work)
        else:
            edges.apply_frame.call(self._fit[0], picture, out, self._work)
        return out

    def over(self, frame: Frame, background: Frame, out: Frame) -> None:
        """Lay a frame over a background by the fitted matte; all packed alike, in BGR."""
        self._heed_texture(frame)
        edges.composite.call(self._fit[0], frame, background, out, self._work)

    def planes_over(
        self, planes: Planes, background: Planes, out: Planes, shifts: tuple[int, int]
    ) -> Planes:
        """Lay planes over a background by the fitted matte."""

        def run(frame: Planes, bg: Planes, to: Planes) -> None:
            self._heed_texture(frame[0])
            edges.composite_planes.call(self._fit[0], frame, bg, to, shifts, self._work)

        return on_packed(run, planes, background, out)
