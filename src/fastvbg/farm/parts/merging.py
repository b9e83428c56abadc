"""The parts of a plan joined by packets, with sound and all else from the source, once."""

from __future__ import annotations

import time
from bisect import bisect_right
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import av

from fastvbg.checks import check_flag
from fastvbg.errors import OptionTypeError, SinkError, shown
from fastvbg.farm.cutting.plans import Plan, job_of
from fastvbg.farm.parts.folder import Folder
from fastvbg.farm.parts.locking import locked
from fastvbg.farm.parts.rendering import demand_unchanged
from fastvbg.media.model import CopiedPacket
from fastvbg.media.names import as_path
from fastvbg.pipeline.job import NOTHING_KEPT, Result, output_info
from fastvbg.pipeline.opening import rate_of
from fastvbg.sink.joining import JoiningSink
from fastvbg.sink.part import Moment
from fastvbg.sink.staging import check_output
from fastvbg.source import open_source
from fastvbg.source.completeness import not_decoded
from fastvbg.urls import Url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.packet import Packet
    from av.stream import Stream

    from fastvbg._types import File
    from fastvbg.farm.parts.rendered import Rendered
    from fastvbg.media.model import StreamInfo
    from fastvbg.source import Source


class ApartError(SinkError):
    """Parts that are whole and of one job do not fit together."""


class _Known(NamedTuple):
    """What is known of all parts."""

    parts: list[Rendered]
    data: list[dict[str, Any]]
    moments: list[Moment]

    @property
    def kept(self) -> bool:
        """Whether the mask kept anything in any part."""
        return any(each["kept"] for each in self.data)


def merge(
    plan: Plan, *, work: File | None = None, overwrite: bool = False, keep_parts: bool = False
) -> Result:
    """Join the parts of a plan, none of which is encoded again, and remove them.

    Sound, subtitles, chapters and all that is said of the video are those of one run.

    Parameters
    ----------
    plan : Plan
        What `plan` gave.
    work : str or path-like, optional
        The folder of the parts; the plan's by default.
    overwrite : bool, default False
        Whether an existing output is replaced.
    keep_parts : bool, default False
        Whether the parts stay.

    Returns
    -------
    Result
        As that of one run; its seconds are those of joining.

    Raises
    ------
    SinkError
        Parts are missing or do not fit together, another run is at work on them, or the output
        exists or cannot be written.
    SourceError
        The input cannot be read, or is not what it was.
    """
    if not isinstance(plan, Plan):
        raise OptionTypeError(f"plan: got {shown(plan)}, wanted fastvbg.Plan")
    overwrite = check_flag("overwrite", overwrite)
    keep_parts = check_flag("keep_parts", keep_parts)
    folder = Folder(plan, work)
    if keep_parts or Folder.manifest_of(folder.path) is None:
        return merged(folder, overwrite=overwrite, keep_parts=keep_parts)
    try:
        # Whoever removes parts may not take them from another run that joins or makes them.
        with locked(folder.path):
            return merged(folder, overwrite=overwrite, keep_parts=False)
    finally:
        folder.leave()


def merged(folder: Folder, *, overwrite: bool, keep_parts: bool) -> Result:
    """Do what `merge` does in a folder that is held already, or whose parts stay."""
    folder.demand_ours()
    plan = folder.plan
    start = time.perf_counter()
    known = _known(folder)
    if plan.why:
        (part,) = known.parts
        result = _result(plan, known, list(part.warnings), 0, start)
    else:
        check_output(as_path(plan.output), overwrite=overwrite)
        demand_unchanged(plan)
        result = _joined(folder, known, overwrite=overwrite, start=start)
    if not keep_parts:
        folder.clear()
    return result


def _known(folder: Folder) -> _Known:
    found = [folder.done(index) for index in range(len(folder.plan))]
    missing = [index for index, part in enumerate(found) if part is None]
    if missing:
        named = ", ".join(str(index) for index in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise SinkError(f"parts: {folder.path} lacks {named}{more} of {len(found)}, or not whole")
    there = [part for part in found if part is not None]
    data = [each for _, each in there]
    moments = [Moment(*moment) for each in data for moment in each.get("moments", ())]
    return _Known([part for part, _ in there], data, moments)


def _result(plan: Plan, known: _Known, warnings: list[str], missing: int, start: float) -> Result:
    frames = sum(part.frames for part in known.parts)
    lost = sum(part.lost for part in known.parts) + missing
    seconds = time.perf_counter() - start
    beside = sum(data["lost_beside"] for data in known.data)
    stages = {"sink": seconds}
    output = as_path(plan.output)
    return Result(output, frames, seconds, warnings, lost, beside, known.kept, stages)


def _joined(folder: Folder, known: _Known, *, overwrite: bool, start: float) -> Result:
    plan = folder.plan
    job = job_of(plan, overwrite=overwrite)
    fps = rate_of(job.settings)
    with ExitStack() as stack:
        source = stack.enter_context(open_source(job.input, fps=fps, options=job.reading))
        info = output_info(source.info, job)
        output = as_path(job.output)
        near = folder.path if _on_one_disk(folder.path, output) else None
        sink = stack.enter_context(
            JoiningSink(output, info, overwrite=overwrite, options=job.encode, folder=near)
        )
        _demand_alike(known, sink)
        _write(sink, _packets(folder, known), _beside(source, job.settings.max_frames, known))
    missing = getattr(source, "missing", 0)
    warnings = _told(job.input, source, sink, known)
    return _result(plan, known, warnings, missing, start)


def _on_one_disk(folder: Path, output: Path | Url) -> bool:
    if isinstance(output, Url):
        return False
    try:
        return folder.stat().st_dev == output.parent.stat().st_dev
    except OSError:
        return False


def _demand_alike(known: _Known, sink: JoiningSink) -> None:
    """Demand that all parts are of one encoder, told the same."""
    for part, data in zip(known.parts, known.data, strict=True):
        alike = data["extradata"] == sink.extradata.hex() and Fraction(data["unit"]) == sink.unit
        if not alike:
            raise SinkError(
                f"parts: part {part.index} is by another encoder than this one, or another setting "
                "of it, so that they cannot be joined; wanted the same libraries everywhere"
            )


def _told(input: str | Path, source: Source, sink: JoiningSink, known: _Known) -> list[str]:
    """Return what there is to say, each line once."""
    of_parts = [line for part in known.parts for line in part.warnings]
    lost = sum(data["lost"] - data["lost_beside"] for data in known.data)
    missing = sum(part.missing for part in known.parts)
    told = [*source.warnings]
    if lost:
        told.append(f"{input}: {not_decoded(lost)}")
    elif missing:
        told.append(f"{input}: {missing} of the frames that it lists could not be decoded")
    told += [*of_parts, *sink.warnings]
    if not known.kept:
        told.append(NOTHING_KEPT)
    return list(dict.fromkeys(told))


class _Beside(NamedTuple):
    """What goes beside the video, in the source's order."""

    items: Iterator[CopiedPacket]
    end: Fraction | None
    """When it is over."""


def _beside(source: Any, max_frames: int | None, known: _Known) -> _Beside:
    if not hasattr(source, "leave_frames"):
        return _Beside(iter(()), None)
    source.leave_frames()  # whose damage the parts have told of
    items = (item for item in source if isinstance(item, CopiedPacket))
    info: StreamInfo = source.info
    if max_frames is None or len(known.moments) < max_frames:
        return _Beside(items, None)
    unit = Fraction(known.data[0]["unit"])
    last = max(moment.pts for moment in known.moments)
    return _Beside(items, last * unit + 1 / info.rate)


def _write(sink: JoiningSink, packets: Iterable[Packet[Stream]], beside: _Beside) -> None:
    """Write what there is by the times of decoding."""
    ahead = next(beside.items, None)
    for packet in packets:
        now = (packet.dts or 0) * sink.unit
        while ahead is not None and _seconds(ahead) <= now:
            _copy(sink, ahead, beside.end)
            ahead = next(beside.items, None)
        sink.take(packet)
    while ahead is not None:
        _copy(sink, ahead, beside.end)
        ahead = next(beside.items, None)


def _seconds(item: CopiedPacket) -> Fraction:
    return (item.packet.dts or 0) * Fraction(item.packet.time_base or 1)


def _copy(sink: JoiningSink, item: CopiedPacket, end: Fraction | None) -> None:
    if end is None or _seconds(item) < end:
        sink.copy(item)


def _packets(folder: Folder, known: _Known) -> Iterator[Packet[Stream]]:
    """Yield the parts' packets, at times of decoding that rise over all of them."""
    times = iter(decoding_times(known.moments))
    for part in known.parts:
        if not part.frames:
            continue  # all of it was damaged: there is no stream in its file
        moments = iter(Moment(*moment) for moment in known.data[part.index]["moments"])
        name, format = f"file:{folder.part(part.index)}", known.data[part.index]["format"]
        with av.open(name, "r", format=format) as container:
            for packet in container.demux(video=0):
                if not packet.size:
                    continue
                moment = next(moments)
                packet.pts, packet.dts = moment.pts, next(times)
                packet.duration, packet.is_keyframe = moment.duration, moment.key
                yield packet
        if next(moments, None) is not None:
            raise ApartError(f"part {part.index} has fewer packets than it should")


def decoding_times(moments: list[Moment]) -> list[int]:
    """Return when each packet is decoded, as an encoder of all of them would say.

    Times of decoding are those of showing, as many packets earlier as the encoder holds back; the
    first ones come before the first that is shown by as much.

    Parameters
    ----------
    moments : list of Moment
        In the order of decoding.
    """
    if not moments:
        return []
    shown = sorted(moment.pts for moment in moments)
    if len(set(shown)) < len(shown):
        raise ApartError("two frames of them have one time")
    ranks = {pts: rank for rank, pts in enumerate(shown)}
    delay = max(number - ranks[moment.pts] for number, moment in enumerate(moments))
    first = moments[0]
    delay = max(delay, bisect_right(shown, 2 * first.pts - first.dts) - 1 - ranks[first.pts])
    delay = min(delay, len(shown) - 1)
    early = shown[delay] - shown[0]
    return [time - early for time in shown[:delay]] + shown[: len(shown) - delay]
