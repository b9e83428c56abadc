"""Objects of stores, such as S3's: read by pieces, and written whole or not at all.

Where they are is said by URLs that fsspec knows; it is imported when the first one comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.urls import Url

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.storage.reading import StoredFile
    from fastvbg.storage.stores import Identity

__all__ = [
    "exists",
    "fetch",
    "identity",
    "is_stored",
    "listed",
    "matching",
    "open_stored",
    "publish",
]

# What FFmpeg's libraries open themselves; all other URLs are fsspec's.
_PROTOCOLS = (
    "async cache concat concatf crypto data fd ffrtmpcrypt ffrtmphttp file ftp gopher gophers hls "
    "http httpproxy https icecast ipfs ipns md5 mmsh mmst pipe prompeg rist rtmp rtmpe rtmps rtmpt "
    "rtmpte rtmpts rtp rtsp sctp srt srtp subfile tcp tee tls udp udplite unix zmq"
)


def is_stored(path: str | Path) -> bool:
    """Tell whether a name is that of an object in a store."""
    return isinstance(path, Url) and path.scheme not in _PROTOCOLS.split()


def open_stored(path: str | Path, role: str) -> StoredFile | None:
    """Open an object of a store for reading; None for all other names.

    Parameters
    ----------
    path : str or Path
        Its URL.
    role : str
        How messages call it.

    Raises
    ------
    SourceError
        It is not there, or cannot be read.
    MissingLibraryError
        fsspec, or what it needs for this kind of store, is not installed.
    """
    if not isinstance(path, Url) or not is_stored(path):
        return None
    from fastvbg.storage.reading import StoredFile

    return StoredFile(path, role)


def identity(path: Url, role: str = "input") -> Identity:
    """Return what tells an object from what stood there before: its size, and its store's mark.

    Raises
    ------
    SourceError, MissingLibraryError
        As for `open_stored`.
    """
    from fastvbg.storage.stores import Store

    return Store(path, role).identity()


def exists(path: Url, role: str = "input") -> bool:
    """Tell whether something stands there.

    Raises
    ------
    SourceError, MissingLibraryError
        As for `open_stored`; the store does not say.
    """
    from fastvbg.storage.stores import Store

    return Store(path, role).exists()


def listed(folder: Url, role: str = "input") -> dict[str, Identity]:
    """Return the names of a folder's objects, with what tells each from others.

    Raises
    ------
    SourceError, MissingLibraryError
        As for `open_stored`; of a folder that is not there, nothing is returned.
    """
    from fastvbg.storage.stores import Store

    return Store(folder, role).listed()


def matching(pattern: Url, role: str = "input") -> list[Url]:
    """Return the objects that a URL with `*`, `[...]` and `**` matches, in order.

    Raises
    ------
    SourceError, MissingLibraryError
        As for `exists`.
    """
    from fastvbg.storage.stores import Store

    return Store(pattern, role).matching()


def fetch(path: Url, target: Path, role: str = "input") -> None:
    """Copy an object to a file, which is whole or not there.

    Parameters
    ----------
    path : Url
        The object.
    target : Path
        The file; what stands there is replaced.
    role : str
        How messages call it.

    Raises
    ------
    SourceError, MissingLibraryError
        As for `open_stored`, or it was changed meanwhile.
    OSError
        The file cannot be written.
    """
    from fastvbg.storage.reading import copied

    copied(path, target, role)


def publish(file: Path, path: Url, *, overwrite: bool = False) -> None:
    """Copy a finished file to a store, where it appears whole or not at all.

    Parameters
    ----------
    file : Path
        The file, which stays.
    path : Url
        The object's URL.
    overwrite : bool
        Whether an object that stands there is replaced.

    Raises
    ------
    SinkError
        It exists, or cannot be written.
    MissingLibraryError
        As for `open_stored`.
    """
    from fastvbg.storage.writing import Destination

    Destination(path, overwrite=overwrite).put(file)
