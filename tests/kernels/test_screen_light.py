"""The gain of a screen's light equals its literal form."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.plan import shares_for
from fastvbg.reference import chroma as reference
from tests.support.kernel_arrays import LAYOUTS

lights = Module("keying.screen_light")
DIRECTION = (-36, -53)


def gain(u, v, usual, direction=DIRECTION):
    counts = shares_for()
    lights.gain.call(u, v, usual, direction, counts)
    return int(counts[-1])


def screen(rng, shape, strength, hidden=0.0, noise=3.0):
    """Chroma of a screen, and somebody before a share of it."""
    u, v = (128 + strength * d / 64 + rng.normal(0, noise, shape) for d in DIRECTION)
    there = rng.random(shape) < hidden
    u, v = (np.where(there, rng.integers(0, 256, shape), plane) for plane in (u, v))
    return tuple(np.clip(np.round(plane), 0, 255).astype(np.uint8) for plane in (u, v))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (3, 2), (15, 27), (16, 33)])
def test_the_kernel_equals_the_reference(rng, shape, layout):
    lay = LAYOUTS[layout]
    for strength, hidden in ((60, 0), (60, 0.3), (31, 0.6), (5, 0), (150, 0.1), (0, 0)):
        usual = rng.integers(0, 90, shape).astype(np.uint8)
        u, v = screen(rng, shape, strength, hidden)
        wanted = reference.screen_gain(u, v, usual, DIRECTION)
        assert gain(lay(u), lay(v), lay(usual)) == wanted


def test_all_chromas_of_all_hues(rng):
    u, v = (np.ascontiguousarray(p, np.uint8) for p in np.mgrid[0:256, 0:256])
    for direction in ((64, 0), (0, -64), (-45, -45), (56, -31), (-1, 64)):
        for strong in (1, 6, 64, 182, 255):
            usual = np.where(rng.random(u.shape) < 0.5, strong, 0).astype(np.uint8)
            for half in (u >= 128, v < 128, (u < 128) & (v < 128)):
                there = np.where(half, usual, 0).astype(np.uint8)
                wanted = reference.screen_gain(u, v, there, direction)
                assert gain(u, v, there, direction) == wanted


def test_a_gain_is_of_what_is_still_screen(rng):
    usual = np.full((15, 27), 60, np.uint8)
    assert abs(gain(*screen(rng, usual.shape, 60), usual) - 64) <= 1
    assert abs(gain(*screen(rng, usual.shape, 30, hidden=0.35), usual) - 32) <= 2
    assert gain(*screen(rng, usual.shape, 30, hidden=0.7), usual) == 0
    assert gain(*screen(rng, usual.shape, 0), usual) == 0
    assert gain(*screen(rng, usual.shape, 60), np.zeros_like(usual)) == 0
    assert gain(*screen(rng, usual.shape, 80, noise=0), usual // 8) == 255
