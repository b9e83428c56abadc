"""Whether a file holds as much as its header says: a truncated one may simply end.

A header's own numbers are no proof. The sample table of an MP4 counts what an edit list hides, and
a Matroska's duration is that of its longest track, or of one that is not read. What tells is where
the pieces lie: a truncated file is shorter than its outline.
"""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av

from fastvbg.media.names import STANDARD, is_address
from fastvbg.media.rational import fraction
from fastvbg.source.outline import boxes_of, gif_ends_early, segment_end

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

    from fastvbg.storage.reading import StoredFile

# Where only a Matroska's duration can tell: its last packet's length may be unknown.
_SLACK_SECONDS = Fraction(1, 2)


class Completeness:
    """Compares what there is of a file with what it is to hold.

    Parameters
    ----------
    container : InputContainer
        The file.
    video : VideoStream
        Its main video stream.
    file : str, Path or StoredFile
        Its name, or what is read of a store's object.
    streams : int
        How many of its streams are read.
    """

    def __init__(
        self,
        container: InputContainer,
        video: VideoStream,
        file: str | Path | StoredFile,
        streams: int,
    ) -> None:
        names = set(container.format.name.split(","))
        self._video = video
        self._file = regular_file(file) if isinstance(file, (str, Path)) else file
        self._all_streams = streams == len(container.streams)
        self._all_read = True
        self._boxes = bool(names & {"mp4", "mov"})
        self._blocks = "gif" in names
        self._end: Fraction | None = None
        if names & {"matroska", "webm"} and container.duration:
            start = container.start_time or 0
            self._end = Fraction(start + container.duration, av.time_base)
        self._rate = fraction(video.average_rate) or Fraction(25)
        self._seen = 0
        self._last = Fraction(0)

    @property
    def counts_packets(self) -> bool:
        """Whether the file says of each packet where it lies."""
        return self._boxes

    def saw(self, packet: Packet[Stream]) -> None:
        """Count a packet that has been read."""
        self._seen += packet.stream is self._video and not packet.is_discard
        times = [time for time in (packet.pts, packet.dts) if time is not None]
        base = fraction(packet.time_base)
        if times and base is not None:
            self._last = max(self._last, (max(times) + (packet.duration or 0)) * base)

    def wound(self) -> None:
        """Take note that not all of the file is read."""
        self._all_read = False

    def listed(self) -> int | None:
        """Return how many frames are shown by the table of samples, as far as it is known."""
        if self._boxes and self._video.frames:
            return sum(not entry.is_discard for entry in self._video.index_entries)
        return self._video.frames or None

    def missing(self, until: Fraction | None = None) -> int:
        """Return about how many frames the file should have held beyond its end.

        Parameters
        ----------
        until : Fraction, optional
            Before when frames are asked for, as the file counts; without it to the end.
        """
        try:
            if self._boxes:
                return self._missing_samples(until)
            return self._missing_block(until) if self._blocks else self._missing_clusters(until)
        except OSError:
            return 0  # gone since: what was needed of it has been read

    def _missing_samples(self, until: Fraction | None) -> int:
        base = fraction(self._video.time_base) or Fraction(0)
        shown = [
            entry
            for entry in self._video.index_entries
            if not entry.is_discard and (until is None or entry.timestamp * base < until)
        ]
        if self._file is None:
            return max(0, len(shown) - self._seen) if self._all_read else 0
        with _measured(self._file) as (file, length):
            boxes = boxes_of(file)
        if boxes.end <= length:
            return 0
        beyond = sum(entry.pos >= length for entry in shown)
        # What follows in fragments that are not there is in no table.
        unlisted = boxes.fragmented and (until is None or until - self._last > 1 / self._rate)
        return max(1, beyond) if unlisted else beyond

    def _missing_block(self, until: Fraction | None) -> int:
        """Return 1 where a picture of a GIF is cut off: how many followed is in no header."""
        if self._file is None or (until is not None and until <= self._last):
            return 0
        with _measured(self._file) as (file, _length):
            return int(gif_ends_early(file))

    def _missing_clusters(self, until: Fraction | None) -> int:
        if self._end is None:
            return 0
        left = (self._end if until is None else min(self._end, until)) - self._last
        if self._file is None:
            cut_off = self._all_read and self._all_streams and left > _SLACK_SECONDS
        else:
            with _measured(self._file) as (file, length):
                end = segment_end(file)
            # What is cut off may be no more than the index at the end.
            cut_off = end is not None and end > length and left > 1 / self._rate
        return max(1, round(left * self._rate)) if cut_off else 0

    def words(self, path: str | Path, missing: int) -> str:
        """Return the warning for a file that ends early."""
        frames = "1 frame" if missing == 1 else f"{missing} frames"
        verb = "is" if missing == 1 else "are"
        return f"{path}: the file ends early; about {frames} of it {verb} missing"


def not_decoded(packets: int) -> str:
    """Return what is said of so many damaged packets."""
    return f"{packets} damaged packet{'s' * (packets != 1)} could not be decoded"


@contextmanager
def _measured(file: Path | StoredFile) -> Iterator[tuple[BinaryIO | StoredFile, int]]:
    """Open a file, with its length; a store's object is open already, and stays so."""
    if isinstance(file, Path):
        with file.open("rb") as local:
            yield local, file.stat().st_size
    else:
        yield file, file.size


def regular_file(path: str | Path) -> Path | None:
    """Return the path of a file on disk, which has a length; None for pipes and URLs."""
    if str(path) == STANDARD or is_address(path) or not Path(path).is_file():
        return None
    return Path(path)
