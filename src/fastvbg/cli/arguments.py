"""Arguments and options that several commands have alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Input: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="INPUT",
        help="A video, also by a URL, an image sequence dir/in%06d.jpg, or - for standard input.",
    ),
]
Overwrite: TypeAlias = Annotated[bool, typer.Option("--overwrite", help="Replace the output.")]
Quiet: TypeAlias = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print errors and warnings only.")
]
Restart: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--restart",
        help="Begin anew; remove another job's parts.",
        rich_help_panel="Parts",
    ),
]
KeepParts: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--keep-parts",
        help="Keep the parts when the output is whole.",
        rich_help_panel="Parts",
    ),
]

PartsFolder: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--work",
        metavar="FOLDER",
        help="Where the parts are; .NAME.parts beside the output by default.",
        rich_help_panel="Parts",
    ),
]
