"""One picture as a file, which stands under its name only when it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.errors import SinkError
from fastvbg.media.colour import Converter
from fastvbg.media.formats import BGR
from fastvbg.media.image import write_image
from fastvbg.media.planes import plane_of
from fastvbg.sink.staging import Staged

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Self

    from fastvbg._types import Frame
    from fastvbg.media.model import CopiedPacket, Picture, StreamInfo
    from fastvbg.urls import Url

_WITH_ALPHA = (".png", ".webp", ".tif", ".tiff")


def write_still(path: Path | Url, picture: Frame, *, overwrite: bool) -> None:
    """Write a picture in the format of the name's suffix.

    Parameters
    ----------
    path : Path or Url
        The name.
    picture : ndarray, shape (H, W, 3), uint8
        BGR.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    SinkError
        It cannot be written, or exists.
    """
    with Staged(path, overwrite=overwrite) as staged:
        write_image(staged.staging, picture, name=path.name)


def check_alpha(name: str) -> None:
    """Demand that a picture's format, by the suffix of its name, holds transparency."""
    if not name.lower().endswith(_WITH_ALPHA):
        raise SinkError(f"output: {name} holds no transparency; .png, .webp and .tif do")


class Pictures:
    """Turns what a pipeline makes into what is written as a picture: BGR, or BGR with alpha.

    Parameters
    ----------
    info : StreamInfo
        Of the frames to come.
    """

    def __init__(self, info: StreamInfo) -> None:
        self._convert = Converter(info.colour, BGR)

    def __call__(self, frame: Picture) -> Frame:
        """Return a frame as a picture."""
        if isinstance(frame, np.ndarray):
            return frame
        rgba = frame.format.name == "bgra"
        return plane_of(frame, 0, 4) if rgba else plane_of(self._convert(frame), 0, 3)


class StillSink:
    """One picture, of an input that has one frame.

    Parameters
    ----------
    path : Path or Url
        Its name.
    info : StreamInfo
        Of the frame to come.
    overwrite : bool
        Whether an existing file is replaced.
    alpha : bool
        Whether the frame has alpha.

    Raises
    ------
    SinkError
        It cannot be written, or exists, or its format holds no alpha where that is asked for.
    """

    def __init__(
        self, path: Path | Url, info: StreamInfo, *, overwrite: bool = False, alpha: bool = False
    ) -> None:
        if alpha:
            check_alpha(path.name)
        self._name = path.name
        self._picture = Pictures(info)
        self._is_written = False
        self.done_with_frames = True
        self.warnings: list[str] = []
        self._staged = Staged(path, overwrite=overwrite)

    def write(self, frame: Picture, pts: int, number: int) -> None:  # noqa: ARG002
        """Write the picture; it has no time."""
        if self._is_written:
            raise SinkError(f"output: {self._name} names one image, and there is another frame")
        write_image(self._staged.staging, self._picture(frame), name=self._name)
        self._is_written = True

    def copy(self, packet: CopiedPacket) -> None:
        """Drop a packet; images carry no other stream."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        if self._is_written:
            self._staged.__exit__(kind, *exception)
        else:
            self._staged.discard()
