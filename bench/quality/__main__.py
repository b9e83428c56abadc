"""`python -m bench.quality --clips DIR`: keyers, peers and the tutorial, scored and timed."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.quality import composites
from bench.quality.contenders import CONTENDERS
from bench.quality.people import PAIRS
from bench.quality.report import draw_sheet, print_record
from bench.quality.run import clips_for, run
from bench.quality.scenelist import SCENES
from fastvbg.cli.progress import Status
from fastvbg.errors import FastvbgError
from fastvbg.measure.bench import write_record

if TYPE_CHECKING:
    from bench.quality.run import Pictures
    from bench.quality.scenes import Clip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument(
        "--clips", metavar="DIR", type=Path, help="real clips; without, the generated scene alone"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write what was found to a file")
    parser.add_argument(
        "--pictures", metavar="DIR", type=Path, help="draw a contact sheet of each scene"
    )
    names = [*SCENES, composites.NAME]
    parser.add_argument("--scene", metavar="NAME", nargs="+", choices=names, default=names)
    parser.add_argument(
        "--keyer", metavar="NAME", nargs="+", choices=CONTENDERS, default=[*CONTENDERS]
    )
    parser.add_argument("--no-times", action="store_true", help="score only")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the bench as the command line asks for."""
    given = _parser().parse_args(arguments)
    needs = {name: spec.needs for name, spec in SCENES.items()} | {composites.NAME: PAIRS}
    missing = [
        name
        for name in given.scene
        if needs[name] and (given.clips is None or not (given.clips / needs[name]).exists())
    ]
    scenes = [name for name in given.scene if name in SCENES]
    if missing:
        where = "no --clips given" if given.clips is None else f"not in {given.clips}"
        sys.stderr.write(f"quality: left out for want of clips ({where}): {', '.join(missing)}\n")

    def draw(clip: Clip, pictures: Pictures) -> None:
        draw_sheet(clip, pictures, given.pictures)

    try:
        if given.pictures is not None:
            given.pictures.mkdir(parents=True, exist_ok=True)
        with Status() as status:
            record = run(
                partial(clips_for, scenes, given.clips),
                {name: CONTENDERS[name] for name in given.keyer},
                timed=not given.no_times,
                tell=status,
                draw=draw if given.pictures is not None else None,
            )
            if composites.NAME in {*given.scene} - {*missing}:
                with TemporaryDirectory() as folder:
                    composites.add_composites(record, given.clips, Path(folder), status)
        if given.json is not None:
            write_record(asdict(record), given.json)
    except (FastvbgError, OSError) as error:
        sys.stderr.write(f"quality: {error}\n")
        return 2
    print_record(record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
