"""A session with a terminal: its status line, its keys, its page, and how it ends."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from fastvbg.errors import OptionError
from fastvbg.live_mode.keys import HELP, listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg.live_mode.page.server import Doctor
    from fastvbg.live_mode.session import Session


def default_sinks() -> list[str]:
    """Return where pictures go when nobody said: a virtual camera, of whichever kind there is."""
    if sys.platform != "linux":
        from fastvbg.live_mode.virtualcam import has_virtualcam

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


class Running:
    """Runs a session from the command line.

    Parameters
    ----------
    session : Session
        Not run yet.
    quiet, json_lines : bool
        Whether nothing is printed; whether figures are, as JSON.
    """

    def __init__(
        self,
        session: Session,
        *,
        quiet: bool = False,
        json_lines: bool = False,
    ) -> None:
        self._session = session
        self._quiet, self._json = quiet, json_lines
        self._over = threading.Event()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have no page."""
        yield

    @contextmanager
    def page(self, bind: str, doctor: Doctor | None = None) -> Iterator[None]:
        """Serve the page meanwhile, at a host or HOST:PORT; a doctor looks over the machine."""
        from fastvbg.live_mode.page.server import Page

        host, _, port = bind.partition(":") if bind.count(":") < 2 else (bind, "", "")
        if port and not port.isdecimal():
            raise OptionError(f"bind: got {bind!r}, wanted HOST or HOST:PORT")
        with Page(self._session, host=host, port=int(port or 0), doctor=doctor) as page:
            for line in page.warnings:
                self._say(f"fastvbg: warning: {line}")
            self._say(f"page: {page.url}")
            yield

    def run(self) -> None:
        """Run until it ends: by a key, a signal, its source, or its time."""
        with listening(self._session):
            if sys.stdin is not None and sys.stdin.isatty() and not self._quiet:
                self._say(HELP)
            status = threading.Thread(target=self._report, name="fastvbg status", daemon=True)
            status.start()
            try:
                self._session.run()
            finally:
                self._over.set()
                status.join(2.0)

    def _report(self) -> None:
        is_terminal = sys.stderr is not None and sys.stderr.isatty()
        while not self._over.wait(1.0):
            if self._json:
                self._say(json.dumps(self._session.figures()))
            elif is_terminal and not self._quiet:
                sys.stderr.write(f"\r\x1b[K{status_line(self._session.figures())}")
                sys.stderr.flush()
        if is_terminal and not self._quiet and not self._json:
            sys.stderr.write("\r\x1b[K")

    def _say(self, line: str) -> None:
        if sys.stderr is not None:
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()


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
    return " | ".join(parts)[:200]
