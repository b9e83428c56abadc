"""What each library says when it is loaded and used, in a process of its own.

A library that does not fit the machine may end the process that imports it, and one that failed to
load may not be tried again in the same process.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from fastvbg.libraries import installed_opencv, not_loaded

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD, NOTE, BAD = "good", "note", "bad"

_SECONDS = 300
_ENCODERS = (
    ("libx264", "H.264"),
    ("libx265", "H.265"),
    ("libvpx-vp9", "VP9"),
    ("libsvtav1", "AV1"),
    ("ffv1", "FFV1, lossless"),
    ("prores_ks", "ProRes"),
    ("gif", "GIF"),
    ("h264_nvenc", "H.264, NVIDIA"),
    ("h264_qsv", "H.264, Intel"),
    ("h264_vaapi", "H.264, VA-API"),
    ("h264_videotoolbox", "H.264, Apple"),
)


class Finding(NamedTuple):
    """One line about one thing: `GOOD`, `BAD`, or a `NOTE` about what can be done without."""

    state: str
    subject: str
    text: str


def available_encoders() -> list[str]:
    """Return the video encoders that PyAV has here, by name, with what they write."""
    import av

    found = []
    for name, writes in _ENCODERS:
        try:
            av.Codec(name, "w")
        except ValueError:
            continue
        found.append(f"{name} ({writes})")
    return found


def _numpy() -> list[Finding]:
    import numpy as np

    return [Finding(GOOD, "NumPy", np.__version__)]


def _opencv() -> list[Finding]:
    import cv2
    import numpy as np

    cv2.resize(np.zeros((2, 2, 3), np.uint8), (4, 4))
    packages = [f"{name} {version}" for name, version in installed_opencv().items()]
    return [Finding(GOOD, "OpenCV", f"{cv2.__version__} ({', '.join(packages) or 'not by pip'})")]


def _pillow() -> list[Finding]:
    from importlib import metadata

    from PIL import __version__, features

    if not (features.check("avif") and features.check("webp")):
        return [Finding(NOTE, "Pillow", f"{__version__}, built without AVIF or WebP")]
    try:
        heif = f"pillow-heif {metadata.version('pillow-heif')}"
    except metadata.PackageNotFoundError:
        anew = f"{sys.executable} -m pip install pillow-heif"
        return [Finding(NOTE, "Pillow", f"{__version__}; phones' HEIC photos want more: {anew}")]
    return [Finding(GOOD, "Pillow", f"{__version__}, {heif}")]


def _pyav() -> list[Finding]:
    import av

    encoders = available_encoders()
    found = [Finding(GOOD, "PyAV", f"{av.__version__}, FFmpeg {av.ffmpeg_version_info}")]
    if any(name.startswith("libx264 ") for name in encoders):
        return [*found, Finding(GOOD, "encoders", ", ".join(encoders))]
    anew = f"{sys.executable} -m pip install --force-reinstall --only-binary=av av"
    text = f"no libx264, which .mp4, .mkv and .mov take; PyPI's build has it: '{anew}'"
    return [*found, Finding(BAD, "encoders", text)]


def _numba() -> list[Finding]:
    import numba
    import numpy as np

    from fastvbg.kernels._compile import machine_code
    from fastvbg.kernels._kernel import named
    from fastvbg.kernels._load import load
    from fastvbg.kernels._target import TARGET
    from fastvbg.measure.cache import cache_state

    prev, next = np.zeros((2, 4, 8, 3), np.uint8)
    next[:, 4:] = 200
    bg, out = np.full_like(prev, 7), np.empty_like(prev)
    # Compiled anew, whatever the cache has.
    composite = load("probe", machine_code(named("composite.frames.composite").definition, "probe"))
    if composite is not None:
        composite(prev, next, bg, out, 20, 0, 4)
    if not np.array_equal(out, np.where(next > 0, next, bg)):
        text = (
            f"{numba.__version__}: compiled kernels give wrong pixels ({TARGET.name}); please tell"
        )
        return [Finding(BAD, "Numba", text)]
    cache = cache_state()
    return [
        Finding(
            GOOD, "Numba", f"{numba.__version__}, kernels compile and are right ({TARGET.name})"
        ),
        Finding(NOTE if cache.startswith("none") else GOOD, "kernel cache", cache),
    ]


def _runtimes() -> list[Finding]:
    from fastvbg.models.runtimes import is_present, runtime_facts

    facts = runtime_facts()
    if is_present("litert"):
        return [Finding(GOOD, "model runtimes", facts)]
    text = (
        f"{facts}; a tenth of the time with LiteRT: {sys.executable} -m pip install ai-edge-litert"
    )
    return [Finding(NOTE, "model runtimes", text)]


PROBES: Final[dict[str, Callable[[], list[Finding]]]] = {
    "NumPy": _numpy,
    "OpenCV": _opencv,
    "Pillow": _pillow,
    "PyAV": _pyav,
    "Numba": _numba,
    "model runtimes": _runtimes,
}
"""By what the first finding is about."""


def probe(subject: str) -> list[Finding]:
    """Load and use a library in this process.

    Parameters
    ----------
    subject : str
        One of `PROBES`.

    Returns
    -------
    list of Finding
        The first is about the library.
    """
    try:
        return PROBES[subject]()
    # Libraries that are damaged or do not fit together raise whatever they happen to.
    except Exception as error:
        said = " ".join(str(error).split()) or type(error).__name__
        text = str(not_loaded(error) or said)
        return [Finding(BAD, subject, text.removeprefix(f"{subject} "))]


def report(subject: str) -> None:
    """Print what `probe` finds, for `probe_apart`."""
    sys.stdout.write("\n" + json.dumps(probe(subject)))


def probe_apart(*subjects: str) -> list[Finding]:
    """Load and use libraries, each in a process of its own, all at once.

    Parameters
    ----------
    *subjects : str
        Of `PROBES`.

    Returns
    -------
    list of Finding
        In order.
    """
    if getattr(sys, "frozen", False):  # then there is no interpreter to start
        return [finding for subject in subjects for finding in probe(subject)]
    started = [_start(subject) for subject in subjects]
    return [
        finding
        for subject, process in zip(subjects, started, strict=True)
        for finding in _findings(subject, process)
    ]


def _start(subject: str) -> subprocess.Popen[str]:
    code = f"import sys; sys.path[:] = {sys.path!r}; from fastvbg.measure import probes; "
    return subprocess.Popen(
        [sys.executable, "-c", f"{code}probes.report({subject!r})"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _findings(subject: str, process: subprocess.Popen[str]) -> list[Finding]:
    try:
        said, _ = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return [Finding(BAD, subject, f"did not load within {_SECONDS} seconds")]
    if process.returncode:
        return [Finding(BAD, subject, f"ends Python as it loads ({_end(process.returncode)})")]
    return [Finding(*finding) for finding in json.loads(said.splitlines()[-1])]


def _end(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"
