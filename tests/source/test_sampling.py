"""Frames from all over a range are found in every kind of file, wherever its key frames lie."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from fastvbg.media.model import ReadOptions
from fastvbg.source.sampling import samples
from tests.source.test_start import CLIPS, RATE, make
from tests.support.numbered import number_of

KEY_FRAMES = 40


def numbers(path: Path, **range: Fraction) -> list[int]:
    return [number_of(frame) for frame in samples(path, 12, ReadOptions(pixels="bgr", **range))]


# What is decoded from within a round of refreshment shows no numbers yet.
@pytest.mark.parametrize("name", [name for name in CLIPS if not name.startswith("refresh")])
@pytest.mark.parametrize("start", [0, 61, 95])
def test_a_range_to_the_end(tmp_path: Path, name: str, start: int) -> None:
    seen = numbers(make(tmp_path, name), start=Fraction(start, RATE))
    assert seen
    # Frames of raw streams have no times; AVI and sound that begins first move those of others.
    within = KEY_FRAMES if name.startswith("raw") else 3
    assert min(seen) >= start - within
    assert max(seen) >= (start + 100 - within) // 2


def test_no_more_than_the_range(tmp_path: Path) -> None:
    given = {"start": Fraction(61, RATE), "end": Fraction(70, RATE)}
    seen = numbers(make(tmp_path, "one_key.ts"), **given)
    assert seen
    assert 61 <= min(seen) <= max(seen) < 70
    assert numbers(tmp_path / "one_key.ts", start=Fraction(9)) == []
