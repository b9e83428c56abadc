"""What is taken of what a camera offers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from fastvbg.devices.v4l2.choose import choose
from fastvbg.devices.v4l2.offers import Offer, Span
from fastvbg.errors import OptionError, SourceError

NTSC = Fraction(30000, 1001)


def offer(code: str, width: int, height: int, *rates: int | Fraction) -> Offer:
    found = tuple(sorted(map(Fraction, rates), reverse=True))
    return Offer(code, Span(width, width), Span(height, height), found)


WEBCAM = [
    offer("YUYV", 640, 480, 30, 15),
    offer("YUYV", 1280, 720, 10),
    offer("MJPG", 640, 480, 30),
    offer("MJPG", 1280, 720, 30, 60),
    offer("MJPG", 1920, 1080, 30),
    offer("H264", 1920, 1080, 30),
]


@pytest.mark.parametrize(
    ("offers", "size", "rate", "format", "wanted"),
    [
        pytest.param(WEBCAM, None, None, None, "MJPG 1280x720 30", id="720p30 without wishes"),
        pytest.param(WEBCAM, (640, 480), None, None, "YUYV 640x480 30", id="small: packed"),
        pytest.param(WEBCAM, (1920, 1080), None, None, "MJPG 1920x1080 30", id="large: JPEG"),
        pytest.param(WEBCAM, (1280, 720), 45, None, "MJPG 1280x720 60", id="at least the rate"),
        pytest.param(WEBCAM, (640, 480), 60, None, "YUYV 640x480 30", id="else the highest"),
        pytest.param(WEBCAM, (640, 480), 10, None, "YUYV 640x480 15", id="the lowest that does"),
        pytest.param(WEBCAM, (1200, 700), None, None, "MJPG 1280x720 30", id="nearest size"),
        pytest.param(WEBCAM, (9999, 9999), None, None, "MJPG 1920x1080 30", id="the largest"),
        pytest.param(WEBCAM, None, None, "yuyv", "YUYV 640x480 30", id="rate before size"),
        pytest.param(WEBCAM, (1280, 720), None, "YUYV", "YUYV 1280x720 10", id="size first"),
        pytest.param(WEBCAM, (640, 480), None, "mjpeg", "MJPG 640x480 30", id="usual name"),
        pytest.param(WEBCAM[1:2], None, None, None, "YUYV 1280x720 10", id="all there is"),
        pytest.param(
            [*WEBCAM, offer("NV12", 1280, 720, 30)],
            None,
            None,
            None,
            "NV12 1280x720 30",
            id="planar 4:2:0 first",
        ),
        pytest.param(
            [*WEBCAM, offer("YU12", 1280, 720, 15)],
            None,
            None,
            None,
            "MJPG 1280x720 30",
            id="but not below the rate",
        ),
        pytest.param(
            [offer("YUYV", 640, 480, NTSC)], None, None, None, f"YUYV 640x480 {NTSC}", id="29.97"
        ),
        pytest.param(
            [offer("YUYV", 800, 600)], None, 25, None, "YUYV 800x600 25", id="rates untold"
        ),
        pytest.param(
            [Offer("NV12", Span(16, 1920, 16), Span(8, 1088, 8), (Fraction(30),))],
            (1000, 563),
            None,
            None,
            "NV12 1008x560 30",
            id="span of sizes",
        ),
    ],
)
def test_choice(offers, size, rate, format, wanted) -> None:
    choice = choose("cam", offers, size, rate and Fraction(rate), format)
    assert f"{choice.fourcc} {choice.width}x{choice.height} {choice.rate}" == wanted


def test_a_wished_format_that_is_absent_is_told_with_those_there_are() -> None:
    with pytest.raises(OptionError) as caught:
        choose("cam", WEBCAM, format="nv12")
    assert str(caught.value) == "format: got 'nv12', but cam offers YUYV, MJPG, H264"
    with pytest.raises(OptionError, match="^format: got 'h264', wanted one of NV12, YU12"):
        choose("cam", WEBCAM, format="h264")


@pytest.mark.parametrize(("offers", "told"), [(WEBCAM[-1:], "H264"), ([], "no format")])
def test_a_camera_of_strange_formats_is_refused(offers, told: str) -> None:
    with pytest.raises(SourceError, match=f"^cam: offers {told}, wanted one of NV12"):
        choose("cam", offers)


@pytest.mark.parametrize(("wished", "nearest"), [(1, 16), (23, 16), (25, 32), (99, 48)])
def test_a_span_gives_what_is_nearest(wished: int, nearest: int) -> None:
    assert Span(16, 48, 16).nearest(wished) == nearest
