"""Raw pictures on standard output, written at the pace of whoever reads."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fastvbg.errors import SinkError
from fastvbg.live_mode.pictures.grab import Pool
from fastvbg.live_mode.pictures.slot import Slot
from fastvbg.media.planes import planes_of

if TYPE_CHECKING:
    import av

    from fastvbg._types import Planes

_LAST_SECONDS = 2.0
"""For whoever reads to take what is left, at the end."""
_AGAIN_SECONDS = 0.005


class Y4M:
    """Raw pictures on standard output, as Y4M (`-`).

    A thread of its own writes them: who reads slowly, or stops, is waited for by nobody else.
    """

    def __init__(self) -> None:
        self.name, self.status = "-", ""
        self._slot: Slot[av.VideoFrame] = Slot()
        self._lock, self._idle = threading.Lock(), threading.Event()
        self._failure: SinkError | None = None
        self._thread: threading.Thread | None = None

    @property
    def dropped(self) -> int:
        """Pictures that newer ones replaced before they could be written."""
        return self._slot.dropped

    def open(self, width: int, height: int, rate: float) -> None:
        """Begin with the header."""
        if sys.stdout is None:
            raise SinkError("standard output: it is closed")
        fps = Fraction(rate).limit_denominator(1001)
        head = f"YUV4MPEG2 W{width} H{height} F{fps.numerator}:{fps.denominator} Ip A1:1 C420jpeg\n"
        self._pool = Pool(width, height)
        with suppress(OSError, ValueError):  # found again where it is written to
            sys.stdout.flush()
        # The buffer has a lock, which a thread that waits for a reader would hold at exit.
        out = getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)
        self._thread = threading.Thread(
            target=self._work, args=(out, head.encode()), name="fastvbg y4m", daemon=True
        )
        self._thread.start()

    def _work(self, out: Any, head: bytes) -> None:
        try:
            _put(out, head)
            while True:
                with self._lock:
                    if not self._slot.is_full:
                        self._idle.set()
                picture = self._slot.take()
                if picture is None:
                    return
                _put(out, b"FRAME\n")
                for plane in planes_of(picture):
                    _put(out, plane.tobytes())
                self._pool.give(picture)
        except (BrokenPipeError, ValueError):
            self._failure = SinkError("standard output: whoever read it has gone")
        except OSError as error:
            self._failure = SinkError(f"standard output: {error.strerror}")
        finally:
            self._idle.set()

    def has_room(self, timeout: float) -> bool:
        """Tell whether all has been written, after waiting for it, or never will be."""
        return self._failure is not None or self._idle.wait(timeout)

    def write(self, planes: Planes, captured: float) -> None:  # noqa: ARG002
        """Take a copy of a picture, in place of one that could not be written yet.

        Raises
        ------
        SinkError
            Whoever read has gone.
        """
        if self._failure is not None:
            raise self._failure
        copy = self._pool.take()
        for source, target in zip(planes, planes_of(copy), strict=True):
            target[:] = source
        with self._lock:
            self._idle.clear()
            old = self._slot.put(copy)
        if old is not None:
            self._pool.give(old)

    def watched(self) -> bool | None:
        """Tell that somebody reads it."""
        return True

    def close(self) -> None:
        """Write what is held back, as far as it is taken soon; a second call does nothing.

        Raises
        ------
        SinkError
            It was not.
        """
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._slot.close()
        thread.join(_LAST_SECONDS)
        if self._failure is not None:
            raise self._failure
        if thread.is_alive():
            raise SinkError(
                f"standard output: whoever reads it took nothing for {_LAST_SECONDS:g} s; the last "
                "picture is not whole"
            )


def _put(out: Any, content: bytes) -> None:
    """Write all of it; an unbuffered stream may take a part."""
    rest = memoryview(content)
    while rest:
        taken = out.write(rest)
        if taken is None:  # it was opened elsewhere so as not to wait
            time.sleep(_AGAIN_SECONDS)
        rest = rest[taken or 0 :]
