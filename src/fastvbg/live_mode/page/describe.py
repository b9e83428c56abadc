"""Kinds of mask and options as JSON: the page makes its controls of their descriptions."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from fastvbg.errors import FastvbgError
from fastvbg.masks.registry import kinds
from fastvbg.options import Choice, Colour, File, Flag, Integer, Number, Option, Size, Text
from fastvbg.settings import Settings

if TYPE_CHECKING:
    from fastvbg.masks.base import Mask
    from fastvbg.options import Described

_FIRST = ("person", "chroma", "plate")
_LEFT_OUT = ("auto",)
"""It looks at a clip and chooses; who is at the page sees and chooses."""
_WORDS = ((Flag, "flag"), (Choice, "choice"), (Colour, "colour"), (Size, "size"), (Text, "text"))
_SLIDES = 1 << 20
"""Ranges up to this are sliders."""

OWN = ("refine", "foreground", "fit", "background_end", "light_wrap")
"""Options of `Settings` that the page has as they are; others have controls of their own."""


def described_kinds() -> list[dict[str, Any]]:
    """Return the kinds of mask that the page may choose, each with its options."""
    return [
        {
            "name": name,
            "label": _label(name),
            "help": kind.summary(),
            "refine": kind.refinement,
            "estimates": kind.estimates,
            "options": described(kind),
        }
        for name, kind in sorted(kinds().items(), key=lambda item: _place(item[0]))
        if name not in _LEFT_OUT and stands_alone(kind)
    ]


def _label(name: str) -> str:
    """Return a kind's name for people; what nobody could say as a word is an abbreviation."""
    short = any(each.isdigit() for each in name) or not set(name) & set("aeiou")
    return name.upper() if short else name.replace("_", " ").capitalize()


def _place(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


def stands_alone(kind: type[Mask]) -> bool:
    """Tell whether a kind needs nothing that is to be told first, such as a file."""
    try:
        kind()
    except FastvbgError:
        return False
    return True


def described_settings() -> list[dict[str, Any]]:
    """Return those options of `Settings` that the page has as they are."""
    return [each for each in described(Settings) if each["name"] in OWN]


def described(of: type[Described]) -> list[dict[str, Any]]:
    """Return what may be said of each option, but for what is written when a run ends."""
    return [
        _control(of, name, option)
        for name, option in of.options().items()
        if not getattr(option, "written", False)
    ]


def _control(of: type[Described], name: str, option: Option) -> dict[str, Any]:
    default = of.default(name)
    told = {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "help": inspect.cleandoc(option.help),
        "default": default if isinstance(default, (bool, int, float, str)) else None,
    }
    return {**told, **_form(option)}


def _form(option: Option) -> dict[str, Any]:
    """Return which control an option has, and what that must know."""
    if isinstance(option, (Integer, Number)):
        whole = isinstance(option, Integer)
        above = isinstance(option, Number) and option.open
        slides = option.high - option.low <= _SLIDES and not above
        form = "slider" if slides else "number"
        return {
            "form": form,
            "whole": whole,
            "low": option.low,
            "high": option.high,
            "above": above,
        }
    if isinstance(option, File):
        return {"form": "file", "picture": option.picture, "words": list(option.words)}
    form = next((word for kind, word in _WORDS if isinstance(option, kind)), "text")
    return {
        "form": form,
        "choices": list(option.choices) if isinstance(option, Choice) else [],
        "metavar": option.metavar or "",
    }
