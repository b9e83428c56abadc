"""The recipes for other libraries' frames run where those are installed, each on its own."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import av
import numpy as np
import pytest

import fastvbg
from tests.support.media import make_clip
from tests.support.people import use_green_network

PAGE = Path(__file__).parents[2] / "docs" / "frames.md"
TEXT = PAGE.read_text(encoding="utf-8")
PREFACE, *SECTIONS = re.split(r"^## ", TEXT, flags=re.MULTILINE)
RECIPES = {section.split("\n")[0].split()[0].strip(): section for section in SECTIONS}
NEEDED = {
    "OpenCV": "cv2",
    "PyAV": "av",
    "moviepy": "moviepy",
    "imageio": "imageio",
    "Pillow": "PIL",
    "supervision": "supervision",
    "Tensors": "torch",
}
VIDEOS = ("PyAV", "moviepy", "imageio", "supervision")


def blocks(text: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def run(texts: list[str], monkeypatch) -> dict[str, object]:
    module = type(sys)("recipe")
    monkeypatch.setitem(sys.modules, "recipe", module)
    for text in texts:
        for code in blocks(text):
            exec(compile(code, str(PAGE), "exec", dont_inherit=True), vars(module))  # noqa: S102
    return vars(module)


def test_there_is_a_recipe_for_each() -> None:
    assert set(RECIPES) == set(NEEDED)


def test_the_preface_runs(monkeypatch) -> None:
    assert len(blocks(PREFACE)) > 2
    run([PREFACE], monkeypatch)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # moviepy's files
@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_runs(name: str, tmp_path: Path, monkeypatch) -> None:
    pytest.importorskip(NEEDED[name])
    use_green_network(monkeypatch)
    monkeypatch.chdir(tmp_path)
    make_clip(Path("clip.mp4"), count=6, width=96, height=64)
    made = run([PREFACE, RECIPES[name]], monkeypatch)
    if name in VIDEOS:
        with av.open("out.mp4") as video:
            frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
        assert len(frames) == 6
        assert frames[0].shape == (64, 96, 3)
    if name == "OpenCV":
        assert not made["there"]  # all of the clip was read
        np.testing.assert_array_equal(made["over"], made["behind"])  # nobody is in it
    if name == "PyAV":
        shown = frames[0].astype(int)  # of the first frame nothing moves: it is the background
        behind = fastvbg.fit_background(made["picture"], (96, 64), order="rgb")
        assert np.abs(shown.mean(axis=(0, 1)) - behind.mean(axis=(0, 1))).max() < 4
    if name == "Tensors":
        frames = [made[each].numpy().transpose(1, 2, 0) for each in ("before", "after", "behind")]
        wanted = fastvbg.composite(*(np.ascontiguousarray(f[..., ::-1]) for f in frames))
        np.testing.assert_array_equal(made["result"].numpy().transpose(1, 2, 0), wanted[..., ::-1])
    if name == "Pillow":
        assert made["over"].shape == (50, 80, 3)
