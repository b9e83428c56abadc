"""When the frames of a video are shown, by its packets alone: nothing is decoded."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from av.error import FFmpegError

from fastvbg.errors import SourceError
from fastvbg.media.demux import packets_of
from fastvbg.media.rational import fraction
from fastvbg.source.completeness import regular_file
from fastvbg.source.opening import opened, video_stream
from fastvbg.source.seeking import shift_of
from fastvbg.source.sequence import SequenceSource
from fastvbg.source.video import VideoSource
from fastvbg.storage import is_stored

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from av.packet import Packet
    from av.stream import Stream

    from fastvbg.media.model import ReadOptions, StreamInfo
    from fastvbg.source import Source

# A packet decoded so long before the one before it is on another clock.
_SET_BACK_SECONDS = 1
# A film of three hours takes some 40 MB.
_MOST_KEPT = 2


class Index(NamedTuple):
    """The frames of a source, in the order in which they are shown."""

    times: list[int]
    """As the source gives them, rising; empty where they cannot be told."""
    keys: frozenset[int]
    """The times of those by which decoding can begin."""
    why: str = ""
    """Why they cannot be told."""
    beyond: int | None = None
    """The time of the first frame that is not read any more; None where all are to the end."""


def index_of(source: Source, path: str | Path, options: ReadOptions) -> Index:
    """Return the index of a source that is open.

    Parameters
    ----------
    source : Source
        At its beginning.
    path : str or Path
        What it reads.
    options : ReadOptions
        How.
    """
    if isinstance(source, SequenceSource):
        return Index(source.times, frozenset(source.times))
    if not isinstance(source, VideoSource):
        return _unknown("the input is a picture or an animation")
    if regular_file(path) is None and not is_stored(path):
        return _unknown("the input can be read but once")
    try:
        raw = _kept(path, options.role)
    except (FFmpegError, OSError, SourceError, ValueError) as error:
        return _unknown(f"the input's packets cannot be read: {error}")
    return raw if isinstance(raw, Index) else _shown(raw, source.info, options)


def _unknown(why: str) -> Index:
    return Index([], frozenset(), why)


def _kept(path: str | Path, role: str) -> dict[int, bool] | Index:
    """Return `_raw` of a file: read once for as long as it stays as it is, for all its parts."""
    file = regular_file(path)
    if file is None:
        return _raw(path, role)
    status = file.stat()
    return _raw_of(file.absolute(), role, status.st_size, status.st_mtime_ns, status.st_ino)


@lru_cache(maxsize=_MOST_KEPT)
def _raw_of(path: Path, role: str, *_stamp: int) -> dict[int, bool] | Index:
    return _raw(path, role)


def _raw(path: str | Path, role: str) -> dict[int, bool] | Index:
    """Return which times have a frame, and whether that is a key frame."""
    found: dict[int, bool] = {}
    last = None
    with opened(path, role) as container:
        if "avi" in container.format.name:
            return _unknown("AVI does not say when frames are shown")
        stream = video_stream(container, path, role)
        base = fraction(stream.time_base)
        if base is None:
            return _unknown("the input has no unit of time")
        for packet in packets_of(container, stream):
            if not packet.size or packet.is_discard:
                continue
            if packet.pts is None:
                return _unknown("some of the input's frames have no times")
            if packet.pts in found:
                return _unknown("some of the input's frames have the same time")
            if last is not None and _is_set_back(packet, last, base):
                return _unknown("the input's clock is set back on the way")
            found[packet.pts] = packet.is_keyframe
            last = packet.pts if packet.dts is None else packet.dts
    return found


def _is_set_back(packet: Packet[Stream], last: int, base: Fraction) -> bool:
    now = packet.pts if packet.dts is None else packet.dts
    return ((now or 0) - last) * base < -_SET_BACK_SECONDS


def _shown(raw: dict[int, bool], info: StreamInfo, options: ReadOptions) -> Index:
    """Return the frames that are read, at the times that they are given."""
    base, begins = info.time_base, info.begins
    if begins is None or begins / base not in raw:
        return _unknown("the input's frames do not have the times that the file notes")
    first = max(begins, info.origin + (options.start or 0))
    last = None if options.end is None else info.origin + options.end
    cut = options.start is not None or options.end is not None
    shown = sorted(
        time
        for time in raw
        if time * base >= (first if cut else begins) and (last is None or time * base < last)
    )
    shift = shift_of(options.start, base)
    over = [time for time in raw if last is not None and time * base >= last]
    return Index(
        [time - shift for time in shown],
        frozenset(time - shift for time in shown if raw[time]),
        beyond=min(over) - shift if over else None,
    )
