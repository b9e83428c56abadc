"""Written data put on the disk itself, so that a power cut after a run takes nothing back."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# What file systems say that have no such thing: pipes, some network and user-space ones.
_CANNOT = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF, errno.EROFS}


def flush(descriptor: int) -> None:
    """Wait until a file's data are on the disk; done without where the file system cannot.

    Raises
    ------
    OSError
        They are not: the disk is full or failing, which some file systems say only here.
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise


def flush_file(path: Path) -> None:
    """Wait until the data of a file, which may be written, are on the disk; see `flush`."""
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Wait until a folder's names are on the disk; see `flush`. Windows keeps them by itself."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:  # one may write into a folder that one may not read
        return
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)
