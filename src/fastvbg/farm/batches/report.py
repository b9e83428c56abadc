"""A batch's outcomes as a file: JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from fastvbg.errors import OptionError
from fastvbg.sink.staging import check_folder, standing, write_whole
from fastvbg.values import check_path

if TYPE_CHECKING:
    from fastvbg.farm.batches.outcome import Outcome

SUFFIXES = (".json", ".csv")


def check_report(report: object) -> Path:
    """Return the name of a report that can be written, or say why it cannot.

    A report of before is replaced: it is of the same files as a rule, and says less.

    Raises
    ------
    OptionError, OptionTypeError
        It is no name in .json or .csv.
    SinkError
        There is no such folder, or something else stands there.
    """
    path = Path(check_path("report", report))
    if path.suffix.lower() not in SUFFIXES:
        raise OptionError(f"report: got {path.name!r}, wanted a name that ends in .json or .csv")
    check_folder(path.parent)
    standing(path)
    return path


def write_report(path: Path, outcomes: list[Outcome]) -> None:
    """Write what became of each file, whole or not at all."""
    text = _as_csv(outcomes) if path.suffix.lower() == ".csv" else _as_json(outcomes)
    write_whole(path, text.encode(errors="surrogateescape"), "report", overwrite=True)


def _as_json(outcomes: list[Outcome]) -> str:
    return json.dumps([each.data() for each in outcomes], indent=1) + "\n"


def _as_csv(outcomes: list[Outcome]) -> str:
    text = io.StringIO()
    rows = [each.data() for each in outcomes]
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["input"])
    writer.writeheader()
    for row in rows:
        writer.writerow({**row, "warnings": "; ".join(row["warnings"])})
    return text.getvalue()
