"""Calls that a kernel checks itself: it takes nothing that the slow checks would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import fastvbg
from fastvbg.bands import alone_below
from fastvbg.compositing.planar import I420, NV12, blend_planar, composite_planar
from fastvbg.kernels._kernel import Module

if TYPE_CHECKING:
    from collections.abc import Callable

frames, planar = Module("composite.frames"), Module("composite.planar")
KERNELS = {
    "composite": frames.composite,
    "motion_mask": frames.motion_mask,
    "blend": frames.blend,
    "planar": planar.composite_i420,
    "planar nv12": planar.composite_nv12,
    "blend_planar": planar.blend_i420,
    "blend_planar nv12": planar.blend_nv12,
}
ROWS, COLS = 7, 45


def _memory(count: int) -> list[Any]:
    rng = np.random.default_rng(5)
    return [rng.integers(0, 256, 4 * ROWS * COLS + 64, np.uint8) for _ in range(count)]


def _frame(memory: Any, shift: int = 0, shape: tuple[int, ...] = (ROWS, COLS, 3)) -> Any:
    size = int(np.prod(shape))
    return memory[shift : shift + size].reshape(shape)


def _forms(memory: Any, *, of_nv12: bool = False) -> Any:
    chroma = (ROWS + 1) // 2, (COLS + 1) // 2
    size, part = ROWS * COLS, chroma[0] * chroma[1]
    y = memory[:size].reshape(ROWS, COLS)
    if of_nv12:
        return NV12(y, memory[size : size + 2 * part].reshape(*chroma, 2))
    u, v = (memory[size + k * part : size + (k + 1) * part].reshape(chroma) for k in range(2))
    return I420(y, u, v)


def _calls() -> dict[str, Callable[..., Any]]:
    """Return each operation as a function of `out` alone, over inputs of its own."""
    a, b, c, d = _memory(4)
    prev, next, bg = _frame(a), _frame(b), _frame(c)
    matte = _frame(d, shape=(ROWS, COLS))
    calls: dict[str, Callable[..., Any]] = {
        "composite": lambda out, **more: fastvbg.composite(prev, next, bg, out=out, **more),
        "motion_mask": lambda out, **more: fastvbg.motion_mask(prev, next, out=out, **more),
        "blend": lambda out, **more: fastvbg.blend(prev, matte, bg, out=out, **more),
    }
    for nv12 in (False, True):
        p, n, g = (_forms(x, of_nv12=nv12) for x in (a, b, c))
        end = " nv12" * nv12
        calls["planar" + end] = lambda out, p=p, n=n, g=g, **more: composite_planar(
            p, n, g, out=out, **more
        )
        calls["blend_planar" + end] = lambda out, p=p, g=g, **more: blend_planar(
            p, matte, g, out=out, **more
        )
    return calls


def _new_out(name: str) -> Any:
    (memory,) = _memory(1)
    if "planar" in name:
        return _forms(memory, of_nv12="nv12" in name)
    return _frame(memory, shape=(ROWS, COLS) if name == "motion_mask" else (ROWS, COLS, 3))


def _bytes(made: Any) -> bytes:
    parts = made if isinstance(made, tuple) else (made,)
    return b"".join(part.tobytes() for part in parts)


def _watched(monkeypatch: pytest.MonkeyPatch, name: str) -> list[bool]:
    """Return what a kernel will answer where it is called alone."""
    answers: list[bool] = []
    own = KERNELS[name].alone

    def alone(*arguments: Any) -> bool:
        answers.append(bool(own(*arguments)))
        return answers[-1]

    monkeypatch.setattr(KERNELS[name], "alone", alone)
    return answers


def _slowly(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(KERNELS[name], "alone", lambda *_: False)


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("threads", [None, 1])
def test_usual_calls_are_done_alone(
    name: str, threads: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = _calls()[name]
    expected = _bytes(call(None))  # which also loads the kernel
    answers = _watched(monkeypatch, name)
    out = _new_out(name)
    assert call(out, threads=threads) is out
    assert _bytes(out) == expected
    assert answers == [bool(KERNELS[name].definition.fallback)]


def _outcome(call: Callable[[], Any]) -> Any:
    """Return the bytes that a call gives, or what it raises."""
    try:
        return _bytes(call())
    except (TypeError, ValueError) as error:
        return type(error), str(error)


def _cases() -> dict[str, Callable[[], Any]]:
    """Return calls that are anything but usual, each over new arrays."""

    def of_frames(change: Callable[..., Any]) -> Callable[[], Any]:
        def call() -> Any:
            prev, next, bg, out = (_frame(memory) for memory in _memory(4))
            return change(prev, next, bg, out)

        return call

    def shifted(prev: Any, next: Any, bg: Any, out: Any) -> Any:
        memory = _memory(1)[0]
        return fastvbg.composite(_frame(memory), next, bg, out=_frame(memory, 3))

    def in_place(prev: Any, next: Any, bg: Any, out: Any) -> Any:
        return fastvbg.composite(prev, next, bg, out=next)

    def mask_over_frame(prev: Any, next: Any, bg: Any, out: Any) -> Any:
        plane = prev.reshape(-1)[: ROWS * COLS].reshape(ROWS, COLS)
        return fastvbg.motion_mask(prev, next, out=plane)

    def matte_over_out(prev: Any, next: Any, bg: Any, out: Any) -> Any:
        return fastvbg.blend(prev, out.reshape(-1)[: ROWS * COLS].reshape(ROWS, COLS), bg, out=out)

    def read_only(prev: Any, next: Any, bg: Any, out: Any) -> Any:
        out.flags.writeable = False
        return fastvbg.composite(prev, next, bg, out=out)

    def broadcast(prev: Any, next: Any, bg: Any, out: Any) -> Any:
        same = np.lib.stride_tricks.as_strided(out, out.shape, (0, 3, 1))
        return fastvbg.composite(prev, next, bg, out=same)

    def with_gaps(prev: Any, next: Any, bg: Any, out: Any) -> Any:
        parts = (array[:, 1:-1] for array in (prev, next, bg, out))
        prev, next, bg, out = parts
        return fastvbg.composite(prev, next, bg, out=out)

    return {
        "shifted": of_frames(shifted),
        "in place": of_frames(in_place),
        "mask over a frame": of_frames(mask_over_frame),
        "matte over out": of_frames(matte_over_out),
        "read-only": of_frames(read_only),
        "broadcast": of_frames(broadcast),
        "with gaps": of_frames(with_gaps),
        "two channels": of_frames(
            lambda *frames: fastvbg.composite(
                *(f[..., :2] for f in frames[:3]), out=frames[3][..., :2]
            )
        ),
        "another size": of_frames(lambda p, n, b, o: fastvbg.composite(p, n, b[:-1], out=o)),
        "another matte": of_frames(lambda p, n, b, o: fastvbg.blend(p, n[:4, :5, 0], b, out=o)),
        "floats": of_frames(lambda p, n, b, o: fastvbg.composite(p, n, b.astype(float), out=o)),
        "masked": of_frames(lambda p, n, b, o: fastvbg.composite(p, n, np.ma.array(b), out=o)),
        "no array": of_frames(lambda p, n, b, o: fastvbg.blend(p, n[..., 0].tolist(), b, out=o)),
        "high": of_frames(lambda p, n, b, o: fastvbg.composite(p, n, b, out=o, threshold=256)),
        "low": of_frames(lambda p, n, b, o: fastvbg.motion_mask(p, n, out=o[..., 0], threshold=-1)),
        "true": of_frames(lambda p, n, b, o: fastvbg.composite(p, n, b, out=o, threads=True)),
        "list": of_frames(lambda p, n, b, o: fastvbg.composite(p, n, b, out=o, threads=[1])),
        "none": of_frames(lambda p, n, b, o: fastvbg.composite(p, n, b, out=o, threads=0)),
        "order": of_frames(lambda p, n, b, o: fastvbg.composite(p, n, b, out=o, order=p)),
        "empty": of_frames(
            lambda p, n, b, o: fastvbg.composite(p[:0], n[:0], b[:0], out=o[:0], threads=3)
        ),
    }


@pytest.mark.parametrize("name", _cases())
def test_what_is_not_usual_is_told_by_the_checks(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for call in _calls().values():
        call(None)
    got = _outcome(_cases()[name])
    for kernel in KERNELS.values():
        monkeypatch.setattr(kernel, "alone", lambda *_: False)
    assert got == _outcome(_cases()[name])


_PLANES: dict[str, Callable[..., Any]] = {
    "plain tuples": lambda p, n, g, o: composite_planar(*map(tuple, (p, n, g)), out=tuple(o)),
    "masked": lambda p, n, g, o: composite_planar(p, n, g._replace(u=np.ma.array(g.u)), out=o),
    "chroma as luma": lambda p, n, g, o: composite_planar(
        *(x._replace(u=x.y, v=x.y) for x in (p, n, g)), out=o._replace(u=o.y, v=o.y)
    ),
    "luma over chroma": lambda p, n, g, o: composite_planar(p, n, g, out=o._replace(u=n.v)),
    "in place": lambda p, n, g, o: composite_planar(p, n, g, out=p),
    "cropped": lambda p, n, g, o: composite_planar(
        *(I420(x.y[:, 2:], x.u[:, 1:], x.v[:, 1:]) for x in (p, n, g)),
        out=I420(o.y[:, 2:], o.u[:, 1:], o.v[:, 1:]),
    ),
    "matrix": lambda p, n, g, o: composite_planar(p, n, g, out=o, matrix="bt2"),
    "range": lambda p, n, g, o: composite_planar(p, n, g, out=o, range=["full"]),
    "threshold": lambda p, n, g, o: composite_planar(p, n, g, out=o, threshold=300),
    "matte in out": lambda p, n, g, o: blend_planar(p, o.y, g, out=o),
    "matte over chroma": lambda p, n, g, o: blend_planar(
        p, np.ascontiguousarray(n.y), g, out=o._replace(y=n.y)
    ),
    "another matte": lambda p, n, g, o: blend_planar(p, n.y[1:], g, out=o),
}


@pytest.mark.parametrize("name", _PLANES)
def test_planes_that_are_not_usual_are_told_by_the_checks(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for call in _calls().values():
        call(None)
    got = _outcome(lambda: _PLANES[name](*map(_forms, _memory(4))))
    for kernel in KERNELS.values():
        monkeypatch.setattr(kernel, "alone", lambda *_: False)
    assert got == _outcome(lambda: _PLANES[name](*map(_forms, _memory(4))))


def test_a_frame_that_more_threads_may_do_is_not_done_alone() -> None:
    most = -alone_below(None)
    assert alone_below(1) < -most
    assert alone_below(2) == alone_below(True) == -1
    prev, next, bg, out = (_frame(memory) for memory in _memory(4))
    fastvbg.composite(prev, next, bg, out=out)
    traffic = 4 * out.size
    assert frames.composite.alone(prev, next, bg, out, 3, 0, -traffic) is False
    assert frames.composite.alone(prev, next, bg, out, 3, 0, -traffic - 1) is True
