"""The name of each input's output: in a folder, or by a pattern."""

from __future__ import annotations

import os
import re
import string
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from fastvbg.errors import OptionError, SinkError, shown
from fastvbg.media.names import STANDARD, as_path, is_address
from fastvbg.media.numbering import parse_numbering
from fastvbg.media.series import StoredNumbering, read_series
from fastvbg.urls import Url, named, whole
from fastvbg.values import check_path

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS = ("stem", "name", "suffix", "folder", "number")
_KEPT_SUFFIXES = (".mkv", ".mov", ".mp4", ".webm")
_PICTURES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff")
"""Suffixes of what is one picture: a .webp may move."""
_USUAL_SUFFIX = ".mp4"
_FORM = re.compile("(0[1-9])?")


def outputs(inputs: Sequence[str | Path], output: object) -> list[Path | Url]:
    """Return an output's name for each input.

    Parameters
    ----------
    inputs : sequence of str or Path
        As `expand` gives them.
    output : str or path-like
        A folder that there is, or a name in which `{stem}`, `{name}`, `{suffix}`, `{folder}` (the
        name of the input's) and `{number}` (from 1) stand for those of an input. In a folder each
        keeps its name, in .mp4 where its own kind of file cannot be written.

    Raises
    ------
    SinkError
        There is no such folder, or two inputs would have one output.
    OptionError, OptionTypeError
        The pattern has another field.
    """
    pattern = _check_fields(_pattern(check_path("output", output)))
    made = [_filled(pattern, each, number) for number, each in enumerate(inputs, 1)]
    seen: dict[str, int] = {}
    for number, path in enumerate(made):
        place = path if isinstance(path, Url) else os.path.normcase(os.path.realpath(path))
        other = seen.setdefault(place, number)
        if other != number:
            raise SinkError(
                f"output: {inputs[other]} and {inputs[number]} would both be written to {path}; "
                "wanted a pattern that tells them apart, such as out/{folder}-{stem}.mp4"
            )
    return made


def _pattern(output: str | Path) -> str:
    """Return the pattern that a name is, or that a folder stands for."""
    text = whole(output) if isinstance(output, str) else str(output)
    if text == STANDARD:
        raise OptionError("output: got -, wanted a folder, or a name such as out/{stem}.mp4")
    if is_address(output):
        return text if "{" in text else f"{text.rstrip('/')}/{{stem}}{{kept}}"
    try:
        is_folder = Path(text).is_dir()
    except (OSError, ValueError):  # too long
        is_folder = False
    if is_folder:
        return os.path.join(text.replace("{", "{{").replace("}", "}}"), "{stem}{kept}")  # noqa: PTH118
    if "{" not in text and (text.endswith(os.sep) or not Path(text).suffix):
        raise SinkError(f"output: no such folder: {text}; make it first")
    return text


def _filled(pattern: str, given: str | Path, number: int) -> Path | Url:
    name, folder = _name_of(given)
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    fields = {
        "stem": path.stem,
        "name": name,
        "suffix": path.suffix,
        "folder": folder,
        "number": number,
        "kept": _kept(name, suffix),
    }
    return as_path(named(pattern.format(**fields)))


def _kept(name: str, suffix: str) -> str:
    """Return the suffix of an output that is of its input's kind, where that can be written."""
    is_picture = suffix in _PICTURES and parse_numbering(name) is None
    return suffix if is_picture or suffix in _KEPT_SUFFIXES else _USUAL_SUFFIX


def _check_fields(pattern: str) -> str:
    """Demand that a pattern has no field but ours, and numbers of a few digits."""
    try:
        parts = [part for part in string.Formatter().parse(pattern) if part[1] is not None]
    except ValueError:  # a brace without its other
        parts = [("", "", "", "")]
    for _, name, form, conversion in parts:
        if name not in (*FIELDS, "kept") or conversion or not _FORM.fullmatch(form or ""):
            told = ", ".join(f"{{{field}}}" for field in FIELDS)
            raise OptionError(
                f"output: got {shown(pattern)}, wanted no fields but {told} and {{number:03}}"
            )
    return pattern


def _name_of(given: str | Path) -> tuple[str, str]:
    """Return the name of an input without its folder, and the folder's; of an address its path's.

    Numbered pictures are called as what stands before the number, or as their folder.
    """
    if is_address(given):
        path = PurePosixPath(unquote(urlsplit(str(given)).path))
        name, folder = path.name or "address", path.parent.name
    else:
        place = Path(os.path.abspath(given))  # noqa: PTH100  (no link is followed)
        name, folder = place.name, place.parent.name
    series = read_series(given, "inputs")
    if series is None:
        return name, folder
    form = series.form if isinstance(series, StoredNumbering) else series
    before = form.before.rstrip("-_. ")
    return f"{before or folder}{Path(form.after).suffix}", folder
