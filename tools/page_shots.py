"""Take pictures of live mode's page in a browser, over a generated session: to be looked at.

    python -m tools.page_shots OUT_DIR

Needs Playwright and Chromium (`pip install "fastvbg[page]"`, `apt-get install chromium`).
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.livesession import FakeSession

from fastvbg.live_mode.page.server import Page
from fastvbg.measure.doctor import examine
from fastvbg.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTHS = {1280: 860, 400: 820}
"""Widths in pixels with the heights of their windows."""


def chromium() -> str | None:
    """Return the name of a Chromium of the system's; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for found in map(shutil.which, names) if found), None)


def arguments() -> list[str]:
    """Return what Chromium is started with: as root it has no sandbox."""
    return ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []


def opened(page: Any, url: str) -> None:
    """Open the page and wait until it shows a picture."""
    page.goto(url)
    page.wait_for_selector("body[data-ready]")
    page.wait_for_selector("#notice", state="hidden")
    settled(page)


def settled(page: Any) -> None:
    """Wait until thumbnails are there; not by `wait_for_function`, which the page's CSP forbids."""
    for _ in range(50):
        page.wait_for_timeout(100)
        if page.evaluate("[...document.images].every((each) => each.complete)"):
            break
    page.wait_for_timeout(400)


def _as_begun(page: Any) -> None:  # noqa: ARG001
    return


def _chroma(page: Any) -> None:
    page.click("#kinds >> text=Chroma")
    page.click(".thumb >> text=Studio")
    page.click("#views >> text=Result")
    settled(page)


def _plate(page: Any) -> None:
    page.click("#take-plate")  # it can be chosen once the room is known
    page.wait_for_selector("#kinds button[data-value=plate][aria-pressed=true]")
    page.click(".thumb >> text=Colour")
    page.click("#draw-keep") if page.is_visible("#draw-keep") else None
    page.wait_for_timeout(600)
    page.evaluate("scrollTo(0, 0)")


def _areas(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.click("#views >> text=Matte")
    page.click("#draw-drop")
    box = page.locator("#draw").bounding_box()
    for x, y in ((0.06, 0.1), (0.3, 0.12), (0.27, 0.7), (0.06, 0.8)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)


def _machine(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
    page.click("#machine > summary")
    page.wait_for_selector(".finding")
    page.locator("#machine").scroll_into_view_if_needed()


SCENES: dict[str, Callable[[Any], None]] = {
    "begun": _as_begun,
    "chroma": _chroma,
    "plate": _plate,
    "areas": _areas,
    "machine": _machine,
}
"""What is done before a picture is taken."""


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments())
        for width, height in WIDTHS.items():
            for scheme in ("light", "dark"):
                shoot(browser, folder, width, height, scheme)
        browser.close()


def shoot(browser: Any, folder: Path, width: int, height: int, scheme: str) -> None:
    """Take the pictures of one size and scheme: of the window, and of the whole page."""
    for name, doing in SCENES.items():
        session = FakeSession(Settings(mask="person", background="blur:4"), 640, 360, 24)
        with Page(session, doctor=examine) as page:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            tab = context.new_page()
            tab.on("console", lambda said: print(said.type, said.text))
            tab.on("pageerror", lambda error: print("error", error))
            opened(tab, page.url)
            doing(tab)
            for whole in (False, True):
                path = folder / f"{name}-{width}-{scheme}{'-whole' if whole else ''}.png"
                tab.screenshot(path=path, full_page=whole)
                print(path)
            wide = tab.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                print(f"{name}: {wide} pixels wide in a window of {width}")
            context.close()


if __name__ == "__main__":
    main()
