"""A run of samples from between others, in vectors of 16 on every CPU: a longer run would turn."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from fastvbg.kernels.vector._types import (
    ADDRESS,
    INT,
    Vector,
    constant,
    operation,
    splat,
)
from fastvbg.kernels.vector.memory import emit_load, emit_store

__all__ = ["between_run"]

_BYTES, _WORDS = Vector(16, 8), Vector(16, 16)


@operation(types.void, ADDRESS, ADDRESS, ADDRESS, INT, INT)
def between_run(builder: Any, above: Any, under: Any, out: Any, across: Any, down: Any) -> None:
    """Write 16 samples between two rows and between pixels, both in parts of 1/16.

    17 samples of each row are read. Weights sum to 256, so sums fit unsigned words.
    """
    whole = ir.Constant(ir.IntType(64), 16)
    total = constant(_WORDS, 128)
    for row, share in ((above, builder.sub(whole, down)), (under, down)):
        for k, part in enumerate((builder.sub(whole, across), across)):
            address = builder.add(row, ir.Constant(row.type, k))
            samples = builder.zext(emit_load(builder, address, _BYTES.llvm), _WORDS.llvm)
            weight = splat(builder, _WORDS, builder.mul(share, part))
            total = builder.add(total, builder.mul(samples, weight))
    emit_store(builder, out, builder.trunc(builder.lshr(total, constant(_WORDS, 8)), _BYTES.llvm))
