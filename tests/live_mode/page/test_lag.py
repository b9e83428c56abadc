"""How late frames are, by their stamps."""

from __future__ import annotations

import pytest

from fastvbg.live_mode.page.lag import Lag


def lags(count: int, *, clock: float = 1.0, arrives: float = 1.0, first: int = 0) -> list[float]:
    """Of frames at 30 a second of the sender's clock, and when they arrive beside that."""
    lag = Lag()
    return [
        lag.add((first + round(clock * 3000 * k)) % (1 << 32), 50 + arrives * k / 30)
        for k in range(count)
    ]


def test_frames_in_time_are_not_late() -> None:
    assert max(lags(1000)) < 1e-3


def test_stamps_begin_anew_after_13_hours() -> None:
    assert max(lags(1000, first=(1 << 32) - 1_000_000)) < 1e-3


@pytest.mark.parametrize("clock", [1 - 1e-4, 1 + 1e-4])
def test_clocks_that_differ_make_nothing_late(clock: float) -> None:
    assert max(lags(30 * 3600 * 12, clock=clock)) < 0.01


def test_what_falls_behind_is_late() -> None:
    assert lags(30 * 100, arrives=1.03)[-1] == pytest.approx(3, abs=0.1)


def test_one_late_frame_is_that_late() -> None:
    lag = Lag()
    assert lag.add(0, 7.0) == 0
    assert lag.add(3000, 7.5) == pytest.approx(0.5 - 1 / 30, abs=1e-3)
    assert lag.add(90_000, 8.0) == pytest.approx(0, abs=1e-3)
    assert lag.add(None, 99.0) == 0
