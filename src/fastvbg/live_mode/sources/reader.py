"""Reads a source for its newest picture, and opens it again when it is gone.

A thread does that, but while there is time to spare it lends the source to the one that works on
pictures, if reading cannot keep that waiting: a picture that is read where it is worked on stays
in one processor's caches, and no thread has to wake another. Of 22 pairs of `bench live`, a person
at 720p30, that takes 21.5 % of a core on average, and reading in a thread of its own 23.3.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from fastvbg.errors import SourceError
from fastvbg.live_mode.controls.losses import line_of
from fastvbg.live_mode.pictures.slot import Slot
from fastvbg.live_mode.sources.headroom import Headroom

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.live_mode.pictures.grab import Grab, Source

SILENT_SECONDS = 2.0
"""Without a picture a source counts as gone, unless that is its own pace."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 5.0
_WELL_SECONDS = 10.0
"""What gave pictures for so long is opened again at once when it goes; what goes sooner, as a file
does that is damaged, would else play its beginning again and again."""
_POLL = 0.25
_USUAL_RATE = 30.0
_OPENING_SECONDS = 0.4
"""For reading to end; an attempt to open that takes longer is ended."""


class Reader:
    """Reads a source. A context manager.

    Parameters
    ----------
    source : Source
        Opened already; from now on only the reader touches it.
    tell, note : callable
        Take lines of what goes wrong, and of what goes as it should.

    Notes
    -----
    `take`, `want` and `spent` are called from one thread, the one that works on pictures.
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
        self._headroom = Headroom()
        self._lent, self._returned = False, threading.Condition()
        self._failure: Exception | None = None
        self._gave, self._silent_since = False, math.inf
        self._open, self._opening, self._openings = True, False, 1
        self._pause, self._opened, self._asked = 0.0, time.monotonic(), math.inf
        self._line, self._is_quiet, self._is_told = "", False, False
        self._thread = threading.Thread(target=self._work, name="fastvbg camera", daemon=True)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._wanted.set()
        self._return()
        self._thread.join(_OPENING_SECONDS)
        if self._opening:  # an end of what waits in there
            self._source.close()
        self._thread.join(_OPENING_SECONDS if self._hangs else 5.0)
        self.slot.close()

    @property
    def is_open(self) -> bool:
        """Whether the source is open now."""
        return self._open

    @property
    def is_gone(self) -> bool:
        """Whether it is no pace of the source's own where no picture comes for long."""
        return not self._source.is_paced or not self._open or self._hangs

    @property
    def _hangs(self) -> bool:
        """Whether a file has not answered for long, as on a share that went away."""
        waits = time.monotonic() - self._asked
        return self._source.is_paced and waits > _POLL + SILENT_SECONDS

    def want(self, *, wanted: bool) -> None:
        """Say whether pictures are wanted; the source is closed while they are not."""
        if wanted:
            self._wanted.set()
        else:
            self._wanted.clear()
            self._return()

    def take(self, timeout: float) -> Grab | None:
        """Return the newest picture; None where none came in time, or there are no more."""
        if not self._lent or self.slot.is_full:
            grab = self.slot.take(timeout)
            if grab is None and self._hangs and not self._is_told:
                self._is_told = True
                self._tell(f"{self._silence()}; waiting")
            return grab
        try:
            return self._next(timeout)
        # Whatever a library raises: the thread does about it what it does about its own.
        except Exception as error:
            self._return(error)
            return None

    def spent(self, delay: float) -> None:
        """Say how many seconds after it was taken a picture has left."""
        self._headroom.add(delay, 1 / (self._source.rate or _USUAL_RATE))
        if self._lent and self._headroom.is_tight:
            self._return()

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
        self._gave, self._silent_since = False, math.inf
        lends = self._source.is_prompt
        while self._wanted.is_set() and not self._ended.is_set():
            try:
                if lends and not self._headroom.is_tight:
                    self._lend()
                    continue
                if self._source.is_whole and not self.slot.wait_taken(_POLL):
                    continue
                grab = self._next(_POLL)
            except EOFError:
                raise
            # Whatever a library raises: a card leaves, and the source is opened again.
            except Exception as error:
                self._lose(error)
                return
            old = None if grab is None else self.slot.put(grab)
            if old is not None:
                self._source.recycle(old.picture)

    def _next(self, timeout: float) -> Grab | None:
        """Return the newest picture, or None; raise where the source is gone."""
        # Counted from when one was asked for: whoever reads may have been busy before.
        since = min(self._silent_since, time.monotonic())
        self._asked = time.monotonic()
        try:
            grab = self._source.read(timeout)
        finally:
            self._asked = math.inf
        if grab is not None:
            self._gave, self._silent_since, self._is_told = True, math.inf, False
            return grab._replace(since=(self._openings, *grab.since))
        if self._source.is_paced:
            return None
        self._silent_since = since
        if time.monotonic() - since > SILENT_SECONDS:
            raise SourceError(self._silence())
        return None

    def _silence(self) -> str:
        return f"{self._source.name}: no picture for {SILENT_SECONDS:g} s"

    def _lose(self, error: Exception) -> None:
        """Close what has failed and tell of it, once where it does so again and again."""
        is_well = self._gave and time.monotonic() - self._opened > _WELL_SECONDS
        line = line_of(error, self._source.name)
        self._is_quiet = line == self._line and not is_well
        if not self._is_quiet:
            self._tell(f"{line}; trying again")
        self._line = line
        self._shut()
        if is_well:
            self._pause = 0.0
        if self._pause or not self._gave:
            self._wait()
        self._pause = max(self._pause, _FIRST_WAIT)

    def _wait(self) -> None:
        """Wait before it is opened again, longer each time."""
        self._pause = max(self._pause, _FIRST_WAIT)
        self._ended.wait(self._pause)
        self._pause = min(2 * self._pause, _LONGEST_WAIT)

    def _lend(self) -> None:
        """Let whoever takes pictures read them, until that ends; raise what it met."""
        with self._returned:
            # They are set before `_return` has the lock: nothing is lent that is not to be.
            self._lent = self._wanted.is_set() and not self._ended.is_set()
            self.slot.wake()
            self._returned.wait_for(lambda: not self._lent)
            failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _return(self, failure: Exception | None = None) -> None:
        """Give the source back to the thread."""
        with self._returned:
            self._lent, self._failure = False, failure
            self._returned.notify()

    def _reopen(self) -> bool:
        """Try until it opens, less and less often; tell whether it did."""
        while self._wanted.is_set() and not self._ended.is_set():
            try:
                self._opening = True
                self._source.open()
            except Exception:
                self._opening = False
                self._wait()
            else:
                self._open, self._opening = True, False
                self._openings += 1
                self._opened = time.monotonic()
                if not self._is_quiet:
                    self._note(f"{self._source.name}: open, {self._source.told}")
                return True
        return False
