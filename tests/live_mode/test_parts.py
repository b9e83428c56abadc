"""The parts of a session, each alone."""

from __future__ import annotations

import itertools
import threading
import time

import numpy as np
import pytest

from fastvbg.errors import SourceError
from fastvbg.live_mode.controls.figures import Figures, Rate
from fastvbg.live_mode.making.making import Making
from fastvbg.live_mode.making.overload import Overload, Reduced
from fastvbg.live_mode.pictures.framing import WHOLE, Box, Framing, box_of
from fastvbg.live_mode.pictures.slot import Slot
from fastvbg.live_mode.session.cards import draw_card, read_card
from fastvbg.live_mode.session.idle import REST_AFTER, SLEEP_AFTER, Idle
from fastvbg.masks.plate import Plate
from fastvbg.settings import Settings


def test_a_slot_holds_the_newest_and_counts_the_others() -> None:
    slot: Slot[int] = Slot()
    assert slot.put(1) is None
    assert slot.put(2) == 1
    assert slot.put(3) == 2
    assert slot.take(0) == 3
    assert slot.take(0.01) is None
    assert slot.dropped == 2


def test_a_slot_wakes_who_waits() -> None:
    slot: Slot[int] = Slot()
    got: list[int | None] = []
    threads = [threading.Thread(target=lambda: got.append(slot.take(10)))]
    threads[0].start()
    slot.put(7)
    threads[0].join(10)
    assert got == [7]
    threads = [threading.Thread(target=lambda: got.append(slot.take()))]
    threads[0].start()
    slot.close()
    threads[0].join(10)
    assert got == [7, None]
    assert slot.closed


def test_idle_goes_down_a_ladder_and_up_at_once() -> None:
    idle = Idle(100.0)
    steps = [idle.effort(watched=False, now=100.0 + s) for s in (0, REST_AFTER, SLEEP_AFTER, 99)]
    assert steps == ["work", "rest", "sleep", "sleep"]
    assert idle.effort(watched=True, now=200.0) == "work"
    assert idle.effort(watched=False, now=200.0 + REST_AFTER - 0.1) == "work"


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


def person(left: int, right: int, top: int) -> np.ndarray:
    matte = np.zeros((360, 640), np.uint8)
    matte[top:, left:right] = 255
    return matte


def test_the_box_of_a_matte() -> None:
    box = box_of(person(320, 480, 120))
    assert box == pytest.approx(Box(0.5, 1 / 3, 0.25, 2 / 3), abs=0.02)
    assert box_of(np.zeros((360, 640), np.uint8)) is None
    stray = person(320, 480, 120)
    stray[0, 0] = 255
    assert box_of(stray) == box


@pytest.mark.parametrize("height", [90, 180, 360, 720, 1080])
def test_a_head_is_in_the_box_of_a_picture_of_any_size(height: int) -> None:
    matte = np.zeros((height, height * 16 // 9), np.uint8)
    across, down = matte.shape[1] / 100, height / 100
    matte[int(40 * down) : int(60 * down), int(48 * across) : int(53 * across)] = 255
    matte[int(60 * down) :, int(40 * across) : int(60 * across)] = 255
    box = box_of(matte)
    assert box is not None
    assert box.y == pytest.approx(0.4, abs=0.02)


def test_framing_holds_two_people_side_by_side() -> None:
    framing, box = Framing(), Box(0.1, 0.4, 0.6, 0.3)
    crop = [framing.follow(box, 1 / 30) for _ in range(240)][-1]
    assert crop.x <= box.x
    assert crop.x + crop.width >= box.x + box.width


def test_framing_goes_there_calmly_and_stays_in_the_picture() -> None:
    framing, box = Framing(), box_of(person(400, 520, 180))
    crops = [framing.follow(box, 1 / 30) for _ in range(240)]
    steps = [abs(b.x - a.x) for a, b in itertools.pairwise(crops)]
    assert max(steps) < 0.03
    assert crops[-1].width < 0.8
    assert crops[-1].x < 0.7 < crops[-1].x + crops[-1].width
    for crop in crops:
        assert crop.x >= 0
        assert crop.x + crop.width <= 1 + 1e-9
        assert crop.y + crop.height <= 1 + 1e-9
    still = crops[-1]
    nudged = box_of(person(404, 524, 180))
    assert framing.follow(nudged, 1 / 30) == still  # within the dead zone
    assert [framing.follow(None, 1 / 30) for _ in range(400)][-1] == pytest.approx(WHOLE, abs=0.02)


def test_cards(tmp_path) -> None:
    card = draw_card(640, 360)
    assert card.shape == (360, 640, 3)
    assert card.max() > 200
    assert draw_card(64, 36, "a long line of text").shape == (36, 64, 3)
    import cv2

    cv2.imwrite(str(tmp_path / "card.png"), np.full((10, 40, 3), (0, 0, 250), np.uint8))
    assert (read_card(tmp_path / "card.png", 64, 48) == (0, 0, 250)).all()


def test_a_plate_of_another_camera_is_refused() -> None:
    """It would keep the whole room."""
    taken = Plate(plate=np.zeros((64, 96, 3), np.uint8))
    making = Making(Settings(mask=taken, background="navy"), print, print)
    making.took(making.settings.kind)
    making.turn_to(0)
    with pytest.raises(SourceError, match="the empty room was taken of another camera"):
        making.turn_to(1)
    making.took(making.settings.kind)
    making.turn_to(1)
    making.settings = Settings(mask="motion", background="navy")
    making.turn_to(2)
