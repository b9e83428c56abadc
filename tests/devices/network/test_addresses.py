"""Addresses of streams: what is taken, what is refused, what others may see."""

from __future__ import annotations

import pytest

from fastvbg.devices.network.addresses import bitrate_of, is_stream, parse_address
from fastvbg.errors import OptionError, OptionTypeError
from fastvbg.live_mode.asking.choosing import is_file, is_recording


@pytest.mark.parametrize(
    ("url", "muxer", "shown"),
    [
        ("tcp://127.0.0.1:9000?listen=1", "nut", "tcp://127.0.0.1:9000?listen=1"),
        ("rtmp://live.example/app/KEY?x=1", "flv", "rtmp://live.example/app/..."),
        ("rtmps://me:word@live.example:443/app/KEY", "flv", "rtmps://live.example:443/app/..."),
        ("rtsp://me:word@host/a/b", "rtsp", "rtsp://host/a/b"),
        ("UDP://239.0.0.1:1234", "mpegts", "udp://239.0.0.1:1234"),
        ("udp://:1234", "mpegts", "udp://:1234"),
        ("https://[::1]:80/x", "mpegts", "https://[::1]:80/x"),
    ],
)
def test_each_protocol_has_its_muxer(url: str, muxer: str, shown: str) -> None:
    address = parse_address(url)
    # FFmpeg knows protocols in small letters only.
    assert address.url.partition(":") == (url.partition(":")[0].lower(), *url.partition(":")[1:])
    assert (address.muxer, address.shown) == (muxer, shown)
    assert is_stream(url)
    assert address.listens == ("listen" in url)


def test_rtsp_goes_over_tcp_both_ways() -> None:
    address = parse_address("rtsp://host/a")
    assert address.write_options == {"rtsp_transport": "tcp"}
    assert address.read_options["rtsp_transport"] == "tcp"
    assert parse_address("udp://host:1").write_options == {"pkt_size": "1316"}
    assert "pkt_size" not in parse_address("udp://host:1").read_options


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("srt://host:1", "srt is not in PyAV's build"),
        ("RTP://host:1", "wanted rtmp, rtmps, rtsp"),
        ("tcp://host", "no port; wanted tcp://HOST:PORT$"),
        ("udp://host/a", "no port; wanted udp://HOST:PORT$"),
        ("file:///etc/passwd", "wanted rtmp, rtmps, rtsp"),
        ("concat:a", "wanted rtmp"),
        ("host:80", "wanted rtmp"),
        ("rtmp:///app", "no host"),
        ("udp://", "no host"),
        ("tcp://host:99999", "[Pp]ort"),
        ("tcp://[::1", "wanted rtmp"),
        ("", "not empty"),
        ("tcp://a\nb", "control"),
    ],
)
def test_others_are_refused(url: str, why: str) -> None:
    with pytest.raises(OptionError, match=why) as caught:
        parse_address(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["srt://host:1", "RTP://host:1", "HTTP://host/a"])
def test_what_is_meant_as_a_stream_is_no_file(text: str) -> None:
    assert is_stream(text)
    assert not is_file(text)
    assert not is_recording(text)


@pytest.mark.parametrize("text", ["a.mkv", "tcp", "rtsp//a", "s3://bucket/a.mp4", "file:///a.mp4"])
def test_what_is_the_name_of_a_file_is_no_stream(text: str) -> None:
    assert not is_stream(text)
    assert is_file(text)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(OptionTypeError, match="^source: got 3"):
        parse_address(3, "source")


def test_bitrates_follow_the_pixels() -> None:
    assert bitrate_of(1280, 720, 30) == 2_764_800
    assert bitrate_of(64, 64, 1) == 200_000
