"""The slot of one: newest only, nobody waits for who reads."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from fastvbg.devices.newest import Newest
from fastvbg.devices.planar import black, check_even_size, check_picture, planes_in
from fastvbg.errors import FastvbgError


def gray(level: int) -> tuple[np.ndarray, ...]:
    planes = black(4, 2)
    planes[0][:] = level
    return planes


def test_the_newest_is_read_and_the_others_are_counted() -> None:
    slot = Newest(4, 2)
    for level in (20, 30, 40):
        slot.put(gray(level))
    taken = slot.take(lambda: False)
    assert planes_in(taken, 4, 2)[0][0, 0] == 40
    assert bytes(taken[8:]) == b"\x80" * 4
    assert slot.lost == 2


def test_rows_begin_where_who_reads_wants_them() -> None:
    slot = Newest(6, 4, 4)
    planes = black(6, 4)
    for number, plane in enumerate(planes):
        plane[:] = number + 1 + np.arange(plane.shape[1])
    slot.put(planes)
    taken = slot.take(lambda: False).tolist()
    assert taken == [1, 2, 3, 4, 5, 6, 0, 0] * 4 + [2, 3, 4, 0] * 2 + [3, 4, 5, 0] * 2


def test_what_is_being_read_is_not_written_to() -> None:
    slot = Newest(4, 2)
    slot.put(gray(20))
    taken = slot.take(lambda: False)
    for level in range(30, 40):
        slot.put(gray(level))
    assert taken[0] == 20
    assert slot.take(lambda: False)[0] == 39
    assert slot.lost == 9


def test_waking_ends_the_wait() -> None:
    slot, over, got = Newest(4, 2), [], []
    thread = threading.Thread(target=lambda: got.append(slot.take(lambda: bool(over))))
    thread.start()
    over.append(True)
    slot.wake()
    thread.join(20)
    assert got == [None]


@pytest.mark.parametrize("size", [(3, 2), (2, 3), (0, 2), ("4", 2), (1 << 15, 2)])
def test_sizes_without_halves_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(FastvbgError, match="wanted an (even|integer)"):
        check_even_size(*size)


def test_pictures_of_another_size_are_refused() -> None:
    check_picture(black(4, 2), 4, 2)
    with pytest.raises(FastvbgError, match="got luma of 4x2 and chroma of 2x1, wanted 6x2"):
        check_picture(black(4, 2), 6, 2)
    y, _, _ = black(4, 2)
    with pytest.raises(FastvbgError, match="chroma of 4x2"):
        check_picture((y, y, y), 4, 2)
