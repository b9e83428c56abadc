"""What the bench found: a table on the terminal, and contact sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from bench.quality.contenders import CONTENDERS
from fastvbg.cli.benchtable import WIDTH, plain_table
from fastvbg.media.image import write_image
from fastvbg.pipeline.sheet import Labelled, contact_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from bench.quality.run import Pictures, Record, Row
    from bench.quality.scenes import Clip

_CELL = 200


def print_record(record: Record) -> None:
    """Print a table for each scene, why rows are empty, and the conditions."""
    console = Console(width=WIDTH, highlight=False)
    for scene, facts in record.scenes.items():
        rows = [row for row in record.rows if row.scene == scene]
        console.print(
            f"{scene}: {facts['title']}, {facts['width']}x{facts['height']}, "
            f"{facts['scored frames']} frames scored"
        )
        _print_scene(rows, console)
        console.print()
    facts = record.conditions
    console.print(
        f"{facts['cpu']}, {facts['kernels']}; Numba {facts['numba']}, OpenCV "
        f"{facts['opencv-python']}, PyAV {facts['av']}; commit {facts['commit']}. Keyers at their "
        "defaults, the same for all scenes. ms: mask and refinement of a frame already decoded, "
        "one thread, its CPU time, median, all in turns."
    )


def _print_scene(rows: list[Row], console: Console) -> None:
    names = next((list(row.scores) for row in rows if row.scores is not None), [])
    table = plain_table("", *names, "ms", "± MAD", "ms 1080p", "± MAD")
    notes = []
    for row in rows:
        title = row.title
        if row.scores is None:
            table.add_row(title, *("-" for _ in names), "-", "", "-", "")
            notes.append(f"{title}: {row.why}")
            continue
        times = []
        for label in ("scene", "1080p"):
            timing = row.ms.get(label)
            times += [f"{timing.median_ms:.2f}", f"{timing.mad_ms:.2f}"] if timing else ["-", ""]
        table.add_row(title, *(f"{row.scores[name]:.4f}" for name in names), *times)
        notes += [f"{title}: {warning}" for warning in row.warnings]
    console.print(table)
    for note in notes:
        console.print(note)


def draw_sheet(clip: Clip, pictures: Pictures, folder: Path) -> Path:
    """Write a scene's contact sheet: a row for each time, source, truth and every matte in it."""
    sheet = []
    for place, truth in pictures.truths.items():
        row = [
            Labelled(f"{clip.name}, frame {place}", pictures.sources[place]),
            Labelled("truth", truth),
        ]
        row += [
            Labelled(CONTENDERS[name].title, mattes[place])
            for name, mattes in pictures.mattes.items()
        ]
        sheet.append(row)
    path = folder / f"{clip.name}.png"
    write_image(path, contact_sheet(sheet, cell_width=_CELL))
    return path
