"""What live mode costs and adds, against the usual loop in Python, from the same camera.

Each contender is a process of its own, which decodes a made-up camera's JPEGs, keys, composites
and writes 4:2:0 to the same kind of sink: a file in memory, as large as one frame.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.checks import check_integer
from fastvbg.constants import LIVE_JPEG_QUALITY
from fastvbg.devices.planar import copy_planes, in_one_piece, planes_in
from fastvbg.errors import FastvbgError, OptionError
from fastvbg.measure.fullhd import draw_picture
from fastvbg.measure.livecamera import JpegCamera, draw_jpegs
from fastvbg.measure.machine import cpu_name, library_versions
from fastvbg.measure.usual import MODELS, UsualCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fastvbg._types import Size

SIZES: dict[str, Size] = {"360p": (640, 360), "720p": (1280, 720), "1080p": (1920, 1080)}
MASKS = ("none", "motion", "person", "blur")
"""By `none` the camera's picture is decoded and written alone: what all others cost at least."""
OURS, USUAL = "fastvbg", "usual"
_WARM_SECONDS = 3.0
_MOST_SECONDS = 3600
_MOST_ROUNDS = 100


class LiveRow(NamedTuple):
    """One contender at one size, rate and mask."""

    program: str
    mask: str
    size: str
    rate: int
    p50: float
    """Milliseconds from the camera's time of a frame until it was written."""
    p95: float
    most: float
    cpu: float
    """Percent of one core, of the whole process."""
    lost: float
    """Percent of the camera's frames."""
    frames: int
    memory: tuple[float, float]
    """Megabytes resident after the first tenth, and at the end."""
    steady: tuple[float, float]
    """Median delay of the first tenth of the frames, and of the last."""
    kilobytes: float
    """Of one of the camera's JPEGs, on average."""
    rounds: tuple[float, ...] = ()
    """Processor use in each round, in order of size; all else is of the one in the middle."""


class Meter:
    """A sink that writes pictures to memory, and measures when."""

    name, status, dropped = "meter", "", 0

    def __init__(self, size: Size) -> None:
        width, height = size
        self._file = os.memfd_create("frame") if hasattr(os, "memfd_create") else _scratch()
        self._frame = np.empty(width * height * 3 // 2, np.uint8)
        self._planes = planes_in(self._frame, width, height)
        self._shape = height, width
        self.delays: list[float] = []
        self.counting = False

    def open(self, width: int, height: int, rate: float) -> None:
        """Do nothing."""

    def write(self, planes: Any, captured: float) -> None:
        """Write a picture, as to a virtual camera."""
        content = in_one_piece(planes)
        if content is None:
            copy_planes(planes, self._planes)
        self.put(captured, content)

    def put(self, captured: float, content: memoryview | None = None) -> None:
        """Write a picture's bytes, or what has been laid into the buffer."""
        os.pwrite(self._file, self._frame.data if content is None else content, 0)
        if self.counting:
            self.delays.append(time.monotonic() - captured)

    @property
    def buffer(self) -> Any:
        """Y, and below it U and V, as OpenCV's conversion makes them."""
        height, width = self._shape
        return self._frame.reshape(height * 3 // 2, width)

    def watched(self) -> bool:
        """Tell that it is read."""
        return True

    def close(self) -> None:
        """Release the memory."""
        os.close(self._file)


def _scratch() -> int:
    handle, name = tempfile.mkstemp()
    Path(name).unlink()
    return handle


def run_live_bench(
    *,
    sizes: Sequence[str],
    rates: Sequence[int],
    masks: Sequence[str],
    seconds: float,
    clip: str | None = None,
    usual: bool = True,
    jpeg_quality: int = LIVE_JPEG_QUALITY,
    rounds: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Iterator[LiveRow]:
    """Yield a row for each size, rate and mask, and contender.

    Parameters
    ----------
    sizes, rates, masks : sequence
        Names of sizes, frames a second, and names of masks.
    seconds : float
        How long each is measured, after some seconds in which it gets under way.
    clip : str, optional
        A video of a person, in place of the generated scene.
    usual : bool
        Whether the usual loop takes part.
    jpeg_quality : int
        Of the camera's JPEGs, 1 to 100.
    rounds : int
        How often each is measured, the contenders in turns.
    progress : callable
        Told what is being done.

    Raises
    ------
    FastvbgError
        There is no such size or mask, or a contender failed.
    """
    if not 1 <= seconds <= _MOST_SECONDS:
        raise OptionError(f"seconds: got {seconds:g}, wanted 1 to {_MOST_SECONDS}")
    check_integer("jpeg_quality", jpeg_quality, 1, 100)
    check_integer("rounds", rounds, 1, _MOST_ROUNDS)
    programs = (OURS, USUAL) if usual else (OURS,)
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            progress(f"drawing {size}")
            jpegs = Path(folder) / f"{size}.npz"
            drawn = draw_jpegs(SIZES[size], clip, quality=jpeg_quality)
            np.savez(jpegs, *[np.frombuffer(jpeg, np.uint8) for jpeg in drawn])
            for rate in rates:
                for mask in masks:
                    rows: dict[str, list[LiveRow]] = {program: [] for program in programs}
                    for program in programs * rounds:
                        progress(f"{program}: {mask}, {size} at {rate}")
                        row = _measured(program, mask, size, rate, seconds, jpegs)
                        rows[program].append(row)
                    yield from map(_middle, rows.values())


def _middle(rows: Sequence[LiveRow]) -> LiveRow:
    """Return the round in the middle by processor use; of an even number the dearer one."""
    ranked = sorted(rows, key=lambda row: row.cpu)
    return ranked[len(ranked) // 2]._replace(rounds=tuple(row.cpu for row in ranked))


def _measured(
    program: str, mask: str, size: str, rate: int, seconds: float, jpegs: Path
) -> LiveRow:
    order = json.dumps([program, mask, size, rate, seconds, str(jpegs)])
    done = subprocess.run(
        [sys.executable, "-c", "from fastvbg.measure.live import serve; serve()"],
        input=order,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise FastvbgError(f"{program}, {mask}, {size} at {rate}: {said}")
    found = json.loads(lines[-1])
    for name in ("memory", "steady"):
        found[name] = tuple(found[name])
    return LiveRow(program, mask, size, rate, **found)


def serve() -> None:
    """Do what standard input says, and print the figures; in a process of its own."""
    program, mask, size, rate, seconds, jpegs = json.loads(sys.stdin.read())
    with np.load(jpegs) as stored:
        pictures = [stored[name].tobytes() for name in stored.files]
    weight = sum(map(len, pictures)) / len(pictures) / 1000
    camera = JpegCamera(pictures, SIZES[size], Fraction(rate))
    meter = Meter(SIZES[size])
    figures = _Figures(camera, meter, seconds)
    run = _ours if program == OURS else _usual
    run(camera, meter, mask, figures)
    sys.stdout.write(json.dumps({**figures.found, "kilobytes": weight}) + "\n")


class _Figures:
    """Measures between the end of the warm-up and the end."""

    def __init__(self, camera: JpegCamera, meter: Meter, seconds: float) -> None:
        self._camera, self._meter, self._seconds = camera, meter, seconds
        self.found: dict[str, Any] = {}

    def measure(self, end: Callable[[], None]) -> None:
        """Wait for the first frames, measure, and end what is measured."""
        meter = self._meter
        meter.counting = True
        while len(meter.delays) < 10:
            time.sleep(0.05)
        time.sleep(min(_WARM_SECONDS, self._seconds))
        first = self._camera.counts.delivered + self._camera.counts.dropped
        meter.delays.clear()
        used, start = time.process_time(), time.monotonic()
        time.sleep(self._seconds / 10)
        memory = _resident()
        time.sleep(self._seconds * 9 / 10)
        used, passed = time.process_time() - used, time.monotonic() - start
        part = max(1, len(meter.delays) // 10)
        ends = meter.delays[:part], meter.delays[-part:]
        delays = sorted(meter.delays)
        came = self._camera.counts.delivered + self._camera.counts.dropped - first
        self.found = {
            "p50": 1000 * delays[len(delays) // 2],
            "p95": 1000 * delays[int(len(delays) * 0.95)],
            "most": 1000 * delays[-1],
            "cpu": 100 * used / passed,
            "lost": max(0.0, 100 * (came - len(delays)) / max(came, 1)),
            "frames": len(delays),
            "memory": [memory, _resident()],
            "steady": [1000 * float(np.median(each)) for each in ends],
        }
        end()


def _resident() -> float:
    """Return the memory of this process in megabytes; 0 where nobody says."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _ours(camera: Any, meter: Meter, mask: str, figures: _Figures) -> None:
    from fastvbg.live_mode.session.session import Session
    from fastvbg.live_mode.sources.camera import CameraSource
    from fastvbg.settings import Settings

    backgrounds = {"blur": "blur", "none": None}
    background: Any = backgrounds.get(mask, draw_picture(*camera.picture[1:3]))
    # Without a background there is nothing to key for.
    kind = {"blur": "person", "none": "motion"}.get(mask, mask)
    session = Session(
        CameraSource(camera),
        [lambda _: meter],
        Settings(mask=kind, background=background),
        tell=_complain,
    )
    thread = threading.Thread(target=figures.measure, args=(session.end,), daemon=True)
    thread.start()
    session.run()
    thread.join()


def _complain(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _usual(camera: JpegCamera, meter: Meter, mask: str, figures: _Figures) -> None:
    """Do as the usual loop does: BGR by OpenCV, the model on floats, NumPy's blend."""
    composite = _usual_composite(mask, camera.picture.width, camera.picture.height)
    ended = threading.Event()
    thread = threading.Thread(target=figures.measure, args=(ended.set,), daemon=True)
    thread.start()
    camera.open()
    while not ended.is_set():
        taken = camera.read(0.5)
        if taken is None:
            continue
        frame: Any = cv2.imdecode(taken.data, cv2.IMREAD_COLOR)
        meter.buffer[:] = cv2.cvtColor(composite(frame), cv2.COLOR_BGR2YUV_I420)
        meter.put(taken.captured)
    thread.join()


def _usual_composite(mask: str, width: int, height: int) -> Callable[[Any], Any]:
    """Return what makes a frame's composite in the usual loop."""
    picture = draw_picture(width, height)
    if mask == "none":
        return lambda frame: frame
    if mask != "motion":
        code = UsualCode(MODELS["landscape"])
        if mask == "person":
            return lambda frame: code.composite(frame, picture)
        return lambda frame: code.composite(frame, cv2.GaussianBlur(frame, (55, 55), 0))
    prev: Any = None

    def moved(frame: Any) -> Any:
        nonlocal prev
        before, prev = frame if prev is None else prev, frame
        return _tutorial(before, frame, picture)

    return moved


def _tutorial(prev: Any, frame: Any, picture: Any) -> Any:
    gray = cv2.cvtColor(cv2.absdiff(prev, frame), cv2.COLOR_BGR2GRAY)
    mask = cv2.threshold(gray, 20, 255, cv2.THRESH_BINARY)[1]
    return np.where(mask[:, :, np.newaxis] > 0, frame, picture)


def parse_rates(text: str) -> list[int]:
    """Return rates from a text such as `30,60`."""
    parts = text.split(",")
    if not all(part.strip().isdecimal() and 1 <= int(part) <= 240 for part in parts):
        raise OptionError(f"rates: got {text!r}, wanted whole numbers from 1 to 240, as 30,60")
    return [int(part) for part in parts]


def conditions() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {"cpu": cpu_name(), "cores": os.cpu_count(), "versions": library_versions()}


__all__ = ["MASKS", "SIZES", "LiveRow", "conditions", "parse_rates", "run_live_bench"]
