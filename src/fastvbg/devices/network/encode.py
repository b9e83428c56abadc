"""The process that encodes pictures and sends them: newest only, over one connection."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fastvbg.devices.network.memory import Memory
from fastvbg.devices.network.messages import ALIVE, FAILED, FRAME, OPEN, Inbox, Taken
from fastvbg.devices.network.parent import Parent, doomed, leave, reason
from fastvbg.devices.planar import copy_planes

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from fastvbg._types import Planes

_TIME_BASE = Fraction(1, 90_000)  # MPEG-TS and RTP have it
_LIMITED = 1  # FFmpeg's number of the range
_KEY_SECONDS = 2  # between key frames: how long a new viewer waits at most; services ask for it
# Frames' worth of bits that the encoder may lend itself: bursts are what delays a stream.
_BUFFER_FRAMES = 4
# Slices of a frame, which cost some bits each. Frames at once would cost a frame's delay each.
_THREADS = 2
_BEAT_SECONDS = 1.0
_CLOSE_SECONDS = 1.0


def serve() -> None:
    """Send what the parent hands over until it ends, or the connection does."""
    parent = Parent()
    inbox = Inbox()

    def heard(said: list[Any]) -> None:
        if said[0] == FRAME:
            inbox.put(Taken(said[1], said[2], said[3], parent.mouth))

    parent.listen(heard, inbox.end)
    try:
        _Sender(parent.order, inbox).run(parent)
    except Exception as error:  # a library's, too, of whatever class: the parent tells the reason
        parent.mouth.say(FAILED, reason(error, parent.order["url"]))
    leave()


class _Sender:
    def __init__(self, order: dict[str, Any], inbox: Inbox) -> None:
        self._order, self._inbox = order, inbox
        self._memory = Memory.attach(**order["memory"])
        self._size: tuple[int, int] = tuple(order["size"])
        self._first: float | None = None
        self._last = -1

    def run(self, parent: Parent) -> None:
        with doomed(self._order["limit"], orphaned=True):
            container, stream = self._open()
        parent.mouth.say(OPEN)
        while not self._inbox.over:
            taken = self._inbox.take(_BEAT_SECONDS)
            if taken is None:
                parent.mouth.say(ALIVE)
                continue
            planes = self._memory.picture(taken.place, *self._size)
            self._send(container, stream, planes, taken)
        with doomed(_CLOSE_SECONDS):
            container.mux(stream.encode(None))
            container.close()

    def _open(self) -> tuple[OutputContainer, VideoStream]:
        import av

        order = self._order
        options = {**order["options"], "flush_packets": "1"}
        container = av.open(order["url"], "w", format=order["muxer"], options=options)
        rate = Fraction(*order["rate"])
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = _TIME_BASE
        context.bit_rate = bits = order["bitrate"]
        context.gop_size = max(1, round(_KEY_SECONDS * rate))
        context.max_b_frames = 0
        context.thread_count = _THREADS
        context.color_range = _LIMITED
        # Unsaid, players would take 601 or 709 by the height.
        context.colorspace, context.color_primaries, context.color_trc = order["colour"]
        buffer = round(_BUFFER_FRAMES * bits / rate)
        stream.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "maxrate": str(bits),
            "bufsize": str(buffer),
        }
        container.start_encoding()
        return container, stream

    def _send(
        self, container: OutputContainer, stream: VideoStream, planes: Planes, taken: Taken
    ) -> None:
        from fastvbg.media.planes import new_picture, planes_of

        frame = new_picture(*self._size, "yuv420p")
        y, u, v = planes_of(frame)
        copy_planes(planes, (y, u, v))
        taken.give_back()
        if self._first is None:
            self._first = taken.captured
        # Times go up by a millisecond at least, FLV's step.
        step = int(_TIME_BASE.denominator / 1000)
        pts = max(round((taken.captured - self._first) / _TIME_BASE), self._last + step)
        frame.pts, frame.time_base, self._last = pts, _TIME_BASE, pts
        frame.color_range, frame.colorspace = _LIMITED, self._order["colour"][0]
        for packet in stream.encode(frame):
            container.mux(packet)
