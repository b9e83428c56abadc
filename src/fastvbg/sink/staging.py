"""Output under a temporary name in the same folder, moved into place when it is complete."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fastvbg.errors import SinkError
from fastvbg.sink.durable import flush, flush_folder
from fastvbg.urls import Url

if TYPE_CHECKING:
    from av.error import FFmpegError
    from typing_extensions import Self

    from fastvbg.storage.writing import Outgoing

STDOUT = "-"
_NEW_MODE = 0o666  # less what the umask takes
_PRIVATE_MODE = 0o600


def check_folder(folder: Path) -> None:
    """Demand that the folder of an output exists."""
    try:
        found = folder.is_dir()
    except (OSError, ValueError):  # a name too long, or with a zero byte in it
        found = False
    if not found:
        raise SinkError(f"output: no such folder: {folder}; make it first")


def standing(path: Path) -> os.stat_result | None:
    """Return what stands under an output's name, beyond links; None when nothing does.

    Raises
    ------
    SinkError
        The name is none that the file system takes, or what stands there is no file.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SinkError(f"output: cannot write {path}: {why(error)}") from None
    except ValueError:
        raise SinkError(f"output: cannot write {str(path)!r}: a zero byte in the name") from None
    if stat.S_ISDIR(found.st_mode):
        raise SinkError(f"output: {path} is a folder, wanted a file name")
    if not stat.S_ISREG(found.st_mode):
        raise SinkError(
            f"output: {path} is a pipe or a device, wanted a file name, or - for Y4M on standard "
            "output"
        )
    return found


def check_output(path: Path | Url, *, overwrite: bool) -> None:
    """Demand that an output may be written, before the work for it begins."""
    if isinstance(path, Url):
        from fastvbg.storage.writing import Destination

        Destination(path, overwrite=overwrite)
        return
    check_folder(path.parent)
    refuse_existing(path, overwrite=overwrite)


def refuse_existing(path: Path, *, overwrite: bool) -> os.stat_result | None:
    """Demand that an output does not exist yet, unless it may be replaced; return what stands."""
    found = standing(path)
    if found is not None and not overwrite:
        raise SinkError(f"output: {path} exists; --overwrite replaces it")
    return found


def written_through(path: Path) -> Path:
    """Return the name at the end of symbolic links, which an output is written to."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def staging_name(path: Path) -> Path:
    """Return a hidden name beside `path` that nothing else uses.

    It has nothing of the name but the suffix: a name as long as the file system takes has no room
    for more.
    """
    own = f"{_writer}{secrets.token_hex(6)}"
    return path.with_name(f".fastvbg-{own}.partial{path.suffix[:16]}")


_writer = ""
"""What the hidden names of this process begin with, in hexadecimal digits."""


def begin_names(writer: str) -> None:
    """Have this process's hidden names begin so: for `remove_left`, should it be killed."""
    global _writer  # noqa: PLW0603  (a process has one)
    _writer = writer


def remove_left(path: Path, writer: str) -> None:
    """Remove what a process that has died left beside an output; its names began with `writer`."""
    for left in written_through(path).parent.glob(f".fastvbg-{writer}*.partial*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with suppress(OSError):
                left.unlink()


def told_name(path: Path | Url) -> str:
    """Return how messages call an output while it is made."""
    where = f" in {tempfile.gettempdir()}, for its store" if isinstance(path, Url) else ""
    return f"{path.name}{where}"


def why(error: OSError | FFmpegError) -> str:
    """Return an operating system error's own words, without its number or file."""
    return error.strerror or str(error)


def take_over(found: os.stat_result, descriptor: int) -> None:
    """Give a file the owner, as far as that is allowed, and the mode of the one it replaces."""
    if hasattr(os, "fchown"):
        with suppress(OSError):
            os.fchown(descriptor, -1, found.st_gid)
        with suppress(OSError):
            os.fchown(descriptor, found.st_uid, -1)
    if hasattr(os, "fchmod"):
        with suppress(OSError):
            os.fchmod(descriptor, stat.S_IMODE(found.st_mode))


def take_over_at(found: os.stat_result, path: Path) -> None:
    """Do as `take_over` to the file of a name."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        take_over(found, descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes, role: str, *, overwrite: bool) -> None:
    """Write a small file, which stands under its name only when it is complete.

    Parameters
    ----------
    path : Path
        Its name.
    content : bytes
        All of it.
    role : str
        How messages call it.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    SinkError
        It cannot be written, or exists and `overwrite` is not set.
    """
    with Staged(path, overwrite=overwrite) as staged:
        try:
            staged.staging.write_bytes(content)
        except OSError as error:
            raise SinkError(f"{role}: cannot write {path}: {why(error)}") from None


class Staged:
    """A file that stands under its name only when it is complete. A context manager.

    A symbolic link is written through: it stays, and the file that it names is replaced. An
    overwritten file's mode and owner are kept.

    Parameters
    ----------
    path : Path or Url
        Its name; `-` is standard output, which takes what comes as it comes. Of a store's object a
        URL: it is made in a temporary folder, and sent when it is complete.
    overwrite : bool
        Whether an existing file is replaced.
    folder : Path, optional
        Where the temporary name is, on the same disk; beside the file by default.
    """

    def __init__(self, path: Path | Url, *, overwrite: bool, folder: Path | None = None) -> None:
        self._staging: Path | None = None
        self._outgoing: Outgoing | None = None
        self._descriptor = -1
        self.target = "pipe:1"
        """What to open for writing."""
        if isinstance(path, Url):
            from fastvbg.storage.writing import Outgoing

            self._outgoing = Outgoing(path, overwrite=overwrite)
            path = self._outgoing.local
        try:
            self._begin(path, folder, overwrite=overwrite)
        except BaseException:
            self.discard()
            raise

    def _begin(self, path: Path, folder: Path | None, *, overwrite: bool) -> None:
        if str(path) == STDOUT:
            return
        check_folder(path.parent)
        self._found = refuse_existing(path, overwrite=overwrite)
        self._path = written_through(path)
        check_folder(self._path.parent)
        staging = staging_name(self._path if folder is None else folder / self._path.name)
        mode = _NEW_MODE if self._found is None else _PRIVATE_MODE
        try:
            # Open to the end: to be flushed even if its mode lets nobody open it again.
            self._descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except OSError as error:
            raise SinkError(f"output: cannot write in {path.parent}: {why(error)}") from None
        self._staging = staging
        self.target = f"file:{staging}"

    @property
    def staging(self) -> Path:
        """The temporary name; standard output has none."""
        if self._staging is None:
            raise SinkError("output: standard output has no name")
        return self._staging

    def commit(self) -> None:
        """Put the finished file on the disk and move it to its name, or send it to its store."""
        if self._staging is None:
            return
        try:
            self._move(self._staging)
        except OSError as error:
            raise SinkError(f"output: cannot write {self._path}: {why(error)}") from None
        self._staging = None
        if self._outgoing is not None:
            self._outgoing.send()

    def _move(self, staging: Path) -> None:
        if self._found is not None:
            take_over(self._found, self._descriptor)
        flush(self._descriptor)
        self._close()
        staging.replace(self._path)
        if self._outgoing is None:
            flush_folder(self._path.parent)

    def discard(self) -> None:
        """Remove what has not been moved into place."""
        self._close()
        if self._staging is not None:
            with suppress(OSError):
                self._staging.unlink(missing_ok=True)
        if self._outgoing is not None:
            self._outgoing.drop()

    def _close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self.discard()
