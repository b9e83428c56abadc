"""Every option of every command with texts that it is not meant for: one line each, exit code 2.

Commands and options are enumerated, so that a new one is swept by itself; it needs a sample of how
it is called in `COMMANDS`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import typer

from fastvbg.cli import run_command_line
from fastvbg.cli.app import app
from fastvbg.farm.workers.pool import Pool
from fastvbg.masks.registry import own
from fastvbg.measure.bench import Figures, Row
from fastvbg.measure.files import FileCost
from fastvbg.measure.live import LiveRow
from fastvbg.measure.timing import Timing
from fastvbg.scenes.speaker import Scene
from fastvbg.settings import Settings
from tests.property.test_sweep_masks import NEEDED
from tests.support.inline import Inline
from tests.support.nasty import files_in, in_material, material, strict

__all__ = ["in_material", "material"]

# No zero byte: the system lets none into an argument.
TEXTS = (
    *("", " ", "nonsense", "two\nlines", "\udcff", "x" * 5000, "/", "/none/x", "/none/x.png"),
    *("/dev/null", "-", "--", "-1", "0", "1", "1.5", "nan", "inf", "-inf", "1e400", "1e999999999"),
    *("9223372036854775808", "9" * 400, "0/0", "1:2:3:4", "0x0", ":", ",", "=", "a=", "=b", "a=b"),
    *("None", "True", "#12", "blur:nan", "chroma:x", "matte:/none", "model:", "first:0", "auto"),
    *("%d.png", "out/o%d.png", "out/new.mp4", "out/new.json", "out/new.npz", "1,1 1,1 1,1"),
)
FAST = ("--preset", "ultrafast", "--threads", "1")
VIDEO = ("-b", "navy", "-o", "out/o.mp4")
LOOK = ("-b", "navy", "--mask", "motion", "--preset", "ultrafast")
# How each command is called when nothing is wrong.
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "clip.mp4", *VIDEO, *FAST),
    "batch": ("batch", "clip.mp4", "-q", *VIDEO, *FAST),
    "plan": ("plan", "clip.mp4", *VIDEO, *FAST, "--mask", "motion", "--plan", "out/plan.json"),
    "segment": ("segment", "job.json", "0"),
    "merge": ("merge", "job.json"),
    "matte": ("matte", "clip.mp4", "-o", "out/m.mkv", "--threads", "1"),
    "preview": ("preview", "clip.mp4", "-b", "navy", "-o", "out/sheet.png"),
    "live": ("live", "clip.mp4", "--to", "out/l.mkv", "--overwrite", "--seconds", "0", "-q", *LOOK),
    "demo": ("demo", "out/demo"),
    "doctor": ("doctor",),
    "warmup": ("warmup",),
    "info": ("info",),
    "bench": ("bench", "--quick"),
    "bench files": ("bench", "files", "clip.mp4", "--max-frames", "3"),
    "bench person": ("bench", "person", "clip.mp4"),
    "bench live": ("bench", "live", "clip.mp4"),
    "models fetch": ("models", "fetch"),
    "models list": ("models", "list"),
    "models path": ("models", "path"),
}
SHARING = ("matte", "preview", "live", "bench files", "plan", "batch")
LONG = *SHARING, "bench live", "demo"
# Those that end with exit code 2 here: without the person models, which nothing may download; and
# without segments.
REFUSED = ("bench person", "models fetch", "merge")
# In no time a call records nothing, which is said with exit code 3.
EXITS = {"live": 3, **dict.fromkeys(REFUSED, 2)}
FIGURES = Figures(
    {"cpu": "", "vector features": [""], "date": ""},
    [Row("blend", "tiny", 4, 4, "fastvbg", 1, 99, Timing(1.0, 0.1, 3))],
)
LIVE = LiveRow(
    "fastvbg", "motion", "720p", 30, 1.0, 2.0, 3.0, 4.0, 0.0, 5, (6.0, 7.0), (1.0, 1.0), 9.0
)
LINE = re.compile(r"fastvbg: warning: |\d+( of \d+)? frames|fastvbg: \S+: nothing was recorded$")
IMAGES = ("in%d.png", *VIDEO, *FAST)


def commands(group: Any = None, path: str = "") -> Iterator[tuple[str, Any]]:
    group = typer.main.get_command(app) if group is None else group
    for name, command in group.commands.items():
        below = getattr(command, "commands", None)
        if below is None or command.invoke_without_command:
            yield f"{path}{name}", command
        if below is not None:
            yield from commands(command, f"{path}{name} ")


FOUND = dict(commands())


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that takes long: parsing and checking are what is swept."""
    command = typer.main.get_command(app)
    monkeypatch.setattr("typer.main.get_command", lambda _: command)
    monkeypatch.setattr("fastvbg.measure.doctor.examine", list)
    monkeypatch.setattr("fastvbg.farm.workers.engines.Workers", lambda *_: Pool(Inline()))
    monkeypatch.setattr("fastvbg.farm.workers.cluster._GONE", 0.1)  # no scheduler is waited for
    monkeypatch.setattr("fastvbg.preparing._Team.work", lambda *_: None)
    monkeypatch.setattr("fastvbg.preparing._cache.keeps", lambda _: True)
    monkeypatch.setattr("fastvbg.pipeline.demo.Scene", lambda: Scene(32, 24, 3))
    monkeypatch.setattr("fastvbg.measure.bench.run_bench", lambda **_: FIGURES)
    monkeypatch.setattr("fastvbg.cli.benchtable.print_table", lambda *_: None)
    monkeypatch.setattr(
        "fastvbg.measure.files._measure", lambda name, *_: FileCost(name, 3, 1.0, 1.0, 1.0)
    )
    monkeypatch.setattr("fastvbg.measure.files.write_clip", lambda *_, **__: None)
    monkeypatch.setattr("fastvbg.measure.live._measured", lambda *_: LIVE)
    monkeypatch.setattr("fastvbg.measure.live.draw_jpegs", lambda *_, **__: [b"jpeg"])
    picture = np.zeros((4, 4, 3), np.uint8)
    monkeypatch.setattr("fastvbg.measure.filesetup.draw_picture", lambda *_: picture)


@pytest.fixture
def nothing_to_read() -> Iterator[None]:
    """Standard input is at its end."""
    kept, null = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    yield
    os.dup2(kept, 0)
    for descriptor in (kept, null):
        os.close(descriptor)


def kind_of(option: str) -> tuple[str, ...]:
    """The mask whose option it is, with what that cannot do without, as arguments."""
    for kind, described in own().items():
        if option in described.options():
            needed = NEEDED.get("stereo" if option in {"focal", "baseline"} else kind, {})
            given: list[str] = ["--mask", kind]
            for name, value in needed.items():
                text = "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
                given += [f"--{name.replace('_', '-')}", text]
            return tuple(given)
    return ()


def calls(command: str) -> Iterator[tuple[str, ...]]:
    sample = COMMANDS[command]
    for parameter in FOUND[command].params:
        if parameter.name in {"help", "install_completion", "show_completion"}:
            continue
        if parameter.param_type_name == "argument":
            place = len(command.split())
            for text in TEXTS:
                yield (*sample[:place], text, *sample[place + 1 :])
            continue
        option = max(parameter.opts, key=len)
        if parameter.is_flag:
            yield (*sample, f"{option}=nonsense")
            continue
        of_mask = kind_of(parameter.name) if command != "bench" else ()
        # Checks that they share with `run` others are given a fifth of the texts for, each another.
        shares = command in SHARING and (of_mask or parameter.name in Settings.options())
        for text in TEXTS[SHARING.index(command) :: 5] if shares else TEXTS:
            yield (*sample, *of_mask, option, text)
    if command == "run":  # what only an image sequence takes
        yield from (("run", *IMAGES, "--fps", text) for text in TEXTS)


def judged(arguments: tuple[str, ...], said: Callable[[], Any], folder, before) -> str | None:
    code = run_command_line(list(arguments))
    out, err = said()
    after = files_in(folder)
    new, gone = after - before, before - after
    for name in new:
        (folder / name).unlink()
    if gone:
        return f"removed {gone}"
    if code in {0, 3}:
        bad = [line for line in err.splitlines() if not LINE.match(line)]
        return f"said {bad}" if bad else None
    left = [name for name in new if not name.startswith("out/demo")]
    if code != 2 or err.count("\n") != 1 or not err.startswith("fastvbg: ") or out or left:
        return f"exit code {code}, left {left}, said {err!r}, {out[:80]!r}"
    return None


def test_every_command_has_a_sample() -> None:
    assert set(COMMANDS) == set(FOUND)


@pytest.mark.usefixtures("cheap", "nothing_to_read")
@pytest.mark.parametrize(
    "command", [pytest.param(name, marks=[pytest.mark.long] * (name in LONG)) for name in COMMANDS]
)
def test_one_line_for_whatever_is_wrong(command: str, in_material, capfd) -> None:
    assert run_command_line(list(COMMANDS[command])) == EXITS.get(command, 0)
    for name in files_in(in_material / "out"):
        (in_material / "out" / name).unlink()
    capfd.readouterr()
    wrong, before = [], files_in(in_material)
    with strict():
        for arguments in calls(command):
            found = judged(arguments, capfd.readouterr, in_material, before)
            if found is not None:
                wrong.append(f"{' '.join(arg[:60] for arg in arguments)}: {found}"[:600])
    assert not wrong, "\n".join(wrong)
