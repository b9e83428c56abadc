"""The page in a real browser: operated, a background uploaded, settings saved and run."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from tools.page_shots import WIDTHS, arguments, chromium, opened

import fastvbg
from fastvbg.live_mode.page.server import Page
from fastvbg.settings import Settings
from tests.support.livesession import FakeSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.media import Clip

pytestmark = pytest.mark.page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if chromium() is None:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=arguments())
        yield browser
        browser.close()


@contextmanager
def tab_of(browser: Any, url: str, refused: int = 0, **options: Any) -> Iterator[Any]:
    """A tab in which nothing may go wrong, but for answers that refuse, which are logged."""
    context = browser.new_context(**options)
    tab = context.new_page()
    tab.set_default_timeout(10_000)
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened(tab, url)
    yield tab
    context.close()
    assert len(wrong) == refused, wrong


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(Settings(mask="person", background="#204060"), 320, 180)


@pytest.fixture
def tab(browser: Any, page: Page) -> Iterator[Any]:
    with tab_of(browser, page.url, viewport={"width": 1280, "height": 860}) as tab:
        yield tab


def check_until(tab: Any, holds: Any) -> None:
    """Wait until something holds of the session."""
    for _ in range(200):
        if holds():
            return
        tab.wait_for_timeout(25)
    assert holds()


def slide(tab: Any, selector: str, value: float) -> None:
    tab.eval_on_selector(
        selector,
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }",
        value,
    )


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_window(
    browser: Any, page: Page, width: int, scheme: str
) -> None:
    size = {"width": width, "height": WIDTHS[width]}
    with tab_of(browser, page.url, viewport=size, color_scheme=scheme) as tab:
        tab.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
        for kind in ("Chroma", "Adaptive", "MOG2", "Person"):
            tab.click(f"#kinds >> text={kind}")
            tab.wait_for_selector(f"#kinds button[aria-pressed=true] >> text={kind}")
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            assert clipped(tab) == []


def clipped(tab: Any) -> list[str]:
    """What is written and does not fit its own element."""
    return tab.evaluate(  # type: ignore[no-any-return]
        """[...document.querySelectorAll('button, label, h2, dd, .value, .help, .legend li')]
        .filter((each) => each.offsetParent && !each.querySelector('.name')
                && each.scrollWidth > each.clientWidth + 1
                && getComputedStyle(each).display !== 'inline')
        .map((each) => each.textContent)"""
    )


def test_the_token_leaves_the_address(tab: Any, page: Page) -> None:
    assert tab.url == f"{page.address}/"
    tab.reload()
    tab.wait_for_selector("body[data-ready]")
    assert page.token not in tab.content()


def test_without_the_token_it_says_what_to_do(browser: Any, page: Page) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(page.address)
    tab.wait_for_selector("#notice >> text=Open the address")
    tab.goto("about:blank")
    tab.goto(f"{page.address}/#{'0' * 32}")
    tab.wait_for_selector("#notice >> text=another session")
    assert tab.is_visible("#notice >> text=another session")
    context.close()


def test_a_mask_and_its_options_are_chosen(tab: Any, session: FakeSession) -> None:
    tab.click("#kinds >> text=Chroma")
    tab.wait_for_selector("#option-mask-tolerance")
    slide(tab, "#option-mask-tolerance", 77)
    check_until(tab, lambda: getattr(session.settings.kind, "tolerance", None) == 77)
    tab.fill("#option-mask-key", "#00b140")
    tab.press("#option-mask-key", "Enter")
    check_until(tab, lambda: session.settings.kind.key == "#00b140")
    tab.click(".option:has(#option-mask-tolerance) .reset")
    check_until(tab, lambda: session.settings.kind.tolerance != 77)


def test_what_slides_is_sent_now_and_then_and_at_the_end(tab: Any, session: FakeSession) -> None:
    tab.click(".thumb >> text=Blur")
    check_until(tab, lambda: session.settings.background == "blur:4")
    before = len(session.applied)
    tab.eval_on_selector(
        "#blur-strength",
        """(input) => { for (let value = 1; value < 15; value++) {
        input.value = value; input.dispatchEvent(new Event('input')); } }""",
    )
    check_until(tab, lambda: session.settings.background == "blur:14")
    assert len(session.applied) - before <= 3


def test_a_refusal_stands_beside_what_caused_it(tab: Any, session: FakeSession) -> None:
    tab.fill("#option-refine", "sharpen=3")
    tab.press("#option-refine", "Enter")
    refusal = tab.wait_for_selector(".option:has(#option-refine) .refusal:not([hidden])")
    assert "got step 'sharpen'" in refusal.text_content()
    tab.fill("#option-refine", "feather=2")
    tab.press("#option-refine", "Enter")
    check_until(tab, lambda: session.settings.refine == "feather=2")
    tab.wait_for_selector(".option:has(#option-refine) .refusal", state="hidden")


def test_colours_at_soft_edges_are_chosen_where_a_mask_estimates_them(
    tab: Any, session: FakeSession
) -> None:
    tab.click("#kinds >> text=Person")
    tab.click("#option-foreground >> text=frame")
    check_until(tab, lambda: session.settings.foreground == "frame")
    tab.click("#kinds >> text=Motion")
    tab.wait_for_selector("#option-foreground", state="detached")


def test_states_by_buttons_and_keys(tab: Any, session: FakeSession) -> None:
    tab.click("#states >> text=Freeze")
    check_until(tab, lambda: session.state == "freeze")
    tab.keyboard.press("b")
    tab.wait_for_selector("#states button[data-value=black][aria-pressed=true]")
    assert session.state == "black"
    tab.click("#option-refine")
    tab.keyboard.type("l")
    tab.wait_for_timeout(200)
    assert session.state == "black"  # a letter of a text is no order


def test_the_dot_has_a_colour_for_each_state_and_one_size(tab: Any) -> None:
    """Also for what leaves by itself: a card, where the session said live."""
    how = """(shows) => {
        const dot = document.getElementById('dot');
        if (shows) dot.dataset.shows = shows; else delete dot.dataset.shows;
        const { width, height } = dot.getBoundingClientRect();
        return [width, height, getComputedStyle(dot).backgroundColor];
    }"""
    tab.click("#states >> text=Card")
    tab.wait_for_selector("#dot[data-shows=card]")
    found = [tab.evaluate(how, shows) for shows in ("live", "freeze", "card", "blur", "black", "")]
    assert {tuple(each[:2]) for each in found} == {(8, 8)}
    live, freeze, card, blur, black, nothing = (each[2] for each in found)
    assert freeze == card == blur
    assert len({live, freeze, black, nothing}) == 4


def test_switches_are_turned(tab: Any, session: FakeSession) -> None:
    for name in ("flip", "auto_frame", "always"):
        tab.click(f"label:has(#switch-{name})")
        check_until(tab, lambda name=name: session.figures()["switches"][name])
    tab.click("#switches >> text=Blur all")
    check_until(tab, lambda: session.figures()["switches"]["nobody"] == "blur")


def test_areas_are_drawn_by_pointer_and_by_keys(tab: Any, session: FakeSession) -> None:
    tab.click("#draw-keep")
    box = tab.locator("#draw").bounding_box()
    for x, y in ((0.1, 0.1), (0.4, 0.1), (0.4, 0.5), (0.1, 0.1)):  # the first again closes it
        tab.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    check_until(tab, lambda: session.settings.keep_region is not None)
    corners = [
        float(number.strip("%"))
        for number in session.settings.keep_region.replace(",", " ").split()
    ]
    assert np.abs(np.array(corners) - (10, 10, 40, 10, 40, 50)).max() < 1
    tab.click("#draw-drop")
    for key in (" ", "Shift+ArrowRight", " ", "Shift+ArrowDown", " ", "Enter"):
        tab.keyboard.press(key)
    check_until(tab, lambda: session.settings.drop_region == "50%,50% 60%,50% 60%,60%")
    tab.click("[aria-label='Remove Kept 1']")
    check_until(tab, lambda: session.settings.keep_region is None)


def test_a_mirrored_preview_draws_areas_where_they_are(tab: Any, session: FakeSession) -> None:
    tab.click("label:has(#mirror)")
    tab.click("#draw-drop")
    box = tab.locator("#draw").bounding_box()
    for x, y in ((0.1, 0.1), (0.2, 0.1), (0.2, 0.5)):
        tab.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    tab.keyboard.press("Enter")
    check_until(tab, lambda: session.settings.drop_region is not None)
    assert session.settings.drop_region.startswith(("90", "89.9"))
    assert session.figures()["switches"]["flip"] is False


def pixel(tab: Any, x: float, y: float) -> list[int]:
    return tab.evaluate(  # type: ignore[no-any-return]
        """([x, y]) => { const c = document.getElementById('picture');
        const of = c.getContext('2d').getImageData(x * c.width, y * c.height, 1, 1);
        return [...of.data].slice(0, 3); }""",
        [x, y],
    )


def test_the_border_parts_camera_and_result(tab: Any) -> None:
    blue = np.array((0x20, 0x40, 0x60))
    assert np.abs(np.array(pixel(tab, 0.9, 0.05)) - blue).max() < 12
    assert np.abs(np.array(pixel(tab, 0.1, 0.05)) - blue).max() > 30
    slide(tab, "#split-at", 0)
    assert np.abs(np.array(pixel(tab, 0.1, 0.05)) - blue).max() < 12


def test_an_upload_becomes_the_background_and_settings_run(
    tab: Any, session: FakeSession, tmp_path: Path, clip: Clip
) -> None:
    wall = tmp_path / "wall.png"
    cv2.imwrite(str(wall), np.full((90, 160, 3), (30, 200, 60), np.uint8))
    tab.click("#kinds >> text=Motion")
    tab.set_input_files("#upload", wall)
    tab.wait_for_selector(".thumb[aria-pressed=true] >> text=wall.png")
    check_until(tab, lambda: str(session.settings.background).endswith("upload-1"))
    with tab.expect_download() as download:
        tab.click("#save")
    saved = tmp_path / "saved.zip"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "settings.zip"
    import zipfile

    with zipfile.ZipFile(saved) as archive:
        archive.extractall(tmp_path / "there")
    settings = Settings.load(tmp_path / "there" / "settings.toml")
    result = fastvbg.process(clip.path, tmp_path / "out.mp4", settings=settings)
    assert result.frames == clip.frames
    tab.click("#kinds >> text=Person")
    check_until(tab, lambda: session.settings.kind.name == "person")
    tab.set_input_files("#load-file", saved)
    tab.wait_for_selector("#file-said >> text=Loaded saved.zip")
    assert session.settings.kind.name == "motion"
    assert session.settings.background.read_bytes() == wall.read_bytes()


def test_settings_are_saved_and_loaded(tab: Any, session: FakeSession, tmp_path: Path) -> None:
    tab.click("#kinds >> text=Chroma")
    check_until(tab, lambda: session.settings.kind.name == "chroma")
    wanted = session.settings
    with tab.expect_download() as download:
        tab.click("#save")
    path = tmp_path / "settings.toml"
    download.value.save_as(path)
    assert Settings.load(path) == wanted
    tab.click("#kinds >> text=Person")
    check_until(tab, lambda: session.settings.kind.name == "person")
    tab.set_input_files("#load-file", path)
    tab.wait_for_selector("#file-said >> text=Loaded settings.toml")
    assert session.settings == wanted


def test_a_refused_file_is_told_below_the_buttons(
    browser: Any, page: Page, session: FakeSession, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('background = "/etc/passwd"')
    before = session.settings
    with tab_of(browser, page.url, refused=1) as tab:
        tab.set_input_files("#load-file", path)
        tab.wait_for_selector(".refusal[data-about=settings] >> text=names the file")
        assert session.settings is before


def test_a_hidden_page_gets_nothing(browser: Any, tab: Any, session: FakeSession) -> None:
    check_until(tab, lambda: bool(session.lookers))
    hide = """(hidden) => { Object.defineProperty(document, 'visibilityState',
        { value: hidden ? 'hidden' : 'visible', configurable: true });
        document.dispatchEvent(new Event('visibilitychange')); }"""
    tab.evaluate(hide, True)
    check_until(tab, lambda: not session.lookers)
    tab.evaluate(hide, False)
    check_until(tab, lambda: bool(session.lookers))


def test_it_is_used_by_keyboard_alone(tab: Any, session: FakeSession) -> None:
    tab.focus("#states button[data-value=live]")
    reached = set()
    for _ in range(120):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert {"split-at", "mirror", "Studio", "Upload", "Chroma", "option-refine", "save"} <= reached
    tab.focus("#kinds button[data-value=chroma]")
    tab.keyboard.press("Enter")
    check_until(tab, lambda: session.settings.kind.name == "chroma")


def test_everything_that_can_be_used_has_a_name(tab: Any) -> None:
    nameless = tab.evaluate(
        """[...document.querySelectorAll('button, input:not([type=file]), select, [role=group]')]
        .filter((each) => each.offsetParent && !each.textContent.trim() && !each.labels?.length
                && !each.getAttribute('aria-label')).map((each) => each.outerHTML)"""
    )
    assert nameless == []


def test_the_page_comes_back_when_the_session_does(browser: Any, session: FakeSession) -> None:
    with Page(session) as page:
        context = browser.new_context()
        tab = context.new_page()
        opened(tab, page.url)
    tab.wait_for_selector("#notice >> text=The session has ended")
    assert tab.is_visible("#notice >> text=The session has ended")
    context.close()


def test_a_picture_still_being_decoded_does_not_hide_that_the_session_ended(
    browser: Any, session: FakeSession
) -> None:
    """Decoding is slowed, so that it ends between the session's end and the next try."""
    with Page(session) as page:
        context = browser.new_context()
        tab = context.new_page()
        tab.add_init_script(
            """const decode = window.createImageBitmap;
            window.createImageBitmap = async (blob) => {
                await new Promise((done) => setTimeout(done, 250));
                return decode(blob);
            };
            window.hiddenAgain = 0;
            window.watch = () => new MutationObserver(() => {
                const notice = document.getElementById("notice");
                const over = notice.textContent.includes("has ended");
                if (notice.hidden && over) window.hiddenAgain += 1;
            }).observe(document.getElementById("notice"), { attributes: true });"""
        )
        opened(tab, page.url)
        tab.evaluate("window.watch()")
    tab.wait_for_selector("#notice >> text=The session has ended")
    tab.wait_for_timeout(400)
    assert tab.evaluate("window.hiddenAgain") == 0
    context.close()
