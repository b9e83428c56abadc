"""A wheel that carries compiled kernels is for one platform."""

from __future__ import annotations

import platform
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KernelsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Tags the wheel where `tools/make_kernels.py` has been run."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Name the platform that the kernels are for, if there are any."""
        if not Path(self.root, "src", "fastvbg", "kernels", "made").is_dir():
            return
        where = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        if where.startswith("linux_"):
            # The objects call nothing of glibc but memcpy and its like.
            where = f"manylinux_2_17_{platform.machine().lower()}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{where}"
