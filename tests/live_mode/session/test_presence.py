"""What leaves while nobody is there, by a clock of the test's own."""

from __future__ import annotations

from fastvbg.live_mode.session.presence import Presence


def test_nobody_counts_only_after_a_while() -> None:
    presence = Presence()
    left = [presence.leaving("card", somebody=False, now=at) for at in (5.0, 6.9, 7.0, 99.0)]
    assert left == ["live", "live", "card", "card"]


def test_whoever_comes_back_is_shown_at_once_and_may_bend_down_again() -> None:
    presence = Presence()
    for at in (0.0, 3.0):
        presence.leaving("blur", somebody=False, now=at)
    assert presence.leaving("blur", somebody=True, now=3.1) == "live"
    assert presence.leaving("blur", somebody=False, now=4.0) == "live"
    assert presence.leaving("blur", somebody=False, now=6.0) == "blur"


def test_what_is_kept_stays_however_long_nobody_is_there() -> None:
    presence = Presence()
    assert {presence.leaving("keep", somebody=False, now=at) for at in (0.0, 9.0)} == {"live"}
    assert presence.leaving("card", somebody=False, now=10.0) == "live"  # asked for just now
