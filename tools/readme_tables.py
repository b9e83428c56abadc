"""Put the bench's figures into the README and the pages of docs, between their markers.

    fastvbg bench --json figures.json
    fastvbg bench files --json files.json
    python -m bench.quality --clips DIR --json quality.json
    fastvbg bench person --json person.json
    fastvbg bench files --mask person --preset veryfast --json personfiles.json
    python tools/readme_tables.py figures.json files.json quality.json person.json personfiles.json

Any of the files may be left out. Everything between `<!-- bench -->` and `<!-- /bench -->` in
docs/performance.md is replaced, and the same for `files` there, `quality` in docs/masks.md, and
`person` and `person files` in docs/person.md. The README shows of `bench` the rows of one size, as
docs/performance.md has them.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from pathlib import Path
from typing import Any

SIZES = ("64x64 *", "720p *", "720p", "1080p *", "1080p", "4k", "8k")
STARRED = {"memory": "", "cache": " *"}
SHOWN = "1080p"
"""The size that the README shows, of frames from memory."""
OPPONENTS = {"numba": "plain Numba", "opencv": "best OpenCV", "tutorial": "tutorial, NumPy"}

FILE_ROWS = {
    "decode": "decode alone",
    "encode": "encode alone, of fastvbg's frames",
    "fastvbg": "**fastvbg run**",
    "libavfilter": "the same as a libavfilter graph",
    "cv2": "cv2.VideoCapture and VideoWriter around the kernel",
    "tutorial": "the tutorial's loop",
    "usual": "the usual loop in Python",
}

README, PERFORMANCE = Path("README.md"), Path("docs/performance.md")
MASKS, PERSON = Path("docs/masks.md"), Path("docs/person.md")

QUALITY_COLUMNS = {
    "road, F": ("highway", ("F",)),
    "shaking road, F": ("traffic", ("F",)),
    "speaker, IoU / dtSSD": ("talk_plate", ("IoU", "dtSSD")),
    "green screen, IoU / MAE": ("talk_green", ("IoU", "MAE")),
    "generated, IoU": ("generated", ("IoU",)),
}

Times = dict[tuple[str, str, str], dict[str, float]]


def table(figures: dict[str, Any]) -> str:
    """Return a Markdown table, a row for each operation and size, and the conditions under it."""
    rows = [row for row in figures["rows"] if row["threads"] == 1]
    times: Times = {
        (r["operation"], r["size"] + STARRED[r["regime"]], r["library"]): r["timing"] for r in rows
    }
    titles = ["ms a frame", "", "roofline", "**fastvbg**", "of roofline", *OPPONENTS.values()]
    lines = ["| " + " | ".join(titles) + " |", "|---|---" + "|---:" * (len(titles) - 2) + "|"]
    for operation in dict.fromkeys(row["operation"] for row in rows):
        for size in SIZES:
            if (operation, size, "fastvbg") not in times:
                continue
            name = f"`{operation}`" if size == SIZES[0] else ""
            lines.append("| " + " | ".join([name, size, *cells(times, operation, size)]) + " |")
    return "\n".join(lines) + "\n\n" + startup(figures) + "\n\n" + conditions(figures["conditions"])


def cells(times: Times, operation: str, size: str) -> list[str]:
    """Return the figures of one row, those of others with how many times ours they are."""
    ours = times[operation, size, "fastvbg"]
    roof = min(
        times[operation, size, f"roofline, {kind} stores"]["median_ms"]
        for kind in ("ordinary", "streaming")
    )
    shown = [
        f"{roof:.3g}",
        f"**{ours['median_ms']:.3g}** ± {ours['mad_ms']:.1g}",
        f"{roof / ours['median_ms']:.2f}",
    ]
    for library in OPPONENTS:
        other = times.get((operation, size, library))
        if other is None:
            shown.append("-")
        else:
            ratio = other["median_ms"] / ours["median_ms"]
            times_ours = f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"
            shown.append(f"{other['median_ms']:.3g} ({times_ours}x)")
    return shown


def startup(figures: dict[str, Any]) -> str:
    """Return a sentence on what a user waits for at the start."""
    waits = [
        f"{name.removeprefix('and ')} {timing['median_ms']:.0f} ms"
        for name, timing in figures["startup"].items()
    ]
    return "A fresh process, start to end: " + ", ".join(waits) + "."


def conditions(facts: dict[str, Any]) -> str:
    """Return one paragraph on what the figures were measured with."""
    return (
        "Median ± median absolute deviation, one thread for everybody, buffers kept and aligned, "
        "outputs compared before timing, everything interleaved in one run. Roofline: the same "
        "bytes read and written with one exclusive or, the better of ordinary and streaming "
        "stores. `blend` does not read what its matte hides, so it may pass it. Frames come from "
        "memory, as those of a stream do; *: they lie in the caches, as in a tight loop. "
        f"{facts['cpu']}, {facts['vector features'][0]}, {facts['cpus']} cores, "
        f"{facts['caches'].get('L3', '?')} L3; Numba {facts['numba']}, "
        f"OpenCV {facts['opencv-python']}, NumPy {facts['numpy']}; {facts['date'][:10]}, commit "
        f"{facts['commit']}; `fastvbg bench --json figures.json`."
    )


def file_table(record: dict[str, Any]) -> str:
    """Return a Markdown table of the file bench, the floor among its rows."""
    costs = {cost["name"]: cost for cost in record["costs"]}
    ours = costs["fastvbg"]["wall_seconds"] / costs["fastvbg"]["frames"]
    lines = [
        "| ms a frame | wall | CPU | peak MiB | wall against fastvbg |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, title in FILE_ROWS.items():
        if name not in costs:
            continue
        cost = costs[name]
        wall, cpu = (cost[f"{kind}_seconds"] / cost["frames"] for kind in ("wall", "cpu"))
        lines.append(
            f"| {title} | {wall * 1e3:.1f} ± {cost['wall_spread_ms']:.1f} | {cpu * 1e3:.1f} "
            f"| {cost['peak_mib']:.0f} | {wall / ours:.2f} |"
        )
    facts = record["conditions"]
    told = "the tutorial writes JPEG files, the cv2 loop MPEG-4"
    command = "fastvbg bench files"
    if "floor" in record:
        floor = record["floor"]
        lines += [
            f"| the floor: the codec, shared by all cores | {floor['wall']['ms']:.1f} "
            f"| {floor['cpu']['ms']:.1f} | | {floor['wall']['ms'] / (ours * 1e3):.2f} |",
            f"| fastvbg's share of the floor's speed | {floor['wall']['share']:.2f} "
            f"| {floor['cpu']['share']:.2f} | | |",
        ]
        told = (
            f"mask {facts['mask']} by {facts['runtime']}, over {facts['background']}; the usual "
            "loop is cv2.VideoCapture, the nearest model on each frame, a blend in NumPy, and the "
            "same encoder"
        )
        command += f" --mask person --preset {facts['encoder'].split()[1].rstrip(',')}"
    return "\n".join(lines) + (
        f"\n\n{facts['clip']}; {facts['encoder']}; medians over rounds ± median absolute "
        f"deviation; {told}. {facts['cpu']}, {facts['cpus']} cores, PyAV {facts['av']}, "
        f"{facts['date'][:10]}; `{command}`."
    )


def person_table(record: dict[str, Any]) -> str:
    """Return a Markdown table of the person bench, with how often each goes into the usual code."""
    rows, facts = record["rows"], record["conditions"]
    usual = [row for row in rows if row["name"].startswith("usual")]
    width, height = facts["size"]
    titles = [f"ms a frame, {width}x{height}", "CPU, mean", "CPU, median", "wall, median"]
    titles += ["looks a frame", *(f"{row['name'].replace(' ', ', ')}" for row in usual)]
    lines = ["| " + " | ".join(titles) + " |", "|---" + "|---:" * (len(titles) - 1) + "|"]
    for row in rows:
        title = record["titles"][row["name"]]
        cpu, wall = row["cpu"], row["wall"]
        cells = [
            f"**{title}**" if title.startswith("fastvbg") else title,
            f"{cpu['mean']:.2f}",
            f"{cpu['median']:.2f} ± {cpu['mad']:.2f}",
            f"{wall['median']:.2f} ± {wall['mad']:.2f}",
            f"{row['looks']:.2f}",
            *(f"{other['cpu']['mean'] / cpu['mean']:.1f}x" for other in usual),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n\n" + person_conditions(record)


def person_conditions(record: dict[str, Any]) -> str:
    """Return one paragraph on what the person bench's figures were measured with."""
    facts = record["conditions"]
    agreement = {each["second"]: each for each in record["agreement"]}
    mattes = ", ".join(
        f"{100 * each['sure']:.1f} % and {each['iou']:.3f} with {record['titles'][name]}"
        for name, each in agreement.items()
        if name.startswith("usual")
    )
    seldom = f", --every {facts['every']}" if facts["every"] > 1 else ""
    return (
        f"{facts['clip']}, {facts['frames']} frames{seldom}, rounds: {facts['rounds']}, in turns, "
        "each contender a process of one thread, frames decoded before. Mean: the sum over the "
        "frames by their number, which counts, since still frames skip the network; x: how often "
        "that goes into the usual code's. Median ± median absolute deviation over the frames. A "
        "look is one run of a network. Pixels alike where both are sure of them, and IoU of the "
        f"mattes: {mattes}. {facts['runtime']}, {facts['cpu']}, {facts['vector features'][0]}, "
        f"OpenCV {facts['opencv-python']}, NumPy {facts['numpy']}; {facts['date'][:10]}, commit "
        f"{facts['commit']}; `fastvbg bench person`."
    )


def quality_table(record: dict[str, Any]) -> str:
    """Return a Markdown table of the quality bench, a row for each method, losing ones too."""
    rows = {(row["scene"], row["contender"]): row for row in record["rows"]}
    titles = {row["contender"]: (row["title"], row["ours"]) for row in record["rows"]}
    lines = [
        "| | " + " | ".join([*QUALITY_COLUMNS, "ms at 1080p"]) + " |",
        "|---" + "|---:" * (len(QUALITY_COLUMNS) + 1) + "|",
    ]
    for name, (title, ours) in titles.items():
        cells = [
            _scores(rows.get((scene, name)), measures)
            for scene, measures in QUALITY_COLUMNS.values()
        ]
        times = [row["ms"]["1080p"]["median_ms"] for row in _timed(record, name)]
        cells.append(f"{statistics.median(times):.3g}" if times else "-")
        shown = f"**{title}**" if ours else title
        lines.append("| " + " | ".join([shown, *cells]) + " |")
    return "\n".join(lines) + "\n\n" + quality_conditions(record)


def _timed(record: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [row for row in record["rows"] if row["contender"] == name and "1080p" in row["ms"]]


def _scores(row: dict[str, Any] | None, measures: tuple[str, ...]) -> str:
    if row is None or row["scores"] is None:
        return "-"
    return " / ".join(
        f"{row['scores'][name]:.4f}" if name in ("MAE", "dtSSD") else f"{row['scores'][name]:.3f}"
        for name in measures
    )


def quality_conditions(record: dict[str, Any]) -> str:
    """Return one paragraph on how the scores and times came about."""
    facts = record["conditions"]
    return (
        "In bold the keyers of fastvbg, each at its defaults, the same on every scene, scored file "
        "to file; the others frame by frame in BGR, FFmpeg's filters in the video's own pixels, "
        "chromakey tuned on the green screen, and on the speaker backgroundkey, which is shown the "
        "plate or else takes the first frame. -: no exact plate, or no screen found, in the "
        "scene. The truth of the speaker comes from the network's own family. "
        "F and IoU: 1 is best; MAE and dtSSD (flicker): 0 is. ms: mask and refinement of a "
        "decoded frame, one thread's CPU time, median over the scenes scaled to 1920x1080, all in "
        f"turns. {facts['cpu']}, {facts['vector features'][0]}; Numba {facts['numba']}, OpenCV "
        f"{facts['opencv-python']}, PyAV {facts['av']}; {facts['date'][:10]}, commit "
        f"{facts['commit']}; `python -m bench.quality --clips DIR --json quality.json`."
    )


def rows_of(page: str) -> str:
    """Return of a page's table of the bench the rows of one size, and what they were measured on.

    Parameters
    ----------
    page : str
        Of docs/performance.md.
    """
    lines = content_of(page, "bench").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    (first, _, *titles), _, *rows = cells
    shown = [
        "| " + " | ".join([f"{first}, {SHOWN}", *titles]) + " |",
        "|---" + "|---:" * len(titles) + "|",
    ]
    operation = ""
    for name, size, *figures in rows:
        operation = name or operation
        if size == SHOWN:
            shown.append("| " + " | ".join([operation, *figures]) + " |")
    return "\n".join(shown) + "\n\n" + lines[-1].rpartition(". ")[2]


def content_of(text: str, name: str) -> str:
    """Return what is between a block's markers."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- /{name} -->", text, re.DOTALL)
    if found is None:
        raise SystemExit(f"wanted <!-- {name} --> ... <!-- /{name} -->, got none")
    return found[1]


def replace_block(text: str, name: str, content: str) -> str:
    """Return the text with what is between a block's markers replaced."""
    marked = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    replaced, count = marked.subn(lambda _: f"<!-- {name} -->\n{content}\n<!-- /{name} -->", text)
    if count != 1:
        raise SystemExit(f"wanted one <!-- {name} --> ... <!-- /{name} -->, got {count}")
    return replaced


def block_of(record: dict[str, Any]) -> tuple[Path, str, str]:
    """Return the document that a record belongs in, the block there, and the block's content."""
    if "agreement" in record:
        return PERSON, "person", person_table(record)
    if "floor" in record:
        if not record["conditions"]["mask"].startswith("person"):
            raise SystemExit(f"no table is for the mask {record['conditions']['mask']}")
        return PERSON, "person files", file_table(record)
    if "costs" in record:
        return PERFORMANCE, "files", file_table(record)
    if "scenes" in record:
        return MASKS, "quality", quality_table(record)
    return PERFORMANCE, "bench", table(record)


def main() -> None:
    """Rewrite the tables that the files are for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("record", type=Path, nargs="+")
    for record in parser.parse_args().record:
        path, block, content = block_of(json.loads(record.read_text(encoding="utf-8")))
        rewrite(path, block, content)
        if path == PERFORMANCE and block == "bench":
            rewrite(README, "bench", rows_of(path.read_text(encoding="utf-8")))


def rewrite(path: Path, block: str, content: str) -> None:
    """Replace a block of a file."""
    text = path.read_text(encoding="utf-8")
    path.write_text(replace_block(text, block, content), encoding="utf-8")


if __name__ == "__main__":
    main()
