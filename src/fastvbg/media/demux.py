"""Opening of files by FFmpeg's libraries, by a name that they cannot take for anything else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import av

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import RawIOBase

    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

# Names that FFmpeg's image2 reader claims unseen, which are more than those of pictures we write.
_PICTURES = (
    ".avif .bmp .bw .cri .dds .dpx .exr .hdr .heic .heif .im1 .im24 .im8 .j2c .j2k .jfif .jls .jp2 "
    ".jpc .jpe .jpeg .jpg .jps .jxl .jxs .ljpg .mng .pam .pbm .pcx .pfm .pgm .pgmyuv .phm .pix "
    ".png .pnm .pns .ppm .ptx .qoi .ras .rgb .rgba .rs .sgi .sun .sunras .svg .svgz .tga .tif "
    ".tiff .vbn .webp .xbm .xface .xpm .xwd .y .yuv10"
)
# A connection that ends before the file does is opened again where it was, for some four seconds.
# Without that, one that a server has closed between two requests costs a packet without a word.
_PATIENT = {"reconnect": "1", "reconnect_on_network_error": "1", "reconnect_delay_max": "3"}
_STRICT_METADATA = int(av.__version__.split(".")[0]) < 19


class _File:
    """A file read by Python: FFmpeg's libraries see what is in it, and no name.

    PyAV closes nothing that it did not open, so that this does it when nobody needs it any more.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.read, self.seek, self.tell = self._file.read, self._file.seek, self._file.tell

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()


def open_named(name: str) -> InputContainer:
    """Open a URL, or what stands under another name that FFmpeg's libraries know."""
    by_http = name.lower().startswith(("http://", "https://"))
    return _open(name, options=_PATIENT if by_http else {})


def open_file(path: str | Path) -> InputContainer:
    """Open a file by its contents.

    A name with a picture's suffix means a picture to FFmpeg's libraries, or a numbered sequence of
    them if it has a field, whatever is in the file; and a name must be UTF-8.
    """
    name = str(path)
    misread = Path(path).suffix.lower() in _PICTURES.split() or not _is_utf8(name)
    if misread and Path(path).is_file():  # a pipe has no contents that could be wound
        return _open(_File(Path(path)))
    return _open(f"file:{name}")  # so that a colon in the name is not read as a protocol


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def open_bytes(file: BinaryIO | RawIOBase) -> InputContainer:
    """Open what is in memory, or wherever a file of Python's reads from."""
    return _open(file)


def _open(file: Any, **more: Any) -> InputContainer:
    """Open a file; tags that are no UTF-8 are read as far as they go, which PyAV 19 does itself."""
    if _STRICT_METADATA:
        more["metadata_errors"] = "replace"
    container: InputContainer = av.open(file, "r", **more)
    return container


def packets_of(container: InputContainer, *streams: Stream) -> Iterator[Packet[Stream]]:
    """Yield the packets of some streams, and last an empty one of each.

    A broadcast may begin a stream on the way, of which PyAV knows nothing until it is asked anew.
    """
    packets = container.demux(*streams)
    while True:
        try:
            packet = next(packets, None)
        except IndexError:
            packets = container.demux(*streams)
            continue
        if packet is None:
            return
        yield packet
