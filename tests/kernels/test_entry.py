"""What Python calls: arguments taken apart, checked, and answered, without Numba."""

from __future__ import annotations

import ast
import threading
from pathlib import Path

import numpy as np
import pytest

import fastvbg
from fastvbg.kernels._kernel import named
from fastvbg.kernels.person.plan import reduce_scratch
from fastvbg.warmup import all_kernels
from tests.support import faults

ROOT = Path(fastvbg.__file__).parent


def frames(count: int, shape: tuple[int, ...] = (5, 7, 3)) -> list[np.ndarray]:
    return [np.full(shape, 20 * k, np.uint8) for k in range(count)]


def composite(*arguments: object) -> None:
    named("composite.frames.composite").call(*arguments)


def test_each_name_that_callers_use_is_that_of_a_kernel() -> None:
    used: set[str] = set()
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {
            each.targets[0].id: each.value.args[0].value
            for each in tree.body
            if isinstance(each, ast.Assign)
            and isinstance(each.value, ast.Call)
            and getattr(each.value.func, "id", "") == "Module"
        }
        used |= {
            f"{modules[each.value.id]}.{each.attr}"
            for each in ast.walk(tree)
            if isinstance(each, ast.Attribute) and getattr(each.value, "id", "") in modules
        }
    assert len(used) > 40
    assert used <= set(all_kernels())
    for name in used:
        assert named(name).definition.signature


def test_a_name_has_one_kernel() -> None:
    from fastvbg.kernels.refine import guided

    assert named("refine.guided.smooth") is guided.smooth


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, None),
        (0, 7),
        (0, [[[1, 2, 3]]]),
        (1, np.zeros((5, 7), np.uint8)),
        (1, np.zeros((5, 7, 3), np.int8)),
        (2, np.zeros((5, 7, 3), np.uint16)),
        (2, np.zeros((5, 7, 3), bool)),
        (3, np.broadcast_to(np.uint8(0), (5, 7, 3))),
    ],
    ids=["None", "number", "lists", "plane", "signed", "words", "truths", "read-only"],
)
def test_arrays_of_another_type_are_refused(place: int, value: object) -> None:
    given = frames(4)
    given[place] = value  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=rf"^composite.frames.composite: argument {place}: wanted"):
        composite(*given, 10, 0, 5)


def test_numbers_and_their_count_are_checked() -> None:
    with pytest.raises(TypeError, match="wanted 7 arguments"):
        composite(*frames(4), 10, 0)
    with pytest.raises(TypeError):
        composite(*frames(4), "ten", 0, 5)
    with pytest.raises(OverflowError):
        composite(*frames(4), 1 << 70, 0, 5)
    composite(*frames(4), np.int64(-1), False, np.uint8(5))


def test_parts_of_tuples_are_checked() -> None:
    planes = [np.zeros((4, 4), np.uint8), np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint8)]
    call = named("composite.planar.composite_i420").call
    good, known = tuple(planes), np.zeros((0, 0), np.uint8)
    call(good, good, good, good, known, (0,) * 9, 10, 4)
    bad = (planes[0], planes[1], np.zeros((2, 2), np.int16))
    with pytest.raises(TypeError, match=r"1\[2\]: wanted an aligned array of 2 axes of uint8"):
        call(good, bad, good, good, known, (0,) * 9, 10, 4)
    with pytest.raises(TypeError, match="argument 1: wanted a tuple of 3"):
        call(good, good[:2], good, good, known, (0,) * 9, 10, 4)
    with pytest.raises(TypeError, match="argument 1: wanted a tuple of 3"):
        call(good, list(good), good, good, known, (0,) * 9, 10, 4)


def test_a_byte_order_of_another_machine_is_refused() -> None:
    plane, out = np.zeros((8, 8), np.uint8), np.zeros((4, 4), np.uint8)
    scratch = reduce_scratch(4, 2)
    reduce = named("person.canvas.reduce").call
    reduce(plane, out, 2, scratch)
    with pytest.raises(
        TypeError, match="3: wanted an aligned array of 2 axes of int16, in C order"
    ):
        reduce(plane, out, 2, scratch.astype(scratch.dtype.newbyteorder()))
    with pytest.raises(TypeError, match="argument 3"):  # its rows are not one after the other
        reduce(plane, out, 2, np.zeros((2, 600), np.int16)[:, ::2])


def test_subclasses_of_arrays_are_arrays(tmp_path: Path) -> None:
    given = frames(4)
    kept = np.memmap(tmp_path / "frame", np.uint8, "w+", shape=given[0].shape)
    composite(*given[:3], kept, 10, 0, 5)
    composite(*given, 10, 0, 5)
    assert np.array_equal(kept, given[3])


def test_answers() -> None:
    mask = np.zeros((9, 9), np.uint8)
    mask[2:4, 3:8] = 255
    box = named("person.canvas.box").call(mask, 100)
    assert isinstance(box, tuple)
    assert [type(edge) for edge in box] == [int] * 4
    assert named("composite.frames.composite").call(*frames(4), 10, 0, 5) is None


def test_others_run_meanwhile() -> None:
    """The interpreter's lock is let go: another thread counts while a long call runs."""
    matte = np.random.default_rng(1).integers(0, 256, (4000, 6000), np.uint8)
    counted, over = [0], threading.Event()

    def count() -> None:
        while not over.is_set():
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    fastvbg.smooth_guided(matte[:8, :8], matte[:8, :8])
    before = counted[0]
    fastvbg.smooth_guided(matte, matte)
    meanwhile = counted[0] - before
    over.set()
    thread.join()
    assert meanwhile > 100


USED = """
import sys, numpy as np, fastvbg
a = np.zeros((8, 8, 3), np.uint8)
fastvbg.composite(a, a, a)
fastvbg.smooth_guided(a[..., 0], a[..., 0])
print(sorted({"numba", "cv2", "av", "PIL"} & set(sys.modules)))
"""


def test_what_is_kept_runs_without_numba() -> None:
    assert faults.python("-c", USED).returncode == 0
    assert faults.python("-c", USED).stdout == "[]\n"
