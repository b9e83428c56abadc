"""`python -m bench.quality.coming --clips DIR`: somebody comes, alone or beside who sits there.

Portraits slide in from the left or the right before photographs, each at one of three speeds, into
an empty room, or to the right of another portrait. Scored is the mean IoU of the frames that show
more than a hundredth of them, beside who was there, and how many such frames pass until it reaches
0.85.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from bench.quality.moving.material import Material
from bench.quality.placing import cut_out, filling, noisy, print_found, put
from bench.quality.scores import MatteScore
from fastvbg import PersonKeyer
from fastvbg.cli.benchtable import plain_table
from fastvbg.errors import FastvbgError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from bench.quality.placing import CutOut
    from fastvbg._types import Frame, Matte

    Flags = npt.NDArray[np.bool_]

SIZES = (640, 360), (1280, 720)
TAKES = 12
_EMPTY, _AFTER = 12, 4
"""Frames without anybody before, and with them at rest after it."""
_SPEEDS = 0.04, 0.08, 0.15
"""Of the frame's width, a frame."""
_HEIGHT = 0.85
"""Of a person, in the frame's."""
_SHOWN, _REACHED = 0.01, 0.85
_SIDES = 2
_SITS, _SITS_HIGH, _STANDS = 0.3, 0.7, 0.72
"""Where who was there sits, of the frame's width; how high that is; and where the other stops."""
_OTHER = 5
"""Portraits from one to the other."""
_ABOUT = 0.02
"""Of the frame's height, about who sits, is theirs."""


class Found(NamedTuple):
    """What the mask makes of takes: means over them."""

    iou: float
    worst: float
    late: float


class Shot(NamedTuple):
    """A frame, and who comes in it."""

    frame: Frame
    coming: Matte
    there: Flags
    """Where somebody else was before them."""


def alone(material: Material, number: int, size: tuple[int, int]) -> Iterator[Shot]:
    """Yield the frames of somebody who comes into a room; the same numbers give the same."""
    rng = np.random.default_rng(number)
    width, height = size
    room = filling(material.room(number), size)
    person = cut_out(*material.portrait(number), round(_HEIGHT * height))
    nobody = np.zeros((height, width), np.bool_)
    for left in _ways(person, number, width, 0.5, to_left=number % _SIDES == 1):
        frame, coming = room.copy(), np.zeros((height, width), np.uint8)
        put(frame, coming, person, left)
        yield Shot(noisy(frame, rng), coming, nobody)


def beside(material: Material, number: int, size: tuple[int, int]) -> Iterator[Shot]:
    """Yield the frames of somebody who comes beside one who sits; likewise."""
    rng = np.random.default_rng(number)
    width, height = size
    room, there = filling(material.room(number), size), np.zeros((height, width), np.uint8)
    sits = cut_out(*material.portrait(number), round(_SITS_HIGH * height))
    put(room, there, sits, round(_SITS * width - sits.coverage.shape[1] / 2))
    margin = round(_ABOUT * height)
    theirs = cv2.dilate(there, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)) > 0
    person = cut_out(*material.portrait(number + _OTHER), round(_HEIGHT * height))
    for left in _ways(person, number, width, _STANDS, to_left=True):
        frame, coming = room.copy(), np.zeros((height, width), np.uint8)
        put(frame, coming, person, left)
        yield Shot(noisy(frame, rng), coming, np.asarray(theirs))


def _ways(person: CutOut, number: int, width: int, at: float, *, to_left: bool) -> Iterator[int]:
    """Yield where somebody's left is, frame by frame: beyond the edge, on the way, and at rest."""
    wide = person.coverage.shape[1]
    end = at * width - wide / 2
    far = width - end if to_left else -wide - end
    step = _SPEEDS[number // _SIDES % len(_SPEEDS)] * width
    for place in range(_EMPTY + int(abs(far) / step) + 1 + _AFTER):
        left = max(0.0, abs(far) - step * max(0, place - _EMPTY + 1)) * np.sign(far)
        yield round(end + left)


def measured(takes: Iterable[Iterator[Shot]]) -> Found:
    """Score takes."""
    means, late = zip(*(_scored(take) for take in takes), strict=True)
    return Found(float(np.mean(means)), min(means), float(np.mean(late)))


def _scored(take: Iterator[Shot]) -> tuple[float, int]:
    """Return mean IoU, and frames until it is reached."""
    keyer, found = PersonKeyer(), []
    for frame, coming, there in take:
        matte, score = keyer.key(frame), MatteScore()
        truth = np.where(there, np.uint8(0), coming)
        if (truth >= 128).mean() > _SHOWN:
            score.add(np.where(there, np.uint8(0), matte), truth)
            found.append(score.result()["IoU"])
    reached = [each >= _REACHED for each in found]
    return float(np.mean(found)), reached.index(True) if any(reached) else len(found)


def main(arguments: list[str] | None = None) -> int:
    """Run the bench as the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality.coming", description=__doc__)
    parser.add_argument("--clips", metavar="DIR", required=True, help="portraits and rooms")
    parser.add_argument("--takes", metavar="N", type=int, default=TAKES, help="of each size")
    given = parser.parse_args(arguments)
    table = plain_table("frames", "comes", "IoU", "worst", "frames late")
    try:
        material = Material(Path(given.clips))
        for size in SIZES:
            for how in (alone, beside):
                takes = (how(material, number, size) for number in range(given.takes))
                iou, worst, late = measured(takes)
                row = f"{iou:.3f}", f"{worst:.3f}", f"{late:.1f}"
                table.add_row(f"{size[0]}x{size[1]}", how.__name__, *row)
    except FastvbgError as error:
        sys.stderr.write(f"coming: {error}\n")
        return 2
    print_found(table, f"Means and the least of {given.takes} takes.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
