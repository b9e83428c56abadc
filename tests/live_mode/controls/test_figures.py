"""Figures of a session: rates and delays."""

from __future__ import annotations

import time

import pytest

from fastvbg.live_mode.controls.figures import Figures, Rate


def test_rates() -> None:
    rate = Rate()
    for k in range(61):
        rate.add(k / 30)
    assert rate.value(2.0) == pytest.approx(30)
    assert rate.value(10.0) == 0


def test_figures_of_delays() -> None:
    figures = Figures()
    now = time.monotonic()
    for k in reversed(range(100)):
        figures.came(now)
        figures.went(now + k / 1000, now, {"key": 0.002})
    found = figures.snapshot()
    assert found["delay_ms"]["p50"] == pytest.approx(50, abs=1)
    assert found["delay_ms"]["p95"] == pytest.approx(95, abs=1)
    assert found["delay_ms"]["max"] == 99
    assert found["stages_ms"] == {"key": 2.0}
    assert (found["frames_in"], found["frames_out"]) == (100, 100)
