"""Settings as a file to take away, for `fastvbg run --settings`, and one that is brought."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.errors import OptionError
from fastvbg.live_mode.asked import hidden
from fastvbg.live_mode.page.changes import REGIONS
from fastvbg.live_mode.page.describe import OWN
from fastvbg.media.names import is_address
from fastvbg.options import Described
from fastvbg.settings import Settings
from fastvbg.settings.file import dumped, parsed, settings_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from fastvbg.live_mode.page.gallery import Gallery

NAME = "settings.toml"
_ZIP = b"PK\x03\x04"
MOST_BYTES = 1 << 16
_TAKEN = ("mask", "background", *REGIONS, *OWN)
"""What a brought file may change; what concerns a clip or an encoder is left as it is."""


class Kept(NamedTuple):
    """Settings to take away."""

    name: str
    content: bytes


def kept(settings: Settings, gallery: Gallery, folder: Path) -> Kept:
    """Return settings as one file: TOML, or a ZIP of it and of pictures that are only here.

    Uploaded, drawn and taken pictures are gone when the session ends, so they come along; names of
    the user's own files are written whole.

    Parameters
    ----------
    settings, gallery
        Those in use, and the backgrounds there are.
    folder : Path
        The session's private folder.
    """
    beside: dict[str, Any] = {}
    mask = settings.kind.replace(**_renamed(settings.kind, gallery, folder, beside))
    changes = _renamed(settings, gallery, folder, beside)
    content = dumped(settings.replace(**{**changes, "mask": mask}), None)
    if not beside:
        return Kept(NAME, content)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(NAME, content)
        for name, value in beside.items():
            if isinstance(value, np.ndarray):
                archive.writestr(name, cv2.imencode(".png", value)[1].tobytes())
            else:
                archive.write(value, name)
    return Kept("settings.zip", packed.getvalue())


def _renamed(
    described: Described, gallery: Gallery, folder: Path, beside: dict[str, Any]
) -> dict[str, Any]:
    """Return options that name files or hold pictures, with names for a file that goes anywhere."""
    changes: dict[str, Any] = {}
    for name, option in described.options().items():
        value = getattr(described, name)
        path = option.file(value)
        if isinstance(value, np.ndarray):
            changes[name] = _beside(f"{name}.png", value, beside)
        elif path is None or is_address(path) or path == "-":
            continue
        elif Path(path).parent == folder:
            item = gallery.of_value(value)
            own = item.file_name if item is not None else Path(path).name
            changes[name] = _beside(own, Path(path), beside)
        else:
            prefix = value[: len(value) - len(path)] if isinstance(value, str) else ""
            # A numbered name is none that `Path` finds.
            whole = os.path.abspath(path)  # noqa: PTH100
            changes[name] = prefix + whole if str(value).endswith(path) else whole
    return changes


def _beside(name: str, value: Any, beside: dict[str, Any]) -> str:
    """Note a file that comes along and return its name, told from a word by its folder."""
    stem, dot, kind = name.rpartition(".")
    for number in range(2, len(beside) + 3):
        if name not in beside or _is_same(beside[name], value):
            break
        name = f"{stem}-{number}{dot}{kind}"
    beside[name] = value
    return f"./{name}"


def _is_same(one: Any, two: Any) -> bool:
    return one is two or (isinstance(one, Path) and isinstance(two, Path) and one == two)


def brought(content: bytes, settings: Settings, gallery: Gallery) -> tuple[Settings, list[str]]:
    """Return the settings that a file says, and what of it is not taken.

    Parameters
    ----------
    content : bytes
        Of the file.
    settings : Settings
        The ones in use, which hold for what concerns a clip or an encoder.
    gallery : Gallery
        Where the names of backgrounds are looked up.

    Raises
    ------
    FastvbgError
        It is no settings file, or names files other than those shown on the page.
    """
    if content.startswith(_ZIP):
        raise OptionError(
            f"{NAME}: got a ZIP, wanted the {NAME} in it; unpack it, upload the pictures beside "
            "that below, and load it"
        )
    data = parsed(content, NAME)
    left = sorted(set(data) & set(Settings.options()) - set(_TAKEN))
    found = settings_of(NAME, {name: each for name, each in data.items() if name not in left})
    used = {path for _, path in settings.files()}
    mask = found.kind.replace(**_found("mask ", found.kind, gallery, used))
    found = found.replace(**{**_found("", found, gallery, used), "mask": mask})
    # A file without a background is of a mask alone; it must not show the room.
    found = hidden(found)
    return settings.replace(**{name: getattr(found, name) for name in _TAKEN}), left


def _found(
    of: str, described: Described, gallery: Gallery, used: Collection[str]
) -> dict[str, Any]:
    """Return options that name files, with what is shown under those names.

    Files that are in use already stay: the plate that was taken is one.
    """
    changes: dict[str, Any] = {}
    # Those of settings without their mask's, which are looked up on their own.
    for name, path in Described.files(described):
        if path in used:
            continue
        item = gallery.named(path.removeprefix("./"))
        if item is None:
            raise OptionError(
                f"{of}{name}: it names the file {path}, and a page opens no files; upload that "
                "below, and load the settings again"
            )
        changes[name] = gallery.value(item)
    return changes
