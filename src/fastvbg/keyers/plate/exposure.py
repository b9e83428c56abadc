"""How the plate's colours become the frame's: exposure and white balance, by robust regression.

Of two pictures that lie over one another only the room agrees, and a person may cover half of it.
So a line through each channel is found by pairs of samples that most others agree with. On those
that do, all three channels are then fitted by three at once: white balance is a gain of red, green
and blue each, which in Y, U and V is a matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[np.float64]

_PAIRS = 200
_JUDGES = 500
"""Samples that pairs are judged by: of more, every so many-th."""
_NEAR = 8.0
"""Levels from a line within which a sample agrees with it; in less light less, but no less than"""
_NEAREST = 3.0
_GAINS = 0.05, 8.0
_LIMITS = 16.0, 10.0, 6.0
"""Levels within which samples agree, all channels together, from fit to fit; in less light less."""
_PRIOR = 16.0
"""Variance, in levels squared, that speaks for a channel being only itself, in the first's gain."""
_LEAST = 24
_CLIPPED = 3, 252


def line(plate: Values, frame: Values, likely: float = 1.0) -> tuple[float, float]:
    """Return gain and offset that take most samples of a plate to a frame's.

    Parameters
    ----------
    plate, frame : ndarray, shape (N,), float64
        Samples at the same places, up to about 60 % of them not of the room.
    likely : float
        A gain to try with each sample, too: for chroma, that of luma.

    Returns
    -------
    gain, offset : float
        1 and 0 where there are too few samples; the gain is 1 where they are all alike.
    """
    if len(plate) < _LEAST:
        return 1.0, 0.0
    every = -(-len(plate) // _JUDGES)
    plate, frame = plate[::every], frame[::every]
    first, second = np.random.default_rng(0).integers(0, len(plate), (2, _PAIRS))
    run = plate[second] - plate[first]
    wide = np.abs(run) >= 12
    gains = (frame[second] - frame[first])[wide] / run[wide]
    offsets = frame[first][wide] - gains * plate[first][wide]
    sound = (gains > _GAINS[0]) & (gains < _GAINS[1])
    # Also nothing but a shift, through each sample: all that a room of one gray tells.
    known = np.repeat((1.0, likely), len(first))
    gains = np.concatenate((gains[sound], known))
    through = np.concatenate(
        (offsets[sound], np.tile(frame[first], 2) - known * np.tile(plate[first], 2))
    )
    apart = np.abs(gains[:, None] * plate + through[:, None] - frame)
    # In little light all is near to all: a line has to be the nearer.
    near = np.clip(_NEAR * gains, _NEAREST, _NEAR)
    lost = np.minimum(apart / near[:, None], 1).sum(axis=1)
    best = int(lost.argmin())
    agree = apart[best] < near[best]
    p, f = plate[agree], frame[agree]
    held = _PRIOR * likely
    gain = float((np.cov(p, f, bias=True)[0, 1] + held) / (p.var() + _PRIOR))
    return gain, float(f.mean() - gain * p.mean())


def fit_colours(plate: Values, frame: Values) -> tuple[Values, npt.NDArray[np.bool_]]:
    """Return the map of colours that takes a plate's samples to a frame's where they agree.

    Parameters
    ----------
    plate, frame : ndarray, shape (3, N), float64
        Samples at the same places; blue, green and red, or Y, U and V.

    Returns
    -------
    colours : ndarray, shape (3, 4), float64
        A matrix, and offsets in its last column.
    agree : ndarray, shape (N,), bool
        Which samples it explains.
    """
    low, high = _CLIPPED
    inside = (plate > low) & (plate < high) & (frame > low) & (frame < high)
    seen = np.asarray(inside.all(axis=0), np.bool_)
    colours = np.zeros((3, 4))
    for k in range(3):
        likely = colours[0, 0] if k else 1.0
        colours[k, k], colours[k, 3] = line(plate[k, seen], frame[k, seen], likely)
    gain = float(colours[0, 0])
    share = float(np.clip(gain, _NEAREST / _NEAR, 1.0))
    agree: npt.NDArray[np.bool_] = seen
    for limit in _LIMITS:
        off = np.abs(mapped(colours, plate) - frame).max(axis=0)
        agree = seen & (off < share * limit)
        if np.count_nonzero(agree) < _LEAST:
            return np.eye(3, 4), agree
        colours = _fitted(plate[:, agree], frame[:, agree], gain)
    return colours, agree


def _fitted(plate: Values, frame: Values, gain: float) -> Values:
    """Return the least squares' map, held toward each channel's own gain, and that to one."""
    centre, to = plate.mean(axis=1, keepdims=True), frame.mean(axis=1, keepdims=True)
    p, f = plate - centre, frame - to
    count = p.shape[1]
    spread, shared = p @ p.T / count, f @ p.T / count
    own = np.diag((np.diag(shared) + gain * _PRIOR) / (np.diag(spread) + _PRIOR))
    held = _PRIOR * np.eye(3)
    matrix = np.linalg.solve(spread + held, (shared + own @ held).T).T
    return np.hstack((matrix, to - matrix @ centre))


def mapped(colours: Values, samples: Any) -> Values:
    """Return samples, (3, N), in other colours."""
    return np.asarray(colours[:, :3] @ samples + colours[:, 3:], np.float64)
