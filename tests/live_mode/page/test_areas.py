"""Areas drawn in a real browser over a picture that is cropped and mirrored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fastvbg.live_mode.page.server import Page
from fastvbg.settings import Settings
from tests.live_mode.page.test_browser import browser, check_until, tab_of
from tests.support.livesession import FakeSession

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.page
__all__ = ["browser"]


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(Settings(mask="person", background="#204060"), 320, 180)


@pytest.fixture
def tab(browser: Any, session: FakeSession) -> Iterator[Any]:
    with Page(session) as page, tab_of(browser, page.url) as tab:
        yield tab


def _drawn(tab: Any, session: FakeSession) -> Any:
    """Return the corners that come of a triangle in the upper left of the preview."""
    tab.click("#draw-keep")
    box = tab.locator("#draw").bounding_box()
    for x, y in ((0.1, 0.1), (0.4, 0.1), (0.4, 0.5), (0.1, 0.1)):
        tab.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    check_until(tab, lambda: session.settings.keep_region is not None)
    numbers = session.settings.keep_region.replace(",", " ").split()
    return np.array([float(number.strip("%")) for number in numbers])


def _shown(tab: Any) -> Any:
    points = tab.get_attribute("#areas polygon", "points").replace(",", " ").split()
    return np.array([float(number) for number in points])


@pytest.mark.parametrize(
    ("crop", "flip", "wanted"),
    [
        ((0.2, 0.1, 0.5, 0.5), False, (25, 15, 40, 15, 40, 35)),
        ((0.0, 0.0, 1.0, 1.0), True, (90, 10, 60, 10, 60, 50)),
        ((0.2, 0.1, 0.5, 0.5), True, (65, 15, 50, 15, 50, 35)),
    ],
)
def test_they_lie_where_the_camera_has_them(
    tab: Any, session: FakeSession, crop: Any, flip: bool, wanted: Any
) -> None:
    session.crop = crop
    session.switch(flip=flip)
    # The next figures say so, which come now and then.
    tab.wait_for_timeout(1500)
    assert np.abs(_drawn(tab, session) - wanted).max() < 1
    assert np.abs(_shown(tab) - (10, 10, 40, 10, 40, 50)).max() < 1.5
