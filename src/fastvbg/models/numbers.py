"""Numbers as a model takes and gives them: floats of 16 bits, whole ones of 8; and its failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.errors import ModelError

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg.models.spec import ModelSpec

_NAMED = {"float": np.float32, "float16": np.float16, "uint8": np.uint8, "int8": np.int8}


def kind_of(name: str) -> Any:
    """Return NumPy's type for ONNX Runtime's `tensor(float16)`; float32 for what is not known."""
    return _NAMED.get(name.removeprefix("tensor(").removesuffix(")"), np.float32)


def kind_of_levels(levels: tuple[int, int] | None) -> Any:
    """Return NumPy's type for a picture's black and white, of `ModelSpec`."""
    return np.float32 if levels is None else np.int8 if levels[0] < 0 else np.uint8


def as_kind(values: npt.NDArray[Any], kind: Any) -> npt.NDArray[Any]:
    """Return numbers as a type; whole ones are rounded. The same array where they are of it."""
    if values.dtype == kind:
        return values
    if np.issubdtype(kind, np.integer):
        ends = np.iinfo(kind)
        values = np.clip(np.rint(values), ends.min, ends.max)
    return values.astype(kind)


def meant(answer: npt.NDArray[Any], step: float, zero: int) -> npt.NDArray[Any]:
    """Return the numbers that a quantised answer stands for; others as they are."""
    if not step or answer.dtype.kind == "f":
        return answer
    shares: npt.NDArray[Any] = (answer.astype(np.float32) - zero) * np.float32(step)
    return shares


def failed(spec: ModelSpec, error: Exception) -> ModelError:
    """Return what is told where a model that was opened fails on a picture."""
    return ModelError(
        f"model: {spec.path} fails on a picture of {spec.width}x{spec.height}, width x height; "
        f"where its size is open, sides that 32 divides suit most ({one_line(error)})"
    )


def one_line(error: Exception) -> str:
    """Return a library's message in one line."""
    return " ".join(str(error).split())[:200] or type(error).__name__
