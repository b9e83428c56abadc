"""What runs a model: LiteRT or ONNX Runtime where they are installed, else OpenCV's own DNN module.

Of those present the fastest is taken. On the landscape person model, one thread, LiteRT takes 1.2
ms and OpenCV 15 ms a picture; their results differ by less than 1e-4.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np

from fastvbg.errors import ModelError
from fastvbg.libraries import hushed_opencv
from fastvbg.models._notes import notes_left_out
from fastvbg.models.recast import recast
from fastvbg.models.spec import ModelSpec
from fastvbg.models.trial import demand_survival

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

AUTO = "auto"


class Runtime(Protocol):
    """Runs one model, one picture after the other."""

    name: str
    """For people: the library and its version."""

    @property
    def input(self) -> Floats:
        """The picture to fill before a call, (height, width, 3), red first; of any strides.

        It is not to be held over a call.
        """

    def __call__(self) -> Floats:
        """Return what the model makes of `input`; valid until the next call."""


class LiteRT:
    """TFLite models by the package `ai-edge-litert`.

    Parameters
    ----------
    spec : ModelSpec
        Of the model.
    threads : int
        How many it may use.
    respell : bool
        Whether to run another spelling of the model where that is faster, see `recast`.
    """

    def __init__(self, spec: ModelSpec, threads: int, *, respell: bool = True) -> None:
        interpreter = import_module("ai_edge_litert.interpreter").Interpreter
        content = spec.path.read_bytes()
        self.name = f"LiteRT {metadata.version('ai-edge-litert')}"
        self._net = interpreter(
            model_content=_fastest(content) if respell else content, num_threads=threads
        )
        details = self._net.get_input_details()[0]
        memory, _ = _input_for(spec)
        if list(details["shape"]) != list(memory.shape):
            self._net.resize_tensor_input(details["index"], memory.shape)
        with notes_left_out():
            self._net.allocate_tensors()
        self._planar = spec.layout != "nhwc"
        self._input = self._net.tensor(details["index"])
        self._output = self._net.get_output_details()[0]["index"]
        self.input[...] = 0

    @property
    def input(self) -> Floats:
        """The library's own memory, so nothing is copied; it does not run while that is held."""
        picture: Floats = self._input()[0]
        return picture.transpose(1, 2, 0) if self._planar else picture

    def __call__(self) -> Floats:
        """Return what the model makes of `input`."""
        self._net.invoke()
        return np.asarray(self._net.get_tensor(self._output), np.float32)


@lru_cache(maxsize=4)
def _fastest(content: bytes) -> bytes:
    """Return a TFLite model, respelled where that is faster and the library can do it.

    Kept, since that takes 40 ms and a program may open its model for each of many files.
    """
    try:
        return recast(content)
    # The schema's reader is no documented part of LiteRT, and has no errors of its own.
    except Exception:
        return content


class OnnxRuntime:
    """ONNX models by the package `onnxruntime`.

    Parameters
    ----------
    spec, threads : ModelSpec, int
        As for `LiteRT`.
    """

    def __init__(self, spec: ModelSpec, threads: int) -> None:
        library: Any = import_module("onnxruntime")
        self.name = f"ONNX Runtime {library.__version__}"
        options = library.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._net = library.InferenceSession(
            str(spec.path), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._net.get_inputs()[0].name
        self._memory, self._picture = _input_for(spec)

    @property
    def input(self) -> Floats:
        """What is sent to the library."""
        return self._picture

    def __call__(self) -> Floats:
        """Return what the model makes of `input`."""
        return np.asarray(self._net.run(None, {self._input: self._memory})[0], np.float32)


class OpenCV:
    """TFLite and ONNX models by OpenCV's DNN module, which comes with the package.

    It takes planes whatever the file's layout: it turns TFLite models around when it reads them.

    Parameters
    ----------
    spec : ModelSpec
        Of the model.
    threads : int
        Not heeded: `cv2.setNumThreads` says how many OpenCV uses.
    """

    def __init__(self, spec: ModelSpec, threads: int) -> None:  # noqa: ARG002
        self.name = f"OpenCV {cv2.__version__} DNN"
        read = cv2.dnn.readNetFromTFLite if spec.format == "tflite" else cv2.dnn.readNetFromONNX
        planar = spec.format == "tflite" or spec.layout == "nchw"
        self._memory, self._picture = _input_for(spec._replace(layout="nchw" if planar else "nhwc"))
        with hushed_opencv():
            self._net = read(str(spec.path))
            self()  # what it does not support may show only now

    @property
    def input(self) -> Floats:
        """What is sent to the library."""
        return self._picture

    def __call__(self) -> Floats:
        """Return what the model makes of `input`."""
        self._net.setInput(self._memory)
        return np.asarray(self._net.forward(), np.float32)


def _input_for(spec: ModelSpec) -> tuple[Floats, Floats]:
    """Return a model's input in its own layout, and the same memory as (height, width, 3)."""
    if spec.layout == "nhwc":
        memory = np.zeros((1, spec.height, spec.width, 3), np.float32)
        return memory, memory[0]
    memory = np.zeros((1, 3, spec.height, spec.width), np.float32)
    return memory, memory[0].transpose(1, 2, 0)


_MODULES = {"litert": "ai_edge_litert", "onnx": "onnxruntime"}
_PACKAGES = {"litert": "ai-edge-litert", "onnx": "onnxruntime"}
_BY_SPEED = {"tflite": ("litert", "opencv"), "onnx": ("onnx", "opencv")}


def is_present(runtime: str) -> bool:
    """Tell whether a runtime's library is installed."""
    return runtime == "opencv" or find_spec(_MODULES[runtime]) is not None


def open_model(
    spec: ModelSpec, runtime: str = AUTO, *, threads: int = 1, respell: bool = True
) -> Runtime:
    """Return what runs a model.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    runtime : str
        One of `RUNTIMES`; "auto" takes the fastest that is present and can run the model.
    threads : int
        How many it may use.
    respell : bool
        Whether LiteRT may run a model whose last layer is spelled differently, see `recast`.

    Raises
    ------
    ModelError
        The runtime is not installed, or none can run the model.
    """
    able = _BY_SPEED[spec.format]
    if runtime != AUTO and runtime not in able:
        raise ModelError(
            f"runtime: {runtime} does not run {spec.format} models; wanted {' or '.join(able)}"
        )
    if runtime != AUTO and not is_present(runtime):
        raise ModelError(
            f"runtime: {_PACKAGES[runtime]} is not installed; pip install 'fastvbg[{runtime}]'"
        )
    wanted = [name for name in able if runtime in (AUTO, name) and is_present(name)]
    reasons = []
    for name in wanted:
        try:
            demand_survival(spec, name, _version(name))
            return _opened(spec, name, threads, respell=respell)
        # Each library has errors of its own, without a common base.
        except Exception as error:
            reasons.append(f"{name}: {_one_line(error)}")
    raise ModelError(f"model: {spec.path} does not run here ({'; '.join(reasons)})")


def _opened(spec: ModelSpec, name: str, threads: int, *, respell: bool) -> Runtime:
    if name == "litert":
        return LiteRT(spec, threads, respell=respell)
    return OnnxRuntime(spec, threads) if name == "onnx" else OpenCV(spec, threads)


def _version(name: str) -> str:
    return str(cv2.__version__) if name == "opencv" else metadata.version(_PACKAGES[name])


def run_once(runtime: str, path: str, form: str, height: str, width: str, layout: str) -> None:
    """Run a model on an empty picture; what it raises is told to nobody, see `trial`."""
    with suppress(Exception):
        spec = ModelSpec(Path(path), form, int(height), int(width), layout)
        run = _opened(spec, runtime, 1, respell=True)
        run.input[...] = 0
        run()


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def runtime_facts() -> str:
    """Return the runtimes present, the fastest first, for people."""
    facts = [
        f"{_PACKAGES[name]} {metadata.version(_PACKAGES[name])} ({form})"
        for name, form in (("litert", "TFLite"), ("onnx", "ONNX"))
        if is_present(name)
    ]
    rest = [form for name, form in (("litert", "TFLite"), ("onnx", "ONNX")) if not is_present(name)]
    alone = f" ({', '.join(rest)})" if rest else " (not needed)"
    return ", ".join([*facts, f"OpenCV DNN {cv2.__version__}{alone}"])
