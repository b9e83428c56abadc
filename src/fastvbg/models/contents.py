"""What a model file says of its inputs and outputs, read from TFLite and ONNX themselves.

The two formats are read here by their own rules, a few fields each, so that the answer does not
depend on which runtime is installed. TFLite is a FlatBuffer (schema.fbs of LiteRT, version 3), ONNX
a protocol buffer (onnx.proto of ONNX 1.x).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = {
    "tflite": {0: "float32", 1: "float16", 2: "int32", 3: "uint8", 4: "int64", 9: "int8"},
    "onnx": {1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 10: "float16"},
}
_ELSEWHERE = 1
"""Of an ONNX tensor's field 14: its numbers are in another file."""


class Tensor(NamedTuple):
    """An input or an output of a model."""

    name: str
    """By which runtimes know it."""
    shape: list[int]
    """Extents of 0 or less are open."""
    kind: str
    """What its numbers are, by NumPy's name; "another type" for what no model here takes."""
    alias: str
    """By which the model's maker knows it: in TFLite that of a signature, where there is one."""


class Ports(NamedTuple):
    """All inputs and outputs of a model, in the file's order."""

    inputs: list[Tensor]
    outputs: list[Tensor]


def read_ports(content: bytes, form: str) -> Ports:
    """Read inputs and outputs of a model, but for stored weights.

    Parameters
    ----------
    content : bytes
        Of the file.
    form : str
        "tflite" or "onnx".

    Raises
    ------
    struct.error, IndexError, TypeError, ValueError
        It is damaged, or no such file.
    """
    return _tflite_ports(content) if form == "tflite" else _onnx_ports(content)


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

    def text(self, field: int) -> str:
        """Return a string; an empty one where it is absent."""
        place = self._place(field)
        if not place:
            return ""
        place += struct.unpack_from("<I", self._content, place)[0]
        count = struct.unpack_from("<I", self._content, place)[0]
        return self._content[place + 4 : place + 4 + count].decode()

    def integer(self, field: int) -> int:
        """Return a 32-bit integer; 0 where it is absent."""
        place = self._place(field)
        return int(struct.unpack_from("<i", self._content, place)[0]) if place else 0

    def tables(self, field: int) -> list[_Table]:
        """Return a vector of tables."""
        offsets = self.integers(field)
        if not offsets:
            return []
        place = self._place(field)
        first = place + struct.unpack_from("<I", self._content, place)[0] + 4
        return [_Table(self._content, first + 4 * k + off) for k, off in enumerate(offsets)]


def _tflite_ports(content: bytes) -> Ports:
    if content[4:8] != b"TFL3":
        raise ValueError
    model = _Table(content, struct.unpack_from("<I", content)[0])
    graph = model.tables(2)[0]
    tensors = graph.tables(0)
    signatures = [each for each in model.tables(7) if each.integer(4) == 0][:1]

    def ends(listed: int, named: int) -> list[Tensor]:
        maps = [each for signature in signatures for each in signature.tables(named)]
        aliases = {each.integer(1): each.text(0) for each in maps}
        return [_tflite_tensor(tensors[i], aliases.get(i, "")) for i in graph.integers(listed)]

    return Ports(ends(1, 0), ends(2, 1))


def _tflite_tensor(tensor: _Table, alias: str) -> Tensor:
    # The signature of a shape has -1 where it may change.
    shape = tensor.integers(7) or tensor.integers(0)
    name = tensor.text(3)
    return Tensor(name, shape, _kind("tflite", tensor.byte(1)), alias or name)


def _kind(form: str, number: int) -> str:
    return _KINDS[form].get(number, "another type")


def weights_beside(content: bytes) -> list[str]:
    """Return the names of the files beside an ONNX model that its weights are in."""
    stored = [each for field, each in _message(_graph(content)) if field == 5]
    outside = [each for each in stored if _first(each, 14, 0) == _ELSEWHERE]
    entries = [entry for each in outside for field, entry in _message(each) if field == 13]
    places = [_first(entry, 2) for entry in entries if _first(entry, 1) == b"location"]
    return sorted({_text(each) for each in places})


def _varint(content: Any, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (content[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if not content[at - 1] & 128:
            return value, at


def _message(content: Any) -> Iterator[tuple[int, Any]]:
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


def _onnx_ports(content: bytes) -> Ports:
    graph = list(_message(_graph(content)))
    if not graph:
        raise ValueError
    stored = {_first(value, 8) for field, value in graph if field == 5}
    inputs = [value for field, value in graph if field == 11 and _first(value, 1) not in stored]
    outputs = [value for field, value in graph if field == 12]
    return Ports([_onnx_tensor(each) for each in inputs], [_onnx_tensor(each) for each in outputs])


def _onnx_tensor(value: Any) -> Tensor:
    tensor = _first(_first(value, 2), 1)
    dims = [each for number, each in _message(_first(tensor, 2)) if number == 1]
    shape = [_signed(_first(dim, 1, 0)) for dim in dims]
    name = _text(_first(value, 1))
    return Tensor(name, shape, _kind("onnx", _first(tensor, 1, 0)), name)


def _text(value: Any) -> str:
    # By way of a view: of a damaged file's integer, `bytes` would make so many zeros.
    return bytes(memoryview(value)).decode()


def _signed(value: int) -> int:
    """Return an int64 of a protocol buffer: some exporters write -1 for an extent that is open."""
    return value - (1 << 64) if value >> 63 else value


def _graph(content: bytes) -> Any:
    """Return the graph's message as a view: it holds all weights, which are not to be copied."""
    return dict(_message(memoryview(content))).get(7, b"")


def _first(content: Any, wanted: int, default: Any = b"") -> Any:
    """Return the value of a message's first field of a number."""
    return next((value for field, value in _message(content) if field == wanted), default)
