"""Soft edges before a screen, told by the colours beside them: `reference.soft_edges` says how.

The key alone takes a foreground for gray. Skin, red hair and whatever else lies beyond gray, seen
from the screen, is covered by less than the key says, and what has the screen's light on it by
more. The screen is a plate that is known: what is whole nearby tells the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.edges_plan import cells_of, edges_scratch
from fastvbg.kernels.keying.plan import model_for
from fastvbg.keyers._arrays import thin_planes, to_keyspace
from fastvbg.layout import packed, written_packed

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte, Planes
    from fastvbg.keyers.chroma.strength import Screen

kernels = Module("keying.soft_edges")

_EVERY = 0, 255
"""Luma between which a cell may be found bare; those here are keyed, so that none is."""
_WHOLE = 1
"""Colours are taken of cells with whole ones around: the key alone says whole too early, and beside
what is blurred a colour has some of the screen's."""
_STEP = 8
_LEAST_NOISE = 16.0
"""Variance, in levels squared: that of a camera in good light and a codec is 4 to 17."""


class ScreenEdges:
    """Decides the soft edges of mattes of one size.

    Parameters
    ----------
    shape : (int, int)
        Of the frames.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._cell = cells_of(shape)[0]
        self._scratch = edges_scratch(*shape, self._cell)
        self._model = model_for(*shape)
        self._keyed = np.empty(shape, np.uint8)
        self._shown: tuple[Screen, int] | None = None

    def decide(self, matte: Matte, picture: Frame | Planes, screen: Screen) -> None:
        """Change the matte of a frame, BGR or planes, before a screen that was measured."""
        seen = _planes_of(picture)
        with written_packed(matte) as (target,):
            if target is not matte:
                np.copyto(target, matte)
            if target.size:
                self._decide(target, seen, screen)

    def _decide(self, matte: Matte, seen: Planes, screen: Screen) -> None:
        if self._shown is None or self._shown[0] is not screen or self._shown[1] != screen.changes:
            self._show(screen)
        np.copyto(self._keyed, matte)
        down, across = (int(a != b) for a, b in zip(seen[0].shape, seen[1].shape, strict=True))
        shifts = across, down
        rest = shifts, self._cell, _WHOLE, _EVERY, self._noise(matte, seen, shifts), *self._scratch
        kernels.decide.call(matte, self._keyed, seen, self._model, *rest)

    def _show(self, screen: Screen) -> None:
        """Write the bare screen into the model."""
        rows, cols = self._shape
        for k, plane in enumerate(screen.colours()):
            whole = cv2.resize(plane, (cols, rows), interpolation=cv2.INTER_LINEAR)
            self._model[:, k, :cols] = whole
        self._shown = screen, screen.changes

    def _noise(self, matte: Matte, seen: Planes, shifts: tuple[int, int]) -> float:
        """Return by how much bare pixels differ from the screen, squared: of each 8th."""
        bare: Any = matte[::_STEP, ::_STEP] == 0
        count = int(np.count_nonzero(bare))
        apart = 0
        for k, plane in enumerate(thin_planes(seen, *shifts, _STEP)):
            known = self._model[::_STEP, k, : self._shape[1] : _STEP]
            off: Any = cv2.absdiff(plane, known)[bare].astype(np.int64)
            apart += (2 if k else 1) * int(off @ off)
        return max(apart / max(1, count), _LEAST_NOISE)


def _planes_of(picture: Frame | Planes) -> Planes:
    if isinstance(picture, np.ndarray):
        return to_keyspace(picture)
    return packed(picture[0]), packed(picture[1]), packed(picture[2])
