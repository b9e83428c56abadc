"""How a batch, or one file over a cluster, is done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.checks import check_flag, check_integer, check_number
from fastvbg.errors import OptionError, OptionTypeError, shown
from fastvbg.farm.batches.places import whole_name
from fastvbg.farm.batches.report import check_report
from fastvbg.farm.cutting.planning import SECONDS, refuse_rates
from fastvbg.values import check_path, exact

if TYPE_CHECKING:
    from fastvbg.farm.workers.engines import Where
    from fastvbg.settings import Settings

MOST_RETRIES = 100
LEAST_PART, MOST_PART = 0.1, 86400.0
_MOST_SECONDS = 86400
# That any piece of work may take, besides what its frames do: opening, a first pass, kernels.
_FIXED_SECONDS = 300.0


@dataclass(frozen=True)
class Ways:
    """How a batch is done; what is checked of it is checked here."""

    where: Where
    overwrite: bool = False
    retries: int = 2
    frame_seconds: float = 2.0
    """How long a frame may take on the average before its task is taken to hang."""
    report: Path | None = None
    segments: float | None = None
    """How long parts are, about; 0 for none, None for what is usual."""
    always: bool = False
    """Whether short files are made in parts, too."""
    restart: bool = False
    """Whether parts of another job in a file's folder are removed."""
    keep_parts: bool = False
    work: str | None = None
    """The folder of the parts of one file."""

    @classmethod
    def checked(
        cls,
        where: Where,
        *,
        overwrite: Any = False,
        retries: Any = 2,
        frame_timeout: Any = 2.0,
        report: Any = None,
        segments: Any = None,
        restart: Any = False,
        keep_parts: Any = False,
        work: Any = None,
    ) -> Ways:
        """Return what was asked for.

        Raises
        ------
        OptionError, OptionTypeError, SinkError
            It is not what it may be, or the report cannot be written.
        """
        seconds = exact(frame_timeout)
        if seconds is None and not isinstance(frame_timeout, str):
            raise OptionTypeError(f"frame_timeout: got {shown(frame_timeout)}, wanted seconds")
        if seconds is None or not 0 < seconds <= _MOST_SECONDS:
            raise OptionError(
                f"frame_timeout: got {shown(frame_timeout)}, wanted seconds, above 0 and at most "
                f"{_MOST_SECONDS}"
            )
        return cls(
            where,
            check_flag("overwrite", overwrite),
            check_integer("retries", retries, 0, MOST_RETRIES),
            float(seconds),
            None if report is None else check_report(report),
            None if segments is None else _check_segments(segments),
            restart=check_flag("restart", restart),
            keep_parts=check_flag("keep_parts", keep_parts),
            work=None if work is None else str(whole_name(check_path("work", work))),
        )


@dataclass(frozen=True)
class Terms:
    """What goes for all files of a batch."""

    ways: Ways
    settings: Settings
    segments: float
    """How long parts are, about; 0 where every file is made whole."""

    @classmethod
    def of(cls, ways: Ways, settings: Settings) -> Terms:
        """Return what goes for all files.

        An encoder that is to keep to a rate over a whole film makes it whole, unless parts are
        asked for: then that is refused.
        """
        seconds = SECONDS if ways.segments is None else ways.segments
        if ways.segments is None and not ways.always:
            try:
                refuse_rates(settings)
            except OptionError:
                seconds = 0.0
        elif seconds:
            refuse_rates(settings)
        return cls(ways, settings, seconds)

    def limit(self, frames: int | None) -> float | None:
        """Return how long a task of so many frames may take; None for any time."""
        return None if frames is None else _FIXED_SECONDS + self.ways.frame_seconds * frames

    @property
    def threads(self) -> int:
        """As many as each task uses."""
        return self.settings.threads or 1


def _check_segments(seconds: Any) -> float:
    """Return how long parts are to be; 0 for none."""
    found: float = check_number("segments", seconds, 0.0, MOST_PART)
    if 0 < found < LEAST_PART:
        raise OptionError(f"segments: got {found:g}, wanted {LEAST_PART:g} seconds, or 0")
    return found
