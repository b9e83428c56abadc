"""Recordings: files that pictures are encoded to by the side."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.errors import FastvbgError, SinkError
from fastvbg.live_mode.pictures.grab import FORM, Pool
from fastvbg.media.model import StreamInfo
from fastvbg.media.planes import planes_of
from fastvbg.sink import open_sink
from fastvbg.threads.overlap import Behind

if TYPE_CHECKING:
    import av

    from fastvbg._types import Planes
    from fastvbg.media.colour import ColourTags
    from fastvbg.sink.encoding import EncodeOptions


_TICKS = 90_000
"""A second; the time base of recordings, as MPEG has it."""


class Recording:
    """A file, written on the side: a slow disk costs it frames, never the session.

    It begins once the mask is ready, so that a session that cannot begin leaves none.

    Parameters
    ----------
    path : str or Path
        The file.
    options : EncodeOptions
        Of the encoder.
    colour : ColourTags
        Of the pictures.
    overwrite : bool
        Whether it may replace another.
    """

    waits = True
    """Whether it takes no card before the mask is ready."""

    def __init__(
        self, path: str | Path, options: EncodeOptions, colour: ColourTags, *, overwrite: bool
    ) -> None:
        self.name, self.status, self.dropped = str(path), "", 0
        self._options, self._colour, self._overwrite = options, colour, overwrite
        self._sink: Any = None
        self._thread: Any = None
        self._first: float | None = None
        self._last = -1
        self._count = 0

    def open(self, width: int, height: int, rate: float) -> None:
        """Begin the file."""
        info = StreamInfo(
            width,
            height,
            Fraction(rate).limit_denominator(1001),
            Fraction(1, _TICKS),
            None,
            self._colour,
            pixel_format=FORM,
        )
        self._pool = Pool(width, height)
        self._sink = open_sink(self.name, info, overwrite=self._overwrite, options=self._options)
        self._sink.__enter__()
        self._thread = Behind(self._encode, "recording", lambda _: True)
        self._thread.__enter__()

    def _encode(self, item: tuple[av.VideoFrame, int, int]) -> None:
        picture, pts, number = item
        self._sink.write(picture, pts, number)
        self._pool.give(picture)

    def write(self, planes: Planes, captured: float) -> None:
        """Take a copy of a picture, unless the encoder is behind.

        Raises
        ------
        FastvbgError
            The disk is full, say: the recording has ended, and leaves no file.
        """
        self._first = captured if self._first is None else self._first
        pts = round((captured - self._first) * _TICKS)
        if pts <= self._last:
            return
        if not self._thread.has_room:
            self.dropped += 1
            return
        copy = self._pool.take()
        for source, target in zip(planes, planes_of(copy), strict=True):
            target[:] = source
        try:
            self._thread.put((copy, pts, self._count))
        except FastvbgError as error:
            self._fail(error)
            raise
        self._last = pts
        self._count += 1

    def _fail(self, error: FastvbgError) -> None:
        self.status = f"recording ended: {error}"
        with suppress(FastvbgError):
            self._thread.__exit__(type(error), error, None)
        with suppress(FastvbgError):
            self._sink.__exit__(type(error), error, None)
        self._sink = None

    def watched(self) -> bool | None:
        """Tell that a recording has to go on, while it does."""
        return self._sink is not None

    def close(self) -> None:
        """Finish the file, or leave none where nothing was written; a second call does nothing.

        Raises
        ------
        FastvbgError
            It could not be finished, or there was nothing to record: it leaves no file.
        """
        if self._sink is None:
            return
        failure: Exception | None = None
        if not self._count:
            failure = SinkError(f"{self.name}: nothing was recorded")
        try:
            self._thread.__exit__(None, None, None)
        except Exception as error:  # the disk is full, or an encoder's own
            failure = error
        sink, self._sink = self._sink, None
        if failure is None:
            sink.__exit__(None, None, None)
            return
        self.status = str(failure)
        with suppress(FastvbgError):
            sink.__exit__(type(failure), failure, None)
        raise failure
