"""What is read aloud of a control: its help is linked to it, whatever its form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live_mode.page.test_browser import browser, session, tab

pytestmark = pytest.mark.page
__all__ = ["browser", "session", "tab"]


@pytest.mark.parametrize("kind", ["Person", "Chroma", "Adaptive"])
def test_each_control_tells_its_help(tab: Any, kind: str) -> None:
    tab.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    tab.click(f"#kinds >> text={kind}")
    tab.wait_for_selector(f"#kinds button[aria-pressed=true] >> text={kind}")
    told = tab.evaluate(
        """[...document.querySelectorAll('[role=group].choices, .switch [role=switch]')]
        .map((each) => [each.getAttribute('aria-label') ?? each.id,
                        document.getElementById(each.getAttribute('aria-describedby'))?.textContent])"""
    )
    assert {"Fit", "Background end", "When nobody is in the picture", "switch-flip"} <= {
        name for name, _ in told
    }
    assert [name for name, help in told if not help] == []


def test_each_mask_has_a_thumbnail_of_its_own(tab: Any) -> None:
    told = tab.evaluate(
        """[...document.querySelectorAll('#kinds button')].map((each) => [
            each.dataset.value, each.textContent, each.querySelector('svg').innerHTML])"""
    )
    names, labels, drawn = zip(*told, strict=True)
    assert {"person", "chroma", "plate", "adaptive", "motion"} <= {*names}
    assert all(labels)
    assert len(set(drawn)) == len(names)
