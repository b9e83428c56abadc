"""Making and reading small videos for tests."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from tests.support.same_bytes import same_bytes


class Clip(NamedTuple):
    path: Path
    frames: int
    size: tuple[int, int]


def moving_frames(count: int, width: int, height: int, seed: int = 3) -> list[np.ndarray]:
    """A bright block that walks over a textured still picture."""
    rng = np.random.default_rng(seed)
    still = rng.integers(40, 120, (height, width, 3), dtype=np.uint8)
    frames = []
    for index in range(count):
        frame = still.copy()
        left = (index * 5) % max(1, width - width // 4)
        frame[height // 4 : height // 2 + 1, left : left + width // 4 + 1] = (40, 200, 250)
        frames.append(frame)
    return frames


def make_clip(
    path: Path,
    *,
    count: int = 20,
    width: int = 64,
    height: int = 48,
    rate: int = 24,
    audio: bool = False,
    times: list[int] | None = None,
    start: int = 0,
) -> Clip:
    """Write an H.264 clip; `times` are the frames' times in 1/1000 s, for a variable rate."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(
            "libx264", rate=rate, options=same_bytes("libx264", {"crf": "10"})
        )
        video.width, video.height = width, height
        video.pix_fmt = "yuv444p" if width % 2 or height % 2 else "yuv420p"
        base = Fraction(1, 1000) if times else Fraction(1, rate)
        video.time_base = video.codec_context.time_base = base
        sound = container.add_stream("aac", rate=48000, layout="mono") if audio else None
        for index, picture in enumerate(moving_frames(count, width, height)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = (times[index] if times else index + start), base
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound is not None:
            samples = 1024
            for block in range(48000 * count // rate // samples):
                t = (np.arange(samples) + block * samples) / 48000
                wave = (8000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16)[np.newaxis]
                piece = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
                piece.sample_rate, piece.pts = 48000, block * samples
                piece.time_base = Fraction(1, 48000)
                container.mux(sound.encode(piece))
            container.mux(sound.encode(None))
    return Clip(path, count, (width, height))


def read_frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def read_times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def read_packets(path: Path) -> list[bytes]:
    """The audio packets of a file, as they are stored."""
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(audio=0) if p.size]
