"""People cut out of portraits and put before rooms, and how tables of what was found end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from rich.console import Console

from fastvbg import PersonKeyer
from fastvbg.cli.benchtable import WIDTH
from fastvbg.measure.bench import conditions

if TYPE_CHECKING:
    from rich.table import Table

    from fastvbg._types import Frame, Matte

_NOISE = 2.0
"""Levels of a camera's noise: a standard deviation."""
_FOUND = 20
"""Level of a portrait's matte from which on it is part of the person."""


class CutOut(NamedTuple):
    """A person: pixels and their coverage, no more than there is of them."""

    picture: Frame
    coverage: Matte


def cut_out(picture: Frame, coverage: Matte, height: int) -> CutOut:
    """Return who is in a portrait, so many pixels high."""
    rows, cols = (np.flatnonzero((coverage >= _FOUND).any(axis=k)) for k in (1, 0))
    part = slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1)
    picture, coverage = picture[part], coverage[part]
    scale = height / coverage.shape[0]
    return CutOut(_scaled(picture, scale), _scaled(coverage, scale))


def filling(picture: Frame, size: tuple[int, int]) -> Frame:
    """Return the middle of a picture, large enough for a frame of a width and height."""
    width, height = size
    scale = max(width / picture.shape[1], height / picture.shape[0])
    large = _scaled(picture, scale * 1.001)
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return np.ascontiguousarray(large[top : top + height, left : left + width])


def _scaled(picture: Frame, scale: float) -> Frame:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def put(frame: Frame, truth: Matte, person: CutOut, left: int) -> None:
    """Lay a person over a frame, at its lower border, and their coverage over its matte."""
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


def noisy(frame: Frame, rng: np.random.Generator) -> Frame:
    """Return a frame with a camera's noise."""
    return np.clip(np.rint(frame + rng.normal(0, _NOISE, frame.shape)), 0, 255).astype(np.uint8)


def print_found(table: Table, what: str) -> None:
    """Print a table, what its figures are, and where and when they were found."""
    console, facts = Console(width=WIDTH, highlight=False), conditions()
    console.print(table)
    console.print(
        f"{what} {PersonKeyer().runtime}, {facts['cpu']}, OpenCV {facts['opencv-python']}, NumPy "
        f"{facts['numpy']}; {facts['date'][:10]}, commit {facts['commit']}."
    )
