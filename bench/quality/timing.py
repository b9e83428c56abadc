"""Milliseconds a frame: keyers in turns, each over a few frames of the scene in a row.

They are the thread's own CPU time, so that what else the machine does counts little.
"""

from __future__ import annotations

import statistics
import time
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from bench.quality.steps import Room
from fastvbg.errors import FastvbgError
from fastvbg.measure.timing import Timing
from fastvbg.media.image import read_image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.quality.contenders import Contender
    from bench.quality.scenes import Clip
    from bench.quality.steps import Step
    from fastvbg._types import Frame

FULL_HD = 1920, 1080

_FRAMES = 24  # of the scene, played forth and back
_BURST = 3  # frames in a row; the first finds other data in the caches and is not timed

TURNS = 12, 16
"""Without the clock, in which adaptive models settle; and with it."""


class Lane(NamedTuple):
    """A contender's turn."""

    step: Step
    frames: list[Any]


def sample(clip: Clip, size: tuple[int, int]) -> tuple[Room, list[Frame]]:
    """Return neighbouring frames from the middle of what is scored, scaled, and the plate."""

    def scaled(frame: Frame) -> Frame:
        if frame.shape[1::-1] == size:
            return np.ascontiguousarray(frame)
        return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR), np.uint8)

    places = sorted(clip.truths)
    middle = places[max(0, len(places) // 2 - _FRAMES // 2)]
    frames = [scaled(frame) for frame in islice(clip.frames(), middle, middle + _FRAMES)]
    first = next(clip.frames()) if clip.plate is None else read_image(clip.plate, "plate")
    return Room(*size, scaled(first)), frames


def forth_and_back(count: int, turn: int) -> int:
    """Return the place in a list that is played forth and back, its ends once."""
    if count < 2:
        return 0
    place = turn % (2 * count - 2)
    return place if place < count else 2 * count - 2 - place


def time_contenders(
    clip: Clip, size: tuple[int, int], contenders: Mapping[str, Contender]
) -> dict[str, Timing]:
    """Time contenders on the frames of a clip, on one thread.

    Parameters
    ----------
    clip : Clip
        The scene.
    size : (int, int)
        Width and height to which its frames are scaled.
    contenders : mapping of str to Contender
        What to time; what refuses the scene is left out.

    Returns
    -------
    dict of str to Timing
        Of each.
    """
    room, frames = sample(clip, size)
    lanes: dict[str, Lane] = {}
    for name, contender in contenders.items():
        try:
            lane = Lane(contender.step(room), [contender.prepared(frame) for frame in frames])
            lane.step(lane.frames[0])
        except FastvbgError:
            continue
        lanes[name] = lane
    samples = _interleaved(lanes)
    return {name: _timing(values) for name, values in samples.items()}


def _interleaved(lanes: Mapping[str, Lane]) -> dict[str, list[float]]:
    samples: dict[str, list[float]] = {name: [] for name in lanes}
    warm_up, timed = TURNS
    for turn in range(warm_up + timed):
        for name, lane in lanes.items():
            for k in range(_BURST):
                frame = lane.frames[forth_and_back(len(lane.frames), 1 + turn * _BURST + k)]
                start = time.thread_time()
                lane.step(frame)
                spent = time.thread_time() - start
                if turn >= warm_up and k:
                    samples[name].append(spent * 1e3)
    return samples


def _timing(samples: list[float]) -> Timing:
    median = statistics.median(samples)
    spread = statistics.median(abs(value - median) for value in samples)
    return Timing(median, spread, len(samples))
