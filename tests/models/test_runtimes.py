"""Model files read by their own rules, and run by what is installed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fastvbg.errors import ModelError
from fastvbg.models import runtimes
from fastvbg.models.recast import recast
from fastvbg.models.runtimes import is_present, open_model, runtime_facts
from fastvbg.models.spec import read_spec
from fastvbg.models.store import KNOWN, LANDSCAPE, SQUARE
from tests.support import tflitefile
from tests.support.onnxfile import beside, bytes_in, field, one_by_one, sided

GREEN = [[0.0, 1.0, 0.0]]


@pytest.fixture
def written(tmp_path):
    def write(content: bytes, name: str = "model.onnx") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_onnx_size_and_layout_are_read(written) -> None:
    spec = read_spec(written(one_by_one(GREEN)))
    assert (spec.height, spec.width, spec.layout, spec.format) == (8, 12, "nchw", "onnx")
    spec = read_spec(written(one_by_one(GREEN, (1, 8, 12, 3))))
    assert (spec.height, spec.width, spec.layout) == (8, 12, "nhwc")


def test_open_sizes_are_to_be_given(written) -> None:
    path = written(one_by_one(GREEN, ("n", 3, "h", "w")))
    with pytest.raises(ModelError, match="leaves its input's size open.*--model-size"):
        read_spec(path)
    spec = read_spec(path, size=(12, 8))
    assert (spec.height, spec.width) == (8, 12)


@pytest.mark.parametrize(
    ("content", "name", "match"),
    [
        (b"nothing", "m.onnx", "is damaged, or no onnx file"),
        (b"", "m.onnx", "is damaged"),
        (b"\0" * 64, "m.tflite", "is damaged, or no tflite file"),
        (b"", "m.pt", "neither .tflite nor .onnx"),
        (one_by_one(GREEN, (1, 4, 8, 12)), "m.onnx", r"takes shape \(1, 4, 8, 12\)"),
        (one_by_one(GREEN, kind=7), "m.onnx", "takes int64, wanted one of float32, float16, uint8"),
        (one_by_one(GREEN, kind=8), "m.onnx", "takes another type, wanted one of"),
        (one_by_one(GREEN, (4, 3, 8, 12)), "m.onnx", r"takes shape \(4, 3, 8, 12\)"),
        (one_by_one(GREEN, (1, 4, 0, 0)), "m.onnx", r"takes shape \(1, 4, 0, 0\)"),
        (b"version https://git-lfs.github.com/spec/v1\n", "m.onnx", "is a pointer of Git LFS"),
        (beside("gone.data"), "m.onnx", r"wants gone\.data beside it, where its weights are"),
        (field(1, 8) + field(7, field(2, "g")), "m.onnx", "has 0 inputs"),
        # An integer where a message or a text should be.
        (field(7, 5), "m.onnx", "is damaged"),
        (field(7, field(11, 5)), "m.onnx", "is damaged"),
        (field(7, field(11, field(1, 1 << 50))), "m.onnx", "is damaged"),
        (field(7, field(11, field(2, 9))), "m.onnx", "is damaged"),
        (field(7, field(11, field(2, field(1, field(1, "f"))))), "m.onnx", "takes another type"),
        (field(7, field(5, 5)), "m.onnx", "is damaged"),
        (field(7, field(5, field(13, 5) + field(14, 1))), "m.onnx", "is damaged"),
    ],
)
def test_files_that_are_no_such_models(written, content, name, match) -> None:
    with pytest.raises(ModelError, match=match) as caught:
        read_spec(written(content, name))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read_spec(tmp_path / "none.onnx")


def test_a_size_that_the_model_does_not_take(written) -> None:
    with pytest.raises(ModelError, match="takes 12x8 .* only, not 10x10"):
        read_spec(written(one_by_one(GREEN)), size=(10, 10))


@pytest.mark.parametrize(
    "shape",
    [
        (-1, 3, -1, -1),
        ("n", "c", "h", "w"),
        ("n", "c", 8, 12),
        (),
    ],
)
def test_what_exporters_leave_open(written, shape) -> None:
    """Some write -1, some leave even the number of extents out."""
    path = written(one_by_one(GREEN, shape))
    spec = read_spec(path, size=(12, 8))
    assert (spec.height, spec.width, spec.layout) == (8, 12, "nchw")
    try:
        net = open_model(spec)
    except ModelError as error:  # not every version of the runtimes does without extents
        assert shape == ()
        assert "does not run here" in str(error)  # noqa: PT017
        return
    net.input[...] = (0, 0.5, 1)
    np.testing.assert_allclose(net().reshape(8, 12), 0.5, atol=1e-6)


def test_weights_in_a_file_beside(written) -> None:
    path = written(beside("w.data"))
    path.with_name("w.data").write_bytes(b"\0\0\0\0")
    assert read_spec(path).height == 8


def test_a_size_that_a_model_does_not_stand_is_one_line(written) -> None:
    """It shows when it runs; the library's own line does not come beside it."""
    pytest.importorskip("onnxruntime")
    halves = field(1, 1) + field(1, 3) + field(1, 8) + field(1, 12) + field(2, 1) + field(8, "w")
    inside = field(5, halves + field(9, np.ones(288, np.float32).tobytes()))
    add = field(1, field(1, "x") + field(1, "w") + field(2, "y") + field(4, "Add"))
    path = written(sided((1, 3, "h", "w"), (1, 3, "h", "w"), add, inside=inside))
    net = open_model(read_spec(path, size=(10, 10)), "onnx")
    with pytest.raises(ModelError, match=r"fails on a picture of 10x10.* sides that 32") as caught:
        net()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("runtime", ["opencv", "onnx"])
def test_onnx_models_of_bytes(written, runtime) -> None:
    if not is_present(runtime):
        pytest.skip("onnxruntime is not installed")
    if runtime == "opencv" and cv2.__version__ < "5":
        pytest.skip("OpenCV before 5 takes no bytes")
    spec = read_spec(written(bytes_in()))
    assert spec.levels == (0, 255)
    net = open_model(spec, runtime)
    net.input[...] = (0, 99.6, 300)
    assert net().ravel().tolist() == [100] * 96


@pytest.mark.parametrize(("kind", "levels"), [("UINT8", (0, 255)), ("INT8", (-128, 127))])
def test_tflite_models_of_bytes(written, kind, levels) -> None:
    """What they answer in is told as what it stands for."""
    pytest.importorskip("ai_edge_litert.schema_py_generated")
    spec = read_spec(written(tflitefile.quantised(kind), "q.tflite"))
    assert spec.levels == levels
    net = open_model(spec, "litert")
    net.input[...] = levels[0] + 51
    for _ in range(2):
        np.testing.assert_allclose(net().reshape(8, 12), 0.2, atol=1e-6)


@pytest.mark.parametrize("runtime", ["auto", "opencv", "onnx"])
def test_onnx_runs(written, runtime, rng) -> None:
    if runtime == "onnx" and not is_present("onnx"):
        pytest.skip("onnxruntime is not installed")
    net = open_model(read_spec(written(one_by_one(GREEN))), runtime)
    assert net.input.shape == (8, 12, 3)
    net.input[:] = picture = rng.random((8, 12, 3), np.float32)
    np.testing.assert_allclose(net().reshape(8, 12), picture[..., 1], atol=1e-6)


def test_errors_of_runtimes_are_one_line(written, monkeypatch) -> None:
    path = written(one_by_one(GREEN))
    with pytest.raises(ModelError, match="litert does not run onnx models"):
        open_model(read_spec(path), "litert")
    monkeypatch.setattr(runtimes, "is_present", lambda name: name == "opencv")
    with pytest.raises(
        ModelError, match=r"onnxruntime is not installed; pip install 'fastvbg\[onn"
    ):
        open_model(read_spec(path), "onnx")
    broken = written(one_by_one(GREEN).replace(b"Conv", b"Cnov"), "broken.onnx")
    with pytest.raises(ModelError, match=r"does not run here \(opencv:") as caught:
        open_model(read_spec(broken))
    assert "\n" not in str(caught.value)


def test_the_next_runtime_is_taken_where_one_fails(written, monkeypatch) -> None:
    def fails(spec, threads):
        raise RuntimeError("no such operator")

    monkeypatch.setattr(runtimes, "is_present", lambda name: True)
    monkeypatch.setattr(runtimes, "OnnxRuntime", fails)
    assert "OpenCV" in open_model(read_spec(written(one_by_one(GREEN)))).name


def test_facts_name_what_is_present(monkeypatch) -> None:
    monkeypatch.setattr(runtimes, "is_present", lambda name: name == "opencv")
    assert runtime_facts().startswith("OpenCV DNN ")
    assert "(TFLite, ONNX)" in runtime_facts()


def test_tflite_inputs_are_read(real_models) -> None:
    for model in KNOWN:
        spec = read_spec(real_models / model.file)
        assert (spec.height, spec.width, spec.layout) == (model.height, model.width, "nhwc")
        damaged = real_models.joinpath(model.file).read_bytes()[:3000]
        assert damaged[4:8] == b"TFL3"


@pytest.mark.parametrize("model", [SQUARE, LANDSCAPE])
def test_runtimes_agree_on_the_real_models(real_models, model, rng) -> None:
    if not is_present("litert"):
        pytest.skip("ai-edge-litert is not installed")
    if model is LANDSCAPE and tuple(map(int, cv2.__version__.split(".")[:2])) < (4, 10):
        pytest.skip("OpenCV before 4.10 does not run it; the square model serves")
    spec = read_spec(real_models / model.file)
    results = []
    picture = rng.random((model.height, model.width, 3), np.float32)
    for runtime in ("litert", "opencv"):
        net = open_model(spec, runtime)
        net.input[:] = picture
        results.append(net().reshape(model.height, model.width).copy())
    np.testing.assert_allclose(*results, atol=1e-3)


def test_recast_models_answer_alike(real_models) -> None:
    """The respelled last layer makes the same sums, bit for bit."""
    library = pytest.importorskip("ai_edge_litert.interpreter")
    for model in KNOWN:
        content = (real_models / model.file).read_bytes()
        respelled = recast(content)
        assert respelled != content
        picture = np.random.default_rng(0).random((1, model.height, model.width, 3), np.float32)
        answers = []
        for each in (content, respelled):
            net = library.Interpreter(model_content=each, num_threads=1)
            net.allocate_tensors()
            net.set_tensor(net.get_input_details()[0]["index"], picture)
            net.invoke()
            answers.append(net.get_tensor(net.get_output_details()[0]["index"]))
        np.testing.assert_array_equal(*answers)


def test_what_has_no_such_layer_is_left_as_it_is(tmp_path) -> None:
    content = one_by_one(GREEN)
    assert recast(content) is content


def test_litert_runs_a_model_that_cannot_be_recast(real_models, monkeypatch) -> None:
    pytest.importorskip("ai_edge_litert.interpreter")

    def refuse(content):
        raise ValueError("no schema")

    spec = read_spec(real_models / SQUARE.file)
    picture = np.random.default_rng(0).random((SQUARE.height, SQUARE.width, 3), np.float32)
    answers = []
    for change in (recast, refuse):
        monkeypatch.setattr(runtimes, "recast", change)
        runtimes._fastest.cache_clear()
        net = open_model(spec, "litert")
        net.input[:] = picture
        answers.append(net().copy())
    runtimes._fastest.cache_clear()
    np.testing.assert_array_equal(*answers)
