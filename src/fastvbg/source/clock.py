"""Times that rise: of packets whose file sets its clock back, and of frames out of their place."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av

from fastvbg.media.model import CopiedPacket
from fastvbg.media.rational import fraction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.packet import Packet
    from av.stream import Stream

    from fastvbg.media.model import Item

# A packet further back than this does not come late: from it on the clock is another one.
_SET_BACK_SECONDS = 1
# So many frames at most wait for one that is in its place.
_MOST_LATE = 16


def packet_seconds(packet: Packet[Stream], later: int = 0) -> Fraction | None:
    """Return when a packet is decoded, or some units later; when shown, if nothing else is said."""
    at = packet.pts if packet.dts is None else packet.dts
    base = fraction(packet.time_base)
    return None if at is None or base is None else (at + later) * base


def move(packet: Packet[Stream], seconds: Fraction) -> None:
    """Move a packet to a later time."""
    base = fraction(packet.time_base)
    if seconds and base is not None:
        units = round(seconds / base)
        packet.dts = None if packet.dts is None else packet.dts + units
        packet.pts = None if packet.pts is None else packet.pts + units


class OneClock:
    """Moves packets so that a clock that is set back goes on, as where recordings were joined.

    All streams are moved by the same time, each from where its own clock is set back: by more than
    a second, or to where it began, as where clips are shorter than that.
    """

    def __init__(self) -> None:
        self._moved = Fraction(0)
        self._joins = 0
        self._seen: dict[int, int] = {}
        self._begun: dict[int, Fraction] = {}
        self._by: dict[int, Fraction] = {}
        self._last: dict[int, Fraction] = {}

    def __call__(self, packet: Packet[Stream]) -> Packet[Stream]:
        """Return the packet at its place on one clock."""
        noted = packet_seconds(packet)
        if noted is not None:
            by = self._moved if packet.stream.type == "subtitle" else self._move_of(packet, noted)
            move(packet, by)
        return packet

    def _move_of(self, packet: Packet[Stream], noted: Fraction) -> Fraction:
        """Return by how much a packet of pictures or sound is moved."""
        stream = packet.stream.index
        by, last = self._by.get(stream, Fraction(0)), self._last.get(stream)
        if last is not None and self._is_set_back(packet, noted, last - by):
            after = packet_seconds(packet, packet.duration or 0) or noted
            going_on = last + (after - noted) - noted
            is_first = self._seen.get(stream, 0) == self._joins
            if is_first or noted + self._moved < last - _SET_BACK_SECONDS:
                self._moved = going_on  # the first stream to show it
                self._joins += 1
            self._seen[stream] = self._joins
            self._begun.pop(stream, None)
            # One that ended later than the others did goes on from its own end.
            by = self._by[stream] = max(self._moved, going_on)
        if packet.dts is not None:
            self._begun.setdefault(stream, noted)
        self._last[stream] = noted + by
        return by

    def _is_set_back(self, packet: Packet[Stream], noted: Fraction, last: Fraction) -> bool:
        """Tell whether a packet's clock is another one than that of its stream's last."""
        if noted < last - _SET_BACK_SECONDS:
            return True
        # Times of decoding rise within a clip; those of showing may come before the first.
        begun = self._begun.get(packet.stream.index)
        if begun is None or packet.dts is None or not packet.is_keyframe:
            return False
        return noted <= begun and noted < last


class Rising:
    """Gives each frame a time later than the one before it, as muxers demand.

    Raw streams have no times, and damaged ones go back: a frame that comes late is put between its
    neighbours, so that those after it keep their times.

    Parameters
    ----------
    step : int
        Units from one frame to the next where they have no times.
    """

    def __init__(self, step: int) -> None:
        self._step = step
        self._last: int | None = None
        self.begins_untimed = False
        """Whether the first frame had no time."""

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield items, frames with their times set."""
        late: list[Item] = []
        count = 0
        for item in items:
            if isinstance(item, CopiedPacket):
                if late:
                    late.append(item)
                else:
                    yield item
                continue
            is_late = item.pts is not None and self._last is not None and item.pts <= self._last
            if is_late and count < _MOST_LATE:
                late.append(item)
                count += 1
                continue
            yield from self._placed(late, count, item.pts)
            late, count = [], 0
            yield self._set(item, item.pts)
        yield from self._placed(late, count, None)

    def _placed(self, late: list[Item], count: int, following: int | None) -> Iterator[Item]:
        """Yield frames that come late, spread before the next that does not."""
        last = self._last or 0
        room = 0 if following is None else (following - last) // (count + 1)
        step = max(1, min(self._step, room))
        for item in late:
            yield item if isinstance(item, CopiedPacket) else self._set(item, last := last + step)

    def _set(self, frame: av.VideoFrame, pts: int | None) -> av.VideoFrame:
        last = self._last
        if pts is None:
            self.begins_untimed = self.begins_untimed or last is None
            pts = 0 if last is None else last + self._step
        elif last is not None and pts <= last:
            pts = last + 1
        frame.pts = self._last = pts
        return frame
