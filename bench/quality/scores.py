"""What a mask or a matte is worth against the truth: F, IoU, MAE, edge and flicker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte

FOREGROUND = 128
"""A matte counts as foreground from here on, where a decision is asked of it."""

_EDGE = 10
"""Pixels about an edge that count as near it."""

_SOFT, _SOFT_BEYOND = (0.02, 0.98), 2

# Labels of the CDnet truth (Wang et al., "CDnet 2014: An Expanded Change Detection Benchmark
# Dataset", CVPR workshops 2014): shadows count as background; 85 and 170 are not scored.
_BACKGROUND, _SHADOW, _MOVING = 0, 50, 255


class Score(Protocol):
    """Adds up what is said of a scene's frames."""

    def add(self, matte: Matte, truth: Matte) -> None:
        """Count the next scored frame."""

    def result(self) -> dict[str, float]:
        """Return the measures by their names."""


def _check_sizes(matte: Matte, truth: Matte) -> None:
    if matte.shape != truth.shape:
        raise ValueError(f"matte: got shape {matte.shape}, wanted the truth's, {truth.shape}")


def soft_band(truth: Matte) -> npt.NDArray[np.bool_]:
    """Return where a true matte is neither 0 nor 1, by 0.02, and two pixels more."""
    share = truth / np.float32(255)
    soft = ((share > _SOFT[0]) & (share < _SOFT[1])).astype(np.uint8)
    return np.asarray(cv2.dilate(soft, _square(_SOFT_BEYOND)) > 0)


def band_error(matte: Matte, truth: Matte) -> float:
    """Return the mean of |p - t| in the soft band, both in 0..1; 0 where nothing is soft."""
    _check_sizes(matte, truth)
    band = soft_band(truth)
    if not band.any():
        return 0.0
    error = np.abs(matte[band].astype(np.float32) - truth[band])
    return float(error.mean(dtype=np.float64)) / 255


class LabelScore:
    """F of a mask against labels, over all pixels of all frames together.

    precision = TP / (TP + FP), recall = TP / (TP + FN), F = 2 precision recall / (precision +
    recall), each 0 where it would divide by 0.

    Parameters
    ----------
    region : ndarray, shape (H, W), bool
        Where it is scored.
    """

    def __init__(self, region: npt.NDArray[np.bool_]) -> None:
        self._region = region
        self._right = self._wrong = self._missed = 0

    def add(self, matte: Matte, truth: Matte) -> None:
        """Count the next scored frame, its truth in CDnet's labels."""
        _check_sizes(matte, truth)
        scored = self._region & np.isin(truth, (_BACKGROUND, _SHADOW, _MOVING))
        said, moves = matte >= FOREGROUND, truth == _MOVING
        self._right += int((said & moves & scored).sum())
        self._wrong += int((said & ~moves & scored).sum())
        self._missed += int((~said & moves & scored).sum())

    def result(self) -> dict[str, float]:
        """Return F, precision and recall."""
        precision = self._right / max(self._right + self._wrong, 1)
        recall = self._right / max(self._right + self._missed, 1)
        both = precision + recall
        f = 2 * precision * recall / both if both else 0.0
        return {"F": f, "precision": precision, "recall": recall}


class StillScore:
    """IoU, MAE and the edge of mattes of stills, the means over the stills; and the worst IoU.

    Edge: the share of pixels within 10 of the truth's edge that are on its wrong side.
    """

    def __init__(self) -> None:
        self._rows: list[tuple[float, float, float]] = []

    def add(self, matte: Matte, truth: Matte) -> None:
        """Count the next still."""
        _check_sizes(matte, truth)
        said, is_in = matte >= FOREGROUND, truth >= FOREGROUND
        either = int((said | is_in).sum())
        error = np.abs(matte.astype(np.float32) - truth).mean(dtype=np.float64) / 255
        outline = cv2.morphologyEx(is_in.astype(np.uint8), cv2.MORPH_GRADIENT, _square(1))
        near = cv2.dilate(outline, _square(_EDGE)) > 0
        wrong = float((said != is_in)[near].mean()) if near.any() else 0.0
        iou = int((said & is_in).sum()) / either if either else 1.0
        self._rows.append((iou, float(error), wrong))

    def result(self) -> dict[str, float]:
        """Return the means and the worst."""
        iou, error, edge = np.mean(self._rows, 0).tolist()
        return {"IoU": iou, "MAE": error, "edge": edge, "worst": min(row[0] for row in self._rows)}


def _square(radius: int) -> npt.NDArray[np.uint8]:
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)


class MatteScore:
    """IoU, MAE and dtSSD of a matte against the exact one.

    With p and t the matte and the truth of a frame in 0..1:

    - IoU: pixels that are 1/2 or more in both, over those that are in either, each counted over all
      frames.
    - MAE: the mean of |p - t| over all pixels and frames.
    - dtSSD, the flicker: of each two neighbouring frames the root of the mean over the pixels of
      ((p' - p) - (t' - t))^2, the mean over the pairs of frames (Erofeev et al., "Perceptually
      Motivated Benchmark for Video Matting", BMVC 2015, with a mean where they have a sum, so that
      the size of the frame does not matter).
    """

    def __init__(self) -> None:
        self._both = self._either = self._frames = 0
        self._error = self._flicker = 0.0
        self._before: npt.NDArray[np.float32] | None = None

    def add(self, matte: Matte, truth: Matte) -> None:
        """Count the next frame, in order."""
        _check_sizes(matte, truth)
        said, is_in = matte >= FOREGROUND, truth >= FOREGROUND
        self._both += int((said & is_in).sum())
        self._either += int((said | is_in).sum())
        error = (matte.astype(np.float32) - truth) / np.float32(255)
        self._error += float(np.abs(error).mean(dtype=np.float64))
        if self._before is not None:
            change = np.square(error - self._before)
            self._flicker += float(np.sqrt(change.mean(dtype=np.float64)))
        self._before = error
        self._frames += 1

    def result(self) -> dict[str, float]:
        """Return IoU, MAE and dtSSD."""
        return {
            "IoU": self._both / self._either if self._either else 1.0,
            "MAE": self._error / max(self._frames, 1),
            "dtSSD": self._flicker / max(self._frames - 1, 1),
        }
