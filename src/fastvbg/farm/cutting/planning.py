"""From a job to its plan: the input is indexed, nothing is written and hardly anything decoded."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.bands import usable_cpus
from fastvbg.checks import check_integer, check_number
from fastvbg.errors import OptionError, SinkError
from fastvbg.farm.cutting.borders import borders_of
from fastvbg.farm.cutting.identity import identities, versions
from fastvbg.farm.cutting.plans import Border, Plan
from fastvbg.masks.memory import WHOLE
from fastvbg.matting.run import Run, unheard
from fastvbg.media.names import as_path, read_numbering, suffix_of
from fastvbg.pipeline.asked import changed, checked_job
from fastvbg.pipeline.backdrop import is_video
from fastvbg.pipeline.job import output_info
from fastvbg.pipeline.opening import rate_of
from fastvbg.pixels import make_pixels
from fastvbg.refine.spec import frames_of
from fastvbg.sink.clock import nearest
from fastvbg.sink.containers import WITH_SOUND
from fastvbg.sink.part import PartSink
from fastvbg.sink.staging import check_folder
from fastvbg.source import open_source
from fastvbg.source.index import index_of
from fastvbg.urls import Url
from fastvbg.values import check_path
from fastvbg.values.words import parse_blur

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import File
    from fastvbg.pipeline.job import Job
    from fastvbg.settings import Settings
    from fastvbg.source import Source
    from fastvbg.source.index import Index

SECONDS = 20.0
"""How long parts are where nothing is said."""
_LEAST_SECONDS, _MOST_SECONDS = 0.1, 86400.0
_MOST_THREADS = 16
# Options by which an encoder keeps to a rate over all of a film, which each part begins anew.
_RATES = ("b", "maxrate", "minrate", "bufsize", "pass", "passlogfile", "bt")
_RATES_WITHIN = ("bitrate", "vbv-maxrate", "vbv-bufsize", "pass", "stats", "tbr")
_WITHIN = ("x264-params", "x264opts", "x265-params", "svtav1-params")


def plan(
    input: File,
    output: File,
    settings: Settings | None = None,
    *,
    seconds: float = SECONDS,
    work: File | None = None,
    encoder_threads: int | None = None,
    tell: Callable[[str], None] | None = None,
    **changes: Any,
) -> Plan:
    """Plan a job in parts, which `render` makes anywhere and `merge` joins; nothing is written.

    Parameters
    ----------
    input, output : str or path-like
        As in `process`.
    settings : Settings, optional
        As in `process`.
    seconds : float, default 20
        How long parts are, about: they begin at key frames, best where scenes begin.
    work : str or path-like, optional
        The folder of the parts; `.NAME.parts` beside the output by default.
    encoder_threads : int, optional
        How many encode in each part, 1 to 256, unless `threads` says it. With another number other
        bytes come out; by default one and a half times as many as this machine has processors.
    tell : callable, optional
        As in `process`.
    **changes : object
        As in `process`.

    Returns
    -------
    Plan
        Of one part that is the whole, with the reason in `why`, where the job cannot be cut.

    Raises
    ------
    SourceError, SinkError, OptionError, OptionTypeError
        As in `process`; or the encoder is asked to keep to a rate, which parts cannot.
    """
    seconds = check_number("seconds", seconds, _LEAST_SECONDS, _MOST_SECONDS)
    folder = None if work is None else str(check_path("work", work))
    job = checked_job(changed(settings, changes), input, output, tell=tell)
    refuse_rates(job.settings)
    target = as_path(job.output)
    if isinstance(target, Path):
        check_folder(target.parent)
    threads = _threads(job.settings, encoder_threads)
    job = replace(job, encoder_threads=threads)
    with ExitStack() as stack:
        found = None if _cannot_be_opened(job) else _looked_into(job, stack, seconds)
    if found is None:
        whole = "the input is standard input, which can be read but once"
        found = job.settings, (), 0, whole
    chosen, borders, origin, why = found
    return Plan(
        _whole(job.input),
        _whole(job.output),
        chosen,
        borders or (Border(0, None, None, None, None, None, 0),),
        origin,
        threads,
        seconds,
        identities(_whole(job.input), chosen),
        versions(chosen),
        why,
        folder,
    )


def _threads(settings: Settings, asked: int | None) -> int:
    """Return how many threads encode: as many on every machine."""
    asked = None if asked is None else check_integer("encoder_threads", asked, 1, 256)
    stated: Any = settings.threads or asked
    return stated or max(1, min(_MOST_THREADS, usable_cpus() * 3 // 2))


def _whole(path: str | Path) -> str:
    """Return a file's name as it is from anywhere."""
    if isinstance(path, Url):
        return path
    name = str(path)
    return name if name == "-" else os.path.abspath(name)  # noqa: PTH100


def _cannot_be_opened(job: Job) -> bool:
    return str(job.input) == "-"


def _looked_into(
    job: Job, stack: ExitStack, seconds: float
) -> tuple[Settings, tuple[Border, ...], int, str]:
    """Return the settings with the mask that is chosen, the parts, the first time, or why none."""
    settings = job.settings
    source = stack.enter_context(open_source(job.input, fps=rate_of(settings), options=job.reading))
    why = _why_of_output(job)
    if not why:
        why = _why_of_encoder(job, source)
    mask = settings.kind.chosen(_run(job, source, stack))
    settings = settings.replace(mask=mask)
    memory, held = mask.memory(), frames_of(_steps(settings))
    if memory == WHOLE or held is None:
        why = why or f"the mask {mask.name!r} goes by all frames before, so it cannot be cut"
    if why:
        return settings, (), 0, why
    index = index_of(source, job.input, job.reading)
    why = index.why or _why_of_times(job, source, index)
    first = 2 if settings.pairing == "tutorial" else 0
    if why or len(index.times) <= first:
        return settings, (), 0, why or "it has too few frames"
    base = source.info.time_base
    parts = borders_of(
        index,
        memory,
        held or 0,
        base,
        Fraction(seconds).limit_denominator(1000),
        first=first,
        count=settings.max_frames,
    )
    return settings, parts, index.times[first], ""


def _run(job: Job, source: Source, stack: ExitStack) -> Run:
    return Run(
        make_pixels(source.info, job.settings.threads),
        source.info,
        job.input,
        job.reading,
        stack,
        rate_of(job.settings),
        tell=job.tell or unheard,
    )


def _steps(settings: Settings) -> str:
    return settings.kind.refinement if settings.refine is None else settings.refine


def _why_of_output(job: Job) -> str:
    """Return why an output has no parts, as far as its name tells."""
    suffix = suffix_of(job.output)
    numbered = read_numbering(job.output) is not None
    if str(job.output) == "-" or suffix == ".y4m" or numbered:
        return "the output is a stream of pictures, of which parts are not joined"
    if suffix not in WITH_SOUND:
        return f"a {suffix or 'nameless'} output is written at once"
    background = job.settings.background
    if job.settings.background_end == "trim" and _moves(background):
        return "the background's end is the output's, which only a run finds"
    return ""


def _moves(background: Any) -> bool:
    if background is None or (isinstance(background, str) and parse_blur(background) is not None):
        return False
    return background != "transparent" and is_video(background)


def _why_of_encoder(job: Job, source: Source) -> str:
    """Return why an encoder's packets cannot lie in parts."""
    unit, why = _unit_of(job, source)
    return why if unit is None else ""


def _unit_of(job: Job, source: Source) -> tuple[Fraction | None, str]:
    """Return the unit in which the encoder counts, or why it has no parts."""
    info = output_info(source.info, job)
    try:
        sink = PartSink(Path(os.devnull), suffix_of(job.output), info, job.encode)
    except SinkError as error:
        if "cannot start" in str(error):
            return None, "parts cannot hold what the encoder makes"
        raise
    with sink:
        return sink.unit, ""


def _why_of_times(job: Job, source: Source, index: Index) -> str:
    """Return why the times of frames cannot be those of one run."""
    base = source.info.time_base
    unit, _ = _unit_of(job, source)
    if unit is None or unit == base:
        return ""
    placed = {nearest(time * base / unit) for time in index.times}
    if len(placed) < len(index.times):
        return "the output counts time so coarsely that frames are left out"
    return ""


def refuse_rates(settings: Settings) -> None:
    """Demand that the encoder is not asked to keep to a rate.

    Raises
    ------
    OptionError
        It is.
    """
    asked: Any = settings.encoder_options or {}
    found = [name for name, value in asked.items() if name in _RATES and str(value) != "0"]
    for name in _WITHIN:
        said = str(asked.get(name, "")).replace(":", " ").replace(",", " ").split()
        found += [f"{word} in {name}" for word in said if word.partition("=")[0] in _RATES_WITHIN]
    if found:
        raise OptionError(
            f"encoder_options: {', '.join(found)}: parts of a job each begin anew with a rate; "
            "wanted crf, or a job in one piece"
        )
