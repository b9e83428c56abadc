"""The bench's tables on the terminal, at most 100 columns wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from fastvbg.measure.bench import MEMORY

if TYPE_CHECKING:
    from fastvbg.measure.bench import Figures, Row

WIDTH = 100
_ROOFLINES = ("roofline, ordinary stores", "roofline, streaming stores")


def _columns(figures: Figures) -> list[tuple[str, str, int]]:
    """Return title, library and threads of each column of times."""
    cpus = max(row.threads for row in figures.rows)
    columns = [
        ("roof\nordin.", _ROOFLINES[0], 1),
        ("roof\nstream.", _ROOFLINES[1], 1),
        ("fastvbg", "fastvbg", 1),
        (f"{cpus}\nthreads", "fastvbg", cpus),
        ("plain\nNumba", "numba", 1),
        ("best\nOpenCV", "opencv", 1),
        (f"{cpus}\nthreads", "opencv", cpus),
        ("NumPy,\ntutor.", "tutorial", 1),
    ]
    return columns if cpus > 1 else [column for column in columns if "threads" not in column[0]]


def plain_table(*titles: str) -> Table:
    """Return an empty table without lines: the first column to the left, numbers to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for place, title in enumerate(titles):
        table.add_column(title, justify="left" if place == 0 else "right", no_wrap=True)
    return table


def print_table(figures: Figures) -> None:
    """Print a line for each operation and size, and the conditions under them.

    Parameters
    ----------
    figures : Figures
        Of a run of the bench.
    """
    columns = _columns(figures)
    table = plain_table(
        "median ms\na frame",
        "",
        *(title for title, _, _ in columns),
        "of\nroof",
        "ns a\npixel",
        "spread",
    )
    cells = {(r.operation, r.size, r.regime, r.library, r.threads): r for r in figures.rows}
    before = ""
    for place in dict.fromkeys((r.operation, r.size, r.regime) for r in figures.rows):
        operation, size, regime = place
        rows = [cells.get((*place, library, n)) for _, library, n in columns]
        shown = [_number(row.timing.median_ms) if row else "-" for row in rows]
        summary = _of_roof(rows), _a_pixel(rows), _spread([row for row in rows if row])
        where = size if regime == MEMORY else f"{size} *"
        table.add_row(operation if operation != before else "", where, *shown, *summary)
        before = operation
    console = Console(width=WIDTH, highlight=False)
    console.print(table)
    _print_startup(figures, console)
    _print_conditions(figures, console)


def _number(milliseconds: float) -> str:
    if milliseconds < 0.01:
        return f"{milliseconds:.4f}"
    return f"{milliseconds:.3g}" if milliseconds < 100 else f"{milliseconds:.0f}"


def _of_roof(rows: list[Row | None]) -> str:
    """Return the share of the better roofline that fastvbg reaches on one thread."""
    ordinary, streaming, ours = rows[:3]
    if ordinary is None or streaming is None or ours is None:
        return "-"
    roof = min(ordinary.timing.median_ms, streaming.timing.median_ms)
    return f"{roof / ours.timing.median_ms:.2f}"


def _a_pixel(rows: list[Row | None]) -> str:
    """Return fastvbg's nanoseconds a pixel on one thread, alike where cost grows as pixels do."""
    ours = rows[2]
    if ours is None:
        return "-"
    return f"{ours.timing.median_ms * 1e6 / (ours.width * ours.height):.3f}"


def _spread(rows: list[Row]) -> str:
    """Return the largest median absolute deviation of a line, as a share of its median."""
    return f"{max(row.timing.mad_ms / row.timing.median_ms for row in rows):.0%}"


def _print_startup(figures: Figures, console: Console) -> None:
    if not figures.startup:
        return
    table = plain_table("fresh process, ms", "median", "± MAD", "runs")
    for name, timing in figures.startup.items():
        values = f"{timing.median_ms:.0f}", f"{timing.mad_ms:.0f}", str(timing.runs)
        table.add_row(name, *values)
    console.print()
    console.print(table)


def _print_conditions(figures: Figures, console: Console) -> None:
    facts = figures.conditions
    console.print()
    console.print(
        f"{facts['cpu']}, {facts['kernels']}, {facts['cpus']} cores; Numba {facts['numba']}, "
        f"OpenCV {facts['opencv-python']}, NumPy {facts['numpy']}. Roof: the same bytes read and "
        "written with one exclusive or, on one thread. Of roof: what fastvbg reaches on one thread "
        "of the better of the two. Spread: largest median absolute deviation of the line. Outputs "
        "were compared before timing; blends by others may be off by one or two, planar OpenCV "
        "goes by way of BGR. Frames come from memory, as those of a stream do; *: they lie in the "
        "caches, as in a tight loop over one frame."
    )


def print_comparison(old: Figures, new: Figures) -> None:
    """Print the ratio of the new times to the old ones, row by row.

    Parameters
    ----------
    old, new : Figures
        Two runs; rows that only one of them has are left out.
    """
    table = plain_table(
        "operation", "size", "frames in", "library", "threads", "old ms", "new ms", "new/old"
    )
    before = {(r.operation, r.size, r.regime, r.library, r.threads): r.timing for r in old.rows}
    for row in new.rows:
        place = row.operation, row.size, row.regime
        timing = before.get((*place, row.library, row.threads))
        if timing is not None:
            ratio = row.timing.median_ms / timing.median_ms
            times = _number(timing.median_ms), _number(row.timing.median_ms), f"{ratio:.2f}"
            table.add_row(*place, row.library, str(row.threads), *times)
    console = Console(width=WIDTH, highlight=False)
    console.print(table)
    for name in ("cpu", "kernels", "numba", "opencv-python", "numpy"):
        if old.conditions.get(name) != new.conditions.get(name):
            console.print(
                f"{name} differs: {old.conditions.get(name)} -> {new.conditions.get(name)}"
            )
