"""Time a first frame for the page on performance: `python -m tools.first_frame [CLIP [SCREEN]]`.

Runs `fastvbg run CLIP -b navy --mask MASK --max-frames 1` and sums up the CPU seconds of all
processes: with an empty cache of kernels, and with what this and a warm-up leave. CLIP
is any video with a person, SCREEN one before a screen for the mask chroma; without them the
package's own drawn scenes. The mask person is timed where its models are. Writes the table between
`<!-- first -->` and `<!-- /first -->` in docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from fastvbg.measure.machine import cpu_name, library_versions
from fastvbg.scenes.clips import GreenScreen, write_clip
from fastvbg.scenes.speaker import Scene
from tools.readme_tables import PERFORMANCE, replace_block

KINDS = ("motion", "chroma", "plate", "adaptive", "person")
TURNS = 3


def cpu_seconds(arguments: list[str], cache: Path) -> float:
    """Run a command and return the CPU seconds of it and all that it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "fastvbg", *arguments],
        check=True,
        capture_output=True,
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def first_frames(kind: str, clip: Path, folder: Path) -> tuple[float, float]:
    """Return the CPU seconds of a first frame with an empty cache and with a filled one."""
    line = ["run", str(clip), "-b", "navy", "--mask", kind, "--max-frames", "1", "--overwrite"]
    line += ["-o", str(folder / "out.mp4")]
    empty, filled = [], []
    for turn in range(TURNS):
        cache = folder / f"{kind}{turn}"
        empty.append(cpu_seconds(line, cache))
        cpu_seconds(["warmup", "--mask", kind], cache)
        filled.append(cpu_seconds(line, cache))
    return statistics.median(empty), statistics.median(filled)


def drawn(folder: Path) -> list[Path]:
    """Write the package's own scenes: a room, and a screen."""
    clips = []
    for name, scene in (("room", Scene(frames=30, empty=0.2)), ("screen", GreenScreen(frames=30))):
        clips.append(folder / f"{name}.mp4")
        size = scene.width, scene.height
        write_clip((each.frame for each in scene), clips[-1], size=size, rate=scene.rate)
    return clips


def table(times: dict[str, tuple[float, float]], what: str) -> str:
    """Return the table and its conditions."""
    rows = {"empty": 0, "filled": 1}
    lines = ["| the cache | " + " | ".join(times) + " |", "|---" + "|---:" * len(times) + "|"]
    for name, place in rows.items():
        figures = " | ".join(f"{seconds[place]:.1f}" for seconds in times.values())
        lines.append(f"| {name} | {figures} |")
    versions = library_versions()
    told = ", ".join(
        f"{name} {versions[name]}" for name in ("numba", "numpy", "opencv-python", "av")
    )
    told = f"{cpu_name()}, {told}; {date.today()}; `python -m tools.first_frame`, {what}."
    return "\n".join([*lines, "", f"CPU seconds, the median of {TURNS} turns. {told}"])


def main(arguments: list[str]) -> int:
    """Time all kinds, print the table, and write it into the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("clip", type=Path, nargs="?", help="a video with a person")
    parser.add_argument("screen", type=Path, nargs="?", help="one before a screen")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        clips = [each for each in (asked.clip, asked.screen) if each] or drawn(Path(folder))
        times = {}
        for kind in KINDS:
            clip = clips[-1] if kind == "chroma" else clips[0]
            try:
                times[kind] = first_frames(kind, clip, Path(folder))
            except subprocess.CalledProcessError as error:
                print(f"{kind}: {error.stderr.decode().strip()}", file=sys.stderr)
    what = "CLIP and SCREEN of 640x360" if arguments else "drawn scenes of 640x360"
    text = table(times, what)
    print(text)
    PERFORMANCE.write_text(replace_block(PERFORMANCE.read_text(), "first", text))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
