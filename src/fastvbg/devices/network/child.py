"""The parent's end of a process that has a stream."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from fastvbg.devices.ending import end, reading
from fastvbg.devices.network.messages import Mouth, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.devices.network.memory import Memory

# For the last packets and the goodbye; with what a kill takes it stays below 2 s.
_FINISH_SECONDS = 1.0


class Child:
    """A process of this interpreter's that ends when its standard input does.

    Parameters
    ----------
    module : str
        Of `fastvbg.devices.network`; its `serve` is what the process does.
    order : dict
        What it is told first. Not as arguments, which everybody on the machine can read: addresses
        have keys in them.
    memory : Memory
        Where pictures are.
    heard : callable
        Called with this and each message, in a thread of its own.
    over : callable
        Called when it has ended.
    finish : float
        How many seconds it may take to end by itself.

    Raises
    ------
    OSError
        It cannot be started.
    """

    def __init__(
        self,
        module: str,
        order: dict[str, Any],
        memory: Memory,
        heard: Callable[[Child, list[Any]], None],
        over: Callable[[], None],
        finish: float = _FINISH_SECONDS,
    ) -> None:
        self._finish = finish
        serve = f"from fastvbg.devices.network.{module} import serve; serve()"
        self._process = subprocess.Popen(
            # With this one's search path: a script's folder is not on it.
            [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {serve}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("FASTVBG_TRACEBACK") == "1" else subprocess.DEVNULL,
            pass_fds=memory.files,
            start_new_session=True,  # Ctrl-C is for the parent, who ends it in its turn
        )
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        self._answers = self._process.stdout
        self.mouth = Mouth(self._process.stdin)
        place = {"place_bytes": memory.place_bytes, "where": memory.where}
        self.mouth.say({"memory": place, **order})
        self._thread = reading(
            f"network {module}", self._answers, lambda line: heard(self, parse(line)), over
        )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def end(self) -> None:
        """Let it finish, or kill it, within 1.5 seconds."""
        self.mouth.close()
        end(self._process, self._finish, ask=False)
        self._thread.join(_FINISH_SECONDS)
        self._answers.close()
