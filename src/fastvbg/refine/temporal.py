"""Steps that remember: `hold` over the frames before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import check_integer, check_no_partial_overlap, check_plane, check_same_size
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.refine import plan
from fastvbg.layout import packed, written_packed
from fastvbg.outputs import plane_out
from fastvbg.refine._step import Step, apply_once
from fastvbg.spelling import Spelled, called_as

if TYPE_CHECKING:
    from fastvbg._types import Matte

__all__ = ["Hold", "hold"]

temporal = Module("refine.temporal")

DEFAULT_DECAY = 40


def hold(
    matte: Matte, held: Matte, *, decay: int = DEFAULT_DECAY, out: Matte | None = None
) -> Matte:
    """Let a matte fall from what it was by at most so much: `max(matte, held - decay)`.

    New foreground shows at once; what goes lingers for `255 / decay` frames at most, and what is
    lost for a frame or two is not missed.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        The matte of this frame. Any strides, also read-only; H and W may be 0.
    held : ndarray, shape (H, W), uint8
        The result for the frame before.
    decay : int, default 40
        How much a pixel may fall in a frame, 0 (it never does) to 255 (at once).
    out : ndarray, shape (H, W), uint8, optional
        Where to write: `matte` or `held` itself, or memory apart from both. New when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        At each pixel the larger of the two; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
        An array is not as above; `decay` is outside 0..255, or no integer.

    Examples
    --------
    >>> import numpy as np
    >>> hold(np.array([[255, 0, 0]], np.uint8), np.array([[0, 255, 30]], np.uint8), decay=40)
    array([[255, 215,   0]], dtype=uint8)
    """
    shape, held_shape = check_plane("matte", matte), check_plane("held", held)
    if held_shape != shape:
        check_same_size("held", held_shape, "matte", shape)
    decay = check_integer("decay", decay, 0, 255)
    out = plane_out(out, shape, "matte", matte=matte)
    check_no_partial_overlap(out, (("held", held),))
    scratch = plan.hold_scratch(shape[1])
    with written_packed(out) as (result,):
        temporal.hold.call(packed(matte), packed(held), result, decay, scratch)
    return out


class HoldStep(Step):
    """The step of `Hold`."""

    def __init__(self, decay: int = DEFAULT_DECAY) -> None:
        super().__init__()
        self._decay = check_integer("decay", decay, 0, 255)
        self.frames = -(-255 // self._decay) if self._decay else None

    def fit(self, shape: tuple[int, int]) -> None:
        """Make the scratch for mattes of a size."""
        self._row = plan.hold_scratch(shape[1])
        self._held = np.zeros(shape, np.uint8)

    def run(self, matte: Matte, out: Matte) -> None:
        """Write the refined matte."""
        temporal.hold.call(matte, self._held, self._held, self._decay, self._row)
        np.copyto(out, self._held)

    def reset(self) -> None:
        """Forget the frames before."""
        if self._shape is not None:
            self._held.fill(0)


class Hold(Spelled):
    """Hold the mattes of a video, one after the other: the streaming form of `hold`.

    One object serves one video: call it from one thread at a time.

    Parameters
    ----------
    decay : int, default 40
        How much a pixel may fall in a frame, 0 (it never does) to 255 (at once).

    Raises
    ------
    OptionError, OptionTypeError
        `decay` is outside 0..255 (also a `ValueError`), or not an integer (a `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> hold, person = Hold(decay=100), np.array([[255]], np.uint8)
    >>> [int(hold(matte)[0, 0]) for matte in (person, 0 * person, 0 * person, 0 * person)]
    [255, 155, 55, 0]
    """

    @called_as
    def __init__(self, decay: int = DEFAULT_DECAY) -> None:
        self._step = HoldStep(decay)
        self._size: tuple[int, int] | None = None

    def __call__(self, matte: Matte, *, out: Matte | None = None) -> Matte:
        """Hold the next frame's matte.

        Parameters
        ----------
        matte : ndarray, shape (H, W), uint8
            The matte, of the size of the first.
        out : ndarray, shape (H, W), uint8, optional
            Where to write the result. May be `matte` itself. Allocated when absent.

        Returns
        -------
        ndarray, shape (H, W), uint8
            The matte with what it holds; `out` when given.
        """
        shape = check_plane("matte", matte)
        if self._size is None:
            self._size = shape
        elif shape != self._size:
            check_same_size("matte", shape, "the first", self._size)
        return apply_once(self._step, "matte", matte, out)

    def reset(self) -> None:
        """Forget the frames before, as at a cut; the next matte may have any size."""
        self._step.reset()
        self._size = None
