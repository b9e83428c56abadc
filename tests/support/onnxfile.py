"""Little ONNX models written byte by byte: protocol buffers need no library."""

from __future__ import annotations

import struct


def varint(value: int) -> bytes:
    out, value = b"", value % (1 << 64)
    while True:
        value, low = value >> 7, value & 127
        out += bytes([low | (128 if value else 0)])
        if not value:
            return out


def field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def value_info(name: str, shape, kind: int = 1) -> bytes:
    dims = b"".join(
        field(1, field(2, dim) if isinstance(dim, str) else field(1, dim)) for dim in shape
    )
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, dims)))


def one_by_one(weights, shape=(1, 3, 8, 12), *, bias=None, kind: int = 1) -> bytes:
    """A model of one 1x1 convolution: each output channel a weighted sum of red, green, blue.

    `weights` has a row of three for each output channel.
    """
    flat = [w for row in weights for w in row]
    dims = b"".join(field(1, dim) for dim in (len(weights), 3, 1, 1))
    tensor = dims + field(2, 1) + field(8, "w") + field(9, struct.pack(f"<{len(flat)}f", *flat))
    inputs = field(1, "x") + field(1, "w")
    initializers = field(5, tensor)
    if bias is not None:
        packed = struct.pack(f"<{len(bias)}f", *bias)
        initializers += field(
            5, field(1, len(bias)) + field(2, 1) + field(8, "b") + field(9, packed)
        )
        inputs += field(1, "b")
    # ONNX lets the kernel's size be left out; OpenCV 4.8 does not.
    size = field(1, "kernel_shape") + field(8, 1) + field(8, 1) + field(20, 7)
    node = inputs + field(2, "y") + field(4, "Conv") + field(5, size)
    out_shape = (1, len(weights), *shape[2:])
    graph = (
        field(1, node)
        + field(2, "g")
        + initializers
        + field(11, value_info("x", shape, kind))
        + field(12, value_info("y", out_shape))
    )
    return field(1, 8) + field(8, field(2, 13)) + field(7, graph)


def _node(op: str, inputs, out: str, attributes: bytes = b"") -> bytes:
    taken = b"".join(field(1, name) for name in inputs)
    return field(1, taken + field(2, out) + field(4, op) + attributes)


def sided(shape, out_shape, *nodes: bytes, kinds=(1, 1), inside: bytes = b"") -> bytes:
    """A model of `x` and `y`, of an element type each, and of nodes between; `inside` is stored."""
    graph = b"".join(nodes) + field(2, "g") + inside
    graph += field(11, value_info("x", shape, kinds[0]))
    graph += field(12, value_info("y", out_shape, kinds[1]))
    return field(1, 8) + field(8, field(2, 13)) + field(7, graph)


def bytes_in(shape=(1, 8, 12, 3)) -> bytes:
    """A model that takes bytes and answers in bytes: the picture's green, by interleaved pixels."""
    axes = field(5, field(1, "axis") + field(3, 3) + field(20, 2))
    index = field(5, field(1, 1) + field(2, 7) + field(8, "i") + field(7, b"\x01"))
    return sided(
        shape, (*shape[:3], 1), _node("Gather", ("x", "i"), "y", axes), kinds=(2, 2), inside=index
    )


def beside(name: str) -> bytes:
    """A model whose weights are in another file."""
    entry = field(1, "location") + field(2, name)
    tensor = field(1, 1) + field(2, 1) + field(8, "w") + field(13, entry) + field(14, 1)
    add = _node("Add", ("x", "w"), "y")
    return sided((1, 3, 8, 12), (1, 3, 8, 12), add, inside=field(5, tensor))


def labels(weights, shape=(1, 3, 8, 12)) -> bytes:
    """`one_by_one` without bias, followed by which channel is the largest, (1, h, w) of int64."""
    flat = [w for row in weights for w in row]
    dims = b"".join(field(1, dim) for dim in (len(weights), 3, 1, 1))
    stored = dims + field(2, 1) + field(8, "w") + field(9, struct.pack(f"<{len(flat)}f", *flat))
    size = field(5, field(1, "kernel_shape") + field(8, 1) + field(8, 1) + field(20, 7))
    axis = field(5, field(1, "axis") + field(3, 1) + field(20, 2))
    keep = field(5, field(1, "keepdims") + field(3, 0) + field(20, 2))
    nodes = _node("Conv", ("x", "w"), "c", size), _node("ArgMax", ("c",), "y", axis + keep)
    out = (1, *shape[2:])
    return sided(shape, out, *nodes, kinds=(1, 7), inside=field(5, stored))


def recurrent(
    shape=(1, 3, 8, 12), state=("b", "c", "h", "w"), *, after: str = "r1o", kind: int = 1
) -> bytes:
    """A model of the form of Robust Video Matting.

    `pha` is 0.8 green + `r1i`, and `r1o` a tenth of it; `fgr` is `src` times `downsample_ratio`.
    With kind 10 all but `downsample_ratio` is of 16 bits, and `fgr` a tenth of `src`.
    """
    letter = "e" if kind == 10 else "f"

    def node(op: str, first: str, second: str, out: str, attributes: bytes = b"") -> bytes:
        return _node(op, (first, second), out, attributes)

    def stored(name: str, dims, values) -> bytes:
        packed = struct.pack(f"<{len(values)}{letter}", *values)
        extents = b"".join(field(1, dim) for dim in dims)
        return field(5, extents + field(2, kind) + field(8, name) + field(9, packed))

    size = field(5, field(1, "kernel_shape") + field(8, 1) + field(8, 1) + field(20, 7))
    graph = (
        node("Conv", "src", "w", "now", size)
        + node("Add", "now", "r1i", "pha")
        + node("Mul", "pha", "tenth", after)
        + node("Mul", "src", "downsample_ratio" if kind == 1 else "tenth", "fgr")
        + field(2, "g")
        + stored("w", (1, 3, 1, 1), (0.0, 0.8, 0.0))
        + stored("tenth", (1,), (0.1,))
        + field(11, value_info("src", shape, kind))
        + field(11, value_info("r1i", state, kind))
        + field(11, value_info("downsample_ratio", (1,)))
        + field(12, value_info("fgr", shape, kind))
        + field(12, value_info("pha", (1, 1, *shape[2:]), kind))
        + field(12, value_info(after, (1, 1, *shape[2:]), kind))
    )
    return field(1, 8) + field(8, field(2, 13)) + field(7, graph)
