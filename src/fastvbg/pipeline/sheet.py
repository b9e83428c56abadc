"""Contact sheets: labelled pictures in rows, for a look at what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastvbg._types import Frame, Mask

_GAP = 6
_LABEL_HEIGHT = 22
_PAPER = 24
_INK = (220, 220, 220)


class Labelled(NamedTuple):
    """A picture on the sheet and the words over it."""

    label: str
    picture: Frame | Mask
    """(H, W, 3) or (H, W), uint8."""


def contact_sheet(rows: Sequence[Sequence[Labelled]], *, cell_width: int = 320) -> Frame:
    """Lay labelled pictures out in rows.

    Parameters
    ----------
    rows : sequence of sequences of Labelled
        The pictures, each (H, W, 3) or (H, W) uint8; they keep their proportions.
    cell_width : int, default 320
        Width of each picture on the sheet, in pixels.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        The sheet.
    """
    cells = [[_cell(item, cell_width) for item in row] for row in rows]
    widest = max(len(row) for row in cells)
    width = _GAP + widest * (cell_width + _GAP)
    height = _GAP + sum(max(cell.shape[0] for cell in row) + _GAP for row in cells)
    sheet = np.full((height, width, 3), _PAPER, np.uint8)
    y = _GAP
    for row in cells:
        for column, cell in enumerate(row):
            x = _GAP + column * (cell_width + _GAP)
            sheet[y : y + cell.shape[0], x : x + cell_width] = cell
        y += max(cell.shape[0] for cell in row) + _GAP
    return sheet


def _cell(item: Labelled, width: int) -> Frame:
    """Return one picture at its width with its label above."""
    picture = item.picture
    if picture.ndim == 2:
        picture = np.repeat(picture[..., np.newaxis], 3, axis=2)
    height = max(1, round(picture.shape[0] * width / picture.shape[1]))
    cell = np.full((height + _LABEL_HEIGHT, width, 3), _PAPER, np.uint8)
    cell[_LABEL_HEIGHT:] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    cv2.putText(cell, item.label, (2, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, _INK, 1, cv2.LINE_AA)
    return cell
