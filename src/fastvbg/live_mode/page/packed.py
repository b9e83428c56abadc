"""A ZIP of settings and the pictures that they name, as the page saves it, on its way in."""

from __future__ import annotations

import filecmp
import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from fastvbg.errors import OptionError, SinkError, shown
from fastvbg.live_mode.page.uploads import MOST_BYTES as MOST_OF_ALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

    from fastvbg.live_mode.page.gallery import Gallery, Item
    from fastvbg.live_mode.page.uploads import Uploads

NAME = "settings.toml"
MOST_BYTES = 1 << 16
"""Of settings."""
MOST_PICTURES = 12
"""More than settings have options that name one."""
BEGINNING = b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")
_END_MARK, _LARGE_MARK, _LARGE_BYTES = b"PK\x05\x06", b"PK\x06\x07", 20
_LONGEST_COMMENT = (1 << 16) - 1
_PIECE = 1 << 16
_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1
_FAILURES = zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError


class Packed:
    """A ZIP that was brought. A context manager: left by an error, it takes back what it took in.

    Parameters
    ----------
    path : Path
        The ZIP.
    gallery : Gallery
        Where its pictures are shown.
    uploads : Uploads
        What takes them in.

    Raises
    ------
    OptionError
        It is none that the page would save.
    """

    def __init__(self, path: Path, gallery: Gallery, uploads: Uploads) -> None:
        self._gallery, self._uploads = gallery, uploads
        self._items: dict[str, Item] = {}
        self._new: list[Item] = []
        self._file = path.open("rb")
        try:
            self._archive = _opened(self._file)
            self._infos = _looked_through(self._archive)
            self.settings = b"".join(_pieces(self._archive, self._infos[NAME]))
        except BaseException:
            self._file.close()
            raise

    def item(self, name: str, *, listed: bool) -> Item | None:
        """Return a picture that settings name, taken in; None where there is none of that name."""
        if name == NAME or name not in self._infos:
            return None
        if name not in self._items:
            self._items[name] = self._taken_in(name, listed=listed)
        return self._items[name]

    def _taken_in(self, name: str, *, listed: bool) -> Item:
        path = self._uploads.place()
        try:
            with path.open("xb") as target:
                target.writelines(_pieces(self._archive, self._infos[name]))
        except BaseException as error:
            path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise SinkError(f"settings: cannot keep {name}: {error.strerror}") from None
            raise
        known = self._gallery.named(name)
        if known is not None and _are_equal(self._gallery.value(known), path):
            path.unlink()
            return known
        item = self._uploads.looked_at(path, name, listed=listed)
        self._new.append(item)
        return item

    def demand_all_named(self) -> None:
        """Demand that settings name all that came along."""
        for name in self._infos:
            if name != NAME and name not in self._items:
                _refuse(f"it holds {shown(name)}, which its {NAME} does not name")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._file.close()
        if kind is not None:
            for item in self._new:
                self._uploads.take_back(item)


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    """Open a ZIP whose list of contents is short: that is read whole before anything is known."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _END.size - _LARGE_BYTES))
    tail = file.read()
    if len(tail) < _END.size or tail[-_END.size :][:4] != _END_MARK:
        _refuse("it has a comment" if _has_comment(file) else "it does not end as one")
    *_, count, size, start, _ = _END.unpack(tail[-_END.size :])
    is_large = tail[:4] == _LARGE_MARK or start + size + _END.size != length
    if count > MOST_PICTURES + 1 or size > MOST_BYTES or is_large:
        _refuse(f"it holds more than {MOST_PICTURES} pictures")
    try:
        return zipfile.ZipFile(file)
    except (*_FAILURES, ValueError) as error:
        _refuse(f"it is damaged ({error})")


def _has_comment(file: BinaryIO) -> bool:
    """Tell whether what follows a ZIP's end is as long as its comment."""
    file.seek(max(0, file.seek(0, 2) - _END.size - _LONGEST_COMMENT))
    _, mark, end = file.read().rpartition(_END_MARK)
    after = len(mark + end) - _END.size
    return bool(mark) and after > 0 and _END.unpack_from(mark + end)[-1] == after


def _looked_through(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return what a ZIP holds, by name: files of its own folder, of bounded length in all."""
    infos = archive.infolist()
    found = {info.filename: info for info in infos}
    folder = next((name for name in found if name.endswith(f"/{NAME}")), None)
    if folder is not None and NAME not in found:
        _refuse(f"it was packed with its folder, {shown(folder[: -len(NAME)])}")
    for name in found:
        if not name or name.startswith(".") or any(letter in name for letter in "/\\:\0"):
            _refuse(f"it holds {shown(name)}, which is no file of its own folder")
    if NAME not in found or len(found) < len(infos):
        _refuse(f"it has no {NAME}" if NAME not in found else "it holds a name twice")
    if any(i.flag_bits & _ENCRYPTED or i.compress_type not in _WAYS for i in infos):
        _refuse("it is encrypted, or packed in a way that is not read here")
    if found[NAME].file_size > MOST_BYTES:
        _refuse(f"its {NAME} is too long, wanted at most {MOST_BYTES >> 10} KiB")
    if sum(info.file_size for info in infos) > MOST_OF_ALL:
        _refuse(f"it is too large, wanted at most {MOST_OF_ALL >> 20} MiB unpacked")
    return found


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a file in it holds: no more than it says it is long."""
    try:
        with archive.open(info) as member:
            while piece := member.read(_PIECE):
                yield piece
    except _FAILURES as error:
        _refuse(f"{info.filename} in it is damaged ({error})")


def _are_equal(value: object, path: Path) -> bool:
    return isinstance(value, Path) and value.is_file() and filecmp.cmp(value, path, shallow=False)


def _refuse(why: str) -> NoReturn:
    raise OptionError(f"settings: got a ZIP: {why}; wanted one that a page saved, or a {NAME}")
