"""The command line: arguments to a call of the library, errors to one line and an exit code.

Exit codes: 0 done; 1 a fault of fastvbg itself; 2 bad input or usage; 3 done, but part of the input
was damaged; 130 interrupted (SIGINT); 141 nobody reads what is printed (SIGPIPE); 143 terminated
(SIGTERM).
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any, NoReturn

from fastvbg.cli.stopping import Stopped, check_stopped, stopped_by_signals

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_FAULT = 1
EXIT_BAD_INPUT = 2
EXIT_DAMAGED = 3
EXIT_UNREAD = 141

_TRACEBACK = "FASTVBG_TRACEBACK"
"""In the environment: a fault's traceback is printed before its line."""


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
    code = run_command_line(sys.argv[1:] if arguments is None else list(arguments))
    from fastvbg.cli.streams import close_streams

    close_streams()
    if _is_still_opening():
        # A library that works on in a thread ends the process by SIGABRT where Python is torn down
        # under it: LiteRT, which loads a network, in 8 of 20 runs.
        os._exit(code)
    sys.exit(code)


def _is_still_opening() -> bool:
    """Tell whether a thread still opens what nobody wants any more."""
    from fastvbg.constants import OPENING_THREAD

    return any(thread.name == OPENING_THREAD for thread in threading.enumerate())


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

    try:
        with stopped_by_signals():
            from fastvbg.cli.streams import prepare_streams

            prepare_streams()
            from fastvbg.cli.app import app

            check_stopped()
            code = app(arguments, prog_name="fastvbg", standalone_mode=False)
    except FastvbgError as error:
        return _complain(str(error), EXIT_BAD_INPUT)
    except Stopped as stop:
        left = "the output holds what was done" if stop.kept else "no output was left behind"
        return _complain(f"stopped by a signal; {stop.left or left}", stop.args[0])
    except MemoryError:
        return _complain("out of memory: the frames are too large for this machine", EXIT_BAD_INPUT)
    except SystemExit:  # Typer's and Rich's answer to a pipe that nobody reads
        return EXIT_UNREAD
    except Exception as error:
        return _explained(error)
    return code if isinstance(code, int) else 0


def _explained(error: Exception) -> int:
    """Say what an error that is not fastvbg's own means to the user."""
    from fastvbg.libraries import not_loaded

    line = not_loaded(error)
    if line is not None:
        return _complain(str(line), EXIT_BAD_INPUT)
    return _misused(error) if _is_usage(error) else _unforeseen(error)


def _is_usage(error: Exception) -> bool:
    """Tell whether Typer could not make sense of the arguments.

    It brings its own copy of Click, earlier ones the package: no common base to name.
    """
    return hasattr(error, "format_message")


def _misused(error: Any) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        return EXIT_BAD_INPUT  # the help has been printed
    context = getattr(error, "ctx", None)
    asked = "fastvbg" if context is None else context.command_path
    message = f"{error.format_message().rstrip('.')} ({asked} --help lists what there is)"
    return _complain(message, EXIT_BAD_INPUT)


def _unforeseen(error: Exception) -> int:
    """Report what should not have happened; where, only to those who ask."""
    if os.environ.get(_TRACEBACK):
        import traceback

        from fastvbg.cli.streams import say
        from fastvbg.urls import scrubbed

        say(scrubbed("".join(traceback.format_exception(error))).rstrip())
    where = f"{_TRACEBACK}=1 in the environment shows where"
    if isinstance(error, OSError) and error.strerror:  # the machine's state, and no fault of ours
        name = "" if error.filename is None else f": {error.filename}"
        return _complain(f"{error.strerror}{name} ({where})", EXIT_BAD_INPUT)
    return _complain(
        f"internal error: {type(error).__name__}: {error} ({where}; please report it)", EXIT_FAULT
    )


def _complain(message: str, code: int) -> int:
    from fastvbg.cli.streams import say
    from fastvbg.urls import scrubbed

    say(f"fastvbg: {scrubbed(' '.join(message.split()))}")
    return code
