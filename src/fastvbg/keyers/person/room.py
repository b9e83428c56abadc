"""The room behind a person, remembered: what a still camera once saw empty is known for good.

Where the matte has been 0 for some frames, with a margin about it, the room is learned: each
sample goes a level toward the frame's whenever its turn comes, and so comes to be the median of
what was seen there, in bytes, at the cost of a quarter of the frame. Where the room is known,
coverage at soft edges lies on the way from its colour to those of the foreground nearby, and what
looks as the room is that unless the network is sure of a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.constants import ROOM_TURNS
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.person import plan
from fastvbg.keyers.person.camera import Lies, RoomCamera
from fastvbg.keyers.person.elsewhere import Elsewhere, Memory
from fastvbg.keyers.person.light import RoomLight
from fastvbg.keyers.person.uncovering import Uncovering

if TYPE_CHECKING:
    from fastvbg._types import Matte, Plane, Planes
    from fastvbg.keyers.person.guides import Guides

canvas = Module("person.room_canvas")
edges = Module("person.room_edges")
room = Module("person.room")

_FREE = 6
"""Frames for which a cell has to be free before it is learned: what passes quickly is not."""
_COVERED = 8
"""Levels of a matte, of the network's or of the fitted one, from which on a cell is not free."""
_BEYOND = 255
"""What the matte is taken for beyond a frame: nothing is free there."""
_MARGIN = 3
"""Canvas pixels about them that are not: a network is late to say foreground."""
_CHANGED = 12
"""Levels on the canvas by which the room is another one: four times the noise of a poor camera."""
_LEAST_SEEN, _MOST_CHANGED, _DOUBTED = 0.05, 0.4, 0.2
"""All is forgotten where so much of what is free and known has changed, if there is as much; with
more than the last changed it decides nothing. A camera that follows a runner is off by a third
in the frames before it is forgotten, two speakers before a still one by a twentieth at most."""
_BUMPED = 0.06
"""With more than that changed it is looked for at once where the camera has it."""
_SURE, _ALIKE = 250, 3
"""Where the network is so sure of a person and the picture is the room within so many levels, a
person was taken for room: that is forgotten. Where it is not so sure, it is the room."""
_TOLD = 20, 231
"""Luma between which the picture tells that: 5 levels within black and white of limited range."""
_FRONT = 200
"""Level of the matte from which on colours are foreground: less, and half of a moving camera's
room is; more, and none is left beside an edge in the light of a screen."""
_NOISE = 1.41
"""Standard deviations over mean differences of luma, 1.25, and somewhat more for chroma."""
_PARTS, _LEAST_NOISE, _NEW = 8, 16, 32
"""Noise is in parts of 1/8 level; the least, and the most of what is new."""
_WEIGHT = 1 / 0.144**2
"""One over the variance of mattes where they are soft."""
_SPREAD = 14
"""Levels by which colours of hair and of clothes lie beside the nearest mean of several."""
_EXPLAINED, _UNTOLD = 9, 16
"""Variances up to which coverage explains a colour, and by how many more not at all: 3 and 5
deviations."""
_HEEDED = 1 / 4
"""How much the matte counts where a cell looks as the room."""
_OPTIONS = _WEIGHT, float(_SPREAD**2), float(_EXPLAINED), float(_UNTOLD), _HEEDED

_most: Any = cv2.dilate
_least: Any = cv2.erode
_LEVELS = _COVERED, _CHANGED, _SURE, _ALIKE
_MARK_LEVELS = _COVERED, _CHANGED, _FREE, _SURE, _ALIKE
_DOUBT = float(_LEAST_NOISE), _NOISE / _PARTS
_BESIDE = np.ones((3, 3), np.uint8)
_ABOUT = np.ones((2 * _MARGIN + 1, 2 * _MARGIN + 1), np.uint8)


class Room:
    """What is known of one video's room.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the frames.
    shifts : (int, int)
        Whether chroma is halved across, and whether down.
    guides : Guides
        Of the frames.
    """

    def __init__(self, shape: tuple[int, int], shifts: tuple[int, int], guides: Guides) -> None:
        canvas_shape, factor = guides.canvas, guides.factor
        chroma = (shape[0] + shifts[1]) >> shifts[1], (shape[1] + shifts[0]) >> shifts[0]
        y, u, v = (np.zeros(size, np.uint8) for size in (shape, chroma, chroma))
        on_canvas = np.zeros((6, *canvas_shape), np.uint8)
        small = on_canvas[0], on_canvas[1], on_canvas[2]
        self._memory = Memory((y, u, v), small, on_canvas[3], on_canvas[4])
        self._free_for = on_canvas[5]
        self._canvas, self._factor, self._shifts = canvas_shape, factor, shifts
        self._camera, self._light = RoomCamera(shape), RoomLight()
        self._elsewhere = Elsewhere(guides, shifts)
        self._since = 0
        self._uncovering = Uncovering(canvas_shape, factor)
        self._apart, self._edge, self._marks, self._spare = np.zeros((4, *canvas_shape), np.uint8)
        self._alike = np.zeros((canvas_shape[0] + 2, canvas_shape[1] + 2), np.uint8)
        self._rows = plan.room_scratch(canvas_shape[1], factor)
        self._squares = plan.squares_scratch(*canvas_shape)
        self._of_edges = plan.room_edges_scratch()
        self._turn = 0

    @property
    def known(self) -> Plane:
        """1 where the room is known, else 0, on the canvas."""
        return self._memory.known

    @property
    def planes(self) -> Planes:
        """Y, U and V of the room, in the frames' form; of what is not known anything."""
        return self._memory.planes

    def forget(self) -> None:
        """Know nothing: another scene begins."""
        self._memory.known.fill(0)
        self._free_for.fill(0)
        self._uncovering.forget()
        self._camera.reset()
        self._light.reset()

    def _give_up(self) -> None:
        """Know nothing: the room has become another one, or the camera moves as nobody follows."""
        self.forget()
        self._camera.give_up()

    def know(self, planes: Planes, guides: Planes, known: Plane, frame: Planes) -> None:
        """Know the room from a picture of it.

        Parameters
        ----------
        planes, guides : tuple of 3 ndarray, uint8
            Y, U and V of the room, in the frames' form and on the canvas.
        known : ndarray, shape (h, w), uint8
            1 where they show it, else 0.
        frame : tuple of 3 ndarray, uint8
            A frame, by which noise is measured; where it shows a person that is as of what is new.
        """
        memory = self._memory
        for to, plane in zip((*memory.planes, *memory.small), (*planes, *guides), strict=True):
            np.copyto(to, plane)
        self._elsewhere.learned()
        np.copyto(memory.known, known)
        self._uncovering.forget()
        self._camera.reset(at_once=True)
        self._light.reset()
        off = cv2.absdiff(frame[0], planes[0])
        size = self._canvas[::-1]
        parts = cv2.resize(off.astype(np.float32), size, interpolation=cv2.INTER_AREA) * _PARTS
        np.copyto(memory.noise, np.minimum(parts, _NEW).astype(np.uint8))

    def decide(
        self, matte: Matte, planes: Planes, guides: Planes, seen: Matte, fitted: Matte
    ) -> None:
        """Change a frame's matte where it is soft and the room is known; then learn.

        Parameters
        ----------
        matte : ndarray, shape (H, W), uint8
            The matte, whose rows are packed.
        planes : tuple of 3 ndarray, uint8
            The frame; rows are packed.
        guides : tuple of 3 ndarray, shape (h, w), uint8
            The frame on the canvas.
        seen, fitted : ndarray, shape (h, w), uint8
            What the network saw, steadied, and the matte on the canvas.
        """
        self._uncovering.tell_nothing()
        near = _most(cv2.max(seen, fitted), _ABOUT)
        sure, beside = _least(seen, _BESIDE), (_least(fitted, _BESIDE), _most(fitted, _BESIDE))
        lies = self._look(planes[0], near)
        if lies is Lies.MISSED:
            return
        shown = self._shown(lies, guides, near)
        told = near, *beside, sure
        sound, changed, soft = self._survey(shown, guides, told)
        heard = sound >= _LEAST_SEEN * near.size
        if heard and changed > _BUMPED * sound and self._camera.look_again(planes[0]):
            shown = self._shown(Lies.ELSEWHERE, guides, near)
            sound, changed, soft = self._survey(shown, guides, told)
        if heard and changed > _MOST_CHANGED * sound:
            self._give_up()
            shown = self._memory
        elif heard and soft and changed <= _DOUBTED * sound:
            self._use(shown, matte, planes, guides, fitted)
            free = np.less(near, _COVERED)
            self._uncovering.add(shown, self._apart, free, beside, (guides, matte))
        if shown is self._memory:
            self._learn(planes, guides, near, sure)
        else:
            self._learn_from(shown, planes, near, sure)

    def _look(self, luma: Plane, near: Plane) -> Lies:
        """Tell where the room lies in a frame."""
        lies = self._camera.look(luma, near)
        if lies is Lies.LOST:
            self._give_up()
            return Lies.KEPT
        if lies is Lies.SETTLED or (self._light.stays and lies is not Lies.MISSED):
            self._settle()
            self._camera.begin(luma, near)
            return Lies.KEPT
        return lies

    def _settle(self) -> None:
        """Let the room be as the last frame showed it."""
        there, lines = self._camera.homography, self._light.lines
        shown = self._memory if there is None else self._elsewhere.of_room(self._memory, there)
        if shown is not self._memory or lines is not None:
            self._elsewhere.settle(self._memory, self._free_for, shown._replace(lines=lines))
        self._light.reset()

    def _shown(self, lies: Lies, guides: Planes, near: Plane) -> Memory:
        """Return what is known as a frame shows it, in its light."""
        shown, there, light = self._memory, self._camera.homography, self._light
        if lies is Lies.ELSEWHERE and there is not None:
            shown = self._elsewhere.of_room(shown, there)
        free = shown.known & np.less(near, _COVERED).view(np.uint8)
        light.measure(shown.small, guides, free)
        return shown if light.lines is None else self._elsewhere.in_light(shown, light.lines)

    def _survey(self, shown: Memory, guides: Planes, told: Any) -> tuple[int, int, int]:
        """Return how many cells are free and known, how many of them changed, how many are edges.

        Which are edges is kept, and by how much they differ.
        """
        to = self._apart, self._edge, self._alike
        found = canvas.survey.call(guides, shown.small, told, shown.known, _LEVELS, _TOLD, *to)
        sound, changed, soft = found
        return int(sound), int(changed), int(soft)

    def _use(
        self, shown: Memory, matte: Matte, planes: Planes, guides: Planes, fitted: Matte
    ) -> None:
        """Change a matte at its edges."""
        known = self._edge, shown.known, shown.noise
        canvas.gather.call(guides, fitted, *known, _FRONT, _DOUBT, *self._squares)
        behind = self._elsewhere.planes_of(shown, self._edge)
        sums, variance, *_ = self._squares
        rest = self._edge, self._factor, self._shifts, _OPTIONS, *self._of_edges
        edges.decide.call(matte, planes, behind, sums, variance, *rest)

    def behind(self) -> tuple[Planes, Plane] | None:
        """Return the room as it is behind soft edges of the last frame; None where it told nothing.

        Returns
        -------
        planes : tuple of 3 ndarray, uint8
            Y, U and V, in the frames' form, valid until the next call of any method.
        known : ndarray, uint8
            1 in squares of 16 pixels in which they are right, else 0.
        """
        found = self._uncovering.known()
        if found is None:
            return None
        shown, known, cells = found
        return self._elsewhere.planes_of(shown, cells), known

    def _learn_from(self, shown: Memory, planes: Planes, near: Plane, sure: Plane) -> None:
        """Learn from a frame that does not show the room as it is: of some one, for all turns."""
        self._since = (self._since + 1) % ROOM_TURNS
        if self._since:
            return
        elsewhere = self._elsewhere
        if shown.there is not None:
            near, sure = elsewhere.cells(near, sure, shown.there, _BEYOND)
        # No other cell is learned, nor forgotten.
        told = np.less(near, _COVERED) | (np.greater_equal(sure, _SURE) & (self.known > 0))
        planes, guides = elsewhere.of_frame(planes, shown, told.view(np.uint8))
        y, u, v = (cv2.absdiff(*pair) for pair in zip(guides, self._memory.small, strict=True))
        np.copyto(self._apart, cv2.max(y, cv2.max(u, v)))
        for _ in range(ROOM_TURNS):
            self._learn(planes, guides, near, sure)

    def _learn(self, planes: Planes, guides: Planes, near: Any, sure: Any) -> None:
        """Learn the cells of the canvas whose turn it is, where they have been free."""
        turn, marks, rows, memory = self._turn, self._marks, self._rows, self._memory
        self._turn = (turn + 1) % ROOM_TURNS
        state = self._apart, memory.known, self._free_for
        canvas.mark.call(near, sure, *state, turn, _MARK_LEVELS, marks)
        rest = self._factor, self._shifts, rows
        room.learn.call(marks, planes, memory.planes, memory.noise, *rest)
        self._elsewhere.learned()
        room.learn.call(marks, guides, memory.small, self._spare, 1, (0, 0), rows)
