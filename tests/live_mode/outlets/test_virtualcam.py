"""A virtual camera by pyvirtualcam, which stands in here: what is sent, and how it fails."""

from __future__ import annotations

import sys
from enum import Enum
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from fastvbg.errors import MissingLibraryError, SinkError
from fastvbg.live_mode import running
from fastvbg.live_mode.asking.choosing import make_sink
from fastvbg.live_mode.outlets import virtualcam
from fastvbg.settings import Settings

PLANES = tuple(
    np.full(size, value, np.uint8) for size, value in (((4, 6), 1), ((2, 3), 2), ((2, 3), 3))
)


class PixelFormat(Enum):
    I420 = "I420"


class Camera:
    """Takes notes as `pyvirtualcam.Camera` 0.15 would work."""

    made: list[Camera]
    busy = ""

    def __init__(self, width: int, height: int, fps: float, *, fmt: Any, device: Any) -> None:
        if self.busy:
            raise RuntimeError(self.busy)
        self.asked = width, height, fps, fmt, device
        self.sent: list[bytes] = []
        self.closes = 0
        self.made.append(self)

    def send(self, frame: np.ndarray) -> None:
        assert frame.dtype == np.uint8
        assert frame.size == 6 * 4 * 3 // 2
        if len(self.sent) == 2:
            raise RuntimeError("the camera has gone")
        self.sent.append(frame.tobytes())

    def close(self) -> None:
        self.closes += 1


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> type[Camera]:
    module: Any = ModuleType("pyvirtualcam")
    module.Camera, module.PixelFormat = Camera, PixelFormat
    monkeypatch.setitem(sys.modules, "pyvirtualcam", module)
    monkeypatch.setattr(virtualcam, "find_spec", lambda _: True)
    monkeypatch.setattr(Camera, "made", [], raising=False)
    return Camera


def test_planes_are_sent_one_after_the_other(library: type[Camera]) -> None:
    sink = make_sink("virtualcam:OBS Virtual Camera", Settings())(None)  # type: ignore[arg-type]
    sink.open(6, 4, 30.0)
    sink.write(PLANES, 0.0)  # type: ignore[arg-type]
    (camera,) = library.made
    assert camera.asked == (6, 4, 30.0, PixelFormat.I420, "OBS Virtual Camera")
    assert camera.sent == [bytes([1] * 24 + [2] * 6 + [3] * 6)]
    assert sink.watched() is None
    sink.close()
    sink.close()
    assert camera.closes == 1


def test_the_first_camera_is_taken_where_none_is_named(library: type[Camera]) -> None:
    sink = make_sink("virtualcam", Settings())(None)  # type: ignore[arg-type]
    sink.open(6, 4, 30.0)
    assert library.made[0].asked[4] is None
    sink.close()


def test_what_fails_is_one_line(library: type[Camera], monkeypatch: pytest.MonkeyPatch) -> None:
    sink = virtualcam.VirtualCam("virtualcam")
    with pytest.raises(SinkError, match="virtualcam: is not open"):
        sink.write(PLANES, 0.0)  # type: ignore[arg-type]
    monkeypatch.setattr(library, "busy", "'obs' backend: in use\n'unitycapture' backend: none")
    with pytest.raises(SinkError, match="virtualcam: 'obs' backend: in use; 'unitycapture'") as one:
        sink.open(6, 4, 30.0)
    assert "\n" not in str(one.value)
    monkeypatch.setattr(library, "busy", "")
    sink.open(6, 4, 30.0)
    for _ in range(2):
        sink.write(PLANES, 0.0)  # type: ignore[arg-type]
    with pytest.raises(SinkError, match="virtualcam: the camera has gone"):
        sink.write(PLANES, 0.0)  # type: ignore[arg-type]
    sink.close()


def test_without_the_library_how_to_get_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtualcam, "find_spec", lambda _: None)
    with pytest.raises(MissingLibraryError, match=r"pip install \"fastvbg\[virtualcam\]\""):
        virtualcam.VirtualCam("virtualcam").open(6, 4, 30.0)


@pytest.mark.parametrize(("there", "wanted"), [(None, ["window"]), (True, ["virtualcam"])])
def test_where_pictures_go_elsewhere_than_on_linux(there, wanted, monkeypatch) -> None:
    monkeypatch.setattr(running.sys, "platform", "darwin")
    monkeypatch.setattr(virtualcam, "find_spec", lambda _: there)
    assert running.default_sinks() == wanted
