"""Values that no option is meant for, and how a call that gets one is judged."""

from __future__ import annotations

import datetime
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.errors import FastvbgError
from tests.support.media import make_clip, moving_frames
from tests.support.onnxfile import one_by_one

SECONDS = 900  # kernels may have to be compiled, and LLVM bears no interruption well


class TooLongError(BaseException):
    """What no code that catches errors catches."""


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("not to be shown")


class Anything:
    """A class that can be called with whatever there is."""

    def __init__(self, *_: object, **__: object) -> None:
        pass


class InBytes(os.PathLike):
    def __fspath__(self) -> bytes:
        return b"/nonexistent/x"


def _read_only(*shape: int) -> np.ndarray:
    array = np.zeros(shape, np.uint8)
    array.flags.writeable = False
    return array


# Made anew for each call: some are used up, and some might be written to.
VALUES: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "''": lambda: "",
    "a blank": lambda: " ",
    "text": lambda: "nonsense",
    "text of two lines": lambda: "two\nlines",
    "a zero byte": lambda: "a\0b",
    "a lone surrogate": lambda: "\udcff",
    "a long text": lambda: "x" * 5000,
    "commas": lambda: ",,",
    "a number as text": lambda: "7",
    "a huge exponent": lambda: "1e999999999",
    **{
        repr(text): lambda text=text: text
        for text in (
            *("1e300:0", "nan:1", "0:0", ":", "blur:nan", "blur:1e999", "blur:", "first:0"),
            *("first:1e9", "chroma:", "chroma:#12", "matte:", "model:", "#zzzzzz", "0/0", "1/0"),
            *("1:2:3:4", "-1", "1:-1", "0x0", "-1x-1", "99999x99999", "1x1", "5%,nan 1,2 3,4"),
            *("1,1 1,1 1,1", "despeckle=", "despeckle=nan", "despeckle=4", "feather=1e300"),
            *("fill=1e400", "specks=-1", "hold=0:0", "guided=1:1:1:1", "none,none", "%d", "%s"),
            *(
                "100%",
                "-",
                "--",
                "~",
                "auto",
                "transparent",
                "file:x",
                "http://",
                "a://b",
                "\u202e",
            ),
        )
    },
    "numpy text": lambda: np.str_("nonsense"),
    "bytes": lambda: b"",
    "a bytearray": lambda: bytearray(b"1"),
    "-1": lambda: -1,
    "0": lambda: 0,
    "1": lambda: 1,
    "7": lambda: 7,
    "2**63": lambda: 2**63,
    "-(2**63)": lambda: -(2**63),
    "10**400": lambda: 10**400,
    "10**5000": lambda: 10**5000,
    "1.5": lambda: 1.5,
    "-0.5": lambda: -0.5,
    "1e300": lambda: 1e300,
    "5e-324": lambda: 5e-324,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "-inf": lambda: float("-inf"),
    "True": lambda: True,
    "complex": lambda: 1 + 2j,
    "Fraction(0)": lambda: Fraction(0),
    "a long Fraction": lambda: Fraction(1, 10**30),
    "Decimal NaN": lambda: Decimal("NaN"),
    "signalling NaN": lambda: Decimal("sNaN"),
    "a huge Decimal": lambda: Decimal("1e999999"),
    "a tiny Decimal": lambda: Decimal("1e-999999"),
    "numpy nan": lambda: np.float64("nan"),
    "numpy float16": lambda: np.float16(0.5),
    "numpy longdouble": lambda: np.longdouble(2),
    "numpy int8": lambda: np.int8(-1),
    "numpy uint64": lambda: np.uint64(2**64 - 1),
    "numpy bool": lambda: np.bool_(True),
    "numpy complex": lambda: np.complex128(1 + 2j),
    "datetime64": lambda: np.datetime64("2020-05-17"),
    "timedelta64": lambda: np.timedelta64(1, "s"),
    "timedelta": lambda: datetime.timedelta(seconds=1),
    "[]": list,
    "()": lambda: (),
    "(None,)": lambda: (None,),
    "two texts": lambda: ("a", "b"),
    "three Nones": lambda: (None, None, None),
    "nested lists": lambda: [[[0, 0, 0]]],
    "ragged lists": lambda: [[1], [2, 3]],
    "{}": dict,
    "a dict of None": lambda: {None: None},
    "a dict of lists": lambda: {"a": []},
    "a set": lambda: {1, 2},
    "a range": lambda: range(3),
    "an iterator": lambda: iter([1]),
    "an object": object,
    "an object that does not print": Unprintable,
    "a class": lambda: Anything,
    "a function": lambda: lambda *_, **__: None,
    "a path": lambda: Path("/nonexistent/x"),
    "a folder": lambda: Path("/"),
    "no path": Path,
    "a long path": lambda: Path("/" + "x" * 300),
    "a path in bytes": InBytes,
    "an array of none": lambda: np.zeros(0, np.uint8),
    "an array of one": lambda: np.array([1]),
    "an array of no dimension": lambda: np.array(1),
    "an object array": lambda: np.array([None, {}], object),
    "a text array": lambda: np.array(["a"]),
    "a date array": lambda: np.zeros((4, 6, 3), "datetime64[s]"),
    "a structured array": lambda: np.zeros((4, 6), [("a", np.uint8)]),
    "uint8 (4, 6)": lambda: np.zeros((4, 6), np.uint8),
    "uint8 (4, 6, 3)": lambda: np.zeros((4, 6, 3), np.uint8),
    "uint8 (4, 6, 4)": lambda: np.zeros((4, 6, 4), np.uint8),
    "uint8 (0, 6)": lambda: np.zeros((0, 6), np.uint8),
    "uint8 (4, 0, 3)": lambda: np.zeros((4, 0, 3), np.uint8),
    "uint8 (0, 0)": lambda: np.zeros((0, 0), np.uint8),
    "uint8 (0, 0, 3)": lambda: np.zeros((0, 0, 3), np.uint8),
    "uint8 (1, 1)": lambda: np.ones((1, 1), np.uint8),
    "uint8 (1, 1, 3)": lambda: np.ones((1, 1, 3), np.uint8),
    "uint8 (3, 7)": lambda: np.zeros((3, 7), np.uint8),
    "uint8 (3, 7, 3)": lambda: np.zeros((3, 7, 3), np.uint8),
    "uint8 (1, 4, 6, 3)": lambda: np.zeros((1, 4, 6, 3), np.uint8),
    "read-only (4, 6)": lambda: _read_only(4, 6),
    "read-only (4, 6, 3)": lambda: _read_only(4, 6, 3),
    "broadcast (4, 6)": lambda: np.broadcast_to(np.uint8(9), (4, 6)),
    "broadcast (4, 6, 3)": lambda: np.broadcast_to(np.uint8(9), (4, 6, 3)),
    "bool (4, 6)": lambda: np.zeros((4, 6), bool),
    "int8 (4, 6, 3)": lambda: np.zeros((4, 6, 3), np.int8),
    "uint16 (4, 6)": lambda: np.zeros((4, 6), np.uint16),
    "big-endian (4, 6)": lambda: np.zeros((4, 6), ">u2"),
    "int64 (4, 6, 3)": lambda: np.zeros((4, 6, 3), np.int64),
    "float16 (4, 6)": lambda: np.zeros((4, 6), np.float16),
    "float32 of NaN (4, 6)": lambda: np.full((4, 6), np.nan, np.float32),
    "float32 of inf (4, 6)": lambda: np.full((4, 6), -np.inf, np.float32),
    "float32 (4, 6, 3)": lambda: np.zeros((4, 6, 3), np.float32),
    "float64 of inf (4, 6)": lambda: np.full((4, 6), np.inf),
    "float64 (4, 6, 3)": lambda: np.zeros((4, 6, 3)),
    "complex (4, 6)": lambda: np.zeros((4, 6), complex),
    "masked (4, 6)": lambda: np.ma.zeros((4, 6), np.uint8),
    "masked (4, 6, 3)": lambda: np.ma.zeros((4, 6, 3), np.uint8),
    "matrix (4, 6)": lambda: np.zeros((4, 6), np.uint8).view(np.matrix),
    "planes": lambda: tuple(np.zeros((4, 6), np.uint8) for _ in range(3)),
    "planes of two sizes": lambda: tuple(np.zeros((4, 6 - k), np.uint8) for k in range(3)),
    "empty planes": lambda: tuple(np.zeros((0, 0), np.uint8) for _ in range(3)),
    "two planes": lambda: (np.zeros((4, 6), np.uint8), np.zeros((2, 3, 2), np.uint8)),
    "frames": lambda: [np.zeros((4, 6, 3), np.uint8), np.zeros((3, 7, 3), np.uint8)],
    "timed": lambda: [(np.zeros((4, 6), np.uint8), None), (None, "x")],
    "timed by nonsense": lambda: [(np.zeros((4, 6), np.uint8), t) for t in ("x", None, 2)],
}


class Ending(NamedTuple):
    """How a call ended."""

    done: bool
    """Whether it did what it was asked for."""
    wrong: str | None = None
    """What is wrong with how it ended otherwise; None after an error of ours."""


def ending(call: Callable[[], object]) -> Ending:
    """Call, and return how that ended."""
    try:
        call()
    except FastvbgError as error:
        return Ending(done=False, wrong="several lines" if "\n" in str(error) else None)
    except (Exception, TooLongError) as error:
        return Ending(done=False, wrong=f"{type(error).__name__}: {error}")
    return Ending(done=True)


def judged(call: Callable[[], object], folder: Path, before: set[str]) -> str | None:
    """Return what is wrong with how a call ended, or with what it left in a folder.

    What it wrote is removed. After an error nothing may be there that was not there before, else no
    half of a file; and nothing may be gone.
    """
    end = ending(call)
    after = files_in(folder)
    new, gone = after - before, before - after
    for name in new:
        (folder / name).unlink()
    left = sorted(name for name in new if not end.done or ".partial" in name)
    if gone:
        return f"removed: {sorted(gone)}"
    return end.wrong or (f"left behind: {left}" if left else None)


@contextmanager
def strict() -> Iterator[None]:
    """Let warnings be errors, and let nothing hang, as far as the system can tell."""
    with warnings.catch_warnings(), _no_longer_than(SECONDS):
        warnings.simplefilter("error")
        # As pyproject.toml does: an old matplotlib on a new pyparsing, whose names it takes for
        # patterns of fonts when it is first imported.
        warnings.filterwarnings("ignore", r"'\w+' (argument is )?deprecated", DeprecationWarning)
        yield


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise TooLongError(f"no end after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def files_in(folder: str | Path, below: str = "") -> set[str]:
    """The names of all files below a folder, hidden ones too; it is asked very often."""
    found = set()
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                found |= files_in(entry.path, f"{below}{entry.name}/")
            else:
                found.add(f"{below}{entry.name}")
    return found


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a clip, a sequence, a model, and an empty folder for outputs."""
    folder = tmp_path_factory.mktemp("sweep")
    make_clip(folder / "clip.mp4", count=3, width=16, height=16)
    for number, picture in enumerate(moving_frames(3, 16, 16)):
        cv2.imwrite(str(folder / f"in{number}.png"), picture[..., 1])
    (folder / "model.onnx").write_bytes(one_by_one([[0.0, 4.0, 0.0]]))
    (folder / "settings.toml").write_text("version = 1\n")
    (folder / "out").mkdir()
    plan = fastvbg.plan(folder / "clip.mp4", folder / "out" / "s.mp4", background="navy")
    plan.save(folder / "job.json")
    (folder / "models").mkdir()
    return folder


@pytest.fixture
def in_material(material: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, as the current folder; nothing is downloaded."""
    monkeypatch.chdir(material)
    monkeypatch.setenv("FASTVBG_MODELS", str(material / "models"))
    monkeypatch.setattr("fastvbg.models.fetch.find_spec", lambda _: None)
    # A live session ends once its source has been read; a clip at its own pace takes its time.
    monkeypatch.setattr("fastvbg.live_mode.sources.reader._POLL", 0.001)
    return material
