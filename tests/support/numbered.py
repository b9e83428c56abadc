"""Videos whose frames show their own number, in whatever format and by whatever encoder."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from fastvbg.media.model import CopiedPacket, ReadOptions
from fastvbg.source import open_source
from tests.support.same_bytes import same_bytes

WIDTH, HEIGHT, RATE = 64, 48, 25
_BITS, _BAR = 8, 8


def picture(number: int) -> np.ndarray:
    """Bars for the bits of a number, over noise that keeps an encoder busy."""
    noise = np.random.default_rng(number).integers(70, 100, (HEIGHT, WIDTH, 3), np.uint8)
    for bit in range(_BITS):
        noise[12:36, bit * _BAR : (bit + 1) * _BAR] = 235 if number >> bit & 1 else 16
    return noise


def number_of(gray: np.ndarray) -> int:
    """The number that a picture shows, read from gray or BGR."""
    middle = gray[20:28].reshape(8, _BITS, _BAR, -1)[:, :, 2:6]
    set_bits = middle.mean(axis=(0, 2, 3)) > 125
    return int(set_bits @ (1 << np.arange(_BITS)))


def make_numbered(
    path: Path,
    codec: str = "libx264",
    *,
    count: int = 100,
    format: str | None = None,
    sound: str | None = None,
    times: list[int] | None = None,
    first: int = 0,
    pixels: str = "yuv420p",
    rate: int = RATE,
    muxer: dict[str, str] | None = None,
    **options: str,
) -> Path:
    """Write a clip; `times` in 1/1000 s give it a variable rate."""
    with av.open(str(path), "w", format=format, container_options=muxer or {}) as container:
        stream: Any = container.add_stream(codec, rate=rate, options=same_bytes(codec, options))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
        base = Fraction(1, 1000) if times else Fraction(1, rate)
        stream.time_base = stream.codec_context.time_base = base
        track: Any = container.add_stream(sound, rate=48000, layout="mono") if sound else None
        heard = 0
        for index in range(count):
            frame = av.VideoFrame.from_ndarray(picture(index), format="bgr24")
            frame.pts, frame.time_base = (times[index] if times else index + first), base
            container.mux(stream.encode(frame))
            while track is not None and heard < (index + 1) * 48000 // rate:
                heard += _hear(container, track, heard, first * 48000 // rate)
        container.mux(stream.encode(None))
        if track is not None:
            container.mux(track.encode(None))
    return path


def _hear(container: Any, track: Any, at: int, later: int) -> int:
    context = track.codec_context
    size = context.frame_size or 1024
    wave = (9000 * np.sin(np.arange(at, at + size) / 20)).astype(np.int16)[np.newaxis]
    piece = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
    piece.sample_rate = 48000
    resampler = av.AudioResampler(context.format.name, "mono", 48000)
    for out in resampler.resample(piece):
        out.pts, out.time_base = at + later, Fraction(1, 48000)
        container.mux(track.encode(out))
    return size


class Seen:
    """What a source gives: numbers, times in seconds, pictures, and the sound's packets."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.numbers: list[int] = []
        self.times: list[Fraction] = []
        self.pictures: list[bytes] = []
        self.shapes: list[tuple[int, ...]] = []
        self.sound: list[bytes] = []
        with open_source(path, options=ReadOptions(**options)) as source:
            self.info = source.info
            for item in source:
                if isinstance(item, CopiedPacket):
                    self.sound.append(bytes(item.packet))
                    continue
                frame: Any = item.frame
                self.shapes.append(frame.shape)
                if frame.shape[:2] == (HEIGHT, WIDTH):
                    self.numbers.append(number_of(frame))
                self.pictures.append(frame.tobytes())
                self.times.append(item.pts * source.info.time_base)
            self.lost, self.warnings = source.lost, list(source.warnings)
