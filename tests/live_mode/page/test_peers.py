"""Browsers that offer their camera: what is no offer is refused; a peer's frames arrive."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import zlib
from typing import Any

import pytest

from fastvbg.errors import OptionError
from fastvbg.live_mode.page import peers
from fastvbg.live_mode.page.peers import MOST_BYTES, checked
from fastvbg.live_mode.page.server import Page
from tests.live_mode.page.conftest import let_in, origin, run, speaking
from tests.live_mode.page.test_security import fetched
from tests.support.livesession import FakeSession
from tests.support.peers import WITH_PEERS, session_of_a_browser

LINES = (
    "v=0",
    "o=- 1 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "m=video 9 UDP/TLS/RTP/SAVPF 96",
    "c=IN IP4 0.0.0.0",
    "a=ice-ufrag:abcd",
    "a=ice-pwd:abcdefghijklmnopqrstuvwx",
    "a=setup:actpass",
    "a=mid:0",
    "a=sendonly",
    "a=rtcp-mux",
    "a=rtpmap:96 VP8/90000",
)
HOST = "a=candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host"


def sdp(*more: str, without: str = "-") -> str:
    return "\r\n".join([*(line for line in LINES if not line.startswith(without)), *more, ""])


def offer(text: Any) -> dict[str, Any]:
    return {"type": "offer", "sdp": text}


@pytest.fixture
def session() -> FakeSession:
    return session_of_a_browser()


def test_pages_are_told_when_a_camera_is_wanted_and_when_no_longer(session: FakeSession) -> None:
    source = session.source

    async def told() -> list[bool]:
        async with speaking(page) as speaker, speaking(page) as hidden:
            await hidden.send(do="visible", on=False)
            heard = [speaker.hello["wanted"]]
            for turn in (source.open, source.close, source.open):
                turn()
                heard += [(await each.next("wanted"))["on"] for each in (speaker, hidden)]
        async with speaking(page) as later:
            return [*heard, later.hello["wanted"]]

    with Page(session) as page:
        assert run(told()) == [False, *(2 * [True] + 2 * [False] + 2 * [True]), True]


def posted(page: Page, content: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    """The answer's status and JSON to an offer; bytes are posted as they are."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    given = {"Content-Type": "application/json", **headers}

    async def post() -> tuple[int, dict[str, Any]]:
        async with (
            let_in(page) as client,
            client.post("/offer", data=data, headers=given) as answer,
        ):
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith("{") else {"message": text}

    return run(post())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[",
        b"[" * 5000,
        b"\xff\xfe",
        [],
        7,
        {},
        offer(7),
        offer(""),
        offer("ä"),
        offer("\ud800"),
        {"type": "answer", "sdp": sdp()},
        offer("v=0"),
        offer(sdp("m=audio 9 UDP/TLS/RTP/SAVPF 111")),
        offer(sdp("m=application 9 UDP/DTLS/SCTP webrtc-datachannel")),
        offer(sdp("m=video 9 UDP/TLS/RTP/SAVPF 96")),
        offer(sdp(without="m=")),
        offer("m=\r\n" + sdp()),
        offer("x" * (MOST_BYTES + 1)),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_offer_is_refused_in_a_line(page: Page, content: Any) -> None:
    status, told = posted(page, content)
    assert status in (400, 413)
    assert told["message"].startswith("offer: wanted ")
    assert len(told["message"].splitlines()) == 1


def test_more_than_an_offer_is_not_read(page: Page) -> None:
    assert posted(page, b" " * (MOST_BYTES + 1))[0] == 413
    assert posted(page, b" " * (1 << 20))[0] == 413


def test_who_is_not_let_in_offers_nothing(page: Page) -> None:
    url = f"{page.address}/offer"
    assert fetched(url, "POST", json=offer(sdp()), headers=origin(page))[0] == 401
    assert posted(page, offer(sdp()), Origin="http://evil.example")[0] == 403
    assert posted(page, offer(sdp()), Host="evil.example")[0] == 403
    assert posted(page, offer(sdp()), **{"Content-Type": "text/plain"})[0] == 415


def test_other_sources_take_no_camera() -> None:
    with Page(FakeSession()) as page:
        status, told = posted(page, offer(sdp()))
        assert status == 400
        assert told["message"].endswith("wanted fastvbg live browser --page")

        async def greeted() -> dict[str, Any]:
            async with speaking(page) as speaker:
                assert (await speaker.ask(do="leave", number=1))["is"] == "done"
                return speaker.hello

        hello = run(greeted())
    assert (hello["takes_camera"], hello["camera"]) == (False, None)


def test_without_aiortc_a_line_says_what_to_do(page: Page, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "aiortc", None)
    status, told = posted(page, offer(sdp()))
    assert status == 400
    assert 'pip install "fastvbg[webrtc]"' in told["message"]


def test_it_is_loaded_when_a_camera_is_offered(page: Page) -> None:
    code = (
        "import sys, fastvbg.live_mode.page.routes, fastvbg.live_mode.page.peers; "
        "print('aiortc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_only_machines_near_by_are_asked() -> None:
    far = [
        "a=candidate:1 1 udp 1 192.0.2.7 5000 typ srflx raddr 0.0.0.0 rport 0",
        "a=candidate:1 1 udp 1 192.0.2.7 5000 typ relay",
        "a=candidate:1 1 udp 1 evil.example 5000 typ host",
        "a=candidate:1",
        "a=candidate:",
    ]
    near = [
        HOST,
        "a=candidate:2 1 udp 1 ::1 5 typ host",
        "a=candidate:3 1 udp 1 x.local 5 typ host",
    ]
    kept = checked(offer(sdp(*far, *near))).splitlines()
    assert [line for line in kept if "candidate" in line] == near
    assert kept[: len(LINES)] == list(LINES)
    assert checked(offer(sdp(*[HOST] * 100))).count("candidate") == 32
    with pytest.raises(OptionError, match="one video alone"):
        checked(offer(sdp().replace("video", "audio")))


@pytest.mark.parametrize("number", [None, True, "1", 1.0, [], 10**30])
def test_numbers_that_are_none(page: Page, number: Any) -> None:
    async def left() -> dict[str, Any]:
        async with speaking(page) as speaker:
            assert speaker.hello["takes_camera"] is True
            return await speaker.ask(do="leave", number=number)

    answer = run(left())
    assert answer["is"] == ("done" if number == 10**30 else "refused")
    assert answer.get("message", "camera: got").startswith("camera: got")


@WITH_PEERS
@pytest.mark.parametrize(
    "text",
    [
        sdp(without="a=ice-pwd"),
        sdp(without="a=rtcp-mux"),
        sdp(without="a=rtpmap"),
        sdp(without="a=sendonly"),
        sdp(without="a=mid"),
        sdp(without="t="),
        sdp(without="a=sendonly") + "a=recvonly\r\n",
        sdp().replace("UDP/TLS", "x/y"),
        sdp().replace("video 9", "video nine"),
        sdp("a=group:BUNDLE"),
        sdp("a=fingerprint:sha-256"),
        sdp("a=ssrc:x y:z", "a=extmap:q", "a=fmtp:96 a=b;c"),
        sdp("a=candidate:1 x udp y 127.0.0.1 z typ host"),
        sdp("a=fingerprint:md2 00", HOST),
        sdp(HOST, "a=end-of-candidates"),
    ],
    ids=lambda text: str(zlib.crc32(text.encode()) % 9999),
)
def test_what_cannot_be_answered_is_a_line(page: Page, text: str) -> None:
    status, told = posted(page, offer(text))
    if status != 200:  # what it lacks is found out when nothing comes
        assert status == 400
        assert told["message"].startswith("offer: ")
        assert len(told["message"].splitlines()) == 1
    assert posted(page, [])[0] == 400  # the server goes on


@WITH_PEERS
def test_one_that_never_comes_is_let_go_of(page: Page, monkeypatch) -> None:
    monkeypatch.setattr(peers, "_ANSWER_SECONDS", 1.0)

    async def given() -> None:
        async with speaking(page) as speaker:
            fingerprint = "a=fingerprint:sha-256 " + ":".join(["00"] * 32)
            content = offer(sdp(fingerprint, HOST, "a=end-of-candidates"))
            async with speaker.client.post("/offer", json=content) as said:
                assert said.status == 200, await said.text()
            assert (await speaker.next("camera"))["number"] == 1
            assert (await speaker.next("camera"))["number"] is None

    run(given())


@WITH_PEERS
def test_offers_do_not_pile_up(page: Page, monkeypatch) -> None:
    async def slow(*_: object) -> Any:
        await asyncio.sleep(0.3)
        raise OptionError("offer: no")

    monkeypatch.setattr(peers, "_answered", slow)

    async def given() -> list[str]:
        async with let_in(page) as client:

            async def one() -> str:
                async with client.post("/offer", json=offer(sdp())) as said:
                    assert said.status == 400
                    return str((await said.json())["message"])

            return list(await asyncio.gather(*(one() for _ in range(8))))

    told = run(given())
    assert sorted(set(told)) == ["offer: no", "offer: too many at once; try again"]
    assert told.count("offer: no") == 4
