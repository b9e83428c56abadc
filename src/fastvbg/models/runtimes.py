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
from fastvbg.models.numbers import as_kind, failed, kind_of, kind_of_levels, meant, one_line
from fastvbg.models.recast import recast
from fastvbg.models.spec import ModelSpec, read_spec
from fastvbg.models.states import ratio_for
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

    @property
    def recurrent(self) -> bool:
        """Whether what it makes of a picture depends on those before."""

    def reset(self) -> None:
        """Forget the pictures before."""

    def __call__(self) -> Any:
        """Return what the model makes of `input`, an array; valid until the next call.

        Raises
        ------
        ModelError
            It fails.
        """


def _at_first(spec: ModelSpec) -> dict[str, Floats]:
    """Return what a model is given beside the first picture, by name."""
    given = {state.input: np.zeros(state.shape, np.float32) for state in spec.states}
    if spec.ratio:
        given[spec.ratio] = np.full(1, ratio_for(spec.height, spec.width), np.float32)
    return given


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
        self._spec, inputs = spec, self._net.get_input_details()
        self._places = {each["name"]: each["index"] for each in inputs}
        details = next((each for each in inputs if each["name"] == spec.picture), inputs[0])
        memory, _ = _input_for(spec)
        if list(details["shape"]) != list(memory.shape):
            self._net.resize_tensor_input(details["index"], memory.shape)
        with notes_left_out():
            self._net.allocate_tensors()
        self._planar = spec.layout != "nhwc"
        self._picture = details
        # What takes floats is filled where it lies.
        own = details["dtype"] is np.float32
        self._input = self._net.tensor(details["index"]) if own else lambda: memory
        ends = {each["name"]: each for each in self._net.get_output_details()}
        outputs = {name: each["index"] for name, each in ends.items()}
        self._output = ends[spec.foreground or next(iter(ends))]
        self._after = [outputs[state.output] for state in spec.states]
        self.recurrent = bool(spec.states)
        self.input[...] = 0
        self.reset()

    def reset(self) -> None:
        """Begin with states of zeros."""
        self._net.reset_all_variables()
        self._give(_at_first(self._spec))

    def _give(self, values: dict[str, Floats]) -> None:
        """Set inputs beside the picture, which is lost where their shapes change."""
        details = {each["name"]: each["shape"] for each in self._net.get_input_details()}
        changed = [name for name, value in values.items() if tuple(details[name]) != value.shape]
        for name in changed:
            self._net.resize_tensor_input(self._places[name], values[name].shape)
        if changed:
            with notes_left_out():
                self._net.allocate_tensors()
        kinds = {each["name"]: each["dtype"] for each in self._net.get_input_details()}
        for name, value in values.items():
            self._net.set_tensor(self._places[name], as_kind(value, kinds[name]))

    @property
    def input(self) -> Floats:
        """The library's own memory, so nothing is copied; it does not run while that is held."""
        picture: Floats = self._input()[0]
        return picture.transpose(1, 2, 0) if self._planar else picture

    def __call__(self) -> Any:
        """Return what the model makes of `input`."""
        if self._picture["dtype"] is not np.float32:
            memory = as_kind(self._input(), self._picture["dtype"])
            self._net.set_tensor(self._picture["index"], memory)
        try:
            self._net.invoke()
        except (RuntimeError, ValueError) as error:
            raise failed(self._spec, error) from None
        result = meant(self._net.get_tensor(self._output["index"]), *self._output["quantization"])
        if self._after:
            states = zip(self._spec.states, self._after, strict=True)
            self._give({state.input: self._net.get_tensor(index) for state, index in states})
        return result


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
        options.log_severity_level = 4  # what it has to say comes as an error
        self._net = library.InferenceSession(
            str(spec.path), options, providers=["CPUExecutionProvider"]
        )
        memory, self._picture = _input_for(spec)
        self._spec, self.recurrent = spec, bool(spec.states)
        self._given = {spec.picture or self._net.get_inputs()[0].name: memory}
        first = spec.foreground or self._net.get_outputs()[0].name
        self._wanted = [first, *(state.output for state in spec.states)]
        self._kinds = {each.name: kind_of(each.type) for each in self._net.get_inputs()}
        self.reset()

    @property
    def input(self) -> Floats:
        """What is sent to the library."""
        return self._picture

    def reset(self) -> None:
        """Begin with states of zeros."""
        self._given.update(_at_first(self._spec))

    def __call__(self) -> Any:
        """Return what the model makes of `input`."""
        given = {name: as_kind(each, self._kinds[name]) for name, each in self._given.items()}
        try:
            result, *states = self._net.run(self._wanted, given)
        # The library's errors have no base of their own.
        except Exception as error:
            raise failed(self._spec, error) from None
        self._given.update(zip((each.input for each in self._spec.states), states, strict=True))
        return result


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
        self._spec, self.recurrent = spec, bool(spec.states)
        self._kind = kind_of_levels(spec.levels)
        with hushed_opencv():
            self._net = read(str(spec.path))
            self._names = self._asked_for()
            self.reset()
            self._forward()  # what it does not support may show only now
        self.reset()

    @property
    def input(self) -> Floats:
        """What is sent to the library."""
        return self._picture

    def _asked_for(self) -> list[str]:
        """Return the outputs to ask for: OpenCV 5 gives all that nothing takes, never some."""
        ends = list(self._net.getUnconnectedOutLayersNames())
        spec = self._spec
        wanted = [spec.foreground or ends[0], *(state.output for state in spec.states)]
        return ends if set(wanted) <= set(ends) else wanted

    def reset(self) -> None:
        """Begin with states of zeros."""
        self._given = _at_first(self._spec)
        if self._spec.format == "tflite":
            for name, each in self._given.items():
                if each.ndim == 4:
                    self._given[name] = np.ascontiguousarray(each.transpose(0, 3, 1, 2))

    def __call__(self) -> Any:
        """Return what the model makes of `input`."""
        try:
            return self._forward()
        except cv2.error as error:
            raise failed(self._spec, error) from None

    def _forward(self) -> Any:
        spec = self._spec
        picture = as_kind(self._memory, self._kind)
        if not spec.foreground and not spec.states:
            self._net.setInput(picture)
            return self._net.forward()
        self._net.setInput(picture, spec.picture)
        for name, value in self._given.items():
            self._net.setInput(value, name)
        results = dict(zip(self._names, self._net.forward(self._names), strict=True))
        for state in spec.states:
            self._given[state.input] = results[state.output].copy()
        return results[spec.foreground or self._names[0]]


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
            reasons.append(f"{name}: {one_line(error)}")
    raise ModelError(f"model: {spec.path} does not run here ({'; '.join(reasons)})")


def _opened(spec: ModelSpec, name: str, threads: int, *, respell: bool) -> Runtime:
    if name == "litert":
        return LiteRT(spec, threads, respell=respell)
    return OnnxRuntime(spec, threads) if name == "onnx" else OpenCV(spec, threads)


def _version(name: str) -> str:
    return str(cv2.__version__) if name == "opencv" else metadata.version(_PACKAGES[name])


def run_once(runtime: str, path: str, height: str, width: str) -> None:
    """Run a model on an empty picture; what it raises is told to nobody, see `trial`."""
    with suppress(Exception):
        spec = read_spec(Path(path), size=(int(width), int(height)))
        run = _opened(spec, runtime, 1, respell=True)
        run.input[...] = 0
        run()


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
