"""What fastvbg needs of a machine, looked over one by one."""

from __future__ import annotations

import platform
import re
import sys
from importlib import metadata

from fastvbg.devices.facts import live_facts
from fastvbg.libraries import installed_opencv
from fastvbg.measure.probes import BAD, GOOD, NOTE, PROBES, Finding, probe_apart
from fastvbg.models.store import models_state

__all__ = ["examine"]


def examine() -> list[Finding]:
    """Look over what fastvbg needs.

    Returns
    -------
    list of Finding
        One for each thing, in the order in which it is needed.
    """
    found = [Finding(GOOD, "Python", f"{platform.python_version()} ({sys.executable})")]
    found += probe_apart(*PROBES)
    if any(finding.subject == "OpenCV" and finding.state == BAD for finding in found):
        # The runtimes stand on OpenCV, which has its own line.
        found = [finding for finding in found if finding.subject != "model runtimes"]
    found += _too_old()
    # What only live mode wants is nothing wrong with a machine for files.
    found += [Finding(GOOD if ok else NOTE, name, text) for name, ok, text in live_facts()]
    state = models_state()
    if state.startswith("2 of 2"):
        return [*found, Finding(GOOD, "person models", state)]
    text = f"{state}; --mask person fetches them at its first use, 'fastvbg models fetch' does now"
    return [*found, Finding(NOTE, "person models", text)]


def _too_old() -> list[Finding]:
    """Return what is older than fastvbg's own requirements say, as far as those are at hand."""
    try:
        requirements = metadata.requires("fastvbg") or []
    except metadata.PackageNotFoundError:
        return []
    found = []
    for requirement in requirements:
        parts = re.fullmatch(r"([\w.-]+)>=([\d.]+)", requirement)
        if parts is None:
            continue  # of an extra
        package, lowest = parts.groups()
        have = _version(package)
        if have is not None and _numbers(have) < _numbers(lowest):
            anew = f"'{sys.executable} -m pip install --upgrade {package}'"
            found.append(Finding(BAD, package, f"got {have}, wanted {lowest} or later; {anew}"))
    return found


def _version(package: str) -> str | None:
    if package == "opencv-python":
        return next(iter(installed_opencv().values()), None)
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
