"""Settings in TOML files: errors name file and key, and what is written is whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.checks import check_flag
from fastvbg.errors import FastvbgError, OptionError, OptionTypeError, SinkError, SourceError, shown
from fastvbg.masks.registry import kind_of, make, nearest
from fastvbg.media.names import STANDARD
from fastvbg.options.files import File as FileName
from fastvbg.settings import Settings
from fastvbg.sink.staging import check_folder, refuse_existing, write_whole
from fastvbg.values import check_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastvbg._types import File
    from fastvbg.options import Option

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_ZIP = b"PK\x03\x04"
VERSION = 1
"""Of what is written; files of later ones may say what this one does not know."""


def read_settings(path: File) -> dict[str, Any]:
    """Return what a settings file says, for `settings_of`.

    Raises
    ------
    SourceError
        It cannot be read.
    OptionError
        It is no TOML, or of a later version.
    """
    path = Path(check_path("settings", path))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"settings: cannot read {path}: {error.strerror or error}") from None
    return parsed(content, path)


def parsed(content: bytes, path: File) -> dict[str, Any]:
    """Return what the bytes of a settings file say, for `settings_of`; messages name the file.

    Raises
    ------
    OptionError
        They are no TOML, or of a later version.
    """
    if content.startswith(_ZIP):
        raise OptionError(
            f"settings: {path} is a ZIP, as the page saves it with pictures; unpack it, and name "
            "the settings.toml in it, or load it on the page"
        )
    try:
        data: dict[str, Any] = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:  # no TOML, or no UTF-8, or too deep a nesting
        raise OptionError(f"settings: {path} is no TOML: {error}") from None
    version = data.pop("version", VERSION)
    if type(version) is not int or version < 1:
        raise OptionError(f"settings: {path}: version: got {shown(version)}, wanted {VERSION}")
    if version > VERSION:
        raise OptionError(
            f"settings: {path} is of version {version}, and this fastvbg reads up to {VERSION}; "
            "wanted a newer fastvbg"
        )
    return data


def settings_of(path: File, data: Mapping[str, Any]) -> Settings:
    """Return the settings that a file's data say.

    Parameters
    ----------
    path : str or path-like
        The file: names in it are relative to its folder, and messages name it.
    data : mapping
        As `read_settings` gave them.

    Raises
    ------
    OptionError, OptionTypeError, ShapeError, DTypeError
        A key is none, or its value is not what it may be.
    """
    folder = Path(path).parent
    try:
        given = _loaded(Settings.options(), data, folder)
        if "mask" in given:
            given["mask"] = _mask(given["mask"], folder)
        return Settings(**given)
    except FastvbgError as error:
        raise type(error)(f"settings: {path}: {error}") from None


def _mask(value: Any, folder: Path) -> Any:
    """Return the mask of a table, or of a text as it stands for one."""
    if isinstance(value, str):
        value = {"kind": value}
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        raise OptionTypeError(
            f"mask: got {shown(value)}, wanted a table with its kind, "
            'such as kind = "chroma" below [mask]'
        )
    options = {key: each for key, each in value.items() if key != "kind"}
    name, options = _spelled_out(value["kind"], options)
    described = kind_of(name.partition(":")[0]).options()
    return make(name, _loaded(described, options, folder, strangers=True))


def _spelled_out(text: str, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a kind and its options where the short form names a file: it lies by the settings."""
    name, _, rest = text.partition(":")
    kind = kind_of(name)
    key = kind.value
    if not rest or key is None or key in options or not isinstance(kind.options()[key], FileName):
        return text, options
    return name, {**options, key: rest}


def _loaded(
    options: Mapping[str, Option],
    data: Mapping[str, Any],
    folder: Path,
    *,
    strangers: bool = False,
) -> dict[str, Any]:
    """Return values that are not checked yet; keys that are none are refused, or left to others."""
    for key in data:
        if key not in options and not strangers:
            told = nearest(key, options) or f", wanted one of {', '.join(options)}"
            raise OptionError(f"no option is called {key!r}{told}")
    return {
        key: options[key].load(key, value, folder) if key in options else value
        for key, value in data.items()
    }


def check_target(path: object, *, overwrite: bool) -> Path:
    """Return the name of a file that settings can be written to, or say why they cannot."""
    target = Path(check_path("settings", path))
    if str(path) == STANDARD:
        raise SinkError("settings: got -, wanted the name of a file such as settings.toml")
    check_folder(target.parent)
    refuse_existing(target, overwrite=overwrite)
    return target


def write_settings(settings: Settings, path: File, *, overwrite: bool) -> None:
    """Write a file that says what is not as where nothing is said, and always the kind of mask.

    Parameters
    ----------
    settings : Settings
        What to write.
    path : str or path-like
        Names of files are written relative to its folder.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    SinkError, OptionTypeError
        As in `Settings.save`.
    """
    overwrite = check_flag("overwrite", overwrite)
    path = check_target(path, overwrite=overwrite)
    write_whole(path, dumped(settings, path.parent), "settings", overwrite=overwrite)


def dumped(settings: Settings, folder: Path | None) -> bytes:
    """Return the content of the file that `write_settings` writes.

    Parameters
    ----------
    settings : Settings
        What to write.
    folder : Path, optional
        Names of files are made relative to it; they stay as they are without it.

    Raises
    ------
    OptionError, OptionTypeError
        As in `Settings.save`.
    """
    import tomli_w

    mask = settings.kind.data(folder)
    data = {"version": VERSION, **settings.data(folder)}
    data.pop("mask", None)
    try:
        return tomli_w.dumps({**data, "mask": mask}).encode()
    except UnicodeEncodeError as error:
        name = error.object[max(0, error.start - 20) : error.end]
        raise OptionError(
            f"settings: got {shown(name)}, a name that is no Unicode, which TOML does not hold"
        ) from None
