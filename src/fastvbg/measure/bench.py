"""`fastvbg bench`: every operation at every size, by everybody, against the roofline."""

from __future__ import annotations

import datetime
import itertools
import json
import os
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

import fastvbg
from fastvbg.errors import FastvbgError, OptionError, SinkError, SourceError
from fastvbg.measure.buffers import LARGEST_CACHE, evict
from fastvbg.measure.machine import machine_record
from fastvbg.measure.operations import OPERATIONS, Cell, Contender
from fastvbg.measure.startup import time_startup
from fastvbg.measure.timing import Timing, time_interleaved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIZES = {
    "480p": (640, 480),
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "4k": (3840, 2160),
    "8k": (7680, 4320),
}
QUICK_SIZES = ("720p", "1080p")

_SECONDS, _QUICK_SECONDS = 1.0, 0.6  # a cell
_CALL_SIZE = "64x64"  # so small that the call itself is what is timed

_ROOFLINE = "roofline"

CACHE, MEMORY = "cache", "memory"


class UnequalOutputsError(FastvbgError, AssertionError):
    """Two paths that must give the same pixels did not; they are not timed."""


@dataclass(frozen=True)
class Row:
    """One library's time for one operation at one size."""

    operation: str
    size: str
    width: int
    height: int
    library: str
    threads: int
    traffic: int
    """Bytes that the operation reads and writes."""
    timing: Timing
    regime: str = CACHE
    """Where the frames lie when a call begins: in the `cache`, or in `memory` alone."""

    @property
    def is_roofline(self) -> bool:
        """Whether this is not a contender but the traffic alone."""
        return self.library.startswith(_ROOFLINE)


@dataclass(frozen=True)
class Figures:
    """All rows of a run, and the conditions they were measured under."""

    conditions: dict[str, Any]
    rows: list[Row]
    startup: dict[str, Timing] = field(default_factory=dict)
    """What a user waits for at the start, each in fresh processes."""


def parse_names(option: str, text: str, known: Sequence[str]) -> list[str]:
    """Return names from a list separated by commas.

    Parameters
    ----------
    option : str
        What the list is for, for the message.
    text : str
        Such as `720p,4k`.
    known : sequence of str
        What may be named.

    Returns
    -------
    list of str
        Some of `known`, in the order given.

    Raises
    ------
    OptionError
        A name is unknown, or there is none.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names or [text]:
        if name not in known:
            raise OptionError(f"{option}: got {name!r}, wanted some of {', '.join(known)}")
    return names


def run_bench(
    *,
    operations: Sequence[str] | None = None,
    sizes: Sequence[str] | None = None,
    quick: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Figures:
    """Time operations at sizes.

    Parameters
    ----------
    operations : sequence of str, optional
        Keys of `OPERATIONS`; all when absent.
    sizes : sequence of str, optional
        Keys of `SIZES`; all when absent, those of `QUICK_SIZES` when quick.
    quick : bool
        Whether to take less time, and to leave out what start-up costs.
    progress : callable, optional
        Told what is being measured.

    Returns
    -------
    Figures
        A row for each operation, size and library.

    Raises
    ------
    UnequalOutputsError
        Outputs differ, so there is nothing to compare.
    """
    operations = list(operations or OPERATIONS)
    sizes = list(sizes or (QUICK_SIZES if quick else SIZES))
    seconds = _QUICK_SECONDS if quick else _SECONDS
    tell = progress or (lambda _: None)
    threads = cv2.getNumThreads()
    rows: list[Row] = []
    try:
        for operation in operations:
            tell(f"{operation} {_CALL_SIZE}")
            rows += _rows(operation, _CALL_SIZE, 64, 64, seconds / 2, [CACHE])
        # Size by size, for which the frames are made once.
        for size, operation in itertools.product(sizes, operations):
            tell(f"{operation} {size}")
            rows += _rows(operation, size, *SIZES[size], seconds, [MEMORY, CACHE])
    finally:
        cv2.setNumThreads(threads)
    rows.sort(key=lambda row: operations.index(row.operation))
    startup: dict[str, Timing] = {}
    if not quick:
        tell("start-up")
        startup = time_startup()
    return Figures(conditions(), rows, startup)


def _rows(
    operation: str, size: str, width: int, height: int, seconds: float, regimes: list[str]
) -> list[Row]:
    """Time one operation at one size: in the caches only what fits into them."""
    cell = OPERATIONS[operation](width, height)
    _check_equal(cell, f"{operation} at {size}")
    by_key = {f"{c.library} {c.threads}": c for c in cell.contenders}
    calls = {key: c.call for key, c in by_key.items()}
    if cell.traffic > LARGEST_CACHE:
        regimes = [MEMORY]
    rows = []
    for regime in regimes:
        before = evict if regime == MEMORY else None
        timings = time_interleaved(calls, seconds=seconds / len(regimes), before=before)
        at = operation, size, width, height
        rows += [
            Row(
                *at,
                c.library,
                c.threads,
                cell.traffic,
                timings[key].shared_by(cell.frames),
                regime,
            )
            for key, c in by_key.items()
        ]
    return rows


def _check_equal(cell: Cell, where: str) -> None:
    """Demand that all contenders give the bytes of the first, within what each is allowed."""
    wanted = cell.contenders[0].call().astype(np.int16)
    for contender in cell.contenders[1:]:
        if contender.library.startswith(_ROOFLINE):
            contender.call()
            continue
        share = _share_within(contender, contender.call(), wanted)
        if share < contender.agreeing:
            raise UnequalOutputsError(
                f"{where}: {contender.library} gives other pixels than fastvbg "
                f"({100 * share:.2f} % of the bytes are within {contender.tolerance})"
            )


def _share_within(contender: Contender, got: Any, wanted: Any) -> float:
    return float((np.abs(got - wanted) <= contender.tolerance).mean())


def conditions() -> dict[str, Any]:
    """Return what figures depend on: date, commit, machine, versions."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "fastvbg": fastvbg.__version__,
        "commit": _commit(),
        **machine_record(),
    }


def _commit() -> str | None:
    """Return the commit of the checkout that fastvbg runs from, if it does run from one."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout.strip() or None


def write_json(figures: Figures, path: Path) -> None:
    """Write the figures of `run_bench` as `write_record` does."""
    write_record(asdict(figures), path)


def check_record(option: str, path: Path) -> None:
    """Demand that a file can be written, before anything is measured for it.

    Raises
    ------
    SinkError
        It is a folder, or in none.
    """
    if os.path.isdir(path):  # noqa: PTH112  # Path's tests may raise
        raise SinkError(f"{option}: {path} is a folder, wanted a file name")
    if not os.path.isdir(path.parent):  # noqa: PTH112
        raise SinkError(f"{option}: no such folder: {path.parent}; make it first")


def write_record(content: dict[str, Any], path: Path) -> None:
    """Write plain data to a JSON file, which is replaced.

    Raises
    ------
    SinkError
        It cannot be written.
    """
    text = json.dumps(content, indent=1)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise SinkError(f"json: cannot write {path}: {error.strerror}") from None


def read_json(path: Path) -> Figures:
    """Read figures that `write_json` wrote.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Figures
        As they were written.

    Raises
    ------
    SourceError
        There is no such file, or it holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = [Row(**{**row, "timing": Timing(**row["timing"])}) for row in content["rows"]]
        startup = {name: Timing(**timing) for name, timing in content["startup"].items()}
        return Figures(dict(content["conditions"]), rows, startup)
    except OSError as error:
        raise SourceError(f"compare: cannot read {path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise SourceError(f"compare: {path} is not what fastvbg bench --json writes") from None
