"""A numbered image sequence, kept in a staging folder until it is complete."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.errors import SinkError
from fastvbg.media.colour import Converter
from fastvbg.media.formats import BGR
from fastvbg.media.image import write_image
from fastvbg.media.planes import plane_of
from fastvbg.sink.staging import check_folder, staging_name, why

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from fastvbg.media.model import CopiedPacket, Picture, StreamInfo
    from fastvbg.media.numbering import Numbering
    from fastvbg.sink.encoding import EncodeOptions

_WITH_ALPHA = (".png", ".webp", ".tif", ".tiff")


class SequenceSink:
    """Images `name%06d.ext`, numbered as the pipeline says.

    Parameters
    ----------
    numbering : Numbering
        The folder and the file name with its `%d` field.
    info : StreamInfo
        Of the frames to come.
    overwrite : bool
        Whether a sequence of that name is replaced, with all its files.
    options : EncodeOptions, optional
        Of these only `alpha` concerns images.
    keep_partial : bool
        Whether an interrupt keeps the images written so far.
    """

    def __init__(
        self,
        numbering: Numbering,
        info: StreamInfo,
        *,
        overwrite: bool = False,
        options: EncodeOptions | None = None,
        keep_partial: bool = False,
    ) -> None:
        check_folder(numbering.folder)
        if options is not None and options.alpha and not numbering.after.endswith(_WITH_ALPHA):
            raise SinkError(f"output: {numbering.name} holds no transparency; .png and .webp do")
        self._convert = Converter(info.colour, BGR)
        self._keep_partial = keep_partial
        self.done_with_frames = True
        self.warnings: list[str] = []
        self._numbering = numbering
        self._replaced = numbering.existing()
        if self._replaced and not overwrite:
            first = numbering.path(self._replaced[0])
            raise SinkError(
                f"output: {first} exists, and {len(self._replaced)} file(s) in all of that name; "
                "--overwrite replaces them"
            )
        self._staging = staging_name(numbering.folder / numbering.name)
        try:
            self._staging.mkdir()
        except OSError as error:
            raise SinkError(f"output: cannot write in {numbering.folder}: {why(error)}") from None
        self._written: list[int] = []

    def write(self, frame: Picture, pts: int, number: int) -> None:  # noqa: ARG002
        """Write one image; a sequence holds no times."""
        if not isinstance(frame, np.ndarray):
            rgba = frame.format.name == "bgra"
            frame = plane_of(frame, 0, 4) if rgba else plane_of(self._convert(frame), 0, 3)
        write_image(self._staging / self._numbering.path(number).name, frame)
        self._written.append(number)

    def copy(self, packet: CopiedPacket) -> None:
        """Drop a packet; images carry no other stream."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            interrupted = kind is not None and not issubclass(kind, Exception)
            if kind is None or (interrupted and self._keep_partial and self._written):
                self._move_into_place()
        except OSError as failure:
            raise SinkError(
                f"output: cannot write {self._numbering.name}: {why(failure)}"
            ) from None
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)

    def _move_into_place(self) -> None:
        for number in set(self._replaced) - set(self._written):
            self._numbering.path(number).unlink(missing_ok=True)
        for number in self._written:
            path = self._numbering.path(number)
            (self._staging / path.name).replace(path)
