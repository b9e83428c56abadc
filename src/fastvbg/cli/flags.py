"""Commands in whose help a flag has no value.

Typer 0.29 shows the type of each option in its help, also the `<bool>` of flags, as if one had to
be typed behind them.
"""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup


class Command(TyperCommand):
    """A command of one function."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return arguments and options, `--help` too."""
        return _without_type(super().get_params(ctx))


class Group(TyperGroup):
    """A command that has commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return arguments and options, `--help` too."""
        return _without_type(super().get_params(ctx))


def _without_type(parameters: list[Any]) -> list[Any]:
    for each in parameters:
        if getattr(each, "is_flag", False):
            each.metavar = ""
    return parameters
