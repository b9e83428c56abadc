"""The person bench's table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from fastvbg.cli.benchtable import WIDTH, plain_table
from fastvbg.measure.personlanes import TITLES

if TYPE_CHECKING:
    from fastvbg.measure.person import Cost, PersonFigures, PersonRow

_ENOUGH = 0.9  # agreement of sure pixels below which times are to be doubted
_OTHERS = 1.1  # times the calling thread's CPU


def print_person(figures: PersonFigures) -> None:
    """Print a line for each contender, how mattes agree, and the conditions.

    Parameters
    ----------
    figures : PersonFigures
        Of `run_person_bench`.
    """
    rows = {row.name: row for row in figures.rows}
    usual = [rows[name] for name in rows if name.startswith("usual")]
    width, height = figures.conditions["size"]
    table = plain_table(
        f"ms a frame, {width}x{height}",
        "CPU\nmean",
        "CPU\nmedian",
        "wall\nmedian",
        "looks\na frame",
        *(row.name.replace(" ", "\n") for row in usual),
    )
    for row in figures.rows:
        table.add_row(
            TITLES[row.name],
            f"{row.cpu.mean:.2f}",
            _spread(row.cpu),
            _spread(row.wall),
            f"{row.looks:.2f}",
            *(f"{other.cpu.mean / row.cpu.mean:.1f}x" for other in usual),
        )
    console = Console(width=WIDTH, highlight=False)
    console.print(table)
    console.print()
    console.print(_conditions(figures))
    for line in _remarks(figures):
        console.print(line)


def _spread(cost: Cost) -> str:
    return f"{cost.median:.2f} ± {cost.mad:.2f}"


def _conditions(figures: PersonFigures) -> str:
    facts = figures.conditions
    seldom = f", --every {facts['every']}" if facts["every"] > 1 else ""
    return (
        f"{facts['clip']}, {facts['frames']} frames{seldom}, rounds: {facts['rounds']}; "
        f"{facts['runtime']}; one thread for everybody, no codec; {facts['cpu']}, "
        f"{facts['kernels']}, {facts['cpus']} cores; OpenCV {facts['opencv-python']}, NumPy "
        f"{facts['numpy']}. Mean: the sum over the frames by their number, which counts, for still "
        "frames skip the network; x: how often it goes into the usual code's mean. Median ± median "
        "absolute deviation over the frames. A look is one run of a network."
    )


def _remarks(figures: PersonFigures) -> list[str]:
    lines = [
        f"Mattes, {TITLES[each.first]} and {TITLES[each.second]}: "
        f"{100 * each.sure:.1f} % alike where both are sure, IoU {each.iou:.3f}."
        for each in figures.agreement
    ]
    if any(each.sure < _ENOUGH for each in figures.agreement):
        lines.append("They disagree: look at the mattes before you trust the times.")
    if figures.found < 1:
        lines.append(
            f"fastvbg found somebody in {100 * figures.found:.0f} % of the frames; where nobody is "
            "there is less to blend, and each change is looked at twice."
        )
    lines += [f"Left out, {title}: {reason}" for title, reason in figures.skipped.items()]
    lines += [_of_other_threads(row) for row in figures.rows if _uses_others(row)]
    runtimes = {row.runtime for row in figures.rows}
    if len(runtimes) > 1:
        lines.append(f"Not all run by the same: {', '.join(sorted(runtimes))}.")
    return lines


def _uses_others(row: PersonRow) -> bool:
    return row.process_ms > _OTHERS * row.cpu.mean


def _of_other_threads(row: PersonRow) -> str:
    return f"{TITLES[row.name]} took {row.process_ms:.2f} ms of CPU with all its threads."
