"""The empty room in a browser: taken with a countdown, and what can be chosen before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.live_mode.page.test_browser import browser, check_until, session, tab

if TYPE_CHECKING:
    from tests.support.livesession import FakeSession

pytestmark = pytest.mark.page
__all__ = ["browser", "session", "tab"]


def test_a_mask_by_the_empty_room_waits_until_that_is_taken(tab: Any, session: FakeSession) -> None:
    before = session.settings
    tab.wait_for_selector("#kinds button[data-value=plate][aria-disabled=true]")
    assert "Take the empty room first" in tab.get_attribute("#kinds [data-value=plate]", "title")
    tab.focus("#kinds [data-value=plate]")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".refusal[data-about=mask]:not([hidden]) >> text=the empty room first")
    assert session.settings is before
    tab.select_option("#plate-seconds", "3")
    tab.click("#take-plate")
    tab.wait_for_selector("#count:not([hidden])")
    tab.wait_for_selector("#kinds button[data-value=plate][aria-pressed=true]")
    tab.wait_for_selector(".refusal[data-about=mask]", state="hidden")
    tab.click("#kinds >> text=Person")
    check_until(tab, lambda: session.settings.kind.name == "person")
    tab.click("#kinds >> text=Plate")
    check_until(tab, lambda: session.settings.kind.name == "plate")
