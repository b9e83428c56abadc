"""The literal form of the adaptive keyer: one frame as a function from state to state and mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fastvbg.constants import ADAPTIVE, ADAPTIVE_ANEW, ADAPTIVE_ROWS, AdaptiveSettings
from fastvbg.reference.keyspace import keyspace

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Mask, Plane, Planes

    Words = npt.NDArray[np.uint16]
    Wide = npt.NDArray[np.int64]


class AdaptiveState(NamedTuple):
    """What the adaptive keyer knows of a scene after some frames.

    Parameters
    ----------
    means : tuple of 3 ndarray, uint16
        Running mean of each sample of Y, U and V, in 1/128 gray level.
    spreads : tuple of 3 ndarray, uint16
        Running absolute deviation from it, in 1/128 gray level.
    swings : ndarray, shape (H, W), uint8
        How often the pixel came and went lately, in the low 7 bits; whether it is gone from its
        background now in the high one.
    gain : int
        What luma, and chroma's distance from gray, are multiplied by before they meet the means,
        in 1/32768.
    frames : int
        How many frames were learned.
    """

    means: tuple[Words, Words, Words]
    spreads: tuple[Words, Words, Words]
    swings: Plane
    gain: int
    frames: int


def keyed_planes(frame: Frame) -> Planes:
    """Return the planes that a BGR frame is keyed in: the keying space, chroma halved both ways.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3), uint8
        As for `keyspace`.

    Returns
    -------
    tuple of 3 ndarray, uint8
        Y of shape (H, W); U and V of shape ((H + 1) // 2, (W + 1) // 2), the means of 2x2 blocks
        rounded half up. At an odd edge the last row or column counts twice.
    """
    y, u, v = keyspace(frame)
    return y, _halved(u), _halved(v)


def _halved(plane: Plane) -> Plane:
    height, width = plane.shape
    whole = np.pad(plane.astype(np.int64), ((0, height % 2), (0, width % 2)), mode="edge")
    total = whole[::2, ::2] + whole[1::2, ::2] + whole[::2, 1::2] + whole[1::2, 1::2]
    return ((total + 2) >> 2).astype(np.uint8)


def adaptive_start(planes: Planes, settings: AdaptiveSettings = ADAPTIVE) -> AdaptiveState:
    """Return the state before the first frame: that frame itself is the mean.

    Parameters
    ----------
    planes : tuple of 3 ndarray, uint8
        Planes Y, U and V of the first frame.
    settings : AdaptiveSettings
        Of the keyer.

    Returns
    -------
    AdaptiveState
        With every spread at its start.
    """
    y, u, v = (plane.astype(np.uint16) << 7 for plane in planes)
    spreads = tuple(np.full(p.shape, settings.spread_start, np.uint16) for p in planes)
    return AdaptiveState((y, u, v), spreads, np.zeros(y.shape, np.uint8), 1 << 15, 0)  # type: ignore[arg-type]


def adaptive_step(
    state: AdaptiveState,
    planes: Planes,
    settings: AdaptiveSettings = ADAPTIVE,
    *,
    frozen: bool = False,
) -> tuple[AdaptiveState, Mask]:
    """Return the state after a frame, and the frame's mask.

    A sample's evidence is by how much it lies farther from its mean than 3 spreads; a pixel's that
    of luma and twice that of both chroma samples over it, cut at 255/8 gray levels. What decides is
    the mean evidence of the 5x5 pixels around: above the threshold the pixel is foreground, above a
    share of it the pixel does not teach the mean. So a person who sits still is not absorbed, nor
    is their edge. Where a pixel keeps leaving its background and coming back (leaves in wind, the
    edges that a shaking camera moves), its spread learns all the same, and forgives it; spreads
    rise fast and fall slowly.

    A camera's exposure acts on all at once: if the luma of what is free to teach, on every fourth
    row, sums to something else than its means by more than 1/256, luma, and chroma's distance from
    gray, are divided by that ratio from the next frame on. So means that are held, behind a person,
    need not learn it, and light that changes suddenly does not turn the scene to foreground. That
    waits while everything teaches.

    While everything teaches, a frame that nearly all differs from the means by much begins anew:
    what came before it was another picture, such as the black of a fade.

    Parameters
    ----------
    state : AdaptiveState
        Before the frame.
    planes : tuple of 3 ndarray, uint8
        Planes Y of shape (H, W), and U and V, each of that size or halved (rounded up) in width, or
        in width and height.
    settings : AdaptiveSettings
        Of the keyer.
    frozen : bool
        Whether the state stays as it is.

    Returns
    -------
    (AdaptiveState, ndarray of shape (H, W), uint8)
        The new state, and the mask, 0 or 255.
    """
    size = planes[0].shape
    if not frozen and state.frames < settings.warm_up and _is_another(state, planes):
        state = adaptive_start(planes, settings)
    samples = [
        _scaled(plane, state.gain, middle)
        for plane, middle in zip(planes, (0, 128, 128), strict=True)
    ]
    evidence = _evidence(state, samples)
    vote = _sum_around(evidence)
    mask = np.where(vote > 25 * settings.threshold, 255, 0).astype(np.uint8)
    if frozen:
        return state, mask
    swings = _swings(state.swings.astype(np.int64), evidence, settings)
    everyone = state.frames < settings.warm_up or (
        settings.absorb > 0 and state.frames % settings.absorb == settings.absorb - 1
    )
    free = (vote <= 25 * settings.threshold // 4) | everyone
    fickle = free | ((swings & 127) >= settings.swing_bound)
    rate = min(settings.rate, (state.frames + 1).bit_length())
    learned = [
        _learned(
            mean.astype(np.int64),
            spread.astype(np.int64),
            sample,
            _first_of(free, sample.shape, size),
            _first_of(fickle, sample.shape, size),
            rate,
            settings,
        )
        for mean, spread, sample in zip(state.means, state.spreads, samples, strict=True)
    ]
    means, spreads = (tuple(part) for part in zip(*learned, strict=True))
    gain = state.gain if everyone else _gain(state, samples[0], free)
    return AdaptiveState(means, spreads, swings.astype(np.uint8), gain, state.frames + 1), mask


def _is_another(state: AdaptiveState, planes: Planes) -> bool:
    much, parts = ADAPTIVE_ANEW
    height, width = planes[0].shape
    step = max(1, height // ADAPTIVE_ROWS)
    total: Any = 0
    for plane, mean, weight in zip(planes, state.means, (1, 2, 2), strict=True):
        down, across = plane.shape[0] < height, plane.shape[1] < width
        places = np.ix_(np.arange(0, height, step) >> down, np.arange(0, width, step) >> across)
        total = total + weight * abs(128 * plane[places].astype(np.int64) - mean[places])
    far = total > 128 * much
    return bool((parts + 1) * np.count_nonzero(far) > parts * far.size)


def _scaled(plane: Plane, gain: int, middle: int) -> Wide:
    value = (256 * plane.astype(np.int64) * gain) >> 16
    moved = 128 * middle + value - ((256 * middle * gain) >> 16)
    return np.asarray(np.clip(moved, 0, 128 * 255), np.int64)


def _gain(state: AdaptiveState, luma: Wide, free: npt.NDArray[np.bool_]) -> int:
    """Return the gain for the next frame.

    By what is free where that is at least an eighth of the rows, by all where it is less than half;
    of two gains it is the one that is nearer to none.
    """
    teach = free[::4]
    everywhere = np.ones_like(teach)
    count = int(np.count_nonzero(teach))
    sets = [teach] if 8 * count >= teach.size else []
    sets += [everywhere] if 2 * count < teach.size else []
    gains = []
    for pixels in sets:
        seen = int(luma[::4][pixels].sum())
        known = int(state.means[0][::4][pixels].sum(dtype=np.int64))
        same = 256 * abs(seen - known) <= known or seen == 0
        wanted = state.gain if same else state.gain * known // seen
        gains.append(wanted if same else min(max(wanted, 1 << 14), (1 << 16) - 1))
    return min(gains, key=lambda gain: abs(gain - (1 << 15)))


def _evidence(state: AdaptiveState, samples: list[Wide]) -> Wide:
    height, width = samples[0].shape
    parts = []
    for sample, mean, spread in zip(samples, state.means, state.spreads, strict=True):
        part = np.maximum(np.abs(sample - mean) - 3 * spread.astype(np.int64), 0) >> 4
        for axis, whole in enumerate((height, width)):
            if part.shape[axis] < whole:
                part = part.repeat(2, axis=axis)
        parts.append(part[:height, :width])
    return np.asarray(np.minimum(parts[0] + 2 * (parts[1] + parts[2]), 255), np.int64)


def _sum_around(evidence: Wide) -> Wide:
    """Sum 5x5 neighbours; past an edge its own pixels count again."""
    height, width = evidence.shape
    padded = np.pad(evidence, 2, mode="edge")
    total = np.zeros_like(evidence)
    for y in range(5):
        for x in range(5):
            total += padded[y : y + height, x : x + width]
    return total


def _swings(before: Wide, evidence: Wide, settings: AdaptiveSettings) -> Wide:
    """Count a swing where a pixel goes, by the threshold, or comes all the way back."""
    was_gone = before >> 7
    gone = np.where(evidence > settings.threshold, 1, np.where(evidence == 0, 0, was_gone))
    level = np.maximum((before & 127) - 1, 0)
    level = np.where(
        gone != was_gone, np.minimum(level + settings.swing, settings.swing_top), level
    )
    return np.asarray(level + 128 * gone, np.int64)


def _first_of(
    flags: npt.NDArray[np.bool_], shape: tuple[int, ...], size: tuple[int, ...]
) -> npt.NDArray[np.bool_]:
    """Return for each sample the flag of the first of the pixels that it covers."""
    return flags[:: 1 + (shape[0] < size[0]), :: 1 + (shape[1] < size[1])]


def _learned(
    mean: Wide,
    spread: Wide,
    sample: Wide,
    free: npt.NDArray[np.bool_],
    fickle: npt.NDArray[np.bool_],
    rate: int,
    settings: AdaptiveSettings,
) -> tuple[Words, Words]:
    way = sample - mean
    away = np.abs(way)
    rise = np.maximum(away - spread, 0) >> settings.spread_rise
    fall = np.maximum(spread - away, 0) >> settings.spread_fall
    moved = np.minimum(spread + rise - fall, settings.spread_top)
    new_mean = np.where(free, mean + ((way + (1 << rate >> 1)) >> rate), mean)
    return new_mean.astype(np.uint16), np.where(fickle, moved, spread).astype(np.uint16)
