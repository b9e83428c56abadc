"""The adaptive keyer: learns the empty scene as the video runs, and shows what is not of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from fastvbg.checks import (
    check_fraction,
    check_frame,
    check_integer,
    check_planes,
)
from fastvbg.constants import ADAPTIVE, ADAPTIVE_SLOWEST
from fastvbg.errors import OptionError
from fastvbg.kernels._kernel import Module
from fastvbg.keyers._arrays import on_packed
from fastvbg.keyers._frames import Packer, packed_alike
from fastvbg.keyers._keyer import OnePassKeyer
from fastvbg.keyers.adaptive.memory import Memory
from fastvbg.keyers.adaptive.scene import load_scene
from fastvbg.layout import as_bgr, packed, written_packed
from fastvbg.outputs import plane_out, planes_out
from fastvbg.spelling import called_as
from fastvbg.values import check_path

if TYPE_CHECKING:
    import os

    from fastvbg._types import Frame, Matte, Planes
    from fastvbg.constants import AdaptiveSettings, Order
    from fastvbg.kernels._kernel import Kernel
    from fastvbg.keyers.adaptive.scene import Form, Scene

frames = Module("composite.frames")
adaptive = Module("keying.adaptive")

_LEVEL = 8  # parts of a gray level in which evidence counts


class AdaptiveKeyer(OnePassKeyer):
    """Masks of what does not belong to a scene that is learned on the way.

    Each sample has a running mean and a running deviation from it. A pixel is foreground where it
    and its neighbours lie farther from their means than three deviations, by more than the
    threshold; `reference.adaptive` has the formulas. Foreground does not teach the means, so
    a person who sits still is not absorbed. Where a pixel keeps coming and going, as leaves in wind
    and the edges that a shaking camera moves, its deviation grows until it is let be.

    The mask needs no despeckling, the vote of 5x5 pixels did that; filling its holes and dropping
    its specks makes it better.

    Parameters
    ----------
    threshold : int, default 10
        Gray levels, beyond three deviations and added over luma and twice both chroma planes, from
        which on a pixel is foreground; 1 to 31.
    learning_rate : float, default 1/16
        Share of its error by which a mean moves in a frame, above 0 and at most 1; rounded to a
        power of 2, from 1/4096.
    warm_up : int, default 32
        For so many frames from the first, everything teaches, also what moves through.
    absorb : int, default 0
        Every so many frames foreground teaches too, so that what stays for long (some 16 times as
        many frames) becomes background; 0 for never, 1 for always.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in every result.

    Raises
    ------
    OptionError, OptionTypeError
        An option is outside its range (also a `ValueError`), or of another type (a `TypeError`).

    Notes
    -----
    The first frame is the first guess of the scene, its mask is empty, and it fixes the size. If
    nearly all of the picture becomes another one during the warm-up, as where the first frames are
    black or a slate, that begins anew; and later where another one stands for 48 frames. BGR
    frames are keyed with their chroma halved both ways, as most decoders deliver it anyway; the
    matrix and range of planes do not matter. Most of the time of `composite_planes` is the
    keying's, so it gains a tenth at most over two steps. One object serves one video: call it from
    one thread at a time. Equal input gives equal output.

    Examples
    --------
    >>> import numpy as np
    >>> keyer = AdaptiveKeyer(warm_up=4)
    >>> scene = np.full((8, 8, 3), 100, np.uint8)
    >>> for _ in range(4):
    ...     mask = keyer.key(scene)
    >>> scene[:, 4:] = 200
    >>> keyer.key(scene)[0]
    array([  0,   0,   0, 255, 255, 255, 255, 255], dtype=uint8)
    """

    @called_as
    def __init__(
        self,
        *,
        threshold: int = ADAPTIVE.threshold // _LEVEL,
        learning_rate: float = 2.0**-ADAPTIVE.rate,
        warm_up: int = ADAPTIVE.warm_up,
        absorb: int = ADAPTIVE.absorb,
        order: Order = "bgr",
    ) -> None:
        super().__init__(order)
        self._packed = Packer()
        if check_fraction("learning_rate", learning_rate) < ADAPTIVE_SLOWEST:
            raise OptionError(
                f"learning_rate: got {learning_rate}, wanted at least {ADAPTIVE_SLOWEST} "
                "(to stop learning, call freeze())"
            )
        self._settings = ADAPTIVE._replace(
            threshold=_LEVEL * check_integer("threshold", threshold, 1, 31),
            rate=round(-math.log2(learning_rate)),
            warm_up=check_integer("warm_up", warm_up, 1, 1 << 30),
            absorb=check_integer("absorb", absorb, 0, 1 << 30),
        )
        self._memory = Memory()
        self._frozen = False

    @property
    def _scene(self) -> Scene | None:
        return self._memory.present

    @property
    def settings(self) -> AdaptiveSettings:
        """The options, in the units of the formulas."""
        return self._settings

    @property
    def frozen(self) -> bool:
        """Whether learning is stopped."""
        return self._frozen

    @property
    def memory(self) -> Memory:
        """The scenes that are known."""
        return self._memory

    @property
    def frames(self) -> int:
        """How many frames of the present scene were learned."""
        return 0 if self._scene is None else self._scene.frames

    def _key_frame(self, frame: Frame, out: Matte | None) -> Matte:
        out = plane_out(out, frame.shape, "frame", frame=frame)
        pixels = self._packed(frame)
        scene = self._scene_of_frame(pixels)
        with written_packed(out) as (rows,):
            self._run(scene, adaptive.key, pixels, rows)
        return out

    def _key_planes(self, planes: Planes, out: Matte | None) -> Matte:
        scene, shifts = self._scene_of_planes(planes)
        out = plane_out(out, planes[0].shape, "planes", Y=planes[0], U=planes[1], V=planes[2])
        rows = [packed(plane) for plane in planes]
        with written_packed(out) as (mask,):
            self._run(scene, adaptive.key_planes, *rows, mask, *shifts)
        return out

    def _composite(self, frame: Frame, background: Frame, out: Frame) -> None:
        if packed_alike(frame, background, out):
            pictures = [as_bgr(each, self._order) for each in (frame, background, out)]
            self._run(self._scene_of_frame(pictures[0]), adaptive.composite, *pictures)
        else:
            frames.blend.call(frame, self.key(frame), background, out, frame.shape[0])

    def _composite_planes(self, planes: Planes, background: Planes, out: Planes | None) -> Planes:
        out = planes_out(planes, background, out)
        scene, shifts = self._scene_of_planes(planes)

        def run(frame: Planes, bg: Planes, to: Planes) -> None:
            self._run(scene, adaptive.composite_planes, frame, bg, to, tuple(shifts))

        return on_packed(run, planes, background, out)

    def freeze(self) -> None:
        """Stop learning: masks go by what is known now. Before any frame, by the first one."""
        self._frozen = True

    def unfreeze(self) -> None:
        """Learn again."""
        self._frozen = False

    def reset(self) -> None:
        """Forget all scenes, and learn again: the next frame is the first."""
        self._memory = Memory()
        self._frozen = False

    def cut(self) -> None:
        """Learn again from the next frame on, as after a cut; the scene may come back.

        If the next frame shows one of the last scenes again, that one's model is gone on with.
        """
        self._memory.cut(self._settings)
        self._frozen = False

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what is known of the scene, and the options, to a file.

        Parameters
        ----------
        path : path
            Of the file, in NumPy's npz format; an existing one is replaced.

        Raises
        ------
        OptionError
            No frame was keyed yet (also a `ValueError`).
        SinkError
            The file cannot be written (also an `OSError`).
        """
        if self._scene is None:
            raise OptionError("save: nothing is known of the scene yet, key a frame first")
        self._scene.save(check_path("path", path), self._settings, self._frozen)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, order: Order = "bgr") -> AdaptiveKeyer:
        """Return a keyer that goes on where one was saved.

        Parameters
        ----------
        path : path
            Of a file that `save` wrote.
        order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
            The channels of the frames to come; it may be another one than before.

        Returns
        -------
        AdaptiveKeyer
            With the options of the one saved, frozen if that was.

        Raises
        ------
        SourceError
            The file cannot be read, or is none that `save` wrote (also an `OSError`).
        """
        keyer = cls(order=order)
        scene, keyer._settings, keyer._frozen = load_scene(check_path("path", path))
        keyer._memory = Memory(scene)
        return keyer

    def _scene_of_frame(self, frame: Frame) -> Scene:
        height, width, _ = check_frame("frame", frame)
        half = (height + 1) // 2, (width + 1) // 2
        return self._scene_for(("bgr", (height, width), half), frame)

    def _scene_of_planes(self, planes: Planes) -> tuple[Scene, list[int]]:
        luma, *shifts = check_planes("planes", planes)
        return self._scene_for(("planes", luma, planes[1].shape), planes), shifts

    def _scene_for(self, form: Form, first: Frame | Planes) -> Scene:
        return self._memory.scene_of(form, first, self._settings, learns=not self._frozen)

    def _run(self, scene: Scene, kernel: Kernel, *arguments: Any) -> None:
        scene.run(kernel, *arguments, settings=self._settings, learns=not self._frozen)
