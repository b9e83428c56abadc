"""People before any room, by a segmentation network: `PersonKeyer`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.checks import (
    check_choice,
    check_frame,
    check_integer,
    check_planes,
    check_same_size,
)
from fastvbg.constants import MOST_EVERY, QUALITIES, ROOMS, RUNTIMES
from fastvbg.errors import OptionError
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.person import plan
from fastvbg.keyers._arrays import on_packed
from fastvbg.keyers._frames import Packer, packed_alike
from fastvbg.keyers._keyer import OnePassKeyer
from fastvbg.keyers.person.contrast import contrast_of
from fastvbg.keyers.person.edging import Edges
from fastvbg.keyers.person.guides import Guides
from fastvbg.keyers.person.looking import Look, Looking
from fastvbg.keyers.person.networks import Networks
from fastvbg.keyers.person.remembering import Remembering
from fastvbg.keyers.person.steadying import Steady
from fastvbg.layout import are_bytes, as_bgr, checked_bgr, packed, written_packed
from fastvbg.outputs import plane_out, planes_out
from fastvbg.spelling import called_as

if TYPE_CHECKING:
    from fastvbg._types import File, Frame, Matte, Plane, Planes
    from fastvbg.constants import Order
    from fastvbg.keyers.person.plate import RoomPlate

canvas = Module("person.canvas")
frames = Module("composite.frames")
planes_blend = Module("composite.planes_blend")

_CANVAS = 240
"""The canvas has at least so many pixels on its longer side, where the frame has."""


class PersonKeyer(OnePassKeyer):
    """Mattes of people, by a segmentation network and the frame's own edges.

    The network is MediaPipe's selfie segmentation (Apache-2.0), the square model of 256x256 or the
    landscape one of 256x144 by the proportions of what it looks at; any other TFLite or ONNX model
    of foreground may be given. It looks at the part of the frame where people are, with room about
    them. Its small matte is steadied over time, regions that nowhere are sure are dropped, colour
    decides where it is not sure, and a guided filter gives it the frame's edges. A hard cut begins
    anew.

    Parameters
    ----------
    model : str or path-like, optional
        A model, `.tflite` or `.onnx`; one that is not a person model sees the whole frame. Without
        it the person models are used, and fetched first where they are not kept yet, after a line
        on standard error.
    model_size : (int, int), optional
        Width and height of the model's input, where its file leaves them open.
    model_range : str, default "0:1"
        What black and white are to the model, such as "-1:1" or "0:255"; or "imagenet".
    model_classes : str, optional
        Which of its channels or labels are foreground, such as "15" or "1-5".
    runtime : {"auto", "litert", "onnx", "opencv"}, default "auto"
        What runs it; "auto" takes the fastest that is installed.
    every : int, default 1
        The network looks at one of so many frames; between them motion carries the matte.
    quality : {"fine", "fast"}, default "fine"
        Whether several looks at the first frame of a scene, and two at what stays unsure, are to
        agree, or one has to do.
    room : {"remembered", "off"}, default "remembered"
        Whether the room behind people is remembered where it was seen, and decides coverage at
        their edges. It goes along with a camera that a homography explains: turned, or in a hand.
        Of planes whose chroma is halved only if they have 480 pixels or more: in smaller ones it is
        too coarse. Not with quality "fast".
    plate : ndarray or tuple of 3 ndarray, uint8, optional
        The room without anybody, in the form of the frames: then it is known from the beginning,
        and edges are decided by it as by `PlateKeyer.decide_edges`. It is registered to the first
        frame that shows anything, as by `PlateKeyer.register`.
    matrix : {"bt601", "bt709", "bt2020"}, default "bt601"
        Of planes.
    range : {"limited", "full"}, default "limited"
        Of planes.
    threads : int, default 1
        How many the runtime may use.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in every result.

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

    @called_as
    def __init__(  # noqa: PLR0913  (an option each)
        self,
        *,
        model: File | None = None,
        model_size: tuple[int, int] | None = None,
        model_range: str = "0:1",
        model_classes: str | None = None,
        runtime: str = "auto",
        every: int = 1,
        quality: str = "fine",
        room: str = "remembered",
        plate: Frame | Planes | None = None,
        matrix: str = "bt601",
        range: str = "limited",
        threads: int = 1,
        order: Order = "bgr",
    ) -> None:
        super().__init__(order)
        # A frame may be looked at while another is finished.
        self._packed, self._packed_again = Packer(), Packer()
        check_choice("runtime", runtime, RUNTIMES)
        check_choice("quality", quality, QUALITIES)
        self._quality = quality
        check_choice("room", room, ROOMS)
        self._remembers = room != "off" and quality != "fast"
        self._plate: RoomPlate | None = None
        if plate is not None:
            from fastvbg.keyers.person.plate import RoomPlate

            if room == "off":
                raise OptionError("plate: got room 'off', wanted one that is remembered")
            self._plate = RoomPlate(plate, self._order)
        self._room: Remembering | None = None
        check_choice("matrix", matrix, ("bt601", "bt709", "bt2020"))
        check_choice("range", range, ("limited", "full"))
        self._every = check_integer("every", every, 1, MOST_EVERY)
        threads = check_integer("threads", threads, 1, 256)
        self._networks = Networks(
            model,
            model_size=model_size,
            model_range=model_range,
            model_classes=model_classes,
            runtime=runtime,
            space=(matrix, range),
            threads=threads,
        )
        self._form: Any = None
        self._shapes: list[tuple[int, ...]] = []

    @property
    def runtime(self) -> str:
        """What runs the model, and its version."""
        return self._networks.runtime

    @property
    def looks(self) -> int:
        """How often a network has run."""
        return self._looking.count if self._form is not None else 0

    def reset(self) -> None:
        """Forget the scene, as at a hard cut; the size of the frames stays."""
        if self._form is None:
            return
        self._begins = True
        self._look_anew()

    def _look_anew(self) -> None:
        """Look at the next frame as at a first one; the room is known still."""
        self._steady.reset()
        self._looking.reset()
        self._since = 0

    def _start(self, form: Any) -> None:
        """Take the form of the first frame, or demand that it is still the same."""
        if self._form is None:
            if 0 in form[0]:
                raise OptionError("frame: got an empty one, wanted at least one pixel")
            self._form = form
            (height, width), _ = form
            self._whole: Matte = np.empty(form[0], np.uint8)  # of pixels only if it is written
            longest = max(height, width)
            self._factor = factor = max(f for f in plan.FACTORS if f * _CANVAS <= longest or f == 1)
            # A steep matte meets a large plate better: composites are off by 0.43 levels, not 0.47.
            self._plain = self._plate is None or factor < plan.FACTORS[2]
            self._canvas = -(-height // factor), -(-width // factor)
            size, fine = (width, height), self._quality == "fine"
            people = self._networks.of_people
            self._steady = Steady(self._canvas, self._every, people=people, agreed=fine)
            self._looking = Looking(self._networks, size, self._canvas, factor, fine=fine)
            self._guides = Guides(self._canvas, factor)
            self._frame_scratch = plan.frame_scratch(self._canvas[1], factor)
            self._edges = Edges(self._canvas, factor)
            if self._plate is not None:
                self._plate.check(form)
            coarse = factor == 1 and form[1] not in (None, (0, 0))
            self._remembers = self._remembers and not coarse
            if self._remembers:
                self._room = Remembering(form, self._canvas, factor, self._plate)
            self.reset()
        elif form != self._form:
            check_same_size("frame", form[0], "the first", self._form[0])
            raise OptionError("frame: BGR and planes do not mix within a video")

    def _key_frame(self, frame: Frame, out: Matte | None) -> Matte:
        shape = check_frame("frame", frame)
        out = plane_out(out, shape, "frame", frame=frame)
        pixels = self._packed(frame)
        return self._finish_whole(self._look(pixels), pixels, out)

    def _key_planes(self, planes: Planes, out: Matte | None) -> Matte:
        shape, _, _ = check_planes("planes", planes)
        out = plane_out(out, shape, "planes", Y=planes[0], U=planes[1], V=planes[2])
        return self.finish(self.look(planes), planes, out)

    def key_small(self, picture: Frame | Planes) -> Matte:
        """Return a small matte of the next frame, which `blend` and `blend_planar` stretch.

        Parameters
        ----------
        picture : ndarray or tuple of 3 ndarray, uint8
            As in `look`.

        Returns
        -------
        ndarray, shape (h, w), uint8
            The matte at the canvas' size: the frame's divided by 1, 2, 4 or 8, rounded up.
        """
        look = self.look(picture)
        self._edges.fit(look.matte, look.guides)
        return self._edges.small(look.guides[0])

    def _composite(self, frame: Frame, background: Frame, out: Frame) -> None:
        self.finish_frame_over(self.look(frame), frame, background, out)

    def _composite_planes(self, planes: Planes, background: Planes, out: Planes | None) -> Planes:
        out = planes_out(planes, background, out)
        return self.finish_planes_over(self.look(planes), planes, background, out)

    def look(self, picture: Frame | Planes) -> Look:
        """Look at the next frame: all that depends on the frames before it.

        Parameters
        ----------
        picture : ndarray of shape (H, W, 3 or 4), or tuple of 3 ndarray, uint8
            As in `key` or `key_planes`.

        Returns
        -------
        Look
            For `finish`.
        """
        if isinstance(picture, (tuple, list)):
            y, u, v = picture if are_bytes(picture, self._shapes) else self._checked(picture)
            return self._look((y, u, v))
        return self._look(self._packed(checked_bgr("frame", picture, self._order)))

    def _checked(self, planes: Planes) -> Planes:
        shape, *halved = check_planes("planes", planes)
        self._start((shape, (halved[0], halved[1])))
        self._shapes = [plane.shape for plane in planes]
        y, u, v = (packed(plane) for plane in planes)
        return y, u, v

    def _look(self, picture: Frame | Planes) -> Look:
        """Look at a frame of packed BGR pixels, or of packed planes that are checked."""
        if not isinstance(picture, tuple):
            self._start((picture.shape[:2], None))
        guides = self._on_canvas(picture)
        guide = guides[0]
        contrast = contrast_of(guide)
        if self._steady.is_cut(guide, contrast):
            self.reset()
        elif self._steady.rests_elsewhere():
            self._look_anew()
        rests = self._every == 1 and self._looking.may_rest(guide, contrast)
        due = not rests and self._since % self._every == 0
        self._since += 1
        known = self._looking.seen
        raw = self._looking.see(picture, guides, contrast) if due else None
        unseen = self._looking.unseen if due else None
        look = Look(self._steady.add(guide, contrast, raw, known, unseen), guides, self._begins)
        self._begins = False
        self._looking.follow(look.matte, looked=due)
        return look

    def _on_canvas(self, picture: Frame | Planes) -> Planes:
        """Return Y, U and V of a frame, or the gray and chroma of a BGR one, on the canvas."""
        if isinstance(picture, tuple):
            return self._guides.of(picture)
        guide, first, second = (np.empty(self._canvas, np.uint8) for _ in range(3))
        rest = self._factor, self._frame_scratch
        canvas.reduce_frame.call(picture, guide, first, second, *rest)
        return guide, first, second

    @property
    def remembers(self) -> bool:
        """Whether the room is remembered, so that `finish` wants all planes or the frame itself."""
        return self._remembers

    def behind(self) -> tuple[Frame | Planes, Plane] | None:
        """Return what is behind the last matte's soft edges, and where it is; as `Room.behind`."""
        return None if self._room is None else self._room.behind()

    @property
    def plate(self) -> RoomPlate | None:
        """The plate that was given, which says whether it is registered, and how."""
        return self._plate

    def finish(self, look: Look, picture: Plane | Planes | Frame, out: Matte) -> Matte:
        """Write a frame's matte from what was seen of it.

        Parameters
        ----------
        look : Look
            Of the frame.
        picture : ndarray, shape (H, W) or (H, W, 3 or 4), or tuple of 3 ndarray, uint8
            Y, or the gray of a frame; or the frame itself; or Y, U and V, by which the room is
            remembered.
        out : ndarray, shape (H, W), uint8
            The matte.

        Returns
        -------
        ndarray, shape (H, W), uint8
            `out`.
        """
        if not isinstance(picture, (tuple, list)) and picture.ndim == 3:
            picture = self._packed_again(as_bgr(picture, self._order))
        return self._finish_whole(look, picture, out)

    def _finish_whole(self, look: Look, picture: Plane | Planes | Frame, out: Matte) -> Matte:
        """Write a matte by packed BGR pixels, by planes, or by luma alone."""
        guide = picture[0] if isinstance(picture, (tuple, list)) else picture
        self._edges.fit(look.matte, look.guides)
        with written_packed(out) as (target,):
            self._edges.matte(packed(guide), target)
            if self._room is not None and (guide is not picture or guide.ndim == 3):
                usual = self._edges.small(look.guides[0], plain=self._plain)
                self._room.decide(target, picture, look, usual)
        return out

    def finish_frame_over(self, look: Look, frame: Frame, background: Frame, out: Frame) -> Frame:
        """Lay a frame over a background by what was seen of it; as `composite`.

        Parameters
        ----------
        look : Look
            Of the frame.
        frame, background, out : ndarray, shape (H, W, 3) or (H, W, 4), uint8
            As `composite` takes them; they are not checked again.

        Returns
        -------
        ndarray, shape like `frame`, uint8
            `out`.
        """
        if self._room is None and packed_alike(frame, background, out):
            self._edges.fit(look.matte, look.guides)
            self._edges.over(*(as_bgr(each, self._order) for each in (frame, background, out)))
        else:
            matte = self.finish(look, frame, self._whole)
            frames.blend.call(frame, matte, background, out, frame.shape[0])
        return out

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
        across, down = self._form[1]
        if self._room is None:
            self._edges.fit(look.matte, look.guides)
            return self._edges.planes_over(planes, background, out, (across, down))
        matte = self._finish_whole(look, planes, self._whole)

        def run(frame: Planes, behind: Planes, to: Planes) -> None:
            for k in range(3):
                shifts = (across, down) if k else (0, 0)
                planes_blend.blend_u8.call(matte, frame[k], behind[k], to[k], *shifts)

        return on_packed(run, planes, background, out)
