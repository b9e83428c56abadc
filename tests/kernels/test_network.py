"""A network's input: the kernel equals the literal form bit for bit, that an area reduction."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg.constants import YUV_RGB
from fastvbg.kernels.person import network
from fastvbg.kernels.person.plan import network_scratch
from fastvbg.kernels.person.taps import columns, table
from fastvbg.reference import person as reference
from tests.support.arrays import random_frame, random_plane

UNIT_SCALE = ((1 / 255,) * 3, (0.0,) * 3)
ODD_SCALE = ((2 / 255, 1 / 57.1, 1.0), (-1.0, -2.1, 3.0))
# Sizes of the frame, part of it (left, top, width, height), and sizes of the result.
CASES = [
    ((97, 131), (0, 0, 131, 97), (16, 9)),
    ((97, 131), (13, 7, 101, 64), (31, 64)),
    ((48, 64), (0, 0, 64, 48), (64, 48)),
    ((9, 16), (0, 0, 16, 9), (40, 31)),
    ((9, 16), (3, 1, 5, 7), (12, 3)),
    ((1, 1), (0, 0, 1, 1), (4, 5)),
    ((5, 1), (0, 1, 1, 3), (2, 2)),
]


def scale_array(scale, offset):
    steps = [np.float32(value) / np.float32(65536) for value in scale]
    return np.array([*steps, *offset], np.float32)


@pytest.mark.parametrize(("shape", "crop", "size"), CASES)
@pytest.mark.parametrize(("scale", "offset"), [UNIT_SCALE, ODD_SCALE])
def test_from_frame(shape, crop, size, scale, offset) -> None:
    frame = random_frame(*shape)
    left, top, width, height = crop
    tables = (
        table(shape[0], top, height, size[1]),
        *columns(shape[1], left, width, size[0]),
    )
    out = np.full((size[1], size[0], 3), np.nan, np.float32)
    scratch = network_scratch(shape[1], size[0])
    network.from_frame.call(frame, out, *tables, *scratch, scale_array(scale, offset))
    wanted = reference.network_input(frame, crop, size, scale=scale, offset=offset)
    np.testing.assert_array_equal(out, wanted)


@pytest.mark.parametrize(("shape", "crop", "size"), CASES)
@pytest.mark.parametrize("shifts", [(0, 0), (1, 0), (1, 1)])
@pytest.mark.parametrize("space", [("bt601", "limited"), ("bt709", "full"), ("bt2020", "limited")])
def test_from_planes(shape, crop, size, shifts, space) -> None:
    across, down = shifts
    chroma = (shape[0] + down) >> down, (shape[1] + across) >> across
    if across and chroma[1] == shape[1]:
        pytest.skip("one column cannot be halved")
    planes = random_plane(*shape), random_plane(*chroma, seed=1), random_plane(*chroma, seed=2)
    left, top, width, height = crop
    tables = (
        table(shape[0], top, height, size[1]),
        *columns(shape[1], left, width, size[0]),
        table(shape[0], top, height, size[1], down),
        *columns(shape[1], left, width, size[0], across),
    )
    planar = np.full((3, size[1], size[0]), np.nan, np.float32)
    packed = np.full((size[1], size[0], 3), np.nan, np.float32)
    # Networks that take planes are filled through a view of them.
    outs = planar.transpose(1, 2, 0), packed
    scratch = network_scratch(shape[1], size[0])
    wanted = reference.network_input(planes, crop, size, matrix=space[0], range=space[1])
    for out in outs:
        network.from_planes.call(
            *planes, out, *tables, *scratch, scale_array(*UNIT_SCALE), tuple(YUV_RGB[space])
        )
        np.testing.assert_array_equal(out, wanted)


def test_weights_sum_to_one() -> None:
    for wanted in (1, 7, 256, 300):
        for shift in (0, 1):
            weights = reference.taps(257, 3, 250, wanted, shift)
            assert (weights.sum(axis=1) == 256).all()
            assert (weights >= 0).all()


@pytest.mark.parametrize("size", [(64, 36), (100, 37)])
def test_the_literal_form_is_an_area_reduction(size) -> None:
    frame = cv2.GaussianBlur(random_frame(180, 320), (0, 0), 2)
    got = reference.network_input(frame, (0, 0, 320, 180), size) * 255
    wanted = cv2.resize(frame.astype(np.float32), size, interpolation=cv2.INTER_AREA)[..., ::-1]
    assert np.abs(got - wanted).max() < 1.0


def test_planes_give_the_colours_of_the_frame() -> None:
    frame = np.zeros((8, 8, 3), np.uint8)
    frame[:] = (30, 160, 220)
    b, g, r = (frame[..., c].astype(float) for c in range(3))
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    u, v = (b - y) / 1.8556, (r - y) / 1.5748
    planes = (16 + y * 219 / 255, 128 + u * 224 / 255, 128 + v * 224 / 255)
    rounded = tuple(np.round(plane).astype(np.uint8) for plane in planes)
    got = reference.network_input(rounded, (0, 0, 8, 8), (2, 2), matrix="bt709") * 255
    np.testing.assert_allclose(got[0, 0], (220, 160, 30), atol=1.5)
