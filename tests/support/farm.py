"""Jobs in parts, and what lies in their outputs."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np

from fastvbg.media.upright import noted_matrix
from tests.support.numbered import picture
from tests.support.same_bytes import same_bytes

MOTION: dict[str, Any] = {"mask": "motion", "background": "navy"}
LOSSLESS: dict[str, Any] = {**MOTION, "codec": "ffv1"}


class Held(NamedTuple):
    """All that is in a file."""

    frames: list[bytes]
    times: list[Fraction]
    sides: list[list[tuple[Any, ...]]]
    tags: Any


def held(path: Path) -> Held:
    """Decode a video, and read its other streams as they are."""
    sides: dict[int, list[tuple[Any, ...]]] = {}
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        about = [(dict(s.metadata), s.type, s.disposition, s.start_time) for s in container.streams]
        context: Any = video.codec_context
        colours = context.color_range, context.colorspace, context.color_trc
        tags: tuple[Any, ...] = (about, dict(container.metadata), container.chapters(), colours)
        for packet in container.demux():
            if packet.size and packet.stream is not video:
                said = packet.pts, packet.dts, packet.duration, bytes(packet)
                sides.setdefault(packet.stream.index, []).append(said)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    tags = (*tags, noted_matrix(frames[0]))
    times = [frame.pts * frame.time_base for frame in frames]
    shown = [b"".join(bytes(plane) for plane in frame.planes) for frame in frames]
    return Held(shown, times, list(sides.values()), tags)


def scenes(number: int) -> np.ndarray:
    """A walker in one of two rooms: cuts at 37, 75 and 110, where the first room comes back."""
    room = sum(number >= cut for cut in (37, 75, 110)) % 2
    frame = np.random.default_rng(room).integers(20, 90, (48, 64, 3), np.uint8)
    if room:
        frame += 130
    left = number * 3 % 50
    frame[14:40, left : left + 12] = (30, 200, 140)
    return frame


def write_scenes(path: Path, count: int = 150, **options: str) -> Path:
    """Write `scenes` losslessly, 25 frames a second."""
    given = {"g": "20", "preset": "ultrafast", "qp": "0", **options}
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("libx264", rate=25, options=same_bytes("libx264", given))
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(scenes(number), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return path


def write_pictures(folder: Path, count: int = 60) -> str:
    """Write a numbered sequence with a gap."""
    import cv2

    folder.mkdir()
    for number in range(count):
        if number not in (20, 21):
            cv2.imwrite(str(folder / f"in{number:03}.png"), picture(number))
    return str(folder / "in%03d.png")
