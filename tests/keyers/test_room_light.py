"""A remembered room in another light than it was seen in: exposure that hunts, a lamp, a tint."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastvbg.keyers.person.light import RoomLight, fixed, inverse
from tests.keyers.test_room_follows import _HALF_SEEN, _PERSON, _Run, _shaken, _stands, _view

_FREE = np.ones((90, 160), np.uint8)


def _lit(planes: Any, gain: float, tint: float = 0.0) -> Any:
    lines = (gain, 0.0), (1.0, tint), (1.0, -tint)
    return tuple(
        np.clip(np.rint(gain * plane + offset), 0, 255).astype(np.uint8)
        for plane, (gain, offset) in zip(planes, lines, strict=True)
    )


def _hunts(number: int) -> tuple[float, float]:
    return 1 + 0.2 * np.sin(number / 4), 0.0


def _flickers(number: int) -> tuple[float, float]:
    return 1 + 0.1 * (-1) ** number, 0.0


def _is_switched(number: int) -> tuple[float, float]:
    return 1 - 0.3 * (number >= 28), 0.0


def _tinted(number: int) -> tuple[float, float]:
    return 1.0, 9 * np.sin(number / 9)


def _kept(way: Any, light: Any, frames: int) -> float:
    """Return how much is kept of what is half seen, on average; the person is all there."""
    run, kept = _Run(), []
    for number in range(frames):
        half = number >= 24
        matte = run.decide(_lit(_view(way(number), number), *light(number)), half=half)
        if half:
            kept.append((matte[_HALF_SEEN] > 60).mean())
            assert (matte[_PERSON][4:, 4:-4] > 250).mean() > 0.99
    return float(np.mean(kept))


@pytest.mark.parametrize("light", [_hunts, _flickers, _is_switched, _tinted])
@pytest.mark.parametrize("way", [_stands, _shaken])
def test_what_looks_as_the_room_is_the_room_in_any_light(light, way, monkeypatch):
    assert _kept(way, light, 60) < 0.2
    monkeypatch.setattr(RoomLight, "measure", lambda *_: None)
    assert _kept(_stands, light, 40) > 0.4


def test_light_that_stays_is_the_rooms(rng):
    run = _Run()
    for number in range(64):
        gain = 1.0 if number < 14 else 0.75
        frame = _lit(_view(np.eye(3), number), gain)
        run.decide(frame)
    assert run.room._light.lines is None
    known = np.repeat(np.repeat(run.room.known, 2, 0), 2, 1) > 0
    assert known.mean() > 0.6
    assert np.abs(np.subtract(run.room.planes[0], frame[0], dtype=int))[known].mean() < 2


def test_the_room_in_the_same_light_is_as_without_measuring_it(monkeypatch):
    run = _Run()
    mattes = [run.show(number, _stands, half=number % 5 == 4) for number in range(40)]
    monkeypatch.setattr(RoomLight, "measure", lambda *_: None)
    left = _Run()
    for number, matte in enumerate(mattes):
        np.testing.assert_array_equal(left.show(number, _stands, half=number % 5 == 4), matte)


def _planes(rng: np.random.Generator) -> Any:
    return tuple(rng.integers(60, 160, _FREE.shape, np.uint8) for _ in range(3))


def test_lines_are_found_also_where_a_third_is_another_thing(rng):
    room, light = _planes(rng), RoomLight()
    frame = tuple(
        np.rint(gain * plane + offset).astype(np.uint8)
        for plane, gain, offset in zip(room, (1.3, 0.9, 1.0), (-20, 12, -7), strict=True)
    )
    for plane in frame:
        plane[:30] = 5
    light.measure(room, frame, _FREE)
    np.testing.assert_allclose(light.lines, [(1.3, -20), (0.9, 12), (1.0, -7)], atol=1.5)


def test_what_no_light_explains_changes_nothing(rng):
    light = RoomLight()
    light.measure(_planes(rng), tuple(plane // 2 for plane in _planes(rng)), _FREE)
    assert light.lines is None
    few = np.zeros_like(_FREE)
    few[:8, :8] = 1
    room = _planes(rng)
    light.measure(room, tuple(plane + np.uint8(40) for plane in room), few)
    assert light.lines is None


def test_a_light_stays_once_it_was_the_same_for_thirty_frames(rng):
    light, room = RoomLight(), _planes(rng)
    brighter, dimmer = (tuple(np.uint8(k) + plane for plane in room) for k in (40, 30))
    for _ in range(31):
        assert not light.stays
        light.measure(room, brighter, _FREE)
    assert light.stays
    light.measure(room, dimmer, _FREE)
    assert not light.stays
    light.reset()
    assert light.lines is None


def test_lines_back_undo_lines_there():
    lines = np.array([(1.25, -20.0), (0.8, 12.0), (1.0, 0.0)])
    levels = np.arange(100.0, 110)
    for (gain, offset), (back, less) in zip(lines, inverse(lines), strict=True):
        np.testing.assert_allclose(back * (gain * levels + offset) + less, levels)
    assert fixed(lines) == [(1280, -20480), (819, 12288), (1024, 0)]
