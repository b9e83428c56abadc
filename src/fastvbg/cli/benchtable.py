"""The bench's table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from fastvbg.measure.bench import Figures, Row


def print_table(figures: Figures) -> None:
    """Print one line for each size and library, with the ratios to fastvbg.

    Parameters
    ----------
    figures : Figures
        Of a run of the bench.
    """
    table = Table(box=None, pad_edge=False)
    for title in ("operation", "size", "library", "ms a frame", "± MAD", "frames/s", "fastvbg is"):
        table.add_column(title, justify="left" if title in {"operation", "library"} else "right")
    ours = {
        (r.operation, r.size): r.timing.median_ms for r in figures.rows if r.library == "fastvbg"
    }
    for row in figures.rows:
        table.add_row(*_cells(row, ours[row.operation, row.size]))
    conditions = figures.conditions
    console = Console(width=100, highlight=False)
    console.print(table)
    console.print(
        f"{conditions['cpu']}, {'/'.join(conditions['vector features'][:1])}, one thread; "
        f"numba {conditions['numba']}, OpenCV {conditions['opencv-python']}, "
        f"NumPy {conditions['numpy']}. Outputs were equal byte for byte before timing.",
        soft_wrap=False,
    )


def _cells(row: Row, ours: float) -> tuple[str, ...]:
    timing = row.timing
    ratio = timing.median_ms / ours
    return (
        row.operation,
        row.size,
        row.library,
        f"{timing.median_ms:.4g}",
        f"{timing.mad_ms:.2g}",
        f"{1e3 / timing.median_ms:.0f}",
        ""
        if row.library == "fastvbg"
        else f"{ratio:.1f}x faster"
        if ratio >= 1
        else f"{1 / ratio:.1f}x slower",
    )
