"""Put the bench's figures into the README, between its markers.

    fastvbg bench --json figures.json
    python tools/readme_tables.py figures.json [README.md]

Everything between `<!-- bench -->` and `<!-- /bench -->` is replaced.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

NAMES = {
    "tutorial": "the tutorial's path",
    "opencv": "best OpenCV, kept buffers",
    "fastvbg": "**fastvbg**",
}


def table(figures: dict[str, Any]) -> str:
    """Return a Markdown table, a column for each size, and the conditions under it."""
    rows = figures["rows"]
    sizes = list(dict.fromkeys(row["size"] for row in rows))
    widths = {row["size"]: f"{row['width']}x{row['height']}" for row in rows}
    lines = [
        "| `composite`, ms a frame | " + " | ".join(widths[size] for size in sizes) + " |",
        "|---" * (len(sizes) + 1) + "|",
    ]
    time = {(row["library"], row["size"]): row["timing"] for row in rows}
    for library, name in NAMES.items():
        cells = [
            f"{time[library, size]['median_ms']:.3g} ± {time[library, size]['mad_ms']:.1g}"
            for size in sizes
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    for library in ("tutorial", "opencv"):
        ratios = [
            time[library, size]["median_ms"] / time["fastvbg", size]["median_ms"] for size in sizes
        ]
        cells = [f"{ratio:.3g}x" for ratio in ratios]
        lines.append(f"| fastvbg against {NAMES[library]} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n\n" + conditions(figures["conditions"])


def conditions(facts: dict[str, Any]) -> str:
    """Return one paragraph on what the figures were measured with."""
    return (
        f"Median ± median absolute deviation, one thread, outputs checked equal before timing. "
        f"{facts['cpu']} with {facts['vector features'][0]}, {facts['cpus']} cores; "
        f"Numba {facts['numba']}, OpenCV {facts['opencv-python']}, NumPy {facts['numpy']}; "
        f"fastvbg {facts['fastvbg']}, {facts['date'][:10]}. "
        "Run `fastvbg bench` for your own."
    )


def main() -> None:
    """Rewrite the README's table."""
    figures = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    readme = Path(sys.argv[2] if len(sys.argv) > 2 else "README.md")
    text = readme.read_text(encoding="utf-8")
    block = f"<!-- bench -->\n{table(figures)}\n<!-- /bench -->"
    marked = re.compile(r"<!-- bench -->.*?<!-- /bench -->", re.DOTALL)
    replaced, count = marked.subn(lambda _: block, text)
    if count != 1:
        raise SystemExit(f"{readme}: wanted one <!-- bench --> ... <!-- /bench -->, got {count}")
    readme.write_text(replaced, encoding="utf-8")


if __name__ == "__main__":
    main()
