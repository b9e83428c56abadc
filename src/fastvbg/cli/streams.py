"""Standard streams as they come: closed, full, without a reader, or of few characters."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import typer

from fastvbg.errors import SinkError

if TYPE_CHECKING:
    from collections.abc import Iterator


def prepare_streams() -> None:
    """Make the process's streams such that writing names to them neither fails nor does harm.

    A closed descriptor would be taken by the next file that is opened, and what libraries print
    would go into it. Names of files may have bytes that are no text, and letters that the terminal
    has not; these are escaped.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Read where it would be written, and the other way round: using it fails, as it should.
            os.open(os.devnull, os.O_RDONLY if number else os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


@contextmanager
def printing() -> Iterator[None]:
    """Turn what standard output refuses into a line that says so.

    A pipe that nobody reads any more is no error, and left to Typer, which ends the command.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SinkError(f"cannot write to standard output: {error.strerror}") from None


def tell(line: str) -> None:
    """Print a line on standard output."""
    with printing():
        typer.echo(line)


def say(line: str) -> None:
    """Print a line on standard error; where that fails, there is nobody to tell."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            typer.echo(line, err=True)


def close_streams() -> None:
    """Write out what waits; what cannot be written is not tried again when Python ends."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.close(null)
