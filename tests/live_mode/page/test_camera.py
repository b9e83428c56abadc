"""This browser's camera, given in a real one whose camera is a generated picture."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from tools.page_shots import WIDTHS, arguments, chromium

from fastvbg.live_mode.page.server import Page
from fastvbg.live_mode.sources.browser import BrowserSource
from fastvbg.media.planes import planes_of
from tests.live_mode.page.test_browser import check_until, clipped, tab_of
from tests.support.livesession import FakeSession

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.page
GIVE, STOP = "Use this browser\u2019s camera", "Stop using it"
GIVEN = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
REFUSAL = ".refusal[data-about=camera]:not([hidden])"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    pytest.importorskip("aiortc", reason="aiortc is not installed: fastvbg[webrtc]")
    if chromium() is None:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as started:
        given = [*arguments(), *GIVEN]
        browser = started.chromium.launch(executable_path=chromium(), args=given)
        yield browser
        browser.close()


class Watched:
    """Reads a source, and keeps what came last."""

    def __init__(self) -> None:
        self.source = BrowserSource()
        self.source.open()
        self.scene, self.levels, self.frames = 0, [0.0], 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while not self._over.is_set():
            grab = self.source.read(0.1)
            if grab is not None:
                self.levels = [float(plane.mean()) for plane in planes_of(grab.picture)]
                self.frames = self.frames + 1 if grab.scene == self.scene else 1
                self.scene = grab.scene

    def is_green(self, scene: int) -> bool:
        """Whether pictures of Chromium's generated camera come, of which chroma is all low."""
        return self.scene == scene and self.frames > 5 and max(self.levels[1:]) < 60

    def end(self) -> None:
        self._over.set()
        self._thread.join()


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.end()


@pytest.fixture
def page(watched: Watched) -> Iterator[Page]:
    session = FakeSession()
    session.source = watched.source
    with Page(session) as page:
        yield page


def test_pictures_of_the_camera_come_until_it_is_stopped(
    browser: Any, page: Page, watched: Watched
) -> None:
    with tab_of(browser, page.url) as tab:
        assert tab.inner_text("#give") == GIVE
        assert tab.inner_text("#given-said") == "A generated scene is shown until then."
        for number in (1, 2):
            tab.click("#give >> text=Use this browser")
            tab.wait_for_selector("#give >> text=Stop using it")
            check_until(tab, lambda number=number: watched.is_green(number))
            tab.click("#give")
            check_until(tab, lambda: watched.scene == 0)
            assert tab.inner_text("#give") == GIVE
        assert not tab.is_visible(REFUSAL)


def test_it_is_off_while_nobody_watches(browser: Any, page: Page, watched: Watched) -> None:
    with tab_of(browser, page.url) as tab:
        tab.click("#give")
        check_until(tab, lambda: watched.is_green(1))
        watched.source.close()  # as a session does then
        tab.wait_for_selector("#given-said >> text=Nobody watches")
        assert tab.inner_text("#give") == STOP
        watched.source.open()
        check_until(tab, lambda: watched.is_green(2))
        watched.source.close()
        tab.wait_for_selector("#given-said >> text=Nobody watches")
        tab.click("#give")
        assert tab.inner_text("#give") == GIVE


def test_a_second_page_takes_over_and_the_first_is_told(
    browser: Any, page: Page, watched: Watched
) -> None:
    with tab_of(browser, page.url) as one, tab_of(browser, page.url) as two:
        one.click("#give")
        check_until(one, lambda: watched.is_green(1))
        two.wait_for_selector("#given-said >> text=camera is in use")
        two.click("#give")
        check_until(two, lambda: watched.is_green(2))
        assert one.inner_text(REFUSAL) == "camera: another page's is used now"
        assert one.inner_text("#give") == GIVE
        assert two.inner_text("#give") == STOP


def test_a_page_that_goes_takes_its_camera_along(
    browser: Any, page: Page, watched: Watched
) -> None:
    with tab_of(browser, page.url) as other:
        with tab_of(browser, page.url) as tab:
            tab.click("#give")
            check_until(tab, lambda: watched.is_green(1))
        check_until(other, lambda: watched.scene == 0)
        other.wait_for_selector("#given-said >> text=A generated scene is shown")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NotAllowedError", "camera: this page may not use the camera; allow it in the"),
        ("NotFoundError", "camera: this browser has none"),
        ("OverconstrainedError", "camera: as the browser says it"),
    ],
)
def test_what_the_browser_refuses_is_a_line(browser: Any, page: Page, name: str, said: str) -> None:
    with tab_of(browser, page.url) as tab:
        tab.evaluate(
            """(name) => { navigator.mediaDevices.getUserMedia = async () => {
            throw new DOMException('as the browser says it', name); } }""",
            name,
        )
        tab.click("#give")
        assert tab.inner_text(REFUSAL).startswith(said)
        assert tab.inner_text("#give") == GIVE


def test_without_aiortc_the_page_says_what_to_do(browser: Any, page: Page, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "aiortc", None)
    with tab_of(browser, page.url, refused=1) as tab:
        tab.click("#give")
        assert 'pip install "fastvbg[webrtc]"' in tab.inner_text(REFUSAL)
        tab.wait_for_selector("#give >> text=Use this browser")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(browser: Any, page: Page, width: int) -> None:
    size = {"width": width, "height": WIDTHS[width]}
    with tab_of(browser, page.url, viewport=size) as tab:
        assert tab.is_visible("#give")  # where most else is folded, too
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert clipped(tab) == []


def test_other_sources_have_no_button(browser: Any) -> None:
    with Page(FakeSession()) as page, tab_of(browser, page.url) as tab:
        assert not tab.is_visible("#give")
