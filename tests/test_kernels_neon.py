"""The vector kernels lower to NEON without being taken apart lane by lane."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[1] / "tools" / "neon_check.py"


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="compiles for x86 first")
def test_kernels_lower_to_neon():
    done = subprocess.run([sys.executable, TOOL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "frames.composite" in done.stdout
