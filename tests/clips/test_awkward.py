"""Every awkward file: processed rightly, or refused with one clear line.

What is right is told by PyAV itself: the frames that it can decode, their times, sizes and tags.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import pytest
from av.error import FFmpegError

from fastvbg import FastvbgError
from fastvbg.media.upright import noted_matrix, turn_of
from fastvbg.pipeline.process import process

NAMES = sorted(
    f"{folder}/{path.name}"
    for folder in ("awkward", "talking")
    for path in (Path(os.environ.get("FASTVBG_CLIPS") or "/nowhere") / folder).glob("*")
    if path.suffix
)

REFUSED = {
    "awkward/Error_I_P.264": "changes from 352x288 to 640x480 on the way; wanted one size",
    "awkward/derived_empty.mp4": "not a video that FFmpeg's libraries can read",
    "awkward/derived_truncated_no_moov.mp4": "not a video that FFmpeg's libraries can read",
    "awkward/html_page_named.avi": "not a video that FFmpeg's libraries can read",
    "awkward/tc_audio_only.mp3": "no video stream in",
    "talking/CiscoVT2people_320x192_12fps.yuv": "is raw video, which says nothing of its size",
}
# How much is lost of each, as the warning says.
DAMAGED = {
    "awkward/derived_corrupt_bytes.mp4": "1 damaged packet could not be decoded",
    "awkward/derived_truncated_faststart.mp4": "the file ends early; about 32 frames",
}
OUTCOMES: dict[str, str] = {}


class Seen(NamedTuple):
    """What PyAV decodes of a file."""

    times: list[Fraction]
    size: tuple[int, int]
    tags: tuple[int, ...]
    aspect: Fraction | None
    matrix: tuple[int, ...] | None
    interlaced: bool
    depth: int
    sides: list[str]
    errors: int


def look(path: Path) -> Seen:
    """Decode one frame after the other in one thread, going on after errors."""
    with av.open(str(path)) as container:
        stream = container.streams.best("video")
        stream.thread_type = "NONE"
        frames: list[Any] = []
        errors = 0
        for packet in packets(container, stream):
            try:
                frames += stream.decode(packet)
            except EOFError:
                break
            except FFmpegError:
                errors += 1
        first = frames[0]
        full = first.format.name.startswith("yuvj")
        return Seen(
            times=[f.pts * f.time_base for f in frames if f.pts is not None],
            size=(first.width, first.height),
            tags=(
                int(first.colorspace),
                2 if full else int(first.color_range),
                int(first.color_primaries),
                int(first.color_trc),
            ),
            aspect=stream.sample_aspect_ratio,
            matrix=noted_matrix(first),
            interlaced=first.interlaced_frame,
            depth=first.format.components[0].bits,
            # In MP4 both of MPEG's audio layers have one name.
            sides=[
                s.codec_context.name.replace("mp3float", "mp2") for s in container.streams.audio
            ],
            errors=errors,
        )


def packets(container: Any, stream: Any) -> Iterator[Any]:
    demuxed = container.demux(stream)
    while True:
        try:
            yield next(demuxed)
        except (StopIteration, FFmpegError):
            return


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    yield
    if OUTCOMES:
        print("\n\n| file | outcome |\n|---|---|")  # noqa: T201
        for name, outcome in sorted(OUTCOMES.items()):
            print(f"| {name} | {outcome} |")  # noqa: T201


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize("name", NAMES)
def test_each_file_is_processed_rightly_or_refused(
    clips: Path, tmp_path: Path, name: str, suffix: str
) -> None:
    output = tmp_path / f"out{suffix}"
    if name in REFUSED:
        with pytest.raises(FastvbgError) as refusal:
            process(clips / name, output, background="navy")
        assert REFUSED[name] in str(refusal.value)
        assert "\n" not in str(refusal.value)
        assert list(tmp_path.iterdir()) == []
        OUTCOMES[name] = f"refused: {REFUSED[name]}"
        return
    encode = {"codec": "ffv1"} if suffix == ".mkv" else {"preset": "ultrafast"}
    result = process(clips / name, output, background="navy", **encode)
    source, made = look(clips / name), look(output)
    if name == "awkward/derived_truncated_faststart.mp4":
        # The decoder makes a last frame of the piece of a packet that is left; it is not shown.
        source = source._replace(times=source.times[: result.frames])
    assert result.frames == len(made.times)
    turn = turn_of(source.matrix)
    assert turn is not None
    assert made.size == turn.size(source.size)
    if source.times:
        assert len(made.times) == len(source.times)
        # Matroska counts in milliseconds, and moves all streams together if one starts before 0.
        shifts = [b - a for a, b in zip(source.times, made.times, strict=True)]
        steady = [shift for shift in shifts if abs(shift - shifts[0]) <= Fraction(1, 500)]
        # One frame of the damaged file comes back in time.
        assert len(steady) >= len(shifts) - (1 if name in DAMAGED else 0)
        assert abs(shifts[0]) <= (Fraction(3, 20) if suffix == ".mkv" else 0)
    rgb = source.tags[0] == 0 or name.endswith(".gif")
    if not rgb:
        assert made.tags[:1] == source.tags[:1]
        assert (made.tags[1] or 1) == (source.tags[1] or 1)  # unsaid is limited
        assert made.tags[2:] == source.tags[2:]
        assert made.depth == source.depth
    assert made.matrix is None
    if not any("pixels' shape" in warning for warning in result.warnings):
        aspect = source.aspect or 1
        assert (made.aspect or 1) == (1 / aspect if turn.quarter else aspect)
    assert made.sides == source.sides
    assert suffix == ".mkv" or made.interlaced == source.interlaced
    if name in DAMAGED:
        assert result.lost > 0
        assert any(DAMAGED[name] in warning for warning in result.warnings)
    else:
        assert result.lost == 0
    kept = f"{result.frames} frames, {made.depth} bits"
    heard = [warning.removeprefix(f"{clips / name}: ") for warning in result.warnings]
    OUTCOMES[name] = "; ".join([kept, *heard])
