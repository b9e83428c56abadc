"""Standard output that is closed."""

from __future__ import annotations

import sys

import pytest

from fastvbg.errors import SinkError
from fastvbg.live_mode.outlets.y4m import Y4M


def test_standard_output_that_is_closed_is_one_line(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(SinkError, match=r"^standard output: it is closed$"):
        Y4M().open(4, 4, 30.0)
