"""The main job with nothing to prepare: a generated scene through the same path as any video."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.errors import SinkError
from fastvbg.masks.motion import Motion
from fastvbg.masks.plate import Plate
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.pipeline.job import Result
from fastvbg.pipeline.preview import preview_rows
from fastvbg.pipeline.process import process
from fastvbg.pipeline.sheet import contact_sheet
from fastvbg.scenes.speaker import Scene, draw_backdrop
from fastvbg.settings import Settings
from fastvbg.sink import open_sink
from fastvbg.sink.still import write_still

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastvbg.pipeline.sheet import Labelled


@dataclass(frozen=True)
class Demo:
    """Where the demo's files are."""

    source: Path
    room: Path
    """The empty scene, which the mask is taken against."""
    background: Path
    sheet: Path
    result: Result


def run_demo(folder: Path, *, progress: Callable[[int, int | None], None] | None = None) -> Demo:
    """Draw the scene, composite it by a plate, and lay out a contact sheet of two masks.

    The plate keyer is the best that needs nothing downloaded; the tutorial's mask stands beside it.

    Parameters
    ----------
    folder : Path
        Where the files go; it is made if need be, and files of an earlier demo are replaced.
    progress : callable, optional
        As in `process`.

    Returns
    -------
    Demo
        The paths, and the result of the run.

    Raises
    ------
    SinkError
        The folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"output: cannot make the folder {folder}: {error.strerror}") from None
    scene = Scene()
    source, room, background = (
        folder / name for name in ("source.mp4", "room.png", "background.png")
    )
    _write_scene(scene, source)
    write_still(room, scene.draw_behind(np.random.default_rng(scene.seed)), overwrite=True)
    write_still(background, draw_backdrop(scene.width, scene.height), overwrite=True)
    settings = Settings(background=background, mask=Plate(plate=room))
    result = process(source, folder / "composited.mp4", settings, overwrite=True, progress=progress)
    sheet = folder / "contact_sheet.png"
    write_still(sheet, contact_sheet(_compared(source, settings)), overwrite=True)
    return Demo(source, room, background, sheet, result)


def _compared(source: Path, settings: Settings) -> list[list[Labelled]]:
    """Return rows of the source, what the tutorial's mask makes of it, and what the plate does."""
    columns = []
    for name, mask in (("tutorial's mask", Motion()), ("plate", settings.kind)):
        rows = preview_rows(source, settings.replace(mask=mask))
        columns.append(
            [
                (frame, matte._replace(label=name), result._replace(label=f"{name}: result"))
                for frame, matte, result in rows
            ]
        )
    return [
        [frame, matte, result, other_matte, other_result]
        for (frame, matte, result), (_, other_matte, other_result) in zip(*columns, strict=True)
    ]


def _write_scene(scene: Scene, path: Path) -> None:
    info = StreamInfo(
        width=scene.width,
        height=scene.height,
        rate=Fraction(scene.rate),
        time_base=Fraction(1, scene.rate),
        frames=scene.frames,
        colour=ColourTags(),
    )
    with open_sink(path, info, overwrite=True) as sink:
        for index, item in enumerate(scene):
            sink.write(item.frame, index, index + 1)
