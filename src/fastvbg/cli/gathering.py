"""From what was said on the command line, and in a settings file, to settings."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from fastvbg.errors import OptionError
from fastvbg.masks.registry import kind_of, kinds, make, owners_of, refuse_strangers
from fastvbg.media.names import refuse_used
from fastvbg.settings import Settings
from fastvbg.settings.file import check_target, read_settings, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fastvbg.masks.base import Mask


def gathered(
    kind: str | None,
    of_mask: Mapping[str, Any],
    texts: Mapping[str, Any],
    file: Path | None,
    *,
    default: str = "auto",
) -> Settings:
    """Return the settings that options make; they win over those of a file.

    Parameters
    ----------
    kind : str, optional
        Of the mask.
    of_mask : mapping
        Texts of its options, by name; None for what was not said.
    texts : mapping
        Texts of the other options, likewise.
    file : Path, optional
        A settings file.
    default : str
        The mask where nothing else says which.

    Raises
    ------
    OptionError, OptionTypeError
        An option is not what it may be, or does not go with another.
    """
    data = {} if file is None else read_settings(file)
    base = Settings() if file is None else settings_of(file, data)
    described = Settings.options()
    changes = {
        name: described[name].parse(name.replace("encoder_options", "encoder-option"), text)
        for name, text in _said(texts).items()
    }
    if changes.get("pairing", base.pairing) == "tutorial":
        default = "motion"
    stated = base.kind if "mask" in data else None
    mask = _mask(kind, _said(of_mask), stated, default)
    return base.replace(mask=mask, **changes)


def _said(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: text for name, text in texts.items() if text is not None}


def _mask(kind: str | None, options: dict[str, Any], stated: Mask | None, default: str) -> Mask:
    """Return the mask that options make: of the kind named, of the file's, or of one they imply."""
    if stated is not None and (kind is None or kind == stated.name):
        refuse_strangers(type(stated), options)
        described = stated.options()
        return stated.replace(
            **{name: described[name].parse(name, options[name]) for name in options}
        )
    return make(kind or _implied(options) or default, options, texts=True)


def _implied(options: Mapping[str, Any]) -> str | None:
    """Return the kind that has all the options; None where none are given.

    Of several, the one of which the others are special cases; or else the one after whose name the
    option's value may stand, as in `plate:FILE`.
    """
    if not options:
        return None
    able = set.intersection(*(set(owners_of(name)) for name in options))
    if not able:
        raise OptionError(f"{', '.join(options)}: no mask has all of these; name one by --mask")
    general = [name for name in able if all(issubclass(kind_of(n), kind_of(name)) for n in able)]
    general = general or [name for name in able if kind_of(name).value in options]
    if not general:
        told = [name for name in kinds() if name in able]
        raise OptionError(
            f"{', '.join(options)}: belongs to the masks {', '.join(told)}; name one by --mask"
        )
    return general[0]


def demand_background(settings: Settings) -> None:
    """Demand that a background is among the settings.

    Raises
    ------
    OptionError
        None was named.
    """
    if settings.background is None:
        raise OptionError(
            "background: missing, wanted -b with a picture, a video, a colour such as navy, blur "
            "or transparent"
        )


@contextmanager
def kept(settings: Settings, path: Path | None, given: Mapping[str, Any]) -> Iterator[None]:
    """Keep settings in a file once the work with them is done; see first whether they can be.

    Parameters
    ----------
    settings : Settings
        What to keep.
    path : Path or None
        Where; None for nowhere.
    given : mapping
        The command's other arguments, among them the files that it reads and writes.
    """
    if path is None:
        yield
        return
    overwrite = bool(given.get("overwrite"))
    refuse_used(path, "settings", _used(settings, given))
    check_target(path, overwrite=overwrite)
    settings.data()
    try:
        yield
    except typer.Exit:  # how commands end that are done
        settings.save(path, overwrite=overwrite)
        raise
    settings.save(path, overwrite=overwrite)


def _used(settings: Settings, given: Mapping[str, Any]) -> list[tuple[str, str | Path]]:
    """Return what messages call each file that a command reads or writes, and its name."""
    if given.get("inputs"):
        from fastvbg.farm.batches.batch import used

        return used(given["inputs"], given["output"], settings)
    named = [(name, str(given[name])) for name in ("input", "output") if given.get(name)]
    return [*named, *settings.files()]
