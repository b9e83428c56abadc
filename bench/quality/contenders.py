"""The contenders: every keyer at its defaults, the peers, the tutorial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import av
import numpy as np

import fastvbg
from bench.quality import peers, steps
from bench.quality.scenes import grays
from fastvbg.masks.registry import make
from fastvbg.media.image import read_image
from fastvbg.models.store import KNOWN, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from bench.quality.scenes import Clip
    from bench.quality.steps import Room, Step
    from fastvbg._types import Matte
    from fastvbg.media.model import Picture

EXACT = "exact"
"""Stands for the scene's plate among the options of a mask."""


class Contender(NamedTuple):
    """A row of the table."""

    title: str
    step: Callable[[Room], Step]
    """Makes what is timed; a peer is scored by it too."""
    mask: Mapping[str, Any] | None = None
    """Options of `fastvbg.matte`, by which a keyer of the package is scored; None for a peer."""
    exact: bool = False
    """Whether it needs the exact plate."""
    filter: str = ""
    """The filter of FFmpeg's that it is."""
    network: bool = False
    """Whether it runs the person models."""

    @property
    def ours(self) -> bool:
        """Whether it is a keyer of this package."""
        return self.mask is not None

    def missing(self) -> str | None:
        """Return why it cannot run here, None if it can."""
        if self.filter and self.filter not in peers.filters():
            return f"FFmpeg's libraries here have no filter {self.filter!r}"
        if self.network and any(state(model) != "present" for model in KNOWN):
            return "the person models are not here; 'fastvbg models fetch' obtains them"
        return None

    def prepared(self, picture: Picture) -> Any:
        """Return a frame in the form in which the step takes it."""
        return peers.as_yuva(picture) if self.filter else picture

    def mattes(self, clip: Clip, scratch: Path, warnings: list[str]) -> Iterator[Matte | None]:
        """Yield the matte of each of a clip's frames, None where there is none.

        A keyer of the package runs as a user runs it: file to file, in the video's own pixels. What
        it warns of is added to `warnings`.
        """
        if self.mask is not None:
            yield from self._by_file(clip, scratch / "matte.mkv", warnings)
            return
        width, height = clip.size
        plate = next(clip.frames()) if clip.plate is None else read_image(clip.plate, "plate")
        step = self.step(steps.Room(width, height, plate))
        for picture in clip.pictures("native" if self.filter else "bgr"):
            matte = step(self.prepared(picture))
            if isinstance(matte, av.VideoFrame):
                matte = matte.to_ndarray()
            yield None if matte is None else np.asarray(matte, np.uint8)

    def _by_file(self, clip: Clip, path: Path, warnings: list[str]) -> Iterator[Matte]:
        given: dict[str, Any] = dict(self.mask or {})
        if given.get("plate") == EXACT:
            given["plate"] = clip.plate
        refine = given.pop("refine", None)
        mask = make(given.pop("kind"), given)
        result = fastvbg.matte(clip.input, path, mask=mask, refine=refine, overwrite=True)
        warnings += result.warnings
        yield from grays(path)


CLEAN = "despeckle=5,fill"

CONTENDERS: dict[str, Contender] = {
    "tutorial": Contender("the tutorial", steps.tutorial),
    "motion": Contender("motion", steps.motion("none"), {"kind": "motion"}),
    "motion-clean": Contender(
        "motion, cleaned", steps.motion(CLEAN), {"kind": "motion", "refine": CLEAN}
    ),
    "plate": Contender(
        "plate, exact", steps.keyer("plate"), {"kind": "plate", "plate": EXACT}, exact=True
    ),
    "plate-first": Contender(
        "plate, first 2 s", steps.keyer("plate"), {"kind": "plate", "plate": "first:2s"}
    ),
    "plate-auto": Contender(
        "plate, auto", steps.keyer("plate"), {"kind": "plate", "plate": "auto"}
    ),
    "adaptive": Contender("adaptive", steps.keyer("adaptive"), {"kind": "adaptive"}),
    "chroma": Contender("chroma, key found", steps.keyer("chroma"), {"kind": "chroma"}),
    "person": Contender("person", steps.person(1), {"kind": "person"}, network=True),
    "person-4": Contender(
        "person, every 4th", steps.person(4), {"kind": "person", "every": 4}, network=True
    ),
    "mog2": Contender("mog2, as a mask", steps.keyer("mog2"), {"kind": "mog2"}),
    "knn": Contender("knn, as a mask", steps.keyer("knn"), {"kind": "knn"}),
    "cv2-mog2": Contender("OpenCV MOG2", steps.subtractor("mog2", clean=False)),
    "cv2-mog2-clean": Contender("OpenCV MOG2, cleaned", steps.subtractor("mog2", clean=True)),
    "cv2-knn": Contender("OpenCV KNN", steps.subtractor("knn", clean=False)),
    "cv2-knn-clean": Contender("OpenCV KNN, cleaned", steps.subtractor("knn", clean=True)),
    "network": Contender("MediaPipe's model, resized", steps.network, network=True),
    "difference": Contender("difference 20, cleaned", steps.difference, exact=True),
    "chromakey": Contender("FFmpeg chromakey, tuned", steps.chromakey, filter="chromakey"),
    "backgroundkey": Contender(
        "FFmpeg backgroundkey, tuned", steps.backgroundkey, filter="backgroundkey"
    ),
}
"""By the name that `--keyer` takes."""
