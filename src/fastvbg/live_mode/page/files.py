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
from fastvbg.live_mode.asking.adapting import only_of_runs
from fastvbg.live_mode.asking.asked import hidden
from fastvbg.live_mode.making.work import demand_unwritten
from fastvbg.live_mode.page.changes import REGIONS
from fastvbg.live_mode.page.describe import OWN
from fastvbg.live_mode.page.gallery import Item
from fastvbg.live_mode.page.packed import BEGINNING, MOST_BYTES, NAME, Packed
from fastvbg.live_mode.page.uploads import TooLargeError, label_of
from fastvbg.live_mode.session.plates import plates_folder
from fastvbg.media.names import is_address
from fastvbg.options import Described
from fastvbg.settings import Settings
from fastvbg.settings.file import dumped, parsed, settings_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from fastvbg.live_mode.page.gallery import Gallery
    from fastvbg.live_mode.page.uploads import Uploads

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
        elif _is_ours(Path(path), folder):
            changes[name] = _beside(_offered(Path(path), gallery).file_name, Path(path), beside)
        else:
            prefix = value[: len(value) - len(path)] if isinstance(value, str) else ""
            # A numbered name is none that `Path` finds.
            whole = os.path.abspath(path)  # noqa: PTH100
            changes[name] = prefix + whole if str(value).endswith(path) else whole
    return changes


def _is_ours(path: Path, folder: Path) -> bool:
    """Tell whether a file was made in a session: its own names mean nothing elsewhere."""
    return path.parent in (folder, plates_folder()) and path.is_file()


def _offered(path: Path, gallery: Gallery) -> Item:
    """Return a file of ours as the page knows it, from now on where it has not known it."""
    item = gallery.of_value(path)
    if item is None:
        # Where it comes in again it is this very file, so that nothing that was learned is lost.
        item = Item(f"taken-{path.stem}", path.name, "picture", "taken", path, listed=False)
        gallery.add(item)
    return item


def _beside(name: str, value: Any, beside: dict[str, Any]) -> str:
    """Note a file that comes along and return its name, told from a word by its folder."""
    stem, dot, kind = name.rpartition(".")
    # Not every system tells large letters from small ones.
    taken = {NAME, *(each.lower() for each in beside)}
    for number in range(2, len(taken) + 3):
        if name.lower() not in taken or _is_same(beside.get(name), value):
            break
        name = f"{stem}-{number}{dot}{kind}"
    beside[name] = value
    return f"./{name}"


def _is_same(one: Any, two: Any) -> bool:
    return one is two or (isinstance(one, Path) and isinstance(two, Path) and one == two)


def brought(
    path: Path, settings: Settings, gallery: Gallery, uploads: Uploads
) -> tuple[Settings, list[str]]:
    """Return the settings that a file says, and what of it is not taken.

    Parameters
    ----------
    path : Path
        The file: TOML, or the ZIP that `kept` makes, whose pictures are taken in.
    settings : Settings
        The ones in use, which hold for what concerns a clip or an encoder.
    gallery, uploads
        Where the names of backgrounds are looked up, and where they are taken in.

    Raises
    ------
    FastvbgError
        It is no settings file, or names files other than those shown on the page.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if content.startswith(BEGINNING):
        with Packed(path, gallery, uploads) as packed:
            made = said(packed.settings, settings, gallery, packed)
            packed.demand_all_named()
            return made
    if len(content) > MOST_BYTES:
        raise TooLargeError(f"settings: wanted at most {MOST_BYTES >> 10} KiB")
    if not content:
        raise OptionError(f"settings: got an empty file, wanted one that a page saved, or a {NAME}")
    return said(content, settings, gallery)


def said(
    content: bytes, settings: Settings, gallery: Gallery, packed: Packed | None = None
) -> tuple[Settings, list[str]]:
    """Return the settings that TOML says, and what of it is not taken; as `brought` does.

    Parameters
    ----------
    content : bytes
        The TOML.
    settings, gallery
        As `brought` has them.
    packed : Packed, optional
        What came along with it.
    """
    data = parsed(content, NAME)
    left = sorted(set(data) & set(Settings.options()) - set(_TAKEN))
    found = settings_of(NAME, {name: each for name, each in data.items() if name not in left})
    demand_unwritten(found.kind)
    runs = only_of_runs(found)
    found = found.replace(**{name: Settings.default(name) for name in runs})
    named = _Named(gallery, {path for _, path in settings.files()}, packed)
    mask = found.kind.replace(**named.of(found.kind, "mask "))
    found = found.replace(**{**named.of(found), "mask": mask})
    # A file without a background is of a mask alone; it must not show the room.
    found = hidden(found)
    return settings.replace(**{name: getattr(found, name) for name in _TAKEN}), left + runs


class _Named(NamedTuple):
    """What names of files in settings stand for: nothing but what the page knows."""

    gallery: Gallery
    used: Collection[str]
    """Files in use already, which stay: the plate that was taken is one."""
    packed: Packed | None
    """What came along."""

    def of(self, described: Described, said: str = "") -> dict[str, Any]:
        """Return options that name files, with what is shown under those names."""
        changes: dict[str, Any] = {}
        # Those of settings without their mask's, which are looked up on their own.
        for name, path in Described.files(described):
            is_picture = getattr(described.options()[name], "picture", False)
            item = self._item(name, path.removeprefix("./")) if is_picture else None
            if item is not None:
                changes[name] = self.gallery.value(item)
            elif path not in self.used:
                remedy = "upload that below, and load the settings again"
                raise OptionError(
                    f"{said}{name}: it names the file {path}, and a page opens no files; "
                    + (remedy if is_picture else "name it where fastvbg is started")
                )
        return changes

    def _item(self, option: str, name: str) -> Item | None:
        moves = option == "background"
        came = None if self.packed is None else self.packed.item(name, listed=moves)
        if came is None and name not in self.used:
            # What a page uploads has no folder, whichever one a file names.
            came = self.gallery.named(name) or self.gallery.named(label_of(name))
        return came if came is None or moves or came.form == "picture" else None
