"""Bands of rows over threads: the same bytes, and no deadlock however they are called."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np
import pytest

import fastvbg
from fastvbg import reference
from fastvbg.bands import run_in_bands, thread_count
from fastvbg.compositing.planar import I420, NV12
from tests.support.arrays import LAYOUTS, random_frame, random_plane

COUNTS = (1, 2, 3, 7, 64)


def moved(frame: np.ndarray) -> np.ndarray:
    return frame ^ np.uint8(9)


def random_i420(height: int, width: int, seed: int) -> I420:
    half = (height + 1) // 2, (width + 1) // 2
    return I420(
        random_plane(height, width, seed),
        random_plane(*half, seed + 1),
        random_plane(*half, seed + 2),
    )


@pytest.mark.parametrize("threads", COUNTS)
@pytest.mark.parametrize("rows", [0, 1, 2, 5, 37])
@pytest.mark.parametrize("layout", ["contiguous", "padded rows", "upside down", "transposed"])
def test_any_count_gives_the_same_bytes(threads: int, rows: int, layout: str) -> None:
    prev, bg = random_frame(rows, 45), random_frame(rows, 45, 1)
    next, matte = moved(prev), random_plane(rows, 45)
    lay = LAYOUTS[layout]
    single = fastvbg.composite(prev, next, bg, threads=1)
    assert np.array_equal(fastvbg.composite(lay(prev), next, lay(bg), threads=threads), single)
    single = fastvbg.motion_mask(prev, next, threads=1)
    assert np.array_equal(fastvbg.motion_mask(prev, lay(next), threads=threads), single)
    single = fastvbg.blend(next, matte, bg, threads=1)
    assert np.array_equal(fastvbg.blend(next, lay(matte), lay(bg), threads=threads), single)


@pytest.mark.parametrize("threads", COUNTS)
@pytest.mark.parametrize("size", [(5, 7), (160, 90), (64, 48), (300, 1)])
def test_a_stretched_matte_gives_the_same_bytes(threads: int, size: tuple[int, int]) -> None:
    frame, bg, matte = random_frame(67, 90), random_frame(67, 90, 1), random_plane(*size)
    single = fastvbg.blend(frame, matte, bg, threads=1)
    assert np.array_equal(fastvbg.blend(frame, matte, bg, threads=threads), single)


@pytest.mark.parametrize("threads", COUNTS)
@pytest.mark.parametrize("rows", [0, 1, 2, 3, 37, 38])
def test_planar_bands_keep_chroma_with_its_luma(threads: int, rows: int) -> None:
    prev, next, bg = (random_i420(rows, 45, seed) for seed in (0, 3, 6))
    matte = random_plane(rows, 45)
    wanted = fastvbg.composite_planar(prev, next, bg, threshold=60, threads=1)
    got = fastvbg.composite_planar(prev, next, bg, threshold=60, threads=threads)
    assert all(np.array_equal(a, b) for a, b in zip(got, wanted, strict=True))
    wanted = fastvbg.blend_planar(next, matte, bg, threads=1)
    got = fastvbg.blend_planar(next, matte, bg, threads=threads)
    assert all(np.array_equal(a, b) for a, b in zip(got, wanted, strict=True))
    pair = [NV12(p.y, np.ascontiguousarray(np.stack([p.u, p.v], -1))) for p in (prev, next, bg)]
    got = fastvbg.composite_planar(*pair, threshold=60, threads=threads)
    wanted = fastvbg.composite_planar(*pair, threshold=60, threads=1)
    assert all(np.array_equal(a, b) for a, b in zip(got, wanted, strict=True))


def test_bands_cover_every_row_once() -> None:
    for rows in (1, 2, 9, 10, 64):
        for threads in (1, 2, 3, 8):
            for multiple in (1, 2):
                calls: SimpleQueue[tuple[int, int]] = SimpleQueue()
                run_in_bands(lambda *band, to=calls: to.put(band), rows, threads, multiple=multiple)
                seen = [calls.get() for _ in range(calls.qsize())]
                assert sorted(r for a, b in seen for r in range(a, b)) == list(range(rows))
                assert all(first % multiple == 0 for first, _ in seen)
                assert len(seen) == max(1, min(threads, -(-rows // multiple)))


def test_an_error_in_a_band_reaches_the_caller() -> None:
    def work(first: int, end: int) -> None:
        if first:
            raise KeyError(first)

    with pytest.raises(KeyError):
        run_in_bands(work, 10, 5)
    run_in_bands(lambda first, end: None, 10, 5)


def test_sixteen_callers_share_the_pool_without_deadlock() -> None:
    start = threading.Barrier(16)

    def call(seed: int) -> bool:
        prev, bg = random_frame(50, 70, seed), random_frame(50, 70, seed + 1)
        wanted = reference.composite(prev, moved(prev), bg)
        start.wait(timeout=60)
        return all(
            np.array_equal(fastvbg.composite(prev, moved(prev), bg, threads=4), wanted)
            for _ in range(40)
        )

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(call, range(16)))


def test_a_call_from_a_band_of_another_call_does_not_wait_for_itself() -> None:
    prev, bg = random_frame(50, 70), random_frame(50, 70, 1)
    wanted = reference.composite(prev, moved(prev), bg)
    results = []

    def work(first: int, end: int) -> None:
        results.append(fastvbg.composite(prev, moved(prev), bg, threads=8))

    run_in_bands(work, 8, 8)
    assert len(results) == 8
    assert all(np.array_equal(result, wanted) for result in results)


CHILD = """
import numpy as np, fastvbg, os, sys
a = np.arange(9600, dtype=np.uint8).reshape(40, 80, 3)
b = a ^ np.uint8(9)
wanted = fastvbg.composite(a, b, a, threads=1)
assert np.array_equal(fastvbg.composite(a, b, a, threads=4), wanted)
"""
FORK = """
child = os.fork()
if not child:
    same = np.array_equal(fastvbg.composite(a, b, a, threads=4), wanted)
    os._exit(0 if same else 1)
_, status = os.waitpid(child, 0)
assert np.array_equal(fastvbg.composite(a, b, a, threads=4), wanted)
sys.exit(os.waitstatus_to_exitcode(status))
"""
SPAWN = """
import multiprocessing
def work(seed):
    c = np.roll(a, seed)
    return int(fastvbg.composite(a, c, a, threads=4).sum())
if __name__ == "__main__":
    with multiprocessing.get_context(METHOD).Pool(2) as pool:
        assert pool.map(work, range(6)) == [work(seed) for seed in range(6)]
"""


def run_script(text: str, tmp_path) -> subprocess.CompletedProcess[str]:
    script = tmp_path / "script.py"
    script.write_text(CHILD + text)
    return subprocess.run(
        [sys.executable, "-W", "ignore", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_after_fork(tmp_path) -> None:
    done = run_script(FORK, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("method", ["spawn", "forkserver" if hasattr(os, "fork") else "spawn"])
def test_in_processes_of_a_pool(tmp_path, method: str) -> None:
    done = run_script(SPAWN.replace("METHOD", repr(method)), tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_default_count_follows_size_and_environment(monkeypatch) -> None:
    monkeypatch.setattr("fastvbg.bands.usable_cpus", lambda: 8)
    monkeypatch.delenv("FASTVBG_THREADS", raising=False)
    assert thread_count(None, 12 * 64 * 64) == 1
    assert thread_count(None, 10**10) == 8
    assert thread_count(3, 12) == 3
    monkeypatch.setenv("FASTVBG_THREADS", "5")
    assert thread_count(None, 10**10) == 5
    assert thread_count(None, 12 * 64 * 64) == 1
    assert thread_count(2, 10**10) == 2
    for wrong in ("9" * 5000, "0", "x", "1.5", "1000"):
        monkeypatch.setenv("FASTVBG_THREADS", wrong)
        with pytest.raises(fastvbg.OptionError, match="FASTVBG_THREADS: got"):
            thread_count(None, 10**10)


@pytest.mark.parametrize(
    ("bad", "error"),
    [(0, fastvbg.OptionError), (257, fastvbg.OptionError), (1.5, fastvbg.OptionTypeError)],
)
def test_a_wrong_count_is_refused(bad, error) -> None:
    frame, plane = random_frame(4, 4), random_plane(4, 4)
    planes = random_i420(4, 4, 0)
    for call in (
        lambda: fastvbg.composite(frame, frame, frame, threads=bad),
        lambda: fastvbg.motion_mask(frame, frame, threads=bad),
        lambda: fastvbg.blend(frame, plane, frame, threads=bad),
        lambda: fastvbg.composite_planar(planes, planes, planes, threads=bad),
        lambda: fastvbg.blend_planar(planes, plane, planes, threads=bad),
        lambda: fastvbg.Compositor(frame, threads=bad),
    ):
        with pytest.raises(error, match="^threads: got"):
            call()
