"""`fastvbg bench files`: what a video file costs, against the codec alone and other ways to do it.

Each contender runs in a process of its own, which measures itself: wall time, CPU time of all its
threads, and peak memory. They take turns for some rounds, and medians count. Decoding alone plus
encoding alone of the very frames that fastvbg puts out is the floor.

Before the clock runs kernels are compiled, and with a mask some frames have gone through the whole
pipeline, so that libraries, models and caches are warm. Opening the input, the model and the output
is part of a run, and of its time.
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
from fastvbg.errors import FastvbgError
from fastvbg.masks.person import Person
from fastvbg.measure.bench import conditions, write_record
from fastvbg.measure.filesetup import CONTENDERS, FileSetup
from fastvbg.measure.fullhd import ENTERED, HEIGHT, WIDTH, check_clip
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.scenes.speaker import Scene
from fastvbg.sink import open_sink

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3

_FRAMES = 300


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
    setup: FileSetup | None = None,
    rounds: int = ROUNDS,
    progress: Callable[[str], None] | None = None,
) -> list[FileCost]:
    """Measure every contender on a clip.

    Parameters
    ----------
    clip : Path, optional
        A video; by default the generated scene at 1920x1080, 300 frames.
    setup : FileSetup, optional
        What is to be done to it; by default the tutorial's own job.
    rounds : int
        How many times each is measured.
    progress : callable, optional
        Told what is being measured.

    Returns
    -------
    list of FileCost
        The medians of the setup's contenders, in the order of `CONTENDERS`.

    Raises
    ------
    SourceError
        There is no such clip.
    WorkerFailedError
        A contender could not do it.
    """
    setup = setup or FileSetup()
    tell = progress or (lambda _: None)
    if clip is not None:
        check_clip(clip)
    setup.opened_runtime()  # fails early, and fetches what is missing where it can say so
    with tempfile.TemporaryDirectory() as folder:
        if clip is None:
            tell("drawing a clip")
            clip = Path(folder, "clip.mp4")
            write_clip(clip, present=isinstance(setup.mask, Person))
        task = setup.with_background(Path(folder))
        costs: dict[str, list[FileCost]] = {name: [] for name in setup.contenders}
        for turn in range(rounds):
            for name, measured in costs.items():
                tell(f"{CONTENDERS[name]}, round {turn + 1} of {rounds}")
                measured.append(_measure(name, clip, Path(folder), task))
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


def write_clip(path: Path, frames: int = _FRAMES, *, present: bool = False) -> None:
    """Write the generated scene at 1920x1080, H.264 4:2:0.

    Parameters
    ----------
    path : Path
        The file.
    frames : int
        How many.
    present : bool
        Whether the figure is there from the beginning; else the room is empty for half a second, in
        which keyers learn it, and a network has little to do.
    """
    rate = 30
    info = StreamInfo(
        width=WIDTH,
        height=HEIGHT,
        rate=Fraction(rate),
        time_base=Fraction(1, rate),
        frames=frames,
        colour=ColourTags(),
    )
    empty = ENTERED if present else Scene.empty
    scene = Scene(WIDTH, HEIGHT, min(frames, 60), rate, empty=empty)
    with open_sink(path, info, overwrite=True) as sink:
        pictures = [item.frame for item in scene]
        for index in range(frames):
            # To and fro, so that a minute of drawing is not needed for ten seconds of video.
            place = index % (2 * len(pictures))
            place = min(place, 2 * len(pictures) - 1 - place)
            sink.write(pictures[place], index, index + 1)


def _measure(name: str, clip: Path, folder: Path, setup: FileSetup) -> FileCost:
    setup.save(folder / "setup.toml")
    given = name, str(clip), str(folder), str(folder / "setup.toml")
    done = subprocess.run(
        [sys.executable, "-m", "fastvbg.measure.fileworker", *given],
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


def shares_of_floor(costs: list[FileCost]) -> tuple[float, float]:
    """Return which share of the floor's speed fastvbg has, by CPU time and by the clock."""
    ours = next(cost for cost in costs if cost.name == "fastvbg")
    cpu, wall = floor_of(costs)
    return cpu / ours.cpu_ms, wall / ours.wall_ms


def write_costs(
    costs: list[FileCost], clip: Path | None, path: Path, setup: FileSetup | None = None
) -> None:
    """Write the costs and their conditions to a JSON file.

    Parameters
    ----------
    costs : list of FileCost
        Of `run_file_bench`.
    clip : Path, optional
        What they were measured on.
    path : Path
        The file; it is replaced.
    setup : FileSetup, optional
        What was done.

    Raises
    ------
    SinkError
        It cannot be written.
    """
    setup = setup or FileSetup()
    content: dict[str, Any] = {
        "conditions": {
            **conditions(),
            "clip": "generated, 1920x1080, 300 frames" if clip is None else clip.name,
            "encoder": setup.encoder,
        },
        "costs": [asdict(cost) for cost in costs],
    }
    if not setup.is_default:
        floor, shares = floor_of(costs), shares_of_floor(costs)
        content["conditions"] |= {
            "mask": setup.words,
            "background": setup.background_words,
            "runtime": setup.opened_runtime(),
        }
        content["floor"] = {
            name: {"ms": floor[k], "share": shares[k]} for k, name in enumerate(("cpu", "wall"))
        }
    write_record(content, path)


def solid_background(width: int, height: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the plain motion mask's background, navy, (H, W, 3) uint8 BGR."""
    return np.full((height, width, 3), (128, 0, 0), np.uint8)
