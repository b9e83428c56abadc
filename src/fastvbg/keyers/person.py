"""People before any room, by a segmentation network: `PersonKeyer`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.checks import check_choice, check_frame, check_integer, check_planes, check_same_size
from fastvbg.constants import YUV_RGB
from fastvbg.errors import ModelError, OptionError
from fastvbg.kernels import canvas
from fastvbg.keyers._planes import packed_rows
from fastvbg.keyers.edging import Edges, chroma_of, packed
from fastvbg.keyers.following import Part, box_of, united
from fastvbg.keyers.network import Network, scale_of
from fastvbg.keyers.steadying import Steady
from fastvbg.models.fetch import ensure
from fastvbg.models.runtimes import RUNTIMES, open_model
from fastvbg.models.spec import read_spec
from fastvbg.models.store import KNOWN, LANDSCAPE, SQUARE, digest
from fastvbg.outputs import composite_out, plane_out, planes_out

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from fastvbg._types import Frame, Matte
    from fastvbg.models.store import KnownModel

    Plane = npt.NDArray[np.uint8]
    Planes = tuple[Plane, Plane, Plane]
    Box = tuple[int, int, int, int]

__all__ = ["PersonKeyer"]

_MAX_EVERY = 1000
_CANVAS = 240
"""The canvas has at least so many pixels on its longer side, where the frame has."""
_WIDE = 1.5
"""Proportion of width to height from which the landscape model is nearer than the square one."""
_CALM = (16, 0.05)
"""A frame after one that was looked at is not, if no more of the part changes by so many levels."""
_SAME = 2 / 255
"""Share of black to white by which a still picture changes: nowhere in the input by more."""
_MOVED = (16, 0.004)
"""Something moves beside the part: so many levels, in this share of the canvas. Then one look goes
over all of the frame."""
_LOOK_AROUND, _CHANGED = 12, (8, 0.0005)
"""After so many looks at the part, so little will do."""
_LOOK_AGAIN = 48
"""After so many, nothing need have changed."""


class Look(NamedTuple):
    """What is known of a frame at the canvas' size; `PersonKeyer.finish` makes its matte."""

    matte: Any
    guides: Planes


class PersonKeyer:
    """Mattes of people, by a segmentation network and the frame's own edges.

    The network is MediaPipe's selfie segmentation (Apache-2.0), the square model of 256x256 or the
    landscape one of 256x144 by the proportions of what it looks at; any other TFLite or ONNX model
    of foreground may be given. It looks at the part of the frame where people are, with room about
    them. Its small matte is steadied over time, regions that nowhere are sure are dropped, and a
    guided filter gives it the frame's edges. A hard cut begins anew.

    Parameters
    ----------
    model : str or Path, optional
        A model, `.tflite` or `.onnx`; one that is not a person model sees the whole frame. Without
        it the person models are used, and fetched first where they are not kept yet, after a line
        on standard error.
    model_size : (int, int), optional
        Width and height of the model's input, where its file leaves them open.
    model_range : str, default "0:1"
        What black and white are to the model, such as "-1:1" or "0:255"; or "imagenet".
    runtime : {"auto", "litert", "onnx", "opencv"}
        What runs it; "auto" takes the fastest that is installed.
    every : int, default 1
        The network looks at each so-manieth frame; between them the matte is carried by motion.
    matrix : {"bt601", "bt709", "bt2020"}
        Of planes.
    range : {"limited", "full"}
        Of planes.
    threads : int, default 1
        How many the runtime may use.

    Raises
    ------
    ModelError
        A model cannot be fetched, read or run (also an `OSError`).
    OptionError, OptionTypeError
        An option is none of the above (also a `ValueError` or a `TypeError`).

    Notes
    -----
    One object serves one video: call it from one thread at a time. `look` and `finish` are the two
    halves of `key_planes`, and may run in two threads, each frame's `look` before its `finish`.
    """

    def __init__(
        self,
        *,
        model: str | Path | None = None,
        model_size: tuple[int, int] | None = None,
        model_range: str = "0:1",
        runtime: str = "auto",
        every: int = 1,
        matrix: str = "bt601",
        range: str = "limited",
        threads: int = 1,
    ) -> None:
        check_choice("runtime", runtime, RUNTIMES)
        check_choice("matrix", matrix, ("bt601", "bt709", "bt2020"))
        check_choice("range", range, ("limited", "full"))
        self._every = check_integer("every", every, 1, _MAX_EVERY)
        self._threads = check_integer("threads", threads, 1, 256)
        if model is None and (model_size is not None or model_range != "0:1"):
            raise OptionError("model_size, model_range: they go with a model of your own")
        self._runtime, self._space = runtime, (matrix, range)
        assert self._space in YUV_RGB  # noqa: S101  (the choices above are its keys)
        self._scale = scale_of(model_range)
        self._known: dict[KnownModel, Network] = {}
        self._own: Network | None = None
        self._follows = model is None
        if model is None:
            self._network(SQUARE)
        else:
            spec = read_spec(model, size=model_size)
            self._own = self._open(spec)
            known = {each.sha256 for each in KNOWN}
            self._follows = digest(spec.path.read_bytes()) in known
        self._form: Any = None

    def _open(self, spec: Any) -> Network:
        net = open_model(spec, self._runtime, threads=self._threads)
        return Network(net, self._scale, self._space)

    def _network(self, model: KnownModel) -> Network:
        """Return the network of a person model, the square one where the other does not run."""
        if model not in self._known:
            try:
                self._known[model] = self._open(read_spec(ensure(model)))
            except ModelError:
                # OpenCV before 4.9 has no mean layer, which the landscape model has.
                if model is SQUARE or SQUARE not in self._known:
                    raise
                self._known[model] = self._known[SQUARE]
        return self._known[model]

    @property
    def runtime(self) -> str:
        """What runs the model, and its version."""
        return (self._own or self._network(SQUARE)).name

    @property
    def looks(self) -> int:
        """How often a network has run."""
        return self._looks if self._form is not None else 0

    def reset(self) -> None:
        """Forget the scene, as at a hard cut; the size of the frames stays."""
        if self._form is None:
            return
        self._steady.reset()
        self._part.reset()
        self._since = self._since_around = 0
        self._patience = 1
        self._found = False
        self._raw: Matte | None = None
        self._looked: Plane | None = None
        self._around: Plane | None = None
        self._seen: Box | None = None

    def _start(self, form: Any) -> None:
        """Take the form of the first frame, or demand that it is still the same."""
        if self._form is None:
            if 0 in form[0]:
                raise OptionError("frame: got an empty one, wanted at least one pixel")
            self._form = form
            (height, width), _ = form
            longest = max(height, width)
            factor = max(f for f in canvas.FACTORS if f == 1 or longest >= f * _CANVAS)
            self._factor, self._size = factor, (width, height)
            self._canvas = -(-height // factor), -(-width // factor)
            self._steady, self._part = Steady(self._canvas, self._every), Part(self._size)
            self._reduce_row = canvas.reduce_scratch(self._canvas[1], factor)
            self._edges = Edges(self._canvas, factor)
            self._luma: Any = np.empty((height, width), np.uint8)
            self._looks = 0
            self.reset()
        elif form != self._form:
            check_same_size("frame", form[0], "the first", self._form[0])
            raise OptionError("frame: BGR and planes do not mix within a video")

    def key(self, frame: Frame, *, out: Matte | None = None) -> Matte:
        """Return the matte of the next frame.

        Parameters
        ----------
        frame : ndarray, shape (H, W, 3), uint8
            Channels blue, green, red. Any strides, also read-only.
        out : ndarray, shape (H, W), uint8, optional
            Where to write the matte; it may not share memory with the frame. Allocated when absent.

        Returns
        -------
        ndarray, shape (H, W), uint8
            The matte; `out` when given.

        Raises
        ------
        DTypeError, ShapeError, OverlapError
            An array is not as above, or of another size than the first frame.
        """
        shape = check_frame("frame", frame)
        out = plane_out(out, shape, "frame", frame=frame)
        self.look(frame)
        return self.finish(self._last, self._luma, out)

    def key_planes(self, planes: Planes, *, out: Matte | None = None) -> Matte:
        """Return the matte of the next frame, given as planes Y, U and V.

        Parameters
        ----------
        planes : tuple of 3 ndarray, uint8
            Y of shape (H, W); U and V of that, or of half of it (rounded up) across, or across and
            down.
        out : ndarray, shape (H, W), uint8, optional
            Where to write the matte; it may not share memory with the planes. Allocated when
            absent.

        Returns
        -------
        ndarray, shape (H, W), uint8
            The matte; `out` when given.

        Raises
        ------
        DTypeError, ShapeError, OverlapError
            An array is not as above, or of another size than the first frame.
        """
        shape, _, _ = check_planes("planes", planes)
        out = plane_out(out, shape, "planes", Y=planes[0], U=planes[1], V=planes[2])
        return self.finish(self.look(planes), planes[0], out)

    def key_small(self, picture: Frame | Planes) -> Matte:
        """Return a small matte of the next frame, which `blend` and `blend_planar` stretch.

        Parameters
        ----------
        picture : ndarray of shape (H, W, 3), or tuple of 3 ndarray, uint8
            As in `key` or `key_planes`.

        Returns
        -------
        ndarray, shape (h, w), uint8
            The matte at the canvas' size: the frame's divided by 1, 2, 4 or 8, rounded up.
        """
        look = self.look(picture)
        self._edges.fit(look.matte, look.guides)
        return self._edges.small(look.guides[0])

    def composite(self, frame: Frame, background: Frame, *, out: Frame | None = None) -> Frame:
        """Lay the next frame over a background by its matte: `key`, then `blend`.

        Parameters
        ----------
        frame, background : ndarray, shape (H, W, 3), uint8
            Channels blue, green, red.
        out : ndarray, shape (H, W, 3), uint8, optional
            Where to write the result. May be one of them. Allocated when absent.

        Returns
        -------
        ndarray, shape (H, W, 3), uint8
            The composite; `out` when given.

        Raises
        ------
        DTypeError, ShapeError, OverlapError
            As in `key`, and the sizes differ.
        """
        out = composite_out(frame, background, out)
        look = self.look(frame)
        return self.finish_frame_over(look, frame, self._luma, background, out)

    def composite_planes(
        self, planes: Planes, background: Planes, *, out: Planes | None = None
    ) -> Planes:
        """Lay the next frame, given as planes, over a background by its matte, in one pass.

        The same as `key_planes`, then the blend of each plane by the matte's mean over each sample
        (`reference.planes.blend_plane`).

        Parameters
        ----------
        planes, background : tuple of 3 ndarray, uint8
            Y, U and V of one form, as `key_planes` takes them.
        out : tuple of 3 ndarray, uint8, optional
            Where to write the result. Each plane may be that plane of `planes` or of `background`
            itself. Allocated when absent.

        Returns
        -------
        tuple of 3 ndarray, uint8
            The composited planes; `out` when given.

        Raises
        ------
        DTypeError, ShapeError, OverlapError
            As in `key_planes`, and the sizes differ.
        """
        out = planes_out(planes, background, out)
        return self.finish_planes_over(self.look(planes), planes, background, out)

    def look(self, picture: Frame | Planes) -> Look:
        """Look at the next frame: all that depends on the frames before it.

        Parameters
        ----------
        picture : ndarray of shape (H, W, 3), or tuple of 3 ndarray, uint8
            As in `key` or `key_planes`.

        Returns
        -------
        Look
            For `finish`.
        """
        if isinstance(picture, (tuple, list)):
            shape, across, down = check_planes("planes", picture)
            self._start((shape, (across, down)))
            picture = tuple(packed(plane) for plane in picture)
            luma = picture[0]
        else:
            rows, cols, _ = check_frame("frame", picture)
            self._start(((rows, cols), None))
            picture = picture if packed_rows(picture) else np.ascontiguousarray(picture)
            gray: Any = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY, dst=self._luma)
            luma = gray
        guide = np.empty(self._canvas, np.uint8)
        canvas.reduce.call(luma, guide, self._factor, self._reduce_row)
        chroma = chroma_of(picture, self._canvas)
        if self._steady.is_cut(guide):
            self.reset()
        due = self._since % self._every == 0 and not self._may_rest(guide)
        self._since += 1
        known = None if self._seen is None else self._part_of(self._seen)
        raw = self._see(picture, guide) if due else None
        self._last = Look(self._steady.add(guide, raw, known), (guide, *chroma))
        if not due and self._follows:
            self._part.follow(self._box_of(self._last.matte))
        return self._last

    def finish(self, look: Look, luma: Plane, out: Matte) -> Matte:
        """Write a frame's matte from what was seen of it.

        Parameters
        ----------
        look : Look
            Of the frame.
        luma : ndarray, shape (H, W), uint8
            Y, or the gray of BGR.
        out : ndarray, shape (H, W), uint8
            The matte.

        Returns
        -------
        ndarray, shape (H, W), uint8
            `out`.
        """
        self._edges.fit(look.matte, look.guides)
        return self._edges.matte(luma, out)

    def finish_frame_over(
        self, look: Look, frame: Frame, luma: Plane, background: Frame, out: Frame
    ) -> Frame:
        """Lay a frame over a background by what was seen of it; as `composite`.

        Parameters
        ----------
        look : Look
            Of the frame.
        luma : ndarray, shape (H, W), uint8
            The gray of the frame.
        frame, background, out : ndarray, shape (H, W, 3), uint8
            As `composite` takes them; they are not checked again.

        Returns
        -------
        ndarray, shape (H, W, 3), uint8
            `out`.
        """
        self._edges.fit(look.matte, look.guides)
        return self._edges.over(frame, luma, background, out)

    def finish_planes_over(
        self, look: Look, planes: Planes, background: Planes, out: Planes
    ) -> Planes:
        """Lay a frame over a background by what was seen of it; as `composite_planes`.

        Parameters
        ----------
        look : Look
            Of the frame.
        planes, background, out : tuple of 3 ndarray, uint8
            As `composite_planes` takes them; they are not checked again.

        Returns
        -------
        tuple of 3 ndarray, uint8
            `out`.
        """
        self._edges.fit(look.matte, look.guides)
        across, down = self._form[1]
        return self._edges.planes_over(planes, background, out, (across, down))

    def _see(self, picture: Any, guide: Plane) -> Matte:
        """Return what the network says of a frame, on the canvas."""
        box, net = self._part.box, self._nearest()
        net.fill(picture, box)
        still = self._raw is not None and net.is_still(_SAME)
        around = self._follows and self._is_time_to_look_around(guide, still=still)
        if self._raw is not None and still and not around:
            return self._raw
        if around:
            self._go_where(self._look_around(picture, guide))
            box, net = self._part.box, self._nearest()
            net.fill(picture, box)
        self._raw, self._seen = self._placed(self._run(net), box), box
        if self._follows:
            box_now = self._box_of(self._raw)
            self._found = box_now is not None
            self._part.follow(box_now)
        return self._raw

    def _may_rest(self, guide: Plane) -> bool:
        """Tell whether motion may carry the matte over this frame, since the last look was just."""
        before, self._looked = self._looked, guide
        if self._every > 1 or before is None or self._raw is None:
            return False
        level, share = _CALM
        part = self._part_of(self._part.box)
        far = np.asarray(cv2.blur(cv2.absdiff(guide[part], before[part]), (3, 3))) > level
        calm = bool(np.count_nonzero(far) <= share * far.size)
        if calm:
            self._looked = None  # the next frame is looked at
        return calm

    def _go_where(self, found: Box | None) -> None:
        """Go where people were found in the whole frame, unless they are within the part."""
        if self._raw is None or (found is not None and not self._found):
            self._part.follow(found, at_once=True)
            self._patience = 1
        elif found is None or self._part.holds(found):
            # What moves in vain, such as leaves in the wind, is not looked at each time.
            self._patience = min(2 * self._patience, _LOOK_AROUND if self._found else 1)
        else:
            self._part.follow(united(found, self._box_of(self._raw)), at_once=True)
            self._patience = 1

    def _box_of(self, matte: Matte) -> Box | None:
        return box_of(matte, self._factor, self._size)

    def _run(self, net: Network) -> Matte:
        self._looks += 1
        return net.matte()

    def _nearest(self) -> Network:
        """Return the network whose proportions are nearest to the part's."""
        if self._own is not None:
            return self._own
        _, _, width, height = self._part.box
        return self._network(LANDSCAPE if width >= _WIDE * height else SQUARE)

    def _is_time_to_look_around(self, guide: Plane, *, still: bool) -> bool:
        """Tell whether to look at the whole frame: at first, now and then, and when it changes."""
        if self._around is None:
            return True
        self._since_around += 1
        empty = not self._found
        if (self._part.whole and not empty) or self._since_around < self._patience:
            return False
        if self._since_around >= _LOOK_AGAIN and not still:
            return True
        level, share = _CHANGED if self._since_around >= _LOOK_AROUND else _MOVED
        far = np.asarray(cv2.absdiff(guide, self._around)) > level
        if not empty:
            far[self._part_of(self._part.box)] = False
        return bool(np.count_nonzero(far) > share * far.size)

    def _look_around(self, picture: Any, guide: Plane) -> Any:
        """Return the box of people in the whole frame, by the square model."""
        whole = (0, 0, *self._size)
        net = self._own or self._network(SQUARE)
        net.fill(picture, whole)
        self._since_around, self._around = 0, guide
        return self._box_of(self._placed(self._run(net), whole))

    def _placed(self, matte: Matte, box: Box) -> Matte:
        """Return a part's matte where it is on the canvas; outside of it there is nothing."""
        placed = np.zeros(self._canvas, np.uint8)
        rows, cols = self._part_of(box)
        size = cols.stop - cols.start, rows.stop - rows.start
        placed[rows, cols] = cv2.resize(matte, size, interpolation=cv2.INTER_LINEAR)
        return placed

    def _part_of(self, box: Box) -> tuple[slice, slice]:
        left, top, width, height = box
        f = self._factor
        return (
            slice(top // f, -(-(top + height) // f)),
            slice(left // f, -(-(left + width) // f)),
        )
