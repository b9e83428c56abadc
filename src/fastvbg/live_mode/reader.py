"""A thread that reads a source, hands on its newest picture, and opens it again when it is gone."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from fastvbg.live_mode.losses import line_of
from fastvbg.live_mode.slot import Slot

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.live_mode.grab import Grab, Source

SILENT_SECONDS = 2.0
"""Without a picture a source counts as gone."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 5.0
_POLL = 0.25
_OPENING_SECONDS = 0.4
"""For reading to end; an attempt to open that takes longer is ended."""


class Reader:
    """Reads a source. A context manager.

    Parameters
    ----------
    source : Source
        Opened already; from now on only the reader's thread touches it.
    tell, note : callable
        Take lines of what goes wrong, and of what goes as it should.
    """

    def __init__(
        self, source: Source, tell: Callable[[str], None], note: Callable[[str], None]
    ) -> None:
        self._source, self._tell, self._note = source, tell, note
        self.slot: Slot[Grab] = Slot()
        self.over = False
        """Whether the source has come to its end."""
        self._wanted = threading.Event()
        self._wanted.set()
        self._ended = threading.Event()
        self._open, self._opening = True, False
        self._thread = threading.Thread(target=self._work, name="fastvbg camera", daemon=True)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._wanted.set()
        self._thread.join(_OPENING_SECONDS)
        if self._opening:  # an end of what waits in there
            self._source.close()
        self._thread.join(5.0)
        self.slot.close()

    @property
    def is_open(self) -> bool:
        """Whether the source is open now."""
        return self._open

    def want(self, *, wanted: bool) -> None:
        """Say whether pictures are wanted; the source is closed while they are not."""
        if wanted:
            self._wanted.set()
        else:
            self._wanted.clear()

    def _work(self) -> None:
        try:
            while not self._ended.is_set():
                if not self._wanted.is_set():
                    self._shut()
                    self._wanted.wait()
                elif self._open or self._reopen():
                    self._read()
        except EOFError:
            self.over = True
        finally:
            self._shut()
            self.slot.close()

    def _shut(self) -> None:
        if self._open:
            self._open = False
            self._source.close()

    def _read(self) -> None:
        """Hand on pictures until the source is gone or not wanted."""
        came = opened = time.monotonic()
        while self._wanted.is_set() and not self._ended.is_set():
            try:
                grab = self._source.read(_POLL)
            except EOFError:
                raise
            # Whatever a library raises: a card leaves, and the source is opened again.
            except Exception as error:
                self._lose(line_of(error))
                if came == opened:
                    self._ended.wait(_FIRST_WAIT)  # it opens, and gives nothing
                return
            now = time.monotonic()
            if grab is not None:
                came = now
                old = self.slot.put(grab)
                if old is not None:
                    self._source.recycle(old.picture)
            elif now - came > SILENT_SECONDS:
                self._lose(f"{self._source.name}: no picture for {SILENT_SECONDS:g} s")
                return

    def _lose(self, line: str) -> None:
        self._tell(f"{line}; trying again")
        self._shut()

    def _reopen(self) -> bool:
        """Try until it opens, less and less often; tell whether it did."""
        wait = _FIRST_WAIT
        while self._wanted.is_set() and not self._ended.is_set():
            try:
                self._opening = True
                self._source.open()
            except Exception:
                self._opening = False
                self._ended.wait(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
            else:
                self._open, self._opening = True, False
                self._note(f"{self._source.name}: open, {self._source.told}")
                return True
        return False
