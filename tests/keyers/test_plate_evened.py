"""What a camera is followed by is a picture of even light and contrast, wherever it is flat."""

from __future__ import annotations

import warnings

import numpy as np

from fastvbg.keyers.plate.following import _evened


def test_black_below_noise_is_even() -> None:
    picture = np.zeros((180, 320), np.uint8)
    picture[:90] = np.random.default_rng(0).integers(0, 256, (90, 320))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        even = _evened(picture)
    assert set(np.unique(even[130:])) <= {127, 128}
