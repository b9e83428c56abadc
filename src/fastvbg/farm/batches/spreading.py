"""One file over a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.errors import OptionError, SinkError
from fastvbg.farm.batches.batch import work_off
from fastvbg.farm.batches.ways import Terms
from fastvbg.farm.batches.works import standing_at, stored_at
from fastvbg.media.names import STANDARD, as_path
from fastvbg.pipeline.asked import checked_job
from fastvbg.sink.staging import check_folder
from fastvbg.urls import Url

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.farm.batches.board import Standing
    from fastvbg.farm.batches.outcome import Outcome
    from fastvbg.farm.batches.ways import Ways
    from fastvbg.settings import Settings


def spread(
    input: Any,
    output: Any,
    settings: Settings,
    ways: Ways,
    show: Callable[[Standing], None],
    tell: Callable[[str], None],
) -> Outcome:
    """Make one file in parts, whatever its length, and say what became of it.

    Raises
    ------
    SinkError
        The output exists or is the input, or its folder is not there.
    OptionError
        Input or output is a standard stream, which other machines do not see.
    """
    job = checked_job(settings, input, output, overwrite=ways.overwrite)
    for role, name in (("input", job.input), ("output", job.output)):
        if str(name) == STANDARD:
            raise OptionError(f"{role}: got -, which a cluster does not see; wanted a file")
    path = as_path(job.output)
    if not isinstance(path, Url):
        check_folder(path.parent)
    if (standing_at(path) or stored_at(path)) and not ways.overwrite:
        raise SinkError(f"output: {path} exists; --overwrite replaces it")
    terms = Terms.of(ways, settings.replace(threads=settings.threads or 1))
    done: dict[int, Outcome] = {}
    work_off([(0, job.input, path)], terms, done, show, tell)
    return done[0]
