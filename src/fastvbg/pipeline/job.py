"""One run from source to sink: what is asked for, and the threads that do it."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.errors import SourceError
from fastvbg.matting.cuts import CutDetector
from fastvbg.matting.pairing import Pair, make_pairing
from fastvbg.matting.run import Run, unheard
from fastvbg.meanwhile import stand_ins
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import CopiedPacket, ReadOptions
from fastvbg.media.names import as_path, suffix_of
from fastvbg.media.upright import angle_of
from fastvbg.pipeline.opening import make_laying, make_masker, rate_of, reading_of
from fastvbg.pipeline.passing import Part, Passing
from fastvbg.pipeline.stages import MatteAlone, Transparent
from fastvbg.pixels import make_pixels
from fastvbg.sink import holds_rotation, open_sink
from fastvbg.sink.encoding import EncodeOptions, choose_encoding
from fastvbg.source import open_source
from fastvbg.storage.writing import listening
from fastvbg.threads.collector import settled
from fastvbg.threads.interrupts import Interrupts
from fastvbg.threads.overlap import Ahead, Behind
from fastvbg.urls import Url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from fractions import Fraction

    from fastvbg.matting.masker import Masker
    from fastvbg.matting.pairing import Pairing
    from fastvbg.media.model import Picture, StreamInfo, Timed
    from fastvbg.pipeline.stages import Stage
    from fastvbg.pixels import Pixels
    from fastvbg.settings import Settings
    from fastvbg.sink import Sink

    Progress = Callable[[int, int | None], None]

# Sound lies at most so far behind the frames of its time; what comes later is not looked for.
_INTERLEAVED_SECONDS = 1

NOTHING_KEPT = "the mask kept nothing of any frame"
"""What a result's warning says then."""


@dataclass(frozen=True)
class Job:
    """Everything that a run is asked for; checked before."""

    input: str | Path
    output: str | Path
    settings: Settings
    matte_alone: bool = False
    """Whether the matte itself is the output."""
    overwrite: bool = False
    keep_partial: bool = False
    progress: Progress | None = None
    tell: Callable[[str], None] | None = None
    encoder_threads: int | None = None
    """How many threads encode, where it matters that it is as many everywhere."""

    @property
    def reading(self) -> ReadOptions:
        """How the input is read."""
        return reading_of(self.settings)

    @property
    def encode(self) -> EncodeOptions:
        """What the encoder is asked for."""
        asked: Any = self.settings
        return EncodeOptions(
            codec=asked.codec,
            crf=asked.crf,
            preset=asked.preset,
            extra=asked.encoder_options or {},
            threads=self.encoder_threads or asked.threads,
            pinned=self.encoder_threads is not None,
            alpha=asked.transparent and not self.matte_alone,
            lossless=self.matte_alone,
        )


@dataclass(frozen=True)
class Result:
    """What a run did."""

    output: Path | Url
    """The file, its URL, or the file name with its number field."""
    frames: int
    """Frames written."""
    seconds: float
    """Wall time from opening the input to the finished output."""
    warnings: list[str] = field(default_factory=list)
    """What a user should know: damaged packets, tracks left out."""

    lost: int = 0
    """Damaged pieces of the input, and of what lies beside it, that could not be decoded."""

    lost_beside: int = 0
    """Those of them that lie beside the input; warnings name each such file."""

    kept: bool = True
    """Whether the mask kept anything of any frame, as far as that is known."""

    stages: dict[str, float] = field(default_factory=dict)
    """Seconds that source, composite and sink were at work; they overlap."""

    @property
    def frames_per_second(self) -> float:
        """Frames written a second of wall time."""
        return self.frames / max(self.seconds, 1e-9)


class _Lines:
    """Holds lines back until all is open: what fails before that is told alone."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._held: list[str] | None = []

    def __call__(self, line: str) -> None:
        """Tell a line, now or once the run begins."""
        if self._held is None:
            self._say(line)
        else:
            self._held.append(line)

    def begin(self) -> None:
        """Tell what was held back."""
        held, self._held = self._held or [], None
        for line in held:
            self._say(line)


def run(job: Job) -> Result:
    """Do a job and say what was done."""
    return work_through(job, _to_output)


def _to_output(job: Job, info: StreamInfo) -> Sink:
    return open_sink(
        job.output,
        info,
        overwrite=job.overwrite,
        options=job.encode,
        keep_partial=job.keep_partial,
    )


def work_through(
    job: Job, opened: Callable[[Job, StreamInfo], Sink], part: Part | None = None
) -> Result:
    """Send the frames of a job, or of a part of it, from its source to a sink.

    Parameters
    ----------
    job : Job
        What is asked for.
    opened : callable
        Returns the sink, open, for what the source says of its frames.
    part : Part, optional
        Which of its frames, and what those before them left behind.
    """
    start = time.perf_counter()
    settings, fps = job.settings, rate_of(job.settings)
    with ExitStack() as stack:
        stack.enter_context(stand_ins())
        source = stack.enter_context(open_source(job.input, fps=fps, options=job.reading))
        interrupts = stack.enter_context(Interrupts())
        stack.enter_context(listening(lambda *_: interrupts.check()))
        info = output_info(source.info, job)
        tell = _Lines(job.tell or unheard)
        seen = _seen(job, source.info, stack, interrupts.check, tell, part)
        pixels = seen.pixels
        sink = stack.enter_context(opened(job, info))
        masker = make_masker(settings, seen)
        stage = _make_stage(job, info, masker, seen)
        passing = Passing(part, source, masker)
        tell.begin()
        cuts = CutDetector(pixels)
        ahead = stack.enter_context(Ahead(source, "source", interrupts.check))
        behind = stack.enter_context(
            Behind(_writer(sink, pixels), "sink", _drains(job), interrupts.check)
        )
        stack.enter_context(settled())
        pairing = make_pairing(settings.pairing, cuts, cuts.goes_on, passing.count)
        items = passing.taken(_pairs(ahead, pairing))
        if masker.foresee is not None:
            foreseen = Ahead(_foreseen(items, masker.foresee), "masks", interrupts.check)
            items = iter(stack.enter_context(foreseen))
        shown = passing.shown(items, info.time_base)
        frames, seconds = _composite(shown, stage, job, info, behind, interrupts)
        if not frames and part is None:
            raise SourceError(_no_frames(job))
        finished = masker.finish()
    lost_beside = seen.reports.lost
    lost = source.lost + lost_beside
    beside = seen.reports.warnings() + _of_turn(source.info, job)
    warnings = source.warnings + beside + finished + sink.warnings
    if part is None and frames == 1 and masker.plain and not job.matte_alone:
        warnings.append("the input has one frame: nothing moves, so the result is the background")
    stages = {"source": ahead.seconds, "composite": seconds, "sink": behind.seconds}
    passed = time.perf_counter() - start
    if part is None and not masker.kept:
        warnings.append(NOTHING_KEPT)
    output = as_path(job.output)
    return Result(output, frames, passed, warnings, lost, lost_beside, masker.kept, stages)


def _seen(
    job: Job,
    info: StreamInfo,
    stack: ExitStack,
    check: Callable[[], None],
    tell: Callable[[str], None],
    part: Part | None,
) -> Run:
    """Return what masks see of the run, or of a part of it."""
    return Run(
        make_pixels(info, job.settings.threads),
        info,
        job.input,
        job.reading,
        stack,
        rate_of(job.settings),
        check,
        tell,
        first=None if part is None else part.origin,
        since=None if part is None else part.since,
        learned=None if part is None else part.learned,
    )


def _no_frames(job: Job) -> str:
    if job.settings.start is not None or job.settings.end is not None:
        return f"input: {job.input} has no frame between the start and the end asked for"
    return f"input: {job.input} has too few frames for the tutorial's pairing, wanted 3"


def _drains(job: Job) -> Callable[[Any], bool]:
    """Return which ways of leaving write first what waits: a good end, or a kept interrupt."""

    def drains(kind: type[BaseException] | None) -> bool:
        return kind is None or (job.keep_partial and not issubclass(kind, Exception))

    return drains


def _of_turn(info: StreamInfo, job: Job) -> list[str]:
    """Return what is to be said of a turn that is left to the player, no quarter turn."""
    if info.display_matrix is None:
        return []
    turned = f"the input is to be shown turned by {angle_of(info.display_matrix)} degrees"
    if holds_rotation(job.output):
        return [f"{turned}, no quarter turn: so is the result, with all that is put into it"]
    return [f"{turned}, no quarter turn, which the output cannot note: it lies as it was coded"]


def output_info(info: StreamInfo, job: Job) -> StreamInfo:
    """Return what the sink gets: a matte is gray and has no sound."""
    if not holds_rotation(job.output):
        info = replace(info, display_matrix=None)
    if job.matte_alone:
        gray = ColourTags(range=2, primaries=info.colour.primaries, transfer=info.colour.transfer)
        return replace(info, pixel_format="gray", colour=gray, copied=(), chapters=())
    return info


def _make_stage(job: Job, info: StreamInfo, masker: Masker, seen: Run) -> Stage:
    settings, pixels = job.settings, seen.pixels
    if job.matte_alone:
        return MatteAlone(masker)
    if settings.transparent:
        return Transparent(pixels, masker, info, _alpha_format(job, info))
    return make_laying(settings, masker, seen)


def _alpha_format(job: Job, info: StreamInfo) -> str:
    suffix = suffix_of(job.output)
    if suffix in (".png", ".webp", ".tif", ".tiff"):
        return "bgra"
    return choose_encoding(suffix, info, job.encode).pixel_format


def _pairs(
    source: Iterable[Timed | CopiedPacket], pairing: Pairing
) -> Iterator[Pair | CopiedPacket]:
    """Yield the pairs to composite, and the packets to copy, in order."""
    for item in source:
        if isinstance(item, CopiedPacket):
            yield item
        else:
            yield from pairing.push(item)
    yield from pairing.finish()


def _foreseen(
    items: Iterable[Pair | CopiedPacket], foresee: Callable[[Pair], None]
) -> Iterator[Pair | CopiedPacket]:
    """Yield the same items, each pair after the mask has looked at it."""
    for item in items:
        if not isinstance(item, CopiedPacket):
            foresee(item)
        yield item


def _writer(sink: Sink, pixels: Pixels) -> Callable[[Any], None]:
    def write(item: CopiedPacket | tuple[Picture, int, int]) -> None:
        if isinstance(item, CopiedPacket):
            sink.copy(item)
        else:
            sink.write(*item)
            if sink.done_with_frames:
                pixels.recycle(item[0])

    return write


def _composite(
    items: Iterator[Pair | CopiedPacket],
    stage: Stage,
    job: Job,
    info: StreamInfo,
    behind: Behind[Any],
    interrupts: Interrupts,
) -> tuple[int, float]:
    """Send everything through the stage to the sink; return the frames and the stage's seconds."""
    frames, seconds = 0, 0.0
    most = job.settings.max_frames
    expected = min((count for count in (info.frames, most) if count), default=None)
    for item in items:
        interrupts.check()
        if isinstance(item, CopiedPacket):
            behind.put(item)
            continue
        start = time.perf_counter()
        picture = stage(item, item.pts * info.time_base)
        seconds += time.perf_counter() - start
        if picture is None:
            break
        behind.put((picture, item.pts, _number_of(item, info)))
        frames += 1
        if job.progress is not None:
            job.progress(frames, expected)
        if frames == most:
            _send_late_sound(items, item.pts * info.time_base + 1 / info.rate, info, behind)
            break
    return frames, seconds


def _number_of(pair: Pair, info: StreamInfo) -> int:
    """Return a frame's number in a sequence of images: its own, where it comes from one."""
    if info.skipped is None:
        return pair.position + info.first_number
    return info.first_number + info.skipped + pair.pts


def _send_late_sound(
    items: Iterator[Pair | CopiedPacket], end: Fraction, info: StreamInfo, behind: Behind[Any]
) -> None:
    """Send what is heard before the output's end, and lies behind its last frame in the file."""
    waited = {stream for stream in info.copied if stream.type == "audio"}
    while waited:
        item = next(items, None)
        if item is None:
            return
        if not isinstance(item, CopiedPacket):
            if item.pts * info.time_base > end + _INTERLEAVED_SECONDS:
                return
        elif item.packet.dts is not None and item.packet.dts * item.packet.time_base >= end:
            waited.discard(item.stream)
        else:
            behind.put(item)
