"""A little recurrent TFLite model, written by the schema that LiteRT brings."""

from __future__ import annotations

from importlib import import_module

import numpy as np


def recurrent() -> bytes:
    """A model whose foreground is 0.8 green + its state, and the state a tenth of that.

    As converters do, it names what goes in and out in a signature only; the outputs are in an order
    of their own.
    """
    schema = import_module("ai_edge_litert.schema_py_generated")
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version, model.buffers, model.operatorCodes = 3, [], []

    def stored(values=None) -> int:
        buffer = schema.BufferT()
        if values is not None:
            buffer.data = np.frombuffer(np.array(values, np.float32).tobytes(), np.uint8)
        model.buffers.append(buffer)
        return len(model.buffers) - 1

    def tensor(name: str, shape, buffer: int = 0):
        made = schema.TensorT()
        made.name, made.buffer = name.encode(), buffer
        made.shape, made.type = np.array(shape, np.int32), schema.TensorType.FLOAT32
        return made

    def layer(name: str, inputs, output: int, options, kind: int):
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, name)
        code.version = 1
        model.operatorCodes.append(code)
        made = schema.OperatorT()
        made.opcodeIndex = len(model.operatorCodes) - 1
        made.inputs, made.outputs = np.array(inputs, np.int32), np.array([output], np.int32)
        made.builtinOptions, made.builtinOptionsType = options, kind
        return made

    def named(name: str, index: int):
        made = schema.TensorMapT()
        made.name, made.tensorIndex = name.encode(), index
        return made

    stored()
    graph.tensors = [
        tensor("serving_default_src:0", (1, 8, 12, 3)),
        tensor("serving_default_r1i:0", (1, 8, 12, 1)),
        tensor("w", (1, 1, 1, 3), stored([0.0, 0.8, 0.0])),
        tensor("b", (1,), stored([0.0])),
        tensor("tenth", (1,), stored([0.1])),
        tensor("now", (1, 8, 12, 1)),
        tensor("StatefulPartitionedCall:0", (1, 8, 12, 1)),
        tensor("StatefulPartitionedCall:1", (1, 8, 12, 1)),
    ]
    graph.inputs, graph.outputs = np.array([1, 0], np.int32), np.array([7, 6], np.int32)
    convolution = schema.Conv2DOptionsT()
    convolution.padding = 1
    convolution.strideW = convolution.strideH = 1
    convolution.dilationWFactor = convolution.dilationHFactor = 1
    kinds = schema.BuiltinOptions
    graph.operators = [
        layer("CONV_2D", [0, 2, 3], 5, convolution, kinds.Conv2DOptions),
        layer("ADD", [5, 1], 6, schema.AddOptionsT(), kinds.AddOptions),
        layer("MUL", [6, 4], 7, schema.MulOptionsT(), kinds.MulOptions),
    ]
    signature = schema.SignatureDefT()
    signature.inputs = [named("src", 0), named("r1i", 1)]
    signature.outputs = [named("pha", 6), named("r1o", 7)]
    signature.signatureKey, signature.subgraphIndex = b"serving_default", 0
    model.subgraphs, model.signatureDefs = [graph], [signature]
    builder = import_module("flatbuffers").Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
