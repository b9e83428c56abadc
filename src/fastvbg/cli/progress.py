"""Progress on a terminal as a bar, elsewhere as an occasional line; the closing line."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from fastvbg.cli import EXIT_DAMAGED
from fastvbg.cli.stopping import check_stopped
from fastvbg.cli.streams import say, tell
from fastvbg.live_mode.terminal.terminal import is_ours

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID
    from typing_extensions import Self

    from fastvbg.pipeline.job import Result

_LINE_SECONDS = 5.0


class Bar:
    """A bar on a terminal while something goes on. A context manager.

    Parameters
    ----------
    quiet : bool
        Whether to print nothing.
    """

    _things, _doing = "frames", ""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._start = time.perf_counter()

    def __enter__(self) -> Self:
        if not self._quiet and is_terminal() and is_in_front():
            self._bar = make_bar(self._things)
            self._bar.start()
            self._task = self._bar.add_task(self._doing, total=None, rate="")
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def tell(self, line: str) -> None:
        """Print a line that is worth knowing before the end."""
        if self._quiet:
            return
        if self._bar is None:
            say(f"fastvbg: {line}")
        else:
            self._bar.console.print(f"fastvbg: {line}", markup=False, highlight=False)


class ProgressLine(Bar):
    """Call it with frames done and frames expected. A context manager."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__(quiet=quiet)
        self._last = self._start
        self._uploads = False
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        super().__enter__()
        if self._bar is not None:
            from fastvbg.kernels._kernel import listening

            self._stack.enter_context(listening(self._preparing))
        if not self._quiet:
            from fastvbg.storage.writing import listening as hearing

            self._stack.enter_context(hearing(self._uploading))
        return self

    def _uploading(self, name: str, sent: int, size: int) -> None:
        """Say how much of the finished output is in its store."""
        line = f"uploading {name}, {sent >> 20} of {size >> 20} MB"
        now = time.perf_counter()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=line, rate="", refresh=True)
        elif not self._uploads or now - self._last >= _LINE_SECONDS:
            self._last, self._uploads = now, True
            say(line)

    def _preparing(self, name: str, number: int, total: int) -> None:  # noqa: ARG002
        """Say that a kernel is compiled: the bar stands still meanwhile."""
        if self._bar is not None and self._task is not None:
            doing = f"preparing kernels {number} of {total}, once for this machine"
            self._bar.update(self._task, description=doing, refresh=True)

    def __call__(self, frames: int, expected: int | None) -> None:
        """Show where the run is."""
        check_stopped()
        now = time.perf_counter()
        rate = f"{frames / max(now - self._start, 1e-9):.0f} frames/s"
        if self._bar is not None and self._task is not None:
            self._bar.update(
                self._task, description="", completed=frames, total=expected, rate=rate
            )
        elif not self._quiet and now - self._last >= _LINE_SECONDS and self._may_say():
            self._last = now
            of = f" of {expected}" if expected else ""
            say(f"{frames}{of} frames, {rate}")

    @staticmethod
    def _may_say() -> bool:
        """Tell whether a line disturbs nobody: a job in the background shares its terminal."""
        return not is_terminal() or is_in_front()

    def __exit__(self, *exception: object) -> None:
        self._stack.close()
        super().__exit__(*exception)


def is_terminal() -> bool:
    """Tell whether a person reads standard error as it comes, and no shell writes to it."""
    return sys.stderr is not None and sys.stderr.isatty() and is_ours(sys.stderr.fileno())


def is_in_front() -> bool:
    """Tell whether this is the job that the terminal of standard error is for now."""
    try:
        return os.tcgetpgrp(sys.stderr.fileno()) == os.getpgrp()
    except (AttributeError, OSError, ValueError):  # no such thing here, or another's terminal
        return True


class Preparing(Bar):
    """Call it with each kernel that has been compiled. A context manager."""

    _things, _doing = "kernels", "compiling"

    def __call__(self, name: str, number: int, total: int) -> None:
        """Show which kernel is done."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=name, completed=number, total=total)
        elif not self._quiet:
            tell(f"{number} of {total}: {name}")

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.perf_counter() - self._start


def make_bar(things: str) -> Progress:
    """Return a bar of things done, with their rate and the time left."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
    )
    from rich.text import Text

    class _Left(ProgressColumn):
        """How long it will go on, once that is known."""

        def render(self, task: Any) -> Text:
            seconds = task.time_remaining
            if seconds is None or task.finished:
                return Text()
            minutes, seconds = divmod(int(seconds), 60)
            return Text(f"{minutes // 60}:{minutes % 60:02}:{seconds:02} left")

    columns: tuple[Any, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(things),
        TextColumn("{task.fields[rate]}"),
        _Left(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


class Status:
    """Shows on a terminal what is being done; elsewhere nothing. A context manager."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True)
        self._status = self._console.status("")
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            from fastvbg.kernels._kernel import listening

            self._status.start()
            self._stack.enter_context(listening(self._preparing))
        return self

    def _preparing(self, name: str, number: int, total: int) -> None:  # noqa: ARG002
        self._status.update(f"preparing kernels, once for this machine: {name}")

    def __call__(self, doing: str) -> None:
        """Show what is being done now."""
        self._status.update(doing)

    def __exit__(self, *exception: object) -> None:
        self._stack.close()
        self._status.stop()


def report(result: Result, *, quiet: bool) -> int:
    """Print the warnings and the closing line, and return the exit code.

    Parameters
    ----------
    result : Result
        Of the run.
    quiet : bool
        Whether to leave the closing line out.

    Returns
    -------
    int
        0, or 3 when part of the input was lost.
    """
    for warning in result.warnings:
        say(f"fastvbg: warning: {warning}")
    if not quiet:
        line = (
            f"{result.frames} frame{'' if result.frames == 1 else 's'} in {result.seconds:.2f} s, "
            f"{result.frames_per_second:.1f} frames/s: {result.output}"
        )
        if str(result.output) == "-":  # standard output carries the video
            say(line)
        else:
            with suppress(BrokenPipeError):  # the output is whole all the same
                tell(line)
    return EXIT_DAMAGED if result.lost else 0
