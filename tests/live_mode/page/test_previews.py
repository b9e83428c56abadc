"""Previews to pages: of the view, no more than are seen, and none for who is gone."""

from __future__ import annotations

import asyncio
import struct
import time
from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg.live_mode.page.server import Page
from tests.live_mode.page.conftest import Speaker, aiohttp, run, speaking
from tests.support.livesession import FakeSession


def parts(message: bytes) -> dict[int, Any]:
    """The pictures of a message by their code."""
    _, count = struct.unpack_from("<IB", message)
    found, at = {}, 5 + 5 * count
    for k in range(count):
        code, length = struct.unpack_from("<BI", message, 5 + 5 * k)
        content = np.frombuffer(message[at : at + length], np.uint8)
        found[code] = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
        at += length
    assert at == len(message)
    return found


async def shown(speaker: Speaker, view: str) -> dict[int, Any]:
    await speaker.send(do="view", view=view)
    wanted = {"compare": {0, 1}, "result": {1}, "matte": {2}}[view]
    while True:
        found = parts(await speaker.picture())
        await speaker.send(do="seen")
        if set(found) == wanted:
            return found


def test_pictures_are_those_of_the_view(page: Page) -> None:
    async def looked() -> list[dict[int, Any]]:
        async with speaking(page) as speaker:
            await speaker.send(do="visible", on=True)
            return [await shown(speaker, view) for view in ("compare", "result", "matte")]

    compare, result, matte = run(looked())
    assert compare[0].shape == compare[1].shape == result[1].shape == (36, 64, 3)
    assert matte[2].ndim == 2
    # The result's corner has the background's colour, the camera's has not.
    assert np.abs(compare[1][2, 2].astype(int) - (0x60, 0x40, 0x20)).max() < 12
    assert np.abs(compare[0][2, 2].astype(int) - (0x60, 0x40, 0x20)).max() > 40


def test_one_picture_until_it_was_seen_and_then_the_newest(
    page: Page, session: FakeSession
) -> None:
    async def looked() -> tuple[int, int, int]:
        async with speaking(page) as speaker:
            await speaker.send(do="visible", on=True)
            first = struct.unpack_from("<I", await speaker.picture())[0]
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(speaker.picture(), 0.5)
        async with speaking(page) as speaker:
            await speaker.send(do="visible", on=True)
            one = struct.unpack_from("<I", await speaker.picture())[0]
            await asyncio.sleep(0.4)
            await speaker.send(do="seen")
            return first, one, struct.unpack_from("<I", await speaker.picture())[0]

    first, one, newest = run(looked())
    assert first < one
    assert newest > one + 3  # what came meanwhile is passed over


def test_encoded_once_for_all_and_nothing_for_hidden_pages(
    page: Page, session: FakeSession
) -> None:
    async def looked() -> None:
        async with speaking(page) as one, speaking(page) as other:
            assert not session.lookers
            await one.send(do="visible", on=True)
            await other.send(do="visible", on=True)
            await asyncio.gather(one.picture(), other.picture())
            before = session.encoded
            await one.send(do="seen")
            await other.send(do="seen")
            await asyncio.gather(one.picture(), other.picture())
            assert session.encoded <= before + 2
            assert len(session.lookers) == 1
            await one.send(do="visible", on=False)
            await other.send(do="visible", on=False)
            await until(lambda: not session.lookers)
            before = session.encoded
            await one.send(do="seen")
            await asyncio.sleep(0.3)
            assert session.encoded == before

    run(looked())


async def until(holds: Any) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def test_nobody_looks_when_the_page_is_gone(session: FakeSession) -> None:
    async def looked(page: Page) -> None:
        async with speaking(page) as speaker:
            await speaker.send(do="visible", on=True)
            await speaker.picture()
            assert session.lookers
        await until(lambda: not session.lookers)

    with Page(session) as page:
        run(looked(page))


def test_leaving_ends_who_looks_and_every_socket(session: FakeSession) -> None:
    async def looked(page: Page) -> Any:
        async with speaking(page) as speaker:
            await speaker.send(do="visible", on=True)
            await speaker.picture()
            await asyncio.get_running_loop().run_in_executor(None, page.__exit__)
            sent = {aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT}  # before the end
            while (message := await speaker.socket.receive(timeout=10)).type in sent:
                pass
            return message

    page = Page(session)
    page.__enter__()
    assert run(looked(page)).type == aiohttp.WSMsgType.CLOSE
    assert not session.lookers


def test_previews_go_on_after_an_error_of_the_session(page: Page, session: FakeSession) -> None:
    async def looked() -> bytes:
        async with speaking(page) as speaker:
            session.failing = RuntimeError("no frame")
            await speaker.send(do="visible", on=True)
            await asyncio.sleep(0.2)
            session.failing = None
            return await speaker.picture()

    assert run(looked())
