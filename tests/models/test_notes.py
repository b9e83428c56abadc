"""What libraries say on standard error: notes are left out, all else is passed on."""

from __future__ import annotations

import os

import pytest

from fastvbg.models._notes import notes_left_out


def test_notes_are_left_out_and_errors_are_not(capfd) -> None:
    with notes_left_out():
        os.write(2, b"INFO: made a delegate\nERROR: no memory\n")
    os.write(2, b"INFO: after\n")
    assert capfd.readouterr().err == "ERROR: no memory\nINFO: after\n"


def test_an_exception_passes_and_nothing_is_lost(capfd) -> None:
    def fail() -> None:
        with notes_left_out():
            os.write(2, b"WARNING: odd\n")
            raise ValueError("odd")

    with pytest.raises(ValueError, match="odd"):
        fail()
    assert capfd.readouterr().err == "WARNING: odd\n"
