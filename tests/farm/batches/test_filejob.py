"""Which files of a batch are made in parts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import fastvbg
from fastvbg.farm.batches.board import Board
from fastvbg.farm.batches.filejob import FileJob
from fastvbg.farm.batches.ways import Terms, Ways
from fastvbg.farm.batches.works import Looked
from fastvbg.farm.workers.engines import check_where
from fastvbg.farm.workers.tasks import Ended

SETTINGS = fastvbg.Settings(mask="motion", background="navy")


@pytest.mark.parametrize(
    ("frames", "segments", "kind"),
    [
        (25 * 40, None, "whole"),
        (25 * 40 + 1, None, "plan"),
        (None, None, "plan"),  # it may be of any length
        (25 * 40 + 1, 0, "whole"),
        (25 * 20, 5, "plan"),
    ],
)
def test_files_of_more_than_two_parts_are_made_in_parts(
    tmp_path: Path, frames: int | None, segments: float | None, kind: str
) -> None:
    ways = Ways.checked(check_where(None, None, 1, None), segments=segments)
    terms = Terms.of(ways, SETTINGS)
    job = FileJob(0, "in.mp4", tmp_path / "out.mp4", terms, Board(), lambda _: None)
    (look,) = job.begin()
    (after,) = job.follow(look, Ended(Looked(frames, Fraction(25), 64)))
    assert type(after.work).__name__ == {"whole": "Whole", "plan": "Planning"}[kind]
