"""What a model file says of its input: size, layout and type, read from TFLite and ONNX themselves.

The two formats are read here by their own rules, a few fields each, so that the answer does not
depend on which runtime is installed. TFLite is a FlatBuffer (schema.fbs of LiteRT, version 3), ONNX
a protocol buffer (onnx.proto of ONNX 1.x).
"""

from __future__ import annotations

import struct
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = {".tflite": "tflite", ".onnx": "onnx"}
_FLOAT32 = {"tflite": 0, "onnx": 1}
MOST_SIDE = 4096
"""Pixels of a model's input, across or down."""


class ModelSpec(NamedTuple):
    """A segmentation model's file and the picture that it takes.

    Parameters
    ----------
    path : Path
        The file.
    format : str
        "tflite" or "onnx".
    height, width : int
        Of the picture.
    layout : str
        "nhwc" (pixels interleaved) or "nchw" (planes).
    """

    path: Path
    format: str
    height: int
    width: int
    layout: str


def read_spec(path: str | Path, *, size: tuple[int, int] | None = None) -> ModelSpec:
    """Read what a model wants.

    Parameters
    ----------
    path : str or Path
        A `.tflite` or `.onnx` file.
    size : (int, int), optional
        Width and height of the input, for a model that leaves them open.

    Returns
    -------
    ModelSpec
        Of the model's only input.

    Raises
    ------
    ModelError
        The file cannot be read, or takes something else than one float32 RGB picture.
    """
    path, form = Path(path), format_of(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"model: {path} cannot be read ({error.strerror})") from None
    try:
        inputs = list(_tflite_inputs(content) if form == "tflite" else _onnx_inputs(content))
    except (struct.error, IndexError, ValueError, UnicodeDecodeError):
        raise ModelError(f"model: {path} is damaged, or no {form} file") from None
    if len(inputs) != 1:
        raise ModelError(f"model: {path} has {len(inputs)} inputs, wanted one picture")
    shape, kind = inputs[0]
    if kind != _FLOAT32[form]:
        raise ModelError(f"model: {path} takes another type than float32")
    height, width, layout = _picture(path, shape, size)
    return ModelSpec(path, form, height, width, layout)


def format_of(path: str | PathLike[str]) -> str:
    """Return the format that a model's name says.

    Raises
    ------
    ModelError
        It says none.
    """
    form = FORMATS.get(Path(path).suffix.lower())
    if form is None:
        raise ModelError(f"model: {path} is neither .tflite nor .onnx")
    return form


def _picture(path: Path, shape: list[int], size: tuple[int, int] | None) -> tuple[int, int, str]:
    """Return height, width and layout; sides of 0 or less are open."""
    if len(shape) == 4 and shape[0] <= 1 and 3 in (shape[1], shape[3]):
        layout = "nhwc" if shape[3] == 3 else "nchw"
        height, width = shape[1:3] if layout == "nhwc" else shape[2:4]
        if size is not None and (height <= 0 or width <= 0):
            width, height = size
        if size is not None and (width, height) != tuple(size):
            raise ModelError(
                f"model: {path} takes {width}x{height} (width x height) only, not "
                f"{size[0]}x{size[1]}"
            )
        if min(height, width) > 0 and max(height, width) <= MOST_SIDE:
            return height, width, layout
        if max(height, width) <= MOST_SIDE:
            raise ModelError(
                f"model: {path} leaves its input's size open; give it, such as --model-size 256x256"
            )
    raise ModelError(
        f"model: {path} takes shape {tuple(shape)}, wanted one RGB picture: (1, height, width, 3) "
        "or (1, 3, height, width)"
    )


class _Table:
    """A table of a FlatBuffer: fields by number, each perhaps absent."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content, self._at = content, at
        self._fields = at - struct.unpack_from("<i", content, at)[0]
        self._count = struct.unpack_from("<H", content, self._fields)[0] // 2 - 2

    def _place(self, field: int) -> int:
        if field >= self._count:
            return 0
        offset = struct.unpack_from("<H", self._content, self._fields + 4 + 2 * field)[0]
        return self._at + int(offset) if offset else 0

    def byte(self, field: int) -> int:
        """Return a byte; 0 where it is absent."""
        place = self._place(field)
        return self._content[place] if place else 0

    def integers(self, field: int) -> list[int]:
        """Return a vector of 32-bit integers."""
        place = self._place(field)
        if not place:
            return []
        place += struct.unpack_from("<I", self._content, place)[0]
        count = struct.unpack_from("<I", self._content, place)[0]
        return list(struct.unpack_from(f"<{count}i", self._content, place + 4))

    def tables(self, field: int) -> list[_Table]:
        """Return a vector of tables."""
        offsets = self.integers(field)
        if not offsets:
            return []
        place = self._place(field)
        first = place + struct.unpack_from("<I", self._content, place)[0] + 4
        return [_Table(self._content, first + 4 * k + off) for k, off in enumerate(offsets)]


def _tflite_inputs(content: bytes) -> Iterator[tuple[list[int], int]]:
    """Yield shape and type of each input of a TFLite model."""
    if content[4:8] != b"TFL3":
        raise ValueError
    graph = _Table(content, struct.unpack_from("<I", content)[0]).tables(2)[0]
    tensors = graph.tables(0)
    for index in graph.integers(1):
        tensor = tensors[index]
        # The signature has -1 where the shape may change.
        yield tensor.integers(7) or tensor.integers(0), tensor.byte(1)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (content[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if not content[at - 1] & 128:
            return value, at


def _message(content: bytes) -> Iterator[tuple[int, Any]]:
    """Yield number and value of each field of a protocol buffer."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        field, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(content, at)
            yield field, value
            continue
        if kind == 2:
            length, at = _varint(content, at)
        else:
            length = {1: 8, 5: 4}.get(kind, -1)
        if length < 0 or at + length > len(content):
            raise ValueError
        yield field, content[at : at + length]
        at += length


def _onnx_inputs(content: bytes) -> Iterator[tuple[list[int], int]]:
    """Yield shape and type of each input of an ONNX model that is no stored weight."""
    graph = list(_message(dict(_message(content))[7] if _has_graph(content) else b""))
    if not graph:
        raise ValueError
    stored = {_first(value, 8) for field, value in graph if field == 5}
    for field, value in graph:
        if field == 11 and _first(value, 1) not in stored:
            tensor = _first(_first(value, 2), 1)
            dims = [each for number, each in _message(_first(tensor, 2)) if number == 1]
            yield [int(_first(dim, 1, 0)) for dim in dims], int(_first(tensor, 1, 0))


def _has_graph(content: bytes) -> bool:
    return any(field == 7 for field, _ in _message(content))


def _first(content: bytes, wanted: int, default: Any = b"") -> Any:
    """Return the value of a message's first field of a number."""
    return next((value for field, value in _message(content) if field == wanted), default)
