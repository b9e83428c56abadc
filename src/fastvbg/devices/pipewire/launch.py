"""GStreamer's program at work: a thread feeds it the newest picture, another hears why it ends."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from fastvbg.devices.ending import end, reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.devices.newest import Newest

# It has nothing to finish.
_END_SECONDS = 0.5
_JOIN_SECONDS = 1.0
_LINES = 20
_MOST_LETTERS = 160
_LARGEST_PIPE = 1 << 20  # what Linux grants everybody, /proc/sys/fs/pipe-max-size


class Launch:
    """A running pipeline that is fed.

    Parameters
    ----------
    command : list of str
        The program and its arguments.
    pictures : Newest
        Where pictures come from.
    frame_bytes : int
        Of one.
    ended : callable
        Told why it has ended.
    """

    def __init__(
        self,
        command: list[str],
        pictures: Newest,
        frame_bytes: int,
        ended: Callable[[str], None],
    ) -> None:
        self._pictures, self._ended = pictures, ended
        self._over = False
        self._said: deque[str] = deque(maxlen=_LINES)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for us, who end it in our turn
        )
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stderr is not None  # noqa: S101
        self._pipe = self._process.stdin
        _widen(self._pipe.fileno(), frame_bytes)
        self._errors = reading("pipewire errors", self._process.stderr, self._hear)
        self._threads = [
            threading.Thread(target=target, name=f"fastvbg pipewire {name}", daemon=True)
            for target, name in ((self._feed, "writer"), (self._wait, "end"))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def end(self) -> None:
        """End the program and all threads."""
        self._over = True
        self._pictures.wake()
        end(self._process, _END_SECONDS)
        for thread in (*self._threads, self._errors):
            thread.join(_JOIN_SECONDS)
        assert self._process.stderr is not None  # noqa: S101
        for pipe in (self._pipe, self._process.stderr):
            with suppress(OSError):
                pipe.close()

    def _hear(self, line: bytes) -> None:
        text = line.decode(errors="replace").strip()
        if text:
            self._said.append(text)

    def _feed(self) -> None:
        with suppress(OSError):  # it has ended, which `_wait` tells
            while (picture := self._pictures.take(lambda: self._over)) is not None:
                left = picture.data
                while left:
                    left = left[self._pipe.write(left) :]

    def _wait(self) -> None:
        self._process.wait()
        self._over = True
        self._pictures.wake()
        self._errors.join(_JOIN_SECONDS)
        self._ended(reason(self._said, self._process.returncode))


def _widen(pipe: int, frame_bytes: int) -> None:
    """Let a pipe take a picture at once, or what the system grants: fewer turns of both sides.

    Not more than one picture, since what is in the pipe only gets older.
    """
    if sys.platform == "linux":
        import fcntl

        size = min(frame_bytes, _LARGEST_PIPE)
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ if hasattr(fcntl, "F_SETPIPE_SZ") else 1031, size)


def reason(said: deque[str], code: int) -> str:
    """Return in one line why the program has ended, of what it said and its exit code."""
    errors = [line for line in said if line.startswith(("ERROR", "WARNING: erroneous"))]
    text = (errors or list(said) or [""])[0]
    if "Failed to connect" in text:
        return "PipeWire is not running here (no answer at its socket)"
    # `ERROR: from element /GstPipeline:pipeline0/...: what is meant`
    text = text.rsplit(": ", 1)[-1][:_MOST_LETTERS].strip()
    name = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"gst-launch-1.0 ended ({name})" + (f": {text}" if text else "")
