"""Frames of a video file by PyAV."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

import av

from fastvbg.errors import OptionError, SourceError
from fastvbg.media.model import CopiedPacket, ReadOptions, StreamInfo, Timed
from fastvbg.media.rational import fraction
from fastvbg.media.upright import angle_of
from fastvbg.source.alpha import Transparency
from fastvbg.source.completeness import not_decoded
from fastvbg.source.decoding import Decoding
from fastvbg.source.forms import Forms
from fastvbg.source.seeking import shift_of, span, stretch
from fastvbg.source.watch import Watched

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from typing_extensions import Self

    from fastvbg.media.model import Item

# FFmpeg's number; PyAV tells a stream's from 18 on, before that interlaced ones count as the usual.
_TOP_FIELD_FIRST = 2

_INDEX_LAST = (
    "no frame of standard input can be decoded; an MP4 or MOV that was not written with FFmpeg's "
    "-movflags +faststart has its index at its end, which a pipe cannot be read by: write it so, "
    "or give the file by its name"
)
_MATROSKA_DURATION = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


class VideoSource:
    """Frames of a video file, with the packets of its sound and subtitles passed on as they are.

    Parameters
    ----------
    path : str or Path
        The file, a URL that FFmpeg's libraries open, or `-` for standard input.
    fps : Fraction, optional
        Refused: a video has its own timestamps.
    options : ReadOptions, optional
        What is asked for.
    """

    def __init__(
        self, path: str | Path, fps: Fraction | None = None, options: ReadOptions | None = None
    ) -> None:
        if fps is not None:
            raise OptionError("fps: only an image sequence takes it; a video has its own times")
        self._options = options or ReadOptions()
        self._abandoned = False
        self._missing = 0
        self._part: Generator[Item, None, None] | None = None
        self._tells = True
        self._counted: tuple[int | None, int | None] = None, None
        self._path = path
        self._decoding = Decoding(path, self._options)
        self.warnings = self._decoding.warnings
        try:
            self._transparency = Transparency(self._options, path, self.warnings)
            self._items = span(self._decoding, self._options.start, self._options.end)
            self._first = Watched(self._decode_first, self._decoding.watch)()
        except BaseException:
            if not self._decoding.watch.left:
                self._decoding.close()
            raise

    @property
    def lost(self) -> int:
        """Damaged pieces that could not be decoded, known at the end."""
        return self._decoding.lost_within(*self._counted) + self._missing

    def _decode_first(self) -> list[Item]:
        """Read up to and with the first frame, from which size, format and colour are known.

        Where none is shown between the times asked for, they are those of the file's own first.
        """
        items: list[Item] = []
        shown = None
        for item in self._items:
            items.append(item)
            if isinstance(item, av.VideoFrame):
                shown = item
                break
        first = shown or self._decoding.first
        self._decoding.first = None
        if first is None:
            piped = str(self._path) == "-" and self._decoding.is_mp4
            why = _INDEX_LAST if piped else f"no frame of {self._path} can be decoded"
            raise SourceError(f"{self._options.role}: {why}")
        self._prepared = Forms(first, self._options, self._decoding.matrix, self._path)
        self.info = self._describe(first)
        if self.info.display_matrix is not None and self._options.role != "input":
            angle = angle_of(self.info.display_matrix)
            self.warnings.append(
                f"{self._path} is to be shown turned by {angle} degrees, no quarter turn: it is "
                "used as it lies"
            )
        return items

    def _describe(self, frame: av.VideoFrame) -> StreamInfo:
        decoding, prepared = self._decoding, self._prepared.first
        stream = decoding.stream
        aspect = fraction(stream.sample_aspect_ratio)
        if aspect is not None and prepared.turn.quarter:
            aspect = 1 / aspect
        if aspect is not None or prepared.aspect_change != 1:
            changed = (aspect or Fraction(1)) * prepared.aspect_change
            aspect = changed.limit_denominator(1 << 16)
        order = int(getattr(stream.codec_context, "field_order", _TOP_FIELD_FIRST))
        fields = prepared.turn.field_order(order, frame.height)
        return StreamInfo(
            width=prepared.size[0],
            height=prepared.size[1],
            rate=decoding.rate,
            time_base=decoding.time_base,
            frames=self._expected(),
            colour=prepared.colour,
            sample_aspect=aspect,
            copied=decoding.sides,
            pixel_format=prepared.pixel_format,
            display_matrix=prepared.display_matrix,
            field_order=fields if frame.interlaced_frame else 0,
            metadata=dict(decoding.container.metadata),
            stream_metadata=dict(stream.metadata),
            chapters=tuple(self._chapters()),
            begins=decoding.begins,
            origin=decoding.origin,
        )

    def _expected(self) -> int | None:
        """Return how many frames are to come, as far as the file says."""
        decoding, options = self._decoding, self._options
        count, seconds = decoding.completeness.listed(), _duration(decoding)
        if seconds is None:
            return count if options.start is None and options.end is None else None
        if count is None:
            count = round(seconds * decoding.rate)
        asked = seconds if options.end is None else min(seconds, options.end)
        return max(1, round((asked - (options.start or 0)) * count / (seconds or 1)))

    def _chapters(self) -> Iterator[dict[str, object]]:
        """Yield the chapters, moved and cut as the frames are."""
        start, end = self._options.start or Fraction(0), self._options.end
        for chapter in self._decoding.container.chapters():
            base = fraction(chapter["time_base"]) or Fraction(1, av.time_base)
            first, last = chapter["start"] * base, chapter["end"] * base
            if last <= start or (end is not None and first >= end):
                continue
            last = last if end is None else min(last, end)
            moved = {"start": max(first, start) - start, "end": last - start}
            yield {**chapter, **{key: round(at / base) for key, at in moved.items()}}

    def __iter__(self) -> Iterator[Timed | CopiedPacket]:
        """Yield frames, and packets of the other streams, in the order of the file."""
        yield from self._timed()
        if not self._tells:
            return
        self._transparency.finish()
        if not self._decoding.reached:
            self._missing = self._decoding.completeness.missing(self._decoding.until)
            if self._missing:
                words = self._decoding.completeness.words(self._path, self._missing)
                self.warnings.append(words)
        damaged = self.lost - self._missing
        if damaged and not self._decoding.leaves_frames:
            self.warnings.append(f"{self._path}: {not_decoded(damaged)}")

    def _timed(self) -> Iterator[Timed | CopiedPacket]:
        for item in self._part or chain(self._first, self._items):
            if isinstance(item, CopiedPacket):
                yield item
                continue
            frame, alpha = self._transparency(*self._prepared(item))
            yield Timed(frame, item.pts or 0, alpha)

    def __enter__(self) -> Self:
        return self

    @property
    def has_alpha(self) -> bool:
        """Whether its first frame has alpha."""
        return self._prepared.first.has_alpha

    def narrow(
        self,
        first: int | None,
        until: int | None,
        counted: tuple[int | None, int | None] = (None, None),
        *,
        tells: bool = False,
    ) -> None:
        """Give the frames of a part alone, before any has been given; `info` stays as it is.

        Parameters
        ----------
        first, until : int, optional
            Their times as all of them would have them: from `first` on, before `until`.
        counted : tuple of int or None
            Between which of these times damage counts.
        tells : bool
            Whether the source says what the file lacks, as one that gives all frames does.
        """
        whole = chain(self._first, self._items)
        shift = shift_of(self._options.start, self._decoding.time_base)
        self._part = stretch(self._decoding, whole, shift, first, until)
        begin, end = (None if time is None else time + shift for time in counted)
        self._counted, self._tells = (begin, end), tells

    def leave_frames(self) -> None:
        """Give the packets of the other streams alone, of the frames no more than the first."""
        self._decoding.leaves_frames = True

    @property
    def missing(self) -> int:
        """How many frames the file should have held beyond its end, known at the end."""
        return self._missing

    def demand_progress(self) -> None:
        """Demand that the decoder comes back; called now and then by who waits for a frame."""
        self._decoding.watch.poll()

    def abandon(self) -> None:
        """Leave the file open, since a thread that cannot be stopped is reading it."""
        self._abandoned = True

    def __exit__(self, *exception: object) -> None:
        if not self._abandoned:
            if self._part is not None:
                self._part.close()
            self._items.close()
            self._decoding.close()


def _duration(decoding: Decoding) -> Fraction | None:
    """Return for how long pictures are shown, as far as the file says."""
    stream = decoding.stream
    if stream.duration is not None:
        return stream.duration * decoding.time_base
    whole = decoding.container.duration
    seconds = None if whole is None else Fraction(whole, av.time_base)
    # Matroska's own duration is that of the longest track.
    noted = _MATROSKA_DURATION.match(stream.metadata.get("DURATION", ""))
    if noted is None:
        return seconds
    own = int(noted[1]) * 3600 + int(noted[2]) * 60 + Fraction(noted[3])
    return own if seconds is None else min(own, seconds)
