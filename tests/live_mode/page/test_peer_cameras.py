"""Cameras of peers over real connections: shown, taken over, let go of."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from fastvbg.live_mode.page import peers
from fastvbg.live_mode.page.server import Page
from fastvbg.live_mode.sources.browser import BrowserSource
from fastvbg.media.planes import new_picture, planes_of
from tests.live_mode.page.conftest import let_in, run, speaking
from tests.support.livesession import FakeSession
from tests.support.peers import WITH_PEERS, session_of_a_browser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
def session() -> FakeSession:
    return session_of_a_browser()


class Camera:
    """A program that gives green pictures, as a browser's camera."""

    def __init__(self) -> None:
        import aiortc

        class Green(aiortc.VideoStreamTrack):
            async def recv(self) -> Any:
                pts, base = await self.next_timestamp()
                picture = new_picture(128, 96, "yuv420p")
                for plane, value in zip(planes_of(picture), (145, 54, 34), strict=True):
                    plane[:] = value
                picture.pts, picture.time_base = pts, base
                return picture

        self.connection = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
        self.connection.addTrack(Green())
        for each in self.connection.getTransceivers():
            each.direction = "sendonly"
        self.number = 0

    async def give(self, client: Any, without: str = "-") -> int:
        import aiortc

        await self.connection.setLocalDescription(await self.connection.createOffer())
        made = self.connection.localDescription
        text = "".join(
            line for line in made.sdp.splitlines(keepends=True) if not line.startswith(without)
        )
        async with client.post("/offer", json={"type": made.type, "sdp": text}) as said:
            answer = await said.json()
            assert said.status == 200, answer
        answered = aiortc.RTCSessionDescription(answer["sdp"], answer["type"])
        await self.connection.setRemoteDescription(answered)
        self.number = answer["number"]
        return self.number


@asynccontextmanager
async def cameras(count: int) -> AsyncIterator[list[Camera]]:
    made = [Camera() for _ in range(count)]
    try:
        yield made
    finally:
        for each in made:
            await each.connection.close()


async def shown(source: BrowserSource, scene: int, seconds: float = 15.0) -> Any:
    """Wait for a picture of a camera, or of the scene."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        grab = await asyncio.to_thread(source.read, 0.1)
        if grab is not None and grab.scene == scene:
            return grab.picture
    raise AssertionError(f"nothing of {scene} came")


@WITH_PEERS
def test_a_peers_camera_is_shown_and_a_second_one_takes_over(
    page: Page, session: FakeSession
) -> None:
    source: Any = session.source
    source.open()

    async def given() -> None:
        async with speaking(page) as speaker, cameras(2) as (one, two):
            assert await one.give(speaker.client) == 1
            assert (await speaker.next("camera"))["number"] == 1
            picture = await shown(source, 1)
            levels = [float(plane.mean()) for plane in planes_of(picture)]
            assert levels == pytest.approx([145, 54, 34], abs=4)
            assert (picture.width, picture.height) == (64, 36)
            assert await two.give(speaker.client) == 2
            assert (await speaker.next("camera"))["number"] == 2
            await shown(source, 2)
            assert (await speaker.ask(do="leave", number=1))["is"] == "done"
            await shown(source, 2)  # that one was let go of before
            assert (await speaker.ask(do="leave", number=2))["is"] == "done"
            await shown(source, 0, 1.0)

    run(given())


@WITH_PEERS
def test_one_that_goes_is_told_and_the_scene_is_back(page: Page, session: FakeSession) -> None:
    source: Any = session.source
    source.open()

    async def given() -> None:
        async with speaking(page) as speaker, cameras(1) as (one,):
            await one.give(speaker.client)
            assert (await speaker.next("camera"))["number"] == 1
            await shown(source, 1)
            await one.connection.close()
            assert (await speaker.next("camera"))["number"] is None
            await shown(source, 0, 1.0)

    run(given())


@WITH_PEERS
def test_one_that_falls_behind_is_let_go_of(page: Page, session: FakeSession, monkeypatch) -> None:
    late = threading.Event()
    monkeypatch.setattr(peers.Lag, "add", lambda *_: 2.5 if late.is_set() else 1.5)
    source: Any = session.source
    source.open()

    async def given() -> None:
        async with speaking(page) as speaker, cameras(1) as (one,):
            await one.give(speaker.client)
            assert (await speaker.next("camera"))["number"] == 1
            await shown(source, 1)
            late.set()
            assert (await speaker.next("camera"))["number"] is None
            await shown(source, 0, 1.0)

    run(given())


@WITH_PEERS
def test_a_page_that_goes_at_once_is_let_go_of(
    page: Page, session: FakeSession, monkeypatch
) -> None:
    halt, begun = peers._Peer.halt, threading.Event()

    async def slow(self: Any) -> None:
        begun.set()
        await asyncio.sleep(0.3)
        await halt(self)

    monkeypatch.setattr(peers._Peer, "halt", slow)

    async def given() -> None:
        async with speaking(page) as other, cameras(1) as (one,):
            async with speaking(page) as speaker:
                await one.give(speaker.client)
                await speaker.send(do="leave", number=1)
                assert await asyncio.to_thread(begun.wait, 10)
            assert (await other.next("camera"))["number"] == 1
            assert (await other.next("camera"))["number"] is None

    run(given())


@WITH_PEERS
def test_what_fails_within_a_connection_leaves_no_trace(
    page: Page, session: FakeSession, monkeypatch, caplog
) -> None:
    monkeypatch.setattr(peers, "_ANSWER_SECONDS", 2.0)

    async def given() -> None:
        async with speaking(page) as speaker, cameras(1) as (one,):
            await one.give(speaker.client, without="a=fingerprint")
            assert (await speaker.next("camera"))["number"] == 1
            assert (await speaker.next("camera"))["number"] is None

    run(given())
    page.__exit__()
    gc.collect()  # what nobody asked a task for is told then
    assert [record for record in caplog.records if record.name == "asyncio"] == []


@WITH_PEERS
def test_the_servers_end_closes_the_connection(session: FakeSession) -> None:
    source: Any = session.source
    source.open()

    async def given() -> str:
        page = Page(session)
        with page:
            async with let_in(page) as client, cameras(1) as (one,):
                await one.give(client)
                await shown(source, 1)
                closed = asyncio.Event()
                one.connection.on("connectionstatechange", closed.set)
                await asyncio.to_thread(page.__exit__)
                await asyncio.wait_for(closed.wait(), 10)
                return str(one.connection.connectionState)

    assert run(given()) == "closed"
