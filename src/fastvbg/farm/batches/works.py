"""The pieces of work that a file is made by."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from fastvbg.errors import FastvbgError
from fastvbg.media.names import exists, is_address, read_numbering
from fastvbg.storage import identity, is_stored
from fastvbg.urls import Url

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from fastvbg.farm.cutting.plans import Plan
    from fastvbg.farm.parts.rendered import Rendered
    from fastvbg.farm.workers.tasks import Heard
    from fastvbg.pipeline.job import Result
    from fastvbg.settings import Settings


class Looked(NamedTuple):
    """What an input is like, as far as its beginning says."""

    frames: int | None
    rate: Fraction
    pixels: int

    @property
    def seconds(self) -> float | None:
        """How long it lasts, by its nominal rate."""
        return None if self.frames is None else float(self.frames / self.rate)


@dataclass(frozen=True)
class Look:
    """Opens an input and says how much there is to do."""

    input: str | Path
    settings: Settings

    def __call__(self, heard: Heard) -> Looked:  # noqa: ARG002
        """Return how many frames there are, and how large."""
        from fastvbg.pipeline.opening import rate_of, reading_of
        from fastvbg.source import open_source

        fps, reading = rate_of(self.settings), reading_of(self.settings)
        with open_source(self.input, fps=fps, options=reading) as source:
            info = source.info
        counts = [n for n in (info.frames, self.settings.max_frames) if n is not None]
        return Looked(min(counts, default=None), info.rate, info.width * info.height)


Stamp = tuple[int, int | str] | None
"""What changes when another file takes a name; None where there is none."""


def stamp(path: str | Path) -> Stamp:
    """Return what tells a file, or a store's object, from another one of the same name."""
    if isinstance(path, Url):
        return stored_at(path)
    found = standing_at(path)
    if found is None:
        return None
    status = found.stat()
    return status.st_ino, status.st_mtime_ns


def stored_at(path: str | Path) -> tuple[int, str] | None:
    """Return what is known of a store's object; None where there is none, or it cannot be told."""
    if not isinstance(path, Url) or not is_stored(path):
        return None
    with suppress(FastvbgError):
        return identity(path, "output")
    return None


def standing_at(output: str | Path) -> Path | None:
    """Return the file that stands under an output's name, of numbered ones the first."""
    from pathlib import Path

    if is_address(output):
        return None
    numbering = read_numbering(output)
    if numbering is not None:
        numbers = numbering.existing()
        return numbering.path(numbers[0]) if numbers else None
    return Path(output) if exists(output) else None


@dataclass(frozen=True)
class Whole:
    """Makes a whole file by `process`."""

    input: str | Path
    output: Path | Url
    settings: Settings
    overwrite: bool
    before: Stamp = None
    """Of the output when it was asked for."""

    def __call__(self, heard: Heard) -> Result:
        """Make the file; a worker that died just after it had been made is no reason to refuse."""
        from fastvbg.pipeline.process import process

        made = stamp(self.output) != self.before
        return process(
            self.input,
            self.output,
            self.settings,
            overwrite=self.overwrite or made,
            progress=heard.moved,
            tell=heard.told,
        )


@dataclass(frozen=True)
class Planning:
    """Plans a file in parts."""

    input: str | Path
    output: Path | Url
    settings: Settings
    seconds: float
    work: str | None = None

    def __call__(self, heard: Heard) -> Plan:
        """Return the plan; it decodes no more than the mask wants of hard cuts."""
        from fastvbg.farm.cutting.planning import plan

        return plan(
            self.input,
            self.output,
            self.settings,
            seconds=self.seconds,
            work=self.work,
            tell=heard.told,
        )


@dataclass(frozen=True)
class Ready:
    """Makes what the parts of a plan need of one another."""

    plan: Plan

    def __call__(self, heard: Heard) -> None:  # noqa: ARG002
        """Make what is not there."""
        from fastvbg.farm.parts.before import prepare
        from fastvbg.farm.parts.folder import Folder

        prepare(Folder(self.plan))


@dataclass(frozen=True)
class Part:
    """Makes one part of a plan."""

    plan: Plan
    index: int

    def __call__(self, heard: Heard) -> Rendered:
        """Make it, unless it is there and whole."""
        from fastvbg.farm.parts.rendering import render

        return render(self.plan, self.index, progress=heard.moved)


@dataclass(frozen=True)
class Join:
    """Joins the parts of a plan, and leaves them there: it may be asked for again."""

    plan: Plan
    overwrite: bool
    before: Stamp = None
    """Of the output when it was asked for."""

    def __call__(self, heard: Heard) -> Result:
        """Join them; that a worker died just after it had done so is no reason to refuse."""
        from fastvbg.farm.parts.whole import joined

        made = stamp(self.plan.output) != self.before
        return joined(
            self.plan,
            overwrite=self.overwrite or made,
            keep_parts=True,
            progress=heard.moved,
            tell=heard.told,
        )
