"""Who comes in: as a strip at the edge, seen in one frame and not in the next, or nobody."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.keyers.person import networks
from fastvbg.keyers.person.following import Part, extended
from fastvbg.keyers.person.network import Network
from tests.support.people import GreenNetwork, disc, iou, use_green_network, wall, with_person


@pytest.fixture
def uses(monkeypatch):
    """Let person keyers run networks of a kind."""
    use_green_network(monkeypatch)

    def use(kind) -> None:
        def opened(self, spec):
            return Network(kind(spec.height, spec.width), self._scale, self._space)

        monkeypatch.setattr(networks.Networks, "_open", opened)

    return use


def test_a_part_that_is_cut_off_is_not_narrow() -> None:
    part = Part((1000, 600))
    part.follow((900, 100, 100, 400), at_once=True)
    assert part.box == (576, 0, 424, 600)
    part.follow((0, 500, 20, 100), at_once=True)
    assert part.box == (0, 472, 96, 128)
    part.follow((0, 0, 1000, 10), at_once=True)
    assert part.box == (0, 0, 1000, 600)  # all of it: a lower one would not be in proportion
    part.follow((400, 100, 100, 400), at_once=True)
    assert part.box == (368, 0, 160, 600)  # who stands there is as narrow as that
    part.follow((900, 100, 100, 400), at_once=True, narrow=True)
    assert part.box == (872, 0, 128, 600)


@pytest.mark.parametrize("length", [3, 8, 37, 1000])
def test_a_part_stays_within_the_frame(length) -> None:
    for size in ((length, 999), (999, length)):
        for box in ((0, 0, 3, 3), (size[0] - 3, size[1] - 3, 3, 3), (0, 0, 3, size[1])):
            part = Part(size)
            part.follow(box, at_once=True)
            left, top, width, height = part.box
            assert 0 <= left <= box[0]
            assert 0 <= top <= box[1]
            assert box[0] + box[2] <= left + width <= size[0]
            assert box[1] + box[3] <= top + height <= size[1]


def test_a_stretch_is_extended_within_a_length() -> None:
    assert extended(40, 10, 50, 100) == (16, 56)
    assert extended(90, 10, 50, 100) == (40, 56)
    assert extended(0, 10, 120, 100) == (-8, 120)


class Fooled(GreenNetwork):
    """It takes a lamp, red and twice as high as wide, for a person unless it is seen like that."""

    def __call__(self):
        found = super().__call__()
        red = self.input[..., 0] - self.input[..., 1] > 0.4
        _, _, width, height = cv2.boundingRect(red.view(np.uint8))
        is_lamp = height and 0.4 < width / height < 0.6
        return found if is_lamp else np.maximum(found, red[None, :, :, None])


def test_who_seems_to_come_is_looked_at_in_proportion(uses) -> None:
    uses(Fooled)
    lamp = wall(180, 480)
    cv2.ellipse(lamp, (300, 90), (32, 64), 0, 0, 360, (0, 0, 255), -1)
    scene = [wall(180, 480), *[lamp] * 4, with_person(lamp, 100, 90), with_person(lamp, 104, 90)]
    fine, fast = PersonKeyer(room="off"), PersonKeyer(room="off", quality="fast")
    mattes = [fine.key(frame) for frame in scene]
    assert not np.array(mattes[:5]).any()
    assert iou(mattes[-1], disc((180, 480), 104, 90)) > 0.85
    assert any(fast.key(frame).any() for frame in scene[:5])


class Blinking(GreenNetwork):
    """It sees nothing for some runs."""

    blind = 0

    def __call__(self):
        found = super().__call__()
        if Blinking.blind > 0:
            Blinking.blind -= 1
            return found * 0
        return found


@pytest.mark.parametrize("blind", [0, 1])
def test_who_came_and_is_not_seen_is_looked_for_again(uses, blind) -> None:
    uses(Blinking)
    keyer = PersonKeyer()
    for frame in [wall(180, 480)] * 3 + [with_person(wall(180, 480), 470, 90)]:
        keyer.key(frame)
    Blinking.blind = blind
    matte = keyer.key(with_person(wall(180, 480), 430, 90))
    assert Blinking.blind == 0
    assert iou(matte, disc((180, 480), 430, 90)) > 0.85
    # Who has gone is not kept.
    assert not keyer.key(wall(180, 480)).any()


def beside(frames: int, first: int = 3) -> list[np.ndarray]:
    """Somebody who sits, and from a frame on somebody else who has come and moves."""
    sits = with_person(wall(180, 480), 100, 90)
    return [
        with_person(sits, 436 - 2 * k, 90) if k >= first else sits.copy() for k in range(frames)
    ]


def test_patience_is_of_frames_also_while_nobody_moves(uses) -> None:
    """What moves in vain lets the next look wait for frames, not for looks: few are due."""
    uses(GreenNetwork)
    frames = beside(16, first=10)
    for at, x in ((6, 300), (7, 340)):  # a ball goes by
        cv2.circle(frames[at], (x, 90), 25, (40, 40, 40), -1)
    keyer = PersonKeyer(room="off")
    mattes = [keyer.key(frame) for frame in frames]
    assert not mattes[9][:, 240:].any()
    assert iou(mattes[14][:, 240:], disc((180, 480), 436 - 2 * 14, 90)[:, 240:]) > 0.85


class Blinkered(GreenNetwork):
    """The landscape network sees nothing at its right."""

    def __call__(self):
        found = super().__call__()
        height, width = self.input.shape[:2]
        if width > height:
            found[:, :, int(0.8 * width) :] = 0
        return found


def test_who_comes_beside_somebody_is_looked_at_singly(uses) -> None:
    uses(Blinkered)
    keyer = PersonKeyer(room="off")
    mattes = [keyer.key(frame) for frame in beside(10)]
    for number in range(4, 10):
        both = np.maximum(disc((180, 480), 100, 90), disc((180, 480), 436 - 2 * number, 90))
        assert iou(mattes[number], both) > 0.85, number


class Purblind(GreenNetwork):
    """It sees nobody who is small in its input."""

    def __call__(self):
        found = super().__call__()[0, :, :, 0]
        count, labels, stats, _ = cv2.connectedComponentsWithStats((found > 0.5).view(np.uint8))
        for k in range(1, count):
            found[(labels == k) & (stats[k, cv2.CC_STAT_AREA] < 0.05 * found.size)] = 0
        return found[None, :, :, None]


def test_who_is_small_and_comes_is_looked_for_where_it_has_changed(uses) -> None:
    uses(Purblind)
    keyer, sits = PersonKeyer(room="off"), with_person(wall(180, 480), 100, 90, 66)
    mattes = [keyer.key(sits) for _ in range(3)]
    mattes += [keyer.key(with_person(sits, 430 - 2 * k, 100, 26)) for k in range(4)]
    assert not mattes[2][:, 240:].any()
    there = disc((180, 480), 424, 100, 26)[:, 240:]
    assert iou(mattes[-1][:, 240:], there) > 0.8


def test_a_poster_does_not_come(uses) -> None:
    """What was there when all was last looked at is left to the looks at all of the people."""
    uses(Blinkered)
    keyer = PersonKeyer(room="off")
    keyer.key(with_person(wall(180, 480), 100, 90))
    others = keyer._looking._others
    seen = disc((180, 480), 430, 90)[:: keyer._factor, :: keyer._factor].copy()
    frame, nothing = beside(4)[-1], np.zeros_like(seen)
    others.came(frame, seen, np.zeros(seen.shape, bool), nothing)
    assert others.boxes == []
    others.came(frame, seen, seen > 0, nothing)
    assert len(others.boxes) == 1
