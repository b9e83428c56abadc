"""No refinement kernel touches memory outside its arrays."""

from __future__ import annotations

import os
from contextlib import ExitStack

import numpy as np
import pytest

import fastvbg
from fastvbg.reference.guided import smooth_guided
from tests.refine.test_refine import CASES
from tests.support.kernel_arrays import beside_forbidden_page
from tests.support.mattes import MATTES

pytestmark = pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")

SIZES = [(1, 1), (1, 63), (2, 64), (3, 65), (4, 77), (33, 200)]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("side", [0, 1])
def test_no_page_beside_is_touched(name: str, side: int) -> None:
    for size in SIZES:
        matte = MATTES["soft"](*size)
        with ExitStack() as stack:
            places = [
                stack.enter_context(beside_forbidden_page(matte.size, side)) for _ in range(2)
            ]
            source, out = (place.reshape(size) for place in places)
            source[:] = matte
            CASES[name].run(source, out=out)
            np.testing.assert_array_equal(out, CASES[name].expect(matte))
            np.testing.assert_array_equal(source, matte)
            del places, source, out


@pytest.mark.parametrize("side", [0, 1])
def test_guided_touches_no_page_beside(side: int) -> None:
    for size in SIZES:
        matte, luma = MATTES["soft"](*size), MATTES["values"](*size)
        with ExitStack() as stack:
            places = [
                stack.enter_context(beside_forbidden_page(matte.size, side)) for _ in range(3)
            ]
            source, guide, out = (place.reshape(size) for place in places)
            source[:], guide[:] = matte, luma
            fastvbg.smooth_guided(source, guide, out=out)
            np.testing.assert_array_equal(out, smooth_guided(matte, luma))
            np.testing.assert_array_equal(source, matte)
            np.testing.assert_array_equal(guide, luma)
            del places, source, guide, out
