"""What became of each file of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.urls import Url

State = Literal["done", "skipped", "failed"]

GOOD, FAULT, BAD_INPUT, DAMAGED = 0, 1, 2, 3
_WORSE = (GOOD, DAMAGED, BAD_INPUT, FAULT)


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    input: str | Path
    """As it was given, or found."""
    output: Path | Url
    """What was written, or would have been."""
    state: State
    """`done`; `skipped`, since the output was there; or `failed`."""
    frames: int = 0
    """Frames written."""
    seconds: float = 0.0
    """Of work on it, summed over all that worked."""
    warnings: list[str] = field(default_factory=list)
    """What a user should know."""
    lost: int = 0
    """Damaged pieces of the input that could not be decoded."""
    error: str | None = None
    """Why it failed: one line."""
    fault: bool = False
    """Whether it failed by what is no fault of the input's or the settings'."""

    @property
    def code(self) -> int:
        """The exit code that it would be for a run of its own."""
        if self.state == "failed":
            return FAULT if self.fault else BAD_INPUT
        return DAMAGED if self.lost else GOOD

    def data(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "input": str(self.input),
            "output": str(self.output),
            "state": self.state,
            "frames": self.frames,
            "seconds": round(self.seconds, 3),
            "warnings": self.warnings,
            "lost": self.lost,
            "error": self.error,
        }


def about(input: str | Path, line: str) -> str:
    """Return what there is to say of an input, with its name before it, once."""
    return line if line.startswith(f"{input}: ") else f"{input}: {line}"


def worst(outcomes: list[Outcome]) -> int:
    """Return the exit code that says the most of some outcomes: 1 before 2, 3 and 0."""
    return max((outcome.code for outcome in outcomes), key=_WORSE.index, default=GOOD)
