"""What is said over the socket: settings, states, figures, pictures; and what is nonsense."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from fastvbg.live_mode.page.server import Page
from fastvbg.live_mode.page.socket import MOST_MESSAGE
from fastvbg.masks.person import Person
from fastvbg.masks.plate import Plate
from fastvbg.settings import Settings
from tests.live_mode.page.conftest import aiohttp, let_in, run, speaking
from tests.support.livesession import FakeSession


def test_it_tells_what_there_is(page: Page) -> None:
    async def said() -> dict[str, Any]:
        async with speaking(page) as speaker:
            return speaker.hello

    hello = run(said())
    kinds = {kind["name"]: kind for kind in hello["kinds"]}
    assert list(kinds)[:3] == ["person", "chroma", "plate"]
    assert not {"auto", "matte", "depth"} & set(kinds)
    tolerance = next(each for each in kinds["chroma"]["options"] if each["name"] == "tolerance")
    assert tolerance["form"] == "slider"
    assert (tolerance["low"], tolerance["high"]) == (0, 255)
    assert tolerance["help"].endswith(".")
    forms = {each["name"]: each["form"] for kind in kinds.values() for each in kind["options"]}
    assert forms["key"] == "colour"
    assert forms["runtime"] == "choice"
    assert forms["freeze"] == "flag"
    assert forms["model"] == "file"
    assert forms["learning_rate"] == "number"
    assert {each["name"] for each in hello["options"]} >= {"refine", "fit", "light_wrap"}
    assert {each["id"] for each in hello["backgrounds"]} >= {"drawn-studio", "drawn-lights"}
    assert hello["settings"]["mask"]["kind"] == "person"
    assert hello["settings"]["background"] == {"form": "colour", "colour": "#204060"}
    assert hello["figures"]["odd"] is None  # a NaN, which JSON of browsers does not hold
    assert (hello["local"], hello["view"]) == (True, "compare")


CHANGES = [
    ("mask", "chroma", lambda s: s.kind.name == "chroma"),
    ("mask.every", 3, lambda s: s.kind.every == 3),
    ("mask.every", 3.0, lambda s: s.kind.every == 3),
    ("mask.runtime", "opencv", lambda s: s.kind.runtime == "opencv"),
    ("mask.every", None, lambda s: s.kind.every == 1),
    ("refine", "feather=2", lambda s: s.refine == "feather=2"),
    ("refine", None, lambda s: s.refine is None),
    ("light_wrap", 90, lambda s: s.light_wrap == 90),
    ("fit", "contain", lambda s: s.fit == "contain"),
    ("background", {"blur": 6}, lambda s: s.background == "blur:6"),
    ("background", {"colour": "#ff8800"}, lambda s: s.background == "#ff8800"),
    ("background", None, lambda s: s.background is None),
    ("background", {"item": "drawn-studio"}, lambda s: s.background.name == "studio.png"),
    (
        "keep_region",
        [[[0, 0], [50.125, 0], [50, 100]]],
        lambda s: s.keep_region == "0%,0% 50.12%,0% 50%,100%",
    ),
    ("drop_region", [], lambda s: s.drop_region is None),
]


@pytest.mark.parametrize(
    ("about", "value", "holds"), CHANGES, ids=[f"{about}-{value}" for about, value, _ in CHANGES]
)
def test_a_change_holds(page: Page, session: FakeSession, about: str, value: Any, holds) -> None:
    async def changed() -> dict[str, Any]:
        async with speaking(page) as speaker:
            assert await speaker.set(about, value) == ""
            return (await speaker.next("settings"))["settings"]

    told = run(changed())
    assert holds(session.settings)
    assert told["mask"]["kind"] == session.settings.kind.name


REFUSED = [
    ("mask", "nothing", "wanted one of"),
    ("mask", "matte", "command line"),
    ("mask", "matte:/etc/passwd", ""),
    ("mask", "model:/etc/passwd", ""),
    ("mask", 7, "name of a kind"),
    ("mask.every", "3", "every"),
    ("mask.every", 99999, "every"),
    ("mask.every", True, "every"),
    ("mask.nothing", 1, "does not have it"),
    ("mask.model", "/etc/passwd", "names no files"),
    ("mask.model", {"item": "drawn-studio"}, "wanted a picture"),
    ("mask.model", {"item": "../x"}, "backgrounds shown"),
    ("mask.runtime", ["auto"], "wanted text"),
    ("background", "/etc/passwd", "one of those shown"),
    ("background", {"item": "/etc/passwd"}, "backgrounds shown"),
    ("background", {"item": ["x"]}, "backgrounds shown"),
    ("background", {"file": "/etc/passwd"}, "wanted item, colour or blur"),
    ("background", {"colour": "/etc/passwd"}, "wanted a colour"),
    ("background", {"colour": "#zzz"}, "wanted a colour"),
    ("background", {"blur": 400}, "blur"),
    ("background", {"blur": "4"}, "blur"),
    ("keep_region", "/etc/passwd", "polygons"),
    ("keep_region", [[[0, 0], [1, 1]]], "3 to"),
    ("keep_region", [[[0, 0], [1, 1], ["/etc/passwd", 1]]], "percent"),
    ("keep_region", [[[0, 0], [1, 1], [1e300, 1]]], "percent"),
    ("drop_region", [[[-40, -40], [-30, -40], [-30, -30]]], "covers no pixel"),
    ("refine", "sharpen=3", "step"),
    ("refine", "x" * 3000, "characters"),
    ("light_wrap", 256, "light_wrap"),
    ("save_settings", "x", "nothing that can be changed"),
    ("encoder_options", {"g": 1}, "nothing that can be changed"),
    ("max_pixels", 1 << 40, "nothing that can be changed"),
    (["mask"], 1, "nothing that can be changed"),
]


@pytest.mark.parametrize(("about", "value", "why"), REFUSED, ids=str)
def test_what_cannot_be_is_told_and_changes_nothing(
    page: Page, session: FakeSession, about: Any, value: Any, why: str
) -> None:
    async def refused() -> dict[str, Any]:
        async with speaking(page) as speaker:
            return await speaker.ask(do="set", about=about, value=value)

    before = session.settings
    answer = run(refused())
    assert answer["is"] == "refused"
    assert why in answer["message"]
    assert "\n" not in answer["message"]
    assert answer["about"] == (about if isinstance(about, str) else "")
    assert session.settings == before


def test_coming_back_to_a_kind_finds_it_as_it_was(page: Page, session: FakeSession) -> None:
    async def changed() -> None:
        async with speaking(page) as speaker:
            for about, value in [("mask.every", 4), ("mask", "chroma"), ("mask", "person")]:
                assert await speaker.set(about, value) == ""

    run(changed())
    assert session.settings.kind.every == 4


def test_a_picture_is_not_stretched_unless_that_was_chosen(
    page: Page, session: FakeSession
) -> None:
    async def fits() -> list[str]:
        found = []
        async with speaking(page) as speaker:
            await speaker.set("background", {"item": "drawn-studio"})
            found.append(session.settings.fit)
            await speaker.set("fit", "stretch")
            await speaker.set("background", {"item": "drawn-sunset"})
            found.append(session.settings.fit)
        return found

    assert run(fits()) == ["cover", "stretch"]


def test_light_does_not_keep_blur_away(session: FakeSession) -> None:
    session.apply(Settings(background="#123456", light_wrap=80))

    async def blurred(page: Page) -> str:
        async with speaking(page) as speaker:
            return await speaker.set("background", {"blur": 3})

    with Page(session) as page:
        assert run(blurred(page)) == ""
    assert (session.settings.background, session.settings.light_wrap) == ("blur:3", 0)


def test_states_switches_and_the_empty_room(page: Page, session: FakeSession) -> None:
    async def ordered() -> dict[str, Any]:
        async with speaking(page) as speaker:
            await speaker.send(do="visible", on=True)
            for state in ("freeze", "card", "black"):
                assert (await speaker.ask(do="state", state=state))["is"] == "done"
            answer = await speaker.ask(do="switch", flip=True, nobody="blur", auto_frame=True)
            assert answer["is"] == "done"
            assert (await speaker.ask(do="plate", seconds=0))["is"] == "done"
            while True:
                told = await speaker.next("settings")
                if told["settings"]["mask"]["kind"] == "plate":
                    return told["settings"]

    told = run(ordered())
    assert session.state == "black"
    assert session.figures()["switches"] == {
        "flip": True,
        "auto_frame": True,
        "nobody": "blur",
        "always": False,
    }
    assert told["mask"]["values"]["plate"] == {"file": "a picture"}


def test_a_mask_by_the_empty_room_is_had_once_that_is_known(
    page: Page, session: FakeSession
) -> None:
    room = np.full((36, 64, 3), 77, np.uint8)

    async def chosen() -> tuple[str, dict[str, Any], dict[str, Any]]:
        async with speaking(page) as speaker:
            refused = await speaker.set("mask", "plate")
            session.apply(session.settings.replace(mask=Person(plate=room)))
            assert await speaker.set("light_wrap", 3) == ""
            told = (await speaker.next("settings"))["settings"]
            assert await speaker.set("mask", "plate") == ""
            return refused, speaker.hello["settings"]["lacking"], told["lacking"]

    refused, before, after = run(chosen())
    assert refused.startswith("mask: plate: Not yet: it needs a picture of the empty room.")
    assert list(before) == ["plate"]
    assert after == {}
    assert session.settings.kind == Plate(plate=room)


@pytest.mark.parametrize(
    "message",
    [
        {"do": "state", "state": "off"},
        {"do": "state"},
        {"do": "switch", "flip": 1},
        {"do": "switch", "flip": None},
        {"do": "switch", "nobody": "leave"},
        {"do": "switch", "settings": True},
        {"do": "plate", "seconds": 1e9},
        {"do": "plate", "seconds": "5"},
        {"do": "nothing"},
        {"do": ["set"]},
        {},
    ],
    ids=str,
)
def test_orders_that_there_are_not(page: Page, session: FakeSession, message: Any) -> None:
    async def refused() -> dict[str, Any]:
        async with speaking(page) as speaker:
            return await speaker.ask(**message)

    answer = run(refused())
    assert answer["is"] == "refused"
    assert answer["message"]
    assert session.state == "live"


def nonsense(random_: random.Random) -> str | bytes:
    """Something that is no order: no JSON, other JSON, orders with other things in them."""
    odd: list[Any] = [None, True, -1, 1e308, "", "x" * 500, [], {}, [[[]]], {"a": {}}, "\0", "😀"]
    whole = {
        "do": random_.choice(["set", "state", "switch", "plate", "view", "visible", *odd]),
        "about": random_.choice(["mask", "background", "keep_region", "mask.every", *odd]),
        "value": random_.choice(odd),
        "view": random_.choice(odd),
        "on": random_.choice([None, 1, "yes"]),
        "state": random_.choice(odd),
        "seconds": random_.choice([None, "5", -1, 1e308, []]),
        "id": random_.choice(odd),
    }
    text = json.dumps(whole)
    return random_.choice(
        [
            text[: random_.randrange(len(text))],
            json.dumps(random_.choice(odd)),
            "[" * random_.randrange(1, 3000),
            random_.randbytes(random_.randrange(40)),
            '{"do": "set", "value": NaN, "about": "light_wrap"}',
        ]
    )


def test_a_thousand_malformed_messages_are_survived(page: Page, session: FakeSession) -> None:
    random_ = random.Random(7)  # noqa: S311

    async def sent() -> str:
        async with speaking(page) as speaker:
            answered = 0
            for _ in range(1000):
                message = nonsense(random_)
                if isinstance(message, bytes):
                    await speaker.socket.send_bytes(message)
                else:
                    await speaker.socket.send_str(message)
                answered += (await speaker.next("refused"))["is"] == "refused"
            assert answered == 1000
            return await speaker.set("light_wrap", 33)

    assert run(sent()) == ""
    assert session.settings.light_wrap == 33
    assert len(session.applied) == 1


def test_a_page_that_reads_no_answers_is_given_up(page: Page) -> None:
    async def flooded() -> str:
        async with speaking(page) as silent:
            # It is given up meanwhile.
            with suppress(ConnectionError, aiohttp.ClientConnectionError):
                for _ in range(3000):
                    await silent.socket.send_str("no JSON")
            async with speaking(page) as other:
                return await other.set("light_wrap", 12)

    assert run(flooded()) == ""


def test_a_message_that_is_too_long_ends_that_socket_only(page: Page) -> None:
    async def sent() -> tuple[Any, str]:
        async with speaking(page) as speaker:
            await speaker.socket.send_str("x" * (MOST_MESSAGE + 1))
            closed = await speaker.socket.receive(timeout=10)
        async with speaking(page) as other:
            return closed, await other.set("light_wrap", 12)

    closed, again = run(sent())
    assert closed.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    assert again == ""


def test_no_more_pages_than_some(page: Page) -> None:
    async def opened() -> tuple[int, int]:
        async with let_in(page) as client:
            sockets = [await client.ws_connect("/socket") for _ in range(8)]
            async with client.get("/socket", headers={"Connection": "Upgrade"}) as answer:
                status = answer.status
            for socket in sockets:
                await socket.close()
            await asyncio.sleep(0.1)
            again = await client.ws_connect("/socket")
            await again.close()
            return status, len(sockets)

    assert run(opened()) == (503, 8)


def test_an_error_of_the_session_is_told_and_the_server_goes_on(
    page: Page, session: FakeSession
) -> None:
    session.failing = ZeroDivisionError("of the session")

    async def asked() -> tuple[str, str]:
        async with speaking(page) as speaker:
            first = await speaker.set("light_wrap", 5)
            session.failing = None
            return first, await speaker.set("light_wrap", 5)

    first, second = run(asked())
    assert first == "page: ZeroDivisionError: of the session"
    assert second == ""


def test_pages_learn_of_each_others_changes(page: Page) -> None:
    async def told() -> dict[str, Any]:
        async with speaking(page) as one, speaking(page) as other:
            await one.set("light_wrap", 44)
            return (await other.next("settings"))["settings"]

    assert run(told())["light_wrap"] == 44
