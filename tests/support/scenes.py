"""Scenes for the adaptive keyer, and its literal form on them."""

from __future__ import annotations

import numpy as np

from fastvbg.reference.adaptive import adaptive_start, adaptive_step


def busy_scene(height, width, count, seed=0):
    """Frames with noise, rows that flicker, and a thing that moves, stops and jumps."""
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 256, (height, width, 3))
    for n in range(count):
        frame = base + rng.integers(-4, 5, base.shape)
        if n % 2:
            frame[height // 2 :] += rng.integers(-40, 41, (1, width, 1))
        if n > 3:
            left = 2 * min(n, 14) % max(width // 2, 1)
            frame[height // 4 : height // 2 + 1, left : left + width // 3 + 1] = (30, 200, n)
        yield frame.clip(0, 255).astype(np.uint8)


def literal(keyer, frames):
    """Yield the masks of the literal form with a keyer's settings, and the states after."""
    state = None
    for planes in frames:
        state = adaptive_start(planes, keyer.settings) if state is None else state
        state, mask = adaptive_step(state, planes, keyer.settings)
        yield mask, state


def known(keyer):
    scene = keyer._scene
    return [*scene.means, *scene.spreads, scene.swings]


def same(keyer, state):
    assert keyer._scene.gain == state.gain
    arrays = [*state.means, *state.spreads, state.swings]
    for got, wanted in zip(known(keyer), arrays, strict=True):
        np.testing.assert_array_equal(got, wanted)


def empty_room(count, seed=0, size=(48, 64)):
    """Frames of a still room with a camera's noise."""
    base = np.random.default_rng(7).integers(40, 216, (*size, 3))
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield (base + rng.normal(0, 2, base.shape)).round().clip(0, 255).astype(np.uint8)


def with_person(frames, rng, colour=(90, 120, 180)):
    """Put somebody into the middle of each frame who hardly moves."""
    for frame in frames:
        noise = rng.normal(0, 2, (30, 24, 3))
        frame[18:, 20:44] = (np.array(colour) + noise).round().clip(0, 255)
        yield frame


def share(mask):
    return (mask[20:46, 22:42] > 0).mean(), (mask[:12] > 0).mean()
