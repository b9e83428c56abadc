"""Little TFLite models, written by the schema that LiteRT brings."""

from __future__ import annotations

from importlib import import_module

import numpy as np


class Writer:
    """Writes one model of one graph."""

    def __init__(self) -> None:
        self.schema = import_module("ai_edge_litert.schema_py_generated")
        self.model, self.graph = self.schema.ModelT(), self.schema.SubGraphT()
        self.model.version, self.model.buffers, self.model.operatorCodes = 3, [], []
        self.graph.operators = []
        self.stored()

    def stored(self, values=None) -> int:
        buffer = self.schema.BufferT()
        if values is not None:
            buffer.data = np.frombuffer(np.array(values, np.float32).tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        return len(self.model.buffers) - 1

    def tensor(self, name: str, shape, buffer: int = 0, kind: str = "FLOAT32", counts=None):
        """Describe a tensor; `counts` are the step and the zero of a quantised one."""
        made = self.schema.TensorT()
        made.name, made.buffer = name.encode(), buffer
        made.shape, made.type = np.array(shape, np.int32), getattr(self.schema.TensorType, kind)
        if counts is not None:
            made.quantization = self.schema.QuantizationParametersT()
            made.quantization.scale = np.array(counts[:1], np.float32)
            made.quantization.zeroPoint = np.array(counts[1:], np.int64)
        return made

    def layer(self, name: str, inputs, output: int, options=None, kind: str = "NONE") -> None:
        code = self.schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = getattr(self.schema.BuiltinOperator, name)
        code.version = 1
        self.model.operatorCodes.append(code)
        made = self.schema.OperatorT()
        made.opcodeIndex = len(self.model.operatorCodes) - 1
        made.inputs, made.outputs = np.array(inputs, np.int32), np.array([output], np.int32)
        made.builtinOptions = options
        made.builtinOptionsType = getattr(self.schema.BuiltinOptions, kind)
        self.graph.operators.append(made)

    def one_by_one(self, inputs, output: int) -> None:
        """Add a convolution of single pixels."""
        convolution = self.schema.Conv2DOptionsT()
        convolution.padding = 1
        convolution.strideW = convolution.strideH = 1
        convolution.dilationWFactor = convolution.dilationHFactor = 1
        self.layer("CONV_2D", inputs, output, convolution, "Conv2DOptions")

    def named(self, name: str, index: int):
        made = self.schema.TensorMapT()
        made.name, made.tensorIndex = name.encode(), index
        return made

    def content(self, inputs, outputs) -> bytes:
        self.graph.inputs = np.array(inputs, np.int32)
        self.graph.outputs = np.array(outputs, np.int32)
        self.model.subgraphs = [self.graph]
        builder = import_module("flatbuffers").Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def recurrent() -> bytes:
    """A model whose foreground is 0.8 green + its state, and the state a tenth of that.

    As converters do, it names what goes in and out in a signature only; the outputs are in an order
    of their own.
    """
    write = Writer()
    tensor, stored, schema = write.tensor, write.stored, write.schema
    write.graph.tensors = [
        tensor("serving_default_src:0", (1, 8, 12, 3)),
        tensor("serving_default_r1i:0", (1, 8, 12, 1)),
        tensor("w", (1, 1, 1, 3), stored([0.0, 0.8, 0.0])),
        tensor("b", (1,), stored([0.0])),
        tensor("tenth", (1,), stored([0.1])),
        tensor("now", (1, 8, 12, 1)),
        tensor("StatefulPartitionedCall:0", (1, 8, 12, 1)),
        tensor("StatefulPartitionedCall:1", (1, 8, 12, 1)),
    ]
    write.one_by_one([0, 2, 3], 5)
    write.layer("ADD", [5, 1], 6, schema.AddOptionsT(), "AddOptions")
    write.layer("MUL", [6, 4], 7, schema.MulOptionsT(), "MulOptions")
    signature = schema.SignatureDefT()
    signature.inputs = [write.named("src", 0), write.named("r1i", 1)]
    signature.outputs = [write.named("pha", 6), write.named("r1o", 7)]
    signature.signatureKey, signature.subgraphIndex = b"serving_default", 0
    write.model.signatureDefs = [signature]
    return write.content([1, 0], [7, 6])


def quantised(kind: str) -> bytes:
    """A model of a picture and a matte of 8 bits, whose foreground is green; UINT8 or INT8."""
    write = Writer()
    counts = 1 / 255, 0 if kind == "UINT8" else -128
    tensor, schema = write.tensor, write.schema
    write.graph.tensors = [
        tensor("x", (1, 8, 12, 3), kind=kind, counts=counts),
        tensor("w", (1, 1, 1, 3), write.stored([0.0, 1.0, 0.0])),
        tensor("b", (1,), write.stored([0.0])),
        tensor("shares", (1, 8, 12, 3)),
        tensor("green", (1, 8, 12, 1)),
        tensor("y", (1, 8, 12, 1), kind=kind, counts=counts),
    ]
    write.layer("DEQUANTIZE", [0], 3, schema.DequantizeOptionsT(), "DequantizeOptions")
    write.one_by_one([3, 1, 2], 4)
    write.layer("QUANTIZE", [4], 5, schema.QuantizeOptionsT(), "QuantizeOptions")
    return write.content([0], [5])
