"""The live bench's table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from fastvbg.cli.benchtable import WIDTH, plain_table
from fastvbg.measure.live import OURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastvbg.measure.live import LiveRow


def _told_cpu(row: LiveRow) -> str:
    """Return the processor use of a row, with the least and the most of several rounds."""
    if len(row.rounds) < 2:
        return f"{row.cpu:.1f}"
    return f"{row.cpu:.1f} ({row.rounds[0]:.1f}..{row.rounds[-1]:.1f})"


def print_live(rows: Sequence[LiveRow], seconds: float) -> None:
    """Print a line for each contender."""
    usual = {row[1:4]: row for row in rows if row.program != OURS}
    table = plain_table(
        "",
        "",
        "delay, ms\np50",
        "\np95",
        "\nmost",
        "% of\na core",
        "% of\nframes lost",
        "processor time\nof usual",
    )
    for row in rows:
        other = usual.get(row[1:4])
        times = ""
        if other is not None and row.program == OURS:
            # The usual loop may not keep up: what a frame costs is compared.
            times = f"{other.cpu / other.frames / (row.cpu / row.frames):.1f}x less"
        table.add_row(
            f"{row.mask} {row.size} {row.rate}",
            row.program,
            *(f"{value:.1f}" for value in (row.p50, row.p95, row.most)),
            _told_cpu(row),
            f"{row.lost:.1f}",
            times,
        )
    weights = {row.size: row.kilobytes for row in rows}
    said = ", ".join(f"{weight:.0f} kB at {size}" for size, weight in weights.items())
    console = Console(width=WIDTH, highlight=False)
    console.print(table)
    console.print(
        f"JPEGs of 4:2:2 from memory, {said}, decoded, keyed, written as 4:2:0 to memory; "
        f"{seconds:g} s each, in processes of their own. Delay: from the camera's time of a frame "
        "until it was written. usual: OpenCV's decoding, the same model on floats, NumPy's blend. "
        "none: no mask; the picture is decoded and written alone, which all others do, too."
    )
