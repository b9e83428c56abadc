"""Time frames of other orders and layouts for the page on frames: `python -m tools.forms`.

At 1080p, one thread, in turns, outputs compared first. Writes the table between `<!-- forms -->`
and `<!-- /forms -->` in docs/frames.md.
"""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import fastvbg
from fastvbg.measure.machine import cpu_name, library_versions
from fastvbg.measure.timing import time_interleaved
from tools.readme_tables import replace_block

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.constants import Order

PAGE = Path("docs/frames.md")
HEIGHT, WIDTH = 1080, 1920
SECONDS = 4.0  # an operation

PACKED = "packed blue, green, red"


def alpha(frame: Any) -> Any:
    """Return a frame with a fourth channel."""
    return np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])


FORMS: dict[str, tuple[Order, Callable[[Any], Any]]] = {
    PACKED: ("bgr", lambda f: f),
    'packed red, green, blue, `order="rgb"`': ("rgb", lambda f: f[..., ::-1].copy()),
    "a reversed view, `frame[..., ::-1]`": ("bgr", lambda f: f[..., ::-1].copy()[..., ::-1]),
    'four channels, `order="bgra"`': ("bgra", alpha),
    "three of four channels, `frame[..., :3]`": ("bgr", lambda f: alpha(f)[..., :3]),
    "planes, `tensor.transpose(1, 2, 0)`": (
        "bgr",
        lambda f: np.ascontiguousarray(f.transpose(2, 0, 1)).transpose(1, 2, 0),
    ),
}


def timed(operation: str, frames: list[Any], matte: Any) -> dict[str, float]:
    """Return each form's median over that of packed frames."""
    calls, wanted = {}, None
    for name, (order, laid) in FORMS.items():
        prev, next, bg, out = (laid(frame) for frame in frames)
        if operation == "composite":
            call = partial(fastvbg.composite, prev, next, bg, order=order, out=out)
        elif operation == "blend":
            call = partial(fastvbg.blend, next, matte, bg, order=order, out=out)
        else:
            call = partial(fastvbg.motion_mask, prev, next, order=order, out=matte.copy())
        got = np.asarray(call())
        got = got[..., :3] if got.ndim == 3 else got
        got = got[..., ::-1] if order == "rgb" and got.ndim == 3 else got
        wanted = got.copy() if wanted is None else wanted
        if not np.array_equal(got, wanted):
            raise SystemExit(f"{operation}: {name} gives other bytes")
        calls[name] = call
    times = time_interleaved(calls, seconds=SECONDS)
    return {name: times[name].median_ms / times[PACKED].median_ms for name in FORMS}


def main() -> int:
    """Time all, print the table, and write it into the page."""
    rng = np.random.default_rng(1)
    frames = [rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8) for _ in range(4)]
    matte = rng.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
    operations = "composite", "motion_mask", "blend"
    times = {name: timed(name, frames, matte) for name in operations}
    lines = ["| | " + " | ".join(f"`{name}`" for name in operations) + " |", "|---" * 4 + "|"]
    for form in FORMS:
        cells = " | ".join(f"{times[name][form]:.2f}" for name in operations)
        lines.append(f"| {form} | {cells} |")
    versions = library_versions()
    told = (
        f"Random frames in the caches; four channels are a third more bytes. {cpu_name()}, Numba "
    )
    told += f"{versions['numba']}; {date.today()}; `python -m tools.forms`."
    text = "\n".join([*lines, "", told])
    print(text)
    PAGE.write_text(replace_block(PAGE.read_text(), "forms", text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
