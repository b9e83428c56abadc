"""Fixtures of all tests."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def rng():
    """Give random numbers, the same in every run."""
    return np.random.default_rng(20200517)
