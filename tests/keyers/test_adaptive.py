"""The adaptive keyer: its kernels equal the literal form, and it does what its options say."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvbg import (
    AdaptiveKeyer,
    DTypeError,
    OptionError,
    OptionTypeError,
    OverlapError,
    ShapeError,
    SinkError,
    SourceError,
    reference,
)
from fastvbg.reference.adaptive import adaptive_step, keyed_planes
from tests.support.kernel_arrays import FRAME_LAYOUTS, LAYOUTS
from tests.support.scenes import busy_scene, empty_room, known, literal, same

SIZES = [(1, 1), (1, 2), (2, 1), (2, 2), (1, 70), (70, 1), (3, 5), (17, 33), (31, 129), (20, 64)]
OPTIONS = {"threshold": 7, "warm_up": 5, "learning_rate": 1 / 8}


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_masks_and_state_equal_the_literal_form(height, width):
    keyer = AdaptiveKeyer(**OPTIONS)
    frames = list(busy_scene(height, width, 50))
    expected = literal(keyer, map(keyed_planes, frames))
    for frame, (mask, state) in zip(frames, expected, strict=True):
        np.testing.assert_array_equal(keyer.key(frame), mask)
        same(keyer, state)


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("shifts", [(0, 0), (1, 0), (1, 1)])
def test_planes_equal_the_literal_form(height, width, shifts):
    keyer = AdaptiveKeyer(**OPTIONS)
    across, down = shifts
    planes = [
        (y, u[:: 1 + down, :: 1 + across], v[:: 1 + down, :: 1 + across])
        for y, u, v in map(reference.keyspace.keyspace, busy_scene(height, width, 40))
    ]
    for frame, (mask, state) in zip(planes, literal(keyer, planes), strict=True):
        np.testing.assert_array_equal(keyer.key_planes(frame), mask)
        same(keyer, state)


@settings(max_examples=25)
@given(
    st.integers(1, 12),
    st.integers(1, 140),
    st.integers(1, 31),
    st.integers(0, 12),
    st.integers(1, 20),
    st.integers(0, 9),
    st.integers(0, 99),
)
def test_any_size_and_options(height, width, threshold, rate, warm_up, absorb, seed):
    keyer = AdaptiveKeyer(
        threshold=threshold, learning_rate=2.0**-rate, warm_up=warm_up, absorb=absorb
    )
    frames = list(busy_scene(height, width, 12, seed))
    expected = literal(keyer, map(keyed_planes, frames))
    for frame, (mask, state) in zip(frames, expected, strict=True):
        np.testing.assert_array_equal(keyer.key(frame), mask)
        same(keyer, state)


@pytest.mark.parametrize("size", [(1, 1), (9, 70), (33, 131), (1100, 700)])
def test_composite_is_key_then_blend(size, rng):
    bg = rng.integers(0, 256, (*size, 3), np.uint8)
    apart, fused = AdaptiveKeyer(**OPTIONS), AdaptiveKeyer(**OPTIONS)
    for frame in busy_scene(*size, 8):
        expected = reference.blend(frame, apart.key(frame), bg)
        np.testing.assert_array_equal(fused.composite(frame, bg), expected)
    for got, wanted in zip(known(fused), known(apart), strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("which", [0, 1])
def test_composite_over_an_input(which, rng):
    apart, fused = AdaptiveKeyer(**OPTIONS), AdaptiveKeyer(**OPTIONS)
    for frame in busy_scene(23, 67, 9):
        arrays = [frame, rng.integers(0, 256, frame.shape, np.uint8)]
        expected = apart.composite(*arrays)
        out = arrays[which]
        assert fused.composite(*arrays, out=out) is out
        np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
def test_layouts(layout, rng):
    frames = list(busy_scene(14, 37, 9))
    bg = rng.integers(0, 256, frames[0].shape, np.uint8)
    change = FRAME_LAYOUTS[layout]
    thin = LAYOUTS.get(layout, LAYOUTS["packed"])
    plain = [AdaptiveKeyer(**OPTIONS) for _ in range(3)]
    laid = [AdaptiveKeyer(**OPTIONS) for _ in range(3)]
    for frame in frames:
        view = change(frame)
        view.flags.writeable = False
        out = thin(np.zeros(frame.shape[:2], np.uint8))
        assert laid[0].key(view, out=out) is out
        np.testing.assert_array_equal(out, plain[0].key(frame))
        out = change(np.zeros_like(frame))
        np.testing.assert_array_equal(
            laid[1].composite(view, change(bg), out=out), plain[1].composite(frame, bg)
        )
        planes = keyed_planes(frame)
        out = thin(np.zeros(frame.shape[:2], np.uint8))
        laid[2].key_planes(tuple(map(thin, planes)), out=out)
        np.testing.assert_array_equal(out, plain[2].key_planes(planes))


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_empty_frames(size):
    keyer = AdaptiveKeyer()
    frame = np.zeros((*size, 3), np.uint8)
    for _ in range(3):
        assert keyer.key(frame).shape == size
        assert keyer.composite(frame, frame).shape == frame.shape


def digest():
    """Return a digest of everything that a few keyers give and learn."""
    total = hashlib.sha256()
    for size in ((17, 131), (6, 64)):
        keyers = [AdaptiveKeyer(**OPTIONS) for _ in range(2)]
        for frame in busy_scene(*size, 25):
            total.update(keyers[0].composite(frame, frame[::-1].copy()).tobytes())
            total.update(keyers[1].key_planes(keyed_planes(frame)).tobytes())
        for keyer in keyers:
            for array in known(keyer):
                total.update(array.tobytes())
    return total.hexdigest()


@pytest.mark.long
def test_portable_loops_give_the_same_bytes(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "from tests.keyers import test_adaptive as t; print(t.digest())"],
        env={**os.environ, "FASTVBG_KERNELS": "portable", "NUMBA_CACHE_DIR": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest()


def test_freeze_keeps_the_scene(rng):
    keyer = AdaptiveKeyer()
    for frame in empty_room(40):
        keyer.key(frame)
    before = [array.copy() for array in known(keyer)]
    keyer.freeze()
    assert keyer.frozen
    lit = [frame // 2 + 100 for frame in empty_room(6, 1)]
    for frame in lit:
        keyer.key(frame)
        keyer.composite(frame, frame)
    for got, wanted in zip(known(keyer), before, strict=True):
        np.testing.assert_array_equal(got, wanted)
    assert keyer.frames == 40
    keyer.unfreeze()
    keyer.key(lit[0])
    assert any((a != b).any() for a, b in zip(known(keyer), before, strict=True))


def test_frozen_masks_equal_the_literal_form():
    keyer = AdaptiveKeyer(**OPTIONS)
    frames = list(busy_scene(13, 40, 20))
    *_, (_, state) = literal(keyer, map(keyed_planes, frames))
    for frame in frames:
        keyer.key(frame)
    keyer.freeze()
    for frame in frames:
        after, mask = adaptive_step(state, keyed_planes(frame), keyer.settings, frozen=True)
        assert after is state
        np.testing.assert_array_equal(keyer.key(frame), mask)


@pytest.mark.parametrize("planar", [False, True])
def test_saved_and_loaded_goes_on_alike(planar, tmp_path):
    def key(keyer, frame):
        return keyer.key_planes(keyed_planes(frame)) if planar else keyer.key(frame)

    frames = list(busy_scene(19, 45, 40))
    keyer = AdaptiveKeyer(**OPTIONS, absorb=7)
    for frame in frames[:20]:
        key(keyer, frame)
    path = tmp_path / "scene"
    keyer.save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["scene"]
    again = AdaptiveKeyer.load(path)
    assert (again.settings, again.frames, again.frozen) == (keyer.settings, 20, False)
    for frame in frames[20:]:
        np.testing.assert_array_equal(key(again, frame), key(keyer, frame))
    for got, wanted in zip(known(again), known(keyer), strict=True):
        np.testing.assert_array_equal(got, wanted)
    keyer.freeze()
    keyer.save(path)
    assert AdaptiveKeyer.load(path).frozen


def test_reset_forgets():
    frames = list(busy_scene(19, 45, 30))
    keyer, fresh = AdaptiveKeyer(**OPTIONS), AdaptiveKeyer(**OPTIONS)
    for frame in frames:
        keyer.key(frame[::-1])
    keyer.freeze()
    keyer.reset()
    assert (keyer.frames, keyer.frozen) == (0, False)
    for frame in frames:
        np.testing.assert_array_equal(keyer.key(frame), fresh.key(frame))


def test_errors(tmp_path):
    with pytest.raises(OptionError, match="threshold: got 32"):
        AdaptiveKeyer(threshold=32)
    with pytest.raises(OptionTypeError, match="threshold"):
        AdaptiveKeyer(threshold=2.5)
    for rate in (0, -1, 1.5, float("nan")):
        with pytest.raises(OptionError, match="learning_rate"):
            AdaptiveKeyer(learning_rate=rate)
    with pytest.raises(OptionError, match="freeze"):
        AdaptiveKeyer(learning_rate=1e-9)
    keyer = AdaptiveKeyer()
    with pytest.raises(OptionError, match="key a frame first"):
        keyer.save(tmp_path / "none")
    frame = np.zeros((4, 6, 3), np.uint8)
    keyer.key(frame)
    with pytest.raises(ShapeError, match="got 5x4 .*wanted 6x4"):
        keyer.key(frame[:, :5])
    with pytest.raises(ShapeError, match="got planes with chroma of 3x2, wanted BGR"):
        keyer.key_planes(keyed_planes(frame))
    with pytest.raises(ShapeError, match="got chroma of shape"):
        keyer.key_planes((frame[..., 0], frame[:3, :, 0], frame[:3, :, 0]))
    with pytest.raises(DTypeError, match="wanted planes"):
        keyer.key_planes(frame)
    with pytest.raises(ShapeError, match="background"):
        keyer.composite(frame, frame[:3])
    with pytest.raises(DTypeError, match="uint8"):
        keyer.key(frame.astype(float))
    with pytest.raises(OverlapError):
        keyer.key(frame, out=frame[..., 0])
    assert keyer.frames == 1
    keyer.save(tmp_path / "scene")
    with pytest.raises(SinkError, match="cannot write"):
        keyer.save(tmp_path / "no" / "folder")
    with pytest.raises(SourceError, match="cannot read"):
        AdaptiveKeyer.load(tmp_path / "absent")


def test_a_disk_that_is_full_leaves_what_was_saved_before(tmp_path, monkeypatch):
    keyer = AdaptiveKeyer()
    keyer.key(np.zeros((4, 6, 3), np.uint8))
    path, link = tmp_path / "scene", tmp_path / "link"
    keyer.save(path)
    path.chmod(0o600)
    link.symlink_to("scene")
    keyer.save(link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()

    def full(file, **_):
        file.write(b"half of it")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "savez_compressed", full)
    for name in (path, link, tmp_path / "new"):
        with pytest.raises(SinkError, match="cannot write .No space left on device"):
            keyer.save(name)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "scene"]


def test_a_model_goes_to_a_device_as_it_is(tmp_path):
    keyer = AdaptiveKeyer()
    keyer.key(np.zeros((4, 6, 3), np.uint8))
    keyer.save(os.devnull)
    assert not Path(os.devnull).is_file()


def test_damaged_files_are_refused(tmp_path):
    keyer = AdaptiveKeyer()
    keyer.key(np.zeros((4, 6, 3), np.uint8))
    path, bad = tmp_path / "scene", tmp_path / "bad"
    keyer.save(path)
    whole = dict(np.load(path))
    damage = [
        {"version": np.array(99)},
        {"mean_v": np.zeros((9, 9), np.uint16)},
        {"mean_u": np.zeros((9, 9), np.uint16), "mean_v": np.zeros((9, 9), np.uint16)},
        {"spread_y": np.zeros((4, 6), np.uint8)},
        {"settings": np.full(11, 99)},
        {"settings": np.zeros(3, int)},
    ]
    for change in damage:
        np.savez(bad.with_suffix(".npz"), **{**whole, **change})
        with pytest.raises(SourceError, match="not a scene"):
            AdaptiveKeyer.load(bad.with_suffix(".npz"))
    for content in (b"", b"nothing of the kind", path.read_bytes()[:200]):
        bad.write_bytes(content)
        with pytest.raises(SourceError, match="not a scene"):
            AdaptiveKeyer.load(bad)
