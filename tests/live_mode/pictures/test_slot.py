"""A slot holds one picture, the newest."""

from __future__ import annotations

import threading

from fastvbg.live_mode.pictures.slot import Slot


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
