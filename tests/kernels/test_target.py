"""Which variant and width the kernels have is decided in one place, by environment and CPU."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from fastvbg.errors import OptionError
from fastvbg.kernels._target import TARGET, choose

SSE4 = {"cx16", "popcnt", "sahf", "sse3", "sse4.1", "sse4.2", "ssse3"}
AVX2 = SSE4 | {"avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"}
AVX512 = AVX2 | {f"avx512{part}" for part in ("f", "bw", "cd", "dq", "vl", "vbmi")}


@pytest.mark.parametrize(
    ("wanted", "machine", "features", "expected"),
    [
        ("auto", "x86_64", AVX512, ("vector", "avx512", 64)),
        ("auto", "amd64", AVX2, ("vector", "avx2", 32)),
        ("auto", "x86_64", AVX2 | {"avx512bw"}, ("vector", "avx2", 32)),
        ("auto", "x86_64", AVX2 - {"fma"}, ("vector", "any", 16)),
        ("auto", "x86_64", set(), ("vector", "any", 16)),
        ("vector", "riscv64", set(), ("vector", "any", 16)),
        ("auto", "aarch64", {"neon"}, ("vector", "any", 16)),
        ("auto", "arm64", set(), ("vector", "any", 16)),
        ("portable", "x86_64", AVX512, ("portable", "avx512", 64)),
        ("auto", "riscv64", set(), ("portable", "any", 16)),
    ],
)
def test_choice(wanted, machine, features, expected):
    assert choose(wanted, machine, features)[:3] == expected


def test_targets_have_names_of_their_own():
    targets = [
        choose("vector", "x86_64", AVX512),
        choose("vector", "x86_64", AVX2),
        choose("vector", "x86_64", SSE4),
        choose("vector", "x86_64", set()),
        choose("portable", "x86_64", AVX512),
        choose("vector", "aarch64", set()),
    ]
    assert len({target.name for target in targets}) == len(targets)


def test_bad_value_is_one_clear_line():
    with pytest.raises(OptionError, match="FASTVBG_KERNELS: got 'fast', wanted one of auto, vec"):
        choose("fast", "x86_64", AVX2)


def test_this_run_obeys_its_environment():
    wanted = os.environ.get("FASTVBG_KERNELS", "auto")
    if wanted != "auto":
        assert TARGET.variant == wanted


HASWELL = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+sse4.2,+fma,+bmi2"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (HASWELL, "vector-x86-64-v3\n"),
        ({"NUMBA_CPU_NAME": "generic"}, "vector-x86-64\n"),
        ({"NUMBA_CPU_NAME": "generic", "FASTVBG_KERNELS": "portable"}, "portable-x86-64\n"),
        ({"FASTVBG_KERNELS": "portable"}, "portable-x86-64-v"),
    ],
)
@pytest.mark.skipif(TARGET.level == "any", reason="names a CPU that this one is not")
def test_environment_decides(environment, expected):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_CPU", "FASTVBG_K"))}
    code = "from fastvbg.kernels._target import TARGET; print(TARGET.name)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=clean | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(expected)
