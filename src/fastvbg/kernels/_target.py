"""The one place that decides, by CPU and environment, which kernels run and how wide.

`FASTVBG_KERNELS` is `auto` (default), `vector` (explicit vectors) or `portable` (plain loops that
LLVM vectorizes as it can). All give the same bytes. Code is made for a level of CPUs, not for the
one at hand, so it can be carried to others: the levels of the x86-64 psABI, and AArch64 with NEON.
`NUMBA_CPU_NAME` and `NUMBA_CPU_FEATURES` count here as they do for Numba.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import llvmlite.binding as llvm

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
    cpu, features : str
        What the code may use, in LLVM's words.
    """

    variant: str
    level: str
    lanes: int
    cpu: str
    features: str

    @property
    def x86(self) -> bool:
        """Whether x86's own instructions may be named."""
        return self.level != "any"

    @property
    def name(self) -> str:
        """A name that differs for all code that differs."""
        more = self.features.replace(",", "")
        return f"{self.variant}-{self.cpu}{more}"


def _asked() -> tuple[str, str | None]:
    """Return the name and the features of a CPU that the environment asks for."""
    name = os.environ.get("NUMBA_CPU_NAME", "")
    listed = os.environ.get("NUMBA_CPU_FEATURES")
    return name, "" if listed is None and name.lower() == "generic" else listed


def host_has_avx512() -> bool:
    """Tell whether this CPU itself has AVX-512, whatever kernels are compiled for."""
    return bool(llvm.get_host_cpu_features().get("avx512f"))


def _features() -> set[str]:
    """Return the features that code may use: those that are listed, else this CPU's."""
    _, listed = _asked()
    if listed is None:
        return {name for name, there in llvm.get_host_cpu_features().items() if there}
    found = {word[1:] for word in listed.split(",") if word.startswith("+")}
    # Nobody lists all; a CPU that has one of these has the level's others.
    for sign, level in (("avx512vbmi", _AVX512), ("avx2", _V3), ("sse4.2", _V2)):
        if sign in found:
            found |= level
    return found


_AVX512 = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512vbmi"}
_V3 = {"avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"}
_V2 = {"cx16", "popcnt", "sahf", "sse3", "sse4.1", "sse4.2", "ssse3"}

# LLVM halves vectors of 64 bytes for the level by itself, since some CPUs slow down with wide ones.
_WIDE = "+avx512vbmi,-prefer-256-bit"


def _level(machine: str, features: set[str]) -> tuple[str, int, str, str]:
    """Return the level, the bytes in a vector, and what the code is made for."""
    if machine in ("aarch64", "arm64"):
        return "any", 16, "generic", "+neon"
    if machine not in ("x86_64", "amd64"):
        return "any", 16, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    if features >= _AVX512 | _V3:
        return "avx512", 64, "x86-64-v4", _WIDE
    # AVX-512 without byte permutations takes this way too: its shuffles would cost more than the
    # wider registers save.
    if features >= _V3:
        return "avx2", 32, "x86-64-v3", ""
    return "any", 16, "x86-64-v2" if features >= _V2 else "x86-64", ""


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
STREAM_SHARE = 2


def choose(wanted: str, machine: str, features: set[str]) -> Target:
    """Decide the target from `FASTVBG_KERNELS`, the machine's architecture and features."""
    if wanted not in _CHOICES:
        raise OptionError(f"FASTVBG_KERNELS: got {wanted!r}, wanted one of {', '.join(_CHOICES)}")
    level, lanes, cpu, usable = _level(machine, features)
    # With SSE2 alone, which has no byte shuffle, vectors take 0.04 to 1.1 of plain loops' time, and
    # less with SSE 4.2. Nothing was measured of machines of other kinds.
    known = machine in ("x86_64", "amd64", "aarch64", "arm64")
    portable = wanted == "portable" or (wanted == "auto" and not known)
    return Target("portable" if portable else "vector", level, lanes, cpu, usable)


TARGET: Final = choose(
    os.environ.get("FASTVBG_KERNELS") or "auto", platform.machine().lower(), _features()
)
STREAM_BYTES: Final = _largest_cache() // STREAM_SHARE
"""From how many bytes read and written on results are stored past the caches, on this machine."""
