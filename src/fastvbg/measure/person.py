"""`fastvbg bench person`: what a person mask costs a full HD frame, beside the usual Python code.

No file is read or written meanwhile: frames are decoded beforehand. Each contender is a program of
its own (in one process they would share a heap, on which large temporaries cost less than alone),
and has one thread. Models are open, kernels compiled, and all have gone over all of the frames
once, where their mattes are compared, before the clock runs. In each round the frames are played
from the first on, keyers begin anew, and all take their turns at a frame before the next one comes,
in another order each time. A frame's time is its median over the rounds.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.checks import check_choice, check_integer
from fastvbg.constants import RUNTIMES
from fastvbg.errors import ModelError
from fastvbg.measure.bench import conditions, write_record
from fastvbg.measure.fullhd import check_clip, store_full_hd
from fastvbg.measure.personlanes import BGR, PLANES, PROGRAMS, TITLES
from fastvbg.measure.personworker import opened
from fastvbg.measure.usual import fetch_models
from fastvbg.models.runtimes import AUTO

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from fastvbg._types import Matte
    from fastvbg.measure.fullhd import Stored
    from fastvbg.measure.personworker import Remote

    Samples = npt.NDArray[np.float64]

FRAMES = 60
"""At most so many are decoded: 190 MB."""
ROUNDS = 3

_SURE = 0.9  # of 1 for in, as near to 0 for out
_COMPARED = 4  # mattes are compared on one of so many frames
_WARM = 2


@dataclass(frozen=True)
class Cost:
    """Milliseconds a frame."""

    mean: float
    """The sum over all frames, divided by their number."""
    median: float
    mad: float
    """Median absolute deviation from the median over the frames."""


@dataclass(frozen=True)
class PersonRow:
    """What one contender took; `TITLES` has its title."""

    name: str
    runtime: str
    cpu: Cost
    """CPU time of the calling thread."""
    wall: Cost
    process_ms: float
    """Mean CPU time of all threads: more than the calling one's where something uses others."""
    looks: float
    """How often a network runs, a frame."""


@dataclass(frozen=True)
class Agreement:
    """How far two contenders' mattes of the same frames agree."""

    first: str
    second: str
    sure: float
    """Of the pixels of which both are sure (at most 0.1 or at least 0.9), the share that is alike;
    1 where there are none."""
    iou: float
    """Intersection over union of what is in by half or more; 1 where neither has anything."""


@dataclass(frozen=True)
class PersonFigures:
    """All rows of a run, and the conditions that they were measured under."""

    conditions: dict[str, Any]
    rows: list[PersonRow]
    agreement: list[Agreement]
    found: float
    """Share of the compared frames in which fastvbg finds anybody."""
    skipped: dict[str, str]
    """Titles of what does not run here, and why."""


def run_person_bench(
    clip: Path | None = None,
    *,
    rounds: int = ROUNDS,
    every: int = 1,
    runtime: str = AUTO,
    progress: Callable[[str], None] | None = None,
) -> PersonFigures:
    """Time the person mask and the usual code on the first frames of a video.

    Parameters
    ----------
    clip : Path, optional
        A video; by default the generated scene.
    rounds : int
        How many times each frame is measured.
    every : int
        As for `PersonKeyer`; the usual code looks at each frame.
    runtime : str
        As for `PersonKeyer`, for everybody.
    progress : callable, optional
        Told what is being measured.

    Returns
    -------
    PersonFigures
        A row for each contender, in the order of `TITLES`.

    Raises
    ------
    SourceError
        The video cannot be read.
    ModelError
        The models cannot be fetched, or do not run.
    OptionError, OptionTypeError
        An option is none of the above.
    """
    check_choice("runtime", runtime, RUNTIMES)
    check_integer("rounds", rounds, 1, 1000)
    check_integer("every", every, 1, 1000)
    tell = progress or (lambda _: None)
    if clip is not None:
        check_clip(clip)
    fetch_models()
    with tempfile.TemporaryDirectory(prefix="fastvbg-bench-") as folder, ExitStack() as stack:
        tell("drawing frames" if clip is None else "decoding frames")
        stored = store_full_hd(clip, FRAMES, Path(folder, "frames"))
        tell("opening models")
        lanes, skipped = _open(stored, runtime, every, stack)
        tell("comparing mattes")
        agreement, found = _compare(lanes, stored.frames)
        samples, looks = _time(lanes, stored.frames, rounds, tell)
    rows = [_row(lane, samples[k], looks[k]) for k, lane in enumerate(lanes)]
    facts = conditions() | {
        "clip": "generated" if clip is None else clip.name,
        "size": [stored.width, stored.height],
        "frames": stored.frames,
        "rounds": rounds,
        "every": every,
        "runtime": lanes[0].runtime,
    }
    return PersonFigures(facts, rows, agreement, found, skipped)


def _open(
    stored: Stored, runtime: str, every: int, stack: ExitStack
) -> tuple[list[Remote], dict[str, str]]:
    """Return all that run here, and the titles of those that do not with the reason."""
    lanes: list[Remote] = []
    skipped: dict[str, str] = {}
    for program in PROGRAMS:
        try:
            lanes += stack.enter_context(opened(program, stored, runtime, every))
        except ModelError as error:
            if program in (PLANES, BGR):
                raise
            skipped[TITLES[f"usual {program}"]] = str(error)
    return sorted(lanes, key=lambda lane: list(TITLES).index(lane.name)), skipped


def _compare(lanes: Sequence[Remote], count: int) -> tuple[list[Agreement], float]:
    """Let all go over all frames; return how their mattes agree, and where anybody was found."""
    kept: dict[str, list[Matte]] = {}
    for place in range(count):
        for lane in lanes:
            if not lane.name.startswith("network"):
                matte = lane.matte(place)
                if place % _COMPARED == 0:
                    kept.setdefault(lane.name, []).append(matte)
    mattes = {name: np.stack(each) for name, each in kept.items()}
    others = [name for name in mattes if name != PLANES]
    agreement = [agree(PLANES, name, mattes[PLANES], mattes[name]) for name in others]
    return agreement, float((mattes[PLANES] >= 128).any(axis=(1, 2)).mean())


def agree(first: str, second: str, a: Matte, b: Matte) -> Agreement:
    """Return how far two uint8 arrays of mattes agree."""
    low, high = 255 * (1 - _SURE), 255 * _SURE
    sure = ((a <= low) | (a >= high)) & ((b <= low) | (b >= high))
    inside, other = a >= 128, b >= 128
    alike = (inside == other)[sure]
    union = np.count_nonzero(inside | other)
    iou = np.count_nonzero(inside & other) / union if union else 1.0
    return Agreement(first, second, float(alike.mean()) if alike.size else 1.0, float(iou))


def _time(
    lanes: Sequence[Remote], count: int, rounds: int, tell: Callable[[str], None]
) -> tuple[Samples, list[float]]:
    """Return milliseconds of (lanes, rounds, frames, 3), and how often networks ran a frame."""
    for lane in lanes:  # the blends have not been called yet
        for place in range(min(_WARM, count)):
            lane.work(place)
    before = [lane.looks() for lane in lanes]
    samples = np.empty((len(lanes), rounds, count, 3))
    for turn in range(rounds):
        tell(f"round {turn + 1} of {rounds}")
        for lane in lanes:
            lane.begin()
        for place in range(count):
            for k in range(len(lanes)):
                who = (k + place + turn) % len(lanes)
                samples[who, turn, place] = lanes[who].work(place)
    ran = [lane.looks() - first for lane, first in zip(lanes, before, strict=True)]
    return samples, [looks / (rounds * count) for looks in ran]


def _row(lane: Remote, samples: Samples, looks: float) -> PersonRow:
    cpu, wall, process = np.median(samples, axis=0).T
    return PersonRow(lane.name, lane.runtime, _cost(cpu), _cost(wall), float(process.mean()), looks)


def _cost(times: Samples) -> Cost:
    median = float(np.median(times))
    return Cost(float(times.mean()), median, float(np.median(np.abs(times - median))))


def write_person(figures: PersonFigures, path: Path) -> None:
    """Write the figures of `run_person_bench` as `write_record` does."""
    titles = {row.name: TITLES[row.name] for row in figures.rows}
    write_record(asdict(figures) | {"titles": titles}, path)
