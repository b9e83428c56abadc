"""A session that nobody watches does less and less."""

from __future__ import annotations

from fastvbg.live_mode.session.idle import REST_AFTER, SLEEP_AFTER, Idle


def test_idle_goes_down_a_ladder_and_up_at_once() -> None:
    idle = Idle(100.0)
    steps = [idle.effort(watched=False, now=100.0 + s) for s in (0, REST_AFTER, SLEEP_AFTER, 99)]
    assert steps == ["work", "rest", "sleep", "sleep"]
    assert idle.effort(watched=True, now=200.0) == "work"
    assert idle.effort(watched=False, now=200.0 + REST_AFTER - 0.1) == "work"
