"""The sinks of a session: opened, written to, and left out from where one fails on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.live_mode.controls.losses import Losses, status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack

    from fastvbg._types import Planes
    from fastvbg.devices.sink import Sink
    from fastvbg.media.colour import ColourTags
    from fastvbg.media.model import StreamInfo

    MakesSink = Callable[[ColourTags], Sink]


class Outlets:
    """Where pictures go. All but `told` and `failed` is called from one thread.

    Parameters
    ----------
    makers : sequence of callable
        Each makes a sink, once the colours are known.
    tell : callable
        Takes lines of what goes wrong.
    """

    def __init__(self, makers: Sequence[MakesSink], tell: Callable[[str], None]) -> None:
        self._makers, self._losses = list(makers), Losses(tell)
        self._sinks, self._waiting = list[Any](), list[Any]()
        self._watched: dict[int, bool | None] = {}

    def open(self, info: StreamInfo, stack: ExitStack, heed: Callable[[Any], None]) -> None:
        """Open all; the stack closes them. Each is handed to `heed`, which may listen to it."""
        for make in self._makers:
            sink = make(info.colour)
            sink.open(info.width, info.height, float(info.rate))
            heed(sink)
            stack.push(self._losses.closing(sink))
            (self._waiting if getattr(sink, "waits", False) else self._sinks).append(sink)

    def admit_waiting(self) -> None:
        """Write from now on to those, too, that wait until the mask is ready."""
        self._sinks += self._waiting
        self._waiting.clear()

    def have_room(self, timeout: float) -> bool:
        """Tell whether each has written what it was given, where it can tell; waits for that."""
        asked = [sink.has_room for sink in self._sinks if hasattr(sink, "has_room")]
        return all(has_room(timeout) for has_room in asked)

    def send(self, planes: Planes, captured: float) -> bool:
        """Hand a picture to every sink; return False where the last one has failed now."""
        failed = False
        for sink in list(self._sinks):
            try:
                sink.write(planes, captured)
            # Whatever a library raises, it is this sink's failure, and no mask's.
            except Exception as error:
                failed = True
                self._losses.add(error, sink)
                self._sinks.remove(sink)
                self._losses.closing(sink)(type(error))
        return bool(self._sinks or self._waiting or not failed)

    def are_watched(self) -> bool:
        """Tell whether somebody looks; a sink of which nobody can know counts as looked at."""
        # Sinks are asked in this thread only, and others are told what they said.
        self._watched = {id(sink): sink.watched() for sink in self._sinks}
        return any(watched is not False for watched in self._watched.values())

    def told(self) -> list[dict[str, Any]]:
        """Return what is to be known of each, ready for JSON."""
        return [
            {
                "name": sink.name,
                "watched": self._watched.get(id(sink)),
                "status": status_of(sink),
                "dropped": sink.dropped,
            }
            for sink in list(self._sinks)
        ]

    def not_taken(self) -> dict[str, int]:
        """Return how many pictures each left out, of those that left out any."""
        return {sink.name: sink.dropped for sink in list(self._sinks) if sink.dropped}

    @property
    def failed(self) -> list[str]:
        """What has gone wrong, a line each."""
        return list(self._losses.told)
