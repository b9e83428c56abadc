"""Every awkward file made in parts that are drawn at random: what one run makes of it."""

from __future__ import annotations

import hashlib
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

import fastvbg
from tests.clips.test_awkward import NAMES, REFUSED

LOSSLESS: dict[str, Any] = {"mask": "motion", "background": "navy", "codec": "ffv1"}


def held(path: Path) -> tuple[Any, ...]:
    """The times and contents of all frames, and the packets of all that is beside them."""
    shown: list[tuple[Fraction, str]] = []
    beside: dict[int, list[Any]] = {}
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        kinds = [(stream.type, dict(stream.metadata)) for stream in container.streams]
        for packet in container.demux():
            if packet.stream is video:
                for frame in packet.decode():
                    planes = hashlib.sha256(b"".join(bytes(plane) for plane in frame.planes))
                    shown.append((frame.pts * frame.time_base, planes.hexdigest()))
            elif packet.size:
                said = packet.pts, packet.dts, packet.duration, bytes(packet)
                beside.setdefault(packet.stream.index, []).append(said)
        return shown, beside, kinds, dict(container.metadata), container.chapters()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSED])
def test_parts_of_any_length_are_one_run(clips: Path, tmp_path: Path, name: str) -> None:
    plain = fastvbg.process(clips / name, tmp_path / "a.mkv", **LOSSLESS)
    drawn = random.Random(name)  # noqa: S311  (no secret)
    for number in range(2):
        length, output = drawn.uniform(0.2, 4), tmp_path / f"b{number}.mkv"
        parts = fastvbg.process(clips / name, output, segments=length, **LOSSLESS)
        assert (parts.frames, parts.lost) == (plain.frames, plain.lost), length
        assert held(output) == held(tmp_path / "a.mkv"), length
        assert sorted(path.name for path in tmp_path.glob(".*")) == []
