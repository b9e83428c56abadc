"""Pictures for whoever looks: the newest only, encoded once for all, and only while awaited."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.live_mode.page.gallery import jpeg

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from fastvbg.live_mode.controls.controls import Controls, Shown

MOST_RATE = 15
"""Pictures a second: plenty to tune by."""
VIEWS: dict[str, tuple[str, ...]] = {
    "result": ("result",),
    "compare": ("source", "result"),
    "matte": ("matte",),
}
"""By name, the pictures that a view needs."""
_CODES = {"source": 0, "result": 1, "matte": 2}
_PATIENCE = 0.5
"""Seconds for which a frame is awaited before it is asked who looks still."""


class Picture(NamedTuple):
    """A frame as JPEG."""

    number: int
    parts: Mapping[str, bytes]

    def message(self, view: str) -> bytes:
        """Return the pictures of a view as one message.

        It is the frame's number (32 bits, modulo), the count of pictures (8 bits), for each its
        code (8 bits) and length (32 bits), and then the pictures; little-endian.
        """
        names = VIEWS[view]
        head = struct.pack("<IB", self.number & 0xFFFFFFFF, len(names))
        table = (struct.pack("<BI", _CODES[name], len(self.parts[name])) for name in names)
        return b"".join([head, *table, *(self.parts[name] for name in names)])


class Watch:
    """One who looks: it gets a picture when it is `ready`, and is not ready then."""

    def __init__(self, feed: Feed, view: str) -> None:
        self._feed = feed
        self._view = view
        self._visible = self._ready = False
        self._picture: Picture | None = None
        self.came = asyncio.Event()
        """Set when there is a picture to take."""

    @property
    def view(self) -> str:
        """Which pictures are wanted, one of `VIEWS`."""
        return self._view

    def look(self, *, visible: bool | None = None, view: str | None = None) -> None:
        """Say whether somebody looks, and at what."""
        self._visible = self._visible if visible is None else visible
        self._view = self._view if view is None else view
        self._feed.stir()

    def ready(self) -> None:
        """Ask for the next picture."""
        self._ready = True
        self._feed.stir()

    @property
    def visible(self) -> bool:
        """Whether somebody looks."""
        return self._visible

    @property
    def awaits(self) -> bool:
        """Whether the next picture is for it."""
        return self._visible and self._ready

    def give(self, picture: Picture) -> None:
        """Give it a picture."""
        self._ready = False
        self._picture = picture
        self.came.set()

    def take(self) -> bytes | None:
        """Return the picture that came as a message; None where there is none of this view."""
        self.came.clear()
        picture, self._picture = self._picture, None
        if picture is None or not set(VIEWS[self._view]) <= set(picture.parts):
            return None
        return picture.message(self._view)

    def take_result(self) -> bytes | None:
        """Return the result that came, as JPEG."""
        self.came.clear()
        picture, self._picture = self._picture, None
        return None if picture is None else picture.parts.get("result")


class Feed:
    """Takes frames from a session while somebody awaits them.

    Parameters
    ----------
    controls : Controls
        The session.
    pool : Executor
        Whose threads wait and encode.
    """

    def __init__(self, controls: Controls, pool: Executor) -> None:
        self._controls, self._pool = controls, pool
        self._watches: set[Watch] = set()
        self._stirred = asyncio.Event()
        self._told = False
        self._last = 0

    def watch(self, view: str = "result") -> Watch:
        """Return a new one who looks; `leave` ends it."""
        watch = Watch(self, view)
        self._watches.add(watch)
        return watch

    def leave(self, watch: Watch) -> None:
        """Forget one who looked."""
        self._watches.discard(watch)
        self.stir()

    def stir(self) -> None:
        """See who looks now."""
        self._stirred.set()

    @property
    def looked_at(self) -> int:
        """How many look."""
        return sum(watch.visible for watch in self._watches)

    async def run(self) -> None:
        """Serve those who look, until cancelled."""
        try:
            while True:
                self._stirred.clear()
                try:
                    await self._tell()
                    if any(watch.awaits for watch in self._watches):
                        await self._serve()
                        continue
                except Exception:  # of the session, which says it elsewhere; previews go on
                    await asyncio.sleep(_PATIENCE)
                    continue
                await self._stirred.wait()
        finally:
            if self._told:
                self._controls.look(self, wants=False)

    async def _tell(self) -> None:
        """Tell the session when the first begins to look, and when nobody does any more."""
        wants = self.looked_at > 0
        if wants == self._told:
            return
        self._told = wants
        await self._call(self._look, wants)
        if wants:
            # What is kept from the last time is old.
            old = await self._call(self._controls.shown, self._last, 0.0)
            self._last = self._last if old is None else old.number

    def _look(self, wants: bool) -> None:
        self._controls.look(self, wants=wants)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        shown = await self._call(self._controls.shown, self._last, _PATIENCE)
        if shown is None:
            return
        self._last = shown.number
        # Who came while it was awaited gets it too.
        views = {watch.view for watch in self._watches if watch.awaits}
        names = {name for view in views for name in VIEWS[view]}
        picture = await self._call(encoded, shown, names)
        for watch in self._watches:
            if watch.awaits and set(VIEWS[watch.view]) <= names:
                watch.give(picture)
        await asyncio.sleep(max(0.0, begin + 1 / MOST_RATE - loop.time()))

    async def _call(self, call: Any, *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call, *given)


def encoded(shown: Shown, names: set[str]) -> Picture:
    """Return some of a frame's pictures as JPEG."""
    return Picture(shown.number, {name: jpeg(getattr(shown, name)) for name in names})
