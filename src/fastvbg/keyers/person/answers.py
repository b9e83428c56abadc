"""What a model answers: shares, logits, levels or labels of coverage, of one class or more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.errors import ModelError

if TYPE_CHECKING:
    import numpy.typing as npt

_BEYOND = 0.5
"""By which shares may leave 0..1, as a stretching model's last layer makes them overshoot; logits
of what is sure leave it by more."""
_LEVELS = 64
"""What of one channel that never is below 0 goes beyond this is no logit: it counts to 255."""
_FARTHEST = 1e4
"""Of logits, whose difference is to be a number."""
_LEAST_SIDE = 3
"""Pixels: smaller things are scores and vectors, not maps."""
_KNOWN = "15 for the people of Pascal VOC's 21, 1-5 for all but a background of 6"


class Answers:
    """Reads one model's answers: of what kind they are is told from all that it has said.

    Parameters
    ----------
    classes : tuple of int, optional
        Which channels, or which labels, are foreground. Without it the last of one or two, and
        label 1 of 0 and 1.
    """

    def __init__(self, classes: tuple[int, ...] | None) -> None:
        self._classes = classes
        self._low, self._high = 0.0, 0.0

    def foreground(self, result: Any) -> Any:
        """Return the foreground's share, (h, w), of an answer.

        It may be of shape (h, w), (1, h, w), (1, c, h, w) or (1, h, w, c), of any numbers.

        Raises
        ------
        ModelError
            It is none of these, or of more channels and nothing says which; or not of numbers.
        """
        planes = _planes(result)
        low, high = float(planes.min()), float(planes.max())
        if np.isnan(low):
            raise ModelError("model: its answer has values that are no numbers (NaN)")
        self._low, self._high = min(low, self._low), max(high, self._high)
        if len(planes) == 1:
            return self._of_one(planes[0])
        picked = self._picked(len(planes))
        if not self._logits:
            return planes[-1] if picked == [1] else planes[picked].sum(axis=0, dtype=np.float32)
        odds = np.clip(np.asarray(planes, np.float32), -_FARTHEST, _FARTHEST)
        rest = [k for k in range(len(odds)) if k not in picked]
        return _share(_together(odds[picked]) - _together(odds[rest]))

    @property
    def _logits(self) -> bool:
        return self._low < -_BEYOND or self._high > 1 + _BEYOND

    def _picked(self, channels: int) -> list[int]:
        """Return which of several channels are foreground."""
        if self._classes is None and channels == 2:
            return [1]
        if self._classes is None:
            raise ModelError(
                f"model: it answers with {channels} channels; say which are foreground by "
                f"model_classes (--model-classes), such as {_KNOWN}"
            )
        if max(self._classes) >= channels or len(self._classes) == channels:
            some = ", ".join(map(str, self._classes))[:60]
            raise ModelError(
                f"model_classes: got {some}, wanted some but not all of the model's {channels} "
                f"channels, 0 to {channels - 1}"
            )
        return list(self._classes)

    def _of_one(self, plane: Any) -> Any:
        """Return the foreground of one channel."""
        whole = plane.dtype.kind in "iub"
        if self._classes is not None:
            return np.isin(plane if whole else np.rint(plane), self._classes).astype(np.float32)
        if plane.dtype == np.int8 and self._low < 0:
            return (plane.astype(np.float32) + 128) / 255
        if not self._logits:
            return plane
        counts = self._low >= -_BEYOND and self._high > _LEVELS
        if counts or plane.dtype == np.uint8:
            return plane.astype(np.float32) / 255
        if whole:
            raise ModelError(
                "model: it answers with labels beyond 0 and 1; say which are foreground by "
                f"model_classes (--model-classes), such as {_KNOWN}"
            )
        return _share(np.clip(plane, -_FARTHEST, _FARTHEST))


def _planes(result: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an answer as (channels, h, w)."""
    shape = result.shape
    planes: npt.NDArray[Any] = result[0] if result.ndim == 4 and shape[0] == 1 else result
    if planes.ndim == 2:
        planes = planes[None]
    elif planes.ndim == 3 and planes.shape[2] < min(planes.shape[:2]):
        planes = planes.transpose(2, 0, 1)
    if planes.ndim != 3 or 0 in shape or min(planes.shape[1:]) < _LEAST_SIDE:
        raise ModelError(
            f"model: it makes shape {tuple(shape)}, wanted a foreground of (1, h, w), or channels "
            "of it, (1, c, h, w) or (1, h, w, c)"
        )
    return planes


def _together(odds: Any) -> Any:
    """Return the logit of several classes as one, log(sum(exp))."""
    if len(odds) == 1:
        return odds[0]
    most = odds.max(axis=0)
    return most + np.log(np.exp(odds - most).sum(axis=0))


def _share(odds: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
