"""Browsers that give their camera by WebRTC, on this machine or its network: one at a time.

No server beyond it is asked for anything: there are neither STUN nor TURN servers.
"""

from __future__ import annotations

import asyncio
import ipaddress
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.errors import MissingLibraryError, OptionError, shown
from fastvbg.live_mode.page.lag import Lag
from fastvbg.live_mode.sources.browser import OLDEST_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastvbg.live_mode.sources.browser import BrowserSource

MOST_BYTES = 1 << 15
"""Of an offer; browsers need about 7,000."""
_MOST_WAITING = 4
_MOST_ADDRESSES = 32
_ANSWER_SECONDS = 10.0
"""To answer an offer, and until its first frame comes."""
_SILENT_SECONDS = 5.0
"""After which a browser that sends nothing has gone."""
_CLOSING_SECONDS = 2.0
_LIBRARIES = {"aiortc", "aioice"}


class Peers:
    """Takes the camera of the browser that offered it last.

    Parameters
    ----------
    source : BrowserSource
        Gets its frames.
    tell : callable
        Called with the number of the camera that is in use now, or None.
    """

    def __init__(self, source: BrowserSource, tell: Callable[[int | None], None]) -> None:
        self._source, self._tell = source, tell
        self._numbers = count(1)
        self._one_by_one = asyncio.Lock()
        self._waiting = 0
        self._now: _Peer | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def number(self) -> int | None:
        """Of the camera that is in use; None where there is none."""
        return None if self._now is None else self._now.number

    async def take(self, offer: Any) -> dict[str, Any]:
        """Take a browser's camera; return the answer to its offer, with the camera's number.

        Parameters
        ----------
        offer : object
            What JSON said: `type` "offer", and `sdp` with one video that is sent.

        Raises
        ------
        OptionError
            It is no such offer, cannot be answered, or there are too many at once.
        MissingLibraryError
            aiortc is not installed.
        """
        sdp = checked(offer)
        if self._waiting >= _MOST_WAITING:
            raise OptionError("offer: too many at once; try again")
        self._waiting += 1
        try:
            async with self._one_by_one:
                rtc = await asyncio.to_thread(_loaded)
                asyncio.get_running_loop().set_exception_handler(_handled)
                peer, answer = await _answered(rtc, sdp, next(self._numbers))
                await self._drop()
                self._now = peer
                peer.pump(self._source, lambda: self._begin(self._let_go(peer.number)))
                self._tell(peer.number)
                return {"type": "answer", "sdp": answer, "number": peer.number}
        finally:
            self._waiting -= 1

    async def leave(self, number: Any) -> None:
        """Let go of the camera of a number; of another, do nothing."""
        if isinstance(number, bool) or not isinstance(number, int):
            raise OptionError(f"camera: got {shown(number)}, wanted the number that was answered")
        # Its page may go the next moment, and with it what waits for this.
        await asyncio.shield(self._begin(self._let_go(number)))

    def _begin(self, doing: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _let_go(self, number: int) -> None:
        async with self._one_by_one:
            if number == self.number:
                await self._drop()
                self._tell(None)

    async def close(self) -> None:
        """Let go of every camera."""
        async with self._one_by_one:
            await self._drop()

    async def _drop(self) -> None:
        """Close what is in use; the scene is back at once."""
        peer, self._now = self._now, None
        if peer is not None:
            await peer.halt()
            self._source.leave()
            await peer.close()


class _Peer:
    """A connection that has been answered, and its camera."""

    def __init__(self, connection: Any, track: Any, number: int) -> None:
        self.number = number
        self._connection, self._track = connection, track
        self._task: asyncio.Task[None] | None = None
        self._halted = False

    def pump(self, source: BrowserSource, lost: Callable[[], object]) -> None:
        """Hand frames to a source until none come, or only old ones, which is told."""
        self._task = asyncio.ensure_future(self._pumped(source, lost))

    async def _pumped(self, source: BrowserSource, lost: Callable[[], object]) -> None:
        patience, lag = _ANSWER_SECONDS, Lag()
        with suppress(Exception):  # it has ended, or is silent
            # Before Python 3.12 a frame that comes at that moment makes up for a cancellation.
            while not self._halted:
                frame = await asyncio.wait_for(self._track.recv(), patience)
                # What waits to be decoded is kept without a limit, and is old when it comes.
                if lag.add(frame.pts, time.monotonic()) > OLDEST_SECONDS:
                    break
                source.offer(frame, self.number)
                patience = _SILENT_SECONDS
        lost()

    async def halt(self) -> None:
        """Hand on no frame any more."""
        self._halted = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def close(self) -> None:
        """End the connection."""
        await _closed(self._connection)


def checked(offer: Any) -> str:
    """Return the description of an offer that is JSON, with addresses of machines near by only."""
    sdp = offer.get("sdp") if isinstance(offer, dict) and offer.get("type") == "offer" else None
    if not isinstance(sdp, str) or not 0 < len(sdp) <= MOST_BYTES or not sdp.isascii():
        raise OptionError("offer: wanted JSON with type 'offer' and its sdp")
    lines = sdp.splitlines()
    media = [line.split(maxsplit=1)[0] for line in lines if line.startswith("m=")]
    # What nobody reads, such as sound or messages, would pile up.
    if media != ["m=video"]:
        raise OptionError("offer: wanted one with one video alone")
    others = [line for line in lines if not line.startswith("a=candidate:")]
    near = [line for line in lines if line.startswith("a=candidate:") and _is_near(line)]
    return "\r\n".join([*others, *near[:_MOST_ADDRESSES], ""])


def _is_near(candidate: str) -> bool:
    """Tell whether an ICE candidate is an address of the browser's own machine."""
    parts = candidate.split()
    if len(parts) < 8 or parts[6:8] != ["typ", "host"]:
        return False
    if parts[4].endswith(".local"):  # a name that browsers make up, known on this network only
        return True
    with suppress(ValueError):
        return bool(ipaddress.ip_address(parts[4]))
    return False


def _loaded() -> Any:
    """Return aiortc; it takes 0.2 s to load, so that is done when a camera is given."""
    try:
        import aiortc
    except Exception:  # what it stands on may be damaged, and raises whatever it happens to
        raise MissingLibraryError(
            "camera: a browser's needs aiortc, which is not installed or does not load; "
            f"'{sys.executable or 'python'} -m pip install \"fastvbg[webrtc]\"' installs it"
        ) from None
    return aiortc


async def _answered(rtc: Any, sdp: str, number: int) -> tuple[_Peer, str]:
    """Return a connection for an offer, and the answer to it."""
    connection = rtc.RTCPeerConnection(rtc.RTCConfiguration(iceServers=[]))
    try:
        return await asyncio.wait_for(_negotiated(rtc, connection, sdp, number), _ANSWER_SECONDS)
    except BaseException as error:
        await _closed(connection)
        # Parsers of descriptions raise whatever they happen to.
        if isinstance(error, OptionError) or not isinstance(error, Exception):
            raise
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise OptionError(f"offer: it cannot be answered: {said}") from None


async def _negotiated(rtc: Any, connection: Any, sdp: str, number: int) -> tuple[_Peer, str]:
    await connection.setRemoteDescription(rtc.RTCSessionDescription(sdp=sdp, type="offer"))
    track = next((each.track for each in connection.getReceivers() if each.track), None)
    if track is None:
        raise OptionError("offer: wanted one that sends a video")
    await connection.setLocalDescription(await connection.createAnswer())
    answer = connection.localDescription.sdp
    if "a=candidate:" not in answer:
        raise OptionError("camera: this machine has no network address that a browser reaches")
    return _Peer(connection, track, number), answer


async def _closed(connection: Any) -> None:
    with suppress(Exception):  # it is given up in any case
        await asyncio.wait_for(connection.close(), _CLOSING_SECONDS)


def _handled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say nothing of what fails within a connection's own tasks: no frame comes, which is told."""
    coroutine = getattr(context.get("future"), "get_coro", lambda: None)()
    code = getattr(coroutine, "cr_code", None)
    if code is None or not _LIBRARIES & set(Path(code.co_filename).parts):
        loop.default_exception_handler(context)
