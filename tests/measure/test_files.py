"""The file bench: every contender runs on a clip, and the floor follows from the codec alone."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from fastvbg.cli import run_command_line
from fastvbg.errors import ModelError
from fastvbg.measure import filesetup, fileworker
from fastvbg.measure.files import (
    FileCost,
    floor_of,
    median_cost,
    run_file_bench,
    shares_of_floor,
    write_clip,
)
from fastvbg.measure.filesetup import FileSetup, setup_of
from fastvbg.measure.fileworker import Task
from fastvbg.pipeline.process import process
from tests.support.asked import asked
from tests.support.media import Clip, read_times
from tests.support.onnxfile import one_by_one
from tests.support.people import use_green_code


@pytest.mark.long
def test_every_contender_runs_on_a_clip(clip: Clip, tmp_path: Path, capfd) -> None:
    file = tmp_path / "costs.json"
    assert (
        run_command_line(["bench", "files", str(clip.path), "--rounds", "1", "--json", str(file)])
        == 0
    )
    table = capfd.readouterr().out
    assert all(len(line) <= 100 for line in table.splitlines())
    content = json.loads(file.read_text())
    costs = {cost["name"]: cost for cost in content["costs"]}
    assert list(costs) == list(FileSetup().contenders)
    assert set(content) == {"conditions", "costs"}
    frames = {name: cost["frames"] for name, cost in costs.items()}
    for name in ("decode", "encode", "fastvbg", "cv2"):
        assert frames[name] == clip.frames
    assert frames["libavfilter"] == clip.frames - 1  # tblend starts with the second frame
    assert frames["tutorial"] == clip.frames - 2
    assert all(cost["cpu_seconds"] > 0 for cost in costs.values())
    assert content["conditions"]["encoder"] == "libx264 ultrafast, crf 23"


def test_a_missing_clip_is_one_line(capfd) -> None:
    assert run_command_line(["bench", "files", "none.mp4"]) == 2
    assert capfd.readouterr().err == "fastvbg: input: no such file: none.mp4\n"


def test_the_floor_is_the_codecs_time_shared_by_all_cores(monkeypatch) -> None:
    monkeypatch.setattr("fastvbg.measure.files.usable_cpus", lambda: 4)
    decode = FileCost("decode", 10, 0.02, 0.05, None)
    encode = FileCost("encode", 10, 0.10, 0.15, None)
    assert floor_of([decode, encode]) == (20, 10)
    monkeypatch.setattr("fastvbg.measure.files.usable_cpus", lambda: 1)
    assert floor_of([decode, encode]) == (20, 20)


def test_medians_over_rounds_count() -> None:
    rounds = [
        FileCost("decode", 10, 0.01 * n, 0.02 * n, peak) for n, peak in ((1, 5), (9, 7), (3, 6))
    ]
    cost = median_cost(rounds)
    assert (cost.wall_seconds, cost.cpu_seconds, cost.peak_mib) == (0.03, 0.06, 7)
    assert cost.wall_spread_ms == pytest.approx(2)


def test_encoding_alone_encodes_as_a_run_does(clip: Clip, tmp_path: Path) -> None:
    """Decoded frames carry their kind; an encoder that obeys it does less work, key frames only."""
    process(clip.path, tmp_path / "run.mkv", background="navy", preset="ultrafast")
    setup = FileSetup().with_background(tmp_path)
    fileworker.CONTENDERS["encode"](Task(clip.path, tmp_path, setup))()
    kinds = []
    for name in ("run.mkv", "encoded.mkv"):
        with av.open(str(tmp_path / name)) as container:
            kinds.append([packet.is_keyframe for packet in container.demux(video=0) if packet.size])
    assert kinds[0] == kinds[1]
    assert sum(kinds[0]) == 1


def test_the_generated_clip_is_full_hd(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", frames=2)
    assert len(read_times(tmp_path / "clip.mp4")) == 2


@pytest.mark.long
def test_another_mask_is_measured_against_the_codec_alone(clip: Clip, tmp_path, capfd) -> None:
    file = tmp_path / "costs.json"
    arguments = ["--mask", "adaptive", "--warm-up", "2", "--preset", "superfast"]
    arguments += ["--max-frames", "7", "--rounds", "1", "--json", str(file)]
    assert run_command_line(["bench", "files", str(clip.path), *arguments]) == 0
    content = json.loads(file.read_text())
    assert [cost["name"] for cost in content["costs"]] == ["decode", "encode", "fastvbg"]
    assert {cost["frames"] for cost in content["costs"]} == {7}
    facts = content["conditions"]
    assert facts["encoder"] == "libx264 superfast, crf 23"
    assert facts["mask"] == "adaptive, warm_up 2"
    assert facts["background"] == "a generated picture"
    costs = [FileCost(**cost) for cost in content["costs"]]
    cpu, wall = floor_of(costs)
    assert content["floor"]["cpu"]["share"] == pytest.approx(cpu / costs[2].cpu_ms)
    assert content["floor"]["wall"]["share"] == pytest.approx(wall / costs[2].wall_ms)
    table = capfd.readouterr().out
    assert "fastvbg, of the floor's speed" in table
    assert "tutorial" not in table
    assert all(len(line) <= 100 for line in table.splitlines())


def test_shares_are_of_the_floor(monkeypatch) -> None:
    monkeypatch.setattr("fastvbg.measure.files.usable_cpus", lambda: 2)
    costs = [FileCost("decode", 10, 0.02, 0.05, None), FileCost("encode", 10, 0.1, 0.15, None)]
    assert shares_of_floor([*costs, FileCost("fastvbg", 10, 0.2, 0.25, None)]) == (0.8, 0.5)


@pytest.mark.parametrize(
    ("setup", "others"),
    [
        (FileSetup(), {"libavfilter", "cv2", "tutorial"}),
        (
            FileSetup(asked(preset="veryfast", background="navy")),
            {"libavfilter", "cv2", "tutorial"},
        ),
        (FileSetup(asked(background="teal")), set()),
        (FileSetup(asked(refine="despeckle=3")), set()),
        (FileSetup(asked("person")), {"usual"}),
        (FileSetup(asked("person", every=3, background="beach.jpg")), {"usual"}),
        (FileSetup(asked("person", background="blur:2")), set()),
        (FileSetup(asked("person", background="waves.mp4")), set()),
        (FileSetup(asked("person", model="mine.tflite")), set()),
    ],
)
def test_only_those_take_part_who_do_the_same_job(setup, others) -> None:
    assert set(setup.contenders) == {"decode", "encode", "fastvbg"} | others
    assert set(setup.contenders) <= set(fileworker.CONTENDERS)


def test_a_setup_comes_through_to_another_process(tmp_path: Path) -> None:
    settings = asked(
        "chroma", key="#00ff00", choke=3, background="blur:2", preset="medium", max_frames=40
    )
    FileSetup(settings).save(tmp_path / "setup.toml")
    assert setup_of(tmp_path / "setup.toml") == FileSetup(settings)


def test_the_generated_background_is_no_plain_colour(tmp_path: Path) -> None:
    setup = FileSetup(asked("person")).with_background(tmp_path)
    picture = filesetup.draw_picture(64, 48)
    assert Path(str(setup.background)).stat().st_size > 1_000_000
    assert picture[:4].std(axis=(0, 1)).min() > 1
    assert FileSetup().with_background(tmp_path).background == "navy"


def test_the_usual_loop_is_encoded_as_a_run_is(clip: Clip, tmp_path, monkeypatch) -> None:
    shapes = use_green_code(monkeypatch)
    monkeypatch.setattr(fileworker, "_SLOW_FRAMES", 12)
    setup = FileSetup(asked("person", background="teal", preset="ultrafast"))
    assert fileworker.CONTENDERS["usual"](Task(clip.path, tmp_path, setup))() == 12
    assert set(shapes) == {(256, 256)}  # the nearest to 64x48
    with av.open(str(tmp_path / "usual.mkv")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        picture = next(container.decode(stream)).to_ndarray(format="bgr24")
    assert abs(picture.astype(int) - (128, 128, 0)).max() < 12  # nothing in the clip is a person


def test_what_does_not_run_is_told_before_anything_is_measured(monkeypatch) -> None:
    def fails() -> None:
        raise ModelError("models: no network")

    monkeypatch.setattr(filesetup, "fetch_models", fails)
    with pytest.raises(ModelError, match="no network"):
        run_file_bench(setup=FileSetup(asked("person", every=77)))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--preset", "bogus"], "preset: got 'bogus'"),
        (["--background", "transparent"], "background: libx264 holds no transparency"),
        (["--max-frames", "2"], "max_frames: got 2"),
        (["--mask", "motion", "--every", "2"], "it belongs to model and person"),
        (["--mask", "chroma:nocolour"], "key: got 'nocolour'"),
        (["--background", "none.png"], "/none.png"),
    ],
)
def test_bad_options_are_one_line(clip: Clip, capfd, arguments, words) -> None:
    assert run_command_line(["bench", "files", str(clip.path), "--rounds", "1", *arguments]) == 2
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1
    assert words in lines[0]
    assert "Error" not in lines[0]


def test_people_with_the_real_models(clip: Clip, real_models, monkeypatch, capfd) -> None:
    monkeypatch.setenv("FASTVBG_MODELS", str(real_models))
    arguments = ["bench", "files", str(clip.path), "--mask", "person", "--rounds", "1"]
    assert run_command_line(arguments) == 0
    assert "usual Python loop" in capfd.readouterr().out


def test_a_model_whose_size_is_open_is_opened_by_the_size_asked_for(tmp_path) -> None:
    path = tmp_path / "open.onnx"
    path.write_bytes(one_by_one([[0.0, 1.0, 0.0]], ("n", 3, "h", "w")))
    setup = FileSetup(asked("person", model=path, model_size=(12, 8), runtime="opencv"))
    runtime = setup.opened_runtime()
    assert runtime is not None
    assert runtime.startswith("OpenCV")
