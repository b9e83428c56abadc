"""Taking the empty room: some frames after a countdown, and their plate as a file."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.errors import FastvbgError, SinkError, SourceError
from fastvbg.keyers.plate.estimate import PlateEstimator
from fastvbg.masks.person import Person
from fastvbg.masks.plate import Plate
from fastvbg.media.colour import ToBGR
from fastvbg.media.planes import new_picture, planes_of
from fastvbg.sink.still import write_still

if TYPE_CHECKING:
    import av

    from fastvbg.masks.base import Mask
    from fastvbg.media.model import StreamInfo

_FRAMES = 20


class PlateTaking:
    """Gathers frames of the empty room.

    Parameters
    ----------
    due : float
        When to begin, in seconds of `time.monotonic`.
    """

    def __init__(self, due: float) -> None:
        self.due = due
        self._estimator = PlateEstimator()
        self._count = 0
        self._plate: Any = None
        self._error: FastvbgError | None = None

    def add(self, picture: av.VideoFrame, info: StreamInfo, now: float) -> bool:
        """Take in a frame, if it is time; tell whether it is over with them."""
        if now < self.due:
            return False
        size, wanted = (picture.width, picture.height), (info.width, info.height)
        if size != wanted:
            pair = "got {}x{}, wanted {}x{}".format(*size, *wanted)
            self._error = SourceError(f"the source has another size now: {pair}")
            return True
        self._estimator.add(tuple(planes_of(picture)))  # type: ignore[arg-type]
        self._count += 1
        if self._count < _FRAMES:
            return False
        planes, _ = self._estimator.estimate()
        still = new_picture(info.width, info.height, picture.format.name)
        for source, target in zip(planes, planes_of(still), strict=True):
            target[:] = source
        self._plate = ToBGR(info.colour)(still)
        return True

    def mask(self, kind: Mask) -> Mask:
        """Return a mask by what was taken, kept as a file so that settings can name it.

        `kind` is what keys now. A mask of people stays one, and knows the room from now on, where
        its frames allow that.

        Raises
        ------
        FastvbgError
            The frames did not go together, or the file cannot be written.
        """
        if self._error is not None:
            raise self._error
        folder = plates_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SinkError(f"cannot make the folder {folder}: {error.strerror}") from None
        path = folder / f"{time.strftime('%Y-%m-%d-%H%M%S')}.png"
        write_still(path, self._plate, overwrite=True)
        height, width = self._plate.shape[:2]
        if isinstance(kind, Person) and kind.knows((width, height)):
            return replace(kind, plate=path)
        return replace(kind if isinstance(kind, Plate) else Plate(), plate=path)


def plates_folder() -> Path:
    """Return where plates are kept: the user's own data."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "fastvbg" / "plates"
