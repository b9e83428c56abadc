"""What comes with a file comes out: sound, subtitles, chapters, names, turns, cuts in time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fastvbg.matting.cuts import CutDetector
from fastvbg.matting.pairing import make_pairing
from fastvbg.media.model import ReadOptions, Timed
from fastvbg.pipeline.process import process
from fastvbg.pixels import BGRPixels, make_pixels
from fastvbg.source import open_source
from tests.support.media import Clip, moving_frames, read_frames, read_packets, read_times

_ONE = 1 << 16
# Names of turns, as what x and y become: x' = a x + c y, y' = b x + d y.
TURNS = {
    "half": (-_ONE, 0, 0, -_ONE),
    "left": (0, -_ONE, _ONE, 0),
    "right": (0, _ONE, -_ONE, 0),
    "mirrored": (-_ONE, 0, 0, _ONE),
    "upside down": (_ONE, 0, 0, -_ONE),
    "transposed": (0, _ONE, _ONE, 0),
    "transversed": (0, -_ONE, -_ONE, 0),
}
needs_matrix = pytest.mark.skipif(
    not hasattr(av.video.stream.VideoStream, "set_display_matrix"),
    reason="this PyAV cannot write a display matrix",
)


def turned_clip(path: Path, turn: str) -> Path:
    a, b, c, d = TURNS[turn]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.set_display_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
        for frame in corner_frames(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def corner_frames(count: int) -> list[np.ndarray]:
    """A bright patch in the upper left that flickers, on gray."""
    frames = [np.full((48, 64, 3), 90, np.uint8) for _ in range(count)]
    for index, frame in enumerate(frames):
        frame[4:16, 6:26] = 250 if index % 2 else 200
    return frames


def as_shown(turn: str) -> np.ndarray:
    """Where the patch is in the picture that a player shows."""
    a, b, c, d = (np.sign(v) for v in TURNS[turn])
    patch = np.zeros((48, 64), bool)
    patch[4:16, 6:26] = True
    shown = patch.T if b or c else patch
    if a < 0 or c < 0:
        shown = shown[:, ::-1]
    return shown[::-1] if b < 0 or d < 0 else shown


@needs_matrix
@pytest.mark.parametrize("turn", sorted(TURNS))
@pytest.mark.parametrize("name", ["o.mp4", "o.mov", "o.mkv", "o.webm", "o%d.png", "o.gif"])
def test_the_picture_is_turned_upright_whatever_the_output(
    tmp_path: Path, turn: str, name: str
) -> None:
    source = turned_clip(tmp_path / "in.mp4", turn)
    process(source, tmp_path / name, background="black")
    wanted = as_shown(turn)
    with av.open(str(tmp_path / name.replace("%d", "1"))) as made:
        assert "DISPLAYMATRIX" not in next(made.decode(video=0)).side_data
    with open_source(tmp_path / name) as made:
        frames = [item.frame for item in made if isinstance(item, Timed)]
    shown = frames[3].mean(axis=2) > 128
    assert shown.shape == wanted.shape
    assert np.count_nonzero(shown != wanted) < 0.05 * wanted.size


def rich_clip(path: Path) -> None:
    """Two sound tracks of which one is Opus, subtitles, chapters, names and a pixel shape."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.codec_context.sample_aspect_ratio = Fraction(4, 3)
        video.metadata["language"] = "eng"
        tracks = [
            container.add_stream(codec, rate=48000, layout="stereo") for codec in ("aac", "libopus")
        ]
        for track, language in zip(tracks, ("eng", "fra"), strict=True):
            track.metadata["language"] = language
        words = container.add_mux_stream("subrip")
        words.metadata["language"] = "deu"
        container.metadata.update({"title": "A walk", "artist": "Nobody"})
        chapter = {"time_base": Fraction(1, 1000)}
        container.set_chapters(
            [
                {**chapter, "id": 1, "start": 0, "end": 400, "metadata": {"title": "One"}},
                {**chapter, "id": 2, "start": 400, "end": 1000, "metadata": {"title": "Two"}},
            ]
        )
        for frame in moving_frames(25, 64, 48):
            container.mux(video.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        container.mux(video.encode(None))
        for track in tracks:
            sound = np.zeros((1, 2 * 48000), np.int16)
            piece = av.AudioFrame.from_ndarray(sound, format="s16", layout="stereo")
            piece.sample_rate, piece.pts, piece.time_base = 48000, 0, Fraction(1, 48000)
            fifo = av.AudioFifo()
            fifo.write(piece)
            for part in fifo.read_many(track.codec_context.frame_size or 960, partial=True):
                container.mux(track.encode(part))
            container.mux(track.encode(None))
        packet = av.Packet(b"Hello")
        packet.stream, packet.pts, packet.dts, packet.duration = words, 100, 100, 300
        packet.time_base = Fraction(1, 1000)
        container.mux(packet)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rich") / "rich.mkv"
    rich_clip(path)
    return path


def test_tracks_chapters_names_and_pixel_shape_are_kept(rich: Path, tmp_path: Path) -> None:
    result = process(rich, tmp_path / "out.mkv", background="navy")
    assert result.warnings == []
    with av.open(str(tmp_path / "out.mkv")) as made:
        assert [s.codec_context.codec.canonical_name for s in made.streams] == [
            "h264",
            "aac",
            "opus",
            "subrip",
        ]
        assert [s.metadata.get("language") for s in made.streams] == ["eng", "eng", "fra", "deu"]
        assert {k.lower(): v for k, v in made.metadata.items()}["title"] == "A walk"
        assert [c["metadata"]["title"] for c in made.chapters()] == ["One", "Two"]
        assert made.streams.video[0].sample_aspect_ratio == Fraction(4, 3)
        words = [bytes(p) for p in made.demux(made.streams.subtitles[0]) if p.size]
        assert words == [b"Hello"]


def test_what_a_container_forbids_is_encoded_anew_or_named(rich: Path, tmp_path: Path) -> None:
    result = process(rich, tmp_path / "out.webm", background="navy")
    said = " ".join(result.warnings)
    assert "audio track 1 (aac) is encoded anew as libopus" in said
    assert "subtitle track 3 (subrip) is left out: .webm cannot hold it, .mkv can" in said
    with av.open(str(tmp_path / "out.webm")) as made:
        assert [s.codec_context.name for s in made.streams] == ["vp9", "opus", "opus"]
        sound = sum(frame.samples for frame in made.decode(audio=0))
        assert abs(sound - 48000) < 3000


def test_a_part_of_a_video_begins_and_ends_where_it_was_asked_to(rich, tmp_path: Path) -> None:
    process(rich, tmp_path / "out.mkv", background="navy", start=Fraction(2, 5), end=Fraction(4, 5))
    times = read_times(tmp_path / "out.mkv")
    assert len(times) == 10
    assert max(times) - min(times) == Fraction(36, 100)
    assert times[0] < Fraction(1, 20)
    with av.open(str(tmp_path / "out.mkv")) as made:
        assert [c["metadata"]["title"] for c in made.chapters()] == ["Two"]
    assert 0 < len(read_packets(tmp_path / "out.mkv")) <= 20


def test_so_many_frames_and_no_more(clip: Clip, tmp_path: Path) -> None:
    assert process(clip.path, tmp_path / "o.mp4", background="navy", max_frames=7).frames == 7
    assert read_times(tmp_path / "o.mp4") == read_times(clip.path)[:7]


@pytest.mark.parametrize(("scale", "size"), [((32, 24), (32, 24)), ((96, 0), (96, 72))])
def test_another_size_to_work_at(clip: Clip, tmp_path: Path, scale, size) -> None:
    process(clip.path, tmp_path / "o.mp4", background="navy", scale=scale)
    assert read_frames(tmp_path / "o.mp4")[0].shape == (size[1], size[0], 3)


def scenes(*lengths: int) -> list[Timed]:
    """Scenes of different noise, in each of which a block walks."""
    frames: list[np.ndarray] = []
    for number, length in enumerate(lengths):
        part = moving_frames(length, 64, 48, seed=number)
        frames += [255 - f for f in part] if number % 2 else part
    return [Timed(frame, index) for index, frame in enumerate(frames)]


@pytest.mark.parametrize("lengths", [(5, 5), (4, 1, 4), (3, 1, 1, 3), (6, 1), (1, 1), (1, 5)])
def test_the_first_frame_of_a_scene_is_compared_with_the_next_one(lengths) -> None:
    frames = scenes(*lengths)

    def is_cut(prev: np.ndarray, next: np.ndarray) -> bool:
        return abs(prev.astype(int) - next).mean() > 60

    pairing = make_pairing("neighbours", is_cut)
    pairs = [pair for frame in frames for pair in pairing.push(frame)] + list(pairing.finish())
    assert [pair.position for pair in pairs] == list(range(len(frames)))
    scene = [number for number, length in enumerate(lengths) for _ in range(length)]
    for pair in pairs:
        other = next(t.pts for t in frames if t.frame is pair.prev)
        assert scene[other] == scene[pair.position]
        alone = lengths[scene[pair.position]] == 1
        assert (other == pair.position) == alone


def test_hard_cuts_do_not_flash(clips: Path) -> None:
    with open_source(
        clips / "awkward/scene_cuts_qcif_1700f.264", options=ReadOptions(pixels="native")
    ) as source:
        pixels = make_pixels(source.info, None)
        detector, found = CutDetector(pixels), list[bool]()

        def is_cut(prev: Any, next: Any) -> bool:
            found.append(detector(prev, next))
            return found[-1]

        pairing = make_pairing("neighbours", is_cut)
        shares = []
        for item in source:
            shares += [
                np.count_nonzero(pixels.mask(pair.prev, pair.next, 24)) / (176 * 144)
                for pair in pairing.push(item)
            ]
    assert sum(found) == 237
    # Across a cut three quarters of the picture differ by so much; within a scene never half.
    assert max(shares) < 0.5


@pytest.mark.parametrize("name", ["talking/foreman_cif_300f.264", "talking/single_face.mp4"])
def test_a_moving_camera_is_no_cut(clips: Path, name: str) -> None:
    with open_source(clips / name) as source:
        cuts = CutDetector(BGRPixels(source.info, None))
        previous = None
        for item in source:
            if isinstance(item, Timed):
                assert previous is None or not cuts(previous.frame, item.frame)
                previous = item
    assert previous is not None
