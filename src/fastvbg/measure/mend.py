"""OpenCV put right where it does not load: the build that needs nothing of the system."""

from __future__ import annotations

import sys
import tempfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fastvbg.errors import MissingLibraryError
from fastvbg.libraries import SYSTEM_PACKAGES, installed_opencv
from fastvbg.models.fetch import pip_reason, run_pip

if TYPE_CHECKING:
    from fastvbg.models.fetch import Runner, Tell

__all__ = ["mend_opencv"]

_OTHER = f"or 'apt-get install {SYSTEM_PACKAGES}' adds what OpenCV lacks"


def mend_opencv(tell: Tell, run: Runner | None = None) -> None:
    """Replace what is installed of OpenCV by the same version without windows.

    All of OpenCV's packages write to the same folder, so all are removed first; the new one is
    downloaded before that.

    Parameters
    ----------
    tell : callable
        Called with one line before anything is done.
    run : callable, optional
        Runs a command and returns what became of it; `subprocess.run` when absent.

    Raises
    ------
    MissingLibraryError
        There is no pip, or it fails: one line each.
    """
    installed = installed_opencv()
    wanted = _replacement(installed)
    _check_owner(installed, wanted)
    if run is None:
        _check_pip(wanted)
        run = run_pip
    there = " and ".join(f"{name} {version}" for name, version in installed.items())
    tell(f"OpenCV does not load; installing {wanted} in place of {there or 'none'}")
    pip = [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory(prefix="fastvbg-opencv-") as scratch:
        command = [*pip, "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--retries", "2", "--timeout", "20", "--dest", scratch, wanted]
        _do(
            run,
            command,
            f"{wanted} cannot be downloaded",
            "nothing was changed; a network is needed",
        )
        wheels = [str(wheel) for wheel in Path(scratch).glob("*.whl")]
        if installed:
            command = [*pip, "uninstall", "--quiet", "--yes", *installed]
            _do(run, command, f"{there} cannot be removed", "nothing was changed")
        command = [*pip, "install", "--quiet", "--no-deps", "--no-index", *wheels]
        _do(run, command, f"{wanted} cannot be installed", f"'pip install {wanted}' by hand does")


def _replacement(installed: dict[str, str]) -> str:
    """Return what to install: with OpenCV's contributed modules where they are there now."""
    versions = {name: text for name, text in installed.items() if "contrib" in name} or installed
    package = "opencv-contrib-python-headless" if "contrib" in str(versions) else ""
    package = package or "opencv-python-headless"
    return f"{package}=={next(iter(versions.values()))}" if versions else package


def _check_owner(installed: dict[str, str], wanted: str) -> None:
    """Refuse where OpenCV is not pip's to remove."""
    for package in installed:
        by = (metadata.distribution(package).read_text("INSTALLER") or "pip").strip()
        if by not in ("pip", "uv", "poetry", "pdm"):
            raise MissingLibraryError(
                f"doctor: {package} was installed by {by}: have {by} install {wanted}; {_OTHER}"
            )


def _check_pip(wanted: str) -> None:
    if find_spec("pip") is None:
        raise MissingLibraryError(
            f"doctor: this Python has no pip to install {wanted} with ({sys.executable} -m "
            f"ensurepip adds it); {_OTHER}"
        )


def _do(run: Runner, command: list[str], failed: str, state: str) -> None:
    try:
        done = run(command)
    except Exception as error:
        raise MissingLibraryError(f"doctor: pip does not run here ({error}); {state}") from None
    if done.returncode:
        raise MissingLibraryError(f"doctor: {failed} ({pip_reason(done)}); {state}")
