"""What the adaptive keyer does in scenes: who sits, what sways, light that changes."""

from __future__ import annotations

import numpy as np

from fastvbg import (
    AdaptiveKeyer,
)
from fastvbg.reference.adaptive import keyed_planes
from tests.support.scenes import empty_room, literal, same, share, with_person


def test_a_person_who_sits_still_is_not_absorbed(rng):
    keyer = AdaptiveKeyer()
    for frame in empty_room(48):
        keyer.key(frame)
    shares = [share(keyer.key(frame)) for frame in with_person(empty_room(2000, 1), rng)]
    inside, outside = zip(*shares, strict=True)
    first = shares[0][0]
    assert first > 0.9
    assert min(inside) > first - 0.02
    assert max(outside) == 0


def test_what_stays_is_absorbed_where_asked(rng):
    keyer = AdaptiveKeyer(absorb=4)
    for frame in empty_room(48):
        keyer.key(frame)
    shares = [share(keyer.key(frame)) for frame in with_person(empty_room(400, 1), rng)]
    assert shares[0][0] > 0.9
    assert shares[-1][0] < 0.1


def test_everything_teaches_while_warming_up(rng):
    quick, slow = AdaptiveKeyer(warm_up=2), AdaptiveKeyer(warm_up=40)
    frames = [*empty_room(3), *with_person(empty_room(37, 1), rng)]
    for frame in frames:
        masks = quick.key(frame), slow.key(frame)
    assert share(masks[0])[0] > 0.9
    assert share(masks[1])[0] < 0.1


def test_swaying_is_let_be_and_still_is_seen():
    keyer = AdaptiveKeyer()
    frames = list(empty_room(400))
    for n, frame in enumerate(frames):
        if n > 50 and n % 3 == 0:
            frame[:20] = frame[:20, ::-1]  # leaves: half of the picture changes and comes back
        mask = keyer.key(frame)
        if n == 51:
            assert (mask[:16] > 0).mean() > 0.9
    assert n % 3 == 0
    assert (mask[:16] > 0).mean() < 0.5
    frame = frames[-1].copy()
    frame[30:] = 250
    assert (keyer.key(frame)[34:] > 0).mean() > 0.9


def dimmed(frames):
    """Frames as a camera with a shorter exposure takes them."""
    return [(frame * 0.85).round().astype(np.uint8) for frame in frames]


def test_exposure_is_followed_also_behind_a_person(rng):
    keyer = AdaptiveKeyer()
    frames = [
        *empty_room(48),
        *with_person(empty_room(20, 1), rng),
        *dimmed(with_person(empty_room(20, 2), rng)),
        *dimmed(empty_room(3, 3)),
    ]
    expected = literal(keyer, map(keyed_planes, frames))
    shares = []
    for frame, (mask, state) in zip(frames, expected, strict=True):
        got = keyer.key(frame)
        np.testing.assert_array_equal(got, mask)
        same(keyer, state)
        shares.append(share(got))
    assert shares[68][1] > 0.3  # the frame in which the light changes
    assert all(inside > 0.9 and outside < 0.02 for inside, outside in shares[70:88])
    assert max(shares[-1]) < 0.02
    assert 1.1 < state.gain / 32768 < 1.25


def test_a_change_of_nearly_everything_is_followed():
    keyer = AdaptiveKeyer()
    for frame in empty_room(48):
        keyer.key(frame)
    dark = [(frame * 0.6).astype(np.uint8) for frame in empty_room(30, 1)]
    shares = [(keyer.key(frame) > 0).mean() for frame in dark]
    assert shares[0] > 0.9
    assert shares[-1] < 0.05
    for frame in dark[:4]:
        keyer.key(np.zeros_like(frame))  # the lens covered
    shares = [(keyer.key(frame) > 0).mean() for frame in empty_room(5, 2)]
    assert shares[-1] < 0.05


def test_who_moved_while_the_room_was_learned_does_not_turn_it_to_foreground() -> None:
    """The marks that they left are no change of light."""
    room = np.full((108, 192, 3), 200, np.uint8)
    room[::8] = 190
    keyer = AdaptiveKeyer()
    frames = []
    for index in range(120):
        frame = room.copy()
        x = 3 * (index + 25) % 162
        frame[30:90, x : x + 30] = 110
        frames.append(frame)
    expected = literal(keyer, map(keyed_planes, frames))
    for frame, (mask, state) in zip(frames, expected, strict=True):
        got = keyer.key(frame)
        np.testing.assert_array_equal(got, mask)
        same(keyer, state)
        assert (got > 0).mean() < 0.15  # the box is 0.087
