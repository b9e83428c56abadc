"""Settings as a value: checked when made, written as TOML and read back equal, hashed the same."""

from __future__ import annotations

import copy
import inspect
import shutil
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastvbg
from fastvbg import OptionError, OptionTypeError, Settings, SourceError, masks
from fastvbg.cli import run_command_line
from fastvbg.cli.gathering import gathered
from fastvbg.masks.registry import own
from fastvbg.options import Choice, Colour, File, Flag, Integer, Number

# What a kind cannot do without.
NEEDED: dict[str, dict[str, Any]] = {
    "adaptive": {"load_model": None},  # which brings the other options
    "depth": {"depth": "d%03d.png", "near": 300, "far": 900, "focal": 9.5, "baseline": 75.0},
    "matte": {"matte": "m.mkv"},
    "model": {
        "model": "m.onnx",
        "model_size": (256, 144),
        "model_range": "-1:1",
        "model_classes": "15",
    },
    "person": {"model": "m.tflite", "model_range": "imagenet", "model_classes": "1-5"},
}
EVERYTHING: dict[str, Any] = {
    "mask": masks.Chroma(key=(10, 200, 30), tolerance=20, choke=3),
    "refine": "feather=2",
    "keep_region": "0,0 9,0 9,9",
    "drop_region": "10%,10% 20%,10% 20%,20%",
    "background": "#204060",
    "fit": "cover",
    "background_end": "hold",
    "light_wrap": 40,
    "fps": 29.97,
    "start": "1:02.5",
    "end": Fraction(200, 3),
    "max_frames": 9,
    "scale": "1280x-1",
    "codec": "libx265",
    "crf": 20.5,
    "preset": "fast",
    "encoder_options": {"g": 25, "tune": "grain"},
    "pixel_path": "bgr",
    "threads": 2,
    "max_pixels": 1 << 30,
}


def another(described: Any, default: Any) -> Any:
    """A value that the option may have and that is not its default."""
    if isinstance(described, Flag):
        return not default
    if isinstance(described, Integer):
        return described.low if default != described.low else described.low + 1
    if isinstance(described, Number):
        return described.high if default != described.high else described.high / 2
    if isinstance(described, Choice):
        return next(word for word in described.choices if word != default)
    if isinstance(described, Colour):
        return (1, 2, 3)
    return "some.file" if isinstance(described, File) else "64x48"


def every_kind() -> list[masks.Mask]:
    """One of each kind, no option as where nothing is said."""
    made = []
    for name, kind in own().items():
        options = {
            each: another(described, kind.default(each))
            for each, described in kind.options().items()
        }
        made.append(kind(**options | NEEDED.get(name, {})))
    return made


def test_all_settings_are_read_back_equal(tmp_path: Path) -> None:
    settings = Settings(**EVERYTHING)
    assert set(settings.given()) == set(EVERYTHING)
    settings.save(tmp_path / "s.toml")
    assert Settings.load(tmp_path / "s.toml") == settings
    assert hash(Settings.load(tmp_path / "s.toml")) == hash(settings)
    assert Settings.load(tmp_path / "s.toml").digest == settings.digest


@pytest.mark.parametrize("mask", every_kind(), ids=lambda mask: mask.name)
def test_every_kind_is_read_back_equal(mask: masks.Mask, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(mask=mask)
    settings.save(tmp_path / "s.toml")
    again = Settings.load("s.toml")
    assert again == settings
    assert again.kind.given() == mask.given()


def test_a_file_says_only_what_is_not_as_usual(tmp_path: Path) -> None:
    Settings(mask=masks.Chroma(tolerance=20), start=12.5, fps="30000/1001").save(
        tmp_path / "s.toml"
    )
    assert (tmp_path / "s.toml").read_text() == (
        'version = 1\nfps = "30000/1001"\nstart = 12.5\n\n[mask]\nkind = "chroma"\ntolerance = 20\n'
    )


def test_files_are_named_from_the_settings_folder(tmp_path: Path, monkeypatch) -> None:
    office, kept = tmp_path / "office", tmp_path / "kept" / "here"
    office.mkdir()
    kept.mkdir(parents=True)
    monkeypatch.chdir(office)
    region = office / "a,b.png"
    region.touch()
    settings = Settings(
        mask=masks.Plate(plate="room.png"), background="../beach.jpg", keep_region="a,b.png"
    )
    settings.save(kept / "s.toml")
    text = (kept / "s.toml").read_text()
    assert 'plate = "../../office/room.png"' in text
    assert 'background = "../../beach.jpg"' in text
    monkeypatch.chdir(tmp_path)
    again = Settings.load(kept / "s.toml")
    assert Path(str(again.background)) == tmp_path / "beach.jpg"
    assert Path(str(again.kind.plate)) == office / "room.png"
    assert Path(str(again.keep_region)) == region
    shutil.move(tmp_path / "kept", tmp_path / "moved")
    moved = Settings.load("moved/here/s.toml")
    assert Path(str(moved.background)).resolve() == tmp_path / "beach.jpg"


@pytest.mark.parametrize(
    ("background", "written"),
    [
        ("navy", "navy"),
        ("blur:3", "blur:3"),
        ("transparent", "transparent"),
        ("https://x/y.mp4?a=b", "https://x/y.mp4?a=b"),
        ("./navy", "./navy"),
        (Path("navy"), "./navy"),
        (Path("blur"), "./blur"),
        ("in%06d.png", "in%06d.png"),
    ],
)
def test_words_are_no_files_and_files_no_words(background, written, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Settings(background=background).save("s.toml")
    assert f'background = "{written}"' in Path("s.toml").read_text()
    again = Settings.load("s.toml").background
    assert (again == background) if background in {"navy", "blur:3"} else True
    named = [path for name, path in Settings.load("s.toml").files() if name == "background"]
    is_file = ("/" in written and "://" not in written) or "%" in written
    assert bool(named) == (is_file or "://" in written)


def test_a_prefix_stays(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    mask = masks.Depth(depth="stereo:right.mp4", near=1, far=2, focal=9, baseline=9)
    Settings(mask=mask).save("s.toml")
    assert Settings.load("s.toml").kind.depth == "stereo:right.mp4"
    assert list(mask.files()) == [("depth", "right.mp4")]


def test_arrays_are_compared_by_what_they_hold() -> None:
    one, other = np.zeros((4, 6, 3), np.uint8), np.zeros((4, 6, 3), np.uint8)
    assert Settings(background=one) == Settings(background=other)
    assert hash(Settings(background=one)) == hash(Settings(background=other))
    other[1, 2] = 9
    assert Settings(background=one) != Settings(background=other)
    assert masks.Plate(plate=one) != masks.Plate(plate=other)
    assert Settings(background=one).digest != Settings(background=other).digest
    with pytest.raises(OptionTypeError, match=r"^background: got .* which no settings file holds"):
        Settings(background=one).save("s.toml")


def test_the_digest_is_the_same_everywhere() -> None:
    """Written down once: it names parts of jobs on other machines, and of later versions."""
    settings = Settings(mask="chroma:green", background="navy", start=1)
    assert settings.digest == Settings(start=1.0, background="navy", mask="chroma:green").digest
    assert settings.digest == "21a6915520b3223374268ee8684bde78d9233fb14d0921f553541ab8cded1965"
    code = (
        "import fastvbg; print(fastvbg.Settings(mask='chroma:green', background='navy', "
        "start=1).digest)"
    )
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(fastvbg.__file__).parents[1])},
        )
        assert done.stdout.strip() == settings.digest


BAD = [
    ("x = ", "is no TOML"),
    ("version = 2", "is of version 2, and this fastvbg reads up to 1; wanted a newer fastvbg"),
    ("version = true", "version: got True, wanted 1"),
    ("version = 0", "version: got 0, wanted 1"),
    ("fitt = 'cover'", "no option is called 'fitt'; did you mean 'fit'?"),
    ("zzz = 1", "no option is called 'zzz', wanted one of mask, refine, "),
    ("fit = 'zoom'", "fit: got 'zoom', wanted one of stretch, cover, contain"),
    ("light_wrap = 300", "light_wrap: got 300, wanted an integer in 0..255"),
    ("light_wrap = '3'", "light_wrap: got '3', wanted an integer in 0..255"),
    ("start = 1979-05-27", "start: got datetime.date(1979, 5, 27), wanted seconds"),
    ("refine = 'polish'", "refine: got step 'polish', wanted none or of "),
    ("threads = true", "threads: got True, wanted an integer"),
    ("background = 3", "background: got 3, wanted the name of a file"),
    ("encoder_options = 3", "encoder_options: got 3, wanted a dict"),
    ("mask = 3", "mask: got 3, wanted a table with its kind"),
    ("mask = 'magic'", "mask: got 'magic', wanted one of "),
    ("mask = 'chrome'", "did you mean 'chroma'?"),
    ("[mask]\ntolerance = 3", "wanted a table with its kind"),
    ("[mask]\nkind = 'chroma'\ntolerence = 3", "no mask has; did you mean 'tolerance'?"),
    ("[mask]\nkind = 'plate'\nkey = 'red'", "key: the mask 'plate' does not have it; it belongs"),
    ("[mask]\nkind = 'chroma'\ntolerance = 256", "tolerance: got 256, wanted an integer in 0..255"),
    ("[mask]\nkind = 'matte'", "matte: wanted a file for the mask 'matte', got none"),
    (
        "pairing = 'tutorial'\nmask = 'chroma'",
        "pairing: the tutorial's goes with the mask 'motion'",
    ),
    ("start = 3\nend = 2", "end: got 2, wanted more seconds than the start's 3"),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_what_is_wrong_in_a_file_is_one_line_with_its_name(text, words, tmp_path, capsys) -> None:
    path = tmp_path / "s.toml"
    path.write_text(text)
    with pytest.raises(fastvbg.FastvbgError) as caught:
        Settings.load(path)
    assert str(caught.value).startswith(f"settings: {path}")
    assert words in str(caught.value)
    assert run_command_line(["run", "none.mp4", "--settings", str(path), "-o", "o.mp4"]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert str(path) in line


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="^settings: cannot read .*none.toml: No such file"):
        Settings.load(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OptionError, match="is no TOML"):
        Settings.load(tmp_path / "binary.toml")


def said(*words: str, **texts: Any) -> Settings:
    """What the command line makes of a mask's name and other options."""
    of_mask = {name: text for name, text in texts.items() if name not in Settings.options()}
    own = {name: text for name, text in texts.items() if name in Settings.options()}
    file = Path(words[1]) if len(words) > 1 else None
    return gathered(words[0] if words and words[0] else None, of_mask, own, file)


def test_options_on_the_line_win_over_the_file(tmp_path: Path) -> None:
    path = str(tmp_path / "s.toml")
    Settings(mask=masks.Chroma(key="green", tolerance=20), background="navy", crf=18, start=2).save(
        path
    )
    assert said("", path) == Settings.load(path)
    changed = said("", path, tolerance="30", crf="20", background="teal")
    assert changed.kind == masks.Chroma(key="green", tolerance=30)
    assert (changed.crf, changed.background, changed.start) == (20, "teal", 2)
    assert said("chroma", path, choke="2").kind == masks.Chroma(key="green", tolerance=20, choke=2)
    assert said("chroma:blue", path).kind == masks.Chroma(key="blue")
    assert said("plate", path).kind == masks.Plate()
    with pytest.raises(OptionError, match="^plate: the mask 'chroma' does not have it"):
        said("", path, plate="room.png")


def test_options_imply_the_mask_that_has_them() -> None:
    assert said().kind == masks.Auto()
    assert said(background="navy").kind == masks.Auto()
    assert said(threshold="5").kind == masks.Motion(threshold=5)
    assert said(pairing="tutorial").kind == masks.Motion()
    assert said(key="green").kind == masks.Chroma(key="green")
    assert said(every="2").kind == masks.Person(every=2)
    assert said(tolerance="9", learning_rate="0.5").kind.name == "adaptive"
    with pytest.raises(
        OptionError, match="^tolerance: belongs to the masks adaptive, chroma, plate"
    ):
        said(tolerance="9")
    with pytest.raises(OptionError, match="^key, plate: no mask has all of these"):
        said(key="green", plate="x.png")


@pytest.mark.parametrize("text", ['mask = "plate:room.png"', '[mask]\nkind = "plate:room.png"'])
def test_a_file_in_a_mask_s_short_form_lies_by_the_settings(text: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(text)
    assert Path(str(Settings.load(tmp_path / "s.toml").kind.plate)) == tmp_path / "room.png"


@pytest.mark.parametrize("text", ['mask = "plate:first:2s"', 'mask = "chroma:green"'])
def test_a_word_in_a_mask_s_short_form_is_no_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(text)
    kind = Settings.load(tmp_path / "s.toml").kind
    assert getattr(kind, kind.value) == text.partition(":")[2].rstrip('"')


def test_a_file_that_nests_too_deeply_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("a = " + "[" * 5000)
    with pytest.raises(OptionError, match=r"s\.toml is no TOML: "):
        Settings.load(tmp_path / "s.toml")


@pytest.mark.parametrize("background", ["blur", "blur:9", "transparent"])
def test_a_background_without_light_has_no_wrap(background: str) -> None:
    with pytest.raises(OptionError, match="light_wrap: the background '.*' has no light of its"):
        Settings(background=background, light_wrap=40)
    assert Settings(background="navy", light_wrap=40).light_wrap == 40


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"warm_up": 0}, "warm_up: got 0, wanted an integer in 1"),
        ({"learning_rate": 1e-5}, "learning_rate: got 1e-05, wanted at least 0.000244140625"),
    ],
)
def test_what_the_keyer_would_refuse_the_description_does(options, words) -> None:
    with pytest.raises(OptionError, match=words):
        masks.Adaptive(**options)


def test_an_open_bound_is_no_value() -> None:
    with pytest.raises(OptionError, match="focal: got 0, wanted more than 0, at most"):
        masks.Depth(depth="maps/d%d.png", near=1, far=2, focal=0)
    assert masks.Depth(depth="maps/d%d.png", near=1, far=2, focal=1e-9).focal == 1e-9


def test_a_zip_of_settings_is_to_be_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "look.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("settings.toml", "version = 1")
    with pytest.raises(OptionError, match=r"look\.zip is a ZIP, .* unpack it"):
        Settings.load(path)


def test_settings_are_shown_by_what_they_say() -> None:
    assert repr(Settings()) == "Settings()"
    said = Settings(mask=fastvbg.masks.Person(every=2), background="blur", start=1)
    assert repr(said) == "Settings(mask=Person(every=2), background='blur', start=Fraction(1, 1))"
    picture = np.zeros((2, 2, 3), np.uint8)
    assert repr(Settings(background=picture)) == (
        "Settings(background=an array of shape (2, 2, 3), uint8)"
    )
    assert "secret" not in repr(Settings(background="https://me:secret@host/a.mp4"))


def test_a_settings_mask_is_one_to_type_checkers() -> None:
    name: str = Settings(mask="person").mask.name  # mypy reads this, too
    assert name == "person"


def test_keyers_are_shown_as_they_were_made() -> None:
    plate = np.zeros((32, 32, 3), np.uint8)
    made = {
        "AdaptiveKeyer(threshold=3)": fastvbg.AdaptiveKeyer(threshold=3),
        "ChromaKeyer('auto', tolerance=9)": fastvbg.ChromaKeyer("auto", tolerance=9),
        "PlateKeyer(an array of shape (32, 32, 3), uint8)": fastvbg.PlateKeyer(plate),
        "Refiner('fill')": fastvbg.Refiner("fill"),
        "Hold(2)": fastvbg.Hold(2),
    }
    assert {repr(each): each for each in made.values()} == made
    assert repr(copy.deepcopy(made["AdaptiveKeyer(threshold=3)"])) == "AdaptiveKeyer(threshold=3)"
    parameters = inspect.signature(fastvbg.AdaptiveKeyer).parameters
    assert next(iter(parameters)) == "threshold"


def test_a_mask_s_file_is_said_once(tmp_path: Path) -> None:
    """In the short form and as an option of its own; neither wins in silence."""
    (tmp_path / "s.toml").write_text('[mask]\nkind = "plate:a.png"\nplate = "b.png"\n')
    with pytest.raises(OptionError, match="plate"):
        Settings.load(tmp_path / "s.toml")
