"""The command line: arguments to a call of the library, errors to one line and an exit code.

Exit codes: 0 done; 2 bad input or usage; 3 done, but part of the input was damaged; 130
interrupted (SIGINT); 143 terminated (SIGTERM).
"""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

EXIT_BAD_INPUT = 2
EXIT_DAMAGED = 3

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """SIGINT or SIGTERM, as an exception that nothing but the command line catches.

    Outputs are cleaned up on its way out.
    """

    kept = False
    """Whether the output was kept as far as it had come."""


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into `Stopped` meanwhile."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        raise Stopped(128 + number)

    try:
        before = {number: signal.signal(number, stop) for number in _SIGNALS}
    except ValueError:  # only the main thread may
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; `sys.argv[1:]` when absent.

    Raises
    ------
    SystemExit
        Always, with the exit code.
    """
    sys.exit(run_command_line(sys.argv[1:] if arguments is None else list(arguments)))


def run_command_line(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors go to stderr, one line each.

    Parameters
    ----------
    arguments : list of str
        Without the program's name.

    Returns
    -------
    int
        The exit code.
    """
    from fastvbg.errors import FastvbgError
    from fastvbg.libraries import not_loaded

    try:
        with _stopped_by_signals():
            from fastvbg.cli.app import app

            code = app(arguments, prog_name="fastvbg", standalone_mode=False)
    except FastvbgError as error:
        return _complain(str(error), EXIT_BAD_INPUT)
    except Stopped as stop:
        left = "the output holds what was done" if stop.kept else "no output was left behind"
        return _complain(f"stopped by a signal; {left}", stop.args[0])
    except MemoryError:
        return _complain("out of memory: the frames are too large for this machine", EXIT_BAD_INPUT)
    except Exception as error:
        # Typer brings its own copy of Click, earlier ones the package: no common base to name.
        if type(error).__name__ == "NoArgsIsHelpError":
            return EXIT_BAD_INPUT  # the help has been printed
        line = not_loaded(error) or _usage(error)
        if line is None:
            raise
        return _complain(str(line), EXIT_BAD_INPUT)
    return code if isinstance(code, int) else 0


def _usage(error: Exception) -> str | None:
    """Return what is wrong with the arguments, where that is what an error says."""
    if not hasattr(error, "format_message"):
        return None
    context = getattr(error, "ctx", None)
    command = "fastvbg" if context is None else context.command_path
    return f"{error.format_message().rstrip('.')} ({command} --help lists what there is)"


def _complain(message: str, code: int) -> int:
    line = " ".join(message.split())
    print(f"fastvbg: {line}", file=sys.stderr)  # noqa: T201
    return code
