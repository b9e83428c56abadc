"""What a user waits for at the start, each in fresh processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FIRST_COMPOSITE = (
    "import numpy as np, fastvbg; a = np.zeros((4, 4, 3), np.uint8); fastvbg.composite(a, a, a)"
)
CASES = {
    "interpreter and numpy": "import numpy",
    "import fastvbg": "import numpy, fastvbg",
    "first composite, warm cache": FIRST_COMPOSITE,
}


@pytest.mark.parametrize("case", CASES)
def test_start(benchmark: Any, tmp_path: Path, case: str) -> None:
    def start() -> int:
        return subprocess.run(
            [sys.executable, "-c", CASES[case]],
            check=True,
            env={"NUMBA_CACHE_DIR": str(tmp_path), "PATH": ""},
        ).returncode

    assert start() == 0
    benchmark.group = "start"
    benchmark.pedantic(start, rounds=7)


def test_first_composite_with_a_cold_cache(benchmark: Any, tmp_path: Path) -> None:
    caches = iter(range(100))

    def start() -> int:
        return subprocess.run(
            [sys.executable, "-c", FIRST_COMPOSITE],
            check=True,
            env={"NUMBA_CACHE_DIR": str(tmp_path / str(next(caches))), "PATH": ""},
        ).returncode

    assert start() == 0
    benchmark.group = "start"
    benchmark.pedantic(start, rounds=5)
