"""What a user waits for at the start: import and the first composite, in fresh processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fastvbg.measure.timing import Timing

_FIRST_COMPOSITE = (
    "import numpy as np, fastvbg; a = np.zeros((4, 4, 3), np.uint8); fastvbg.composite(a, a, a)"
)
_CASES = {
    "python and numpy": "import numpy",
    "and import fastvbg": "import numpy, fastvbg",
    "and composite, warm cache": _FIRST_COMPOSITE,
}
_COLD = "and composite, cold cache"
_RUNS = 4


def time_startup(runs: int = _RUNS) -> dict[str, Timing]:
    """Time whole processes, from their start to their end.

    Parameters
    ----------
    runs : int
        How often each is started.

    Returns
    -------
    dict of str to Timing
        Each case with those before it included; milliseconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        warm = str(Path(folder, "warm"))
        _time_process(_FIRST_COMPOSITE, warm)
        samples: dict[str, list[float]] = {name: [] for name in (*_CASES, _COLD)}
        for run in range(runs):
            for name, code in _CASES.items():
                samples[name].append(_time_process(code, warm))
            samples[_COLD].append(_time_process(_FIRST_COMPOSITE, str(Path(folder, f"cold{run}"))))
    return {name: _summary(values) for name, values in samples.items()}


def _time_process(code: str, cache: str) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "NUMBA_CACHE_DIR": cache}
    )
    return (time.perf_counter() - start) * 1e3


def _summary(values: list[float]) -> Timing:
    median = statistics.median(values)
    return Timing(median, statistics.median(abs(v - median) for v in values), len(values))
