"""The person mask on a full HD frame, and the usual code around the same model: `pytest bench`.

`fastvbg bench person` gives each a process of its own and whole videos; here one process has them
all, in which large temporaries of the usual code cost less than in a program of its own.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from fastvbg.measure.fullhd import FullHD, Shown, draw_picture, store_full_hd
from fastvbg.measure.person import agree
from fastvbg.measure.personlanes import PLANES, PROGRAMS, Lane, open_lanes
from fastvbg.models.store import KNOWN, state

FRAMES = 12


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> FullHD:
    """Frames of the generated scene."""
    if any(state(model) != "present" for model in KNOWN):
        pytest.skip("the person models are not here; 'fastvbg models fetch' obtains them")
    return FullHD(store_full_hd(None, FRAMES, tmp_path_factory.mktemp("person") / "frames"))


def lane_of(program: str, frames: FullHD) -> Lane:
    bg = draw_picture(frames.width, frames.height)
    return open_lanes(program, frames, bg, "auto", 1)[0]


@pytest.mark.parametrize("program", PROGRAMS)
def test_person(benchmark: Any, frames: FullHD, program: str) -> None:
    lane, ours = lane_of(program, frames), lane_of(PLANES, frames)
    shown: list[Shown] = [frames.shown(place) for place in range(FRAMES)]
    mattes = [np.stack([each.matte(frame) for frame in shown]) for each in (ours, lane)]
    assert agree(PLANES, lane.name, *mattes).sure > 0.9
    lane.begin()
    turns = itertools.cycle(shown)
    benchmark.group = "person 1080p"
    benchmark.pedantic(lambda: lane.work(next(turns)), warmup_rounds=2, rounds=2 * FRAMES)
