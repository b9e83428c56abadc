"""The end of the page, which nobody who is connected holds up."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from typing import Any

import pytest

from fastvbg.live_mode.page import server
from fastvbg.live_mode.page.routes import Routes
from fastvbg.live_mode.page.server import Page
from tests.live_mode.page.conftest import run, speaking
from tests.support.livesession import FakeSession
from tests.support.programs import wait_for


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the server wait long for whoever it waits for."""
    monkeypatch.setattr(server, "_ANSWERING_SECONDS", 300.0)
    monkeypatch.setattr(server, "_ENDING_SECONDS", 30.0)


def asking(page: Page, path: str, stack: ExitStack) -> None:
    """Ask for something by a program that reads no answer."""
    host, port = page.address.removeprefix("http://").split(":")
    asked = stack.enter_context(socket.socket())
    asked.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    asked.connect((host, int(port)))
    asked.sendall(f"GET {path}?token={page.token} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())


def ended(page: Page) -> bool:
    """End a page; tell whether it has come to its end."""
    thread: Any = page._thread
    page.__exit__()
    return not thread.is_alive()


@pytest.fixture
def answered(monkeypatch) -> list[str]:
    """Paths of the requests that last, as they begin to be answered."""
    begun: list[str] = []
    own = Routes._until_the_end

    def noted(self: Routes, request: Any) -> Any:
        begun.append(request.path)
        return own(self, request)

    monkeypatch.setattr(Routes, "_until_the_end", noted)
    return begun


@pytest.mark.parametrize("path", ["/mjpeg", "/snapshot.jpg"])
def test_who_reads_nothing_is_cut_off(path: str, monkeypatch, answered) -> None:
    monkeypatch.setattr("fastvbg.live_mode.page.routes._SNAPSHOT_SECONDS", 300.0)
    session = FakeSession(width=1280, height=720)
    if path != "/mjpeg":
        monkeypatch.setattr(session, "shown", lambda after, timeout: None)
    page = Page(session).__enter__()
    with ExitStack() as stack:
        for _ in range(3):
            asking(page, path, stack)
        wait_for(lambda: len(answered) == 3)
        wait_for(lambda: session.lookers)
        assert ended(page)


def test_pages_are_told_of_the_end() -> None:
    async def told() -> int | None:
        page = Page(FakeSession()).__enter__()
        async with speaking(page) as speaker:
            ending = asyncio.get_running_loop().run_in_executor(None, ended, page)
            while not speaker.socket.closed:
                await speaker.socket.receive(timeout=20)
            assert await ending
            return speaker.socket.close_code

    assert run(told()) == 1001
