"""The error in the soft band over time as a picture: a panel for each scene, a line for each room.

Drawn by OpenCV, which every checkout has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastvbg._types import Colour, Frame

COLOURS: dict[str, Colour] = {"room off": (60, 100, 230), "room remembered": (150, 110, 20)}
"""Of the lines, blue, green, red, by what the legend says."""

_PAPER, _INK, _GRID, _UNSCORED = (255, 255, 255), (40, 40, 40), (215, 215, 215), (242, 242, 242)
_PANEL = (480, 250)
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 14, 34, 46  # about a panel's axes
_HEAD = 62  # the title's and the legend's rows
_STEP, _FRAMES_STEP = 0.05, 10  # between marks on the axes
_FINE = 3  # binary digits of a point's place between pixels
_SMALL, _LARGE = 0.45, 0.52  # sizes of letters


class Panel(NamedTuple):
    """A scene."""

    title: str
    lines: Mapping[str, Sequence[float]]
    """By what the legend says, a value for each frame from the first on."""


class _Axes(NamedTuple):
    """Where values go in a panel."""

    frames: int
    most: float

    def at(self, frame: float, value: float) -> tuple[float, float]:
        width, height = _PANEL
        across, down = width - _LEFT - _RIGHT, height - _TOP - _BOTTOM
        x = _LEFT + across * frame / max(1, self.frames - 1)
        return x, _TOP + down * (1 - value / self.most)


def draw_over_time(panels: Sequence[Panel], first_scored: int, columns: int = 2) -> Frame:
    """Draw panels of the same axes, what is not scored in gray.

    Parameters
    ----------
    panels : sequence of Panel
        At least one.
    first_scored : int
        The first frame that counts.
    columns : int, default 2
        How many stand side by side.
    """
    lines = [line for panel in panels for line in panel.lines.values()]
    highest = max(max(line) for line in lines)
    axes = _Axes(max(len(line) for line in lines), _STEP * (int(highest / _STEP) + 1))
    columns = min(columns, len(panels))
    width, height = _PANEL
    rows = -(-len(panels) // columns)
    sheet = np.full((_HEAD + rows * height, columns * width, 3), _PAPER, np.uint8)
    _draw_head(sheet)
    for place, panel in enumerate(panels):
        row, column = divmod(place, columns)
        top, left = _HEAD + row * height, column * width
        sheet[top : top + height, left : left + width] = _panel(panel, axes, first_scored)
    return sheet


def _draw_head(sheet: Frame) -> None:
    _write(sheet, "mean absolute error in the soft band, 0 to 1, by frame", (16, 24), _LARGE)
    x = 16
    for name, colour in COLOURS.items():
        cv2.line(sheet, (x, 45), (x + 28, 45), colour, 2, cv2.LINE_AA)
        _write(sheet, name, (x + 36, 50))
        x += 180
    cv2.rectangle(sheet, (x, 37), (x + 28, 53), _UNSCORED, -1)
    cv2.rectangle(sheet, (x, 37), (x + 28, 53), _GRID, 1)
    _write(sheet, "not scored", (x + 36, 50))


def _panel(panel: Panel, axes: _Axes, first_scored: int) -> Frame:
    width, height = _PANEL
    picture = np.full((height, width, 3), _PAPER, np.uint8)
    unscored = (axes.at(0, axes.most), axes.at(min(first_scored, axes.frames - 1), 0))
    cv2.rectangle(picture, _whole(unscored[0]), _whole(unscored[1]), _UNSCORED, -1)
    _draw_axes(picture, axes)
    for name, values in panel.lines.items():
        points = [axes.at(frame, value) for frame, value in enumerate(values)]
        fine = np.rint(np.array(points) * (1 << _FINE)).astype(np.int32)
        cv2.polylines(picture, [fine], False, COLOURS[name], 2, cv2.LINE_AA, _FINE)
    _write(picture, panel.title, (_LEFT, _TOP - 12), _LARGE)
    return picture


def _draw_axes(picture: Frame, axes: _Axes) -> None:
    for mark in range(round(axes.most / _STEP) + 1):
        value = mark * _STEP
        start, end = axes.at(0, value), axes.at(axes.frames - 1, value)
        cv2.line(picture, _whole(start), _whole(end), _GRID if mark else _INK, 1)
        _write(picture, f"{value:.2f}", (_LEFT - 42, round(start[1]) + 4))
    for frame in range(0, axes.frames, _FRAMES_STEP):
        x, y = _whole(axes.at(frame, 0))
        cv2.line(picture, (x, y), (x, y + 4), _INK, 1)
        _write(picture, str(frame), (x - 4 * len(str(frame)), y + 18))
    cv2.line(picture, _whole(axes.at(0, 0)), _whole(axes.at(0, axes.most)), _INK, 1)
    middle, bottom = _whole(axes.at((axes.frames - 1) / 2, 0))
    _write(picture, "frame", (middle - 20, bottom + 36))


def _whole(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0]), round(point[1])


def _write(picture: Frame, text: str, at: tuple[int, int], size: float = _SMALL) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, _INK, 1, cv2.LINE_AA)
