"""What the person keyer stands on: ranges, answers of networks, boxes and the part it follows."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.errors import ModelError, OptionError
from fastvbg.keyers.person.following import Part, box_of, grown, united
from fastvbg.keyers.person.keyer import PersonKeyer
from fastvbg.keyers.person.network import Network, scale_of
from tests.support.onnxfile import one_by_one
from tests.support.people import (
    GreenNetwork,
    disc,
    iou,
    wall,
    with_person,
)


@pytest.mark.parametrize("text", ["", "1", "0:x", "1:1", "nan:1", "a:b"])
def test_ranges_that_are_none(text) -> None:
    with pytest.raises(OptionError, match="model_range"):
        scale_of(text)


def test_ranges() -> None:
    def ends(text):
        scale = scale_of(text)
        black, white = scale[3:], scale[:3] * np.float32(255 * 65536) + scale[3:]
        return black, white

    np.testing.assert_allclose(ends("-1:1"), [[-1] * 3, [1] * 3], atol=1e-6)
    np.testing.assert_allclose(ends("0:255"), [[0] * 3, [255] * 3], atol=1e-4)
    black, white = ends("imagenet")
    np.testing.assert_allclose(white[0], (1 - 0.485) / 0.229, rtol=1e-5)
    np.testing.assert_allclose(black[2], -0.406 / 0.225, rtol=1e-5)


def test_a_model_of_ones_own(tmp_path) -> None:
    """Green less red, as a network of one layer; it sees the whole frame."""
    path = tmp_path / "green.onnx"
    path.write_bytes(one_by_one([[-4.0, 4.0, 0.0]], (1, 3, 90, 160), bias=[-0.5]))
    keyer = PersonKeyer(model=path, runtime="opencv")
    frame = with_person(wall(), 240, 60)
    mattes = [keyer.key(frame) for _ in range(2)]
    assert keyer._looking.part.whole
    assert iou(mattes[-1], disc(frame.shape, 240, 60)) > 0.9
    assert keyer.runtime.startswith("OpenCV")


def test_what_a_model_of_ones_own_half_sees_stays(tmp_path) -> None:
    """Such as a veil; of people's own models it is the room."""
    path = tmp_path / "green.onnx"
    path.write_bytes(one_by_one([[-4.0, 4.0, 0.0]], (1, 3, 90, 160), bias=[-0.5]))
    keyer = PersonKeyer(model=path, runtime="opencv")
    frame = np.full((90, 160, 3), (60, 66, 60), np.uint8)
    frame[:, :50] = 40, 220, 40
    for _ in range(2):
        assert 60 < keyer.key(frame)[45, 120] < 128


def network(result) -> Network:
    class Fixed(GreenNetwork):
        def __call__(self):
            return np.asarray(result, np.float32)

    return Network(Fixed(3, 3), scale_of("0:1"), ("bt601", "limited"))


@pytest.mark.parametrize(
    ("result", "wanted"),
    [
        (np.full((1, 1, 3, 3), 0.5), 128),
        (np.full((1, 3, 3, 1), 1.0), 255),
        (np.full((1, 3, 3), 0.0), 0),
        (np.full((3, 3), 0.2), 51),
        (np.full((1, 1, 3, 3), 40.0), 255),
        (np.full((1, 1, 3, 3), -40.0), 0),
        (np.stack([np.full((3, 3), 3.0), np.full((3, 3), 3.0)])[None], 128),
        (np.stack([np.full((3, 3), 9.0), np.full((3, 3), -9.0)])[None], 0),
        (np.stack([np.full((3, 3), 0.25), np.full((3, 3), 0.75)])[None], 191),
    ],
)
def test_what_networks_answer(result, wanted) -> None:
    assert network(result).matte().tolist() == [[wanted] * 3] * 3


def test_an_answer_that_is_no_matte() -> None:
    with pytest.raises(ModelError, match=r"makes shape \(1, 195\)"):
        network(np.zeros((1, 195))).matte()


def test_boxes() -> None:
    matte = np.zeros((10, 20), np.uint8)
    assert box_of(matte, 4, (79, 39)) is None
    matte[2:4, 5:7] = 200
    assert box_of(matte, 4, (79, 39)) == (20, 8, 8, 8)
    matte[9, 19] = 128
    assert box_of(matte, 4, (79, 39)) == (20, 8, 59, 31)
    assert united(None, (1, 2, 3, 4)) == (1, 2, 3, 4)
    assert united((0, 0, 2, 2), (4, 5, 2, 2)) == (0, 0, 6, 7)
    assert grown((10, 10, 20, 20), 0.25, (33, 100)) == (0, 0, 33, 40)


def test_a_part_stays_while_it_serves() -> None:
    part = Part((1000, 1000))
    part.follow((400, 400, 200, 200), at_once=True)
    box = part.box
    assert box == (344, 344, 312, 312)
    part.follow((405, 395, 200, 200))
    assert part.box == box
    part.follow((480, 400, 200, 200))  # too near the edge
    assert part.box == (424, 344, 312, 312)
    part.follow((500, 450, 80, 80))  # far smaller
    assert part.box[2] < 130
    part.follow(None)
    assert part.whole
