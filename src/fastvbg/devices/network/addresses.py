"""Addresses of streams: which muxer and options they take, and how messages show them."""

from __future__ import annotations

import math
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from fastvbg.errors import OptionError, shown
from fastvbg.urls import public
from fastvbg.values import check_text

_SINKS: Final = {
    "tcp": "nut",  # tells where frames end: 18 ms to the peer, where MPEG-TS takes 83
    "rtmp": "flv",
    "rtmps": "flv",
    "rtsp": "rtsp",
    "udp": "mpegts",
    "http": "mpegts",
    "https": "mpegts",
}
_OTHERS: Final = ("srt", "rtp", "srtp", "rtsps", "sctp", "rist", "udplite", "mmsh", "mmst")
"""Protocols of streams that are not offered; none of them names a file."""
_WITH_PORT: Final = ("tcp", "udp")
"""Those that have no port of their own."""
_WANTED = "wanted rtmp, rtmps, rtsp, tcp, udp, http or https, such as rtmp://HOST/APP/KEY"
_OPTIONS: Final = {
    "rtsp": {"rtsp_transport": "tcp"},
    "udp": {"pkt_size": "1316"},  # seven packets of MPEG-TS, below Ethernet's 1500 bytes
}
_NO_BUFFER: Final = {
    "fflags": "nobuffer",
    "probesize": "32768",  # bytes; the default of 5 MB waits for seconds of a stream
    "analyzeduration": "0",
}


class Address(NamedTuple):
    """Where a stream goes to or comes from."""

    url: str
    shown: str
    """Without passwords and stream keys: a status line may be seen by others."""
    muxer: str
    """FFmpeg's name of the format to write."""
    write_options: dict[str, str]
    read_options: dict[str, str]
    listens: bool
    """Whether it waits for a peer, for as long as that takes."""


def is_stream(text: str) -> bool:
    """Tell whether a text is meant as the address of a stream; `parse_address` may refuse it."""
    scheme, there, _ = text.partition("://")
    return bool(there) and scheme.lower() in (*_SINKS, *_OTHERS)


def parse_address(value: object, name: str = "address") -> Address:
    """Return what an address says.

    Parameters
    ----------
    value : str
        As the user wrote it.
    name : str
        Of the option.

    Raises
    ------
    OptionError, OptionTypeError
        It is no address, has no host, or is of a protocol that is not offered.
    """
    url = check_text(name, value).strip()
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError as error:  # a port that is none, half a bracket
        raise OptionError(f"{name}: got {shown(value)}: {error}; {_WANTED}") from None
    if scheme == "srt":
        raise OptionError(
            f"{name}: srt is not in PyAV's build of FFmpeg's libraries; wanted rtmp, rtsp, tcp, "
            "udp or http"
        )
    if scheme not in _SINKS:
        raise OptionError(f"{name}: got {shown(value)}, {_WANTED}")
    if not host and not (scheme == "udp" and port):  # udp://:PORT is any address of ours
        raise OptionError(f"{name}: got {shown(value)}, in which there is no host; {_WANTED}")
    if scheme in _WITH_PORT and port is None:
        raise OptionError(
            f"{name}: got {shown(value)}, in which there is no port; wanted {scheme}://HOST:PORT"
        )
    url = scheme + url[len(scheme) :]  # FFmpeg knows protocols in small letters only
    options = _OPTIONS.get(scheme, {})
    reads = {**_NO_BUFFER, **({} if scheme == "udp" else options)}
    listens = parse_qs(parts.query).get("listen", ["0"])[-1] not in {"0", ""}
    return Address(url, public(url), _SINKS[scheme], dict(options), reads, listens)


def bitrate_of(width: int, height: int, rate: float) -> int:
    """Return bits a second that do for a person before a background.

    0.1 bit a pixel, 2.8 Mbit/s at 720p30 and 6.2 at 1080p30: what streaming services advise.
    """
    return max(200_000, math.ceil(0.1 * width * height * rate))
