"""The same frames encoded again are the same bytes, also beside memory that others have used."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from fastvbg.kernels._target import host_has_avx512
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.sink import encoding
from fastvbg.sink.encoding import EncodeOptions, choose_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

INFO = StreamInfo(96, 64, Fraction(25), Fraction(1, 25), 60, ColourTags(), None, (), "yuv420p")


def _frames() -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    still = rng.integers(0, 255, (96, 96), np.uint8)
    frames = []
    for number in range(60):
        frame = still.copy()
        frame[:, 3 * number % 80 : 3 * number % 80 + 16] = 200
        frames.append(frame)
    return frames


def _packets(frames: list[np.ndarray], options: dict[str, str]) -> Iterator[bytes]:
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = 96, 64, "yuv420p"
    codec.time_base, codec.framerate, codec.thread_count = Fraction(1, 25), Fraction(25), 1
    codec.options = {**options, "preset": "medium"}
    for number, samples in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(samples, "yuv420p")
        frame.pts = number
        yield from map(bytes, codec.encode(frame))
    yield from map(bytes, codec.encode(None))


def test_frames_are_encoded_to_the_same_bytes() -> None:
    options = choose_encoding(".mp4", INFO, EncodeOptions()).options
    frames, seen = _frames(), set()
    rng = np.random.default_rng(4)
    for _ in range(30):
        used = [rng.integers(0, 255, int(size), np.uint8) for size in rng.integers(999, 99999, 15)]
        seen.add(b"".join(_packets(frames, options)))
        assert len(used) == 15
    assert len(seen) == 1


@pytest.mark.parametrize("has", [False, True])
def test_loops_of_x264_that_read_what_nobody_wrote_are_not_taken(
    has: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "host_has_avx512", lambda: has)
    said = {"x264-params": "keyint=50"}
    for extra, wanted in (
        ({}, "asm=AVX2" if has else None),
        (said, "keyint=50:asm=AVX2" if has else "keyint=50"),
        ({"x264-params": "asm=SSE2"}, "asm=SSE2"),
    ):
        made = choose_encoding(".mp4", INFO, EncodeOptions(extra=extra))
        assert made.options.get("x264-params") == wanted
    made = choose_encoding(".webm", INFO, EncodeOptions())
    assert "x264-params" not in made.options


def test_what_a_processor_has_is_known() -> None:
    assert isinstance(host_has_avx512(), bool)
