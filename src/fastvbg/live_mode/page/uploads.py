"""What is uploaded: kept under names of ours in a private folder, and looked at before use."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.errors import FastvbgError, OptionError, SinkError, SourceError
from fastvbg.live_mode.page.gallery import Item, first_picture, is_video, safe_name
from fastvbg.media.contents import kind_of
from fastvbg.media.limits import RAISED_BY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastvbg.live_mode.page.gallery import Gallery

MOST_BYTES = 256 << 20
"""Of one file."""
MOST_STILL_BYTES = 48 << 20
MOST_FILES = 24
"""Kept at a time; the oldest that is not in use goes."""


class TooLargeError(FastvbgError, ValueError):
    """An upload is larger than what is taken."""


class Uploads:
    """Takes files in.

    Parameters
    ----------
    folder : Path
        The session's private folder.
    gallery : Gallery
        Where they are offered.
    in_use : callable
        Tells whether a file is in use.
    """

    def __init__(self, folder: Path, gallery: Gallery, in_use: Callable[[Any], bool]) -> None:
        self._folder, self._gallery, self._in_use = folder, gallery, in_use
        self._numbers = count(1)

    def place(self) -> Path:
        """Return a name for one more file."""
        return self._folder / f"upload-{next(self._numbers)}"

    def take_back(self, item: Item) -> None:
        """Delete what was taken in."""
        self._gallery.remove(item)
        if isinstance(item.value, Path):
            item.value.unlink(missing_ok=True)

    async def received(self, pieces: AsyncIterator[bytes], length: int | None) -> Path:
        """Write what comes into a file of ours.

        Parameters
        ----------
        pieces : asynchronous iterator of bytes
            What is sent.
        length : int, optional
            How many bytes were announced.

        Raises
        ------
        TooLargeError
            It is more than `MOST_BYTES`.
        SinkError
            The disk does not take it.
        """
        if length is not None and length > MOST_BYTES:
            raise _too_large(MOST_BYTES)
        path = self.place()
        taken = 0
        try:
            # Pieces are small, and the disk's cache takes them at once.
            with path.open("xb") as file:
                async for piece in pieces:
                    taken += len(piece)
                    if taken > MOST_BYTES:
                        raise _too_large(MOST_BYTES)
                    file.write(piece)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise SinkError(f"upload: cannot be kept: {error.strerror or error}") from None
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    def looked_at(self, path: Path, name: str, *, listed: bool) -> Item:
        """Return a received file as a background, or delete it.

        Parameters
        ----------
        path : Path
            The file.
        name : str
            What it was called where it came from; for people only.
        listed : bool
            Whether it is shown among the backgrounds.

        Raises
        ------
        FastvbgError
            It is no picture or video that can be read, or too large.
        """
        try:
            item = self._item(path, name, listed=listed)
            self._gallery.thumb(item)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self._gallery.add(item)
        self._make_room()
        return item

    def _item(self, path: Path, name: str, *, listed: bool) -> Item:
        label = label_of(name)
        still = path.stat().st_size > 0 and kind_of(path) == "still"
        if still and path.stat().st_size > MOST_STILL_BYTES:
            raise _too_large(MOST_STILL_BYTES)
        if not still and not is_video(path):
            raise OptionError(
                f"upload: {label} is no picture, and no video as MP4, MOV, MKV, WebM, AVI or GIF"
            )
        if not still and not listed:
            raise OptionError(f"upload: {label} is a video, wanted a picture")
        try:
            first_picture(path)
        except FastvbgError as error:
            # Its name here means nothing to anybody.
            why = str(error).replace(str(path), label).removeprefix("background: ")
            why = why.replace(RAISED_BY, "make it smaller")
            raise SourceError(f"upload: {why}") from None
        return Item(path.name, label, "picture" if still else "video", "uploaded", path, listed)

    def _make_room(self) -> None:
        mine = [item for item in self._gallery if item.origin == "uploaded"]
        for item in mine[: max(0, len(mine) - MOST_FILES)]:
            if not self._in_use(item.value):
                self.take_back(item)


def label_of(name: str) -> str:
    """Return a name from elsewhere as it is shown, without its folder."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem, dot, suffix = last.rpartition(".")
    good = bool(stem) and suffix.isalnum() and len(suffix) <= 5
    return f"{safe_name(stem)}{dot}{suffix}" if good else safe_name(last)


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(f"upload: it is too large, wanted at most {most >> 20} MiB")
