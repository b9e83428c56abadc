"""Pictures that OpenCV does not read, by FFmpeg's libraries; those of HEIF put together."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from av.error import FFmpegError

from fastvbg.media.colour import ColourTags, ToBGR, tags_of
from fastvbg.media.demux import open_bytes
from fastvbg.media.exif import turned_upright
from fastvbg.media.heif import CODED, Item, Items, read_crop, read_grid, read_items
from fastvbg.media.planes import plane_of

if TYPE_CHECKING:
    import av
    import numpy.typing as npt
    from av.container import InputContainer

    Plane = npt.NDArray[Any]

# What pictures mean that do not say it, unlike videos: ITU-R BT.601, whatever their height.
_UNTAGGED, _BT470BG = 2, 5


class UnreadableError(Exception):
    """The picture cannot be had; the words say why."""


def decode_picture(data: bytes, max_pixels: int) -> Plane:
    """Return the only picture of a file, (H, W), or (H, W, 3 or 4) in blue, green, red, alpha."""
    with _opened(data) as container:
        if not container.streams.video:
            raise UnreadableError("it has no picture")
        stream = container.streams.best("video") or container.streams.video[0]
        return _array(_frames(container, {stream.index}, max_pixels)[stream.index], None)


def decode_heif(data: bytes, max_pixels: int) -> Plane:
    """Return the main picture of a HEIF file (HEIC, AVIF), upright, with its coverage if any."""
    items = read_items(data)
    if items is None:
        raise UnreadableError("its list of items cannot be made out")
    picture = _Puzzle(data, items, max_pixels).item(items.primary)
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, np.newaxis], 3, axis=2)
    alpha = None if items.alpha is None else _Puzzle(data, items, max_pixels).item(items.alpha)
    if alpha is None or alpha.shape[:2] != picture.shape[:2]:
        return picture
    coverage = alpha if alpha.ndim == 2 else alpha[:, :, 1]
    if items.premultiplied:
        whole = np.maximum(coverage, 1)[:, :, np.newaxis].astype(np.uint32)
        picture = np.minimum((picture * 255 + whole // 2) // whole, 255).astype(np.uint8)
    return np.dstack([picture, coverage])


class _Puzzle:
    """Puts an item of a HEIF file together."""

    def __init__(self, data: bytes, items: Items, max_pixels: int) -> None:
        self._data, self._items, self._max_pixels = data, items, max_pixels

    def item(self, key: int) -> Plane:
        """Return an item's picture with all that is to be done to it."""
        item = self._items.items[key]
        if item.kind == b"grid":
            picture = self._grid(item)
        elif item.kind in CODED:
            picture = self._decoded((key,))[key]
        else:
            kind = item.kind.decode("ascii", "replace")
            raise UnreadableError(f"it is an item of the kind {kind!r}, which is not read here")
        for kind, body in item.changes:
            picture = _changed(picture, kind, body)
        return picture

    def _grid(self, item: Item) -> Plane:
        try:
            rows, columns, (width, height) = read_grid(item)
        except ValueError:
            raise UnreadableError("its grid of tiles is incomplete") from None
        tiles = self._decoded(item.parts)
        first = tiles[item.parts[0]]
        if rows * first.shape[0] < height or columns * first.shape[1] < width:
            raise UnreadableError("its tiles do not cover it")
        picture = np.empty((height, width, *first.shape[2:]), first.dtype)
        for index, key in enumerate(item.parts):
            tile = tiles[key]
            if tile.shape != first.shape:
                raise UnreadableError("its tiles are of several sizes")
            top, left = index // columns * tile.shape[0], index % columns * tile.shape[1]
            place = picture[top : top + tile.shape[0], left : left + tile.shape[1]]
            place[:] = tile[: place.shape[0], : place.shape[1]]
        return picture

    def _decoded(self, keys: tuple[int, ...]) -> dict[int, Plane]:
        """Return the pictures of coded items: FFmpeg's libraries number streams as items."""
        with _opened(self._data) as container:
            index = {stream.id: stream.index for stream in container.streams.video}
            if not set(keys) <= index.keys():
                raise UnreadableError("FFmpeg's libraries here do not know all of its parts")
            frames = _frames(container, {index[key] for key in keys}, self._max_pixels)
            return {key: _array(frames[index[key]], self._items.items[key]) for key in keys}


def _changed(picture: Plane, kind: str, body: bytes) -> Plane:
    """Return a picture cropped, turned or mirrored as a property says."""
    if kind == "irot":  # quarter turns against the clock
        return np.ascontiguousarray(np.rot90(picture, body[0] & 3))
    if kind == "imir":  # 0: top and bottom change places, 1: left and right do
        return turned_upright(picture, 2 if body[0] & 1 else 4)
    left, top, right, bottom = read_crop(body, (picture.shape[1], picture.shape[0]))
    return np.ascontiguousarray(picture[top:bottom, left:right])


def _opened(data: bytes) -> closing[InputContainer]:
    try:
        return closing(open_bytes(BytesIO(data)))
    except (FFmpegError, OSError, ValueError) as error:
        raise UnreadableError(_words(error)) from None


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _frames(
    container: InputContainer, wanted: set[int], max_pixels: int
) -> dict[int, av.VideoFrame]:
    """Return the first frame of each stream wanted."""
    streams = [stream for stream in container.streams.video if stream.index in wanted]
    found: dict[int, av.VideoFrame] = {}
    try:
        for stream in streams:
            # The decoder refuses larger pictures by itself, before it takes memory for them.
            stream.codec_context.options = {"max_pixels": str(max_pixels)}
        by_index = {stream.index: stream for stream in streams}
        for packet in container.demux(*streams):
            if packet.size:
                for frame in by_index[packet.stream.index].decode(packet):
                    found.setdefault(packet.stream.index, frame)
        for stream in streams:
            if stream.index not in found:
                found[stream.index] = next(iter(stream.decode(None)))
    except (FFmpegError, OSError, ValueError) as error:
        raise UnreadableError(_words(error)) from None
    except StopIteration:
        raise UnreadableError("a part of it cannot be decoded") from None
    return found


def _array(frame: av.VideoFrame, item: Item | None) -> Plane:
    """Return a decoded frame as an array, by the colours that the file or the frame notes."""
    name = frame.format.name
    if item is None and name in ("gray", "gray16le"):
        return np.array(plane_of(frame, 0))
    tags = tags_of(frame)
    if item is not None and item.colour is not None:
        primaries, transfer, matrix, full = item.colour
        tags = ColourTags(matrix, 2 if full else 1, primaries, transfer)
    if tags.matrix == _UNTAGGED:
        tags = replace(tags, matrix=_BT470BG)
    bgr: Plane = ToBGR(tags)(frame)
    parts = len(frame.format.components)
    if item is not None or (parts not in (2, 4) and not frame.format.has_palette):
        return bgr
    alpha = frame.reformat(format="bgra")
    return np.dstack([bgr, plane_of(alpha, 0, 4)[:, :, 3]])
