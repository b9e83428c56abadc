"""Put the figures of the live bench into docs/live.md.

    fastvbg bench live --rounds 3 --json live.json
    python -m tools.live_table live.json

Everything between `<!-- live -->` and `<!-- /live -->` is replaced.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from tools.readme_tables import replace_block

PAGE = Path("docs/live.md")
HEAD = (
    "| mask, size, frames/s | | delay p50 | p95 | most | % of a core | % of frames lost |\n"
    "|---|---|---:|---:|---:|---:|---:|"
)


def table(figures: dict[str, Any]) -> str:
    """Return a Markdown table, a row for each contender, and the conditions under it."""
    lines = [HEAD]
    for row in figures["rows"]:
        what = f"{row['mask']} {row['size']} {row['rate']}"
        name = "**fastvbg live**" if row["program"] == "fastvbg" else "the usual loop"
        delays = " | ".join(f"{row[name]:.1f}" for name in ("p50", "p95", "most"))
        cpu, ranked = f"{row['cpu']:.1f}", row["rounds"]
        if len(ranked) > 1:
            cpu += f" ({ranked[0]:.1f} to {ranked[-1]:.1f})"
        lines.append(f"| {what} | {name} | {delays} | {cpu} | {row['lost']:.1f} |")
    versions = figures["versions"]
    weights = {row["size"]: row["kilobytes"] for row in figures["rows"]}
    said = " and ".join(f"{weight:.0f} kB at {size}" for size, weight in weights.items())
    rounds, quality = figures["rounds"], figures["jpeg_quality"]
    told = (
        "Milliseconds from the camera's time of a frame until its composite was written; the"
        f" camera's JPEGs, {said}, lie in memory,\nand 4:2:0 is written to memory. The usual"
        " loop: OpenCV's decoding, the same model on floats, NumPy's\nblend; what it cannot do in"
        ' time is lost. By "none" there is no mask: the picture is decoded and written alone,'
        f"\nthe share of camera and sink in all others. {rounds} rounds in turns: the one in the"
        " middle by processor use,\nand in brackets the least and the most. "
        f"{figures['cpu']}, {figures['cores']} cores, OpenCV {versions['opencv-python']}; "
        f"{date.today()}; `fastvbg bench live --rounds {rounds}"
        f" --jpeg-quality {quality}`."
    )
    return "\n".join([*lines, "", told])


def main(arguments: list[str]) -> int:
    """Write the table of a file of figures into the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("record", type=Path)
    text = table(json.loads(parser.parse_args(arguments).record.read_text()))
    PAGE.write_text(replace_block(PAGE.read_text(), "live", text))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
