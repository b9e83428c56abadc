"""Show that the vector kernels lower to NEON: `python tools/neon_check.py`.

Compiles each kernel at the level that assumes nothing of the CPU, which is the one that aarch64
uses, takes the LLVM IR that was made of it and has LLVM emit AArch64 assembly from it. Then it
counts, in each loop that computes on vectors, NEON instructions and moves of single lanes: code
that had been taken apart lane by lane would be full of the latter. Nothing of it is run.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import NamedTuple

os.environ.pop("NUMBA_CPU_FEATURES", None)
os.environ["NUMBA_CPU_NAME"] = "generic"
os.environ["FASTVBG_KERNELS"] = "vector"

import llvmlite.binding as llvm

TRIPLE = "aarch64-unknown-linux-gnu"
CPU = "neoverse-n1"

_VECTOR = re.compile(r"\bv\d+\.(?:16b|8b|8h|4h|4s|2s|2d)\b|\bq\d+\b")
_SINGLE = re.compile(r"^(?:umov|smov|ins|mov)\b.*\bv\d+\.[bhs]\[\d+\]")


class Loop(NamedTuple):
    """What a loop of a kernel is made of."""

    instructions: int
    vector: int
    single_lane: int


def assembly(name: str) -> str:
    """Return AArch64 assembly of a kernel."""
    from fastvbg.kernels._compile import compiled
    from fastvbg.kernels._kernel import named

    text = compiled(named(name).definition, name).get_llvm_str()
    text = re.sub(r"target (triple|datalayout) = .*\n", "", text)
    # What Python calls reads objects as this machine lays them out.
    text = re.sub(
        r"^define [^\n]*\{\n.*?^\}\n",
        lambda found: found[0] if "<16 x i8>" in found[0] else "",
        text,
        flags=re.DOTALL | re.MULTILINE,
    )
    target = llvm.Target.from_triple(TRIPLE)
    machine = target.create_target_machine(cpu=CPU, features="+neon", opt=3)
    module = llvm.parse_assembly(f'target triple = "{TRIPLE}"\n{text}')
    return str(machine.emit_assembly(module))


def vector_loops(text: str) -> list[Loop]:
    """Return the innermost loops that compute on vectors."""
    lines = [line.strip() for line in text.splitlines()]
    labels = {line[:-1]: i for i, line in enumerate(lines) if re.fullmatch(r"\S+:", line)}
    spans = []
    for i, line in enumerate(lines):
        jump = re.match(r"(?:b|b\.\w+|cbn?z|tbn?z)\b.*?(\.L\w+)$", line)
        if jump and labels.get(jump[1], i) < i:
            spans.append((labels[jump[1]], i))
    inner = [
        (a, b)
        for a, b in spans
        if not any(a <= c and d <= b and (a, b) != (c, d) for c, d in spans)
    ]
    loops = []
    for start, stop in inner:
        body = [line for line in lines[start:stop] if re.match(r"[a-z]", line)]
        vector = sum(bool(_VECTOR.search(line)) for line in body)
        single = sum(bool(_SINGLE.match(line)) for line in body)
        # A kernel's own step is at least a dozen vector instructions; a copy loop has a few.
        if vector + single >= 12:
            loops.append(Loop(len(body), vector, single))
    return loops


def check() -> dict[str, list[Loop]]:
    """Return the vector loops of each kernel."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    found = {}
    for module, names in (
        ("frames", ("composite", "motion_mask", "blend")),
        ("kept", ("composite",)),
        ("tensors", ("composite", "motion_mask", "blend")),
        ("layouts", ("composite", "motion_mask", "blend")),
        ("planar", ("composite_i420", "composite_nv12", "blend_i420", "blend_nv12")),
        ("scaled", ("blend",)),
    ):
        for name in names:
            text = assembly(f"composite.{module}.{name}")
            found[f"{module}.{name}"] = vector_loops(text)
    return found


def main() -> int:
    """Print a line a loop; fail where a kernel has no vector loop or moves single lanes in it."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    wrong = 0
    for name, loops in check().items():
        bad = not loops or any(loop.single_lane * 10 > loop.vector for loop in loops)
        wrong += bad
        for loop in loops:
            print(
                f"{name:24} {loop.instructions:4} instructions, {loop.vector:4} on vectors, "
                f"{loop.single_lane:3} on single lanes"
            )
        if bad:
            print(f"{name:24} does not lower to NEON")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
