"""The garbage collector during a run: spared what was there, and as it was afterwards."""

from __future__ import annotations

import gc

import pytest

from fastvbg.threads.collector import settled


def test_what_is_there_is_spared_and_looked_at_again_afterwards() -> None:
    with settled():
        assert gc.get_freeze_count() > 1000
    assert gc.get_freeze_count() == 0


def test_an_error_leaves_the_collector_as_it_was() -> None:
    with pytest.raises(ValueError, match="x"), settled():
        raise ValueError("x")
    assert gc.get_freeze_count() == 0


def test_a_program_that_froze_objects_itself_is_left_alone() -> None:
    gc.freeze()
    try:
        with settled():
            pass
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()
