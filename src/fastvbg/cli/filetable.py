"""The file bench's table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from fastvbg.cli.benchtable import WIDTH, plain_table
from fastvbg.measure.files import floor_of, shares_of_floor
from fastvbg.measure.filesetup import CONTENDERS, FileSetup

if TYPE_CHECKING:
    from fastvbg.measure.files import FileCost

_REMARKS = {
    "tutorial": "The tutorial writes JPEG files, the cv2 loop MPEG-4.",
    "usual": "The usual loop: cv2.VideoCapture, the nearest person model on each frame, NumPy's "
    "float blend, and the same encoder.",
}


def print_costs(costs: list[FileCost], setup: FileSetup | None = None) -> None:
    """Print a line for each contender, the floor, and how far fastvbg is from it.

    Parameters
    ----------
    costs : list of FileCost
        Of `run_file_bench`.
    setup : FileSetup, optional
        What was done.
    """
    setup = setup or FileSetup()
    by_name = {cost.name: cost for cost in costs}
    ours = by_name["fastvbg"]
    table = plain_table("ms a frame", "wall", "CPU", "peak MiB", "wall against fastvbg")
    for cost in costs:
        peak = "-" if cost.peak_mib is None else f"{cost.peak_mib:.0f}"
        ratio = f"{cost.wall_ms / ours.wall_ms:.2f}"
        table.add_row(
            CONTENDERS[cost.name],
            f"{cost.wall_ms:.2f} ± {cost.wall_spread_ms:.2f}",
            f"{cost.cpu_ms:.2f}",
            peak,
            ratio,
        )
    cpu, wall = floor_of(costs)
    table.add_row("the floor", f"{wall:.2f}", f"{cpu:.2f}", "", f"{wall / ours.wall_ms:.2f}")
    if not setup.is_default:
        by_cpu, by_wall = shares_of_floor(costs)
        table.add_row("fastvbg, of the floor's speed", f"{by_wall:.2f}", f"{by_cpu:.2f}", "", "")
    console = Console(width=WIDTH, highlight=False)
    console.print(table)
    console.print()
    told = "" if setup.is_default else f"mask {setup.words}; background {setup.background_words}; "
    remarks = [text for name, text in _REMARKS.items() if name in by_name]
    console.print(
        f"{ours.frames} frames, {told}medians ± their deviation, {setup.encoder}. "
        "The floor: decoding and encoding alone, shared by all cores. fastvbg's CPU time is "
        f"{ours.cpu_ms / cpu:.2f} of the floor's, its speed {wall / ours.wall_ms:.2f} of what the "
        f"floor allows. {' '.join(remarks)}"
    )
