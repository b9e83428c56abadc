"""The main job with nothing to prepare: a generated scene through the same path as any video."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from fastvbg.errors import SinkError
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.pipeline.job import Result
from fastvbg.pipeline.preview import preview
from fastvbg.pipeline.process import process
from fastvbg.scene import Scene, draw_backdrop
from fastvbg.sink import open_sink
from fastvbg.sink.still import write_still

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Demo:
    """Where the demo's files are."""

    source: Path
    background: Path
    sheet: Path
    result: Result


def run_demo(folder: Path, *, progress: Callable[[int, int | None], None] | None = None) -> Demo:
    """Draw the scene, composite it, and lay out a contact sheet.

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
    source, background = folder / "source.mp4", folder / "background.png"
    _write_scene(scene, source)
    write_still(background, draw_backdrop(scene.width, scene.height), overwrite=True)
    result = process(
        source,
        folder / "composited.mp4",
        background=background,
        overwrite=True,
        progress=progress,
    )
    sheet = folder / "contact_sheet.png"
    write_still(sheet, preview(source, background=background), overwrite=True)
    return Demo(source, background, sheet, result)


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
