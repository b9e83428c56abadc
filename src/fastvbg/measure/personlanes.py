"""Who takes part in the person bench: the keyer, from planes and from BGR, and the usual code."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.keyers.person.keyer import PersonKeyer
from fastvbg.measure.usual import MODELS, UsualCode
from fastvbg.models.fetch import ensure
from fastvbg.models.runtimes import open_model
from fastvbg.models.spec import read_spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import Frame, Matte
    from fastvbg.measure.fullhd import FullHD, Shown

PLANES, BGR = "planes", "bgr"
TITLES = {
    PLANES: "fastvbg, planes of 4:2:0",
    BGR: "fastvbg, BGR",
    "usual landscape": "usual code, landscape model",
    "usual square": "usual code, square model",
    "network landscape": "the landscape model alone",
    "network square": "the square model alone",
}
PROGRAMS = (PLANES, BGR, *MODELS)
"""Each is a process of its own, as it is at users'."""


class Lane:
    """One contender.

    Parameters
    ----------
    name : str
        One of `TITLES`.
    runtime : str
        What runs its network, and the version.
    """

    def __init__(self, name: str, runtime: str) -> None:
        self.name, self.runtime = name, runtime
        self.looks = 0
        """How often its network has run."""

    def begin(self) -> None:
        """Begin the video anew."""

    def work(self, shown: Shown) -> None:
        """Do a frame; this is what is timed."""
        raise NotImplementedError

    def matte(self, shown: Shown) -> Matte:
        """Return a frame's matte, (H, W) uint8."""
        raise NotImplementedError

    def timed(self, shown: Shown) -> tuple[float, float, float]:
        """Do a frame; return milliseconds of this thread's CPU, of the clock, of all threads."""
        process, wall, cpu = time.process_time(), time.perf_counter(), time.thread_time()
        self.work(shown)
        cpu = time.thread_time() - cpu
        wall, process = time.perf_counter() - wall, time.process_time() - process
        return cpu * 1e3, wall * 1e3, process * 1e3


class Ours(Lane):
    """A `PersonKeyer` on one form of the frames.

    Parameters
    ----------
    name : str
        One of `TITLES`.
    keyer : PersonKeyer
        Sees them in turn.
    work : callable
        Keys a frame and lays it over the background: `composite` or `composite_planes`.
    matte : callable
        Keys a frame.
    """

    def __init__(
        self,
        name: str,
        keyer: PersonKeyer,
        work: Callable[[Shown], object],
        matte: Callable[[Shown], Matte],
    ) -> None:
        super().__init__(name, keyer.runtime)
        self._keyer, self._work, self._matte = keyer, work, matte

    def begin(self) -> None:
        """Let the keyer forget the video."""
        self._keyer.reset()

    def work(self, shown: Shown) -> None:
        """Key and blend the frame."""
        self._work(shown)
        self.looks = self._keyer.looks

    def matte(self, shown: Shown) -> Matte:
        """Return the keyer's matte."""
        return self._matte(shown)


def on_planes(frames: FullHD, bg: Frame, runtime: str, every: int) -> Lane:
    """Return `PersonKeyer.composite_planes`: what a run does."""
    matrix, range = frames.space
    keyer = PersonKeyer(runtime=runtime, every=every, matrix=matrix, range=range)
    behind = frames.in_planes(bg)
    y, u, v = (np.empty_like(plane) for plane in behind)
    return Ours(
        PLANES,
        keyer,
        lambda shown: keyer.composite_planes(shown.planes, behind, out=(y, u, v)),
        lambda shown: keyer.key_planes(shown.planes),
    )


def on_bgr(bg: Frame, runtime: str, every: int) -> Lane:
    """Return `PersonKeyer.composite`."""
    keyer, out = PersonKeyer(runtime=runtime, every=every), np.empty_like(bg)
    return Ours(
        BGR,
        keyer,
        lambda shown: keyer.composite(shown.bgr, bg, out=out),
        lambda shown: keyer.key(shown.bgr),
    )


class Usual(Lane):
    """The usual code with one of the models."""

    def __init__(self, kind: str, code: UsualCode, bg: Frame) -> None:
        super().__init__(f"usual {kind}", code.runtime)
        self._code, self._bg = code, bg

    def work(self, shown: Shown) -> None:
        """Composite the frame."""
        self._code.composite(shown.bgr, self._bg)
        self.looks += 1

    def matte(self, shown: Shown) -> Matte:
        """Return the model's matte at the frame's size."""
        return np.asarray(self._code.matte(shown.bgr) * 255 + 0.5, np.uint8)


class Network(Lane):
    """A model alone, as the keyer runs it: what is left when all around it costs nothing."""

    def __init__(self, kind: str, runtime: str) -> None:
        self._net = open_model(read_spec(ensure(MODELS[kind])), runtime)
        super().__init__(f"network {kind}", self._net.name)

    def work(self, shown: Shown) -> None:  # noqa: ARG002
        """Run the model."""
        self._net()
        self.looks += 1


def open_lanes(program: str, frames: FullHD, bg: Frame, runtime: str, every: int) -> list[Lane]:
    """Return the contenders of one program.

    Parameters
    ----------
    program : str
        One of `PROGRAMS`.
    frames : FullHD
        What they work on.
    bg : ndarray, shape (H, W, 3), uint8
        The background.
    runtime, every : str, int
        As for `PersonKeyer`.

    Raises
    ------
    ModelError
        Its model does not run here.
    """
    if program == PLANES:
        return [on_planes(frames, bg, runtime, every)]
    if program == BGR:
        return [on_bgr(bg, runtime, every)]
    code = UsualCode(MODELS[program], runtime)
    return [Usual(program, code, bg), Network(program, runtime)]
