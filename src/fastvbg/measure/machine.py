"""What this machine is, in words a bug report or a benchmark record needs."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

import fastvbg
from fastvbg.bands import usable_cpus
from fastvbg.kernels._target import TARGET
from fastvbg.libraries import installed_opencv
from fastvbg.measure.cache import cache_state
from fastvbg.measure.probes import available_encoders

LIBRARIES = ("numpy", "numba", "llvmlite", "opencv-python", "pillow", "av", "typer", "rich")

# Widest first; LLVM's names of the features that matter for 8-bit pixels.
_VECTOR_SETS = (
    ("avx512bw", "AVX-512"),
    ("avx2", "AVX2"),
    ("sse4.1", "SSE4.1"),
    ("sse2", "SSE2"),
    ("neon", "NEON"),
)


def cpu_name() -> str:
    """Return the processor's name as the system gives it, else its architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def vector_features() -> list[str]:
    """Return the vector instruction sets that the processor has, widest first."""
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    return [name for feature, name in _VECTOR_SETS if features.get(feature)]


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that results depend on."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    for package, version in installed_opencv().items():
        if package != "opencv-python":
            versions["opencv-python"] = f"{version} ({package})"
    return versions


def cache_sizes() -> dict[str, str]:
    """Return the sizes of the processor's caches as Linux names them; empty elsewhere."""
    sizes = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        with suppress(OSError):
            level, kind, size = (
                (index / name).read_text().strip() for name in ("level", "type", "size")
            )
            if kind != "Instruction":
                sizes[f"L{level}"] = size
    return sizes


def memory_gib() -> float | None:
    """Return the machine's memory in GiB, where the system tells."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None


def machine_record() -> dict[str, Any]:
    """Return what benchmark figures depend on."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cpu": cpu_name(),
        "vector features": vector_features(),
        "kernels": TARGET.name,
        "cpus": usable_cpus(),
        "caches": cache_sizes(),
        "memory GiB": memory_gib(),
        "FASTVBG_THREADS": os.environ.get("FASTVBG_THREADS"),
        **library_versions(),
    }


def machine_facts() -> dict[str, Any]:
    """Return the facts in the order in which they are printed."""
    from llvmlite import binding

    caches = ", ".join(f"{level} {size}" for level, size in cache_sizes().items())
    return {
        "fastvbg": fastvbg.__version__,
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": platform.platform(),
        **library_versions(),
        "cpu": cpu_name(),
        "cpu target": binding.get_host_cpu_name(),
        "vector features": ", ".join(vector_features()) or "none known",
        "kernels": TARGET.name,
        "caches": caches or "unknown",
        "memory": f"{memory_gib()} GiB",
        "threads": usable_cpus(),
        "kernel cache": cache_state(),
        "encoders": ", ".join(available_encoders()),
    }
