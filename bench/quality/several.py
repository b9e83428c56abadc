"""`python -m bench.quality.several --clips DIR`: people who are small among others.

Two to six portraits are put side by side before a photograph, each sways by itself. Scored is the
IoU of the first frame, and the mean of those after it, with small people looked at singly, as the
mask does by default, and without.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import cv2
import numpy as np
from rich.console import Console

from bench.quality.moving.material import Material
from bench.quality.scores import MatteScore
from fastvbg import PersonKeyer
from fastvbg.cli.benchtable import WIDTH, plain_table
from fastvbg.errors import FastvbgError
from fastvbg.keyers.person import others
from fastvbg.measure.bench import conditions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg._types import Frame, Matte

SIZE = 1920, 1080
FRAMES = 36
SCENES = 6
HEIGHTS = (100, 250), (200, 500), (300, 700)
"""Pixels that people are high, from and to."""
_FEWEST, _MOST = 2, 6
_SWAY, _SWAY_RADIAN = 60.0, 8
"""Pixels to each side, and how many frames a radian of the swing takes."""
_NOISE = 2.0
_FOUND = 20
"""Level of a portrait's matte from which on it is part of the person."""


class _Person(NamedTuple):
    picture: Frame
    coverage: Matte
    left: float
    phase: float


class Scene:
    """People before a room; the same numbers give the same frames.

    Parameters
    ----------
    material : Material
        Portraits and rooms.
    number : int
        Of the scene.
    heights : (int, int)
        Pixels that people are high, at least and less than.
    size : (int, int)
        Width and height of the frames.
    """

    def __init__(
        self,
        material: Material,
        number: int,
        heights: tuple[int, int],
        size: tuple[int, int] = SIZE,
    ) -> None:
        self._rng = np.random.default_rng(number)
        self._room = _filling(material.room(number), size)
        count = int(self._rng.integers(_FEWEST, _MOST + 1))
        self.people = [
            self._person(material, number * _MOST + place, heights, (place + 0.5) / count)
            for place in range(count)
        ]

    def _person(
        self, material: Material, number: int, heights: tuple[int, int], at: float
    ) -> _Person:
        picture, coverage = material.portrait(number)
        rows, cols = (np.flatnonzero((coverage >= _FOUND).any(axis=k)) for k in (1, 0))
        part = slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1)
        picture, coverage = picture[part], coverage[part]
        scale = int(self._rng.integers(*heights)) / coverage.shape[0]
        picture, coverage = (_scaled(each, scale) for each in (picture, coverage))
        left = at * self._room.shape[1] - coverage.shape[1] / 2
        return _Person(picture, coverage, left, float(self._rng.random()) * 2 * np.pi)

    def frames(self, count: int) -> Iterator[tuple[Frame, Matte]]:
        """Yield frames and their mattes."""
        for number in range(count):
            frame, truth = self._room.copy(), np.zeros(self._room.shape[:2], np.uint8)
            for person in self.people:
                sway = _SWAY * np.sin(person.phase + number / _SWAY_RADIAN)
                _put(frame, truth, person, round(person.left + sway))
            noisy = frame + self._rng.normal(0, _NOISE, frame.shape)
            yield np.clip(np.rint(noisy), 0, 255).astype(np.uint8), truth


def _filling(picture: Frame, size: tuple[int, int]) -> Frame:
    """Return the middle of a picture, large enough for a frame."""
    width, height = size
    scale = max(width / picture.shape[1], height / picture.shape[0])
    large = _scaled(picture, scale * 1.001)
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return np.ascontiguousarray(large[top : top + height, left : left + width])


def _scaled(picture: Frame, scale: float) -> Frame:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def _put(frame: Frame, truth: Matte, person: _Person, left: int) -> None:
    """Lay a person over a frame, at its lower border."""
    height, width = person.coverage.shape
    first, last = max(0, left), min(frame.shape[1], left + width)
    if last <= first:
        return
    high = min(height, frame.shape[0])
    part = slice(0, high), slice(first - left, last - left)
    coverage = person.coverage[part]
    there = slice(frame.shape[0] - high, frame.shape[0]), slice(first, last)
    share = coverage[..., np.newaxis] / np.float32(255)
    frame[there] = np.rint(share * person.picture[part] + (1 - share) * frame[there])
    np.maximum(truth[there], coverage, out=truth[there])


class Found(NamedTuple):
    """What the mask makes of scenes: IoU, means over them."""

    first: float
    later: float


def measured(material: Material, heights: tuple[int, int], scenes: int, *, singly: bool) -> Found:
    """Score scenes with people of some heights."""
    rows = []
    for number in range(scenes):
        one, rest = MatteScore(), MatteScore()
        keyer = PersonKeyer()
        for place, (frame, truth) in enumerate(Scene(material, number, heights).frames(FRAMES)):
            with _looked_at(singly=singly):
                matte = keyer.key(frame)
            (rest if place else one).add(matte, truth)
        rows.append((one.result()["IoU"], rest.result()["IoU"]))
    first, later = np.mean(rows, axis=0)
    return Found(float(first), float(later))


def _looked_at(*, singly: bool) -> AbstractContextManager[object]:
    if singly:
        return nullcontext()
    none = mock.Mock(return_value=[])
    return mock.patch.multiple(others, squares=none, thirds=none)


def main(arguments: list[str] | None = None) -> int:
    """Run the bench as the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality.several", description=__doc__)
    parser.add_argument("--clips", metavar="DIR", required=True, help="portraits and rooms")
    parser.add_argument("--scenes", metavar="N", type=int, default=SCENES, help="of each heights")
    given = parser.parse_args(arguments)
    table = plain_table("people", "looks", "first frame", "later ones")
    try:
        material = Material(Path(given.clips))
        for heights in HEIGHTS:
            for singly in (True, False):
                found = measured(material, heights, given.scenes, singly=singly)
                row = (f"{each:.3f}" for each in found)
                name = f"{heights[0]} to {heights[1]} px"
                table.add_row(name, "singly" if singly else "together", *row)
    except FastvbgError as error:
        sys.stderr.write(f"several: {error}\n")
        return 2
    console, facts = Console(width=WIDTH, highlight=False), conditions()
    console.print(table)
    console.print(
        f"IoU, means of {given.scenes} scenes with {_FEWEST} to {_MOST} people, "
        f"{SIZE[0]}x{SIZE[1]}, {FRAMES} frames each. {PersonKeyer().runtime}, {facts['cpu']}, "
        f"OpenCV {facts['opencv-python']}, NumPy {facts['numpy']}; {facts['date'][:10]}, commit "
        f"{facts['commit']}."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
