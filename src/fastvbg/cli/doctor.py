"""`fastvbg doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from fastvbg.cli.streams import say, tell


def doctor(
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Where OpenCV does not load, install the same version without windows, which "
            "needs nothing of the system, by this Python's pip.",
        ),
    ] = False,
) -> None:
    """Look over what fastvbg needs, one line each: good, or what to do. Exits with 0 or 1."""
    from fastvbg.errors import MissingLibraryError
    from fastvbg.measure.doctor import examine
    from fastvbg.measure.mend import mend_opencv
    from fastvbg.measure.probes import BAD

    found = examine()
    if fix and any(finding.subject == "OpenCV" and finding.state == BAD for finding in found):
        try:
            mend_opencv(lambda line: tell(f"fix   {'OpenCV':16} {line}"))
        except MissingLibraryError as error:
            say(f"fastvbg: {error}")
            raise typer.Exit(1) from None
        found = examine()
    for state, subject, text in found:
        tell(f"{state:5} {subject:16} {text}")
    raise typer.Exit(any(finding.state == BAD for finding in found))
