"""The process that receives a stream and decodes it: newest only, as planes of one even size."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fastvbg.devices.network.memory import COUNT, Memory
from fastvbg.devices.network.messages import FAILED, FREE, OPEN, Outbox
from fastvbg.devices.network.parent import Parent, doomed, leave, reason
from fastvbg.devices.planar import copy_planes

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.video.stream import VideoStream

    from fastvbg.media.colour import Converter

_FORMAT = "yuv420p"
_LIMITED = 1  # FFmpeg's number of the range
# The parent gives back at once what it passes over. Without waiting for that, the last pictures of
# a burst would be the ones that are lost.
_PLACE_SECONDS = 0.02


class _RefusedError(Exception):
    """The stream is none that can be taken."""


def serve() -> None:
    """Hand the stream's pictures to the parent until it ends, or the stream does."""
    parent = Parent()
    outbox = Outbox(parent.mouth, COUNT)

    def heard(said: list[Any]) -> None:
        if said[0] == FREE:
            outbox.free(said[1])

    parent.listen(heard, lambda: os._exit(0))  # there is nothing to finish
    try:
        _Receiver(parent, outbox).run()
    except Exception as error:  # a library's, too, of whatever class: the parent tells the reason
        parent.mouth.say(FAILED, reason(error, parent.order["url"]))
    else:
        parent.mouth.say(FAILED, "the stream has ended")
    leave()


class _Receiver:
    def __init__(self, parent: Parent, outbox: Outbox) -> None:
        self._order, self._mouth, self._outbox = parent.order, parent.mouth, outbox
        self._memory = Memory.attach(**self._order["memory"])
        size = self._order["size"]
        self._size: tuple[int, int] | None = tuple(size) if size else None
        self._converters: dict[Any, Converter] = {}
        self._number = 0

    def run(self) -> None:
        import av

        order = self._order
        with doomed(order["limit"]):
            container = av.open(order["url"], options=order["options"])
        if not container.streams.video:
            raise _RefusedError("no video in the stream")
        stream = container.streams.video[0]
        # Whole frames at once would each be late by one a thread.
        stream.thread_type = "SLICE"
        with suppress(AttributeError, ValueError):
            stream.codec_context.flags |= av.codec.context.Flags.low_delay
        self._receive(container, stream)

    def _receive(self, container: InputContainer, stream: VideoStream) -> None:
        from av.error import InvalidDataError

        for packet in container.demux(stream):
            captured = time.monotonic()
            try:
                frames = packet.decode()
            except InvalidDataError:  # what was lost on the way; the next key frame mends it
                continue
            for frame in frames:
                self._take(frame, captured, stream)

    def _take(self, frame: av.VideoFrame, captured: float, stream: VideoStream) -> None:
        if self._number == 0:
            self._begin(frame, stream)
        self._number += 1
        place = self._outbox.place(_PLACE_SECONDS)
        if place is None:  # the parent has them all: this one is lost, as its number tells
            return
        assert self._size is not None  # noqa: S101
        self._copy(frame, place)
        self._outbox.send(place, self._number, captured)

    def _begin(self, frame: av.VideoFrame, stream: VideoStream) -> None:
        """Tell what the pictures are like; the first one of all runs decides on the size."""
        from fastvbg.media.colour import tags_of

        if self._size is None:
            width, height = frame.width & ~1, frame.height & ~1
            most_width, most_height = self._order["most"]
            if width * height > most_width * most_height or min(width, height) < 2:
                raise _RefusedError(
                    f"got {frame.width}x{frame.height}, wanted 2x2 to {most_width}x{most_height}, "
                    "or a size to scale it to"
                )
            self._size = width, height
        rate = stream.average_rate or stream.guessed_rate
        tags = tags_of(frame)
        colour = tags.conversion_matrix(frame.height), tags.primaries, tags.transfer
        self._mouth.say(OPEN, *self._size, float(rate) if rate else None, colour)

    def _copy(self, frame: av.VideoFrame, place: int) -> None:
        from fastvbg.media.planes import planes_of

        assert self._size is not None  # noqa: S101
        width, height = self._size
        y, u, v = planes_of(self._converted(frame))
        # Of odd sizes the last column or row is left out.
        cut = y[:height, :width], u[: height // 2, : width // 2], v[: height // 2, : width // 2]
        copy_planes(cut, self._memory.picture(place, width, height))

    def _converted(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return a frame as 4:2:0 in limited range, of our size but for an odd column or row."""
        from fastvbg.media.colour import Converter, tags_of

        tags, given = tags_of(frame), (frame.width, frame.height)
        size = given if (given[0] & ~1, given[1] & ~1) == self._size else self._size
        key = tags, given, frame.format.name
        if key not in self._converters:
            self._converters.clear()
            self._converters[key] = Converter(tags, _FORMAT, size, range=_LIMITED)
        return self._converters[key](frame)
