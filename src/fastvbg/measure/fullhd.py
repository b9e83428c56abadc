"""Frames of full HD to measure with: decoded beforehand, kept in a file that processes share."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import av
import numpy as np

from fastvbg.compositing.planar import I420
from fastvbg.media.colour import ColourTags, Converter, FromBGR, ToBGR
from fastvbg.media.model import CopiedPacket, ReadOptions
from fastvbg.media.planes import planes_of
from fastvbg.scenes.speaker import Scene, draw_backdrop
from fastvbg.source import open_source
from fastvbg.source.opening import open_container, video_stream

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fastvbg._types import Frame
    from fastvbg.media.model import Picture

WIDTH, HEIGHT = 1920, 1080
ENTERED = -1.0
"""Of the scene's `empty`: the figure has come in before the first frame."""

_FORM = "yuv420p"
_GRAIN = 3.0  # standard deviation in 8-bit steps
_RATE = 30


class Stored(NamedTuple):
    """Where frames are kept, 8-bit planes of 4:2:0 one after the other, and what they are."""

    path: Path
    frames: int
    width: int
    height: int
    tags: ColourTags


class Shown(NamedTuple):
    """A frame in both forms."""

    planes: I420
    """Read-only."""
    bgr: Frame


def check_clip(clip: Path) -> None:
    """Demand that a clip is a video that can be opened, before anything takes long.

    Raises
    ------
    SourceError
        It is none.
    """
    with open_container(clip, "input") as container:
        video_stream(container, clip, "input")


def store_full_hd(clip: Path | None, count: int, path: Path) -> Stored:
    """Keep the first frames of a video, scaled to 1920x1080, portraits to 1080x1920.

    Parameters
    ----------
    clip : Path, optional
        The video; by default the generated scene is drawn, the figure in it from the beginning.
    count : int
        How many frames at most.
    path : Path
        The file to write them to, 3 MB each.

    Raises
    ------
    SourceError
        There is no such video, or none of its frames can be decoded.
    """
    if clip is None:
        scene = Scene(WIDTH, HEIGHT, count, _RATE, empty=ENTERED)
        return _stored((item.frame for item in scene), ColourTags(), (WIDTH, HEIGHT), path)
    with open_source(clip, options=ReadOptions(pixels="native")) as source:
        tall = source.info.height > source.info.width
    size = (HEIGHT, WIDTH) if tall else (WIDTH, HEIGHT)
    options = ReadOptions(pixels="native", scale=size)
    with open_source(clip, options=options) as source:
        frames = (item.frame for item in source if not isinstance(item, CopiedPacket))
        return _stored(islice(frames, count), source.info.colour, size, path)


def _stored(
    frames: Iterable[Picture], tags: ColourTags, size: tuple[int, int], path: Path
) -> Stored:
    to_planes, from_bgr = Converter(tags, _FORM), FromBGR(tags, _FORM)
    kept = 0
    with path.open("wb") as file:
        for frame in frames:
            planar: Any = from_bgr(frame) if isinstance(frame, np.ndarray) else to_planes(frame)
            for plane in planes_of(planar):
                file.write(np.ascontiguousarray(plane).data)
            kept += 1
    return Stored(path, kept, *size, tags)


class FullHD:
    """Stored frames, as planes and as BGR.

    Parameters
    ----------
    stored : Stored
        Of `store_full_hd`.
    """

    def __init__(self, stored: Stored) -> None:
        self.width, self.height = stored.width, stored.height
        self.space = stored.tags.space(stored.height)
        shape = stored.frames, stored.height * 3 // 2, stored.width
        self._frames = np.asarray(np.memmap(stored.path, np.uint8, "r", shape=shape))
        self._to_bgr, self._from_bgr = ToBGR(stored.tags), FromBGR(stored.tags, _FORM)

    def shown(self, place: int) -> Shown:
        """Return a frame, its BGR made anew."""
        whole = self._frames[place]
        u, v = whole[self.height :].reshape(2, self.height // 2, self.width // 2)
        bgr = self._to_bgr(av.VideoFrame.from_ndarray(whole, format=_FORM))
        return Shown(I420(whole[: self.height], u, v), bgr)

    def in_planes(self, picture: Frame) -> I420:
        """Return a picture in BGR as planes of the frames' kind."""
        return I420(*planes_of(self._from_bgr(picture)))


def draw_picture(width: int, height: int) -> Frame:
    """Return a picture to put behind people, (H, W, 3) uint8 BGR: hills at sunset, with grain.

    A plain colour or a smooth drawing costs an encoder next to nothing, which photographs do not;
    the grain is there for that.
    """
    grain = np.random.default_rng(3).normal(0, _GRAIN, (height, width, 1))
    return np.asarray(np.clip(draw_backdrop(width, height) + grain + 0.5, 0, 255), np.uint8)
