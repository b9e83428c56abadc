"""The bench itself: the mask with its room remembered and without, on every take of every scene."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from bench.quality.moving.takes import FRAMES, SIZE
from bench.quality.scores import MatteScore, band_error
from fastvbg import PersonKeyer
from fastvbg.keyers.person.camera import Lies
from fastvbg.measure.bench import conditions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.quality.moving.takes import Shot, Take
    from fastvbg._types import Frame, Matte

    Tell = Callable[[str], None]
    Scene = tuple[str, str]

FIRST_SCORED = 20
"""Before, hardly anything of the room behind her has been seen."""

UNFOLLOWED = "unfollowed"
ROOMS = ("remembered", UNFOLLOWED, "off")
"""Of `PersonKeyer`; and remembered, but where it was and in the light in which it was seen."""

_SHOWN = (20, 40, 59)
"""Frames on a contact sheet."""


@dataclass
class Row:
    """What the mask made of a scene: means over its takes."""

    camera: str
    light: str
    room: str
    scores: dict[str, float]
    """The error in the soft band, IoU, MAE and dtSSD, of frames from `FIRST_SCORED` on."""
    over_time: list[float]
    """The error in the soft band of each frame from the first on."""
    takes: list[dict[str, float]]
    """The scores of each."""


@dataclass
class Record:
    """All that a run found."""

    conditions: dict[str, Any]
    takes: dict[str, Any]
    """How many of a scene, their size, their frames, the first one that is scored."""
    moving: list[Row] = field(default_factory=list)


@dataclass
class Watched:
    """A scored run over one take."""

    scores: dict[str, float]
    over_time: list[float]
    mattes: dict[int, Matte]
    """By frame, those for a contact sheet."""


@dataclass
class Pictures:
    """What a scene's contact sheet is made of, of its first take."""

    sources: dict[int, Frame]
    truths: dict[int, Matte]
    mattes: dict[str, dict[int, Matte]]
    """By room and frame."""


class Watch:
    """Keys a take's frames and scores them."""

    def __init__(self, room: str) -> None:
        self._follows = room != UNFOLLOWED
        self._keyer = PersonKeyer(room="off" if room == "off" else "remembered")
        self._score = MatteScore()
        self._over_time: list[float] = []
        self._mattes: dict[int, Matte] = {}

    def add(self, place: int, shot: Shot) -> None:
        """Key the next frame."""
        matte = self._keyer.key_planes(shot.planes)
        if not self._follows:
            self._follows = True
            leave_unfollowed(self._keyer)
        self._over_time.append(band_error(matte, shot.truth))
        if place >= FIRST_SCORED:
            self._score.add(matte, shot.truth)
        if place in _SHOWN:
            self._mattes[place] = matte.copy()

    def result(self) -> Watched:
        """Return what it came to."""
        band = float(np.mean(self._over_time[FIRST_SCORED:]))
        return Watched({"band": band, **self._score.result()}, self._over_time, self._mattes)


def run(
    take: Callable[[int, str, str], Take],
    scenes: Sequence[Scene],
    count: int,
    *,
    tell: Tell = lambda _: None,
    draw: Callable[[Scene, Pictures], None] | None = None,
) -> Record:
    """Score the mask on scenes.

    Parameters
    ----------
    take : callable
        Returns the take of a number, a camera and a light.
    scenes : sequence of (str, str)
        Cameras and lights.
    count : int
        How many takes of each.
    tell : callable, optional
        Told what is being done.
    draw : callable, optional
        Given what a scene's contact sheet is made of.

    Returns
    -------
    Record
        A row for each scene and room.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    facts = {"count": count, "size": list(SIZE), "frames": FRAMES, "first scored": FIRST_SCORED}
    record = Record({**conditions(), "runtime": PersonKeyer().runtime}, facts)
    try:
        for camera, light in scenes:
            watched: list[dict[str, Watched]] = []
            for number in range(count):
                tell(f"camera {camera}, light {light}: take {number + 1} of {count}")
                this = take(number, camera, light)
                watched.append(watch(this))
                if draw is not None and number == 0:
                    draw((camera, light), _pictures(this, watched[0]))
            for room in ROOMS:
                record.moving.append(_row((camera, light), room, [each[room] for each in watched]))
    finally:
        cv2.setNumThreads(threads)
    return record


def leave_unfollowed(keyer: PersonKeyer) -> None:
    """Let a keyer take the camera to stand, and the light to stay, from its second frame on."""
    room: Any = getattr(getattr(keyer, "_room", None), "_room", None)
    if room is not None:
        room._camera.look = lambda *_: Lies.KEPT
        room._camera.look_again = lambda *_: False
        room._light.measure = lambda *_: None


def watch(take: Take) -> dict[str, Watched]:
    """Return what the mask makes of a take, by room: frames are made once for both."""
    watches = {room: Watch(room) for room in ROOMS}
    for place, shot in enumerate(take.shots()):
        for each in watches.values():
            each.add(place, shot)
    return {room: each.result() for room, each in watches.items()}


def _row(scene: Scene, room: str, watched: list[Watched]) -> Row:
    scores = [each.scores for each in watched]
    means = {name: float(np.mean([each[name] for each in scores])) for name in scores[0]}
    over_time = np.mean([each.over_time for each in watched], axis=0).tolist()
    return Row(*scene, room, means, over_time, scores)


def _pictures(take: Take, watched: dict[str, Watched]) -> Pictures:
    shown = {place: shot for place, shot in enumerate(take.shots()) if place in _SHOWN}
    return Pictures(
        {place: shot.frame for place, shot in shown.items()},
        {place: shot.truth for place, shot in shown.items()},
        {room: each.mattes for room, each in watched.items()},
    )
