"""The models from the wheel that they are published in: fetched by pip, opened as a zip, checked.

Nothing is installed and no code of the wheel is run. Its tags do not matter, so the same wheel
serves every platform and every Python.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastvbg.errors import ModelError
from fastvbg.models.store import KNOWN, KnownModel, digest, folder, kept, state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Runner = Callable[[Sequence[str]], subprocess.CompletedProcess[str]]
    Tell = Callable[[str], None]

REQUIREMENT: Final = "mediapipe==0.10.21"
WITHIN: Final = "mediapipe/modules/selfie_segmentation/"
_TAGS = ("--implementation", "cp", "--python-version", "3.11", "--abi", "cp311")
_PLATFORM = ("--platform", "manylinux_2_28_x86_64", "--only-binary=:all:")
_SECONDS = 600
_FIX = "put the two files there by hand, or name one with --model FILE"


def run_pip(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command of pip to its end, and keep what it says."""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)


def fetch(*, tell: Tell | None = None, run: Runner | None = None) -> Path:
    """Obtain the models that are not kept yet, and return the folder.

    Parameters
    ----------
    tell : callable, optional
        Called with one line before anything is downloaded.
    run : callable, optional
        Runs a command and returns what became of it; `subprocess.run` when absent.

    Returns
    -------
    Path
        The folder that holds all of them.

    Raises
    ------
    ModelError
        The folder cannot be written, there is no pip, pip fails, or the wheel is not the expected
        one: one line each.
    """
    where = folder()
    wanted = [model for model in KNOWN if state(model) != "present"]
    if not wanted:
        return where
    _check_writable(where)
    if run is None and find_spec("pip") is None:
        raise ModelError(
            f"models: this Python has no pip to fetch them with ({sys.executable} -m ensurepip "
            f"adds it); or for {where}: {_FIX}"
        )
    if tell is not None:
        tell(f"fetching the person models into {where} (a download of 36 MB, 0.5 MB are kept)")
    with tempfile.TemporaryDirectory(prefix="fastvbg-models-") as scratch:
        wheel = _download(Path(scratch), run or run_pip, where)
        for model in wanted:
            _place(_taken_out(wheel, model), where / model.file)
    return where


def ensure(model: KnownModel, tell: Tell | None = None) -> Path:
    """Return a model's file, fetched first where it is not kept yet.

    Parameters
    ----------
    model : KnownModel
        Which.
    tell : callable, optional
        Called with one line before a download; by default it goes to standard error.

    Raises
    ------
    ModelError
        As with `fetch`, or the file there has the wrong checksum.
    """
    path = kept(model)
    return fetch(tell=tell or _say) / model.file if path is None else path


def _say(line: str) -> None:
    if sys.stderr is not None:
        with suppress(OSError, ValueError):  # nobody is there to read it
            sys.stderr.write(f"fastvbg: {line}\n")
            sys.stderr.flush()


def _check_writable(where: Path) -> None:
    try:
        where.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=where):
            pass
    except OSError as error:
        raise ModelError(
            f"models: {where} cannot be written ({error.strerror}); the environment's "
            "FASTVBG_MODELS names another folder"
        ) from None


def _download(scratch: Path, run: Runner, where: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-input", "--quiet"]
    command += ["--disable-pip-version-check", "--retries", "2", "--timeout", "20"]
    command += [*_PLATFORM, *_TAGS, "--dest", str(scratch), REQUIREMENT]
    try:
        done = run(command)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelError(f"models: pip does not run here ({error}); {_FIX}, in {where}") from None
    wheels = sorted(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        raise ModelError(
            f"models: pip could not download {REQUIREMENT} ({pip_reason(done)}); try again with a "
            f"network, or for {where}: {_FIX}"
        )
    return wheels[0]


def pip_reason(done: subprocess.CompletedProcess[str]) -> str:
    """Return why pip failed: its last error, else its last line."""
    lines = [line.strip() for line in (done.stderr or "").splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    told = errors or lines or [f"exit code {done.returncode}"]
    return told[-1].rstrip(".")[:200]


def _taken_out(wheel: Path, model: KnownModel) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(WITHIN + model.file)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise ModelError(f"models: {wheel.name} does not hold {model.file} ({error})") from None
    if digest(content) != model.sha256:
        raise ModelError(
            f"models: {model.file} of {wheel.name} has the wrong checksum {digest(content)[:8]}.., "
            f"wanted {model.sha256[:8]}..; nothing was kept"
        )
    return content


def _place(content: bytes, path: Path) -> None:
    """Write a file under its name whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ModelError(f"models: {path} cannot be written ({error.strerror})") from None
