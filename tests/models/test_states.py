"""Recurrent models: what they keep from frame to frame."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.errors import ModelError
from fastvbg.models.contents import Ports, Tensor
from fastvbg.models.runtimes import is_present, open_model
from fastvbg.models.spec import read_spec
from fastvbg.models.states import ratio_for, roles_of
from tests.support import tflitefile
from tests.support.onnxfile import recurrent

FIXED = (1, 1, 8, 12)


def tensor(name: str, *shape: int, kind: str = "float32") -> Tensor:
    return Tensor(name, list(shape), kind, name)


PICTURE = tensor("x", 1, 8, 12, 3)


def states_of(inputs, outputs) -> dict[str, str]:
    roles = roles_of(Path("m.onnx"), Ports(inputs, outputs))
    return {state.input: state.output for state in roles.states}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("r1i", "r1o"),
        ("h_in", "h_out"),
        ("memory_input", "memory_output"),
        ("in_state.2", "out_state.2"),
        ("past_key", "present_key"),
        ("serving_default_c_in:0", "c_out"),
    ],
)
def test_states_go_by_their_names(before, after) -> None:
    found = states_of([tensor(before, 1, 4), PICTURE], [tensor(after, 1, 4), tensor("y", 1, 8, 12)])
    assert found == {before: after}


def test_numbers_alone_may_name_picture_and_matte() -> None:
    inputs = [tensor("input_1", 1, 3, 8, 12), tensor("input_2", 1, 4)]
    outputs = [tensor("output_1", 1, 1, 8, 12), tensor("output_2", 1, 4)]
    assert states_of(inputs, outputs) == {"input_2": "output_2"}
    assert states_of(inputs[:1], outputs[:1]) == {}


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        ([PICTURE, tensor("r1i", 1, 4)], [tensor("y", 1)], r"2 inputs \(x, r1i\) that no output"),
        ([PICTURE, tensor("r1i", 1, 4)], [tensor("r1o", 1, 5)], r"\(1, 4\) before .* \(1, 5\)"),
        ([PICTURE, tensor("r1i", 0, 4)], [tensor("r1o", 4)], r"\(0, 4\) before .* and \(4,\)"),
        ([PICTURE, tensor("r1i", 4, kind="int64")], [tensor("r1o", 4)], "another type"),
        ([PICTURE, tensor("r1i", 1 << 30)], [tensor("r1o", 1 << 30)], "too large"),
        ([tensor("downsample_ratio", 1)], [tensor("y", 1)], "1 inputs, none of them a picture"),
    ],
)
def test_states_that_do_not_match(inputs, outputs, words) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        roles_of(Path("m.onnx"), Ports(inputs, outputs))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "before",
    [
        [tensor("fgr", 0, 3, 0, 0)],
        [tensor("score", 1)],
        [tensor("landmarks", 1, 195), tensor("presence", 1, 1), tensor("colours", 1, 8, 12, 3)],
        [tensor("features", 1, 64, 512, 512)],
        [tensor("unknown")],
    ],
)
@pytest.mark.parametrize(
    "matte",
    [
        tensor("pha", 0, 1, 0, 0),
        tensor("pha", 1, 256, 256, 1),
        tensor("pha", 1, 8, 12),
        tensor("pha", 8, 12),
        tensor("pha", 1, 2, 8, 12),
        tensor("pha", 0, 0, 0, 0),
    ],
)
def test_the_matte_is_found_among_outputs(before, matte) -> None:
    later = tensor("d1", 1, 1, 256, 256)
    roles = roles_of(Path("m.onnx"), Ports([PICTURE], [*before, matte, later]))
    assert roles.foreground == "pha"


def test_large_pictures_are_reduced_inside() -> None:
    assert ratio_for(288, 512) == 1
    assert ratio_for(1080, 1920) == 512 / 1920


def test_roles_are_read_from_a_file(tmp_path) -> None:
    path = tmp_path / "rvm.onnx"
    path.write_bytes(recurrent(("n", 3, "h", "w")))
    spec = read_spec(path, size=(12, 8))
    assert (spec.picture, spec.foreground, spec.ratio) == ("src", "pha", "downsample_ratio")
    assert spec.states == (("r1i", "r1o", (1, 1, 1, 1)),)
    path.write_bytes(recurrent(after="next"))
    with pytest.raises(ModelError, match=r"2 inputs \(src, r1i\)"):
        read_spec(path)


def rises(net) -> None:
    """The state counts a tenth of what was said before, and nothing after a reset."""
    for _ in range(2):
        net.reset()
        for wanted in (0.4, 0.44, 0.444):
            net.input[...] = np.float32(0.5)
            np.testing.assert_allclose(net().reshape(8, 12), wanted, atol=1e-6)


def test_states_of_half_floats(tmp_path) -> None:
    """As Robust Video Matting's file of half the size has them; its ratio is of 32 bits."""
    pytest.importorskip("onnxruntime")
    path = tmp_path / "rvm_fp16.onnx"
    path.write_bytes(recurrent(kind=10))
    net = open_model(read_spec(path), "onnx")
    for wanted in (0.4, 0.44):
        net.input[...] = np.float32(0.5)
        np.testing.assert_allclose(net().reshape(8, 12), wanted, atol=2e-3)


@pytest.mark.parametrize("state", [FIXED, ("b", "c", "h", "w")])
@pytest.mark.parametrize("runtime", ["onnx", "opencv"])
def test_onnx_states(tmp_path, runtime, state) -> None:
    if not is_present(runtime):
        pytest.skip("onnxruntime is not installed")
    if runtime == "opencv" and state != FIXED and cv2.__version__ < "5":
        pytest.skip("OpenCV before 5 runs fixed shapes alone")
    path = tmp_path / "rvm.onnx"
    path.write_bytes(recurrent(state=state))
    net = open_model(read_spec(path), runtime)
    assert net.recurrent
    rises(net)


def test_tflite_states(tmp_path) -> None:
    pytest.importorskip("ai_edge_litert.schema_py_generated")
    path = tmp_path / "rvm.tflite"
    path.write_bytes(tflitefile.recurrent())
    net = open_model(read_spec(path), "litert")
    assert net.recurrent
    rises(net)


def test_a_keyer_carries_states_over_every_frame(tmp_path) -> None:
    """Also where nothing moves; a reset and a cut forget them."""
    path = tmp_path / "rvm.onnx"
    path.write_bytes(recurrent((1, 3, 90, 160), (1, 1, 90, 160)))
    keyer = PersonKeyer(model=path, runtime="opencv")
    white = np.full((90, 160, 3), 255, np.uint8)

    def said(frame) -> int:
        keyer.key(frame)
        return int(keyer._looking.raw[45, 80])

    assert [said(white) for _ in range(3)] == [204, 224, 226]
    keyer.reset()
    assert [said(white) for _ in range(2)] == [204, 224]
    assert said(np.zeros_like(white)) == 0  # a cut: a tenth of 0.88 would be left
    assert keyer.looks == 6
