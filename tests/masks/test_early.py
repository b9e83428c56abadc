"""What cannot be right is refused where it is described, not when a run begins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w

from fastvbg import DTypeError, FastvbgError, OptionError, Settings, ShapeError, masks
from fastvbg.cli import run_command_line
from fastvbg.masks.registry import make

# A kind of mask, its options as they cannot be, and the message.
MASKS: list[tuple[str, dict[str, str], str]] = [
    (
        "chroma",
        {"key": "nocolour"},
        "key: got 'nocolour', wanted a colour such as #00b140 or green, or auto",
    ),
    ("chroma", {"key": "#12"}, "key: got '#12', wanted a colour as #rrggbb"),
    (
        "plate",
        {"plate": "first:x"},
        "plate: got 'first:x', wanted first:SECONDS, such as first:2s",
    ),
    ("plate", {"plate": "first:0"}, "plate: got 'first:0', wanted first:SECONDS"),
    ("person", {"model_size": "8x8"}, "model_size: got no model; wanted a model of your own"),
    ("person", {"model_range": "-1:1"}, "model_range: got no model; wanted a model of your own"),
    (
        "model",
        {"model": "m.onnx", "model_range": "x:y"},
        "model_range: got 'x:y', wanted imagenet or LOW:HIGH such as 0:1, -1:1 or 0:255",
    ),
    (
        "person",
        {"model": "m.onnx", "model_size": "5000x8"},
        "model_size: got (5000, 8), wanted at most 4096 a side",
    ),
    ("model", {"model": "m.pt"}, "model: m.pt is neither .tflite nor .onnx"),
    ("person", {"model_classes": "15"}, "model_classes: got no model; wanted a model of your own"),
    (
        "model",
        {"model": "m.onnx", "model_classes": "5-1"},
        "model_classes: got '5-1', wanted numbers below 1000 such as 15, 1-5 or 11,12",
    ),
    (
        "depth",
        {"depth": "stereo:", "near": "1", "far": "2", "focal": "9", "baseline": "7"},
        "depth: got an empty name",
    ),
]
SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"background": "#12"}, "background: got '#12', wanted a colour as #rrggbb"),
    ({"background": "blur:x"}, "background: got 'blur:x', wanted blur or blur:strength"),
    ({"keep_region": "1,1 2,2"}, "keep_region: got 2 corners in '1,1 2,2', wanted 3 or more"),
    ({"drop_region": "1,1 2,x 3,3"}, "drop_region: got '2,x', wanted x,y in pixels or per cent"),
    (
        {"codec": "libx264", "preset": "swift"},
        "preset: got 'swift', wanted one of ultrafast, ",
    ),
    (
        {"codec": "libx265", "encoder_options": {"tune": "film"}},
        "tune: got 'film', wanted one of psnr, ",
    ),
]


@pytest.mark.parametrize(("kind", "options", "words"), MASKS)
def test_a_mask_that_cannot_be_is_refused(kind, options, words, tmp_path: Path, capsys) -> None:
    with pytest.raises(FastvbgError) as caught:
        make(kind, options, texts=True)
    assert str(caught.value).startswith(words)
    line = [f"--{name.replace('_', '-')}={text}" for name, text in options.items()]
    # Neither the input nor the output is looked at before.
    assert run_command_line(["run", "none.mp4", "-o", "o.mp4", "--mask", kind, *line]) == 2
    assert capsys.readouterr().err.startswith(f"fastvbg: {words}")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        *(({"mask": {"kind": kind, **options}}, words) for kind, options, words in MASKS[:-1]),
        *SETTINGS,
    ],
)
def test_a_file_that_says_it_is_named(data, words, tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(tomli_w.dumps(data))
    with pytest.raises(FastvbgError) as caught:
        Settings.load(path)
    shown = str(caught.value).replace(f"{tmp_path}/", "")
    assert shown.startswith(f"settings: s.toml: {words}")


@pytest.mark.parametrize(("options", "words"), SETTINGS)
def test_settings_that_cannot_be_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError) as caught:
        Settings(**options)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("mask", ["chroma:nocolour", "plate:first:x"])
def test_the_short_form_is_checked_too(mask: str) -> None:
    with pytest.raises(OptionError, match="got '(nocolour|first:x)', wanted"):
        Settings(mask=mask)


def test_pictures_are_checked() -> None:
    gray, empty = np.zeros((4, 6), np.uint8), np.zeros((0, 6, 3), np.uint8)
    with pytest.raises(ShapeError, match=r"^plate: got shape \(4, 6\), wanted \(H, W, 3\)"):
        masks.Plate(plate=gray)
    with pytest.raises(ShapeError, match="^plate: got an empty picture"):
        masks.Plate(plate=empty)
    with pytest.raises(ShapeError, match="^keep_region: got an empty picture"):
        Settings(keep_region=empty)
    with pytest.raises(DTypeError, match="^drop_region: got dtype float64"):
        Settings(drop_region=np.zeros((4, 6)))
    assert Settings(keep_region=gray).keep_region is gray


@pytest.mark.parametrize(
    "options",
    [{"key": "GREEN"}, {"key": "#0b4"}, {"key": (64, 160, 64)}, {"key": "auto"}],
)
def test_colours_stay_as_they_were_given(options: dict[str, Any]) -> None:
    assert masks.Chroma(**options).key == options["key"]


def test_what_can_be_is_taken() -> None:
    assert masks.Plate(plate="first:1.5s").plate == "first:1.5s"
    assert masks.Plate(plate="./first:x").plate == "./first:x"
    person = masks.Person(model="m.tflite", model_size="256x144", model_range="imagenet")
    assert person.model_size == (256, 144)
    assert Settings(keep_region="a,b.png").keep_region == "a,b.png"
    assert Settings(codec="libx264", preset="5").preset == "5"
    assert Settings(codec="h264_nvenc", preset="p7").preset == "p7"
    assert Settings(light_wrap=9, background="blurry.png").light_wrap == 9


def test_checks_load_no_heavy_library() -> None:
    code = (
        "import sys, fastvbg\n"
        "from fastvbg import masks\n"
        "masks.Chroma(key='green'), masks.Plate(plate='first:2s')\n"
        "masks.Person(model='m.onnx', model_range='0:255')\n"
        "fastvbg.Settings(background='blur:3', keep_region='0,0 9,0 9,9', codec='libx264')\n"
        "print(*{'cv2', 'av', 'numba', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
