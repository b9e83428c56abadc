"""The majority of neighbours, by counts of each column."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels.vector._types import ADDRESS, BYTES, INT, LANES, operation, splat
from fastvbg.kernels.vector.memory import emit_load, load, load_few, store, store_few

__all__ = ["vote_run"]


@operation(BYTES, BYTES, ADDRESS)
def _plus(builder: Any, counts: Any, address: Any) -> Any:
    return builder.add(counts, emit_load(builder, address, BYTES.llvm))


@operation(BYTES, BYTES, BYTES, INT)
def _voted(builder: Any, counts: Any, values: Any, half: Any) -> Any:
    """Keep values on the majority's side of 128, or give its end."""
    most = builder.icmp_unsigned(">", counts, splat(builder, BYTES, half))
    high = builder.icmp_unsigned(">=", values, splat(builder, BYTES, half.type(128)))
    ends = builder.sext(most, BYTES.llvm)
    return builder.select(builder.icmp_unsigned("==", most, high), values, ends)


@inline
def _counted(columns: Any, width: Any) -> Any:
    counts = load(columns)
    for tap in range(1, width):
        counts = _plus(counts, columns + tap)
    return counts


@inline
def vote_run(
    columns: Any, spare: Any, matte: Any, out: Any, count: Any, width: Any, half: Any
) -> None:
    """Write a matte with 0 or 255 where most of `width` columns' counts are on the other side.

    A vector past the padded columns' end is read; `spare` is not needed.
    """
    i = 0
    while i + LANES <= count:
        store(out + i, _voted(_counted(columns + i, width), load(matte + i), half))
        i += LANES
    few = count - i
    if few > 0:
        values = load_few(matte + i, few)
        store_few(out + i, few, _voted(_counted(columns + i, width), values, half))
