"""Light that changes: by how much blue, green and red of each frame are gained."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Gains = npt.NDArray[np.float64]

# Shares of the light, and frames: a period's part of one radian, or when a change begins and how
# long it takes.
_HUNTS, _HUNTS_RADIAN = 0.15, 6
_FALLS_SLOWLY, _SLOWLY_FROM, _SLOWLY_IN = 0.35, 10, 50
_FALLS_AT_ONCE, _AT_ONCE_FROM, _AT_ONCE_IN = 0.30, 26, 4
_BALANCE, _BALANCE_RADIAN = 0.18, 15
_FLICKERS = 0.10


class Light(NamedTuple):
    """A way for light to change."""

    title: str
    gains: Callable[[int], Gains]
    """Returns those of blue, green and red in the frame of a number."""


def _of_all(gain: float) -> Gains:
    return np.full(3, gain)


def _since(place: int, begins: int, lasts: int) -> float:
    """Return how much of a change is over, 0 to 1."""
    return float(np.clip((place - begins) / lasts, 0, 1))


def _balance(place: int) -> Gains:
    swing = _BALANCE * np.sin(place / _BALANCE_RADIAN)
    return np.array([1 + swing, 1, 1 - swing])


LIGHTS: dict[str, Light] = {
    "even": Light("stays", lambda _place: _of_all(1)),
    "hunt": Light(
        "exposure hunts by 15 %",
        lambda place: _of_all(1 + _HUNTS * np.sin(place / _HUNTS_RADIAN)),
    ),
    "drift": Light(
        "falls by 35 % in fifty frames",
        lambda place: _of_all(1 - _FALLS_SLOWLY * _since(place, _SLOWLY_FROM, _SLOWLY_IN)),
    ),
    "step": Light(
        "falls by 30 % in four frames",
        lambda place: _of_all(1 - _FALLS_AT_ONCE * _since(place, _AT_ONCE_FROM, _AT_ONCE_IN)),
    ),
    "balance": Light("gains of blue and red hunt by 18 %", _balance),
    "flicker": Light(
        "flickers by 10 %, frame by frame",
        lambda place: _of_all(1 + (_FLICKERS if place % 2 == 0 else -_FLICKERS)),
    ),
}
"""By the name that `--light` takes."""
