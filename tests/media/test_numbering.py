"""Names of numbered image sequences."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastvbg.media.numbering import parse_numbering


@pytest.mark.parametrize(
    ("pattern", "number", "name"),
    [
        ("out%d.jpg", 7, "out7.jpg"),
        ("out%06d.jpg", 7, "out000007.jpg"),
        ("%03d", 1234, "1234"),
        ("a%3db.png", 7, "a  7b.png"),
    ],
)
def test_path_of_a_number(pattern: str, number: int, name: str) -> None:
    numbering = parse_numbering(Path("dir") / pattern)
    assert numbering is not None
    assert numbering.path(number) == Path("dir", name)
    assert numbering.name == pattern


@pytest.mark.parametrize("name", ["out.jpg", "50%.mp4", "%s.png", "%d-%d.png"])
def test_other_names_are_no_sequences(name: str) -> None:
    assert parse_numbering(name) is None


def test_existing_numbers_are_found_in_order(tmp_path: Path) -> None:
    for name in ("f9.png", "f10.png", "f007.png", "f11.jpg", "g12.png", "f.png"):
        (tmp_path / name).touch()
    numbering = parse_numbering(tmp_path / "f%d.png")
    assert numbering is not None
    assert numbering.existing() == [9, 10]


def test_a_folder_that_is_missing_holds_none(tmp_path: Path) -> None:
    numbering = parse_numbering(tmp_path / "none" / "f%d.png")
    assert numbering is not None
    assert numbering.existing() == []
