"""A numbered image sequence, kept in a staging folder until it is complete."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from fastvbg.errors import SinkError
from fastvbg.media.image import write_image
from fastvbg.sink.staging import check_folder, staging_name, why

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from fastvbg._types import Frame
    from fastvbg.media.model import CopiedPacket
    from fastvbg.media.numbering import Numbering


class SequenceSink:
    """Images `name%06d.ext`, numbered as the pipeline says.

    Parameters
    ----------
    numbering : Numbering
        The folder and the file name with its `%d` field.
    overwrite : bool
        Whether a sequence of that name is replaced, with all its files.
    """

    def __init__(self, numbering: Numbering, *, overwrite: bool = False) -> None:
        check_folder(numbering.folder)
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

    def write(self, frame: Frame, pts: int, number: int) -> None:  # noqa: ARG002
        """Write one image; a sequence holds no times."""
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
            if kind is None:
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
