"""Whether somebody reads a node of PipeWire's: by the graph, which `pw-dump --monitor` tells of."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from contextlib import suppress
from typing import Any

from fastvbg.devices.ending import end, reading
from fastvbg.devices.keeper import Keeper, Patience
from fastvbg.devices.pipewire.programs import DUMP, MARK

_READ = "running"
_UNREAD = ("creating", "suspended", "idle")
_END_SECONDS = 0.5
_PATIENCE = Patience(start=math.inf, silence=math.inf, first=1.0)
_MOST_BYTES = 1 << 24  # graphs have some hundred kilobytes


class NodeWatch:
    """Follows a node's state. Everything is unknown where there is no `pw-dump`.

    Parameters
    ----------
    mark : str
        The node's property `MARK`.
    """

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._states: dict[int, str] = {}
        self._text: list[bytes] = []
        path = shutil.which(DUMP)
        self._keeper: Keeper | None = None
        if path is not None:
            self._keeper = Keeper(DUMP, lambda: _Dump(path, self), _PATIENCE)
            self._keeper.begin()

    @property
    def available(self) -> bool:
        """Whether there is anything to follow it by."""
        return self._keeper is not None

    @property
    def seen(self) -> bool:
        """Whether the node is there."""
        return bool(self._states)

    def watched(self) -> bool | None:
        """Tell whether somebody reads the node; None when that is not known."""
        states = list(self._states.values())
        if _READ in states:
            return True
        return False if states and all(state in _UNREAD for state in states) else None

    def close(self) -> None:
        """End what follows it."""
        if self._keeper is not None:
            self._keeper.close()

    def begin(self) -> None:
        """Begin anew with a graph of which nothing is known."""
        self._states.clear()
        self._text.clear()

    def hear(self, line: bytes) -> None:
        """Take a line: changes come as lists, whose last line begins with a bracket."""
        self._text.append(line)
        if not line.startswith(b"]"):
            return
        text = b"".join(self._text)
        with suppress(ValueError):
            changes = json.loads(text)
            self._text.clear()
            for change in changes:
                if isinstance(change, dict):
                    self._note(change)
        if len(text) > _MOST_BYTES:
            self._text.clear()

    def _note(self, change: dict[str, Any]) -> None:
        number, info = int(change.get("id", -1)), change.get("info")
        if not info:
            self._states.pop(number, None)
        elif number in self._states or (info.get("props") or {}).get(MARK) == self._mark:
            self._states[number] = str(info.get("state"))

    def ended(self) -> None:
        """Note that nothing follows it any more."""
        self._states.clear()
        if self._keeper is not None:
            self._keeper.ended(f"{DUMP} ended")


class _Dump:
    """The program that tells of the graph."""

    def __init__(self, path: str, watch: NodeWatch) -> None:
        watch.begin()
        self._process = subprocess.Popen(
            [path, "--monitor"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101
        self._pipe = self._process.stdout
        self._thread = reading("pipewire graph", self._pipe, watch.hear, watch.ended)

    def end(self) -> None:
        end(self._process, _END_SECONDS)
        self._thread.join(_END_SECONDS)
        self._pipe.close()
