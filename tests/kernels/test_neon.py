"""The vector kernels lower to NEON without being taken apart lane by lane."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest
from llvmlite import binding

TOOL = Path(__file__).parents[2] / "tools" / "neon_check.py"


@pytest.mark.long
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="compiles for x86 first")
@pytest.mark.skipif(binding.llvm_version_info < (15,), reason="LLVM 14 takes blends apart")
def test_kernels_lower_to_neon():
    done = subprocess.run([sys.executable, TOOL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "frames.composite" in done.stdout
