"""The page in a real browser: the machine is looked over where a doctor is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fastvbg.live_mode.page.server import Page
from tests.live_mode.page.test_browser import browser, check_until, clipped, session, tab, tab_of
from tests.support.livesession import FakeSession

if TYPE_CHECKING:
    pass


pytestmark = pytest.mark.page
__all__ = ["browser", "session", "tab"]


def test_the_machine_is_looked_over_when_that_is_opened(browser: Any) -> None:
    asked = []

    def doctor() -> list[tuple[str, str, str]]:
        asked.append(1)
        return [("good", "NumPy", "2.4"), ("bad", "OpenCV", "no"), ("note", "camera", "none")]

    with (
        Page(FakeSession(), doctor=doctor) as page,
        tab_of(browser, page.url, viewport={"width": 400, "height": 820}) as tab,
    ):
        assert not asked
        tab.click("#machine > summary")
        tab.wait_for_selector(".finding")
        assert tab.locator(".finding .subject").all_text_contents() == ["OpenCV", "camera", "NumPy"]
        assert tab.text_content("#machine-said") == "1 of 3 to be mended."
        tab.click("#examine")
        check_until(tab, lambda: len(asked) == 2)
        assert clipped(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= 400


def test_without_a_doctor_nothing_offers_one(tab: Any) -> None:
    assert not tab.is_visible("#machine")
