"""Where a person keyer's network looks, and when: at the part where people are, and around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.keyers.person.contrast import in_contrast
from fastvbg.keyers.person.corrected import Corrected
from fastvbg.keyers.person.following import FOREGROUND, Part, box_of, cells_of, grown, united
from fastvbg.keyers.person.further import Further
from fastvbg.keyers.person.others import Others
from fastvbg.keyers.person.several import is_unsure

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane, Planes
    from fastvbg.keyers.person.network import Network
    from fastvbg.keyers.person.networks import Networks

    Box = tuple[int, int, int, int]
    Flags = npt.NDArray[np.bool_]

canvas = Module("person.canvas")

# Levels by which something has changed are those of a picture of usual contrast.
_CALM = (24, 0.08, 0.02)
"""A frame is not looked at while no more of the part has changed by so many levels since a look,
and no more beside the matte, where a hand or somebody else may have come. Of 0.05, 0.08 and 0.12 of
all IoU is 0.9856, 0.9861 and 0.9845 on a speaker, flicker 0.0265, 0.0265 and 0.0276."""
_RESTS = 12
"""But not more in a row, which who sits still reaches: two looks a second are left of 30 frames.
Of 2, 4 and 6 flicker is 0.0297, 0.0295 and 0.0295 on a speaker, IoU 0.9634, 0.9646 and 0.9651 on 15
moving portraits; of 6, 9 and 12 both are the same."""
_SAME = 2 / 255
"""Share of black to white by which a still picture changes: nowhere in the input by more."""
_MOVED = (16, 0.004)
"""Something moves beside the part: so many levels, in this share of the canvas. Then one look goes
over all of the frame."""
_LOOK_AROUND, _CHANGED = 12, (8, 0.0005)
"""After so many looks at the part, so little will do."""
_LOOK_AGAIN = 48
"""After so many, nothing need have changed."""
_LOOSE, _ELSEWHERE = 0.2, 0.2
"""A matte of which more than the second is farther than the first, of their size, from the people
in a look at all of the frame is doubted: it may be the room's, and who is there may leave."""
_LARGE, _DENIALS = 0.7, 2
"""Who is longer than the first, of the frame's shorter side, has left when so many looks at all of
a frame, each followed by looks at squares of it, see nobody. Of some 300 frames with people, of
eight clips, and 60 stills none had one such look."""
_DOUBTED = 96
"""Where much is unsure, the part follows what is nearly half seen, too: legs that are lost for a
frame would be outside of it in the next one. On a small runner, six ways, with a second look at
128 and at this, IoU is 0.8806 and 0.8860; without one 0.8708."""
_CERTAIN = 200
"""Level that who is in a frame reaches in it as a whole, or is looked for in squares of it."""


class Look(NamedTuple):
    """What is known of a frame at the canvas' size; `PersonKeyer.finish` makes its matte."""

    matte: Any
    guides: Planes
    begins: bool = False
    """Whether it is the first of a scene."""


class Looking:
    """Looks at the frames of one video.

    Parameters
    ----------
    networks : Networks
        What looks.
    size : (int, int)
        Width and height of the frames.
    canvas_shape : (int, int)
        Height and width of the canvas.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way.
    fine : bool
        Whether several looks at a scene's first frame, and two at what stays unsure, are to agree.
    """

    def __init__(
        self,
        networks: Networks,
        size: tuple[int, int],
        canvas_shape: tuple[int, int],
        factor: int,
        *,
        fine: bool,
    ) -> None:
        self._networks, self._size = networks, size
        self._canvas, self._factor = canvas_shape, factor
        self._follows = networks.of_people
        self._fine = fine and networks.of_people
        self._further = Further(networks, size, factor)
        looks = self._further.sight, self._further.otherwise
        self._others = Others(*looks, size, canvas_shape, factor)
        self._corrected = Corrected()
        self._count = 0
        self.part = Part(size)
        """The part of the frame that is looked at."""
        self.reset()

    def reset(self) -> None:
        """Forget the scene."""
        self._networks.reset()
        self._corrected.forget()
        self._others.forget()
        self.part.reset()
        self.unseen: Flags | None = None
        """Where the last look tells nothing of people who are there; None where it tells all."""
        self.raw: Matte | None = None
        self._matte = self._steadied = np.empty((0, 0), np.uint8)
        self._since_around, self._waited, self._patience = 0, 0, 1
        self._denied, self._doubts = 0, False
        self._found = self._came = False
        self._lately: Box | None = None
        self._looked: Plane | None = None
        self._news: tuple[Matte, Flags] | None = None
        self._rested, self._calm = 0, False
        self._around: Plane | None = None
        self._seen: Box | None = None
        self._seen_as: Plane | None = None

    @property
    def count(self) -> int:
        """How often a network has run."""
        return self._count + self._further.count

    @property
    def seen(self) -> list[tuple[slice, slice]] | None:
        """Rows and columns of the canvas that the last looks were at; None before any."""
        if self._seen is None:
            return None
        return [cells_of(box, self._factor) for box in (self._seen, *self._others.boxes)]

    def may_rest(self, guide: Plane, contrast: float) -> bool:
        """Tell whether motion may carry the matte over a frame, since the last look was just.

        Parameters
        ----------
        guide : ndarray, shape (h, w), uint8
            The frame's luma on the canvas; it is kept.
        contrast : float
            What `contrast_of` says of it.
        """
        before = self._looked
        nobody = self._follows and not self._found  # who enters is to be seen at once
        may = self.raw is not None and not nobody and not self._networks.recurrent
        patient = may and self._rested < _RESTS and not self._denied
        if patient and before is not None and self._is_calm(guide, contrast, before):
            self._rested += 1
            self._waited += 1
            return True
        self._looked, self._rested, self._calm = guide, 0, self._rested > 0
        return False

    def _is_calm(self, guide: Plane, contrast: float, before: Plane) -> bool:
        level, most, most_beside = _CALM
        level = in_contrast(level, contrast)
        for box in (self.part.box, *self._others.boxes):
            part = cells_of(box, self._factor)
            now, matte = guide[part], self._matte[part]
            moved, beside = canvas.moved.call(now, before[part], matte, level)
            if moved > most * now.size or beside > most_beside * now.size:
                return False
        # Who comes elsewhere is to be seen at once, too.
        watches = self._follows and not self.part.whole
        impatient = self._waited + 1 >= self._patience
        return not (watches and impatient and self._moves_elsewhere(guide, contrast, *_MOVED))

    def follow(self, matte: Matte, *, looked: bool) -> None:
        """Keep a frame's steadied matte; go where it is if that frame was not looked at."""
        self._steadied = matte
        if looked:
            return
        self._matte = matte
        if self._follows:
            self._go(self._box_of(self._others.without(matte)))

    def see(self, picture: Any, guides: Planes, contrast: float) -> Matte:
        """Return what the network says of a frame, on the canvas.

        Parameters
        ----------
        picture : ndarray of shape (H, W, 3), or tuple of 3 ndarray, uint8
            The frame, with packed rows.
        guides : tuple of 3 ndarray, shape (h, w), uint8
            Its luma and chroma on the canvas; they are kept.
        contrast : float
            What `contrast_of` says of that luma.
        """
        guide = guides[0]
        box, net = self._aim(picture)
        # A recurrent network is to see each frame, in order.
        still = self.raw is not None and not net.recurrent and net.is_still(_SAME)
        around = self._follows and self._is_time_to_look_around(guide, contrast, still=still)
        self.unseen = None
        if self.raw is not None and still and not around:
            return self.raw
        if around:
            if self._has_left(picture, guide, contrast):
                return self._see_nobody(picture, guide)
            box, net = self._aim(picture)
        first = self.raw is None
        raw, self._seen = self._placed(self._run(net), box), box
        level = FOREGROUND
        alone = self._fine and not self._others.boxes
        if self._fine and first:
            agreed = self._further.all_at_once(picture, guides, raw, box)
            self._corrected.keep(raw, agreed, guide)
            raw = agreed
        elif alone and not self._found:
            raw = self._further.confirmed(picture, raw)
        elif alone and self._box_of(raw) is None:
            raw = self._looked_again(picture, raw)
        elif self._fine and is_unsure(raw):
            level = _DOUBTED
            raw = self._further.second(picture, raw, level)
        if alone and self._seen_as is not None:
            raw = self._further.settled(picture, raw, self._steadied, (guide, self._seen_as))
        self._seen_as = guide
        raw = self._corrected.of(raw, guide)
        if self._follows:
            own = self._others.without(raw)
            self._follow_found(box_of(own, self._factor, self._size, level))
        self.raw = self._matte = self._with_others(picture, raw, first=first, around=around)
        return self.raw

    def _has_left(self, picture: Any, guide: Plane, contrast: float) -> bool:
        """Look at all of a frame, and go where people are; tell whether who was there has left.

        What a look at the part, or by the landscape network, takes for a person would be kept for
        good. Who is small is not denied: looks at all of a frame miss such people.
        """
        found = self._look_around(picture, guide, contrast)
        known = self._fine and self._found and not self._others.boxes
        box = self._box_of(self._steadied) if known else None
        large = box is not None and max(box[2:]) >= _LARGE * min(self._size)
        self._doubts = large and self._is_elsewhere(self._steadied, found)
        gone = large and found is None and self._further.found(picture, everywhere=True) is None
        self._denied = self._denied + 1 if gone else 0
        if self._denied < _DENIALS:
            self._go_where(found)
        return self._denied >= _DENIALS

    def _see_nobody(self, picture: Any, guide: Plane) -> Matte:
        """Return an empty matte, which holds while picture and looks at it are as they are."""
        self._follow_found(None)
        box, net = self._aim(picture)
        usual, self._seen = self._placed(self._run(net), box), box
        self._corrected.deny(np.asarray(cv2.max(usual, self._steadied)), guide)
        self._seen_as, self._denied = guide, 0
        self.raw = self._matte = np.zeros_like(usual)
        return self.raw

    def _with_others(self, picture: Any, raw: Matte, *, first: bool, around: bool) -> Matte:
        """Return what the usual look says with the people beside."""
        if not self._fine:
            return raw
        if first:
            raw = self._others.found(picture, raw)
        else:
            assert self._seen is not None  # noqa: S101  (a first look was before)
            raw = self._others.look(picture, raw, self._steadied, self._seen)
            if around and self._found:
                raw = self._others.look_on(picture, raw)
                if self._news is not None:
                    raw = self._others.came(picture, *self._news, raw)
        another = None if self._found else self._others.taken(self._lately)
        if another is not None:
            self._follow_found(another)
        self.unseen = self._others.unseen(raw, another)
        return raw

    def _looked_again(self, picture: Any, raw: Matte) -> Matte:
        """Look again for who was there a frame before: who comes in is seen once, then not."""
        found = self._further.found_about(picture, self._lately)
        if found is None:
            return raw
        self._go(found, at_once=True)
        box, net = self._aim(picture)
        self._seen = box
        return self._placed(self._run(net), box)

    def _follow_found(self, box: Box | None) -> None:
        self._go(box)
        self._found = box is not None
        self._lately = box or self._lately

    def _go(self, box: Box | None, *, at_once: bool = False) -> None:
        """Follow somebody: closely who was there at first, or is beside others."""
        if box is not None and not self._found:
            self._came = self.raw is not None and not self._others.boxes
        self.part.follow(box, at_once=at_once, narrow=not self._came)

    def _aim(self, picture: Any) -> tuple[Box, Network]:
        box = self.part.box
        net = self._networks.for_part(box)
        net.fill(picture, box)
        return box, net

    def _run(self, net: Network) -> Matte:
        self._count += 1
        return net.matte()

    def _go_where(self, found: Box | None) -> None:
        """Go where people were found in the whole frame, unless they are within the part."""
        if self.raw is None or (found is not None and not self._found):
            self._go(found, at_once=True)
            self._patience = 1
        elif found is None or self.part.holds(found):
            # What moves in vain, such as leaves in the wind, is not looked at each time.
            self._patience = min(2 * self._patience, _LOOK_AROUND if self._found else 1)
        else:
            self._go(united(found, self._box_of(self.raw)), at_once=True)
            self._patience = 1

    def _is_time_to_look_around(self, guide: Plane, contrast: float, *, still: bool) -> bool:
        """Tell whether to look at the whole frame: at first, now and then, and when it changes."""
        if self._around is None:
            return True
        self._since_around += 1
        self._waited += 1
        if self._denied or (self._doubts and self._calm and not still):
            return True
        late = self._since_around >= _LOOK_AROUND
        if self.part.whole and self._found:
            # Another network looks at that part: it may be wrong of the room.
            other = self._networks.for_whole() is not self._networks.for_part(self.part.box)
            return other and late and not still
        if self._waited < self._patience:
            return False
        if self._since_around >= _LOOK_AGAIN and not still:
            return True
        return self._moves_elsewhere(guide, contrast, *(_CHANGED if late else _MOVED))

    def _is_elsewhere(self, matte: Matte, found: Box | None) -> bool:
        """Tell whether much of a matte is not about the people whom a look at all found."""
        if found is None:
            return True
        _, people = cv2.threshold(matte, FOREGROUND - 1, 1, cv2.THRESH_BINARY)
        about = cells_of(grown(found, _LOOSE, self._size), self._factor)
        most = cv2.countNonZero(people)
        return most - cv2.countNonZero(people[about]) > _ELSEWHERE * most

    def _moves_elsewhere(self, guide: Plane, contrast: float, level: int, share: float) -> bool:
        """Tell whether so much of a frame has changed beside the part since a look at all of it."""
        if self._around is None:
            return True
        level = in_contrast(level, contrast)
        far = canvas.changed.call(guide, self._around, level, 1)
        if self._found:
            part = cells_of(self.part.box, self._factor)
            far -= canvas.changed.call(guide[part], self._around[part], level, 1)
        return bool(far > share * guide.size)

    def _look_around(self, picture: Any, guide: Plane, contrast: float) -> Box | None:
        """Return the box of people in the whole frame."""
        before, whole = self._around, (0, 0, *self._size)
        net = self._networks.for_whole()
        net.fill(picture, whole)
        self._since_around, self._waited, self._around = 0, 0, guide
        seen = self._placed(self._run(net), whole)
        self._news = None
        if before is not None:
            changed: Any = cv2.absdiff(guide, before)
            self._news = seen, changed > in_contrast(_MOVED[0], contrast)
        nobody = self._fine and not self._found
        if nobody and box_of(seen, self._factor, self._size, _CERTAIN) is None:
            found = self._further.found(picture, everywhere=self.raw is None)
            if found is not None:
                return found
        return self._box_of(self._others.without(seen))

    def _box_of(self, matte: Matte) -> Box | None:
        return box_of(matte, self._factor, self._size)

    def _placed(self, matte: Matte, box: Box) -> Matte:
        """Return a part's matte where it is on the canvas; outside of it there is nothing."""
        placed = np.zeros(self._canvas, np.uint8)
        rows, cols = cells_of(box, self._factor)
        size = cols.stop - cols.start, rows.stop - rows.start
        placed[rows, cols] = cv2.resize(matte, size, interpolation=cv2.INTER_LINEAR)
        return placed
