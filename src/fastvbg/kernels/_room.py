"""How wide scratch rows are, so that loops over them have no edge."""

from __future__ import annotations

STEP = 256
"""Loops over scratch rows run over whole multiples of this many elements.

It is what LLVM's loops over bytes take at once; a rest it does singly, and a row of 1920 with a
rest of 128 would spend half its time there. What lies past the row's end holds anything.
"""


def room_for(count: int) -> int:
    """Return how many elements a scratch row of `count` needs, its pads included.

    One step more than whole steps: a window's shifted reads begin up to `count` and go on in steps.
    """
    return -(-count // STEP) * STEP + STEP
