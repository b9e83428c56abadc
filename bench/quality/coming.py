"""`python -m bench.quality.coming --clips DIR`: somebody comes into an empty room.

Portraits slide in from the left or the right before photographs, each at one of three speeds.
Scored is the mean IoU of the frames that show more than a hundredth of them, and how many such
frames pass until it reaches 0.85.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench.quality.moving.material import Material
from bench.quality.placing import cut_out, filling, noisy, print_found, put
from bench.quality.scores import MatteScore
from fastvbg import PersonKeyer
from fastvbg.cli.benchtable import plain_table
from fastvbg.errors import FastvbgError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg._types import Frame, Matte

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


class Found(NamedTuple):
    """What the mask makes of takes: means over them."""

    iou: float
    worst: float
    late: float


def frames(material: Material, number: int, size: tuple[int, int]) -> Iterator[tuple[Frame, Matte]]:
    """Yield the frames of a take and their mattes; the same numbers give the same."""
    rng = np.random.default_rng(number)
    width, height = size
    room = filling(material.room(number), size)
    person = cut_out(*material.portrait(number), round(_HEIGHT * height))
    middle = (width - person.coverage.shape[1]) / 2
    step = _SPEEDS[number // _SIDES % len(_SPEEDS)] * width
    # Beyond the frame's edge, on either side of its middle.
    far = (width + person.coverage.shape[1]) / 2 * (1 if number % _SIDES else -1)
    for place in range(_EMPTY + int(abs(far) / step) + 1 + _AFTER):
        left = max(0.0, abs(far) - step * max(0, place - _EMPTY + 1)) * np.sign(far)
        frame, truth = room.copy(), np.zeros((height, width), np.uint8)
        put(frame, truth, person, round(middle + left))
        yield noisy(frame, rng), truth


def measured(material: Material, takes: int, size: tuple[int, int]) -> Found:
    """Score takes of a size."""
    rows = [_scored(frames(material, number, size)) for number in range(takes)]
    means, late = zip(*rows, strict=True)
    return Found(float(np.mean(means)), min(means), float(np.mean(late)))


def _scored(take: Iterator[tuple[Frame, Matte]]) -> tuple[float, int]:
    """Return mean IoU, and frames until it is reached."""
    keyer, found = PersonKeyer(), []
    for frame, truth in take:
        matte, score = keyer.key(frame), MatteScore()
        if (truth >= 128).mean() > _SHOWN:
            score.add(matte, truth)
            found.append(score.result()["IoU"])
    reached = [each >= _REACHED for each in found]
    return float(np.mean(found)), reached.index(True) if any(reached) else len(found)


def main(arguments: list[str] | None = None) -> int:
    """Run the bench as the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality.coming", description=__doc__)
    parser.add_argument("--clips", metavar="DIR", required=True, help="portraits and rooms")
    parser.add_argument("--takes", metavar="N", type=int, default=TAKES, help="of each size")
    given = parser.parse_args(arguments)
    table = plain_table("frames", "IoU", "worst", "frames late")
    try:
        material = Material(Path(given.clips))
        for size in SIZES:
            iou, worst, late = measured(material, given.takes, size)
            table.add_row(f"{size[0]}x{size[1]}", f"{iou:.3f}", f"{worst:.3f}", f"{late:.1f}")
    except FastvbgError as error:
        sys.stderr.write(f"coming: {error}\n")
        return 2
    print_found(table, f"Means and the least of {given.takes} takes.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
