"""Further looks: at people singly, along groups, for who is not found, at what stays unsure."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.keyers.person import networks
from fastvbg.keyers.person.network import Network, scale_of
from fastvbg.keyers.person.several import along, is_unsure, people_in, thirds
from tests.support.people import (
    GreenNetwork,
    disc,
    iou,
    look_not_from_nearer,
    use_green_network,
    wall,
    with_person,
)


@pytest.fixture
def runs(monkeypatch):
    return use_green_network(monkeypatch)


def test_people_who_are_apart() -> None:
    matte = np.maximum(disc((90, 160), 30, 40, 20), disc((90, 160), 120, 50, 12))
    matte[5:8, 80:83] = 255  # no person
    assert people_in(matte, 4) == [(44, 84, 156, 156), (436, 156, 92, 92)]
    assert people_in(np.zeros((90, 160), np.uint8), 4) == []


def test_squares_along_a_group() -> None:
    assert along((10, 20, 100, 90)) == []
    squares = along((10, 100, 400, 100))
    assert squares[0] == (10, 95, 110, 110)
    assert squares[-1] == (300, 95, 110, 110)
    steps = np.diff([square[0] for square in squares])
    assert steps.max() <= 110
    assert len(along((0, 0, 9000, 10))) == 6


def test_squares_of_a_frame() -> None:
    assert thirds((640, 360)) == [(0, 0, 360, 360), (140, 0, 360, 360), (280, 0, 360, 360)]
    assert thirds((300, 600)) == [(0, 0, 300, 300), (0, 150, 300, 300), (0, 300, 300, 300)]
    assert thirds((400, 360)) == []


def test_what_is_unsure() -> None:
    matte = disc((90, 160), 80, 45, 30)
    assert not is_unsure(cv2.blur(matte, (3, 3)))  # an edge alone
    matte[45:75][matte[45:75] > 0] = 120
    assert is_unsure(matte)
    assert not is_unsure(np.zeros((90, 160), np.uint8))


def test_a_mirrored_look_is_turned_back(rng) -> None:
    net = Network(GreenNetwork(64, 64), scale_of("0:1"), ("bt601", "limited"))
    frame = with_person(wall(128, 128), 90, 40, 20)
    box = 0, 0, 128, 128
    plain, mirrored = (net.glance(frame, box, mirrored=flip) for flip in (False, True))
    assert iou(plain, mirrored) > 0.99
    assert iou(plain, plain[:, ::-1]) < 0.2


def keyed(frame) -> tuple[PersonKeyer, np.ndarray]:
    keyer = PersonKeyer()
    return keyer, keyer.key(frame)


def test_two_people_are_looked_at_singly(runs, monkeypatch) -> None:
    look_not_from_nearer(monkeypatch)
    one, _ = keyed(with_person(wall(), 160, 90))
    both = with_person(with_person(wall(), 60, 90), 260, 90, 30)
    two, matte = keyed(both)
    # Each by itself, and in four squares along both; not four times by the landscape network, which
    # is the one that looks at so wide a part.
    assert two.looks == one.looks + 6 - 4
    assert iou(matte, np.maximum(disc(both.shape, 60, 90), disc(both.shape, 260, 90, 30))) > 0.85


class Nearsighted(GreenNetwork):
    """It finds who fills a share of its input, stretched or not, and nobody else."""

    share = 0.03

    def __call__(self):
        found = super().__call__()
        return found if (found > 0.5).mean() > self.share else found * 0


class Swayed(GreenNetwork):
    """It takes a lamp on the right for a person, but not on the left."""

    def __call__(self):
        found = super().__call__()
        red = self.input[..., 0] - self.input[..., 1] > 0.4
        red[:, : red.shape[1] // 2] = False
        return np.maximum(found, 0.7 * red[None, :, :, None])


def use(monkeypatch, kind) -> None:
    def opened(self, spec):
        return Network(kind(spec.height, spec.width), self._scale, self._space)

    monkeypatch.setattr(networks.Networks, "_open", opened)


def test_who_is_small_is_found_in_a_square_of_the_frame(runs, monkeypatch) -> None:
    use(monkeypatch, Nearsighted)
    frame = with_person(wall(180, 480), 400, 60, 26)
    keyer, matte = keyed(frame)
    assert iou(matte, disc(frame.shape, 400, 60, 26)) > 0.85
    fast = PersonKeyer(quality="fast").key(frame)
    assert not fast.any()
    # Who comes later is found as well, when the turn is at that square.
    keyer = PersonKeyer()
    scene = [wall(180, 480), *[with_person(wall(180, 480), 400 - k, 60, 26) for k in range(6)]]
    mattes = [keyer.key(each) for each in scene]
    assert not mattes[0].any()
    assert iou(mattes[-1], disc(frame.shape, 395, 60, 26)) > 0.85


def test_further_looks_take_what_they_do_not_see(runs, monkeypatch) -> None:
    use(monkeypatch, Swayed)
    frame = with_person(wall(), 130, 90)
    cv2.circle(frame, (188, 90), 20, (0, 0, 255), -1)
    lamp = disc(frame.shape, 192, 90, 12) > 0
    fine, fast = (PersonKeyer(quality=quality) for quality in ("fine", "fast"))
    seen = {keyer: keyer.look(frame).matte[lamp].mean() for keyer in (fine, fast)}
    assert seen[fine] < 0.5 * seen[fast]


class Square(GreenNetwork):
    """The square network takes lamps for people, the landscape one knows better."""

    def __call__(self):
        found = super().__call__()
        red = self.input[..., 0] - self.input[..., 1] > 0.4
        square = self.input.shape[0] == self.input.shape[1]
        return np.maximum(found, square * red[None, :, :, None])


def test_what_the_landscape_network_nowhere_sees_is_taken(runs, monkeypatch) -> None:
    use(monkeypatch, Square)
    frame = with_person(wall(), 130, 120)
    cv2.circle(frame, (200, 60), 25, (0, 0, 255), -1)
    lamp = disc(frame.shape, 200, 60, 14) > 0
    fine, fast = (PersonKeyer(quality=quality).key(frame) for quality in ("fine", "fast"))
    assert fast[lamp].min() > 200
    assert fine[lamp].max() < 60
    assert iou(fine, disc(frame.shape, 130, 120)) > 0.95


def test_the_landscape_network_stands_beside_another_one_alone(runs) -> None:
    nets = PersonKeyer()._networks
    assert nets.beside((0, 0, 300, 100)) is None
    assert nets.beside((0, 0, 100, 100)).width > nets.beside((0, 0, 100, 100)).height


class Doubtful(GreenNetwork):
    """What is darker green, it half believes."""

    def __call__(self):
        dim = self.input[..., 1] - np.maximum(self.input[..., 0], self.input[..., 2]) > 0.2
        return np.maximum(0.5 * dim[None, :, :, None], super().__call__() > 0.99)


def test_what_stays_unsure_is_looked_at_twice(runs, monkeypatch) -> None:
    use(monkeypatch, Doubtful)

    def looks(dim: bool) -> int:
        keyer = PersonKeyer()
        for k in range(8):
            frame = with_person(wall(), 100 + 12 * k, 90)
            if dim:
                cv2.ellipse(frame, (100 + 12 * k, 130), (30, 30), 0, 0, 360, (60, 140, 60), -1)
            keyer.key(frame)
            if k == 0:
                first = keyer.looks
        return keyer.looks - first

    assert looks(dim=True) >= looks(dim=False) + 6
