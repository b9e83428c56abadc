"""A batch on the terminal: a bar over all frames, a line for each worker, a table at the end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from fastvbg.cli.progress import Bar
from fastvbg.cli.streams import say, tell
from fastvbg.farm.batches.outcome import about

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from fastvbg.farm.batches.board import At, Standing
    from fastvbg.farm.batches.outcome import Outcome

_LONGEST_NAME = 48


class BatchProgress(Bar):
    """Call it with where a batch stands. A context manager; silent where there is no terminal.

    Parameters
    ----------
    quiet : bool
        Whether to print nothing.
    """

    _doing = "all"

    def __init__(self, *, quiet: bool) -> None:
        super().__init__(quiet=quiet)
        self._lines: dict[str, TaskID] = {}

    def __call__(self, standing: Standing) -> None:
        """Show it. What was done before the batch began does not count for its speed."""
        if self._bar is None or self._task is None:
            return
        made = standing.frames - standing.earlier
        rate = f"{made / max(time.perf_counter() - self._start, 1e-9):.0f} frames/s"
        self._bar.update(self._task, completed=standing.frames, total=standing.expected, rate=rate)
        for worker in [name for name in self._lines if name not in standing.workers]:
            self._bar.remove_task(self._lines.pop(worker))
        for worker, at in standing.workers.items():
            self._show(self._bar, worker, at)

    def _show(self, bar: Progress, worker: str, at: At) -> None:
        if worker not in self._lines:
            self._lines[worker] = bar.add_task("", total=None, rate="")
        bar.update(
            self._lines[worker],
            description=f"{worker}: {shortened(at.label)}",
            completed=at.frames,
            total=at.expected,
        )


def shortened(name: str) -> str:
    """Return a name without its beginning where it is long: the end tells files apart."""
    return name if len(name) <= _LONGEST_NAME else f"...{name[3 - _LONGEST_NAME :]}"


def print_outcomes(outcomes: list[Outcome], *, quiet: bool) -> None:
    """Print warnings and errors of each file, a line each, and the table.

    Parameters
    ----------
    outcomes : list of Outcome
        What became of each file.
    quiet : bool
        Whether to leave the table out.
    """
    for outcome in outcomes:
        for warning in outcome.warnings:
            say(f"fastvbg: warning: {about(outcome.input, warning)}")
        if outcome.error is not None and quiet:
            say(f"fastvbg: {about(outcome.input, outcome.error)}")
    if not quiet:
        for line in table(outcomes):
            tell(line)


def table(outcomes: list[Outcome]) -> list[str]:
    """Return the lines of a table: a file each, and the sums."""
    rows: list[tuple[Any, ...]] = [("file", "frames", "seconds", "warnings", "lost", "state")]
    rows += [
        (
            shortened(str(each.input)),
            each.frames,
            f"{each.seconds:.1f}",
            len(each.warnings),
            each.lost,
            each.state,
        )
        for each in outcomes
    ]
    rows.append(
        (
            f"{len(outcomes)} file{'s' * (len(outcomes) != 1)}",
            sum(each.frames for each in outcomes),
            f"{sum(each.seconds for each in outcomes):.1f}",
            sum(len(each.warnings) for each in outcomes),
            sum(each.lost for each in outcomes),
            _states(outcomes),
        )
    )
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in texts) for place in range(len(texts[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place in {0, len(widths) - 1} else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in texts
    ]


def _states(outcomes: list[Outcome]) -> str:
    counts = {
        state: sum(each.state == state for each in outcomes)
        for state in ("done", "skipped", "failed")
    }
    return ", ".join(f"{count} {state}" for state, count in counts.items() if count)
