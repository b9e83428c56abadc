"""What the bench found: a table on the terminal, the error over time, and contact sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console

from bench.quality.moving.cameras import CAMERAS
from bench.quality.moving.lights import LIGHTS
from bench.quality.moving.plot import Panel, draw_over_time
from bench.quality.moving.run import UNFOLLOWED
from fastvbg.cli.benchtable import WIDTH, plain_table
from fastvbg.media.image import write_image
from fastvbg.pipeline.sheet import Labelled, contact_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from bench.quality.moving.run import Pictures, Record, Scene
    from fastvbg._types import Frame

MEASURES = ("band", "IoU", "dtSSD")
"""Of a row's scores, those that are shown."""

_CELL = 320


def print_record(record: Record) -> None:
    """Print a row for each scene and room, and the conditions."""
    console = Console(width=WIDTH, highlight=False)
    table = plain_table("camera", "light", "room", *MEASURES)
    for column in table.columns[1:3]:
        column.justify = "left"
    for row in record.moving:
        shown = (f"{row.scores[name]:.4f}" for name in MEASURES)
        table.add_row(row.camera, row.light, row.room, *shown)
    console.print(table)
    console.print(told(record.conditions, record.takes))


def told(facts: dict[str, Any], takes: dict[str, Any]) -> str:
    """Return what the scores are means of, and what they were measured with."""
    width, height = takes["size"]
    return (
        f"{takes['count']} portraits, {width}x{height}, planes of 4:2:0 with noise, frames "
        f"{takes['first scored']} to {takes['frames'] - 1} of {takes['frames']}, means: band is "
        "the mean absolute error where the true matte is soft and two pixels more, dtSSD the "
        f"flicker. {facts['runtime']}, {facts['cpu']}, OpenCV {facts['opencv-python']}, NumPy "
        f"{facts['numpy']}; {facts['date'][:10]}, commit {facts['commit']}; "
        "`python -m bench.quality.moving --clips DIR`."
    )


def over_time(rows: list[dict[str, Any]], first_scored: int) -> Frame:
    """Draw the error in the soft band of a record's rows, as they are in its file."""
    scenes: dict[Scene, dict[str, list[float]]] = {}
    for row in rows:
        lines = scenes.setdefault((row["camera"], row["light"]), {})
        if row["room"] != UNFOLLOWED:
            lines[f"room {row['room']}"] = row["over_time"]
    panels = [Panel(title_of(scene), lines) for scene, lines in scenes.items()]
    return draw_over_time(panels, first_scored)


def title_of(scene: Scene) -> str:
    """Return a scene in words: the camera, the light, or both where neither is as usual."""
    camera, light = CAMERAS[scene[0]].title, LIGHTS[scene[1]].title
    if scene[1] == "even":
        return f"the camera {camera}"
    return f"light: {light}" if scene[0] == "still" else f"the camera {camera}; {light}"


def draw_sheet(scene: Scene, pictures: Pictures, folder: Path) -> Path:
    """Write a scene's contact sheet: a row for each time, source, truth and the mattes in it."""
    sheet = []
    for place, source in pictures.sources.items():
        row = [
            Labelled(f"{', '.join(scene)}: frame {place}", source),
            Labelled("truth", pictures.truths[place]),
        ]
        row += [Labelled(f"room {room}", each[place]) for room, each in pictures.mattes.items()]
        sheet.append(row)
    path = folder / f"moving-{'-'.join(scene)}.png"
    write_image(path, contact_sheet(sheet, cell_width=_CELL))
    return path
