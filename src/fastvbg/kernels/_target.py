"""The one place that decides, by CPU and environment, which kernels run and how wide.

`FASTVBG_KERNELS` is `auto` (default), `vector` (explicit vectors) or `portable` (plain loops that
LLVM vectorizes as it can). All give the same bytes. The CPU is the one that Numba compiles for, so
`NUMBA_CPU_NAME` and `NUMBA_CPU_FEATURES` count.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from numba.core import codegen, config

from fastvbg.errors import OptionError

_CHOICES = ("auto", "vector", "portable")


class Target(NamedTuple):
    """What the kernels are compiled for.

    Parameters
    ----------
    variant : {"vector", "portable"}
        Explicit vectors, or plain loops.
    level : {"avx512", "avx2", "any"}
        What the vector code may assume: AVX-512 with byte permutations (VBMI), AVX2, or only what
        LLVM lowers on every CPU (NEON among them).
    lanes : int
        Bytes in a vector.
    stream_bytes : int
        From how many bytes read and written on results are stored past the caches.
    """

    variant: str
    level: str
    lanes: int
    stream_bytes: int

    @property
    def x86(self) -> bool:
        """Whether x86's own instructions may be named."""
        return self.level != "any"

    @property
    def name(self) -> str:
        """A name that differs for all code that differs."""
        if self.variant == "portable":
            return "portable"
        return f"vector-{self.level}-{self.stream_bytes}"


def _features() -> set[str]:
    """Return the features that Numba's code may use, those of a named CPU only where listed."""
    listed = config.CPU_FEATURES
    if listed is None:
        listed = codegen.get_host_cpu_features()
    return {word[1:] for word in str(listed).split(",") if word.startswith("+")}


def _level(machine: str, features: set[str]) -> tuple[str, int]:
    if machine in ("x86_64", "amd64"):
        if {"avx512bw", "avx512vl", "avx512vbmi"} <= features:
            return "avx512", 64
        # AVX-512 without byte permutations takes this way too: its shuffles would cost more than
        # the wider registers save.
        if "avx2" in features:
            return "avx2", 32
    return "any", 16


def _largest_cache() -> int:
    """Return the size of the largest cache of a CPU in bytes, 32 MiB where nobody says."""
    sizes = [32 << 10]
    for path in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        with suppress(OSError, ValueError):
            sizes.append(int(path.read_text().strip().removesuffix("K")))
    return (max(sizes[1:]) if len(sizes) > 1 else sizes[0]) << 10


# Streaming stores spare the read of each line that is written. Measured for composite on Zen 4 with
# 32 MiB of last-level cache, time with ordinary over time with streaming stores, alone, with a pass
# that reads `out` at once, and with a copy of `out`: 1.01, 0.97, 0.80 at 3.7 MB in all (480p),
# 1.07, 0.97, 0.88 at 11 MB (720p), 1.2, 1.1, 0.95 at 25 MB (1080p), 1.2, 1.2, 1.1 at 100 MB (4K).
# Planar composite: 1.02 alone and 0.88 with a copy at 12 MB (1080p), 1.25 and 1.12 at 50 MB (4K).
# So they are the default from half of the cache on, also for a caller who reads `out` at once.
_STREAM_SHARE = 2


def choose(wanted: str, machine: str, features: set[str], cache_bytes: int = 32 << 20) -> Target:
    """Decide the target from `FASTVBG_KERNELS`, the machine's architecture, features and cache."""
    if wanted not in _CHOICES:
        raise OptionError(f"FASTVBG_KERNELS: got {wanted!r}, wanted one of {', '.join(_CHOICES)}")
    level, lanes = _level(machine, features)
    stream_bytes = cache_bytes // _STREAM_SHARE
    # SSE2 alone has no byte shuffle, without which taking pixels apart costs more than it saves.
    slow = level == "any" and machine not in ("aarch64", "arm64")
    if wanted == "portable" or (wanted == "auto" and slow):
        return Target("portable", level, lanes, stream_bytes)
    return Target("vector", level, lanes, stream_bytes)


TARGET: Final = choose(
    os.environ.get("FASTVBG_KERNELS") or "auto",
    platform.machine().lower(),
    _features(),
    _largest_cache(),
)
