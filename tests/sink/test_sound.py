"""Sound and subtitles in containers that do not hold them: copied, encoded anew or left out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fastvbg.pipeline.process import process
from fastvbg.sink import containers
from fastvbg.sink.tracks import Copied, Tracks
from tests.support.media import moving_frames

SUFFIXES = (".mp4", ".mov", ".mkv", ".webm")


def make(
    path: Path,
    codec: str,
    rate: int = 48000,
    layout: str = "stereo",
    *,
    late: float = 0.0,
    start: int = 0,
    frames: int = 25,
) -> Path:
    """Write a clip of 25 frames a second with a tone.

    The tone lies `late` seconds behind in the file; it begins after `start` seconds of video.
    """
    avi = path.suffix == ".avi"
    # Muxers would put late sound in its place, if they waited for it.
    options = {"max_interleave_delta": "1"} if late else {}
    with av.open(str(path), "w", options=options) as container:
        video = container.add_stream("mjpeg" if avi else "libx264", rate=25)
        video.width, video.height = 64, 48
        video.pix_fmt = "yuvj420p" if avi else "yuv420p"
        sound = container.add_stream(codec, rate=rate, layout=layout, options={"strict": "-2"})
        packets = []
        for picture in moving_frames(frames + 25 * start, 64, 48):
            packets += video.encode(av.VideoFrame.from_ndarray(picture, format="bgr24"))
        packets += video.encode(None)
        samples = rate * frames // 25
        wave = (8000 * np.sin(np.arange(samples) * 0.05)).astype(np.int16)
        channels = sound.codec_context.layout.nb_channels
        tone = np.repeat(wave, channels)[None]
        piece = av.AudioFrame.from_ndarray(tone, format="s16", layout=layout)
        piece.sample_rate, piece.pts, piece.time_base = rate, 0, Fraction(1, rate)
        context, fifo = sound.codec_context, av.AudioFifo()
        for part in av.AudioResampler(context.format, layout, rate).resample(piece):
            fifo.write(part)
        for part in fifo.read_many(context.frame_size or 1024, partial=True):
            part.pts += start * rate
            packets += sound.encode(part)
        packets += sound.encode(None)
        for packet in sorted(
            packets, key=lambda p: p.dts * p.time_base + late * (p.stream is sound)
        ):
            container.mux(packet)
    return path


def heard(path: Path) -> tuple[str, str, float, float]:
    """The sound's codec, its channels, how long it is and how loud."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        parts = list(container.decode(stream))
        seconds = sum(part.samples for part in parts) / stream.rate
        resampler = av.AudioResampler("s16", "mono")
        mono = [piece.to_ndarray() for part in parts for piece in resampler.resample(part)]
        loud = float(np.abs(np.concatenate(mono, axis=1).astype(int)).max())
        return stream.codec_context.name, stream.layout.name, seconds, loud


SOURCES = [
    ("pcm_u8", 11025, "mono", ".avi"),
    ("adpcm_ima_wav", 44100, "mono", ".avi"),
    ("adpcm_ms", 22050, "mono", ".avi"),
    ("pcm_s16le", 4000, "mono", ".avi"),
    ("pcm_s24le", 48000, "stereo", ".mkv"),
    ("pcm_f32le", 96000, "5.1", ".mkv"),
    ("pcm_alaw", 8000, "mono", ".mov"),
    ("pcm_s16le", 48000, "hexadecagonal", ".mkv"),
    ("flac", 96000, "stereo", ".mkv"),
    ("libopus", 48000, "stereo", ".mkv"),
    ("ac3", 48000, "5.1(side)", ".mkv"),
    ("aac", 48000, "7.1", ".mkv"),
    ("alac", 44100, "stereo", ".mov"),
    ("mp2", 44100, "stereo", ".ts"),
]


@pytest.mark.parametrize(("codec", "rate", "layout", "suffix"), SOURCES)
def test_sound_is_whole_in_every_container(
    tmp_path: Path, codec: str, rate: int, layout: str, suffix: str
) -> None:
    source = make(tmp_path / f"in{suffix}", codec, rate, layout)
    _, _, seconds, loud = heard(source)
    for kind in SUFFIXES:
        output = tmp_path / f"out{kind}"
        result = process(source, output, background="navy", max_frames=25)
        name, _, made, made_loud = heard(output)
        assert made == pytest.approx(seconds, abs=0.06), kind
        assert made_loud > loud / 8, kind
        encoded = [warning for warning in result.warnings if "encoded anew as" in warning]
        assert len(result.warnings) == len(encoded)
        with av.open(str(source)) as container:
            same = container.streams.audio[0].codec_context.codec.canonical_name in (
                name,
                name.replace("mp3float", "mp2"),
            )
        assert bool(encoded) != same, kind


@pytest.mark.parametrize("frames", [25, 300])
def test_pcm_of_unnamed_channels_stays_pcm_in_mp4(tmp_path: Path, frames: int) -> None:
    """MKV notes a number of channels only; MP4's muxer then refuses at the very end."""
    source = make(tmp_path / "in.mkv", "pcm_s24le", frames=frames)
    result = process(source, tmp_path / "out.mp4", background="navy")
    assert result.warnings == []
    name, layout, seconds, _ = heard(tmp_path / "out.mp4")
    assert (name, layout) == ("pcm_s24le", "stereo")
    assert seconds == pytest.approx(frames / 25, abs=0.03)


@pytest.mark.parametrize(
    ("source", "output", "made"),
    [
        (("pcm_mulaw", 8000, "mono", ".mov"), ".mkv", "flac"),
        (("flac", 48000, "stereo", ".mkv"), ".mov", "pcm_s16le"),
        (("flac", 48000, "stereo", ".mkv"), ".webm", "opus"),
        (("adpcm_ms", 22050, "mono", ".avi"), ".mkv", "aac"),
    ],
)
def test_what_is_lossless_stays_so_where_work_goes_on(tmp_path, source, output, made) -> None:
    codec, rate, layout, suffix = source
    path = make(tmp_path / f"in{suffix}", codec, rate, layout)
    process(path, tmp_path / f"out{output}", background="navy")
    assert heard(tmp_path / f"out{output}")[0] == made


def test_a_container_that_could_hold_it_is_named_only_if_it_can(tmp_path: Path) -> None:
    adpcm = make(tmp_path / "a.avi", "adpcm_ms", 22050, "mono")
    mulaw = make(tmp_path / "m.mov", "pcm_mulaw", 8000, "mono")
    said = process(adpcm, tmp_path / "a.mp4", background="navy").warnings
    assert said == ["audio track 1 (adpcm_ms) is encoded anew as aac: .mp4 cannot hold it"]
    said = process(mulaw, tmp_path / "m.mp4", background="navy").warnings
    assert said == [
        "audio track 1 (pcm_mulaw) is encoded anew as aac: .mp4 cannot hold it, .mov can"
    ]


def test_fewer_channels_are_told(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mkv", "pcm_s16le", 48000, "22.2")
    said = process(source, tmp_path / "out.webm", background="navy").warnings
    assert "is encoded anew as libopus in stereo: .webm cannot hold it, .mkv can" in said[0]


def test_sound_that_nothing_encodes_is_left_out(tmp_path: Path, monkeypatch) -> None:
    source = make(tmp_path / "in.mkv", "flac")
    monkeypatch.setattr("fastvbg.sink.sound.works", lambda *_: False)
    result = process(source, tmp_path / "out.mov", background="navy")
    assert result.warnings == ["audio track 1 (flac) is left out: .mov cannot hold it, .mkv can"]
    with av.open(str(tmp_path / "out.mov")) as made:
        assert [stream.type for stream in made.streams] == ["video"]


def test_the_video_is_not_blamed_for_what_it_does_not_do(tmp_path: Path, monkeypatch) -> None:
    source = make(tmp_path / "in.mkv", "flac")
    monkeypatch.setattr("fastvbg.sink.tracks.holds", lambda *_: True)
    with pytest.raises(OSError, match=r"output: cannot write out\.mov: Invalid argument"):
        process(source, tmp_path / "out.mov", background="navy")
    assert [path.name for path in tmp_path.iterdir()] == ["in.mkv"]


def subtitled(path: Path, codec: str, words: bytes) -> Path:
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        text = container.add_mux_stream(codec)
        for frame in moving_frames(10, 64, 48):
            container.mux(video.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        container.mux(video.encode(None))
        packet = av.Packet(words)
        packet.stream, packet.pts, packet.dts, packet.duration = text, 100, 100, 200
        packet.time_base = Fraction(1, 1000)
        container.mux(packet)
    return path


@pytest.mark.parametrize("output", [".mp4", ".mov", ".webm"])
def test_subtitles_that_cannot_be_held_are_named(tmp_path: Path, output: str) -> None:
    source = subtitled(tmp_path / "in.mkv", "subrip", b"Hello")
    result = process(source, tmp_path / f"out{output}", background="navy")
    assert result.warnings == [
        f"subtitle track 1 (subrip) is left out: {output} cannot hold it, .mkv can"
    ]


def behind(path: Path) -> float:
    """Return how many seconds sound lies behind the frames of its time, at most."""
    seconds = found = 0.0
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.dts is None:
                continue
            at = float(packet.dts * packet.time_base)
            if packet.stream.type == "video":
                seconds = at
            else:
                found = max(found, seconds - at)
    return found


@pytest.mark.parametrize("late", [0.5, 0.9])
@pytest.mark.parametrize(("suffix", "codec"), [(".mkv", "flac"), (".avi", "pcm_s16le")])
def test_sound_behind_the_last_frame_asked_for_is_kept(
    tmp_path: Path, late: float, suffix: str, codec: str
) -> None:
    source = make(tmp_path / f"in{suffix}", codec, late=late, frames=50)
    assert behind(source) == pytest.approx(late, abs=0.1)
    process(source, tmp_path / "out.mkv", background="navy", max_frames=25)
    assert heard(tmp_path / "out.mkv")[2] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("codec", ["pcm_s24le", "aac", "flac"])
@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_sound_that_begins_late_is_tried_all_the_same(tmp_path, codec: str, suffix: str) -> None:
    source = make(tmp_path / "in.mkv", codec, start=4)
    result = process(source, tmp_path / f"out{suffix}", background="navy")
    assert all("encoded anew" in warning for warning in result.warnings)
    assert heard(tmp_path / f"out{suffix}")[2] == pytest.approx(1, abs=0.06)
    with av.open(str(tmp_path / f"out{suffix}")) as made:
        first = next(packet for packet in made.demux(audio=0) if packet.size)
        assert first.pts * first.time_base == pytest.approx(4, abs=0.06)


def test_sound_that_goes_back_in_time_does_not_end_the_run(tmp_path: Path, monkeypatch) -> None:
    source = make(tmp_path / "in.mkv", "aac")
    seen = []

    def astray(self: Copied, packet: av.Packet) -> list[av.Packet]:
        seen.append(packet)
        if len(seen) % 5 == 0:
            packet.dts, packet.pts = packet.dts - 300, packet.pts - 300
        return right(self, packet)

    right = Copied.packets
    monkeypatch.setattr(Copied, "packets", astray)
    process(source, tmp_path / "out.mp4", background="navy")
    with av.open(str(tmp_path / "out.mp4")) as made:
        times = [packet.dts for packet in made.demux(audio=0) if packet.size]
    assert len(times) == len(seen) > 20
    assert times == sorted(set(times))


def test_a_packet_that_the_muxer_refuses_is_left_out(tmp_path: Path, monkeypatch) -> None:
    source = make(tmp_path / "in.mkv", "aac")
    count = iter(range(1000))

    def spoilt(self: Tracks, item: object) -> list[av.Packet]:
        packets = right(self, item)
        if next(count) == 10:
            for packet in packets:
                packet.dts = packet.pts + 100  # shown before it is decoded
        return packets

    right = Tracks.packets
    monkeypatch.setattr(Tracks, "packets", spoilt)
    result = process(source, tmp_path / "out.mp4", background="navy")
    assert result.warnings == ["audio track 1 (aac): 1 damaged packets are left out"]
    assert heard(tmp_path / "out.mp4")[2] > 0.9


def test_sound_that_changes_its_form_is_encoded_to_the_end(tmp_path: Path) -> None:
    """As broadcasts do: here two elementary streams of MP2, one after the other."""
    parts = []
    for layout in ("mono", "stereo"):
        with av.open(str(tmp_path / f"{layout}.mp2"), "w") as container:
            stream = container.add_stream("mp2", rate=44100, layout=layout)
            silence = av.AudioFrame("s16", layout, 1152)
            silence.planes[0].update(bytes(silence.planes[0].buffer_size))
            silence.sample_rate, silence.time_base = 44100, Fraction(1, 44100)
            for place in range(20):
                silence.pts = place * 1152
                container.mux(stream.encode(silence))
            container.mux(stream.encode(None))
        parts.append((tmp_path / f"{layout}.mp2").read_bytes())
    (tmp_path / "both.mp2").write_bytes(b"".join(parts))
    clip = make(tmp_path / "in.ts", "mp2", 44100)
    with (
        av.open(str(clip)) as pictures,
        av.open(str(tmp_path / "both.mp2")) as sound,
        av.open(str(tmp_path / "both.mkv"), "w") as target,
    ):
        into = [
            target.add_stream_from_template(stream, opaque=True)
            for stream in (pictures.streams.video[0], sound.streams.audio[0])
        ]
        for source, stream in zip((pictures, sound), into, strict=True):
            for packet in source.demux(source.streams.best(stream.type)):
                if packet.size:
                    packet.stream = stream
                    target.mux(packet)
    result = process(tmp_path / "both.mkv", tmp_path / "out.webm", background="navy")
    assert [warning for warning in result.warnings if "damaged" in warning] == []
    assert heard(tmp_path / "out.webm")[2] == pytest.approx(40 * 1152 / 44100, abs=0.06)


def test_what_a_container_holds_is_tried_to_the_end(tmp_path: Path) -> None:
    with av.open(str(make(tmp_path / "in.mkv", "pcm_s24le"))) as source:
        stream = source.streams.audio[0]
        packets = [packet for packet in source.demux(stream) if packet.size][:2]
        before = [(packet.pts, packet.dts, packet.time_base) for packet in packets]
        with containers.open_nowhere(".mp4") as table:
            assert "pcm_s24le" in table.supported_codecs
        assert not containers.holds(".mp4", stream, packets)
        assert containers.holds(".mp4", stream, packets, "stereo")
        assert containers.holds(".mkv", stream, packets)
        assert [(packet.pts, packet.dts, packet.time_base) for packet in packets] == before
