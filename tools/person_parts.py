"""What each part of the person mask is worth, and costs: all of it, less one part at a time.

    python -m tools.person_parts score DIR --json scores.json
    python -m tools.person_parts time [CLIP] --json times.json
    python -m tools.person_parts write scores.json times.json

DIR is laid out as `python -m bench.quality --clips` wants it; what is not there is left out. `time`
wants a quiet machine for some two minutes: 1080p in planes from CLIP, or the generated scene. With
`--part NAME ...` either does those alone. `write` puts the table into docs/person.md.

A part goes by an option where there is one, else by a replacement of what does it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import cv2
import numpy as np
from bench.quality.composites import errors, exact
from bench.quality.people import PAIRS, folders
from bench.quality.scenelist import SCENES
from bench.quality.scenes import gray

from fastvbg import PersonKeyer, Refiner, estimate_foreground
from fastvbg.keyers.person import edging, following, further, looking, others, steadying
from fastvbg.keyers.person.corrected import Corrected
from fastvbg.keyers.person.edging import Edges
from fastvbg.keyers.person.following import Part as Follower
from fastvbg.keyers.person.further import Further
from fastvbg.keyers.person.haze import Haze
from fastvbg.keyers.person.looking import Looking
from fastvbg.keyers.person.networks import Networks
from fastvbg.keyers.person.steadying import Steady
from fastvbg.measure.fullhd import FullHD, draw_picture, store_full_hd
from fastvbg.measure.machine import cpu_name
from fastvbg.media.image import read_image
from fastvbg.media.planes import planes_of
from tools.readme_tables import replace_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.quality.scenes import Clip

    from fastvbg._types import Matte

    Row = dict[str, float]

PAGE = Path("docs/person.md")
BLOCK = "person parts"
ALL, COMPOSITES = "all of it", "composites"
COLUMNS = {
    "portraits": ("portraits: IoU, edge", ("IoU", "edge")),
    "photographs": ("photographs", ("IoU", "edge")),
    "runner": ("runner: IoU, dtSSD", ("IoU", "dtSSD")),
    "talk_plate": ("speaker", ("IoU", "dtSSD")),
    COMPOSITES: ("rooms, over a colour: levels, soft band", ("error", "band")),
}
"""By scene: the title of its column, and its measures."""
FRAMES, ROUNDS = 60, 5


@dataclass(frozen=True)
class Part:
    """A part of the keyer, and how to leave it out."""

    options: dict[str, Any] = field(default_factory=dict)
    """Of `PersonKeyer`."""
    replaced: tuple[tuple[Any, str, Any], ...] = ()
    """Owner, name and what stands there instead."""
    own: bool = True
    """Whether colours of foreground are estimated for a composite."""
    plate: bool = False
    """Whether a composite has the plate of its room."""
    refine: str = ""

    @property
    def of_composites(self) -> bool:
        """Whether it is nothing but what a composite is made by."""
        return not self.own or self.plate or bool(self.refine)


def _usual(_self: Any, _picture: Any, _guides: Any, usual: Matte, _part: Any) -> Matte:
    return usual


def _two_looks(self: Further, picture: Any, _guides: Any, usual: Matte, _part: Any) -> Matte:
    return self.second(picture, usual)


def _as_it_is(matte: Matte, *_rest: Any) -> Matte:
    return matte


def _none(*_rest: Any) -> list[Any]:
    return []


class _Undecided:
    """Stands for the kernel by which colour decides."""

    @staticmethod
    def call(matte: Any, _inside: Any, _near: Any, _guides: Any, _options: Any, out: Any,
             *_scratch: Any) -> None:  # fmt: skip
        np.copyto(out, matte)


class _Stretched:
    """Stands for the kernel that fits a matte to the frame: no slopes, the matte for bases."""

    @staticmethod
    def call(matte: Any, _guides: Any, _radius: Any, _contrasts: Any, planes: Any,
             *_scratch: Any) -> None:  # fmt: skip
        rows, cols = matte.shape
        planes[0, :rows, :cols] = 0
        planes[1, :rows, :cols] = matte.astype(np.int32) << 8


def _newest(self: Any, guide: Any, contrast: float, matte: Matte | None, *_: Any) -> Matte:
    """Stand for `Steady.add`: what the network says last."""
    if matte is not None:
        np.copyto(self._matte, matte)
    self._guide, self._contrast = guide, contrast
    return np.asarray(self._sure(), np.uint8)


_BELIEVE = Edges._believe


def _before_anything(self: Edges, matte: Matte, plain: Any) -> None:
    """Stand for `Edges._believe`: all backgrounds are as plain ones."""
    _BELIEVE(self, matte, None if plain is None else np.full_like(plain, 255))


PARTS: dict[str, Part] = {
    ALL: Part(),
    "the part about people is not followed": Part(
        replaced=((Follower, "follow", lambda *_, **__: None),)
    ),
    "square network alone": Part(
        replaced=(
            (Networks, "for_part", lambda self, _box: self.for_whole()),
            (Networks, "beside", lambda _self, _box: None),
        )
    ),
    "one look at a first frame": Part(replaced=((Further, "all_at_once", _usual),)),
    "two looks at it": Part(replaced=((Further, "all_at_once", _two_looks),)),
    "people not singly, nor along groups": Part(
        replaced=((further, "people_in", _none), (further, "along", _none))
    ),
    "no search in squares": Part(replaced=((further, "thirds", _none), (others, "squares", _none))),
    "who comes is not confirmed": Part(
        replaced=((Further, "confirmed", lambda _self, _picture, usual: usual),)
    ),
    "who comes may be a strip": Part(replaced=((following, "_NARROWEST", 0.0),)),
    "who was there is not looked for again": Part(
        replaced=((Looking, "_looked_again", lambda _self, _picture, raw: raw),)
    ),
    "who has left may be kept": Part(replaced=((looking, "_LARGE", np.inf),)),
    "what a look loses or finds of a sudden is believed": Part(
        replaced=((Further, "settled", lambda _self, _picture, usual, *_: usual),)
    ),
    "regions that looks deny stay": Part(replaced=((further, "without_unseen", _as_it_is),)),
    "gaps stay filled": Part(replaced=((further, "gaps_opened", _as_it_is),)),
    "what is unsure at first is not looked at from nearer": Part(
        replaced=((further, "squares", _none),)
    ),
    "what a first frame's looks corrected is not kept": Part(
        replaced=((Corrected, "of", lambda _self, usual, _guide: usual),)
    ),
    "no second look at what is unsure": Part(replaced=((looking, "is_unsure", lambda _: False),)),
    "no rests between looks": Part(replaced=((Looking, "may_rest", lambda *_: False),)),
    "`--every 4`": Part({"every": 4}),
    "not steadied over time": Part(replaced=((Steady, "add", _newest),)),
    "motion does not carry": Part(replaced=((steadying, "_SMALLEST_FLOW", 1 << 20),)),
    "haze away from people stays": Part(replaced=((Haze, "without", lambda _, m, **__: m),)),
    "faint regions stay": Part(replaced=((Steady, "_sure", lambda self: self._matte.copy()),)),
    "colour does not decide": Part(
        replaced=((edging, "discriminant", mock.Mock(separate=_Undecided)),)
    ),
    "colour adds before busy backgrounds, too": Part(replaced=((edging, "_WELL_SEEN", 4),)),
    "no fit to edges, stretched": Part(
        replaced=((edging, "colourfit", mock.Mock(fit=_Stretched)),)
    ),
    "texture of the background is not kept out": Part(
        replaced=((Edges, "_heed_texture", lambda *_: None),)
    ),
    "edges reach beyond the matte": Part(
        replaced=((edging, "_near", lambda matte, _plain: np.full_like(matte, 255)),)
    ),
    "`--room off`": Part({"room": "off"}),
    "`--quality fast`": Part({"quality": "fast"}),
    "with `--foreground frame`": Part(own=False),
    "with `--refine hysteresis=128:200`": Part(refine="hysteresis=128:200"),
    "with `--plate`, exact": Part(plate=True),
}
"""By what is told of the mask without it."""


@contextmanager
def without(name: str) -> Iterator[dict[str, Any]]:
    """Leave a part out for a while; yield the keyer's options."""
    with ExitStack() as stack:
        for owner, attribute, instead in PARTS[name].replaced:
            stack.enter_context(mock.patch.object(owner, attribute, instead))
        yield PARTS[name].options


def keyed(keyer: PersonKeyer, picture: Any) -> Matte:
    """Return the matte of a frame as it was decoded."""
    if isinstance(picture, np.ndarray):
        return keyer.key(picture)
    y, u, v = planes_of(picture)
    return keyer.key_planes((y, u, v))


def scored(clip: Clip, options: dict[str, Any]) -> Row:
    """Return what the mattes of a scene are worth, and the looks a frame."""
    score = clip.score()
    looks = place = 0
    for part in clip.parts or (clip,):
        keyer = PersonKeyer(**options)
        for picture in part.pictures("bgr" if clip.parts else "native"):
            matte = keyed(keyer, picture)
            if place in clip.truths:
                score.add(matte, clip.truths[place])
            place += 1
        looks += keyer.looks
    return {**score.result(), "looks": looks / place}


def composited(folder: Path, part: Part) -> Row:
    """Return the errors of portraits before rooms that are put over a colour."""
    found = []
    for pair in folders(folder):
        picture, alpha = read_image(pair / "composite.jpg", "picture"), gray(pair / "alpha.png")
        plate = read_image(pair / "plate_fixed.jpg", "plate") if part.plate else None
        matte = PersonKeyer(plate=plate, **part.options).key(picture)
        if part.refine:
            matte = Refiner(part.refine).apply(matte)
        colours = estimate_foreground(picture, matte) if part.own else picture
        wanted = exact(alpha, read_image(pair / "foreground.jpg", "foreground"))
        found.append(errors(exact(matte, colours), wanted, alpha))
    error, band = np.mean(found, 0).tolist()
    return {"error": error, "band": band}


def scores(folder: Path, names: list[str]) -> dict[str, dict[str, Row]]:
    """Return the scores of each part by scene."""
    found: dict[str, dict[str, Row]] = {name: {} for name in names}
    for scene in COLUMNS:
        needs = PAIRS if scene == COMPOSITES else SCENES[scene].needs
        if not (folder / needs).exists():
            continue
        if scene == COMPOSITES:
            for name in names:
                with without(name):
                    found[name][scene] = composited(folder, PARTS[name])
            continue
        with tempfile.TemporaryDirectory() as scratch:
            clip = SCENES[scene].make(scene, folder, Path(scratch))
            for name in (each for each in names if not PARTS[each].of_composites):
                with without(name) as options:
                    found[name][scene] = scored(clip, options)
                print(f"{scene}, {name}: {found[name][scene]}", file=sys.stderr)
    return found


def milliseconds(frames: FullHD, count: int, behind: Any, options: dict[str, Any]) -> list[float]:
    """Return the thread's CPU time of each frame laid over a background, in planes."""
    matrix, range_ = frames.space
    keyer = PersonKeyer(matrix=matrix, range=range_, **options)
    to_y, to_u, to_v = (np.empty_like(plane) for plane in behind)
    took = []
    for place in range(count):
        y, u, v = (np.array(plane) for plane in frames.shown(place).planes)
        start = time.thread_time()
        keyer.composite_planes((y, u, v), behind, out=(to_y, to_u, to_v))
        took.append(1e3 * (time.thread_time() - start))
    return took


def times(
    clip: Path | None, names: list[str], count: int = FRAMES, rounds: int = ROUNDS
) -> dict[str, Row]:
    """Return milliseconds of a first frame and of later ones, medians over rounds in turns."""
    cv2.setNumThreads(1)  # so that one thread's time is all of it
    names = [name for name in names if not PARTS[name].of_composites]
    found: dict[str, list[list[float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        stored = store_full_hd(clip, count, Path(folder, "frames"))
        frames = FullHD(stored)
        behind = frames.in_planes(draw_picture(stored.width, stored.height))
        milliseconds(frames, min(2, stored.frames), behind, {})  # loads models and kernels
        for _ in range(rounds):
            for name in names:
                with without(name) as options:
                    found[name].append(milliseconds(frames, stored.frames, behind, options))
        del frames
    return {
        name: {
            "first": statistics.median(each[0] for each in took),
            "later": statistics.median(statistics.fmean(each[1:] or each) for each in took),
        }
        for name, took in found.items()
    }


def table(worth: dict[str, dict[str, Row]], cost: dict[str, Row]) -> str:
    """Return a Markdown table, a row for each part."""
    shown = [scene for scene in COLUMNS if any(scene in row for row in worth.values())]
    titles = ["without", *(COLUMNS[scene][0] for scene in shown)]
    titles += ["looks a frame", "first frame, ms", "later, ms"]
    lines = ["| " + " | ".join(titles) + " |", "|---" * (1 + len(shown)) + "|---:" * 3 + "|"]
    for name in PARTS:
        rows, took = worth.get(name, {}), cost.get(name, {})
        if not rows and not took:
            continue
        cells = [f"**{name}**" if name == ALL else name]
        for scene in shown:
            values = [rows[scene][measure] for measure in COLUMNS[scene][1] if scene in rows]
            form = ".2f" if scene == COMPOSITES else ".4f"
            cells.append(", ".join(f"{value:{form}}" for value in values) or "-")
        cells.append(f"{rows['talk_plate']['looks']:.2f}" if "talk_plate" in rows else "-")
        cells += [f"{took['first']:.1f}", f"{took['later']:.2f}"] if took else ["-", "-"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def conditions(record: dict[str, Any]) -> str:
    """Return what the times were measured with."""
    return (
        "Milliseconds of CPU a frame of 1920x1080 in planes, the blend included, of "
        f"{record['clip']}, {record['frames']} frames, {record['rounds']} rounds in turns, "
        "medians; later: the mean after the first frame. Looks a frame: of the speaker. "
        f"{record['runtime']}, {record['cpu']}, {record['date']}; `python -m tools.person_parts`."
    )


def _record(asked: argparse.Namespace, names: list[str]) -> dict[str, Any]:
    facts = {"cpu": cpu_name(), "date": str(date.today()), "runtime": PersonKeyer().runtime}
    if asked.what == "score":
        return {**facts, "scores": scores(asked.folder, names)}
    facts["clip"] = "the generated scene" if asked.clip is None else asked.clip.name
    took = times(asked.clip, names, asked.frames, asked.rounds)
    return {**facts, "frames": asked.frames, "rounds": asked.rounds, "times": took}


def _write(files: list[Path]) -> None:
    worth: dict[str, dict[str, Row]] = {}
    cost: dict[str, Row] = {}
    told = ""
    for file in files:
        record = json.loads(file.read_text())
        for name, row in record.get("scores", {}).items():
            worth.setdefault(name, {}).update(row)
        cost.update(record.get("times", {}))
        told = conditions(record) if "times" in record else told
    text = "\n\n".join(each for each in (table(worth, cost), told) if each)
    PAGE.write_text(replace_block(PAGE.read_text(), BLOCK, text))


def main(arguments: list[str] | None = None) -> int:
    """Measure, or write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="what", required=True)
    score = commands.add_parser("score")
    score.add_argument("folder", type=Path)
    cost = commands.add_parser("time")
    cost.add_argument("clip", type=Path, nargs="?")
    cost.add_argument("--frames", type=int, default=FRAMES)
    cost.add_argument("--rounds", type=int, default=ROUNDS)
    for command in (score, cost):
        command.add_argument("--json", type=Path, required=True)
        command.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    commands.add_parser("write").add_argument("files", type=Path, nargs="+")
    asked = parser.parse_args(arguments)
    if asked.what == "write":
        _write(asked.files)
        return 0
    record = _record(asked, asked.part)
    asked.json.write_text(json.dumps(record, indent=1) + "\n")
    sys.stdout.write(table(record.get("scores", {}), record.get("times", {})) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
