"""The page's addresses: its files, the WebSocket, thumbnails, uploads, settings, and streams."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager, suppress
from importlib import resources
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, web

from fastvbg.errors import FastvbgError
from fastvbg.live_mode.controls.losses import line_of
from fastvbg.live_mode.page.packed import MOST_BYTES as MOST_SETTINGS
from fastvbg.live_mode.page.peers import MOST_BYTES as MOST_OFFER
from fastvbg.live_mode.page.security import HEADERS, is_loopback
from fastvbg.live_mode.page.socket import MOST_MESSAGE, Connection
from fastvbg.live_mode.page.uploads import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from fastvbg.live_mode.page.preview import Watch
    from fastvbg.live_mode.page.security import Guard
    from fastvbg.live_mode.page.session import Session

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MOST_CLIENTS = 8
"""Pages at a time, and as many streams."""
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""Of the page's own files."""
_BYTES = "application/octet-stream"
_WITH_QUERY = ("/", "/mjpeg", "/snapshot.jpg")
"""Where the token may be in the address, for programs that keep no cookies."""
_BOUNDARY = "fastvbg"
_SNAPSHOT_SECONDS = 3.0
_BEAT_SECONDS = 20.0
_GOODBYE_SECONDS = 0.3
_CUTS, _CUT_SECONDS = 10, 0.05
"""Python's `wait_for` swallows being cancelled where what it waits for comes at that moment."""


def own_files() -> dict[str, tuple[str, bytes]]:
    """Return the page's own files by address, with their types; all others there are not."""
    folder = resources.files("fastvbg.live_mode.page") / "static"
    found = {}
    for file in folder.iterdir():
        kind = TYPES.get("." + file.name.rpartition(".")[2])
        if kind is not None:
            found[f"/{file.name}"] = (kind, file.read_bytes())
    return {"/": found["/index.html"], **found}


class Routes:
    """Answers requests about a session, where the guard lets them in."""

    def __init__(self, session: Session, guard: Guard) -> None:
        self._session, self._guard = session, guard
        self._files = own_files()
        self._sockets: set[web.WebSocketResponse] = set()
        self._lasting: set[asyncio.Task[Any] | None] = set()
        """Who answer requests that last until the page or its reader ends."""
        self._streams = self._snapshots = 0
        self._ends = False

    def app(self) -> web.Application:
        """Return the application."""
        app = web.Application(middlewares=[self._guarded()], client_max_size=MOST_SETTINGS)
        for address in self._files:
            app.router.add_get(address, self._file)
        app.router.add_post("/session", self._let_in)
        app.router.add_get("/socket", self._socket)
        app.router.add_get("/thumbs/{id}", self._thumb)
        app.router.add_post("/uploads", self._upload)
        app.router.add_get("/settings", self._keep)
        app.router.add_post("/settings", self._load)
        app.router.add_get("/doctor", self._examine)
        app.router.add_post("/offer", self._offer)
        app.router.add_get("/mjpeg", self._mjpeg)
        app.router.add_get("/snapshot.jpg", self._snapshot)
        app.on_response_prepare.append(_with_headers)
        app.on_shutdown.append(self._close)
        return app

    def _guarded(self) -> Any:
        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            if self._ends:
                return _said(503, "page: the session ends")
            public = request.path in self._files and request.method in ("GET", "HEAD")
            why = self._guard.refusal(request.headers, _reached(request), open_to_links=public)
            if why is not None:
                return _said(403, why)
            if request.method == "POST" and "Origin" not in request.headers:
                return _said(403, "origin: wanted the page's own")
            if not public and request.path != "/session" and not self._is_known(request):
                return _said(401, "token: open the address that fastvbg printed")
            try:
                response = await handler(request)
            except (web.HTTPException, ConnectionError):
                raise
            except Exception as error:  # the page is told, and the server goes on
                return _failed(error)
            self._remember(request, response)
            return response

        return guarded

    def _is_known(self, request: web.Request) -> bool:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        return self._guard.knows(
            request.cookies.get(self._guard.cookie),
            bearer if scheme.lower() == "bearer" else None,
            request.query.get("token") if request.path in _WITH_QUERY else None,
        )

    def _remember(self, request: web.Request, response: web.StreamResponse) -> None:
        """Give a cookie to who came with the right token in the address."""
        token = request.query.get("token") if request.path in _WITH_QUERY else None
        if not response.prepared and self._guard.knows(token):
            self._give_cookie(response)

    def _give_cookie(self, response: web.StreamResponse) -> None:
        response.set_cookie(
            self._guard.cookie, self._guard.token, httponly=True, samesite="Strict", path="/"
        )

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/" and "token" in request.query:
            return web.Response(status=303, headers={"Location": "/"})
        kind, content = self._files[request.path]
        return web.Response(body=content, content_type=kind, charset="utf-8")

    async def _let_in(self, request: web.Request) -> web.StreamResponse:
        given = await _json(request)
        token = given.get("token") if isinstance(given, dict) else None
        if not self._guard.knows(token if isinstance(token, str) else None):
            return _said(401, "token: it is not this session's; open the address fastvbg printed")
        response = web.json_response({"ok": True})
        self._give_cookie(response)
        return response

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if "Origin" not in request.headers:
            return _said(403, "origin: wanted the page's own")
        if len(self._sockets) >= MOST_CLIENTS:
            return _said(503, f"page: {MOST_CLIENTS} pages are open already; close one")
        socket = web.WebSocketResponse(
            max_msg_size=MOST_MESSAGE, heartbeat=_BEAT_SECONDS, compress=False
        )
        self._sockets.add(socket)
        try:
            with self._until_the_end(request):
                await socket.prepare(request)
                local = is_loopback(request.remote or "")
                with suppress(ConnectionError):
                    await Connection(socket, self._session, local=local).serve()
        finally:
            self._sockets.discard(socket)
        return socket

    async def _thumb(self, request: web.Request) -> web.StreamResponse:
        item = self._session.gallery.item("background", request.match_info["id"])
        content = await self._session.call(self._session.gallery.thumb, item)
        return web.Response(body=content, content_type="image/jpeg")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != _BYTES:
            return _said(415, f"upload: got {request.content_type}, wanted {_BYTES}")
        session = self._session
        path = await session.uploads.received(request.content.iter_any(), request.content_length)
        listed = request.query.get("for") != "mask"
        name = request.query.get("name", "")[:200] or "upload"
        item = await session.call(lambda: session.uploads.looked_at(path, name, listed=listed))
        session.tell_backgrounds()
        return web.json_response(item.told())

    async def _keep(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002
        kept = await self._session.keep()
        told = {"Content-Disposition": f'attachment; filename="{kept.name}"'}
        return web.Response(body=kept.content, content_type=_BYTES, headers=told)

    async def _load(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != _BYTES:
            return _said(415, f"settings: got {request.content_type}, wanted {_BYTES}")
        session = self._session
        path = await session.uploads.received(request.content.iter_any(), request.content_length)
        try:
            left = await session.load(path)
        finally:
            path.unlink(missing_ok=True)
        session.tell_backgrounds()
        return web.json_response({"left": left})

    async def _offer(self, request: web.Request) -> web.StreamResponse:
        if (request.content_length or 0) > MOST_OFFER:
            return _said(413, f"offer: wanted at most {MOST_OFFER >> 10} KiB")
        return web.json_response(await self._session.take_camera(await _json(request)))

    async def _examine(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002
        return web.json_response({"found": await self._session.examined()})

    async def _snapshot(self, request: web.Request) -> web.StreamResponse:
        if self._snapshots >= MOST_CLIENTS:
            return _said(503, "snapshot: too many at once")
        watch = self._session.feed.watch()
        self._snapshots += 1
        try:
            with self._until_the_end(request):
                content = await _next_of(watch, _SNAPSHOT_SECONDS)
        finally:
            self._snapshots -= 1
            self._session.feed.leave(watch)
        if content is None:
            return _said(503, "snapshot: no frame came")
        return web.Response(body=content, content_type="image/jpeg")

    async def _mjpeg(self, request: web.Request) -> web.StreamResponse:
        """Send results; each ends with the boundary of the next, so that it is shown at once."""
        if self._streams >= MOST_CLIENTS:
            return _said(503, f"mjpeg: {MOST_CLIENTS} streams are open already")
        kind = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
        response = web.StreamResponse(headers={"Content-Type": kind})
        self._remember(request, response)
        watch = self._session.feed.watch()
        self._streams += 1
        try:
            with self._until_the_end(request):
                await response.prepare(request)
                await response.write(f"--{_BOUNDARY}\r\n".encode())
                while not self._is_gone(request):
                    content = await _next_of(watch, 1.0)
                    if content is not None:
                        await response.write(_part(content))
        except ConnectionError:
            pass
        finally:
            self._streams -= 1
            self._session.feed.leave(watch)
        return response

    def _is_gone(self, request: web.Request) -> bool:
        return request.transport is None or request.transport.is_closing()

    @contextmanager
    def _until_the_end(self, request: web.Request) -> Iterator[None]:
        """Know a request that the page's end is not to wait for, nor for what it has to send."""
        task = asyncio.current_task()
        self._lasting.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if request.transport is not None:
                request.transport.abort()
            raise
        finally:
            self._lasting.discard(task)

    async def _close(self, app: web.Application) -> None:  # noqa: ARG002
        """Say goodbye to pages, and cut off whoever does not read, at once."""
        self._ends = True
        closing = [
            socket.close(code=WSCloseCode.GOING_AWAY, message=b"the session ends")
            for socket in self._sockets
        ]
        goodbye = asyncio.gather(*closing, return_exceptions=True)
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(goodbye, _GOODBYE_SECONDS)
        for _ in range(_CUTS):
            for task in list(self._lasting):
                if task is not None:
                    task.cancel()
            if not self._lasting:
                return
            await asyncio.sleep(_CUT_SECONDS)


def _part(content: bytes) -> bytes:
    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    return b"".join([head, content, f"\r\n--{_BOUNDARY}\r\n".encode()])


async def _next_of(watch: Watch, seconds: float) -> bytes | None:
    """Return the next result as JPEG; None if none comes in time."""
    watch.ready()
    watch.look(visible=True)
    try:
        await asyncio.wait_for(watch.came.wait(), seconds)
    except asyncio.TimeoutError:
        return None
    return watch.take_result()


async def _json(request: web.Request) -> Any:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="wanted application/json")
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError):
        return None


def _reached(request: web.Request) -> str | None:
    """Return the address of ours at which a request came in."""
    name = None if request.transport is None else request.transport.get_extra_info("sockname")
    return str(name[0]) if isinstance(name, tuple) and name else None


def _failed(error: Exception) -> web.Response:
    """Return the answer to what could not be done; what is none of our errors is a fault here."""
    if not isinstance(error, FastvbgError):
        return _said(500, f"page: {line_of(error)}")
    return _said(413 if isinstance(error, TooLargeError) else 400, str(error))


def _said(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status)


async def _with_headers(request: web.Request, response: web.StreamResponse) -> None:  # noqa: ARG001
    response.headers.update(HEADERS)
