"""A numbered image sequence, kept in a staging folder until it is complete."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from fastvbg.errors import SinkError
from fastvbg.media.image import write_image
from fastvbg.sink.clock import Evenness
from fastvbg.sink.durable import flush_file, flush_folder
from fastvbg.sink.staging import Staged, check_folder, staging_name, standing, take_over_at, why
from fastvbg.sink.still import Pictures, check_alpha

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Self

    from fastvbg.media.model import CopiedPacket, Picture, StreamInfo
    from fastvbg.media.numbering import Numbering

# Disks and their journals take many flushes at once for little more than one.
_FLUSHES_AT_ONCE = 8


def check_sequence(numbering: Numbering, *, overwrite: bool) -> list[int]:
    """Demand that a sequence may be written; return the numbers of pictures that it replaces."""
    check_folder(numbering.folder)
    replaced = numbering.existing()
    if replaced and not overwrite:
        first = numbering.path(replaced[0])
        raise SinkError(
            f"output: {first} exists, and {len(replaced)} file(s) in all of that name; "
            "--overwrite replaces them"
        )
    for number in replaced:
        standing(numbering.path(number))
    return replaced


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
    alpha : bool
        Whether the frames have alpha.
    keep_partial : bool
        Whether an interrupt keeps the images written so far.
    """

    def __init__(
        self,
        numbering: Numbering,
        info: StreamInfo,
        *,
        overwrite: bool = False,
        alpha: bool = False,
        keep_partial: bool = False,
    ) -> None:
        if alpha:
            check_alpha(numbering.name)
        self._picture = Pictures(info)
        self._keep_partial = keep_partial
        self.done_with_frames = True
        self.warnings: list[str] = []
        self._numbering = numbering
        self._replaced = check_sequence(numbering, overwrite=overwrite)
        self._rate = info.rate
        self._evenness = Evenness()
        self._staging = staging_name(numbering.folder / numbering.name)
        try:
            self._staging.mkdir()
        except OSError as error:
            raise SinkError(f"output: cannot write in {numbering.folder}: {why(error)}") from None
        self._written: list[int] = []

    def write(self, frame: Picture, pts: int, number: int) -> None:
        """Write one image; a sequence holds no times."""
        name = self._numbering.path(number).name
        write_image(self._staging / name, self._picture(frame))
        self._written.append(number)
        self._evenness.saw(pts)

    def copy(self, packet: CopiedPacket) -> None:
        """Drop a packet; images carry no other stream."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        try:
            interrupted = kind is not None and not issubclass(kind, Exception)
            if kind is None or (interrupted and self._keep_partial and self._written):
                self._move_into_place()
                self._tell_of_times()
        except OSError as failure:
            if isinstance(failure, SinkError):
                raise
            raise SinkError(
                f"output: cannot write {self._numbering.name}: {why(failure)}"
            ) from None
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)

    def _tell_of_times(self) -> None:
        if self._evenness.uneven:
            self.warnings.append(
                f"the frames' times are not kept: they vary, and images hold none; shown at "
                f"{float(self._rate):.6g} a second the sequence has another speed (.mp4 and .mkv "
                "hold times)"
            )

    def _move_into_place(self) -> None:
        staged = [self._staging / self._numbering.path(number).name for number in self._written]
        with ThreadPoolExecutor(_FLUSHES_AT_ONCE) as pool:
            for _ in pool.map(flush_file, staged):
                pass
        for number, image in zip(self._written, staged, strict=True):
            _place(image, self._numbering.path(number))
        for number in set(self._replaced) - set(self._written):
            self._numbering.path(number).unlink(missing_ok=True)
        flush_folder(self._numbering.folder)


def _place(image: Path, path: Path) -> None:
    """Move a flushed image to its name; a link is written through, and a mode kept."""
    if path.is_symlink():
        with Staged(path, overwrite=True) as staged:
            shutil.copyfile(image, staged.staging)
        return
    found = standing(path)
    if found is not None:
        take_over_at(found, image)
    image.replace(path)
