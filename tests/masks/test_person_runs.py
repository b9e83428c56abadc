"""The person mask in runs, with a network made for tests; and its scores with the real models."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.cli import run_command_line
from fastvbg.errors import ModelError, OptionError
from fastvbg.keyers.person.keyer import PersonKeyer
from fastvbg.measure.usual import usual_code_for
from fastvbg.models import store
from fastvbg.pixels import NativePixels
from tests.support.asked import asked
from tests.support.masked import mattes
from tests.support.media import read_frames
from tests.support.onnxfile import one_by_one
from tests.support.people import disc, iou, use_green_network, wall, with_person, write_clip

SIZE = (180, 320)
COUNT = 14


def centre(k: int) -> tuple[int, int]:
    return 90 + 9 * k, 90


@pytest.fixture
def runs(monkeypatch):
    return use_green_network(monkeypatch)


@pytest.fixture(scope="module")
def walk(tmp_path_factory) -> Path:
    """A person who walks, and a cut to another room in which nobody is."""
    frames = [with_person(wall(*SIZE), *centre(k)) for k in range(COUNT)]
    frames += [np.full((*SIZE, 3), 30, np.uint8)] * 3
    return write_clip(tmp_path_factory.mktemp("walk") / "walk.mp4", frames)


@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_each_frame_gets_its_own_matte(runs, walk, tmp_path, pixel_path) -> None:
    out = tmp_path / "matte.mkv"
    result = fastvbg.matte(walk, out, mask="person", pixel_path=pixel_path)
    found = mattes(out)
    assert result.frames == len(found) == COUNT + 3
    for k in range(COUNT):
        assert iou(found[k], disc(SIZE, *centre(k))) > 0.93
    for matte in found[COUNT:]:
        assert not matte.any()


def test_a_run_looks_ahead_and_gives_what_the_keyer_gives(runs, walk, tmp_path) -> None:
    out = tmp_path / "matte.mkv"
    fastvbg.matte(walk, out, mask="person", pixel_path="bgr", max_frames=COUNT)
    keyer = PersonKeyer()
    with av.open(str(walk)) as container:
        frames = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    for matte, frame in zip(mattes(out), frames[:COUNT], strict=True):
        # The two conversions to BGR spread halved chroma differently.
        assert np.abs(matte.astype(int) - keyer.key(frame)).mean() < 0.8


def test_deep_frames_are_keyed_in_eight_bits(runs, tmp_path) -> None:
    frames = [with_person(wall(*SIZE), *centre(k)) for k in range(4)]
    clip = write_clip(tmp_path / "deep.mkv", frames, "yuv420p10le")
    fastvbg.matte(clip, tmp_path / "matte.mkv", mask="person")
    assert iou(mattes(tmp_path / "matte.mkv")[3], disc(SIZE, *centre(3))) > 0.93


def test_run_and_preview(runs, walk, tmp_path) -> None:
    out = tmp_path / "out.mp4"
    result = fastvbg.process(walk, out, background="#ff00ff", mask="person")
    assert result.frames == COUNT + 3
    with av.open(str(out)) as container:
        last = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)][-1]
    np.testing.assert_allclose(last[90, 160], (255, 0, 255), atol=6)
    sheet = tmp_path / "sheet.png"
    arguments = ["preview", str(walk), "-b", "blue", "-o", str(sheet), "--mask", "person"]
    assert run_command_line(arguments) in (0, None)
    assert cv2.imread(str(sheet)) is not None


def test_every_saves_looks(runs, walk, tmp_path) -> None:
    mask = asked("person", every=4, quality="fast")
    fastvbg.matte(walk, tmp_path / "matte.mkv", settings=mask, max_frames=8)
    assert len(runs) < 8


def test_a_model_of_ones_own_on_the_command_line(walk, tmp_path) -> None:
    model = tmp_path / "green.onnx"
    model.write_bytes(one_by_one([[-4.0, 4.0, 0.0]], (1, 3, "h", "w"), bias=[-0.5]))
    out = tmp_path / "matte.mkv"
    arguments = ["matte", str(walk), "-o", str(out), "--mask", f"model:{model}", "-q"]
    arguments += ["--runtime", "opencv"]
    assert run_command_line([*arguments, "--model-size", "160x90"]) in (0, None)
    assert iou(mattes(out)[5], disc(SIZE, *centre(5))) > 0.85


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--mask", "model:none.onnx"], "model: none.onnx cannot be read"),
        (["--mask", "model"], "model: wanted a file"),
        (["--mask", "person", "--every", "0"], "every: got 0"),
        (["--mask", "motion", "--every", "2"], "belongs to model and person"),
        (["--mask", "person", "--runtime", "cuda"], "runtime: got 'cuda'"),
        (
            ["--mask", "model:m.onnx", "--model-size", "x"],
            "model_size: got 'x', wanted WIDTHxHEIGHT",
        ),
    ],
)
def test_errors_are_one_line(walk, tmp_path, capsys, options, words) -> None:
    out = tmp_path / "out.mkv"
    assert run_command_line(["matte", str(walk), "-o", str(out), *options]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert words in lines[-1]
    assert not out.exists()


def test_without_models_and_network_a_run_is_one_line(walk, tmp_path, monkeypatch, capsys) -> None:
    from fastvbg.models import fetch

    monkeypatch.setenv(store.ENVIRONMENT, str(tmp_path / "models"))
    monkeypatch.setattr(fetch, "find_spec", lambda name: None)
    out = tmp_path / "out.mp4"
    arguments = ["run", str(walk), "-b", "blue", "-o", str(out), "--mask", "person"]
    assert run_command_line(arguments) == 2
    assert "this Python has no pip" in capsys.readouterr().err
    assert not out.exists()


def test_what_goes_wrong_while_looking_ends_the_run(runs, walk, tmp_path, monkeypatch) -> None:
    looked = PersonKeyer.look

    def fails(self, picture):
        if len(runs) > 5:
            raise ModelError("model: it broke")
        return looked(self, picture)

    monkeypatch.setattr(PersonKeyer, "look", fails)
    with pytest.raises(ModelError, match="it broke"):
        fastvbg.matte(walk, tmp_path / "out.mkv", mask="person")
    assert not (tmp_path / "out.mkv").exists()


def test_a_model_may_be_named_with_the_mask() -> None:
    assert asked("model:m.onnx").kind.model == "m.onnx"
    with pytest.raises(OptionError, match="give it once"):
        asked("model:m.onnx", model="n.onnx")


# With the real models.


@pytest.fixture
def real(real_models, monkeypatch) -> None:
    monkeypatch.setenv(store.ENVIRONMENT, str(real_models))


@pytest.mark.clips
def test_portraits(clips, real) -> None:
    """A model resized without more has IoU 0.9235 and error 0.0393."""
    overlaps, errors = [], []
    for path in sorted((clips / "matting" / "p3m" / "original").iterdir()):
        frame = cv2.imread(str(path))
        truth = cv2.imread(str(path.parents[1] / "alpha" / f"{path.stem}.png"), 0)
        matte = PersonKeyer().key(frame)
        overlaps.append(iou(matte, truth))
        errors.append(np.abs(matte.astype(float) - truth).mean() / 255)
    assert len(overlaps) == 12
    assert np.mean(overlaps) >= 0.965
    assert np.mean(errors) <= 0.0135


def frames_of(path: Path, count: int) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        decoded = container.decode(video=0)
        return [next(decoded).to_ndarray(format="bgr24") for _ in range(count)]


@pytest.mark.clips
def test_it_flickers_less_than_the_network(clips, real) -> None:
    """Where the picture stands still, the matte should."""
    frames = frames_of(clips / "talking" / "WolfgangLanger_Pexels.mp4", 60)
    keyer, alone = PersonKeyer(), usual_code_for(640, 360)
    ours, raws = [], []
    for frame in frames:
        ours.append(keyer.key(frame).astype(np.float32))
        raws.append(alone.matte(frame) * 255)
    grays = [cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in frames]
    change = np.zeros(2)
    for k in range(1, len(frames)):
        still = cv2.blur(cv2.absdiff(grays[k], grays[k - 1]), (9, 9)) <= 1
        for n, keyed in enumerate((ours, raws)):
            change[n] += ((keyed[k] - keyed[k - 1])[still] ** 2).mean()
    assert change[0] < 0.7 * change[1]


@pytest.mark.clips
def test_a_person_who_walks_in(clips, real) -> None:
    """The truth is of the same family of models: this is about agreement, and steadiness."""
    folder = clips / "gt_derived"
    frames = frames_of(folder / "talk_on_plate_640x360.mp4", 110)
    with av.open(str(folder / "talk_alpha_gray_ffv1.mkv")) as container:
        shown = container.decode(video=0)
        truths = [next(shown).to_ndarray(format="gray") for _ in frames]
    keyer = PersonKeyer()
    keyed = [keyer.key(frame) for frame in frames]
    assert not any(matte.any() for matte in keyed[:48])
    scores = [iou(matte, truth) for matte, truth in zip(keyed[56:], truths[56:], strict=True)]
    assert np.mean(scores) > 0.978


@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_before_a_known_room_colours_come_from_it(runs, tmp_path, monkeypatch, pixel_path) -> None:
    """Stripes behind a soft edge: nothing but the room itself tells which was behind a pixel."""
    size = (270, 480)
    y, x = np.indices(size)
    plate = np.where((x // 5 % 2 == 0)[..., None], (40, 30, 160), (200, 60, 220)).astype(np.uint8)
    share = np.clip((70 - np.hypot(x - 240, y - 130)) / 16 + 0.5, 0, 1)[..., None]
    frame = np.rint(share * np.array((90, 250, 90)) + (1 - share) * plate).astype(np.uint8)
    clip = write_clip(tmp_path / "clip.mkv", [frame] * 2, "yuv444p")
    cv2.imwrite(str(tmp_path / "plate.png"), plate)
    exact = share * np.array((90, 250, 90)) + (1 - share) * np.array((96, 64, 32))
    soft = (share[..., 0] > 0.2) & (share[..., 0] < 0.8)

    def off(name: str) -> float:
        settings = asked("person", plate=tmp_path / "plate.png")
        options = {"pixel_path": pixel_path, "codec": "ffv1"}
        fastvbg.process(clip, tmp_path / name, background="#204060", settings=settings, **options)
        made = read_frames(tmp_path / name)[-1]
        return float(np.abs(made - exact)[soft].mean())

    known = off("known.mkv")
    monkeypatch.setattr(PersonKeyer, "behind", lambda self: None)
    assert known < 0.95 * off("estimated.mkv")


def test_a_flash_has_colours_of_its_own(runs, tmp_path, monkeypatch) -> None:
    """Its matte is that of the frame before it, and so is what is known behind."""
    asked_for = []
    own = NativePixels.own_colours

    def noted(self, picture, matte, behind=None, **rest):
        asked_for.append(behind is not None)
        return own(self, picture, matte, behind, **rest)

    monkeypatch.setattr(NativePixels, "own_colours", noted)
    plate = wall(270, 480)
    frame = with_person(plate, 240, 130, 60)
    frames = [frame] * 4 + [np.clip(frame * 2.2 + 40, 0, 255).astype(np.uint8)] + [frame] * 3
    clip = write_clip(tmp_path / "clip.mkv", frames, "yuv444p")
    cv2.imwrite(str(tmp_path / "plate.png"), plate)
    settings = asked("person", plate=tmp_path / "plate.png")
    fastvbg.process(clip, tmp_path / "o.mkv", background="#204060", settings=settings, codec="ffv1")
    assert asked_for == [True] * 4 + [False] + [True] * 3
