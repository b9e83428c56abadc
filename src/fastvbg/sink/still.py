"""One picture as a file, which stands under its name only when it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.media.image import write_image
from fastvbg.sink.staging import Staged

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg._types import Frame
    from fastvbg.urls import Url


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
