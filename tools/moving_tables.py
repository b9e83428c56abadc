"""Write what the room's memory is worth as things move into its page, and draw it over time.

    python -m bench.quality.moving --clips DIR --json moving.json
    python -m tools.moving_tables moving.json

The page is docs/measurements.md, the picture docs/moving.png. A scene that the record
lacks has no row, and no panel.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
from bench.quality.moving.cameras import CAMERAS
from bench.quality.moving.lights import LIGHTS
from bench.quality.moving.report import MEASURES, over_time, told
from bench.quality.moving.run import UNFOLLOWED
from PIL import Image

from tools.readme_tables import replace_block

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.quality.moving.run import Scene

    from fastvbg._types import Frame

    Rows = dict[Scene, dict[str, dict[str, Any]]]
    """By scene and room."""

PAGE, PICTURE = Path("docs/measurements.md"), Path("docs/moving.png")
CAMERA_BLOCK, LIGHT_BLOCK = "moving cameras", "moving lights"
OFF, ON = "off", "remembered"

DRAWN = (
    ("still", "even"),
    ("shake", "even"),
    ("nudge", "even"),
    ("turn", "even"),
    ("still", "step"),
    ("still", "flicker"),
)
"""Of all scenes those that are drawn: enough to tell, few enough for a page."""

_COLOURS = 32  # of the picture's palette; lines and letters have few


def rows_of(record: dict[str, Any]) -> Rows:
    """Return a record's rows by what they are of."""
    rows: Rows = {}
    for row in record["moving"]:
        rows.setdefault((row["camera"], row["light"]), {})[row["room"]] = row
    return rows


def table(title: str, scenes: Mapping[Scene, str], rows: Rows) -> str:
    """Return a Markdown table of the scenes that there are, in words."""
    lines = [
        f"| {title} | room off | remembered, not followed | followed | smaller error in |",
        "|---|---|---|---|---:|",
    ]
    for scene, words in scenes.items():
        if scene not in rows:
            continue
        off, on = rows[scene][OFF], rows[scene][ON]
        three = off, rows[scene][UNFOLLOWED], on
        cells = [", ".join(f"{row['scores'][name]:.4f}" for name in MEASURES) for row in three]
        pairs = list(zip(off["takes"], on["takes"], strict=True))
        better = sum(one["band"] < other["band"] for other, one in pairs)
        lines.append(f"| {words} | {' | '.join(cells)} | {better} of {len(pairs)} |")
    return "\n".join(lines)


def blocks(record: dict[str, Any]) -> dict[str, str]:
    """Return what goes between which markers."""
    rows = rows_of(record)
    cameras = {(name, "even"): camera.title for name, camera in CAMERAS.items()}
    lights = {("still", name): light.title for name, light in LIGHTS.items()}
    conditions = told(record["conditions"], record["takes"])
    return {
        CAMERA_BLOCK: f"{table('the camera', cameras, rows)}\n\n{conditions}",
        LIGHT_BLOCK: table("light", lights, rows),
    }


def drawn(record: dict[str, Any]) -> Frame:
    """Return the picture."""
    rows = rows_of(record)
    shown = [row for scene in DRAWN if scene in rows for row in rows[scene].values()]
    return over_time(shown, record["takes"]["first scored"])


def write_few_colours(picture: Frame, path: Path) -> None:
    """Write a PNG file with a palette: a fraction of the size."""
    image = Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    few = image.quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main(arguments: list[str] | None = None) -> None:
    """Rewrite the tables and the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("record", type=Path)
    record = json.loads(parser.parse_args(arguments).record.read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    for name, content in blocks(record).items():
        text = replace_block(text, name, content)
    PAGE.write_text(text, encoding="utf-8")
    write_few_colours(drawn(record), PICTURE)


if __name__ == "__main__":
    main()
