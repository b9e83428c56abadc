"""Compile the kernels for a wheel: `python -m tools.make_kernels`, then `python -m build --wheel`.

For each level of this kind of CPU they go to `src/fastvbg/kernels/made`, which no commit holds. A
wheel that is built while they are there carries them and is for this platform alone; whoever
installs it compiles nothing, unless the CPU is older than the lowest level.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
MADE = ROOT / "src" / "fastvbg" / "kernels" / "made"

# By machine: what each level is asked for by. A CPU need not have a level to compile for it.
_X86 = ("+sse4.2", "+avx2", "+avx2,+avx512vbmi")
LEVELS = {"x86_64": _X86, "amd64": _X86, "aarch64": ("+neon",), "arm64": ("+neon",)}


def compile_level(features: str, folder: Path) -> None:
    """Fill a cache folder with all kernels of a level."""
    code = "from fastvbg.cli import main; main(['warmup', '--quiet'])"
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={
            **{name: value for name, value in os.environ.items() if name != "FASTVBG_KERNELS"},
            "PYTHONPATH": str(ROOT / "src"),
            "NUMBA_CACHE_DIR": str(folder),
            "NUMBA_CPU_FEATURES": features,
        },
    )


def main() -> int:
    """Compile all levels."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    levels = LEVELS.get(platform.machine().lower(), ())
    shutil.rmtree(MADE, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        for features in levels:
            compile_level(features, Path(folder))
        if levels:
            shutil.copytree(Path(folder, "fastvbg"), MADE)
    files = list(MADE.rglob("*.kernel"))
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} kernels for {len(levels)} levels of CPUs, {size / 1e6:.1f} MB: {MADE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
