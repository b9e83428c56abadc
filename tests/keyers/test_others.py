"""People who are small among others: found in squares of a first frame, and followed singly."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.keyers.person import networks
from fastvbg.keyers.person.agreeing import Sight
from fastvbg.keyers.person.network import Network
from fastvbg.keyers.person.others import Others
from fastvbg.keyers.person.several import squares, thirds
from fastvbg.keyers.person.steadying import Steady
from tests.support.people import GreenNetwork, disc, iou, use_green_network, wall, with_person

SIZE = (512, 1024)
PLACES = ((120, 400), (420, 300), (700, 420), (930, 330))
RADIUS = 30


class Nearsighted(GreenNetwork):
    """It finds who fills a share of its input, and nobody else."""

    def __call__(self):
        found = super().__call__()
        count, labels = cv2.connectedComponents((found[0, ..., 0] > 0.5).astype(np.uint8))
        for k in range(1, count):
            if (labels == k).mean() < 0.03:
                found[0, labels == k] = 0
        return found


@pytest.fixture(autouse=True)
def _nearsighted(monkeypatch):
    use_green_network(monkeypatch)

    def opened(self, spec):
        return Network(Nearsighted(spec.height, spec.width), self._scale, self._space)

    monkeypatch.setattr(networks.Networks, "_open", opened)


def scene(step: int = 0, places=PLACES) -> tuple[np.ndarray, np.ndarray]:
    """People who walk to and fro before a wall, and their matte."""
    frame, matte = wall(*SIZE), np.zeros(SIZE, np.uint8)
    for k, (x, y) in enumerate(places):
        at = x + (step if k % 2 else -step), y, RADIUS
        frame = with_person(frame, *at)
        matte = np.maximum(matte, disc(SIZE, *at))
    return frame, matte


def test_squares_are_thirds_and_halves_of_them() -> None:
    assert squares((1024, 512))[:3] == thirds((1024, 512))
    halves = squares((1024, 512))[3:]
    assert len(halves) == 8
    covered = np.zeros((512, 1024), np.int64)
    for left, top, width, height in squares((1111, 513))[3:]:
        assert (width, height) == (256, 256)
        assert left + width <= 1111
        assert top + height <= 513
    for left, top, width, height in halves:
        covered[top : top + height, left : left + width] += 1
    assert (covered == 1).all()
    assert squares((900, 511)) == thirds((900, 511))
    assert squares((300, 200)) == thirds((300, 200))


def test_all_are_found_in_a_first_frame() -> None:
    frame, truth = scene()
    assert iou(PersonKeyer().key(frame), truth) > 0.9
    assert not PersonKeyer(quality="fast").key(frame).any()


def test_they_are_followed_while_they_walk() -> None:
    keyer = PersonKeyer()
    for step in range(24):
        frame, truth = scene(2 * step)
        assert iou(keyer.key(frame), truth) > 0.8, step


def test_a_frame_takes_one_look_more_for_all_of_them() -> None:
    def looks(places) -> int:
        keyer, counts = PersonKeyer(), []
        for step in range(12):
            keyer.key(scene(3 * step, places)[0])
            counts.append(keyer.looks)
        return int(np.median(np.diff(counts)))

    assert looks(PLACES) == looks(PLACES[:1]) + 1


def test_who_has_gone_is_forgotten() -> None:
    keyer = PersonKeyer()
    for step in range(4):
        keyer.key(scene(step)[0])
    for step in range(4, 24):
        frame, truth = scene(step, PLACES[:2])
        matte = keyer.key(frame)
    assert iou(matte, truth) > 0.85
    assert not keyer.key(scene(24, ())[0])[380:460, 640:760].any()


def test_who_comes_later_is_found_as_well() -> None:
    keyer = PersonKeyer()
    for step in range(3):
        keyer.key(scene(step, PLACES[:1])[0])
    for step in range(3, 160):
        frame, truth = scene(step % 12, PLACES[:3])
        matte = keyer.key(frame)
    assert iou(matte, truth) > 0.75


def test_beside_somebody_large_nobody_is_looked_for() -> None:
    large = with_person(wall(*SIZE), 500, 256, 200)
    alone, both = PersonKeyer(), PersonKeyer()
    alone.key(large)
    matte = both.key(with_person(large, 60, 440, RADIUS))
    assert both.looks == alone.looks
    assert not matte[410:470, 30:90].any()


class Glances:
    """What looks say: a disc in the frame, or one that is elsewhere each time."""

    def __init__(self, *, wanders: bool) -> None:
        self.count, self.wanders, self.blind = 0, wanders, False

    def __call__(self, _picture, box, *, mirrored=False):
        self.count += 1
        x = 300 + (90 * (1 + self.count % 2) if self.wanders else 0)
        seen = disc((1024, 2048), x, 500, 60)
        canvas = np.zeros((box[3], box[2]), np.uint8)
        if self.blind:
            return Sight(canvas, box)
        top, left = max(box[1], 0), max(box[0], 0)
        part = seen[top : box[1] + box[3], left : box[0] + box[2]]
        canvas[top - box[1] :, left - box[0] :][: part.shape[0], : part.shape[1]] = part
        return Sight(canvas, box)


NOBODY = np.zeros((128, 256), np.uint8)
WHOLE = (0, 0, 2048, 1024)


def nothing(_picture, _box):
    """Stand for another network where there is none."""


def found(glances: Glances, denies=None) -> tuple[Others, np.ndarray]:
    others = Others(glances, denies or nothing, WHOLE[2:], NOBODY.shape, 8)
    return others, others.found(None, NOBODY)


def test_who_is_there_is_found_once() -> None:
    others, matte = found(Glances(wanders=False))
    assert len(others.boxes) == 1
    left, top, width, height = others.boxes[0]
    assert 232 <= left <= 248
    assert 432 <= top <= 448
    assert 112 <= width <= 136
    assert 112 <= height <= 136
    assert iou(matte, disc(NOBODY.shape, 37, 62, 7)) > 0.8
    assert not others.without(matte).any()
    box = others.boxes[0]
    assert others.taken(None) == box
    assert others.taken(box) is None
    assert others.unseen(NOBODY, None) is None
    assert others.unseen(NOBODY, box)[62, 37]


def test_what_looks_do_not_agree_upon_is_nobody() -> None:
    others, matte = found(Glances(wanders=True))
    assert not others.boxes
    assert not matte.any()


def test_what_another_network_does_not_see_is_nobody() -> None:
    blind = Glances(wanders=False)
    blind.blind = True
    others, matte = found(Glances(wanders=False), blind)
    assert blind.count
    assert not others.boxes
    assert not matte.any()


def test_who_is_elsewhere_at_each_look_has_gone() -> None:
    glances = Glances(wanders=False)
    others, matte = found(glances)
    glances.wanders = True
    for _ in range(8):
        others.look(None, NOBODY, matte, WHOLE)
    assert not others.boxes
    assert others.unseen(NOBODY, None) is None


def test_those_who_wait_are_unseen() -> None:
    glances = Glances(wanders=False)
    others, matte = found(glances)
    glances.blind = True
    given, unseen = others.look(None, NOBODY, matte, WHOLE), others.unseen(NOBODY, None)
    assert not given.any()
    assert unseen is not None
    assert unseen[62, 37]
    assert not unseen[:, 64:].any()


def test_where_nobody_looked_motion_alone_counts() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (90, 160), np.uint8)
    guide = cv2.GaussianBlur(noise, (0, 0), 3)
    person = disc((90, 160), 60, 45, 20)
    steady, without = Steady((90, 160)), Steady((90, 160))
    unseen = np.zeros((90, 160), np.bool_)
    unseen[20:70, 30:90] = True
    nothing = np.zeros_like(person)
    for each in (steady, without):
        each.add(guide, 1.0, person)
    for _ in range(6):
        kept = steady.add(guide, 1.0, nothing, None, unseen)
        lost = without.add(guide, 1.0, nothing)
    np.testing.assert_array_equal(kept, person)
    assert not lost.any()
