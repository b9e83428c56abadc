"""`python -m bench.quality --clips DIR`: keyers, peers and the tutorial, scored and timed."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.quality.contenders import CONTENDERS
from bench.quality.report import draw_sheet, print_record
from bench.quality.run import clips_for, run
from bench.quality.scenes import SCENES
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
    parser.add_argument("--scene", metavar="NAME", nargs="+", choices=SCENES, default=[*SCENES])
    parser.add_argument(
        "--keyer", metavar="NAME", nargs="+", choices=CONTENDERS, default=[*CONTENDERS]
    )
    parser.add_argument("--no-times", action="store_true", help="score only")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the bench as the command line asks for."""
    given = _parser().parse_args(arguments)
    missing = [
        name
        for name in given.scene
        if SCENES[name].needs
        and (given.clips is None or not (given.clips / SCENES[name].needs).exists())
    ]
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
                partial(clips_for, given.scene, given.clips),
                {name: CONTENDERS[name] for name in given.keyer},
                timed=not given.no_times,
                tell=status,
                draw=draw if given.pictures is not None else None,
            )
        if given.json is not None:
            write_record(asdict(record), given.json)
    except (FastvbgError, OSError) as error:
        sys.stderr.write(f"quality: {error}\n")
        return 2
    print_record(record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
