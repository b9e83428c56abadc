"""What the doctor finds is told to pages that ask."""

from __future__ import annotations

import json
import threading
from typing import Any

from fastvbg.errors import MissingLibraryError
from fastvbg.live_mode.page.server import Page
from tests.live_mode.page.test_security import fetched
from tests.support.livesession import FakeSession

FOUND = [("good", "NumPy", "2.4.6"), ("bad", "OpenCV", "it does not load; 'pip …' mends it")]


def asked(page: Page) -> tuple[int, Any]:
    status, _, content = fetched(
        f"{page.address}/doctor", headers={"Authorization": f"Bearer {page.token}"}
    )
    return status, json.loads(content)


def test_each_thing_is_told_with_its_state() -> None:
    with Page(FakeSession(), doctor=lambda: FOUND) as page:
        status, told = asked(page)
        assert fetched(f"{page.address}/doctor")[0] == 401
    assert status == 200
    assert told == {
        "found": [dict(zip(("state", "subject", "text"), each, strict=True)) for each in FOUND]
    }


def test_without_a_doctor_its_command_is_named() -> None:
    with Page(FakeSession()) as page:
        status, told = asked(page)
    assert (status, told["message"]) == (
        400,
        "doctor: it is not at hand here; wanted the command fastvbg doctor",
    )


def test_what_goes_wrong_is_one_line() -> None:
    def ill() -> Any:
        raise MissingLibraryError("Numba does not load")

    with Page(FakeSession(), doctor=ill) as page:
        assert asked(page) == (400, {"message": "Numba does not load"})


def test_who_asks_at_once_is_answered_in_turn() -> None:
    at_once: list[int] = []
    busy = threading.Lock()

    def doctor() -> list[tuple[str, str, str]]:
        free = busy.acquire(blocking=False)
        at_once.append(free)
        threading.Event().wait(0.02)
        if free:
            busy.release()
        return FOUND

    with Page(FakeSession(), doctor=doctor) as page:
        answers: list[int] = []
        asking = [threading.Thread(target=lambda: answers.append(asked(page)[0])) for _ in range(3)]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
    assert answers == [200, 200, 200]
    assert at_once == [True, True, True]
