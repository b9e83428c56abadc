"""The result as a stream of JPEG pictures."""

from __future__ import annotations

import re
from typing import Any

import cv2
import numpy as np

from fastvbg.live_mode.page.server import Page
from tests.live_mode.page.conftest import run
from tests.support.livesession import FakeSession


def test_mjpeg_streams_results_to_who_has_the_token(page: Page, session: FakeSession) -> None:
    from tests.live_mode.page.conftest import aiohttp

    async def watched() -> list[Any]:
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{page.address}/mjpeg?token={page.token}") as answer,
        ):
            assert answer.headers["Content-Type"].startswith("multipart/x-mixed-replace")
            assert "HttpOnly" in answer.headers["Set-Cookie"]
            found, kept = [], b""
            while len(found) < 3:
                kept += await answer.content.readany()
                while (match := re.search(rb"Content-Length: (\d+)\r\n\r\n", kept)) and len(
                    kept
                ) >= match.end() + int(match[1]):
                    content = kept[match.end() : match.end() + int(match[1])]
                    found.append(cv2.imdecode(np.frombuffer(content, np.uint8), 1))
                    kept = kept[match.end() + int(match[1]) :]
            assert kept.startswith(b"\r\n--fastvbg\r\n")
            return found

    pictures = run(watched())
    assert all(np.abs(each[2, 2].astype(int) - (0x60, 0x40, 0x20)).max() < 12 for each in pictures)
