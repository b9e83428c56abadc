"""Every rule for arguments: the error's two families, and its one line: what, got, wanted."""

from __future__ import annotations

import numpy as np
import pytest

import fastvbg
from tests.support.arrays import random_frame, random_plane

F = random_frame(4, 6)
M = random_plane(4, 6)

BAD_FRAMES = [
    (F.astype(np.int16), fastvbg.DTypeError, TypeError, r"got dtype int16, wanted uint8"),
    (F.astype(np.float32) / 255, fastvbg.DTypeError, TypeError, r"got dtype float32"),
    (F.tolist(), fastvbg.DTypeError, TypeError, r"got list, wanted a numpy.ndarray"),
    (None, fastvbg.DTypeError, TypeError, r"got NoneType"),
    (F[..., 0], fastvbg.ShapeError, ValueError, r"got shape \(4, 6\), wanted \(H, W, 3\)"),
    (random_frame(4, 8).reshape(4, 6, 4), fastvbg.ShapeError, ValueError, r"\(4, 6, 4\)"),
    (F[np.newaxis], fastvbg.ShapeError, ValueError, r"got shape \(1, 4, 6, 3\)"),
]
BAD_THRESHOLDS = [
    (-1, fastvbg.OptionError, ValueError, r"got -1, wanted an integer in 0..255"),
    (256, fastvbg.OptionError, ValueError, r"got 256"),
    (3.0, fastvbg.OptionTypeError, TypeError, r"got 3.0, wanted an integer"),
    ("3", fastvbg.OptionTypeError, TypeError, r"got '3'"),
    (None, fastvbg.OptionTypeError, TypeError, r"got None"),
    (True, fastvbg.OptionTypeError, TypeError, r"got True"),
]


@pytest.mark.parametrize("name", ["prev", "next", "bg", "out"])
@pytest.mark.parametrize(("bad", "error", "builtin", "words"), BAD_FRAMES)
def test_composite_refuses(name, bad, error, builtin, words) -> None:
    arguments = {"prev": F, "next": F, "bg": F, name: bad}
    if name == "out" and bad is None:
        assert fastvbg.composite(**arguments).shape == F.shape
        return
    with pytest.raises(error, match=rf"^{name}: .*{words}") as caught:
        fastvbg.composite(**arguments)
    assert isinstance(caught.value, builtin)
    assert isinstance(caught.value, fastvbg.FastvbgError)


@pytest.mark.parametrize("name", ["prev", "next"])
@pytest.mark.parametrize(("bad", "error", "builtin", "words"), BAD_FRAMES)
def test_motion_mask_refuses(name, bad, error, builtin, words) -> None:
    with pytest.raises(error, match=rf"^{name}: .*{words}") as caught:
        fastvbg.motion_mask(**{"prev": F, "next": F, name: bad})
    assert isinstance(caught.value, builtin)


@pytest.mark.parametrize("name", ["frame", "bg"])
@pytest.mark.parametrize(("bad", "error", "builtin", "words"), BAD_FRAMES)
def test_blend_refuses(name, bad, error, builtin, words) -> None:
    with pytest.raises(error, match=rf"^{name}: .*{words}") as caught:
        fastvbg.blend(**{"frame": F, "matte": M, "bg": F, name: bad})
    assert isinstance(caught.value, builtin)


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (M.astype(bool), fastvbg.DTypeError, "got dtype bool, wanted uint8"),
        (M.astype(np.float64), fastvbg.DTypeError, "got dtype float64, wanted uint8"),
        (F, fastvbg.ShapeError, r"got shape \(4, 6, 3\), wanted \(h, w\)"),
        (M[:0], fastvbg.ShapeError, r"got 6x0 \(width x height\), wanted 6x4 like frame"),
    ],
)
def test_blend_refuses_a_matte(bad, error, words) -> None:
    with pytest.raises(error, match=f"^matte: {words}"):
        fastvbg.blend(F, bad, F)


@pytest.mark.parametrize("name", ["next", "bg", "out"])
def test_sizes_must_agree(name) -> None:
    arguments = {"prev": F, "next": F, "bg": F, name: random_frame(4, 5)}
    with pytest.raises(
        fastvbg.ShapeError, match=rf"^{name}: got 5x4 \(width x height\), wanted 6x4 like prev$"
    ):
        fastvbg.composite(**arguments)


@pytest.mark.parametrize(("bad", "error", "builtin", "words"), BAD_THRESHOLDS)
def test_thresholds(bad, error, builtin, words) -> None:
    for call in (
        lambda: fastvbg.composite(F, F, F, threshold=bad),
        lambda: fastvbg.motion_mask(F, F, threshold=bad),
        lambda: fastvbg.Compositor(F, threshold=bad),
    ):
        with pytest.raises(error, match=f"^threshold: {words}") as caught:
            call()
        assert isinstance(caught.value, builtin)


def test_numpy_integers_are_thresholds() -> None:
    other = F ^ 255
    assert np.array_equal(
        fastvbg.composite(F, other, F, threshold=np.uint8(9)),
        fastvbg.composite(F, other, F, threshold=9),
    )


@pytest.mark.parametrize("name", ["prev", "next", "bg"])
def test_out_may_not_be_a_shifted_view_of_an_input(name) -> None:
    memory = random_frame(6, 6)
    arguments = {"prev": F, "next": F, "bg": F, name: memory[:4]}
    with pytest.raises(fastvbg.OverlapError, match=f"^out: shares memory with {name} but is not"):
        fastvbg.composite(**arguments, out=memory[1:5])


def test_out_may_not_be_a_flipped_view_of_an_input() -> None:
    memory = random_frame(4, 6)
    with pytest.raises(fastvbg.OverlapError, match="shares memory with next"):
        fastvbg.composite(F, memory, F, out=memory[:, ::-1])


def test_motion_mask_out_may_not_be_a_channel_of_a_frame() -> None:
    memory = random_frame(4, 6)
    with pytest.raises(fastvbg.OverlapError, match="shares memory with prev"):
        fastvbg.motion_mask(memory, F, out=memory[..., 0])


def test_blend_out_may_not_hold_the_matte() -> None:
    memory = random_frame(4, 6)
    with pytest.raises(fastvbg.OverlapError, match="shares memory with matte"):
        fastvbg.blend(F, memory[..., 1], F, out=memory)


def test_out_must_be_writable_and_of_its_own_memory() -> None:
    read_only = F.copy()
    read_only.flags.writeable = False
    with pytest.raises(fastvbg.OverlapError, match="^out: got a read-only array"):
        fastvbg.composite(F, F, F, out=read_only)
    broadcast = np.lib.stride_tricks.as_strided(F.copy(), F.shape, (0, 3, 1))
    with pytest.raises(fastvbg.OverlapError, match="^out: got an array broadcast"):
        fastvbg.composite(F, F, F, out=broadcast)


def test_errors_are_one_line() -> None:
    with pytest.raises(fastvbg.FastvbgError) as caught:
        fastvbg.composite(F, F.astype(float), F)
    assert "\n" not in str(caught.value)
