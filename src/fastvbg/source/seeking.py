"""The part of a file between two times, exact: the frames that reading all of it shows there.

Where a demuxer lands is its own idea: after a seek the first frame that comes may lie behind the
time asked for, by 63 frames in a transport stream with open groups of pictures. So the landing is
looked at, and repeated further back until nothing is missing; else the file is read from its
beginning. A landing counts only if what is decoded from it up to the first frame shown is whole.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from itertools import chain, islice
from typing import TYPE_CHECKING

from av.video.frame import PictureType

from fastvbg.media.model import CopiedPacket
from fastvbg.source.clock import Rising, move, packet_seconds

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import av
    from av.packet import Packet
    from av.stream import Stream

    from fastvbg.media.model import Item
    from fastvbg.source.decoding import Decoding

# How far before the time asked for to look, one after the other; twice as far each time from here.
_FIRST_STEP = Fraction(1, 2)
# From how many key frames before it one is decoded where seeking is no use.
_KEY_FRAMES_BACK = 3
# What is read ahead of the first frame, to see that no sound is missing.
_MOST_AHEAD_PACKETS = 4096
_MOST_AHEAD_BYTES = 1 << 26
# How much later than the pictures of a time its sound may be stored.
_SKEW_SECONDS = 1


def span(
    decoding: Decoding, start: Fraction | None, end: Fraction | None
) -> Generator[Item, None, None]:
    """Yield the frames and packets of a file between two times.

    Parameters
    ----------
    decoding : Decoding
        The file, at its beginning.
    start, end : Fraction, optional
        Seconds from the file's beginning: the first frame shown at or after `start`, and those
        before `end`. The beginning is that of the pictures, or of sound well before them.

    Yields
    ------
    av.VideoFrame or CopiedPacket
        Frames with rising times; both moved so that they begin where the file does.
    """
    raw = decoding.items()
    begun: list[Item] = []
    whole = Rising(decoding.step).over(chain(_handed_over(begun), raw))
    for item in raw:
        begun.append(item)
        if not isinstance(item, CopiedPacket):
            decoding.begin(item)
            break
    if (start is None and end is None) or decoding.first is None:
        yield from whole
        return
    start = start or Fraction(0)
    begins = decoding.origin
    items = whole
    if decoding.winds and decoding.begins is not None and begins + start > decoding.begins:
        items = _from(decoding, begins + start, decoding.begins, whole)
    last = decoding.until = None if end is None else begins + end
    yield from _cut(decoding, items, begins + start, last, start)


def stretch(
    decoding: Decoding, whole: Iterator[Item], shift: int, first: int | None, until: int | None
) -> Generator[Item, None, None]:
    """Yield the frames of a part of what `span` gives, as it gives them.

    Parameters
    ----------
    decoding : Decoding
        The file.
    whole : iterator
        What `span` gives, from its beginning; it is no good any more once this has been begun.
    shift : int
        By how many units `span` moves the times.
    first, until : int, optional
        The frames' times as `span` gives them: from `first` on, before `until`.

    Yields
    ------
    av.VideoFrame
        None is missing.
    """
    items = whole
    start = None if first is None else (first + shift) * decoding.time_base
    begun = decoding.begins
    if start is not None and begun is not None and decoding.winds and start > begun:
        nothing: Iterator[Item] = iter(())
        landed = _from(decoding, start, begun, nothing)
        if landed is not nothing:
            items = _moved(landed, shift)
    for item in items:
        if isinstance(item, CopiedPacket) or item.pts is None:
            continue
        if until is not None and item.pts >= until:
            decoding.reached = True
            return
        if first is None or item.pts >= first:
            yield item


def _moved(items: Iterator[Item], shift: int) -> Iterator[Item]:
    for item in items:
        if not isinstance(item, CopiedPacket):
            item.pts = (item.pts or 0) - shift
        yield item


def _handed_over(items: list[Item]) -> Iterator[Item]:
    """Yield items and keep none."""
    while items:
        yield items.pop(0)


def _from(
    decoding: Decoding, first: Fraction, begun: Fraction, whole: Iterator[Item]
) -> Iterator[Item]:
    """Return items of which none is missing from a time on.

    Parameters
    ----------
    decoding : Decoding
        The file.
    first : Fraction
        The time.
    begun : Fraction
        That of the file's first frame.
    whole : iterator
        All items from the beginning, good until the file is wound.
    """
    back = Fraction(0)
    while decoding.seeks and first - back > begun:
        if not decoding.seek(first - back):
            if not back:
                return whole
            break
        packets = decoding.packets()
        landed = _landing(decoding, _from_key(decoding, packets, first), packets, first)
        if landed is not None:
            return landed
        back = max(_FIRST_STEP, 2 * back)
    decoding.reopen()
    if not decoding.seeks:
        packets = decoding.packets()
        landed = _landing(decoding, _skimmed(decoding, packets, first), packets, first)
        if landed is not None:
            return landed
        decoding.reopen()
    return Rising(decoding.step).over(decoding.items())


def _landing(
    decoding: Decoding,
    ahead: list[Packet[Stream]] | None,
    packets: Iterator[Packet[Stream]],
    first: Fraction,
) -> Iterator[Item] | None:
    """Return the items from a time on, or None if some may be missing in what is read.

    The frames before that time are decoded and dropped.
    """
    if ahead is None:
        return None
    clock = Rising(decoding.step)
    items = clock.over(decoding.items(chain(ahead, packets)))
    kept: list[Item] = []
    arrived = False
    for item in items:
        if isinstance(item, CopiedPacket):
            if _is_from(item.packet, first):
                kept.append(item)
            continue
        at = decoding.seconds(item)
        if item.is_corrupt or decoding.lost or clock.begins_untimed:
            return None
        if not arrived and (at > first or not _stands_alone(item)):
            return None
        arrived = True
        if at >= first:
            return chain(kept, [item], items)
    return iter(kept) if arrived else None


def _stands_alone(frame: av.VideoFrame) -> bool:
    """Tell whether a frame needs no other.

    Where a stream is refreshed bit by bit, a container may call the beginning of a round a key
    frame; what is decoded from there on may stay damaged without a word.
    """
    return frame.key_frame or frame.pict_type == PictureType.I


def _from_key(
    decoding: Decoding, packets: Iterator[Packet[Stream]], first: Fraction
) -> list[Packet[Stream]] | None:
    """Return the packets from a key frame on, past the first of each sound track.

    None if there is no key frame before a time, or sound of that time is stored before this place.
    """
    ahead: list[Packet[Stream]] = []
    sound = {side.index for side in decoding.sides if side.type == "audio"}
    keyed, size = False, 0
    for packet in islice(packets, _MOST_AHEAD_PACKETS):
        if packet.stream is decoding.stream:
            keyed = keyed or packet.is_keyframe
            if not keyed:
                # Nothing can be decoded before a key frame.
                if _is_after(packet, first):
                    return None
                continue
        elif packet.stream.index in sound:
            sound.remove(packet.stream.index)
            if _misses_sound(packet, first):
                return None
        ahead.append(packet)
        size += packet.size
        if (keyed and not sound) or size > _MOST_AHEAD_BYTES:
            break
    return ahead if keyed else None


def _skimmed(
    decoding: Decoding, packets: Iterator[Packet[Stream]], first: Fraction
) -> list[Packet[Stream]] | None:
    """Return the packets from some key frames before a time on, out of all from the beginning.

    For files in which a frame's time depends on all that was read before it.
    """
    runs: deque[list[Packet[Stream]]] = deque([[]], maxlen=_KEY_FRAMES_BACK)
    sound: list[Packet[Stream]] = []
    for packet in packets:
        if packet.stream is not decoding.stream:
            if _is_from(packet, first):
                sound.append(packet)
            continue
        if packet.is_keyframe:
            runs.append([])
        runs[-1].append(packet)
        if _is_after(packet, first):
            break
        if len(runs[-1]) > _MOST_AHEAD_PACKETS:
            return None
    return [*sound, *chain.from_iterable(runs)]


def _is_from(packet: Packet[Stream], time: Fraction) -> bool:
    at = packet_seconds(packet)
    return at is None or at >= time


def _is_after(packet: Packet[Stream], time: Fraction) -> bool:
    at = packet_seconds(packet)
    return at is not None and at > time


def _misses_sound(packet: Packet[Stream], first: Fraction) -> bool:
    """Tell whether a track's first packet here follows others that belong after a time."""
    before = packet_seconds(packet, -(packet.duration or 0))
    if before is None or before < first:
        return False
    start = packet.stream.start_time
    return _is_after(packet, first) and (start is None or (packet.dts or 0) > start)


def shift_of(start: Fraction | None, time_base: Fraction) -> int:
    """Return by how many units frames are moved where reading begins at a time."""
    return 0 if start is None else round(start / time_base)


def _cut(
    decoding: Decoding,
    items: Iterator[Item],
    first: Fraction,
    last: Fraction | None,
    start: Fraction,
) -> Iterator[Item]:
    """Yield what lies between two times, moved to the file's beginning."""
    shift = shift_of(start, decoding.time_base)
    over = False
    for item in items:
        if isinstance(item, CopiedPacket):
            heard = packet_seconds(item.packet)
            if heard is None or (heard >= first and (last is None or heard < last)):
                move(item.packet, -start)
                yield item
            continue
        at = decoding.seconds(item)
        if last is not None and at >= last:
            if not over:
                over = decoding.reached = True
                decoding.end_frames(last + _SKEW_SECONDS)
        elif at >= first and not over:
            item.pts = (item.pts or 0) - shift
            yield item
