"""What models answer: shares, logits, levels, labels, classes, and what is none of them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.errors import ModelError, OptionError
from fastvbg.keyers.person.answers import Answers
from fastvbg.models.runtimes import is_present
from fastvbg.values.words import parse_classes
from tests.support.onnxfile import bytes_in, labels, one_by_one

SIZE = 8, 12
PERSON = 15


def halves(person: float, room: float, kind: type = np.float32):
    """A plane whose left half is a person."""
    plane = np.full(SIZE, room, kind)
    plane[:, :6] = person
    return plane


def classes(count: int, person: int, sure: float, *, planar: bool = True):
    """Channels of which one stands out at the left, and the first, background, at the right."""
    planes = np.zeros((count, *SIZE), np.float32)
    planes[person, :, :6] = planes[0, :, 6:] = sure
    return planes[None] if planar else planes.transpose(1, 2, 0)[None]


def ends(result, which=None):
    """Coverage at the left and at the right."""
    found = Answers(which).foreground(result)
    assert found.shape == SIZE
    return [round(float(found[:, 0].mean()), 2), round(float(found[:, 11].mean()), 2)]


@pytest.mark.parametrize(
    "result",
    [
        halves(1, 0),
        halves(1, 0, np.float16),
        halves(1.08, -0.06),  # a layer that overshoots
        halves(9, -9),
        halves(255, 0),
        halves(255, 0, np.uint8),
        halves(1, 0, np.uint8),
        halves(1, 0, np.int64),
        halves(1, 0, np.bool_),
        halves(127, -128, np.int8),
        halves(np.inf, -np.inf),
    ],
)
def test_one_channel(result) -> None:
    for each in (result, result[None], result[None, None], result[None, ..., None]):
        found = ends(each)
        assert found[0] >= 1
        assert found[1] <= 0


@pytest.mark.parametrize("planar", [True, False])
@pytest.mark.parametrize("sure", [1, 9])
def test_classes(planar, sure) -> None:
    """Of shares and of logits; several are one together."""
    for which in ((3,), (3, 4), (1, 2, 3, 4, 5)):
        assert ends(classes(6, 3, sure, planar=planar), which) == [1, 0]
    assert ends(classes(6, 3, sure, planar=planar), (0,)) == [0, 1]
    assert ends(classes(2, 1, sure, planar=planar)) == [1, 0]
    assert ends(classes(2, 1, sure, planar=planar), (0,)) == [0, 1]


def test_logits_of_classes_are_shared_out() -> None:
    planes = np.log(np.full((1, 4, *SIZE), 8, np.float32))
    assert ends(planes, (3,)) == [0.25, 0.25]
    assert ends(planes, (1, 2, 3)) == [0.75, 0.75]


def test_labels() -> None:
    assert ends(halves(PERSON, 7, np.int64), (PERSON,)) == [1, 0]
    assert ends(halves(PERSON, 7), (PERSON, 11)) == [1, 0]
    with pytest.raises(ModelError, match=r"labels beyond 0 and 1.*--model-classes"):
        ends(halves(PERSON, 0, np.int64))


@pytest.mark.parametrize("count", [4, 6, 21])
def test_which_classes_are_foreground_is_asked_for(count) -> None:
    with pytest.raises(
        ModelError, match=f"{count} channels; say which .*--model-classes"
    ) as caught:
        ends(classes(count, 1, 1))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("which", [(6,), (0, 1, 2, 3, 4, 5)])
def test_classes_that_a_model_does_not_have(which) -> None:
    with pytest.raises(ModelError, match=r"model_classes: got .* some but not all .* 6 channels"):
        ends(classes(6, 3, 1), which)


def test_what_has_been_said_tells_the_kind() -> None:
    """An empty room is as little as 0 of 255, and no logit is below 0 where all is a person."""
    answers = Answers(None)
    answers.foreground(halves(9, -9))
    assert answers.foreground(halves(0, 0)).max() == 0.5
    answers = Answers(None)
    answers.foreground(halves(255, 0))
    assert answers.foreground(halves(1, 0)).max() < 0.01


def test_numbers_that_are_none() -> None:
    with pytest.raises(ModelError, match="NaN"):
        ends(halves(1, np.nan))


@pytest.mark.parametrize(
    "shape", [(), (1,), (1, 195), (1, 1, 1, 1000), (2, 1, 8, 12), (1, 0, 8, 12), (1, 1, 1, 8, 12)]
)
def test_answers_that_are_no_maps(shape) -> None:
    with pytest.raises(ModelError, match="it makes shape"):
        Answers(None).foreground(np.zeros(shape, np.float32))


@pytest.mark.parametrize("text", ["", "x", "5-1", "1,", "-1", "1000", "1.5", "1-2-3", "٣"])
def test_classes_that_are_none(text) -> None:
    with pytest.raises(OptionError, match="model_classes: got .*, wanted numbers below 1000"):
        parse_classes(text)


def test_classes_in_words() -> None:
    assert parse_classes("15") == (15,)
    assert parse_classes("11, 12") == (11, 12)
    assert parse_classes("4,1-3") == (1, 2, 3, 4)


GREEN = np.full((90, 160, 3), (60, 60, 200), np.uint8)
GREEN[:, :80] = 40, 220, 40
"""A red room with something green at the left."""


@pytest.mark.parametrize("runtime", ["opencv", "onnx"])
@pytest.mark.parametrize("made", [one_by_one, labels])
def test_a_model_of_classes_keys(tmp_path, made, runtime) -> None:
    if not is_present(runtime):
        pytest.skip("onnxruntime is not installed")
    path = tmp_path / "classes.onnx"
    weights = [[0.0, 0.0, 0.0], [9.0, -9.0, 0.0], [0.0, 0.0, 0.0], [-9.0, 9.0, 0.0]]
    path.write_bytes(made(weights, (1, 3, 90, 160)))
    matte = PersonKeyer(model=path, model_classes="3", runtime=runtime).key(GREEN)
    assert matte[45, 20] > 250
    assert matte[45, 140] < 5
    if made is labels and runtime == "opencv" and int(cv2.__version__.split(".")[0]) < 5:
        return  # it gives labels as floats, which nothing tells from logits
    with pytest.raises(ModelError, match="--model-classes"):
        PersonKeyer(model=path, runtime=runtime).key(GREEN)


def test_a_model_of_bytes_keys(tmp_path) -> None:
    """Black and white are what they are in bytes, whatever the usual range."""
    pytest.importorskip("onnxruntime")
    path = tmp_path / "bytes.onnx"
    path.write_bytes(bytes_in((1, 90, 160, 3)))
    matte = PersonKeyer(model=path).key(GREEN)
    steeper = 128 + (220 - 128) * 5 / 4  # as edges of small frames are made
    assert abs(int(matte[45, 20]) - steeper) < 4
    with pytest.raises(OptionError, match="model_range: got imagenet, and the model takes whole"):
        PersonKeyer(model=path, model_range="imagenet")


def test_classes_go_with_a_model() -> None:
    with pytest.raises(OptionError, match="model_classes: they go with a model of your own"):
        PersonKeyer(model_classes="15")
