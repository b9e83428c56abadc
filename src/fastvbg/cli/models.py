"""The commands about models: fetch, list, path."""

from __future__ import annotations

from typing import Annotated

import typer

from fastvbg.cli.flags import Command, Group
from fastvbg.cli.streams import tell

models_app = typer.Typer(
    name="models",
    cls=Group,
    help="The person mask's models: fetch them, list them, tell where they are.",
    no_args_is_help=True,
)


@models_app.command(cls=Command)
def fetch(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Download what is missing, check it, and keep it; nothing is installed."""
    from fastvbg.models.fetch import fetch as obtain
    from fastvbg.models.store import KNOWN

    where = obtain(tell=None if quiet else tell)
    if not quiet:
        tell(f"{len(KNOWN)} models in {where}")


@models_app.command(name="list", cls=Command)
def list_models() -> None:
    """Print each model: file, input size, whether it is there."""
    from fastvbg.models.store import KNOWN, state

    width = max(len(model.file) for model in KNOWN)
    for model in KNOWN:
        tell(f"{model.file:{width}}  {model.width}x{model.height}  {state(model)}")


@models_app.command(cls=Command)
def path() -> None:
    """Print the folder that the models are kept in."""
    from fastvbg.models.store import folder

    tell(str(folder()))
