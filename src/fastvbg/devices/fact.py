"""What is found on a machine, one line about one thing."""

from __future__ import annotations

from typing import NamedTuple


class Fact(NamedTuple):
    """One line about one thing."""

    name: str
    ok: bool | None
    """None for a note about what can be done without, or cannot be known here."""
    text: str
    """How it is, or what to do."""
