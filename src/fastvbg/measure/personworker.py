"""A program of the person bench in a process of its own, which does a frame when it is told to."""

from __future__ import annotations

import multiprocessing
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.errors import FastvbgError
from fastvbg.measure.fullhd import FullHD, draw_picture
from fastvbg.measure.personlanes import open_lanes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from fastvbg._types import Matte
    from fastvbg.measure.fullhd import Stored

_APART = 4
"""Mattes are sent without most of their rows and columns: what is left tells as much."""
_SECONDS_TO_END = 10

# A new interpreter, not a copy of this one with its threads.
start_process: Any = multiprocessing.get_context("spawn").Process


class Remote:
    """A contender in another process; `personlanes.Lane` has what it does.

    Parameters
    ----------
    pipe : Connection
        To the process.
    place : int
        Which of the contenders there.
    name, runtime : str
        Its own.
    """

    def __init__(self, pipe: Connection, place: int, name: str, runtime: str) -> None:
        self._pipe, self._place = pipe, place
        self.name, self.runtime = name, runtime

    def _ask(self, what: str, *arguments: int) -> Any:
        with suppress(BrokenPipeError):  # what it said before its end is still to be read
            self._pipe.send((self._place, what, arguments))
        return _answer(self._pipe)

    def begin(self) -> None:
        """Begin the video anew."""
        self._ask("begin")

    def work(self, place: int) -> tuple[float, float, float]:
        """Do a frame; return milliseconds of the thread's CPU, of the clock, of all threads."""
        milliseconds: tuple[float, float, float] = self._ask("work", place)
        return milliseconds

    def matte(self, place: int) -> Matte:
        """Return a frame's matte, a fourth of its rows and columns."""
        matte: Matte = self._ask("matte", place)
        return matte

    def looks(self) -> int:
        """Return how often the network has run."""
        return int(self._ask("looks"))


def _answer(pipe: Connection) -> Any:
    try:
        good, value = pipe.recv()
    except (EOFError, OSError):
        raise ProgramEndedError("bench: one of its programs ended before its time") from None
    if not good:
        raise value
    return value


class ProgramEndedError(FastvbgError, RuntimeError):
    """A contender's process ended by itself."""


@contextmanager
def opened(program: str, stored: Stored, runtime: str, every: int) -> Iterator[list[Remote]]:
    """Start a program and yield its contenders; it ends with the context.

    Parameters
    ----------
    stored : Stored
        The frames.
    program, runtime, every : str, str, int
        As for `open_lanes`, whose errors it raises.
    """
    here, there = multiprocessing.Pipe()
    arguments = (there, program, stored, runtime, every)
    process = start_process(target=serve, args=arguments, daemon=True)
    process.start()
    if isinstance(process, multiprocessing.process.BaseProcess):
        there.close()  # it has its own: the end of either side is the other's
    try:
        yield [Remote(here, place, *names) for place, names in enumerate(_answer(here))]
    finally:
        here.close()
        process.join(_SECONDS_TO_END)


def serve(pipe: Connection, program: str, stored: Stored, runtime: str, every: int) -> None:
    """Open the contenders of a program and do what is asked, until nobody asks any more."""
    with suppress(
        ValueError
    ):  # only a process of its own may; the one that asks is stopped, not it
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    with pipe, suppress(EOFError, OSError):
        try:
            frames = FullHD(stored)
            bg = draw_picture(frames.width, frames.height)
            lanes = open_lanes(program, frames, bg, runtime, every)
            pipe.send((True, [(lane.name, lane.runtime) for lane in lanes]))
            while True:
                place, what, arguments = pipe.recv()
                pipe.send((True, _done(lanes[place], what, frames, *arguments)))
        except FastvbgError as error:
            pipe.send((False, error))


def _done(lane: Any, what: str, frames: FullHD, *places: int) -> Any:
    if what == "looks":
        return lane.looks
    if what == "begin":
        return lane.begin()
    shown = frames.shown(places[0])
    if what == "work":
        return lane.timed(shown)
    return np.ascontiguousarray(lane.matte(shown)[::_APART, ::_APART])
