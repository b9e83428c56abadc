"""What pages ask of a live session: settings are changed one after the other, and told to all."""

from __future__ import annotations

import asyncio
import json
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from fastvbg import __version__
from fastvbg.errors import FastvbgError, OptionError, shown
from fastvbg.live_mode.page.changes import Changes, view_of
from fastvbg.live_mode.page.describe import described_kinds, described_settings
from fastvbg.live_mode.page.files import brought, kept
from fastvbg.live_mode.page.gallery import Gallery
from fastvbg.live_mode.page.peers import Peers
from fastvbg.live_mode.page.preview import Feed
from fastvbg.live_mode.page.uploads import Uploads
from fastvbg.live_mode.sources.browser import BrowserSource

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    from fastvbg.live_mode.controls.controls import Controls, Doctor
    from fastvbg.live_mode.page.files import Kept
    from fastvbg.settings import Settings

FIGURES_SECONDS = 0.5
"""Between figures, which are for reading."""
STATES = ("live", "freeze", "card", "black")
NOBODY = ("keep", "card", "blur")
_FLAGS = ("flip", "auto_frame", "always")
_LONGEST_COUNTDOWN = 60.0
_NO_SIZE = (1, 1)


class Client(Protocol):
    """A page that is connected."""

    @property
    def visible(self) -> bool:
        """Whether somebody sees it."""

    def tell(self, kind: str, message: dict[str, Any]) -> None:
        """Send a message, in place of an older one of its kind that has not been sent yet."""


class Session:
    """A live session as pages see it.

    The threads of `pool` do what may take time; `own` is a private folder, and `folder`, where
    there is one, has backgrounds that are offered. `doctor` looks over the machine.
    """

    def __init__(
        self,
        controls: Controls,
        pool: Executor,
        own: Path,
        folder: Path | None = None,
        doctor: Doctor | None = None,
    ) -> None:
        self.controls = controls
        self._doctor, self._examining = doctor, asyncio.Lock()
        self._pool, self._own = pool, own
        begun = controls.settings.background
        word = begun is None or Gallery.is_word(begun)
        self.gallery = Gallery(own, folder, None if word else begun)
        self.uploads = Uploads(own, self.gallery, self._is_in_use)
        self.feed = Feed(controls, pool)
        self.clients: set[Client] = set()
        source = controls.source
        self.peers = Peers(source, self._tell_camera) if isinstance(source, BrowserSource) else None
        self._wanted = False
        self._changes = Changes(self.gallery)
        self._one_by_one = asyncio.Lock()
        self._last: Settings | None = None
        self._figures: dict[str, Any] = {}

    def _is_in_use(self, value: Any) -> bool:
        settings = self.controls.settings
        used = {path for _, path in settings.files()}
        return str(value) in used

    async def call(self, call: Callable[..., Any], *given: Any) -> Any:
        """Return what a call returns that is made in a thread of the pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, call, *given)

    async def greeting(self) -> dict[str, Any]:
        """Return what a page is told first."""
        self._figures = await self.call(self.controls.figures)
        return {
            "is": "hello",
            "version": __version__,
            "kinds": await self.call(described_kinds),
            "options": await self.call(described_settings),
            "backgrounds": self.backgrounds(),
            "settings": self.view(),
            "figures": in_json(self._figures),
            "state": self.controls.state,
            "doctor": self._doctor is not None,
            "takes_camera": self.peers is not None,
            "camera": None if self.peers is None else self.peers.number,
            "wanted": self._is_wanted(),
        }

    async def examined(self) -> list[dict[str, str]]:
        """Return what the doctor finds, a thing each; several who ask are answered in turn."""
        if self._doctor is None:
            raise OptionError("doctor: it is not at hand here; wanted the command fastvbg doctor")
        async with self._examining:
            found = await self.call(self._doctor)
        return [dict(zip(("state", "subject", "text"), each, strict=True)) for each in found]

    def view(self) -> dict[str, Any]:
        """Return the settings in use as pages are told them."""
        source = self._figures.get("source") or {}
        size = (source.get("width") or 0, source.get("height") or 0)
        settings = self.controls.settings
        told = view_of(settings, self.gallery, size if all(size) else _NO_SIZE)
        return {**told, "lacking": self._changes.lacking(settings)}

    def backgrounds(self) -> list[dict[str, Any]]:
        """Return the backgrounds to choose from as pages are told them."""
        return [item.told() for item in self.gallery if item.listed]

    async def change(self, about: Any, value: Any) -> None:
        """Change one thing; raises `FastvbgError` and leaves all as it was where that cannot be."""
        await self._work_by(lambda settings: self._changes.changed(settings, about, value))

    async def load(self, path: Path) -> list[str]:
        """Work by a settings file that was brought, and return what of it is not taken."""
        left: list[str] = []

        def loaded(settings: Settings) -> Settings:
            made, untaken = brought(path, settings, self.gallery, self.uploads)
            left.extend(untaken)
            return made

        await self._work_by(loaded)
        return left

    async def _work_by(self, making: Callable[[Settings], Settings]) -> None:
        def work() -> None:
            self.controls.apply(making(self.controls.settings))

        async with self._one_by_one:
            try:
                await self.call(work)
            finally:
                self.tell_settings()

    async def keep(self) -> Kept:
        """Return the settings as a file to take away."""
        return await self.call(kept, self.controls.settings, self.gallery, self._own)  # type: ignore[no-any-return]

    async def set_state(self, state: Any) -> None:
        """Let something else leave; waits for no change of settings."""
        await self.call(self.controls.set_state, _word("state", state, STATES))
        await self._tell_figures()

    async def switch(self, given: dict[str, Any]) -> None:
        """Turn switches."""
        for name in given:
            _word("switch", name, (*_FLAGS, "nobody"))
        for name in _FLAGS:
            if not isinstance(given.get(name, False), bool):
                raise OptionError(f"{name}: got {shown(given[name])}, wanted true or false")
        if "nobody" in given:
            _word("nobody", given["nobody"], NOBODY)
        await self.call(lambda: self.controls.switch(**given))
        await self._tell_figures()

    async def take_plate(self, seconds: Any) -> None:
        """Take the empty room after a countdown."""
        number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if not number or not 0 <= seconds <= _LONGEST_COUNTDOWN:
            raise OptionError(
                f"seconds: got {shown(seconds)}, wanted 0 to {_LONGEST_COUNTDOWN:g} seconds"
            )
        await self.call(self.controls.take_plate, float(seconds))
        await self._tell_figures()

    async def take_camera(self, offer: Any) -> dict[str, Any]:
        """Take a browser's camera by its offer; return the answer to it."""
        if self.peers is None:
            raise OptionError(
                "camera: a browser's is not asked for here; wanted fastvbg live browser --page"
            )
        return await self.peers.take(offer)

    async def leave_camera(self, number: Any) -> None:
        """Let go of a browser's camera, if it is the one of this number still."""
        if self.peers is not None:
            await self.peers.leave(number)

    def _tell_camera(self, number: int | None) -> None:
        """Tell all pages whose camera it is now."""
        for client in self.clients:
            client.tell("camera", {"is": "camera", "number": number})

    def _tell_wanted(self) -> None:
        """Tell all pages, seen or not, where a browser's camera is wanted now, or is no longer."""
        wanted, self._wanted = self._wanted, self._is_wanted()
        if wanted != self._wanted:
            for client in self.clients:
                client.tell("wanted", {"is": "wanted", "on": self._wanted})

    def _is_wanted(self) -> bool:
        source = self.controls.source
        return isinstance(source, BrowserSource) and source.is_wanted

    async def close(self) -> None:
        """Let go of what browsers give."""
        if self.peers is not None:
            await self.peers.close()

    async def run(self) -> None:
        """Tell pages that are seen the figures, until cancelled."""
        while True:
            self._tell_wanted()
            with suppress(FastvbgError):
                if any(client.visible for client in self.clients):
                    await self._tell_figures()
            await asyncio.sleep(FIGURES_SECONDS)

    async def _tell_figures(self) -> None:
        self._figures = await self.call(self.controls.figures)
        # A session changes its settings itself when it has taken the empty room.
        if self.controls.settings is not self._last:
            self.tell_settings()
        told = {"is": "figures", "figures": in_json(self._figures), "state": self.controls.state}
        for client in self.clients:
            if client.visible:
                client.tell("figures", told)

    def tell_settings(self) -> None:
        """Tell all pages the settings in use."""
        self._last = self.controls.settings
        told = {"is": "settings", "settings": self.view()}
        for client in self.clients:
            client.tell("settings", told)

    def tell_backgrounds(self) -> None:
        """Tell all pages the backgrounds there are."""
        told = {"is": "backgrounds", "backgrounds": self.backgrounds()}
        for client in self.clients:
            client.tell("backgrounds", told)


def _word(name: str, value: Any, words: tuple[str, ...]) -> Any:
    if value not in words:
        raise OptionError(f"{name}: got {shown(value)}, wanted one of {', '.join(words)}")
    return value


def in_json(value: Any) -> Any:
    """Return figures with nothing in them that JSON of browsers does not hold."""
    if isinstance(value, dict):
        return {str(key): in_json(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [in_json(each) for each in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)


def as_text(message: dict[str, Any]) -> str:
    """Return a message as it is sent."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False)
