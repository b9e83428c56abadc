"""Who has left is not kept because one look takes the room for a person."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.keyers.person.corrected import Corrected
from fastvbg.keyers.person.further import Further
from fastvbg.keyers.person.looking import Looking
from tests.support.people import disc, use_green_network, wall, with_person

SHAPE = 240, 320


@pytest.fixture
def denied(monkeypatch) -> list[bool]:
    """Let looks at all of a frame see nobody from the second one on; count looks at squares."""
    use_green_network(monkeypatch)
    looks: list[bool] = []
    around = Looking._look_around

    def look_around(self, picture, guide, contrast):
        first = self.raw is None
        found = around(self, picture, guide, contrast)
        return found if first else None

    def found(_self, _picture, *, everywhere: bool) -> None:
        looks.append(everywhere)

    monkeypatch.setattr(Looking, "_look_around", look_around)
    monkeypatch.setattr(Further, "found", found)
    return looks


def shown(keyer: PersonKeyer, radius: int, count: int) -> list[float]:
    """Key frames in which something changes far from somebody; return the mattes in the middle."""
    means = []
    for k in range(count):
        frame = with_person(wall(*SHAPE), 160, 120, radius)
        frame[:12, (k % 20) * 16 : (k % 20) * 16 + 16] = 255 * (k % 2)
        means.append(float(keyer.key(frame)[100:140, 140:180].mean()))
    return means


def test_who_is_denied_twice_is_gone_and_stays_gone(denied) -> None:
    means = shown(PersonKeyer(), 90, 90)
    assert min(means[:3]) > 240
    assert max(means[-30:]) < 20
    assert denied
    assert all(denied)


def test_who_is_small_is_not_denied(denied) -> None:
    assert min(shown(PersonKeyer(), 40, 90)) > 240
    assert not denied


def test_who_was_denied_is_seen_again_where_the_picture_changes(denied, monkeypatch) -> None:
    keyer = PersonKeyer()
    shown(keyer, 90, 90)
    monkeypatch.undo()
    use_green_network(monkeypatch)
    for k in range(30):
        frame = with_person(wall(*SHAPE), 160, 120, 90)
        frame[60:180, 90:230] //= 1 + k % 2
        matte = keyer.key(frame)
    assert matte[100:140, 140:180].mean() > 200


def test_what_is_denied_holds_whatever_is_said_of_it(rng) -> None:
    guide = rng.integers(40, 200, (90, 160), np.uint8)
    seen = disc(guide.shape, 80, 45, 36)
    corrected = Corrected()
    corrected.deny(seen // 3, guide)
    assert not corrected.of(seen, guide).any()
    corrected.keep(seen // 3, np.zeros_like(seen), guide)
    assert corrected.of(seen, guide).any()
    corrected.deny(seen, guide)
    np.testing.assert_array_equal(corrected.of(seen, 255 - guide), seen)
