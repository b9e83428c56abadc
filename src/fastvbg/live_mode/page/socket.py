"""One page's WebSocket: JSON both ways, and pictures, one at a time until the page has shown it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType

from fastvbg.errors import FastvbgError, OptionError, shown
from fastvbg.live_mode.page.preview import VIEWS
from fastvbg.live_mode.page.session import as_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from fastvbg.live_mode.page.session import Session

MOST_MESSAGE = 1 << 16
"""Bytes of a message from the page."""
_MOST_PENDING = 32
"""Changes of one page that are under way at a time."""
_MOST_UNSENT = 256
"""Answers that a page may leave unread before it is given up."""


class Connection:
    """A page that is connected by a socket that has been prepared, and what it speaks of.

    Only where it is `local`, on this machine, the camera's own picture is shown unasked.
    """

    def __init__(self, socket: web.WebSocketResponse, session: Session, *, local: bool) -> None:
        self._socket, self._session, self._local = socket, session, local
        self._watch = session.feed.watch("compare" if local else "result")
        self._latest: dict[str, dict[str, Any]] = {}
        self._answers: list[dict[str, Any]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def visible(self) -> bool:
        """Whether somebody sees the page."""
        return self._watch.visible

    def tell(self, kind: str, message: dict[str, Any]) -> None:
        """Send a message, in place of an older one of its kind that has not been sent yet."""
        self._latest[kind] = message
        self._watch.came.set()

    async def serve(self) -> None:
        """Speak with the page until it goes."""
        hello = await self._session.greeting()
        await self._send({**hello, "local": self._local, "view": self._watch.view})
        self._session.clients.add(self)
        self._watch.ready()
        writing = asyncio.ensure_future(self._write())
        try:
            async for message in self._socket:
                if message.type == WSMsgType.TEXT:
                    self._hear(message.data)
                elif message.type == WSMsgType.BINARY:
                    self._refuse(None, OptionError("page: got bytes, wanted JSON"))
        finally:
            self._session.clients.discard(self)
            self._session.feed.leave(self._watch)
            # What is being applied ends in its thread; nobody waits for the answer.
            for task in (writing, *self._tasks):
                task.cancel()
            await asyncio.gather(writing, *self._tasks, return_exceptions=True)

    async def _write(self) -> None:
        """Send what there is, the newest of each kind; what the page does not read piles up not."""
        try:
            while not self._socket.closed:
                await self._watch.came.wait()
                picture = self._watch.take()
                while self._answers:
                    await self._send(self._answers.pop(0))
                for kind in list(self._latest):
                    await self._send(self._latest.pop(kind))
                if picture is not None:
                    await self._socket.send_bytes(picture, compress=False)
        except ConnectionError:
            return

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send_str(as_text(message))

    def _answer(self, message: dict[str, Any]) -> None:
        self._answers.append(message)
        if len(self._answers) == _MOST_UNSENT:
            self._spawn(self._give_up())
        self._watch.came.set()

    async def _give_up(self) -> None:
        await self._socket.close(code=1008, message=b"answers are not read")

    def _spawn(self, doing: Any) -> None:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _hear(self, text: str) -> None:
        """Do what a message asks; whatever it is, the page is answered and the server goes on."""
        message: Any = None
        try:
            message = _parsed(text)
            at_once = {"visible": self._on_visible, "view": self._on_view, "seen": self._on_seen}
            do = message.get("do")
            if isinstance(do, str) and do in at_once:
                at_once[do](message)
                return
            if len(self._tasks) >= _MOST_PENDING:
                raise OptionError("page: too much at once; wait for an answer")
            self._spawn(self._do(message, self._asked(do)))
        except FastvbgError as error:
            self._refuse(message, error)

    def _asked(self, do: Any) -> Callable[[dict[str, Any]], Awaitable[None]]:
        session = self._session
        orders: dict[str, Callable[[dict[str, Any]], Awaitable[None]]] = {
            "set": lambda given: session.change(given.get("about"), given.get("value")),
            "state": lambda given: session.set_state(given.get("state")),
            "switch": lambda given: session.switch(_switches(given)),
            "leave": lambda given: session.leave_camera(given.get("number")),
            "plate": lambda given: session.take_plate(given.get("seconds", 5)),
        }
        if not isinstance(do, str) or do not in orders:
            raise OptionError(f"page: got the order {shown(do)}, which there is not")
        return orders[do]

    async def _do(
        self, message: dict[str, Any], order: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        try:
            await order(message)
        except FastvbgError as error:
            self._refuse(message, error)
        except Exception as error:  # of the session: the page is told, the server goes on
            self._refuse(message, OptionError(f"page: {type(error).__name__}: {error}"))
        else:
            self._answer({"is": "done", "id": _id_of(message)})

    def _refuse(self, message: Any, error: FastvbgError) -> None:
        about = message.get("about") if isinstance(message, dict) else None
        self._answer(
            {
                "is": "refused",
                "id": _id_of(message),
                "about": about if isinstance(about, str) else "",
                "message": str(error),
            }
        )

    def _on_visible(self, message: dict[str, Any]) -> None:
        on = message.get("on")
        if not isinstance(on, bool):
            raise OptionError(f"visible: got {shown(on)}, wanted true or false")
        self._watch.look(visible=on)

    def _on_view(self, message: dict[str, Any]) -> None:
        view = message.get("view")
        if not isinstance(view, str) or view not in VIEWS:
            raise OptionError(f"view: got {shown(view)}, wanted one of {', '.join(VIEWS)}")
        self._watch.look(view=view)

    def _on_seen(self, message: dict[str, Any]) -> None:  # noqa: ARG002
        self._watch.ready()


def _parsed(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise OptionError("page: got a message that is no JSON") from None
    if not isinstance(message, dict):
        raise OptionError(f"page: got {shown(message)}, wanted an object with what to do")
    return message


def _id_of(message: Any) -> int | None:
    number = message.get("id") if isinstance(message, dict) else None
    return number if isinstance(number, int) and abs(number) < 1 << 53 else None


def _switches(message: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in message.items() if name not in ("do", "id", "about")}
