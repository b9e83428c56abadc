"""Real capture from vivid, the kernel's virtual camera, and its being unplugged."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from fastvbg.devices.errors import CameraGoneError
from fastvbg.devices.v4l2.capture import Camera
from fastvbg.devices.v4l2.facts import facts
from fastvbg.devices.v4l2.listing import cameras
from fastvbg.devices.v4l2.naming import find_camera
from fastvbg.devices.v4l2.picture import views
from fastvbg.devices.v4l2.system import System
from fastvbg.errors import OptionError, SourceError
from tests.support.v4l2vm import VIVID, needs_devices

pytestmark = needs_devices()

SMALL = (320, 180)
BARS = np.arange(8) * 40 + 20
"""Columns in the middles of vivid's eight bars."""
UNPLUG = Path("/sys/bus/platform/drivers/vivid/unbind")


def camera(format: str, **wishes) -> Camera:
    return Camera(VIVID, size=SMALL, rate=Fraction(10), format=format, **wishes)


def test_vivid_is_listed_with_what_it_offers() -> None:
    listed = {one.node.path: one for one in cameras(System())}
    assert listed[VIVID].node.card == "vivid"
    offers = {offer.fourcc: offer for offer in listed[VIVID].offers if offer.widths.least == 320}
    assert {"YUYV", "NV12", "YU12"} <= set(offers)
    assert Fraction(30) in offers["NV12"].rates
    assert find_camera("camera:VIV", System()).path == VIVID
    assert any(fact.ok and VIVID in fact.text for fact in facts())


@pytest.mark.parametrize("format", ["YUYV", "UYVY", "NV12", "NV21", "YU12", "YV12", "GREY"])
def test_frames_show_the_bars_in_every_format(format: str) -> None:
    with camera(format) as source:
        picture = source.picture
        assert (picture.fourcc, picture.width, picture.height) == (format, *SMALL)
        assert source.rate == 10
        frames = []
        for _ in range(3):
            frame = source.read(5.0)
            assert frame is not None
            assert 0 <= time.monotonic() - frame.captured < 5
            assert not frame.data.flags.writeable
            frames.append((frame.sequence, frame.captured))
            planes = [plane.copy() for plane in views(frame.data, picture)]
        assert source.counts.delivered == 3
    sequences, times = zip(*frames, strict=True)
    assert sorted(set(sequences)) == list(sequences)
    assert sorted(set(times)) == list(times)
    luma = planes[0]
    if luma.ndim == 3:
        luma = luma[..., 1 if format == "UYVY" else 0]
    assert luma.shape == SMALL[::-1]
    row = luma[150, BARS].astype(int)
    assert (np.diff(row) < 0).all(), row  # white, yellow, cyan, green, magenta, red, blue, black
    assert row[0] > 150
    assert row[-1] < 40
    assert_is_blue(planes, format)


def assert_is_blue(planes: list[np.ndarray], format: str) -> None:
    """The seventh bar is blue: U far above, V below the middle."""
    column = BARS[6]
    if format == "GREY":
        return
    if len(planes) == 3:
        u, v = planes[1][75, column // 2], planes[2][75, column // 2]
    elif len(planes) == 2:
        u, v = planes[1][75, column // 2][:: 1 if format == "NV12" else -1]
    else:
        at = 0 if format == "UYVY" else 1
        u, v = planes[0][150, column, at], planes[0][150, column + 1, at]
    assert u > 180
    assert v < 128


def test_a_slow_reader_gets_the_newest_frame_and_counts_the_rest() -> None:
    with camera("NV12") as source:
        first = source.read(5.0)
        assert first is not None
        time.sleep(1.5)  # all four buffers fill, and then the driver drops
        second = source.read(5.0)
        assert second is not None
        assert time.monotonic() - second.captured < 1.0
        assert source.counts.dropped == second.sequence - first.sequence - 1 > 4


def test_a_wished_format_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(OptionError, match=r"^format: got 'MJPG', but .*vivid\) offers YUYV"):
        camera("MJPG").open()


def test_a_camera_that_streams_is_in_use() -> None:
    with camera("NV12"), pytest.raises(SourceError, match="is in use by this program itself"):
        camera("YUYV").open()


def test_a_closed_camera_opens_again() -> None:
    source = camera("YU12")
    for _ in range(2):
        source.open()
        assert source.read(5.0) is not None
        source.close()
        source.close()
    with pytest.raises(CameraGoneError, match="is not open"):
        source.read(0.0)


def read_on(source: Camera) -> None:
    while source.read(5.0) is not None:
        pass


@pytest.mark.skipif(not UNPLUG.exists(), reason="vivid cannot be unplugged here")
def test_an_unplugged_camera_is_gone_and_found_again_by_what_it_is() -> None:
    source = camera("YUYV")
    source.open()
    assert source.read(5.0) is not None
    UNPLUG.write_text("vivid.0")
    with pytest.raises(CameraGoneError, match=r"unplugged"):
        read_on(source)
    source.close()
    with pytest.raises(CameraGoneError, match="^vivid: is not there"):
        source.open()
    UNPLUG.with_name("bind").write_text("vivid.0")
    source.open()
    assert source.read(5.0) is not None
    source.close()
