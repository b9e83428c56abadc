"""The bench itself: every contender on every scene, scored and timed."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from bench.quality.scenelist import SCENES
from bench.quality.timing import FULL_HD, time_contenders
from fastvbg.errors import FastvbgError
from fastvbg.measure.bench import conditions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.quality.contenders import Contender
    from bench.quality.scenes import Clip
    from fastvbg._types import Frame, Matte
    from fastvbg.measure.timing import Timing

    Tell = Callable[[str], None]

_TIMES = 4  # rows of a contact sheet


@dataclass
class Row:
    """What a contender made of a scene."""

    scene: str
    contender: str
    title: str
    ours: bool
    """Whether it is a keyer of this package."""
    scores: dict[str, float] | None = None
    """None where it could not run."""
    why: str | None = None
    """Why it could not."""
    warnings: list[str] = field(default_factory=list)
    ms: dict[str, Timing] = field(default_factory=dict)
    """Milliseconds a frame at the scene's size ("scene") and at 1920x1080 ("1080p")."""


@dataclass
class Record:
    """All that a run found."""

    conditions: dict[str, Any]
    scenes: dict[str, dict[str, Any]]
    rows: list[Row]


@dataclass
class Pictures:
    """What a contact sheet is made of."""

    sources: dict[int, Frame]
    truths: dict[int, Matte]
    mattes: dict[str, dict[int, Matte]] = field(default_factory=dict)
    """By contender and the frame's place."""


def clips_for(names: Sequence[str], folder: Path | None, scratch: Path) -> Iterator[Clip]:
    """Yield the scenes whose clips there are."""
    for name in names:
        spec = SCENES[name]
        if spec.needs and (folder is None or not (folder / spec.needs).exists()):
            continue
        yield spec.make(name, folder or scratch, scratch)


def run(
    clips: Callable[[Path], Iterator[Clip]],
    contenders: Mapping[str, Contender],
    *,
    timed: bool = True,
    tell: Tell = lambda _: None,
    draw: Callable[[Clip, Pictures], None] | None = None,
) -> Record:
    """Score and time contenders on scenes.

    Parameters
    ----------
    clips : callable
        Yields the scenes, given a folder for what has to be prepared.
    contenders : mapping of str to Contender
        By their names.
    timed : bool
        Whether they are timed too.
    tell : callable, optional
        Told what is being done.
    draw : callable, optional
        Given what a scene's contact sheet is made of.

    Returns
    -------
    Record
        A row for each contender and scene.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    record = Record(conditions(), {}, [])
    try:
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            for clip in clips(scratch):
                tell(clip.name)
                rows, pictures = _scored(clip, contenders, scratch, tell)
                if timed and not clip.parts:
                    _time(clip, contenders, rows, tell)
                record.rows += rows.values()
                record.scenes[clip.name] = _facts(clip)
                if draw is not None:
                    draw(clip, pictures)
    finally:
        cv2.setNumThreads(threads)
    return record


def _facts(clip: Clip) -> dict[str, Any]:
    width, height = clip.size
    kind = "mattes" if clip.region is None else "labels"
    return {
        "title": SCENES[clip.name].title,
        "width": width,
        "height": height,
        "scored frames": len(clip.truths),
        "first scored frame": min(clip.truths),
        "truth": kind,
    }


def _scored(
    clip: Clip, contenders: Mapping[str, Contender], scratch: Path, tell: Tell
) -> tuple[dict[str, Row], Pictures]:
    rows: dict[str, Row] = {}
    pictures = _sources(clip)
    for name, contender in contenders.items():
        tell(f"{clip.name}: {contender.title}")
        row = rows[name] = Row(clip.name, name, contender.title, contender.ours)
        row.why = contender.missing()
        if row.why is None and contender.exact and clip.plate is None:
            row.why = "the scene has no exact plate"
        if row.why is not None:
            continue
        try:
            row.scores = _score(clip, contender, scratch, row.warnings, pictures, name)
        except FastvbgError as error:
            row.why = str(error)
    return rows, pictures


def _sources(clip: Clip) -> Pictures:
    places = sorted(clip.truths)
    wanted = {places[round((k + 0.5) * len(places) / _TIMES - 0.5)] for k in range(_TIMES)}
    sources = {k: frame.copy() for k, frame in enumerate(clip.frames()) if k in wanted}
    return Pictures(sources, {place: clip.truths[place] for place in sorted(wanted)})


def _score(
    clip: Clip,
    contender: Contender,
    scratch: Path,
    warnings: list[str],
    pictures: Pictures,
    name: str,
) -> dict[str, float]:
    score = clip.score()
    kept: dict[int, Matte] = {}
    scored = 0
    for place, found in enumerate(_mattes(clip, contender, scratch, warnings)):
        if place not in clip.truths:
            continue
        height, width = clip.truths[place].shape
        matte = np.zeros((height, width), np.uint8) if found is None else found
        score.add(matte, clip.truths[place])
        scored += 1
        if place in pictures.truths:
            kept[place] = matte.copy()
    if scored != len(clip.truths):
        raise RuntimeError(f"{name}: got {scored} mattes, wanted {len(clip.truths)}")
    pictures.mattes[name] = kept
    return score.result()


def _mattes(
    clip: Clip, contender: Contender, scratch: Path, warnings: list[str]
) -> Iterator[Matte | None]:
    """Yield a scene's mattes; stills are keyed each by itself."""
    for each in clip.parts or (clip,):
        yield from contender.mattes(each, scratch, warnings)


def _time(
    clip: Clip, contenders: Mapping[str, Contender], rows: Mapping[str, Row], tell: Tell
) -> None:
    ran = {name: c for name, c in contenders.items() if rows[name].scores is not None}
    for label, size in (("scene", clip.size), ("1080p", FULL_HD)):
        tell(f"{clip.name}: timing at {size[0]}x{size[1]}")
        for name, timing in time_contenders(clip, size, ran).items():
            rows[name].ms[label] = timing
