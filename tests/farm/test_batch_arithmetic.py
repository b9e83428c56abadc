"""The simulation of many machines adds up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tools.farm_arithmetic import Costs, Film, hours, main
from tools.farm_measure import fitted, rows

BARE = Costs(start=0, look=0, plan_frame=0, part=0, frame=0.01, join_frame=0, rate=30, segment=20)


def test_without_serial_parts_machines_share_evenly() -> None:
    one = hours(1, [3600.0], BARE)
    assert one == pytest.approx(0.3)
    assert hours(10, [3600.0], BARE) == pytest.approx(one / 10)
    assert hours(180, [3600.0], BARE) == pytest.approx(one / 180)
    assert hours(1000, [3600.0], BARE) == pytest.approx(one / 180)  # there are 180 parts


def test_what_one_does_alone_bounds_the_rest() -> None:
    slow = replace(BARE, ready_frame=0.005)
    one, many = hours(1, [3600.0], slow), hours(1000, [3600.0], slow)
    assert one / many == pytest.approx((0.01 + 0.005) / (0.005 + 0.01 / 180))


def test_an_archive_of_short_files_is_shared_by_files() -> None:
    assert hours(100, [20.0] * 1000, BARE) == pytest.approx(hours(1, [20.0] * 1000, BARE) / 100)
    assert len(Film(0, 20.0, BARE).begin()) == 1


def test_it_prints_a_line_for_each_number_of_machines(capsys) -> None:
    assert main(["--length", "600", "--films", "3"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 8


def test_what_was_measured_is_what_is_said_of_one_worker() -> None:
    costs = replace(Costs(), segment=5.0)
    one = 3600 * hours(1, [60.0], replace(costs, frame=0.01))
    assert fitted(one, 60.0, costs).frame == pytest.approx(0.01)
    lines = rows({1: one, 2: one / 2, 4: one / 2}, {1: 1, 2: 2, 4: 2}, 60.0, costs)
    assert len(lines) == 7
    measured, said = lines[2].split("|")[3], lines[2].split("|")[5]
    assert measured == said
