"""Put the tables of options into docs/masks.md and docs/files.md, as the code describes them.

    python -m tools.options_tables

Everything between `<!-- kinds -->` and `<!-- /kinds -->` is replaced, and the same for `options of
NAME`, one for each kind of mask that has options, and `options GROUP`, one for each group of
settings.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.main import get_command

from fastvbg.cli.app import app
from fastvbg.masks import Integer, Mask, Number
from fastvbg.masks.registry import own
from fastvbg.settings import Settings
from tools.readme_tables import MASKS, replace_block

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastvbg.options import Option

FILES = Path("docs/files.md")

GROUPS = {
    "mask": MASKS,
    "background": FILES,
    "range": FILES,
    "encoder": FILES,
    "work": FILES,
}
"""Groups of settings, and the page that each is on."""


def flags() -> dict[str, str]:
    """Return how `fastvbg run` spells each option, by its name."""
    commands: Any = get_command(app)
    spelled = {each.name: each.opts for each in commands.commands["run"].params}
    return {name: ", ".join(sorted(opts, key=len)) for name, opts in spelled.items()}


def kinds_table() -> str:
    """Return a table of the kinds of mask: how they are asked for, and what they keep."""
    lines = ["| `--mask` | in Python | keeps | `--refine` |", "|---|---|---|---|"]
    for name, kind in own().items():
        chooses = kind.chosen is not Mask.chosen
        refinement = "the chosen kind's" if chooses else f"`{kind.refinement}`"
        lines.append(
            f"| [`{short_form(name, kind)}`](#{name}) | `masks.{kind.__name__}` "
            f"| {kind.summary()} | {refinement} |"
        )
    return "\n".join(lines)


def short_form(name: str, kind: type[Mask]) -> str:
    """Return how a kind is written with the value that it may have, or has to have."""
    if kind.value is None:
        return name
    value = f":{kind.value.upper()}"
    return f"{name}{value}" if kind.wants == kind.value else f"{name}[{value}]"


def options_table(
    options: Mapping[str, Option], defaults: Mapping[str, Any], wants: str | None = None
) -> str:
    """Return a table of options: how they are said, what they are by default and may be.

    Parameters
    ----------
    options : mapping
        By name.
    defaults : mapping
        What each is where nothing is said.
    wants : str, optional
        The one that has to be given.
    """
    spelled = flags()
    lines = ["| option | default | bounds | |", "|---|---|---|---|"]
    for name, option in options.items():
        metavar = f" {option.metavar or 'N'}" if not option.flag else ""
        default = "has to be given" if name == wants else default_of(defaults[name])
        said = f"`{spelled[name]}{metavar}`"
        lines.append(f"| {said} | {default} | {bounds_of(option)} | {option.help} |")
    return "\n".join(lines)


def default_of(value: Any) -> str:
    """Return a default as people read it; empty where it is left to what uses the option."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"`{value}`" if isinstance(value, str) else f"{value}"


def bounds_of(option: Option) -> str:
    """Return what values there are, also where the command line's help leaves an end open."""
    if isinstance(option, Number) and option.open:
        return f"above {option.low:g}" + (f", to {option.high:g}" if option.bounds else "")
    if isinstance(option, Integer) and not option.bounds:
        return f"{option.low} or more"
    return option.bounds


def blocks() -> dict[Path, dict[str, str]]:
    """Return what belongs between the markers, by page and block."""
    found: dict[Path, dict[str, str]] = {MASKS: {"kinds": kinds_table()}, FILES: {}}
    for name, kind in own().items():
        if kind.options():
            table = options_table(kind.options(), kind.defaults(), kind.wants)
            found[MASKS][f"options of {name}"] = table
    for group, page in GROUPS.items():
        options = {
            name: option
            for name, option in Settings.options().items()
            if option.group == group and name != "mask"
        }
        found[page][f"options {group}"] = options_table(options, Settings.defaults())
    return found


def updated(page: Path) -> str:
    """Return a page's text with its tables as they have to be."""
    text = page.read_text(encoding="utf-8")
    for name, content in blocks()[page].items():
        text = replace_block(text, name, content)
    return text


def main() -> None:
    """Rewrite the tables."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    for page in blocks():
        page.write_text(updated(page), encoding="utf-8")


if __name__ == "__main__":
    main()
