"""The contenders frame by frame, on frames already decoded: to be timed, and peers to be scored."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

import fastvbg
from bench.quality import peers
from fastvbg import reference
from fastvbg.masks.registry import kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import Frame, Mask, Matte

    Step = Callable[[Any], Any]
    """From the next frame to its matte; None where there is none yet."""


class Room(NamedTuple):
    """What a keyer may know before the first frame."""

    width: int
    height: int
    plate: Frame
    """The empty scene, or the nearest there is to it."""


def _refined(key: Step, steps: str) -> Step:
    """Return a keyer with refinement after it, in buffers that are kept."""
    refiner = fastvbg.Refiner(steps)
    if not refiner.steps:
        return key

    def step(frame: Frame) -> Matte:
        if not refiner.needs_guide:
            return refiner.apply(key(frame))
        guide = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)
        return refiner.apply(key(frame), guide)

    return step


def _kept(key: Callable[..., Any], room: Room) -> Step:
    """Return a keyer that writes into one buffer."""
    out = np.empty((room.height, room.width), np.uint8)
    return lambda frame: key(frame, out=out)


def motion(refine: str) -> Callable[[Room], Step]:
    """Return what makes the tutorial's mask by its kernel: each frame against the one before."""

    def make(room: Room) -> Step:
        out = np.zeros((room.height, room.width), np.uint8)
        before: list[Frame] = []

        def key(frame: Frame) -> Mask:
            if before:
                fastvbg.motion_mask(before.pop(), frame, out=out)
            before.append(frame)
            return out

        return _refined(key, refine)

    return make


def keyer(kind: str) -> Callable[[Room], Step]:
    """Return what makes a keyer of a kind at its defaults, with its default refinement."""

    def make(room: Room) -> Step:
        objects: dict[str, Callable[[], Any]] = {
            "plate": partial(fastvbg.PlateKeyer, room.plate),
            "adaptive": fastvbg.AdaptiveKeyer,
            "chroma": fastvbg.ChromaKeyer,
            "mog2": partial(fastvbg.SubtractorKeyer, "mog2"),
            "knn": partial(fastvbg.SubtractorKeyer, "knn"),
        }
        made = objects[kind]()
        if kind == "plate":
            return _decided(made, room)
        return _refined(_kept(made.key, room), kinds()[kind].refinement)

    return make


def _decided(made: fastvbg.PlateKeyer, room: Room) -> Step:
    """Return the plate keyer with what follows it: refinement, then soft edges by colours."""
    keyed = np.empty((room.height, room.width), np.uint8)
    refiner = fastvbg.Refiner(kinds()["plate"].refinement)

    def step(frame: Frame) -> Matte:
        made.key(frame, out=keyed)
        guide = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)
        refined = refiner.apply(keyed, guide)
        return made.decide_edges(frame, keyed, refined, out=refined)

    return step


def person(every: int) -> Callable[[Room], Step]:
    """Return what makes the person keyer, whose network looks at each so-manieth frame."""
    return lambda room: _kept(fastvbg.PersonKeyer(every=every).key, room)


def network(_room: Room) -> Step:
    """Return the person model alone, its answer resized, as the usual code does."""
    return peers.network()


def tutorial(_room: Room) -> Step:
    """Return the tutorial's mask: frames dealt out in turn, the latest two compared."""
    dealt: list[Frame | None] = [None, None]
    count = 0

    def step(frame: Frame) -> Mask | None:
        nonlocal count
        dealt[count % 2] = frame
        count += 1
        even, odd = dealt
        if count < 3 or even is None or odd is None:
            return None
        return reference.motion_mask(even, odd)

    return step


def subtractor(kind: str, *, clean: bool) -> Callable[[Room], Step]:
    """Return what makes one of OpenCV's subtractors, cleaned up or raw."""

    def make(_room: Room) -> Step:
        key = peers.subtractor(kind)
        return (lambda frame: peers.cleaned(key(frame))) if clean else key

    return make


def difference(room: Room) -> Step:
    """Return the cleaned difference from the plate."""
    key = peers.difference(room.plate)
    return lambda frame: peers.cleaned(key(frame))


def chromakey(room: Room) -> Step:
    """Return FFmpeg's chromakey."""
    return peers.Filter("chromakey", peers.CHROMAKEY, room.width, room.height)


def backgroundkey(room: Room) -> Step:
    """Return FFmpeg's backgroundkey, which was shown the plate first."""
    key = peers.Filter("backgroundkey", peers.BACKGROUNDKEY, room.width, room.height)
    key(peers.as_yuva(room.plate))
    return key
