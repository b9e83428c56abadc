"""Damage is told from what is missing of a file, never from what its header counts."""

from __future__ import annotations

import struct
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import pytest

from fastvbg.pipeline.preview import preview
from fastvbg.pipeline.process import process
from fastvbg.source.completeness import Completeness
from fastvbg.source.counting import frames_before
from fastvbg.source.outline import Boxes, boxes_of, segment_end
from tests.support.media import read_times
from tests.support.numbered import RATE, Seen, make_numbered

GROUPS = {"g": "25", "bf": "2", "preset": "ultrafast", "sc_threshold": "0"}
FRONT = {"movflags": "faststart"}
PIECES = {"movflags": "frag_keyframe+empty_moov"}


def with_edits(data: bytes, edits: list[tuple[int, int]]) -> bytes:
    """Return an MP4 that shows, by its edit list, runs of (first frame, count); -1 for nothing."""

    def number(name: bytes, skip: int) -> int:
        return int(struct.unpack_from(">I", data, data.find(name) + 4 + skip)[0])

    at = data.find(b"elst") - 4
    length, begin = struct.unpack_from(">I12xIi", data, at)[0::2]
    movie, media = number(b"mvhd", 12), number(b"mdhd", 12)
    entries = [
        struct.pack(
            ">IiI",
            count * movie // RATE,
            -1 if first < 0 else begin + first * media // RATE,
            1 << 16,
        )
        for first, count in edits
    ]
    box = struct.pack(">I4sII", 16 + 12 * len(edits), b"elst", 0, len(edits)) + b"".join(entries)
    changed = bytearray(data[:at] + box + data[at + length :])
    grown = len(box) - length
    for name in (b"edts", b"trak", b"moov"):
        place = data.find(name) - 4
        struct.pack_into(">I", changed, place, struct.unpack_from(">I", data, place)[0] + grown)
    if grown and data.find(b"moov") < data.find(b"mdat"):
        place = changed.find(b"stco") + 8
        for entry in range(struct.unpack_from(">I", changed, place)[0]):
            offset = struct.unpack_from(">I", changed, place + 4 + 4 * entry)[0]
            struct.pack_into(">I", changed, place + 4 + 4 * entry, offset + grown)
    return bytes(changed)


def shown_by_pyav(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.mark.parametrize("order", ["0", "2"])
@pytest.mark.parametrize(
    ("edits", "numbers"),
    [
        ([(0, 40)], range(40)),
        ([(30, 70)], range(30, 100)),
        ([(30, 40)], range(30, 70)),
        ([(50, 50)], range(50, 100)),
        ([(-1, 25), (30, 40)], range(30, 70)),
        ([(0, 20), (50, 20)], [*range(20), *range(50, 70)]),
        ([(50, 20), (0, 20)], [*range(50, 70), *range(20)]),
        ([(10, 10), (10, 10)], [*range(10, 20), *range(10, 20)]),
    ],
)
def test_what_an_edit_list_hides_is_not_missing(tmp_path: Path, edits, numbers, order) -> None:
    whole = make_numbered(tmp_path / "whole.mp4", **{**GROUPS, "bf": order}).read_bytes()
    clip = tmp_path / "trimmed.mp4"
    clip.write_bytes(with_edits(whole, edits))
    seen = Seen(clip)
    assert seen.numbers == list(numbers)
    assert (seen.lost, seen.warnings) == (0, [])
    assert seen.info.frames == len(numbers)
    result = process(clip, tmp_path / "out.mp4", background="navy")
    assert (result.frames, result.lost, result.warnings) == (len(numbers), 0, [])
    assert read_times(tmp_path / "out.mp4") == read_times(clip)


def test_what_an_edit_list_hides_is_not_counted(tmp_path: Path) -> None:
    whole = make_numbered(tmp_path / "whole.mp4", **GROUPS).read_bytes()
    clip = tmp_path / "trimmed.mp4"
    clip.write_bytes(with_edits(whole, [(30, 70)]))
    for count in (0, 1, 10, 40):
        assert frames_before(clip, Fraction(count, RATE), Seen(clip).info) == count


def test_a_clip_that_was_cut_by_copying_packets_is_whole(tmp_path: Path) -> None:
    whole = make_numbered(tmp_path / "whole.mp4", sound="aac", **GROUPS)
    clip = tmp_path / "cut.mp4"
    with av.open(str(whole)) as source, av.open(str(clip), "w") as container:
        streams = {s: container.add_stream_from_template(s) for s in source.streams}
        source.seek(round(1.6 * av.time_base))
        for packet in source.demux():
            if packet.size:
                earlier = round(Fraction(8, 5) / packet.time_base)
                packet.pts, packet.dts = packet.pts - earlier, packet.dts - earlier
                packet.stream = streams[packet.stream]
                container.mux(packet)
    seen = Seen(clip)
    assert seen.numbers[-1] == 99
    assert len(seen.numbers) == shown_by_pyav(clip)
    assert (seen.lost, seen.warnings) == (0, [])


def test_a_sheet_of_a_trimmed_clip_has_all_its_rows(tmp_path: Path) -> None:
    whole = make_numbered(tmp_path / "whole.mp4", **GROUPS).read_bytes()
    clip = tmp_path / "trimmed.mp4"
    clip.write_bytes(with_edits(whole, [(0, 20)]))
    sheet, row = (
        preview(clip, background="navy", times=4),
        preview(clip, background="navy", times=1),
    )
    assert sheet.shape[0] > 3.5 * (row.shape[0] - 6)


@pytest.mark.parametrize("options", [{}, {"start": Fraction(1, 5)}])
def test_a_truncated_clip_still_tells(tmp_path: Path, options) -> None:
    whole = make_numbered(tmp_path / "whole.mp4", muxer=FRONT, **GROUPS).read_bytes()
    clip = tmp_path / "part.mp4"
    clip.write_bytes(whole[: len(whole) * 2 // 3])
    seen = Seen(clip, **options)
    missing = 100 - seen.numbers[-1] - 1
    assert abs(seen.lost - missing) <= 5  # frames that wait for lost ones, too
    assert any(f"{clip}: the file ends early; about" in line for line in seen.warnings)


def test_what_is_cut_off_of_the_hidden_part_is_not_missed(tmp_path: Path) -> None:
    front = make_numbered(tmp_path / "whole.mp4", muxer=FRONT, **{**GROUPS, "bf": "0"})
    trimmed = with_edits(front.read_bytes(), [(0, 40)])
    clip = tmp_path / "part.mp4"
    clip.write_bytes(trimmed[: len(trimmed) * 4 // 5])
    seen = Seen(clip)
    assert seen.numbers == list(range(40))
    assert (seen.lost, seen.warnings) == (0, [])
    clip.write_bytes(trimmed[: len(trimmed) // 4])
    seen = Seen(clip)
    assert seen.numbers == list(range(len(seen.numbers)))
    assert seen.lost > 0
    assert any("the file ends early; about" in line for line in seen.warnings)


def test_a_recording_in_pieces_tells_of_its_last(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "whole.mp4", muxer=PIECES, **GROUPS)
    seen = Seen(clip)
    assert (len(seen.numbers), seen.lost, seen.warnings) == (100, 0, [])
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 2 // 3])
    seen = Seen(clip)
    assert 0 < len(seen.numbers) < 100
    assert seen.lost > 0
    assert any("the file ends early; about" in line for line in seen.warnings)


def longer_sound(path: Path) -> Path:
    """A Matroska whose sound goes on for two seconds after the pictures."""
    made = make_numbered(path.with_name("sound.mkv"), sound="aac", bf="0", preset="ultrafast")
    with av.open(str(made)) as source, av.open(str(path), "w") as container:
        streams = {s: container.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            late = packet.stream.type == "video" and (packet.pts or 0) * packet.time_base >= 2
            if packet.size and not late:
                packet.stream = streams[packet.stream]
                container.mux(packet)
    return path


def test_sound_longer_than_the_pictures_is_no_damage(tmp_path: Path) -> None:
    clip = longer_sound(tmp_path / "long.mkv")
    seen = Seen(clip)
    assert (seen.numbers, seen.lost, seen.warnings) == (list(range(50)), 0, [])
    assert seen.info.frames == 50
    part = Seen(clip, start=Fraction(1))
    assert (part.info.frames, part.lost) == (25, 0)


@pytest.mark.parametrize("seconds", [400.0, 1.0])
def test_a_wrong_duration_is_no_damage(tmp_path: Path, seconds: float) -> None:
    clip = make_numbered(tmp_path / "a.mkv", preset="ultrafast")
    data = clip.read_bytes()
    at = data.index(b"\x44\x89\x88") + 3  # Duration, of 8 bytes, in milliseconds
    assert struct.unpack_from(">d", data, at)[0] == pytest.approx(4000, abs=100)
    clip.write_bytes(data[:at] + struct.pack(">d", seconds * 1000) + data[at + 8 :])
    seen = Seen(clip)
    assert (len(seen.numbers), seen.lost, seen.warnings) == (100, 0, [])


def test_a_truncated_matroska_still_tells(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "a.mkv", preset="ultrafast", g="10")
    data = clip.read_bytes()
    assert segment_end(BytesIO(data)) == len(data)
    clip.write_bytes(data[: len(data) * 2 // 3])
    seen = Seen(clip)
    assert seen.lost >= 100 - len(seen.numbers) - 2
    assert any("the file ends early; about" in line for line in seen.warnings)
    clip.write_bytes(data[:-20])  # of the index at the end
    seen = Seen(clip)
    assert (len(seen.numbers), seen.lost) == (100, 0)


def packets_of(path: Path) -> list[int]:
    """Where the packets of a file's pictures lie in it, in their order."""
    with av.open(str(path)) as container:
        return [packet.pos for packet in container.demux(video=0) if packet.size]


def test_what_a_cut_matroska_lacks_is_told_from_the_second_frame_on(tmp_path: Path) -> None:
    """The time of one frame may be missing of a file of which only the index is cut off."""
    clip = make_numbered(tmp_path / "a.mkv", preset="ultrafast", bf="0")
    clip.write_bytes(clip.read_bytes()[:-20])
    with av.open(str(clip)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        for unseen, missing in ((0, 0), (1, 0), (2, 2), (3, 3)):
            completeness = Completeness(container, container.streams.video[0], clip, 1)
            for packet in packets[: 100 - unseen]:
                completeness.saw(packet)
            assert completeness.missing() == missing


def test_a_clip_that_is_cut_off_between_two_frames_counts_all_that_follow(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "a.mp4", muxer=FRONT, preset="ultrafast", bf="0")
    clip.write_bytes(clip.read_bytes()[: packets_of(clip)[70]])
    seen = Seen(clip)
    assert (seen.numbers, seen.lost) == (list(range(70)), 30)


def test_a_live_matroska_says_nothing_of_its_end(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "a.mkv", muxer={"live": "1"}, preset="ultrafast")
    assert segment_end(BytesIO(clip.read_bytes())) is None
    assert (len(Seen(clip).numbers), Seen(clip).lost) == (100, 0)


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", Boxes(0, fragmented=False)),
        (box(b"ftyp", b"abcd") + box(b"moov"), Boxes(20, fragmented=False)),
        (box(b"moof") + box(b"mdat", b"x" * 90)[:50], Boxes(106, fragmented=True)),
        (struct.pack(">I4sQ", 1, b"mdat", 1 << 40), Boxes(1 << 40, fragmented=False)),
        (box(b"free") + struct.pack(">I4s", 0, b"mdat") + b"x" * 9, Boxes(8, fragmented=False)),
        (box(b"free") + b"\0\0", Boxes(8, fragmented=False)),
    ],
)
def test_outermost_boxes(tmp_path: Path, data: bytes, wanted: Boxes) -> None:
    (tmp_path / "a.mp4").write_bytes(data)
    assert boxes_of(BytesIO((tmp_path / "a.mp4").read_bytes())) == wanted


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", None),
        (b"\x1a\x45\xdf\xa3\x82ab\x18\x53\x80\x67\x84abcd", 16),
        (b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\0\0\0\0\0\1\0", 17 + 256),
        (b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xff", None),
        (b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff", None),
        (b"\x1a\x45\xdf\xa3\x80\x18\x53", None),
        (b"\0" * 40, None),
    ],
)
def test_the_end_of_a_segment(tmp_path: Path, data: bytes, wanted: int | None) -> None:
    (tmp_path / "a.mkv").write_bytes(data)
    assert segment_end(BytesIO((tmp_path / "a.mkv").read_bytes())) == wanted


@pytest.mark.parametrize(
    ("name", "muxer"), [("a.mp4", FRONT), ("a.mp4", PIECES), ("a.mkv", None)], ids=str
)
def test_a_truncated_clip_tells_what_is_missing_before_the_end_asked_for(
    tmp_path: Path, name: str, muxer
) -> None:
    clip = make_numbered(tmp_path / name, muxer=muxer or {}, preset="ultrafast", g="10", bf="0")
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 2 // 3])
    held = len(Seen(clip).numbers)
    before = Seen(clip, end=Fraction(held - 15, 25))
    assert (len(before.numbers), before.lost, before.warnings) == (held - 15, 0, [])
    beyond = Seen(clip, end=Fraction(90, 25))
    assert len(beyond.numbers) == held
    assert any("the file ends early; about" in line for line in beyond.warnings)
    if muxer is not PIECES:  # in pieces the rest is in no table
        assert abs(beyond.lost - (90 - held)) <= 2


def test_damage_behind_the_end_asked_for_is_none(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "a.mp4", preset="ultrafast", g="25", bf="0")
    data = bytearray(clip.read_bytes())
    with av.open(str(clip)) as container:
        broken = [p for p in container.demux(video=0) if p.size][60]
        data[broken.pos : broken.pos + broken.size] = bytes(broken.size)
    clip.write_bytes(data)
    for last in (59, 60):  # the decoder is given some packets beyond the end
        seen = Seen(clip, end=Fraction(last, 25))
        assert (len(seen.numbers), seen.lost, seen.warnings) == (last, 0, [])
    assert Seen(clip, end=Fraction(62, 25)).lost > 0
