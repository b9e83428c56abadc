"""What tells a job from another one: the contents that it reads, its options, and the libraries."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.media.names import is_address, read_numbering
from fastvbg.media.series import StoredNumbering, read_series
from fastvbg.options import digest_of
from fastvbg.storage import identity, is_stored
from fastvbg.urls import Url, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fastvbg.settings import Settings

_LOOKED_AT = 1 << 20
"""Bytes at the beginning and at the end of a file that are looked at; with its time, they will do.
"""


class Identity(NamedTuple):
    """A file that a job reads."""

    role: str
    """What it is to the job: `input`, or the option that names it."""
    name: str
    """As it is opened."""
    size: int
    modified: int
    """Nanoseconds."""
    digest: str
    """Of its first and last bytes; of a store's object, the store's mark."""

    def data(self) -> list[Any]:
        """Return what tells it, wherever it lies."""
        return [self.role, self.size, self.modified, self.digest]


def identities(input: str | Path, settings: Settings) -> tuple[Identity, ...]:
    """Return the files that a job reads as they are now."""
    read = (item for item in settings.files() if item[0] != "save_model")
    first = input if isinstance(input, str) else str(input)
    return tuple(identity_of(role, path) for role, path in (("input", first), *read))


def identity_of(role: str, path: str) -> Identity:
    """Return a file, or a numbered sequence, as it is now; what has no length has but its name."""
    url = named(path)
    series = read_series(url, role.replace("_", " ")) if isinstance(url, Url) else None
    if isinstance(series, StoredNumbering):
        objects = series.objects()
        said = digest_of([[number, *each] for number, each in objects.items()])
        return Identity(role, url, sum(each.size for each in objects.values()), 0, said)
    if isinstance(url, Url) and is_stored(url):
        stored = identity(url, role.replace("_", " "))
        return Identity(role, url, stored.size, 0, stored.mark)
    hashed = hashlib.blake2b(digest_size=16)
    size = modified = 0
    for file in _files(path):
        try:
            found = file.stat()
            size += found.st_size
            modified = max(modified, found.st_mtime_ns)
            hashed.update(_ends_of(file, found.st_size))
        except (OSError, ValueError):
            hashed.update(b"none")
    return Identity(role, url, size, modified, hashed.hexdigest())


def _files(path: str) -> Iterator[Path]:
    if path == "-" or is_address(path):
        return
    numbering = read_numbering(path)
    if numbering is None:
        yield Path(path)
        return
    for number in numbering.existing():
        yield numbering.path(number)


def _ends_of(file: Path, size: int) -> bytes:
    with file.open("rb") as opened:
        first = opened.read(_LOOKED_AT)
        opened.seek(max(len(first), size - _LOOKED_AT))
        return first + opened.read(_LOOKED_AT)


def options_of(settings: Settings) -> dict[str, Any]:
    """Return what settings say, files without their folders: their contents tell them."""
    said: dict[str, Any] = _without_folders(settings.identity())
    return said


def _without_folders(said: Any) -> Any:
    if isinstance(said, dict):
        return {key: _without_folders(value) for key, value in said.items()}
    if isinstance(said, list) and len(said) == 3 and said[0] == "file":
        return [*said[:2], Path(said[2]).name]
    return said


def versions(settings: Settings) -> dict[str, str]:
    """Return the versions of what makes the bytes."""
    import av

    import fastvbg

    found = {"fastvbg": fastvbg.__version__, "PyAV": av.__version__}
    for name, version in sorted(av.library_versions.items()):
        found[name] = ".".join(str(part) for part in version)
    if settings.kind.networks:
        from fastvbg.models.runtimes import runtime_facts

        found["model runtimes"] = str(runtime_facts())
    return found


def differences(before: Mapping[str, Any], now: Mapping[str, Any], of: str = "") -> list[str]:
    """Return in words what is not the same, such as `crf was 18, is 20`."""
    told: list[str] = []
    for name in sorted({*before, *now}):
        was, now_is = before.get(name), now.get(name)
        if was == now_is:
            continue
        if isinstance(was, dict) and isinstance(now_is, dict):
            told += differences(was, now_is, f"{of}{name} " if name != "options" else of)
        else:
            told.append(f"{of}{name} was {_brief(was)}, is {_brief(now_is)}")
    return told


def _brief(value: Any) -> str:
    text = "not said" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
