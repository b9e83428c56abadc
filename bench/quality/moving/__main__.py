"""`python -m bench.quality.moving --clips DIR`: what the room's memory is worth as things move.

Portraits are put before photographs and move there, while the camera moves or the light changes.
Without --camera and --light, every camera is taken in even light, and every light before a camera
that stands; else each of the cameras named in each of the lights named.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bench.quality.contenders import CONTENDERS
from bench.quality.moving.cameras import CAMERAS
from bench.quality.moving.lights import LIGHTS
from bench.quality.moving.material import Material
from bench.quality.moving.report import draw_sheet, over_time, print_record
from bench.quality.moving.run import FIRST_SCORED, run
from fastvbg.checks import check_integer
from fastvbg.cli.progress import Status
from fastvbg.errors import FastvbgError, ModelError
from fastvbg.measure.bench import check_record, write_record
from fastvbg.media.image import write_image

if TYPE_CHECKING:
    from bench.quality.moving.run import Pictures, Record, Scene

_PORTRAITS, _MOST_PORTRAITS = 12, 1000


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"moving: {message}\n")


def _parser() -> argparse.ArgumentParser:
    usage, _, rest = (__doc__ or "").partition("\n\n")
    parser = _Parser(prog="python -m bench.quality.moving", description=rest or usage)
    parser.add_argument(
        "--clips", metavar="DIR", type=Path, required=True, help="portraits and rooms"
    )
    parser.add_argument("--camera", metavar="NAME", nargs="+", choices=CAMERAS)
    parser.add_argument("--light", metavar="NAME", nargs="+", choices=LIGHTS)
    parser.add_argument(
        "--portraits", metavar="N", type=int, default=_PORTRAITS, help="how many takes of each"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write what was found to a file")
    parser.add_argument(
        "--pictures",
        metavar="DIR",
        type=Path,
        help="draw the error over time, and a contact sheet of each scene",
    )
    return parser


def scenes_for(cameras: list[str] | None, lights: list[str] | None) -> list[Scene]:
    """Return the cameras and lights that a command line asks for."""
    if cameras is None and lights is None:
        changing = [light for light in LIGHTS if light != "even"]
        return [*((camera, "even") for camera in CAMERAS), *(("still", each) for each in changing)]
    return [(camera, light) for camera in cameras or ["still"] for light in lights or ["even"]]


def _measured(given: argparse.Namespace) -> Record:
    count = check_integer("portraits", given.portraits, 1, _MOST_PORTRAITS)
    material = Material(given.clips)
    missing = CONTENDERS["person"].missing()
    if missing is not None:
        raise ModelError(missing)
    if given.json is not None:
        check_record("json", given.json)
    if given.pictures is not None:
        given.pictures.mkdir(parents=True, exist_ok=True)

    def draw(scene: Scene, pictures: Pictures) -> None:
        draw_sheet(scene, pictures, given.pictures)

    with Status() as status:
        return run(
            material.take,
            scenes_for(given.camera, given.light),
            count,
            tell=status,
            draw=draw if given.pictures is not None else None,
        )


def main(arguments: list[str] | None = None) -> int:
    """Run the bench as the command line asks for."""
    given = _parser().parse_args(arguments)
    try:
        record = _measured(given)
        content = asdict(record)
        if given.json is not None:
            write_record(content, given.json)
        if given.pictures is not None:
            plotted = over_time(content["moving"], FIRST_SCORED)
            write_image(given.pictures / "over_time.png", plotted)
    except (FastvbgError, OSError) as error:
        sys.stderr.write(f"moving: {error}\n")
        return 2
    print_record(record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
