"""`fastvbg bench files`: what a video file costs, against the codec alone and other ways to do it.

Each contender runs in a process of its own, which measures itself: wall time, CPU time of all its
threads, and peak memory. They take turns for some rounds, and medians count. Decoding alone plus
encoding alone of the very frames that fastvbg puts out is the floor.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.bands import usable_cpus
from fastvbg.errors import FastvbgError, SourceError
from fastvbg.measure.bench import conditions, write_record
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.scene import Scene
from fastvbg.sink import open_sink

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENDERS = {
    "decode": "decode alone",
    "encode": "encode alone, of fastvbg's frames",
    "fastvbg": "fastvbg run",
    "libavfilter": "libavfilter graph",
    "cv2": "cv2 loop around the kernel",
    "tutorial": "the tutorial's loop",
}
ENCODER, PRESET, CRF = "libx264", "ultrafast", 23
BACKGROUND = "navy"

ROUNDS = 3

_WIDTH, _HEIGHT, _FRAMES = 1920, 1080, 300


@dataclass(frozen=True)
class FileCost:
    """What one contender took."""

    name: str
    frames: int
    wall_seconds: float
    cpu_seconds: float
    peak_mib: float | None
    """Of the whole process; None where the system does not tell."""
    wall_spread_ms: float = 0.0
    """Median absolute deviation of the wall milliseconds a frame over the rounds."""

    @property
    def wall_ms(self) -> float:
        """Wall milliseconds a frame."""
        return self.wall_seconds / self.frames * 1e3

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds a frame, all threads together."""
        return self.cpu_seconds / self.frames * 1e3


class WorkerFailedError(FastvbgError, RuntimeError):
    """A contender's process ended with an error."""


def run_file_bench(
    clip: Path | None = None,
    *,
    rounds: int = ROUNDS,
    progress: Callable[[str], None] | None = None,
) -> list[FileCost]:
    """Measure every contender on a clip.

    Parameters
    ----------
    clip : Path, optional
        A video; by default the generated scene at 1920x1080, 300 frames.
    rounds : int
        How many times each is measured.
    progress : callable, optional
        Told what is being measured.

    Returns
    -------
    list of FileCost
        The medians, in the order of `CONTENDERS`.

    Raises
    ------
    SourceError
        There is no such clip.
    WorkerFailedError
        A contender could not do it.
    """
    tell = progress or (lambda _: None)
    if clip is not None and not clip.exists():
        raise SourceError(f"input: no such file: {clip}")
    with tempfile.TemporaryDirectory() as folder:
        if clip is None:
            tell("drawing a clip")
            clip = Path(folder, "clip.mp4")
            write_clip(clip)
        costs: dict[str, list[FileCost]] = {name: [] for name in CONTENDERS}
        for turn in range(rounds):
            for name, title in CONTENDERS.items():
                tell(f"{title}, round {turn + 1} of {rounds}")
                costs[name].append(_measure(name, clip, Path(folder)))
    return [median_cost(measured) for measured in costs.values()]


def median_cost(costs: list[FileCost]) -> FileCost:
    """Return the medians over one contender's rounds, and its largest peak of memory."""
    walls = [cost.wall_seconds for cost in costs]
    wall = statistics.median(walls)
    spread = statistics.median(abs(each - wall) for each in walls) / costs[0].frames * 1e3
    peaks = [cost.peak_mib for cost in costs if cost.peak_mib is not None]
    return FileCost(
        name=costs[0].name,
        frames=costs[0].frames,
        wall_seconds=wall,
        cpu_seconds=statistics.median(cost.cpu_seconds for cost in costs),
        peak_mib=max(peaks, default=None),
        wall_spread_ms=spread,
    )


def write_clip(path: Path, frames: int = _FRAMES) -> None:
    """Write the generated scene at 1920x1080, H.264 4:2:0.

    Parameters
    ----------
    path : Path
        The file.
    frames : int
        How many.
    """
    rate = 30
    info = StreamInfo(
        width=_WIDTH,
        height=_HEIGHT,
        rate=Fraction(rate),
        time_base=Fraction(1, rate),
        frames=frames,
        colour=ColourTags(),
    )
    scene = Scene(_WIDTH, _HEIGHT, min(frames, 60), rate)
    with open_sink(path, info, overwrite=True) as sink:
        pictures = [item.frame for item in scene]
        for index in range(frames):
            # To and fro, so that a minute of drawing is not needed for ten seconds of video.
            place = index % (2 * len(pictures))
            place = min(place, 2 * len(pictures) - 1 - place)
            sink.write(pictures[place], index, index + 1)


def _measure(name: str, clip: Path, folder: Path) -> FileCost:
    done = subprocess.run(
        [sys.executable, "-m", "fastvbg.measure.fileworker", name, str(clip), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise WorkerFailedError(f"{CONTENDERS[name]}: {reason}")
    return FileCost(name=name, **json.loads(done.stdout.splitlines()[-1]))


def floor_of(costs: list[FileCost]) -> tuple[float, float]:
    """Return the floor, milliseconds a frame: CPU, and wall on the cores there are.

    The codec's CPU time is that of decoding and encoding alone. It cannot go faster than that time
    shared by all cores, nor than the slower of the two by itself.
    """
    by_name = {cost.name: cost for cost in costs}
    decode, encode = by_name["decode"], by_name["encode"]
    cpu = decode.cpu_ms + encode.cpu_ms
    return cpu, max(cpu / usable_cpus(), decode.wall_ms, encode.wall_ms)


def write_costs(costs: list[FileCost], clip: Path | None, path: Path) -> None:
    """Write the costs and their conditions to a JSON file.

    Parameters
    ----------
    costs : list of FileCost
        Of `run_file_bench`.
    clip : Path, optional
        What they were measured on.
    path : Path
        The file; it is replaced.

    Raises
    ------
    SinkError
        It cannot be written.
    """
    content = {
        "conditions": {
            **conditions(),
            "clip": "generated, 1920x1080, 300 frames" if clip is None else clip.name,
            "encoder": f"{ENCODER} {PRESET}, crf {CRF}",
        },
        "costs": [asdict(cost) for cost in costs],
    }
    write_record(content, path)


def solid_background(width: int, height: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the bench's background, navy, (H, W, 3) uint8 BGR."""
    return np.full((height, width, 3), (128, 0, 0), np.uint8)
