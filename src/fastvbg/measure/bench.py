"""`fastvbg bench`: composite against the tutorial's path and the best OpenCV spelling."""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

import fastvbg
from fastvbg import reference
from fastvbg.compositor import composite
from fastvbg.errors import FastvbgError, OptionError, SinkError
from fastvbg.measure.machine import cpu_name, library_versions, usable_cpus, vector_features
from fastvbg.measure.timing import Timing, time_interleaved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fastvbg._types import Frame

SIZES = {"480p": (640, 480), "720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}

_SECONDS_A_SIZE = 3.0
_CALL_SIZE = (64, 64)  # so small that the call itself is what is timed
_CALL_SECONDS = 0.5
_SEED = 1


class UnequalOutputsError(FastvbgError, AssertionError):
    """Two paths that must give the same pixels did not; nothing was timed."""


@dataclass(frozen=True)
class Row:
    """One library's time for one operation at one size."""

    operation: str
    size: str
    width: int
    height: int
    library: str
    timing: Timing


@dataclass(frozen=True)
class Figures:
    """All rows of a run, and the conditions they were measured under."""

    conditions: dict[str, Any]
    rows: list[Row]


def parse_sizes(text: str) -> list[str]:
    """Return the names of sizes from a list separated by commas.

    Parameters
    ----------
    text : str
        Such as `720p,4k`.

    Returns
    -------
    list of str
        Keys of `SIZES`.

    Raises
    ------
    OptionError
        A name is unknown.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names or [text]:
        if name not in SIZES:
            raise OptionError(f"sizes: got {name!r}, wanted some of {', '.join(SIZES)}")
    return names


def run_bench(sizes: Sequence[str]) -> Figures:
    """Time composite at some sizes, one thread.

    Parameters
    ----------
    sizes : sequence of str
        Keys of `SIZES`.

    Returns
    -------
    Figures
        A row for each library and size.

    Raises
    ------
    UnequalOutputsError
        Outputs differ, so there is nothing to compare.
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        rows = _time_composite("64x64", *_CALL_SIZE, _CALL_SECONDS)
        for name in sizes:
            rows += _time_composite(name, *SIZES[name], _SECONDS_A_SIZE)
    finally:
        cv2.setNumThreads(before)
    return Figures(_conditions(), rows)


def make_frames(width: int, height: int) -> tuple[Frame, Frame, Frame]:
    """Return prev, next and background; about a third of the pixels move, in blocks as people do.

    Parameters
    ----------
    width, height : int
        Size in pixels.

    Returns
    -------
    tuple of three ndarrays, shape (H, W, 3), uint8
        The frames.
    """
    rng = np.random.default_rng(_SEED)
    prev, bg = rng.integers(0, 256, (2, height, width, 3), dtype=np.uint8)
    moved = np.kron(rng.random((-(-height // 32), -(-width // 32))) < 1 / 3, np.ones((32, 32)))
    change = np.where(moved[:height, :width, np.newaxis] > 0, 40, 1).astype(np.uint8)
    return prev, prev ^ change, bg


def _time_composite(name: str, width: int, height: int, seconds: float) -> list[Row]:
    prev, next_frame, bg = make_frames(width, height)
    outs = np.empty((2, height, width, 3), np.uint8)
    opencv = reference.OpenCVCompositor((height, width))
    functions: dict[str, Callable[[], Frame]] = {
        "tutorial": lambda: reference.tutorial_composite(prev, next_frame, bg),
        "opencv": lambda: opencv(prev, next_frame, bg, outs[0]),
        "fastvbg": lambda: composite(prev, next_frame, bg, out=outs[1]),
    }
    wanted = reference.composite(prev, next_frame, bg)
    for library, function in functions.items():
        if not np.array_equal(function(), wanted):
            raise UnequalOutputsError(f"composite at {name}: {library} gives other pixels")
    timings = time_interleaved(functions, seconds=seconds)
    return [
        Row("composite", name, width, height, library, timing)
        for library, timing in timings.items()
    ]


def _conditions() -> dict[str, Any]:
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "fastvbg": fastvbg.__version__,
        "cpu": cpu_name(),
        "vector features": vector_features(),
        "cpus": usable_cpus(),
        "threads": 1,
        **library_versions(),
    }


def write_json(figures: Figures, path: Path) -> None:
    """Write the figures to a JSON file.

    Parameters
    ----------
    figures : Figures
        Of `run_bench`.
    path : Path
        The file; it is replaced.

    Raises
    ------
    SinkError
        It cannot be written.
    """
    text = json.dumps(asdict(figures), indent=1)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise SinkError(f"json: cannot write {path}: {error.strerror}") from None
