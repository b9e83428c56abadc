"""What keeps state can be pickled and copied with it, but for what a library keeps to itself."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastvbg
from tests.support.arrays import random_frame, random_plane

SIZE = 24, 32


def step(count: int) -> Callable[[Any], Any]:
    """Return what gives an object its next frame, which is another for each count."""
    frame, matte = random_frame(*SIZE, count), random_plane(*SIZE, count)
    depth = matte.astype(np.uint16)

    def take(kept: Any) -> Any:
        if isinstance(kept, fastvbg.DepthKeyer):
            return kept.key_depth(depth)
        if isinstance(kept, fastvbg.Refiner):
            return kept.apply(matte)
        if isinstance(kept, fastvbg.LightWrap):
            return kept(frame, matte)
        if isinstance(kept, fastvbg.Hold):
            return kept(matte)
        return kept(frame) if isinstance(kept, fastvbg.Compositor) else kept.key(frame)

    return take


MADE = {
    "AdaptiveKeyer": lambda: fastvbg.AdaptiveKeyer(warm_up=2),
    "ChromaKeyer": lambda: fastvbg.ChromaKeyer((0, 255, 0)),
    "Compositor": lambda: fastvbg.Compositor(random_frame(*SIZE, 9)),
    "DepthKeyer": lambda: fastvbg.DepthKeyer(near=90, far=200, hold=3),
    "Hold": lambda: fastvbg.Hold(decay=9),
    "LightWrap": lambda: fastvbg.LightWrap(random_frame(*SIZE, 9)),
    "PlateKeyer": lambda: fastvbg.PlateKeyer(random_frame(*SIZE, 9)),
    "Refiner": lambda: fastvbg.Refiner("despeckle=3,hold=9"),
}


def pickled(kept: Any) -> Any:
    return pickle.loads(pickle.dumps(kept))  # noqa: S301  (of this test)


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_a_copy_goes_on_as_the_original_does(make, copied) -> None:
    original = make()
    for count in range(3):
        step(count)(original)
    other = copied(original)
    for count in range(3, 6):
        wanted = step(count)(original).copy()
        assert np.array_equal(step(count)(other), wanted)


def test_a_copy_learns_by_itself() -> None:
    original, undisturbed = fastvbg.Hold(decay=9), fastvbg.Hold(decay=9)
    for kept in (original, undisturbed):
        step(0)(kept)
    other = copy.deepcopy(original)
    other(np.full(SIZE, 255, np.uint8))
    assert np.array_equal(step(1)(original), step(1)(undisturbed))


@pytest.mark.parametrize(
    "make",
    [lambda: fastvbg.SubtractorKeyer("mog2"), lambda: fastvbg.StereoDepth(focal=9, baseline=9)],
)
def test_what_opencv_keeps_is_not_copied(make) -> None:
    with pytest.raises(TypeError, match="cannot pickle 'cv2"):
        pickle.dumps(make())
