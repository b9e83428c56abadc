"""Options of commands, made of the descriptions of settings and of every kind of mask."""

from __future__ import annotations

import inspect
from functools import wraps
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import typer

from fastvbg.cli.stopping import check_stopped
from fastvbg.masks.registry import every_option
from fastvbg.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fastvbg.options import Option

_PANELS = {
    "mask": "Mask",
    "background": "Background",
    "range": "Range and size",
    "encoder": "Encoder",
    "work": "Work",
    "settings": "Settings",
}
_SHORT = {"background": "-b"}
_SAID = {"encoder_options": "encoder-option"}
"""Options that are said otherwise on the command line, where they are repeated."""


def takes_settings(
    *groups: str, tells_typed: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of some groups of settings, and those of every kind of mask.

    It is called with `settings`, which they make with what a settings file says; where it asks for
    that also with `typed`, the names of what the command line itself said.
    """

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        own = _of_settings(groups)

        @wraps(command)
        def with_settings(**given: Any) -> None:
            from fastvbg.cli.gathering import gathered, kept

            texts = {name: given.pop(name) for name in own}
            of_mask = {name: given.pop(name) for name in every_option()}
            file, keep = given.pop("settings_file"), given.pop("save_settings")
            settings = gathered(given.pop("mask"), of_mask, texts, file)
            check_stopped()
            told = {"typed": [name for name in own if texts[name] is not None]}
            with kept(settings, keep, given):
                command(**given, settings=settings, **(told if tells_typed else {}))

        _sign(with_settings, command, [*_mask_parameters(), *_parameters(own), *_file_parameters()])
        return with_settings

    return decorated


def takes_mask(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of every kind of mask, and call it with the `settings` they make.

    Its own options may be of the same names as those of settings.
    """
    own = {
        name: option
        for name, option in _of_settings(("mask",)).items()
        if name not in inspect.signature(command).parameters
    }

    @wraps(command)
    def with_mask(**given: Any) -> None:
        from fastvbg.cli.gathering import gathered

        texts = {name: given.pop(name) for name in own}
        of_mask = {name: given.pop(name) for name in every_option()}
        kind = given.pop("mask")
        settings = gathered(kind, of_mask, texts, None, default="motion")
        check_stopped()
        command(**given, settings=settings)

    _sign(with_mask, command, [*_mask_parameters("motion"), *_parameters(own)])
    return with_mask


def _of_settings(groups: tuple[str, ...]) -> dict[str, Option]:
    return {
        name: option
        for name, option in Settings.options().items()
        if option.group in groups and name != "mask"
    }


def _sign(
    outer: Callable[..., None], command: Callable[..., None], more: list[inspect.Parameter]
) -> None:
    """Give a function the parameters that Typer reads: a command's own, and more."""
    hints = get_type_hints(command, localns={"Settings": Any}, include_extras=True)
    signature = inspect.signature(command)
    own = [
        each.replace(annotation=_annotated(hints[each.name]))
        for each in signature.parameters.values()
        if each.name not in ("settings", "typed")
    ]
    parameters = [*own, *more]
    outer.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    outer.__annotations__ = {each.name: each.annotation for each in parameters}


def _annotated(hint: Any) -> Any:
    """Return a parameter's annotation as it was written.

    Python 3.10 wraps that of one whose default is None into a Union, in which Typer does not look.
    """
    if get_origin(hint) is Union:
        return next((part for part in get_args(hint) if get_origin(part) is Annotated), hint)
    return hint


def _mask_parameters(default: str = "auto") -> list[inspect.Parameter]:
    kind = typer.Option(
        metavar="KIND",
        help=f"{', '.join(_kinds())}; {default} by default.",
        rich_help_panel=_PANELS["mask"],
        show_default=False,
    )
    parameters = [_parameter("mask", Annotated[str | None, kind])]
    for name, owners in every_option().items():
        first = next(iter(owners.values()))
        told = _meanings(name, owners)
        text = " ".join(told) if len(told) == 1 else _by_kind(told)
        panel = f"Mask {', '.join(owners)}" if len(told) == 1 else _PANELS["mask"]
        parameters.append(_described(name, first, text, panel))
    return parameters


def _kinds() -> list[str]:
    from fastvbg.masks.registry import kinds

    return [
        f"{name}[:{kind.value.upper()}]"
        if kind.value and kind.wants is None
        else f"{name}:{kind.value.upper()}"
        if kind.value
        else name
        for name, kind in kinds().items()
    ]


def _meanings(name: str, owners: Mapping[str, Option]) -> dict[str, list[str]]:
    """Return the help of an option, and the kinds that mean that by it."""
    from fastvbg.masks.registry import kinds

    told: dict[str, list[str]] = {}
    for kind, option in owners.items():
        told.setdefault(_told(option, kinds()[kind].default(name)), []).append(kind)
    return told


def _by_kind(meanings: Mapping[str, list[str]]) -> str:
    return " ".join(f"{', '.join(kinds)}: {text}" for text, kinds in meanings.items())


def _told(option: Option, default: Any) -> str:
    """Return an option's help with its bounds and default."""
    more = [option.bounds] if option.bounds else []
    if default is not None and not option.flag:
        more.append(f"{default} by default")
    return f"{option.help[:-1]} ({'; '.join(more)})." if more else option.help


def _parameters(options: Mapping[str, Option]) -> list[inspect.Parameter]:
    return [
        _described(name, option, _told(option, Settings.default(name)), _PANELS[option.group])
        for name, option in options.items()
    ]


def _described(name: str, option: Option, text: str, panel: str) -> inspect.Parameter:
    """Return the parameter of an option: a text, which its description makes a value of."""
    flag = f"--{_SAID.get(name, name.replace('_', '-'))}"
    told = typer.Option(
        flag,
        *([_SHORT[name]] if name in _SHORT else []),
        metavar=None if option.flag else option.metavar or "N",
        help=text,
        rich_help_panel=panel,
        show_default=False,
    )
    kind: Any = bool if option.flag else list[str] if option.repeated else str
    return _parameter(name, Annotated[kind | None, told])


def _file_parameters() -> list[inspect.Parameter]:
    panel = _PANELS["settings"]
    read = typer.Option(
        "--settings",
        metavar="FILE",
        help="Begin with what a settings file says; options on the line win.",
        rich_help_panel=panel,
    )
    write = typer.Option(
        "--save-settings",
        metavar="FILE",
        help="Keep mask, background, range, encoder and work in a file, for --settings.",
        rich_help_panel=panel,
    )
    return [
        _parameter("settings_file", Annotated[Path | None, read]),
        _parameter("save_settings", Annotated[Path | None, write]),
    ]


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=None, annotation=annotation)
