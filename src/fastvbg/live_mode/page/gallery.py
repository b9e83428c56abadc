"""The backgrounds that the page offers: the page knows their names of ours, never a path."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np

from fastvbg.backgrounds import fit_background
from fastvbg.errors import FastvbgError, OptionError, shown
from fastvbg.live_mode.page.pictures import DRAWN
from fastvbg.media.contents import kind_of
from fastvbg.media.image import read_image, write_image
from fastvbg.media.model import ReadOptions
from fastvbg.media.names import is_address
from fastvbg.settings import Settings
from fastvbg.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg._types import Frame

THUMB = 240, 135
MOST_PIXELS = 50_000_000
"""Of a picture or a video's frame: cameras' largest photos."""
MOST_IN_FOLDER = 60
_MOST_LABEL = 60

Form = Literal["picture", "video"]


@dataclass(frozen=True)
class Item:
    """A background that can be chosen."""

    id: str
    label: str
    form: Form
    origin: Literal["drawn", "uploaded", "taken", "folder", "given"]
    value: str | Path | Frame = field(repr=False, compare=False)
    """A file, an address, or a picture in memory."""
    listed: bool = True
    """Whether it is shown among the backgrounds; what was uploaded for a mask is not."""

    def told(self) -> dict[str, Any]:
        """Return what the page is told of it."""
        return {"id": self.id, "label": self.label, "form": self.form, "origin": self.origin}

    @property
    def file_name(self) -> str:
        """A name for a copy of it, without folder."""
        if isinstance(self.value, np.ndarray) or self.origin == "drawn":
            return f"{safe_name(self.label)}.png"
        suffix = Path(self.label).suffix or Path(self.value).suffix
        stem = safe_name(Path(self.label).stem)
        return stem + (suffix if re.fullmatch(r"\.\w{1,5}", suffix) else "")


def safe_name(text: str) -> str:
    """Return a text as a name that no system takes for a path, an option or a device."""
    name = re.sub(r"[^\w ()-]+", "-", text).strip(" -")
    return name[:_MOST_LABEL] or "background"


class Gallery:
    """What there is, by its id.

    Parameters
    ----------
    own : Path
        A private folder, into which drawn pictures are written.
    folder : Path, optional
        A folder of the user's with pictures and videos that are offered too.
    given : str, Path or ndarray, optional
        The background with which the session began.
    """

    def __init__(self, own: Path, folder: Path | None = None, given: Any = None) -> None:
        self._own = own
        self._lock = threading.Lock()
        self._items: dict[str, Item] = {}
        self._thumbs: dict[str, bytes] = {}
        self._files: dict[str, Path] = {}
        for name in DRAWN:
            self._add(Item(f"drawn-{name}", name.capitalize(), "picture", "drawn", own / name))
        for number, path in enumerate(_files_of(folder)):
            form: Form = "picture" if kind_of(path) == "still" else "video"
            self._add(Item(f"folder-{number}", path.name[:_MOST_LABEL], form, "folder", path))
        if given is not None:
            self._add(_given(given))

    @staticmethod
    def is_word(background: Any) -> bool:
        """Tell whether a background is a colour, `blur` or such, and no file or picture."""
        return (
            isinstance(background, str)
            and Settings.options()["background"].file(background) is None
        )

    def _add(self, item: Item) -> None:
        self._items[item.id] = item

    def add(self, item: Item) -> None:
        """Offer one more."""
        with self._lock:
            self._add(item)

    def remove(self, item: Item) -> None:
        """Offer one no more."""
        with self._lock:
            self._items.pop(item.id, None)
            self._thumbs.pop(item.id, None)

    def __iter__(self) -> Iterator[Item]:
        with self._lock:
            return iter(list(self._items.values()))

    def item(self, name: str, which: Any) -> Item:
        """Return one by its id.

        Raises
        ------
        OptionError
            There is none of that id.
        """
        item = self._items.get(which) if isinstance(which, str) else None
        if item is None:
            raise OptionError(f"{name}: got {shown(which)}, wanted one of the backgrounds shown")
        return item

    def of_value(self, value: Any) -> Item | None:
        """Return the one whose value is in use, by file or picture."""
        for item in self:
            if self._is(item, value):
                return item
        return None

    def _is(self, item: Item, value: Any) -> bool:
        if isinstance(item.value, np.ndarray) or isinstance(value, np.ndarray):
            return item.value is value
        if item.origin == "drawn":
            return self._files.get(item.id) == Path(value)
        return str(item.value) == str(value)

    def named(self, name: str) -> Item | None:
        """Return the one that a settings file of this page's names."""
        return next((item for item in self if item.file_name == name), None)

    def value(self, item: Item) -> str | Path | Frame:
        """Return what stands for one in settings: a drawn picture is written first."""
        if item.origin != "drawn":
            return item.value
        with self._lock:
            if item.id not in self._files:
                name = item.id.removeprefix("drawn-")
                path = self._own / f"{name}.png"
                write_image(path, DRAWN[name]())
                self._files[item.id] = path
        return self._files[item.id]

    def thumb(self, item: Item) -> bytes:
        """Return a small JPEG of one; a gray one of what cannot be read."""
        if item.id not in self._thumbs:
            content = jpeg(fit_background(self._picture(item), THUMB, fit="cover"))
            with self._lock:
                self._thumbs[item.id] = content
        return self._thumbs[item.id]

    def _picture(self, item: Item) -> Frame:
        if item.origin == "drawn":
            return DRAWN[item.id.removeprefix("drawn-")]()
        try:
            return first_picture(item.value)
        except FastvbgError:
            return np.full((THUMB[1], THUMB[0], 3), 128, np.uint8)


def _given(value: Any) -> Item:
    if isinstance(value, np.ndarray):
        return Item("given", "As started", "picture", "given", value)
    form: Form = "picture" if kind_of(value) == "still" else "video"
    label = Path(str(value)).name[:_MOST_LABEL] or "As started"
    # `Path` would take apart what is an address.
    return Item("given", label, form, "given", value)


def _files_of(folder: Path | None) -> list[Path]:
    """Return the pictures and videos of a folder, by name; hidden ones are left out."""
    if folder is None:
        return []
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        why = error.strerror or error
        raise OptionError(f"folder: cannot read {folder}: {why}") from None
    found = [path for path in paths if not path.name.startswith(".") and _can_be_shown(path)]
    return found[:MOST_IN_FOLDER]


def _can_be_shown(path: Path) -> bool:
    return kind_of(path) == "still" or is_video(path)


def is_video(path: Path) -> bool:
    """Tell whether a file is a video or animation of a container that names no other files.

    Playlists and lists of pieces, which FFmpeg's libraries would follow to other files or
    addresses, are none of these.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return False
    riff = head[:4] == b"RIFF" and head[8:12] in (b"AVI ", b"WEBP")
    moves = head[:6] in (b"GIF87a", b"GIF89a") or head[:8] == b"\x89PNG\r\n\x1a\n"
    return riff or moves or head[4:8] == b"ftyp" or head[:4] == b"\x1a\x45\xdf\xa3"


def first_picture(value: Any) -> Frame:
    """Return the first frame of a file, as BGR.

    Raises
    ------
    FastvbgError
        It cannot be read, or is larger than `MOST_PIXELS`.
    """
    if isinstance(value, np.ndarray):
        return value
    if is_address(value):
        raise OptionError("background: an address is not opened for a thumbnail")
    if kind_of(value) == "still":
        return read_image(value, "background", MOST_PIXELS)
    options = ReadOptions(max_pixels=MOST_PIXELS, role="background", alpha="black", threads=1)
    with open_source(value, options=options) as source:
        for timed in source:
            frame = getattr(timed, "frame", None)
            if isinstance(frame, np.ndarray):
                return frame
    raise OptionError("background: no frame of it can be read")


def jpeg(picture: Frame, quality: int = 80) -> bytes:
    """Return a picture, BGR or gray, as JPEG."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
