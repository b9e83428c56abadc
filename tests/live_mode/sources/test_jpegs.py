"""A camera's JPEGs, by libjpeg-turbo and by FFmpeg: the same pictures, whichever decodes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg.devices import turbojpeg
from fastvbg.live_mode.pictures.grab import Pool
from fastvbg.live_mode.sources.jpegs import Jpegs
from fastvbg.media.planes import planes_of

SIZE = 96, 64
SAMPLINGS = {
    "4:2:2": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
}


def jpeg(sampling: str = "4:2:2", size: tuple[int, int] = SIZE, seed: int = 0) -> np.ndarray:
    """A smooth picture in colours."""
    rng = np.random.default_rng(seed)
    picture = cv2.resize(rng.integers(0, 256, (4, 6, 3), np.uint8), size)
    options = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLINGS[sampling], cv2.IMWRITE_JPEG_QUALITY, 95]
    return np.frombuffer(cv2.imencode(".jpg", picture, options)[1].tobytes(), np.uint8)


@pytest.fixture(params=["libjpeg-turbo", "FFmpeg"])
def decoder(request, monkeypatch) -> str:
    """With libjpeg-turbo, where there is one, and without."""
    if request.param == "FFmpeg":
        monkeypatch.setattr(turbojpeg, "library", lambda: None)
    elif turbojpeg.library() is None:
        pytest.skip("the system has no libturbojpeg")
    return request.param


def decoded(data: np.ndarray, *, full: bool = True):
    jpegs = Jpegs(Pool(*SIZE), SIZE, full_range=full)
    try:
        picture = jpegs(data)
        return None if picture is None else [plane.copy() for plane in planes_of(picture)]
    finally:
        jpegs.close()


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("sampling", ["4:2:2", "4:2:0"])
def test_it_is_the_picture_in_limited_range(decoder, sampling, full) -> None:
    data = jpeg(sampling)
    planes = decoded(data, full=full)
    y, cr, cb = cv2.split(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2YCrCb))
    small = [cv2.resize(plane, (48, 32), interpolation=cv2.INTER_AREA) for plane in (cb, cr)]
    wanted = [plane.astype(float) for plane in (y, *small)]
    if full:
        wanted = [16 + wanted[0] * 219 / 255, *(128 + (w - 128) * 224 / 255 for w in wanted[1:])]
    for plane, want in zip(planes, wanted, strict=True):
        assert plane.shape == want.shape
        assert np.abs(plane - want).mean() < 1.5


@pytest.mark.usefixtures("decoder")
def test_other_forms_are_scaled() -> None:
    y, u, v = decoded(jpeg("4:4:4"))
    assert (y.shape, u.shape, v.shape) == ((64, 96), (32, 48), (32, 48))
    assert 16 <= y.min() < y.max() <= 235


def test_both_give_the_same(monkeypatch) -> None:
    if turbojpeg.library() is None:
        pytest.skip("the system has no libturbojpeg")
    data = jpeg()
    ours = decoded(data)
    monkeypatch.setattr(turbojpeg, "library", lambda: None)
    for one, other in zip(ours, decoded(data), strict=True):
        assert np.abs(one.astype(int) - other).max() <= 2


@pytest.mark.usefixtures("decoder")
def test_what_is_no_frame_of_this_camera_is_none() -> None:
    assert decoded(np.zeros(0, np.uint8)) is None
    assert decoded(np.frombuffer(b"\xff\xd8 no picture", np.uint8)) is None
    assert decoded(jpeg(size=(48, 64))) is None


@pytest.mark.usefixtures("decoder")
def test_a_damaged_frame_costs_no_other() -> None:
    jpegs = Jpegs(Pool(*SIZE), SIZE, full_range=True)
    whole = [plane.copy() for plane in planes_of(jpegs(jpeg()))]
    for cut in (20, 200, 700):
        jpegs(jpeg()[:-cut])
    again = planes_of(jpegs(jpeg()))
    assert all(np.array_equal(a, b) for a, b in zip(whole, again, strict=True))
    jpegs.close()


@pytest.mark.usefixtures("decoder")
def test_a_camera_may_change_what_it_says_of_its_frames() -> None:
    jpegs = Jpegs(Pool(*SIZE), SIZE, full_range=True)
    frames = [jpeg(), jpeg("4:2:0", seed=1), jpeg("4:4:4", seed=2), jpeg(seed=3)]
    head = bytes(frames[0]).index(b"\xff\xda")
    cuts = [frames[0][: head + k] for k in (0, 3, 14)]  # within the head, and at its end
    for data in [*frames, *cuts, *frames]:
        picture = jpegs(data)
        if len(data) > head + 14:
            alone = decoded(data)
            assert all(
                np.array_equal(*each) for each in zip(planes_of(picture), alone, strict=True)
            )
    assert jpegs(jpeg(size=(48, 64))) is None
    assert jpegs(jpeg()) is not None
    jpegs.close()


@pytest.mark.usefixtures("decoder")
def test_zeros_after_a_frame_do_no_harm() -> None:
    data = jpeg()
    longer = np.concatenate([data, np.zeros(500, np.uint8)])
    for one, other in zip(decoded(data), decoded(longer), strict=True):
        assert np.array_equal(one, other)


def test_a_library_without_its_functions_is_none(monkeypatch) -> None:
    turbojpeg.library.cache_clear()
    monkeypatch.setattr("ctypes.util.find_library", lambda name: "libc.so.6")
    try:
        assert turbojpeg.library() is None
        monkeypatch.setattr("ctypes.util.find_library", lambda name: "/none/lib.so")
        turbojpeg.library.cache_clear()
        assert turbojpeg.library() is None
    finally:
        turbojpeg.library.cache_clear()
