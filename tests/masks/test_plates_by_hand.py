"""A plate photographed by hand in a run: told how it lies, refused where it cannot be the room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fastvbg import masks, matte, process
from fastvbg.cli import run_command_line
from fastvbg.cli.gathering import gathered
from fastvbg.errors import OptionError, ShapeError
from tests.support.asked import asked
from tests.support.byhand import Pair, by_hand, pair, room
from tests.support.masked import mattes
from tests.support.people import use_green_network

SIZE = (240, 432)
LINE = "plate: moved by 7."


def write(path: Path, frames: list[np.ndarray], pixel_format: str = "yuv420p") -> Path:
    with av.open(str(path), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.height, video.width, video.pix_fmt = *SIZE, pixel_format
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(frame, format="bgr24")
            container.mux(video.encode(picture.reformat(format=pixel_format)))
        container.mux(video.encode(None))
    return path


@pytest.fixture(scope="module")
def seen() -> Pair:
    return pair(by_hand(SIZE, (6.0, 4.0), 0.2), size=SIZE, exposure=0.85)


@pytest.fixture
def plate(seen: Pair, tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "plate.png"), seen.plate)
    return tmp_path / "plate.png"


def is_right(got: np.ndarray, seen: Pair) -> bool:
    person = seen.person > 0
    return bool((got[person] >= 128).mean() > 0.97 and (got[~person] >= 128).mean() < 0.03)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p10le", "yuv444p"])
@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_a_plate_by_hand_is_registered_and_told(
    pixel_path: str, pixel_format: str, seen: Pair, plate: Path, tmp_path: Path
) -> None:
    clip = write(tmp_path / "clip.mkv", [seen.frame] * 3, pixel_format)
    told: list[str] = []
    result = matte(
        clip,
        tmp_path / "m.mkv",
        settings=asked("plate", plate=plate),
        pixel_path=pixel_path,
        tell=told.append,
    )
    assert [line[: len(LINE)] for line in result.warnings] == [LINE]
    assert result.warnings[0].endswith(("exposure x1.17", "exposure x1.18", "exposure x1.16"))
    assert told == result.warnings
    assert all(is_right(got, seen) for got in mattes(tmp_path / "m.mkv"))


@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_composites_show_no_room(pixel_path: str, seen: Pair, plate: Path, tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mkv", [seen.frame] * 2, "yuv444p")
    settings = asked("plate", plate=plate, refine="none")
    output = tmp_path / "o.mkv"
    process(clip, output, background="lime", settings=settings, pixel_path=pixel_path, codec="ffv1")
    with av.open(str(output)) as container:
        frames = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    shows = np.abs(frames[1].astype(int) - (0, 255, 0)).max(axis=2) > 40
    assert is_right(np.where(shows, 255, 0), seen)


def test_another_room_is_refused_in_one_line(seen: Pair, tmp_path: Path, capfd) -> None:
    clip = write(tmp_path / "clip.mkv", [seen.frame] * 3)
    cv2.imwrite(str(tmp_path / "other.png"), pair(size=SIZE, seed=9).plate)
    output = tmp_path / "o.mkv"
    options = ["--plate", str(tmp_path / "other.png"), "-b", "red", "-o", str(output)]
    assert run_command_line(["run", str(clip), *options]) == 2
    said = capfd.readouterr().err
    assert said.startswith("fastvbg: plate: got ")
    assert said.count("\n") == 1
    assert not output.exists()


def test_a_slate_before_the_room_is_waited_out(seen: Pair, plate: Path, tmp_path: Path) -> None:
    slate = pair(size=SIZE, seed=9).frame
    clip = write(tmp_path / "clip.mkv", [slate] * 3 + [seen.frame] * 12)
    result = matte(clip, tmp_path / "m.mkv", settings=asked("plate", plate=plate))
    assert [line[: len(LINE)] for line in result.warnings] == [LINE]
    assert is_right(mattes(tmp_path / "m.mkv")[-1], seen)


def test_black_before_the_room_is_waited_out(seen: Pair, plate: Path, tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mkv", [np.zeros_like(seen.frame)] * 3 + [seen.frame] * 12)
    matte(clip, tmp_path / "m.mkv", settings=asked("plate", plate=plate))
    assert all(is_right(got, seen) for got in mattes(tmp_path / "m.mkv")[3:])


def test_what_can_be_read_once_is_refused_by_its_first_frame(seen: Pair, tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mkv", [seen.frame] * 3)
    cv2.imwrite(str(tmp_path / "other.png"), pair(size=SIZE, seed=9).plate)
    command = [sys.executable, "-m", "fastvbg", "matte", "-", "-o", str(tmp_path / "m.mkv")]
    with clip.open("rb") as piped:
        done = subprocess.run(
            [*command, "--plate", str(tmp_path / "other.png")],
            stdin=piped,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("fastvbg: plate: got ")


def test_a_plate_of_the_clip_itself_is_not_registered(seen: Pair, tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mkv", [seen.room] * 12 + [seen.frame] * 6)
    result = matte(clip, tmp_path / "m.mkv", settings=asked("plate", plate="first:0.4s"))
    assert result.warnings == []
    assert is_right(mattes(tmp_path / "m.mkv")[-1], seen)


def test_a_camera_in_a_hand_is_followed(tmp_path: Path) -> None:
    wide, person = room(4, SIZE, 1.3), pair(size=SIZE)
    middle = np.array([[1, 0, -0.15 * SIZE[1]], [0, 1, -0.15 * SIZE[0]], [0, 0, 1]])
    frames = []
    for number in range(48):
        k = max(0, number - 12)
        moved = by_hand(SIZE, (4 * np.sin(k / 5), 3 * np.sin(k / 4)))
        view = cv2.warpPerspective(wide, moved @ middle, SIZE[::-1], flags=cv2.INTER_CUBIC)
        if number >= 12:
            view = np.where(person.person[..., None] > 0, person.frame, view)
        frames.append(np.clip(view, 0, 255).astype(np.uint8))
    clip = write(tmp_path / "clip.mkv", frames)
    result = matte(clip, tmp_path / "m.mkv", settings=asked("plate", plate="first:0.4s"))
    assert result.warnings == []
    assert all(is_right(got, person) for got in mattes(tmp_path / "m.mkv")[34:])


def test_the_person_mask_takes_one_too(monkeypatch, seen: Pair, plate: Path, tmp_path) -> None:
    use_green_network(monkeypatch)
    clip = write(tmp_path / "clip.mkv", [seen.frame] * 2, "yuv444p")
    result = matte(clip, tmp_path / "m.mkv", settings=asked("person", plate=plate))
    assert [line[: len(LINE)] for line in result.warnings] == [LINE]
    other, small = tmp_path / "other.png", tmp_path / "small.png"
    cv2.imwrite(str(other), pair(size=SIZE, seed=9).plate)
    with pytest.raises(OptionError, match="it shows another room"):
        matte(clip, tmp_path / "o.mkv", settings=asked("person", plate=other))
    cv2.imwrite(str(small), seen.plate[:-4])
    with pytest.raises(ShapeError, match="plate: got 432x236"):
        matte(clip, tmp_path / "s.mkv", settings=asked("person", plate=small))
    with pytest.raises(OptionError, match="plate: got room 'off'"):
        matte(clip, tmp_path / "r.mkv", settings=asked("person", plate=plate, room="off"))


def test_of_small_planes_the_person_mask_says_that_it_does_not_use_it(
    monkeypatch, seen: Pair, plate: Path, tmp_path
) -> None:
    use_green_network(monkeypatch)
    clip = write(tmp_path / "clip.mkv", [seen.frame] * 2)
    result = matte(clip, tmp_path / "m.mkv", settings=asked("person", plate=plate))
    assert len(result.warnings) == 1
    assert "plate: not used" in result.warnings[0]


@pytest.mark.parametrize("kind", ["plate", "person"])
def test_a_larger_plate_of_the_same_view_is_reduced(
    kind: str, monkeypatch, seen: Pair, plate: Path, tmp_path: Path
) -> None:
    use_green_network(monkeypatch)
    clip = write(tmp_path / "clip.mkv", [seen.frame] * 2, "yuv444p")
    cv2.imwrite(str(plate), cv2.resize(seen.plate, None, fx=2, fy=2))
    result = matte(clip, tmp_path / "m.mkv", settings=asked(kind, plate=plate))
    assert [line[: len(LINE)] for line in result.warnings] == [LINE]
    if kind == "plate":
        assert is_right(mattes(tmp_path / "m.mkv")[-1], seen)


def test_a_plate_of_the_clips_size_goes_with_a_smaller_scale(
    seen: Pair, plate: Path, tmp_path: Path
) -> None:
    clip = write(tmp_path / "clip.mkv", [seen.frame] * 2, "yuv444p")
    matte(clip, tmp_path / "m.mkv", settings=asked("plate", plate=plate), scale="325x-1")
    got = mattes(tmp_path / "m.mkv")[-1]
    there = cv2.resize(seen.person, got.shape[::-1], interpolation=cv2.INTER_AREA)
    assert is_right(got, seen._replace(person=np.where(there > 127, 255, 0)))


@pytest.mark.parametrize("form", [(120, 216), (480, 860), (480, 432), (239, 432), (1, 1)])
def test_a_smaller_plate_or_one_of_other_proportions_is_refused(
    form: tuple[int, int], seen: Pair, plate: Path, tmp_path: Path
) -> None:
    clip = write(tmp_path / "clip.mkv", [seen.frame] * 2)
    cv2.imwrite(str(plate), cv2.resize(seen.plate, form[::-1]))
    with pytest.raises(ShapeError, match=f"^plate: got {form[1]}x{form[0]} .* or larger in the"):
        matte(clip, tmp_path / "m.mkv", settings=asked("plate", plate=plate))


@pytest.mark.parametrize("kind", ["plate", "person"])
@pytest.mark.parametrize("dark", [False, True])
def test_a_plate_that_cannot_be_registered_is_told_at_once(
    dark: bool, kind: str, monkeypatch, tmp_path: Path
) -> None:
    use_green_network(monkeypatch)
    seen = pair(by_hand(SIZE, (1.5, 1.0)), size=SIZE)
    clip, plate = write(tmp_path / "clip.mkv", [seen.frame] * 3, "yuv444p"), tmp_path / "plate.png"
    cv2.imwrite(str(plate), seen.plate // 32 if dark else cv2.GaussianBlur(seen.plate, (0, 0), 4))
    told: list[str] = []
    result = matte(clip, tmp_path / "m.mkv", settings=asked(kind, plate=plate), tell=told.append)
    words = "plate: has " if dark else "plate: used as it lies"
    assert told[0] == result.warnings[0]
    assert told[0].startswith(words)
    assert told[0].endswith("take it again, or use the mask person")


def test_a_plate_alone_is_that_of_the_mask_plate(plate: Path) -> None:
    assert gathered(None, {"plate": str(plate)}, {}, None).kind == masks.Plate(plate=plate)
    several = {"plate": str(plate), "every": "4"}
    assert gathered(None, several, {}, None).kind == masks.Person(plate=plate, every=4)
