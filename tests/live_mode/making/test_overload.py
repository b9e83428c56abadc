"""What is given up where work takes too long, and taken back."""

from __future__ import annotations

from fastvbg.live_mode.making.overload import Overload, Reduced


def run(
    overload: Overload, share: float, seconds: float, now: float
) -> tuple[list[Reduced], float]:
    """Let frames take a share of their time; return what was given up, in order."""
    found, end = [], now + seconds
    while now < end:
        now += 1 / 30
        if overload.add(share / 30 * overload.reduced.rate, 1 / 30, now):
            found.append(overload.reduced)
    return found, now


def test_overload_gives_up_in_order_and_takes_back() -> None:
    overload = Overload(network=True)
    found, now = run(overload, 1.2, 40, 0.0)
    assert found[:4] == [Reduced(2), Reduced(4), Reduced(4, 2), Reduced(4, 2, 2)]
    assert str(found[3]) == "the network looks at one frame in 4, 1/2 of the size, 1/2 of the rate"
    found, now = run(overload, 0.1, 200, now)
    assert found[-1] == Reduced()
    assert str(found[-1]) == ""
    assert run(Overload(network=False), 1.2, 12, 0.0)[0][0] == Reduced(1, 2)


def test_overload_leaves_what_is_fine_alone() -> None:
    assert run(Overload(network=True), 0.6, 60, 0.0)[0] == []


def test_overload_hurries_where_each_frame_takes_long() -> None:
    """A network that takes a second and a half a look: few frames tell enough."""
    overload, now = Overload(network=True), 0.0
    for _ in range(10):
        now += 1.5
        overload.add(1.5, 1 / 30, now)
    assert overload.reduced == Reduced(4, 2, 2)
    overload = Overload(network=True)
    assert run(overload, 0.3, 20, 0.0)[0] == []
    assert not overload.add(3.0, 1 / 30, 23.0)  # one that was held up


def test_overload_does_not_swing() -> None:
    """Where a step back proves too early each time, it is tried less and less often."""
    overload, changes, now = Overload(network=True), 0, 0.0
    while now < 300:
        share = 1.0 if overload.reduced.every == 1 else 0.2
        found, now = run(overload, share, 1, now)
        changes += len(found)
    assert 1 <= changes <= 20


def test_overload_tries_again_however_often_that_was_too_early() -> None:
    """After hours of trying in vain it goes back within minutes of the load's end."""
    overload, now = Overload(network=True), 0.0
    while now < 3600:
        _, now = run(overload, 1.0 if overload.reduced.every == 1 else 0.2, 1, now)
    _, now = run(overload, 1.0, 10, now)
    assert overload.reduced != Reduced()
    run(overload, 0.1, 720, now)
    assert overload.reduced == Reduced()
