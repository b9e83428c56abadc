"""Where parts begin and end, and when their packets are decoded."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastvbg.errors import SinkError
from fastvbg.farm.cutting.borders import LEAD, borders_of
from fastvbg.farm.parts.merging import decoding_times
from fastvbg.masks.memory import FADING, NONE, SNAPSHOT, Memory
from fastvbg.sink.part import Moment
from fastvbg.source.index import Index

MEMORIES = (NONE, FADING, SNAPSHOT, Memory("frames", 7))


@given(
    steps=st.lists(st.integers(1, 200), min_size=1, max_size=400),
    every=st.integers(1, 90),
    memory=st.sampled_from(MEMORIES),
    held=st.integers(0, 9),
    seconds=st.integers(1, 12),
    first=st.integers(0, 2),
    count=st.one_of(st.none(), st.integers(1, 300)),
)
def test_every_frame_is_in_one_part(steps, every, memory, held, seconds, first, count) -> None:
    times = [sum(steps[: k + 1]) for k in range(len(steps))]
    first = min(first, len(times) - 1)
    index = Index(times, frozenset(times[::every]))
    borders = borders_of(
        index, memory, held, Fraction(1, 25), Fraction(seconds), first=first, count=count
    )
    made = times[first:] if count is None else times[first : first + count]
    found = []
    for border in borders:
        own = [
            time
            for time in made
            if (border.first is None or time >= border.first)
            and (border.end is None or time < border.end)
        ]
        assert len(own) == border.frames > 0
        assert border.number == (0 if border.read is None else times.index(border.read))
        keyed = 0 if border.keyed is None else times.index(border.keyed)
        begin = first if border.first is None else times.index(border.first)
        assert begin - keyed >= min(begin, held + memory.frames)
        assert keyed - border.number == min(keyed, LEAD)
        after = begin + border.frames
        assert [border.end, border.until] == [
            times[k] if k < len(times) else index.beyond for k in (after, after + 1)
        ]
        found += own
    assert found == made


def test_decoding_begins_at_key_frames() -> None:
    times = list(range(3000))
    index = Index(times, frozenset(times[::250]))
    for memory in MEMORIES:
        borders = borders_of(index, memory, 0, Fraction(1, 25), Fraction(20))
        assert len(borders) == 6
        assert all(border.read in index.keys for border in borders[1:])


@pytest.mark.parametrize(("seconds", "parts"), [(20, 1), (29, 1), (31, 2), (49, 2)])
def test_no_part_is_much_shorter_than_the_others(seconds: int, parts: int) -> None:
    times = list(range(25 * seconds))
    index = Index(times, frozenset(times))
    borders = borders_of(index, NONE, 0, Fraction(1, 25), Fraction(20))
    assert len(borders) == parts
    assert min(border.frames for border in borders) > 10 * 25


def test_parts_that_fade_begin_where_key_frames_stand_out() -> None:
    times = list(range(1500))
    index = Index(times, frozenset([*times[::250], 533, 1041]))
    borders = borders_of(index, FADING, 0, Fraction(1, 25), Fraction(20))
    assert [border.first for border in borders] == [None, 533, 1041]


def test_key_frames_side_by_side_begin_no_scene() -> None:
    times = list(range(1500))
    index = Index(times, frozenset([0, 250, 500, 501, 751, 1001, 1251]))
    borders = borders_of(index, FADING, 0, Fraction(1, 25), Fraction(20))
    assert 501 not in {border.first for border in borders}


def test_decoding_times_are_those_of_an_encoder_of_all() -> None:
    def moments(*shown: int, early: int) -> list[Moment]:
        return [Moment(pts, pts - early, 1, False) for pts in shown]

    assert decoding_times([]) == []
    assert decoding_times(moments(0, 10, 20, early=0)) == [0, 10, 20]
    assert decoding_times(moments(0, 30, 10, 20, early=10)) == [-10, 0, 10, 20]
    # An encoder that holds more back than was needed says so with its first packet.
    assert decoding_times(moments(0, 10, 20, 30, early=20)) == [-20, -10, 0, 10]
    with pytest.raises(SinkError, match="one time"):
        decoding_times(moments(5, 5, early=0))
