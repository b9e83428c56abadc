"""A session with a terminal: its status line, its keys, its page, and how it ends."""

from __future__ import annotations

import json
import re
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from fastvbg.errors import OptionError
from fastvbg.live_mode.terminal.keys import HELP, listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg.live_mode.controls.controls import Doctor
    from fastvbg.live_mode.session.session import Session
    from fastvbg.live_mode.terminal.terminal import Terminal


_BIND = re.compile(r"(?:\[([^][]+)\]|([^][:]+))(?::([0-9]{1,5}))?")
_MOST_PORT = 65535
_THERE = "loopback", "virtualcam"
"""Virtual cameras that are there or not; PipeWire's is made, which may fail."""


def default_sinks() -> list[str]:
    """Return where pictures go when nobody said: a virtual camera, of whichever kind there is."""
    if sys.platform != "linux":
        from fastvbg.live_mode.outlets.virtualcam import has_virtualcam

        return ["virtualcam" if has_virtualcam() else "window"]
    from fastvbg.devices.v4l2.naming import find_loopback
    from fastvbg.devices.v4l2.system import System
    from fastvbg.errors import FastvbgError

    try:
        find_loopback("loopback", System())
    except FastvbgError as error:
        from fastvbg.devices.pipewire.programs import LAUNCH, find

        with suppress(FastvbgError):
            find(LAUNCH)
            return ["pipewire"]
        raise OptionError(
            f"{error}; or wanted another place: --to pipewire, --to window, --to FILE, or --page"
        ) from None
    return ["loopback"]


def page_sinks() -> list[str]:
    """Return where pictures go beside a page when nobody said: a virtual camera that is there."""
    with suppress(OptionError):
        return [each for each in default_sinks() if each in _THERE]
    return []


class Running:
    """Runs a session from the command line.

    Parameters
    ----------
    session : Session
        Not run yet.
    terminal : Terminal
        Where it speaks to whoever started it.
    json_lines : bool
        Whether figures are printed, as JSON.
    """

    def __init__(self, session: Session, terminal: Terminal, *, json_lines: bool = False) -> None:
        self._session, self._terminal, self._json = session, terminal, json_lines
        self._over = threading.Event()
        self._reasons: dict[str, str] = {}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have no page."""
        yield

    @contextmanager
    def page(self, bind: str, doctor: Doctor | None = None) -> Iterator[None]:
        """Serve the page meanwhile, at a host or HOST:PORT; a doctor looks over the machine."""
        from fastvbg.live_mode.page.server import Page

        host, port = parse_bind(bind)
        with Page(self._session, host=host, port=port, doctor=doctor) as page:
            for line in page.warnings:
                self._terminal.say(f"fastvbg: warning: {line}")
            self._terminal.say(f"page: {page.url}")
            yield

    def run(self) -> None:
        """Run until it ends: by a key, a signal, its source, or its time."""
        with listening(self._session, self._terminal.leave):
            if sys.stdin is not None and sys.stdin.isatty() and self._terminal.shows:
                self._terminal.say(HELP)
            status = threading.Thread(target=self._report, name="fastvbg status", daemon=True)
            status.start()
            try:
                self._session.run()
            finally:
                self._over.set()
                status.join(2.0)

    def _report(self) -> None:
        while not self._over.wait(1.0):
            figures = self._session.figures()
            self._tell_streams(figures["sinks"])
            if self._json:
                self._terminal.say(json.dumps(figures))
            else:
                self._terminal.show(status_line(figures))
        self._terminal.clear()

    def _tell_streams(self, sinks: list[dict[str, Any]]) -> None:
        """Say once why a stream is not connected, and when it is again."""
        for sink in sinks:
            name, status = sink["name"], sink["status"]
            again = re.fullmatch(r"reconnecting in \d+ s: (.*)", status)
            before = self._reasons.get(name, "")
            if again and again[1] != before:
                self._reasons[name] = again[1]
                self._terminal.say(f"fastvbg: {name}: {again[1]}; trying again")
            elif status == "connected" and before:
                self._reasons[name] = ""
                self._terminal.say(f"fastvbg: {name}: connected")


def parse_bind(bind: str) -> tuple[str, int]:
    """Return host and port of HOST or HOST:PORT, an IPv6 address in brackets where it has a port.

    Raises
    ------
    OptionError
        It is neither.
    """
    named = _BIND.fullmatch(bind)
    if named is not None and int(named[3] or 0) <= _MOST_PORT:
        return named[1] or named[2], int(named[3] or 0)
    if bind.count(":") > 1 and "[" not in bind:
        return bind, 0
    raise OptionError(
        f"bind: got {bind!r}, wanted HOST, HOST:PORT or [IPv6]:PORT, such as [::1]:80"
    )


def status_line(figures: dict[str, Any]) -> str:
    """Return the figures as a line that fits a terminal."""
    delay = figures["delay_ms"]
    parts = [figures["doing"]]
    if figures["countdown"] is not None:
        parts[0] = f"step out of the picture: {figures['countdown']:.0f}"
    parts.append(f"{figures['fps_in']:.0f} in, {figures['fps_out']:.0f} out")
    if figures["dropped"]:
        parts.append(f"{figures['dropped']} dropped")
    if delay["p50"] is not None:
        parts.append(f"delay {delay['p50']:.0f} / {delay['p95']:.0f} ms")
    parts.append(f"cpu {figures['cpu']:.0f} %")
    if figures["reduced"]:
        parts.append(figures["reduced"])
    parts += [f"{s['name']}: {s['status']}" for s in figures["sinks"] if s["status"]]
    parts += [f"{s['name']}: {s['dropped']} not taken" for s in figures["sinks"] if s["dropped"]]
    return " | ".join(parts)[:200]
