"""The page's server: an event loop in a thread of its own, which no frame waits for."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fastvbg.checks import check_integer
from fastvbg.errors import MissingLibraryError, OptionTypeError, SinkError, shown
from fastvbg.live_mode.page.security import LOOPBACK, Guard, is_loopback
from fastvbg.values import check_path

if TYPE_CHECKING:
    from typing_extensions import Self

    from fastvbg.live_mode.controls.controls import Controls, Doctor

_THREADS = 6
"""A preview, a change that is being opened, and what is asked meanwhile."""
_ENDING_SECONDS = 5.0
_ANSWERING_SECONDS = 1.0
"""For requests that are being answered at the end."""
_UNHEARD = logging.getLogger("fastvbg.page")
"""Of aiohttp, for what is no request: the sender is answered, and the terminal is the user's."""
_UNHEARD.addHandler(logging.NullHandler())
_UNHEARD.propagate = False


class Page:
    """Serves a page by which a live session is watched and tuned, while it is entered.

    Parameters
    ----------
    controls : Controls
        The session.
    host : str, default "127.0.0.1"
        The address that it listens at; other machines reach it at another than the default only.
    port : int, default 0
        The port; 0 for any that is free.
    folder : str or path-like, optional
        A folder with pictures and videos that are offered as backgrounds.
    doctor : callable, optional
        Looks over the machine when the page asks, and returns for each thing "good", "note" or
        "bad", its name, and what there is or what to do.

    Raises
    ------
    MissingLibraryError
        aiohttp is not installed (also an `ImportError`).
    OptionError, OptionTypeError
        The port or the folder cannot be one.
    SinkError
        It cannot listen there (also an `OSError`); raised when it is entered.

    Examples
    --------
    >>> with Page(session, port=8765) as page:  # doctest: +SKIP
    ...     print(page.url)
    http://127.0.0.1:8765/#1f0c…
    """

    def __init__(
        self,
        controls: Controls,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        folder: str | Path | None = None,
        doctor: Doctor | None = None,
    ) -> None:
        demand_aiohttp()
        if not isinstance(host, str) or not host.strip():
            raise OptionTypeError(f"host: got {shown(host)}, wanted an address such as {LOOPBACK}")
        self._controls, self._doctor = controls, doctor
        self._host = host.strip().strip("[]")
        self._port = check_integer("port", port, 0, 65535)
        self._folder = None if folder is None else Path(check_path("folder", folder))
        self._guard: Guard | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._begun = threading.Event()
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        """The address to open; the token is in its fragment, which browsers send to nobody."""
        return f"{self.address}/#{self._entered.token}"

    @property
    def address(self) -> str:
        """The address without the token, under which `/mjpeg?token=` and `/snapshot.jpg` are."""
        anywhere = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104
        host = anywhere.get(self._host, self._host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self._entered.port}"

    @property
    def token(self) -> str:
        """What lets a browser or program in."""
        return self._entered.token

    @property
    def warnings(self) -> list[str]:
        """Lines to print before the address."""
        if is_loopback(self._host):
            return []
        return [
            f"page: it listens at {self._host}, so whoever on that network has the address sees "
            "the camera, and what is sent is not encrypted; without --bind only this machine does"
        ]

    @property
    def _entered(self) -> Guard:
        guard = self._guard
        if guard is not None:
            return guard
        raise OptionTypeError("page: it has an address while it is entered only")

    def __enter__(self) -> Self:
        listening = _listening(self._host, self._port)
        self._guard = Guard(self._host, listening.getsockname()[1])
        self._begun.clear()
        self._failure = None
        self._thread = threading.Thread(
            target=self._work, args=(listening, self._guard), name="fastvbg-page", daemon=True
        )
        self._thread.start()
        self._begun.wait()
        if self._failure is not None:
            self.__exit__()
            raise self._failure
        return self

    def __exit__(self, *exception: object) -> None:
        if self._loop is not None and self._ending is not None:
            self._loop.call_soon_threadsafe(self._ending.set)
        if self._thread is not None:
            self._thread.join(_ENDING_SECONDS)
        self._thread = self._loop = self._ending = self._guard = None

    def _work(self, listening: socket.socket, guard: Guard) -> None:
        """Serve, until the page is left; its thread."""
        pool = ThreadPoolExecutor(_THREADS, "fastvbg-page")
        try:
            with (
                listening,
                TemporaryDirectory(prefix="fastvbg-page-", ignore_cleanup_errors=True) as own,
            ):
                asyncio.run(self._serve(listening, guard, pool, Path(own)))
        except BaseException as error:  # told to who enters the page
            self._failure = error
        finally:
            # What is still being applied is not waited for: it may load a network.
            pool.shutdown(wait=False, cancel_futures=True)
            self._begun.set()

    async def _serve(
        self, listening: socket.socket, guard: Guard, pool: ThreadPoolExecutor, own: Path
    ) -> None:
        from aiohttp import web

        from fastvbg.live_mode.page.routes import Routes
        from fastvbg.live_mode.page.session import Session

        session = Session(self._controls, pool, own, self._folder, self._doctor)
        app = Routes(session, guard).app()
        runner = web.AppRunner(
            app,
            access_log=None,
            logger=_UNHEARD,
            handle_signals=False,
            shutdown_timeout=_ANSWERING_SECONDS,
        )
        await runner.setup()
        tasks = [asyncio.ensure_future(each) for each in (session.run(), session.feed.run())]
        try:
            await web.SockSite(runner, listening).start()
            self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
            self._begun.set()
            await self._ending.wait()
        finally:
            await runner.cleanup()
            await session.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def demand_aiohttp() -> None:
    """Raise `MissingLibraryError` where aiohttp is not installed."""
    if find_spec("aiohttp") is None:
        raise MissingLibraryError(
            "page: aiohttp is not installed; "
            f"'{sys.executable or 'python'} -m pip install \"fastvbg[live]\"' installs it"
        )


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens."""
    listening = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, number, _, address = found[0]
        listening = socket.socket(family, kind, number)
        if sys.platform != "win32":  # there it would let another program take the port too
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except (OSError, UnicodeError) as error:
        if listening is not None:
            listening.close()
        why = getattr(error, "strerror", None) or error
        raise SinkError(
            f"page: cannot listen at {host}:{port}: {why}; wanted an address of this machine and a "
            "free port, 0 for any"
        ) from None
    listening.setblocking(False)
    return listening
