"""What a picture file says of itself before it is decoded, by Pillow: its kind, size and turn.

The size is read before anything is decoded, so that no memory is taken for a picture that is too
large; the bytes decide, never the name.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ExifTags import Base as Tag
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile
from PIL.TiffImagePlugin import ImageFileDirectory_v2
from PIL.WebPImagePlugin import WebPImageFile

from fastvbg.media.pillow import hushed_pillow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PIL.ImageFile import ImageFile

    from fastvbg._types import Size

# By the plugins themselves: `Image.open` says no size of what is larger than its own limit.
_PLUGINS: dict[str, Callable[[BinaryIO], ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
    "JPEG2000": Jpeg2KImageFile,
    "AVIF": AvifImageFile,
    "BMP": BmpImageFile,
    "PPM": PpmImageFile,
}
# These begin with two letters, as texts may, too; and of these brands are videos as well.
_WEAK, _VAGUE = ("BMP", "PPM"), (b"ftypavis", b"ftypmsf1")
# Of these, which FFmpeg's libraries decode, Pillow knows but some.
_OTHERS = (
    *(b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"),  # JPEG XL
    *(b"#?RADIANCE", b"#?RGBE"),
    b"v/1\x01",  # OpenEXR
    b"8BPS",  # Photoshop
    b"qoif",
    b"DDS ",
    b"\x01\xda",  # SGI
    b"\x59\xa6\x6a\x95",  # Sun
    *(b"P7\n", b"Pf\n", b"PF\n"),
)
_HEIF = tuple(b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1"))
_TAGS = (
    *(Tag.NewSubfileType, Tag.ImageWidth, Tag.ImageLength, Tag.BitsPerSample),
    *(Tag.PhotometricInterpretation, Tag.Orientation, Tag.SamplesPerPixel),
    *(Tag.ExtraSamples, Tag.DNGVersion),
)
_HEAD = 64


class UnreadableError(Exception):
    """The picture cannot be had; the words say why."""


@dataclass(frozen=True)
class Header:
    """What is known of a picture before it is decoded."""

    kind: str
    """Pillow's name of the format; or "OTHER", which FFmpeg reads, "UNKNOWN" or "DAMAGED"."""
    size: Size | None = None
    """Width and height as stored; None where they cannot be told."""
    image: ImageFile | None = None
    """The picture as Pillow opens it; None of TIFF, and where it cannot."""
    end: int = 0
    """Where in the file the header ends: of JPEG, where the first scan begins."""
    tags: Mapping[int, int] | None = None
    """Of the first directory of a TIFF file, the first value of each tag that counts."""

    @property
    def moves(self) -> bool:
        """Whether the file says that it is an animation."""
        return bool(getattr(self.image, "is_animated", False)) and self.kind != "HEIF"


def read_header(file: Any) -> Header | None:
    """Return what a picture file says of itself; None where it is no picture, or a GIF.

    Parameters
    ----------
    file : binary file
        Open, and left somewhere behind the header.
    """
    head = file.read(_HEAD)
    if head.startswith(_OTHERS):
        return Header("OTHER")
    if _accepts("TIFF", head):
        return _tiff(file, head)
    refused = None
    for kind, plugin in _PLUGINS.items():
        accepted = _accepts(kind, head)
        if accepted:
            header = _opened(kind, plugin, file)
            if header is not None:
                return header
            if kind not in _WEAK and head[4:12] not in _VAGUE:
                # Pillow has words for what it was built without.
                refused = Header("UNKNOWN" if isinstance(accepted, str) else "DAMAGED")
    return _heif(file) if head[4:12] in _HEIF else refused


def _accepts(kind: str, head: bytes) -> bool | str:
    accept = Image.OPEN[kind][1]
    return accept is not None and accept(head)


def _opened(kind: str, plugin: Callable[[BinaryIO], ImageFile], file: BinaryIO) -> Header | None:
    file.seek(0)
    try:
        with hushed_pillow():
            image = plugin(file)
    except Exception:  # plugins raise whatever they stumble over
        return None
    return Header(kind, image.size, image, file.tell())


def _heif(file: BinaryIO) -> Header:
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        return Header("HEIF")
    header = _opened("HEIF", HeifImageFile, file)
    # Where tiles are missing, one of them would do for the picture; where data are, green would.
    whole = header is not None and header.image is not None and header.image.info.get("primary")
    return header if header is not None and whole and not _ends_early(file) else Header("DAMAGED")


def _ends_early(file: BinaryIO) -> bool:
    """Tell whether a HEIF file ends before its box of data does, which libheif does not mind."""
    at, end = 0, file.seek(0, SEEK_END)
    while at + 16 <= end:
        file.seek(at)
        size, kind, long = struct.unpack(">I4sQ", file.read(16))
        at += int(max(8, long if size == 1 else size))
        if kind == b"mdat":
            return at > end
    return False


def _tiff(file: BinaryIO, head: bytes) -> Header:
    """Return the first directory alone: Pillow opens no colours in floats, for one."""
    try:
        with hushed_pillow():
            directory = ImageFileDirectory_v2(head[: 16 if head[2] == 43 else 8])
            file.seek(directory.next)
            directory.load(file)
            tags: dict[int, int] = {
                tag: _first(directory[tag]) for tag in _TAGS if tag in directory
            }
        return Header("TIFF", (tags[Tag.ImageWidth], tags[Tag.ImageLength]), tags=tags)
    except Exception:  # as above
        return Header("DAMAGED")


def _first(value: Any) -> int:
    return int(value[0] if isinstance(value, tuple | bytes) else value)


def orientation_of(header: Header, content: bytes) -> int:
    """Return the orientation that a picture notes by EXIF, 1 to 8; 1 where it says nothing."""
    if header.tags is not None:
        return _valid(header.tags.get(Tag.Orientation))
    image = header.image
    if image is None:
        return 1
    exif = Image.Exif()
    try:
        with hushed_pillow():
            if header.kind == "PNG" and "exif" not in image.info and b"eXIf" in content:
                image = PngImageFile(BytesIO(content))
                image.load()  # it stands behind the pixels
            exif.load(image.info.get("exif", b""))
            return _valid(exif.get(Tag.Orientation))
    except Exception:  # EXIF data that are none
        return 1


def _valid(orientation: object) -> int:
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
