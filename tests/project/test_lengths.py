"""Files are short enough to be read at once."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST = 400


def test_no_file_is_longer_than_is_read_at_once() -> None:
    files = [
        path
        for folder in ("src", "tests", "bench", "tools")
        for path in (ROOT / folder).rglob("*.py")
    ]
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in files}
    assert len(lengths) > 500
    long = {str(path.relative_to(ROOT)): count for path, count in lengths.items() if count > MOST}
    assert not long
