"""Libraries that do not load, made of a few lines, for processes that are started with them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import fastvbg

WITHOUT_WINDOWS = "libGL.so.1: cannot open shared object file: No such file or directory"

# As OpenCV's own loader: a mark of the import under way, which outlives one that fails.
OPENCV = f"""
import sys
def bootstrap():
    if hasattr(sys, "OpenCV_LOADER"):
        print(sys.path)
        raise ImportError("recursion is detected")
    sys.OpenCV_LOADER = True
    raise ImportError({WITHOUT_WINDOWS!r})
bootstrap()
"""
NUMBA = 'raise ImportError("Numba needs NumPy 9.9 or less. Got NumPy 10.0.")'
PYAV = "raise OSError('a part of it is missing')"
DEADLY = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


def put(folder: Path, **modules: str) -> Path:
    """Write packages of these names and this content; return their folder."""
    for name, content in modules.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(content)
    return folder


def python(
    *arguments: str, path: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run this interpreter where `path` comes before everything that is installed."""
    own = Path(fastvbg.__file__).parents[1]
    folders = [str(folder) for folder in (path, own) if folder is not None]
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
