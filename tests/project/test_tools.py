"""The scripts in tools/ tell what they do before they do it."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest
import tools

SCRIPTS = sorted(
    path.stem
    for path in Path(tools.__path__[0]).glob("*.py")
    if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
)


def test_there_are_some() -> None:
    assert len(SCRIPTS) > 10


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_is_printed_and_nothing_is_done(name, monkeypatch, capsys, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    monkeypatch.delitem(sys.modules, f"tools.{name}", raising=False)
    with pytest.raises(SystemExit) as left:
        runpy.run_module(f"tools.{name}", run_name="__main__")
    assert not left.value.code
    assert "usage:" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
