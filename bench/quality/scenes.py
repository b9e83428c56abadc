"""The scenes: what is keyed, and the truth of it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from bench.quality.scores import LabelScore, MatteScore, StillScore
from fastvbg.media.image import read_matte, write_image
from fastvbg.media.model import CopiedPacket, ReadOptions
from fastvbg.scenes.clips import write_clip
from fastvbg.scenes.speaker import Scene, draw_room
from fastvbg.source import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy.typing as npt

    from bench.quality.scores import Score
    from fastvbg._types import Frame, Matte
    from fastvbg.media.model import Picture, Reading


@dataclass(frozen=True)
class Clip:
    """A scene, ready to be keyed."""

    name: str
    input: Path
    """What `fastvbg.matte` is given: a video or an image sequence."""
    truths: dict[int, Matte]
    """By the frame's place in the input, from 0; frames without truth are keyed but not scored."""
    region: npt.NDArray[np.bool_] | None = None
    """Where labels are scored; None where the truth is a matte."""
    plate: Path | None = None
    """A picture of the empty scene, where there is an exact one."""
    parts: tuple[Clip, ...] = ()
    """Stills that are keyed each by itself; then the truths are theirs, in order."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        height, width = next(iter(self.truths.values())).shape
        return width, height

    def score(self) -> Score:
        """Return what scores its mattes."""
        if self.parts:
            return StillScore()
        return MatteScore() if self.region is None else LabelScore(self.region)

    def pictures(self, pixels: Reading = "bgr") -> Iterator[Picture]:
        """Yield the frames, as arrays or as decoded."""
        for each in self.parts or (self,):
            yield from pictures(each.input, pixels)

    def frames(self) -> Iterator[Frame]:
        """Yield the frames, (H, W, 3) uint8 BGR."""
        for picture in self.pictures():
            yield np.asarray(picture, np.uint8)


class SceneSpec(NamedTuple):
    """A row of the list of scenes."""

    title: str
    needs: str
    """A path below the folder of clips, without which it is left out; empty for none."""
    make: Callable[[str, Path, Path], Clip]
    """Of its name, the folder of clips, and a folder for what has to be prepared."""


def pictures(path: Path, pixels: Reading) -> Iterator[Any]:
    """Yield the frames of a video or an image sequence."""
    with open_source(path, options=ReadOptions(pixels=pixels)) as source:
        for item in source:
            if not isinstance(item, CopiedPacket):
                yield item.frame


def grays(path: Path) -> Iterator[Matte]:
    """Yield the frames of a gray video as they are stored, (H, W) uint8."""
    for picture in pictures(path, "depth"):
        yield np.asarray(picture, np.uint8)


def gray(path: Path) -> Matte:
    """Return a gray picture, also of a file that holds it three times."""
    picture = read_matte(path, "truth")
    return np.asarray(picture if picture.ndim == 2 else picture[..., 0], np.uint8)


def _labels(folder: Path) -> tuple[dict[int, Matte], npt.NDArray[np.bool_]]:
    """Return CDnet's labels by the number in their file's name, and the region of interest."""
    truths = {
        int(re.findall(r"\d+", file.stem)[-1]): gray(file)
        for file in sorted((folder / "groundtruth").glob("*.png"))
    }
    height, width = next(iter(truths.values())).shape
    region = cv2.resize(gray(folder / "ROI.bmp"), (width, height), interpolation=cv2.INTER_NEAREST)
    return truths, np.asarray(region > 0)


def highway(name: str, clips: Path, _scratch: Path) -> Clip:
    """Return the whole clip, of which the last 301 frames have truth; numbers count from 1."""
    folder = clips / "gt_surveillance/cdnet_highway"
    truths, region = _labels(folder)
    placed = {number - 1: truth for number, truth in truths.items()}
    return Clip(name, folder / "highway_full_1700f.avi", placed, region)


def traffic(name: str, clips: Path, scratch: Path) -> Clip:
    """Return the 101 frames twice, the second pass with truth: there is nothing before to learn."""
    folder = clips / "gt_surveillance/cdnet_traffic"
    truths, region = _labels(folder)
    files = sorted((folder / "input").glob("*.jpg"))
    for place, file in enumerate(files * 2):
        shutil.copyfile(file, scratch / f"{name}{place:06d}.jpg")
    first = min(truths)
    placed = {len(files) + number - first: truth for number, truth in truths.items()}
    return Clip(name, scratch / f"{name}%06d.jpg", placed, region)


def talk(video: str, plate: str) -> Callable[[str, Path, Path], Clip]:
    """Return what makes a clip of the speaker, whose first 48 frames are empty and not scored."""

    def make(name: str, clips: Path, _scratch: Path) -> Clip:
        folder = clips / "gt_derived"
        truths = dict(enumerate(grays(folder / "talk_alpha_gray_ffv1.mkv")))
        scored = {place: truth for place, truth in truths.items() if place >= 48}
        return Clip(name, folder / video, scored, plate=folder / plate)

    return make


def generated(name: str, scratch: Path, scene: Scene | None = None) -> Clip:
    """Return the demo's scene as the demo writes it, scored from where the figure comes in.

    Parameters
    ----------
    name : str
        Of the scene, and of its files.
    scratch : Path
        The folder for them.
    scene : Scene, optional
        Another size or length.

    Returns
    -------
    Clip
        With the empty room as its plate.
    """
    scene = scene or Scene()
    video, plate = scratch / f"{name}.mp4", scratch / f"{name}-plate.png"
    truths: dict[int, Matte] = {}

    def frames() -> Iterator[Frame]:
        for place, item in enumerate(scene):
            if truths or item.truth.any():
                truths[place] = item.truth
            yield item.frame

    write_clip(frames(), video, size=(scene.width, scene.height), rate=scene.rate)
    write_image(plate, draw_room(scene.width, scene.height, np.random.default_rng(scene.seed)))
    return Clip(name, video, truths, plate=plate)
