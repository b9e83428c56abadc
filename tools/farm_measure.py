"""1, 2 and 4 workers on one film, beside what the arithmetic says: `python -m tools.farm_measure`.

On a quiet machine. As many workers as there are cores get a core each, as machines of one core
would have; more than that share them, which the arithmetic takes for as many machines as cores.
The seconds a frame of the arithmetic are those by which one worker takes as long as it did.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tools.farm_arithmetic import Costs, hours

WORKERS = (1, 2, 4)
WIDTH, HEIGHT, RATE = 1280, 720, 30
ASKED = ("-b", "navy", "--mask", "motion", "--threads", "1", "--overwrite", "--quiet")


def draw(path: Path, seconds: float) -> None:
    """Write a film in which a block goes to and fro before a still, noisy wall."""
    wall = np.random.default_rng(1).integers(60, 120, (HEIGHT, WIDTH, 3), np.uint8)
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(round(seconds * RATE)):
            picture = wall.copy()
            left = abs(number * 8 % (2 * (WIDTH - 300)) - (WIDTH - 300))
            picture[200:620, left : left + 300] = (90, 140, 200)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))


def measured(clip: Path, output: Path, workers: int, segment: float, cores: list[int]) -> float:
    """Return how many seconds so many workers take, all in all."""
    command = [sys.executable, "-m", "fastvbg", "batch", str(clip), "-o", str(output), *ASKED]
    command += ["--jobs", str(workers), "--segments", str(segment)]
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)  # which children take over
    try:
        start = time.perf_counter()
        subprocess.run(command, check=True)
        return time.perf_counter() - start
    finally:
        os.sched_setaffinity(0, before)


def fitted(one: float, seconds: float, costs: Costs) -> Costs:
    """Return costs by which one worker takes so many seconds for a film."""
    bare = hours(1, [seconds], replace(costs, frame=0.0)) * 3600
    return replace(costs, frame=max(0.0, one - bare) / (seconds * costs.rate))


def rows(took: dict[int, float], cores: dict[int, int], seconds: float, costs: Costs) -> list[str]:
    """Return the lines of a table: what so many workers took, and what the arithmetic says."""
    costs = fitted(took[1], seconds, costs)
    lines = [
        "| workers | cores | seconds | times as fast | arithmetic, seconds | times as fast |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for workers, found in took.items():
        said = hours(cores[workers], [seconds], costs) * 3600
        lines.append(
            f"| {workers} | {cores[workers]} | {found:.1f} | {took[1] / found:.2f} | {said:.1f} "
            f"| {took[1] / said:.2f} |"
        )
    return [*lines, "", f"{1000 * costs.frame:.2f} ms a frame of {WIDTH}x{HEIGHT}"]


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--length", type=float, default=60.0, help="seconds of the film")
    parser.add_argument("--segment", type=float, default=5.0, help="seconds of a part")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    parser.add_argument("--start", type=float, default=1.2, help="seconds in which workers start")
    asked = parser.parse_args(arguments)
    costs = Costs(start=asked.start, segment=asked.segment, rate=RATE)
    usable = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        clip, output = Path(folder, "clip.mp4"), Path(folder, "out.mp4")
        draw(clip, asked.length)
        measured(clip, output, 1, asked.segment, usable)  # which compiles kernels
        found: dict[int, list[float]] = {workers: [] for workers in WORKERS}
        for _ in range(asked.rounds):
            for workers, each in found.items():
                cores = usable[:workers]
                each.append(measured(clip, output, workers, asked.segment, cores))
    took = {workers: statistics.median(each) for workers, each in found.items()}
    shared = {workers: min(workers, len(usable)) for workers in WORKERS}
    sys.stdout.write("\n".join(rows(took, shared, asked.length, costs)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
