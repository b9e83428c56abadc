"""A page over a generated session, and a program that speaks with it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.livesession import FakeSession

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

aiohttp = pytest.importorskip("aiohttp", reason="aiohttp is not installed: fastvbg[live]")

from fastvbg.live_mode.page.server import Page  # noqa: E402


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def page(session: FakeSession) -> Iterator[Page]:
    with Page(session) as page:
        yield page


class Speaker:
    """A page that is let in and connected."""

    def __init__(self, client: Any, socket: Any, hello: dict[str, Any]) -> None:
        self.client, self.socket, self.hello = client, socket, hello

    async def send(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def next(self, *kinds: str) -> dict[str, Any]:
        """The next message of some kinds; others and pictures are passed over."""
        while True:
            got = await self.socket.receive(timeout=10)
            assert got.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), got
            if got.type == aiohttp.WSMsgType.TEXT and json.loads(got.data)["is"] in kinds:
                return json.loads(got.data)

    async def picture(self) -> bytes:
        while True:
            got = await self.socket.receive(timeout=10)
            if got.type == aiohttp.WSMsgType.BINARY:
                return got.data

    async def ask(self, **message: Any) -> dict[str, Any]:
        """Send an order and return its answer."""
        await self.send(id=7, **message)
        answer = await self.next("done", "refused")
        assert answer["id"] == 7
        return answer

    async def set(self, about: str, value: Any) -> str:
        """Change a setting; why it was refused, or nothing."""
        return (await self.ask(do="set", about=about, value=value)).get("message", "")


def origin(page: Page) -> dict[str, str]:
    return {"Origin": page.address}


@asynccontextmanager
async def let_in(page: Page) -> AsyncIterator[Any]:
    jar = aiohttp.CookieJar(unsafe=True)  # of an address, too
    async with aiohttp.ClientSession(page.address, headers=origin(page), cookie_jar=jar) as client:
        async with client.post("/session", json={"token": page.token}) as answer:
            assert answer.status == 200
        yield client


@asynccontextmanager
async def speaking(page: Page) -> AsyncIterator[Speaker]:
    async with let_in(page) as client, client.ws_connect("/socket") as socket:
        hello = json.loads((await socket.receive(timeout=10)).data)
        assert hello["is"] == "hello"
        yield Speaker(client, socket, hello)


def run(doing: Any) -> Any:
    return asyncio.run(doing)
