"""Scenes of people with truth: stills, each by itself, and a clip with labels frame by frame."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import cv2
import numpy as np

from bench.quality.scenes import Clip, SceneSpec, gray
from fastvbg.media.image import read_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastvbg._types import Matte

_SUFFIXES = (".png", ".jpg", ".jpeg")


def truth_for(picture: Path, folder: Path) -> Path | None:
    """Return the file in a folder that is called like a picture."""
    files = (folder / f"{picture.stem}{suffix}" for suffix in _SUFFIXES)
    return next((file for file in files if file.exists()), None)


def still(picture: Path, path: Path) -> Path:
    """Copy a picture as the only one of a sequence, of which nothing else is known; return that."""
    shutil.copyfile(picture, path.with_name(f"{path.name}000001{picture.suffix}"))
    return path.with_name(f"{path.name}%06d{picture.suffix}")


def _fitted(truth: Matte, picture: Path) -> Matte:
    """Return a truth at its picture's size: some are smaller, of all of it."""
    height, width = read_image(picture, "still").shape[:2]
    if truth.shape == (height, width):
        return truth
    return np.asarray(cv2.resize(truth, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def stills(pictures: str, truths: str) -> Callable[[str, Path, Path], Clip]:
    """Return what makes a scene of the pictures in a folder that have a truth in another."""

    def make(name: str, clips: Path, scratch: Path) -> Clip:
        parts = []
        for picture in sorted((clips / pictures).iterdir()):
            truth = truth_for(picture, clips / truths)
            if truth is not None:
                path = still(picture, scratch / f"{name}-{picture.stem}-")
                parts.append(Clip(name, path, {0: _fitted(gray(truth), picture)}))
        return _together(name, parts)

    return make


def pairs(name: str, clips: Path, scratch: Path) -> Clip:
    """Return portraits put before rooms, with the exact plate of each."""
    parts = []
    for folder in folders(clips):
        path = still(folder / "composite.jpg", scratch / f"{name}-{folder.name}-")
        truth = {0: gray(folder / "alpha.png")}
        parts.append(Clip(name, path, truth, plate=folder / "plate_fixed.jpg"))
    return _together(name, parts)


def folders(clips: Path) -> list[Path]:
    """Return the folders of portraits before rooms."""
    return sorted(path for path in (clips / PAIRS).iterdir() if path.is_dir())


def _together(name: str, parts: list[Clip]) -> Clip:
    truths = {place: part.truths[0] for place, part in enumerate(parts)}
    return Clip(name, parts[0].input, truths, plate=parts[0].plate, parts=tuple(parts))


def _runner(name: str, clips: Path, scratch: Path) -> Clip:
    """Return a sequence with labels of every frame, which count as mattes."""
    folder = clips / "people/davis_parkour"
    files = sorted((folder / "input").iterdir())
    for place, file in enumerate(files):
        shutil.copyfile(file, scratch / f"{name}{place:06d}{file.suffix}")
    labels = [gray(file) for file in sorted((folder / "mask").glob("*.png"))]
    truths = {place: np.where(label > 0, np.uint8(255), 0) for place, label in enumerate(labels)}
    return Clip(name, scratch / f"{name}%06d{files[0].suffix}", truths)


PAIRS = "people/plate_pairs"
PEOPLE: dict[str, SceneSpec] = {
    "portraits": SceneSpec(
        "portraits, each by itself",
        "matting/p3m",
        stills("matting/p3m/original", "matting/p3m/alpha"),
    ),
    "photographs": SceneSpec(
        "photographs of people, each by itself",
        "people/human_seg_290",
        stills("people/human_seg_290/input", "people/human_seg_290/mask"),
    ),
    "jogger": SceneSpec(
        "a jogger, each frame by itself",
        "people/crgnn_jogger",
        stills("people/crgnn_jogger/input", "people/crgnn_jogger/alpha_model"),
    ),
    "rooms": SceneSpec("portraits before rooms, each by itself", PAIRS, pairs),
    "runner": SceneSpec("a small runner, moving camera", "people/davis_parkour", _runner),
}
"""By name, the scenes of people."""
