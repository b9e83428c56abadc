"""Little ONNX models written byte by byte: protocol buffers need no library."""

from __future__ import annotations

import struct


def varint(value: int) -> bytes:
    out = b""
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


def recurrent(shape=(1, 3, 8, 12), state=("b", "c", "h", "w"), *, after: str = "r1o") -> bytes:
    """A model of the form of Robust Video Matting.

    `pha` is 0.8 green + `r1i`, and `r1o` a tenth of it; `fgr` is `src` times `downsample_ratio`.
    """

    def node(op: str, first: str, second: str, out: str, attributes: bytes = b"") -> bytes:
        content = field(1, first) + field(1, second) + field(2, out) + field(4, op) + attributes
        return field(1, content)

    def stored(name: str, dims, values) -> bytes:
        packed = struct.pack(f"<{len(values)}f", *values)
        extents = b"".join(field(1, dim) for dim in dims)
        return field(5, extents + field(2, 1) + field(8, name) + field(9, packed))

    size = field(5, field(1, "kernel_shape") + field(8, 1) + field(8, 1) + field(20, 7))
    graph = (
        node("Conv", "src", "w", "now", size)
        + node("Add", "now", "r1i", "pha")
        + node("Mul", "pha", "tenth", after)
        + node("Mul", "src", "downsample_ratio", "fgr")
        + field(2, "g")
        + stored("w", (1, 3, 1, 1), (0.0, 0.8, 0.0))
        + stored("tenth", (1,), (0.1,))
        + field(11, value_info("src", shape))
        + field(11, value_info("r1i", state))
        + field(11, value_info("downsample_ratio", (1,)))
        + field(12, value_info("fgr", shape))
        + field(12, value_info("pha", (1, 1, *shape[2:])))
        + field(12, value_info(after, (1, 1, *shape[2:])))
    )
    return field(1, 8) + field(8, field(2, 13)) + field(7, graph)
