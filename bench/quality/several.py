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

import numpy as np

from bench.quality.moving.material import Material
from bench.quality.placing import CutOut, cut_out, filling, noisy, print_found, put
from bench.quality.scores import MatteScore
from fastvbg import PersonKeyer
from fastvbg.cli.benchtable import plain_table
from fastvbg.errors import FastvbgError
from fastvbg.keyers.person import others

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


class _Person(NamedTuple):
    cut: CutOut
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
        self._room = filling(material.room(number), size)
        count = int(self._rng.integers(_FEWEST, _MOST + 1))
        self.people = [
            self._person(material, number * _MOST + place, heights, (place + 0.5) / count)
            for place in range(count)
        ]

    def _person(
        self, material: Material, number: int, heights: tuple[int, int], at: float
    ) -> _Person:
        cut = cut_out(*material.portrait(number), int(self._rng.integers(*heights)))
        left = at * self._room.shape[1] - cut.coverage.shape[1] / 2
        return _Person(cut, left, float(self._rng.random()) * 2 * np.pi)

    def frames(self, count: int) -> Iterator[tuple[Frame, Matte]]:
        """Yield frames and their mattes."""
        for number in range(count):
            frame, truth = self._room.copy(), np.zeros(self._room.shape[:2], np.uint8)
            for person in self.people:
                sway = _SWAY * np.sin(person.phase + number / _SWAY_RADIAN)
                put(frame, truth, person.cut, round(person.left + sway))
            yield noisy(frame, self._rng), truth


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
    print_found(
        table,
        f"IoU, means of {given.scenes} scenes with {_FEWEST} to {_MOST} people, "
        f"{SIZE[0]}x{SIZE[1]}, {FRAMES} frames each.",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
