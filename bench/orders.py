"""Frames of every order and layout against packed BGR: `python -m bench.orders [NAME ...]`.

Each operation is timed on 1080p frames from memory, in turns with the same on packed BGR, in one
thread; outputs are compared first. A line an operation: median milliseconds on packed BGR, and
median ratios to it.
"""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import fastvbg
from fastvbg.measure.buffers import evict
from fastvbg.reference.orders import from_bgr, to_bgr

if TYPE_CHECKING:
    from collections.abc import Callable

HEIGHT, WIDTH, ROUNDS = 1080, 1920, 31
GREEN = (64, 160, 64)


def _same(frame: Any) -> Any:
    return frame


def _reversed(frame: Any) -> Any:
    return np.ascontiguousarray(frame[..., ::-1])[..., ::-1]


def _three_of_four(frame: Any) -> Any:
    return np.dstack([frame, frame[..., :1]])[..., :3]


def _planes(frame: Any) -> Any:
    return np.ascontiguousarray(frame.transpose(2, 0, 1)).transpose(1, 2, 0)


class Form(NamedTuple):
    """An order of channels, how frames lie, and whether results lie so, too, or are packed."""

    order: Any
    lay: Callable[[Any], Any]
    alike: bool


FORMS = {
    "BGR": Form("bgr", _same, True),
    "RGB": Form("rgb", _same, True),
    "BGRA": Form("bgra", _same, True),
    "RGBA": Form("rgba", _same, True),
    "`[..., ::-1]`": Form("bgr", _reversed, False),
    "out so, too": Form("bgr", _reversed, True),
    "`[..., :3]`": Form("bgr", _three_of_four, False),
    "out so, too ": Form("bgr", _three_of_four, True),
    "planes": Form("rgb", _planes, False),
    "out so, too  ": Form("rgb", _planes, True),
}


class Given(NamedTuple):
    """What the operations are called with, in one form."""

    prev: Any
    next: Any
    bg: Any
    empty: Any
    out: Any
    order: Any


def scene() -> tuple[Any, Any, Any, Any, Any]:
    """Return two frames, a background, the empty scene and a matte."""
    rng = np.random.default_rng(0)
    empty = np.full((HEIGHT, WIDTH, 3), GREEN, np.uint8)
    prev = empty + rng.integers(0, 9, empty.shape, np.uint8)
    prev[300:1000, 600:1300] = rng.integers(0, 256, (700, 700, 3))
    next = prev.copy()
    next[::3] += 9
    matte = np.zeros((HEIGHT, WIDTH), np.uint8)
    matte[300:1000, 600:1300] = 255
    matte[280:300, 600:1300] = rng.integers(0, 256, (20, 700))
    return prev, next, rng.integers(0, 256, empty.shape, np.uint8), empty, matte


PREV, NEXT, BG, EMPTY, MATTE = scene()
MASK = np.empty((HEIGHT, WIDTH), np.uint8)


def given(form: Form) -> Given:
    """Return the arrays of a form."""
    prev, next, bg, empty = (form.lay(from_bgr(f, form.order)) for f in (PREV, NEXT, BG, EMPTY))
    out = from_bgr(np.zeros_like(PREV), form.order)
    return Given(prev, next, bg, empty, form.lay(out) if form.alike else out, form.order)


def composite(g: Given) -> Callable[[], Any]:
    """Return the call of `composite`."""
    return lambda: fastvbg.composite(g.prev, g.next, g.bg, order=g.order, threads=1, out=g.out)


def motion_mask(g: Given) -> Callable[[], Any]:
    """Return the call of `motion_mask`."""
    return lambda: fastvbg.motion_mask(g.prev, g.next, order=g.order, threads=1, out=MASK)


def blend(g: Given) -> Callable[[], Any]:
    """Return the call of `blend`."""
    return lambda: fastvbg.blend(g.next, MATTE, g.bg, order=g.order, threads=1, out=g.out)


def despill(g: Given) -> Callable[[], Any]:
    """Return the call of `despill`."""
    return lambda: fastvbg.despill(g.next, MATTE, GREEN, order=g.order, out=g.out)


def light_wrap(g: Given) -> Callable[[], Any]:
    """Return the call of a `LightWrap`."""
    wrap = fastvbg.LightWrap(g.bg, order=g.order)
    return lambda: wrap(g.next, MATTE, out=g.out)


def _keys(make: Callable[[Given], Any]) -> Callable[[Given], Callable[[], Any]]:
    def call(g: Given) -> Callable[[], Any]:
        keyer = make(g)
        return lambda: keyer.key(g.next, out=MASK)

    return call


def _composites(make: Callable[[Given], Any]) -> Callable[[Given], Callable[[], Any]]:
    def call(g: Given) -> Callable[[], Any]:
        keyer = make(g)
        return lambda: keyer.composite(g.next, g.bg, out=g.out)

    return call


def _chroma(g: Given) -> Any:
    return fastvbg.ChromaKeyer(GREEN, order=g.order)


def _plate(g: Given) -> Any:
    return fastvbg.PlateKeyer(g.empty, order=g.order)


def _adaptive(g: Given) -> Any:
    return fastvbg.AdaptiveKeyer(order=g.order)


OPERATIONS = {
    "composite": composite,
    "motion_mask": motion_mask,
    "blend": blend,
    "despill": despill,
    "LightWrap": light_wrap,
    "ChromaKeyer.key": _keys(_chroma),
    "ChromaKeyer.composite": _composites(_chroma),
    "PlateKeyer.key": _keys(_plate),
    "PlateKeyer.composite": _composites(_plate),
    "AdaptiveKeyer.key": _keys(_adaptive),
    "AdaptiveKeyer.composite": _composites(_adaptive),
}


def _seconds(call: Callable[[], Any]) -> float:
    evict()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(operation: Callable[[Given], Callable[[], Any]]) -> tuple[float, dict[str, float]]:
    """Return the median seconds of a call on BGR, and of each form the median ratio to it.

    Each ratio is of two timings one after the other, and is taken once outputs are the same.
    """
    calls, wanted = {}, None
    for name, form in FORMS.items():
        calls[name] = operation(given(form))
        got = calls[name]()
        got = to_bgr(got, form.order) if got.ndim == 3 else got
        wanted = got.copy() if wanted is None else wanted
        if not np.array_equal(got, wanted):
            raise SystemExit(f"{name}: other bytes than of BGR")
    usual, *others = calls
    seconds: list[float] = []
    ratios: dict[str, list[float]] = {name: [] for name in others}
    for _ in range(ROUNDS):
        for name in others:
            seconds.append(_seconds(calls[usual]))
            ratios[name].append(_seconds(calls[name]) / seconds[-1])
    return median(seconds), {name: median(found) for name, found in ratios.items()}


def table(names: list[str]) -> str:
    """Return a Markdown table, a row for each operation (all where none is named)."""
    head = ["1080p", "BGR, ms", *list(FORMS)[1:]]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for name in names or OPERATIONS:
        seconds, ratios = measure(OPERATIONS[name])
        cells = [f"`{name}`", f"{1000 * seconds:.2f}", *(f"{each:.2f}" for each in ratios.values())]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table(sys.argv[1:]) + "\n")
