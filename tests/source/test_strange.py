"""What the libraries below raise or do on strange files never reaches the user."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.error import FFmpegError

from fastvbg import FastvbgError
from fastvbg.media.colour import tags_of
from fastvbg.media.demux import packets_of
from fastvbg.media.model import ReadOptions
from fastvbg.pipeline.process import process
from fastvbg.source import decoding as decoding_module
from fastvbg.source import open_source
from tests.support.numbered import Seen, make_numbered

FAST = {"g": "10", "bf": "2", "preset": "ultrafast"}


def test_a_stream_that_appears_on_the_way_is_passed_over(tmp_path: Path) -> None:
    silent = make_numbered(tmp_path / "silent.ts", count=30, **FAST).read_bytes()
    loud = make_numbered(tmp_path / "loud.ts", count=60, sound="aac", first=30, **FAST).read_bytes()
    clip = tmp_path / "joined.ts"
    # Enough of the first that its streams are taken for all there are.
    clip.write_bytes(silent * 40 + loud)
    seen = Seen(clip)
    assert seen.numbers == [*range(30)] * 40 + [*range(60)]
    assert seen.lost == 0


def test_a_stream_that_pyav_stumbles_over_is_passed_over() -> None:
    class Container:
        """Gives packets from where it stands; the third is of a stream that it does not know."""

        left = iter(range(6))

        def demux(self, *_streams: object):
            for packet in self.left:
                if packet == 3:
                    raise IndexError
                yield packet

    assert list(packets_of(Container())) == [0, 1, 2, 4, 5]


@pytest.mark.parametrize(
    "error", [ValueError("no"), OverflowError("no"), OSError(5, "no"), FFmpegError(5, "no")]
)
def test_what_goes_wrong_in_reading_ends_the_reading(tmp_path, monkeypatch, error) -> None:
    clip = make_numbered(tmp_path / "a.mp4", count=30, **FAST)
    real = decoding_module.packets_of

    def failing(*arguments):
        for index, packet in enumerate(real(*arguments)):
            if index == 20:
                raise error
            yield packet

    monkeypatch.setattr(decoding_module, "packets_of", failing)
    seen = Seen(clip)
    assert seen.numbers == list(range(len(seen.numbers)))
    assert len(seen.numbers) >= 17
    assert seen.lost > 0
    assert f"{clip}: reading stopped early: no" in seen.warnings


def test_a_name_that_is_no_utf8_is_read(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "a.mkv", count=12, **FAST)
    odd = tmp_path / "caf\udce9.mkv"
    clip.rename(odd)
    assert Seen(odd).numbers == list(range(12))
    result = process(odd, tmp_path / "o.mp4", background="navy")
    assert (result.frames, result.lost) == (12, 0)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi", ".mpg", ".flv", ".y4m", ".gif"])
def test_damage_of_every_kind_is_told_in_one_line(tmp_path: Path, suffix: str) -> None:
    codecs = {".mpg": "mpeg2video", ".avi": "mpeg4", ".y4m": "wrapped_avframe", ".gif": "gif"}
    format = {".y4m": "yuv4mpegpipe", ".mpg": "mpeg"}.get(suffix)
    pixels = "bgr8" if suffix == ".gif" else "yuv420p"
    codec = codecs.get(suffix, "libx264")
    options: dict[str, Any] = FAST if codec == "libx264" else {}
    if suffix == ".mp4":
        options = {**FAST, "muxer": {"movflags": "faststart"}}
    whole = make_numbered(
        tmp_path / f"whole{suffix}", codec, count=20, format=format, pixels=pixels, **options
    ).read_bytes()
    rng = np.random.default_rng(7)
    clip = tmp_path / f"bad{suffix}"
    read = 0
    for _ in range(25):
        data = np.frombuffer(whole, np.uint8).copy()
        reach = data.size if rng.random() < 0.5 else min(data.size, 1500)
        data[rng.integers(0, reach, rng.integers(1, 12))] = rng.integers(0, 256, 1)
        clip.write_bytes(data.tobytes()[: rng.integers(data.size // 2, data.size + 1)])
        said = ""
        try:
            seen = Seen(clip, max_pixels=1 << 20)
        except FastvbgError as error:
            said = str(error)
        else:
            read += 1
            assert seen.times == sorted(set(seen.times))
        assert "\n" not in said
    assert read


@pytest.mark.parametrize("reading", ["native", "bgr", "matte", "depth"])
def test_tags_that_mean_nothing_say_nothing(tmp_path: Path, reading: Any) -> None:
    clip = make_numbered(
        tmp_path / "a.m2v",
        "mpeg2video",
        count=4,
        colorspace="bt470bg",
        color_primaries="film",
        color_trc="log316",
    )
    display = b"\x00\x00\x01\xb5\x2b"  # of which primaries, transfer and matrix follow
    data = clip.read_bytes()
    assert display + bytes((8, 10, 5)) in data
    clip.write_bytes(data.replace(display + bytes((8, 10, 5)), display + bytes((33, 19, 65))))
    with open_source(clip, options=ReadOptions(pixels=reading)) as source:
        shown = [item.frame for item in source]
    assert len(shown) == 4
    for background in ("navy", "transparent"):
        result = process(clip, tmp_path / "o.mov", background=background, overwrite=True)
        assert result.frames == 4


def test_rare_but_defined_tags_are_kept(tmp_path: Path) -> None:
    options = {"x264-params": "colormatrix=bt470bg:colorprim=film:transfer=log316"}
    clip = make_numbered(tmp_path / "a.mp4", count=4, **options)
    process(clip, tmp_path / "o.mp4", background="navy")
    with av.open(str(tmp_path / "o.mp4")) as container:
        made = tags_of(next(container.decode(video=0)))
    assert (made.matrix, made.primaries, made.transfer) == (5, 8, 10)
