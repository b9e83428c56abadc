"""The plate keyer: what differs from the empty scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import (
    check_flag,
    check_frame,
    check_integer,
    check_plane,
    check_planes,
    check_same_size,
)
from fastvbg.constants import PLATE_FALLOFF, PLATE_TOLERANCE
from fastvbg.errors import OptionError
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.plan import PLATE_ROWS, rows_for, slope_of
from fastvbg.keyers._arrays import on_packed, spread, to_keyspace, widened
from fastvbg.keyers._frames import as_kernels_write
from fastvbg.keyers.plate.byhand import PlateByHand
from fastvbg.keyers.plate.following import CameraFollower
from fastvbg.keyers.plate.forms import PlateForm
from fastvbg.keyers.plate.layers import layers_of_frame, layers_of_planes
from fastvbg.keyers.plate.likeness import mistaken
from fastvbg.keyers.plate.lit import LitPlate
from fastvbg.keyers.plate.matching import corners, moved
from fastvbg.keyers.plate.soft_edges import EdgeDecider
from fastvbg.layout import as_bgr, packed
from fastvbg.outputs import plane_out, planes_out
from fastvbg.spelling import called_as

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte, Plane, Planes
    from fastvbg.constants import Order
    from fastvbg.keyers.plate.borders import Borders
    from fastvbg.keyers.plate.layers import Layers
    from fastvbg.keyers.plate.registration import Registration

kernels = Module("keying.plate")
frames = Module("composite.frames")
planes_blend = Module("composite.planes_blend")

_LIMITED_BLACK = 16


class PlateKeyer(EdgeDecider):
    """Keys what stands before a known empty scene, frame after frame.

    Each pixel is compared with the plate in luma and chroma. What luma differs by counts once and
    what chroma differs by twice; up to `tolerance` the matte is 0, and `falloff` levels further on
    it is 255. Edges of the plate may lie a fifth of a pixel elsewhere. `reference.plate` has the
    formulas. One object serves one video: call it from one thread at a time.

    Parameters
    ----------
    plate : ndarray or tuple of 3 ndarray, uint8
        The empty scene: a frame like those for `key` and `composite`; or planes Y, U and V, chroma
        as large as luma or halved across, or across and down, for `key_planes`. It is copied.
    noise : ndarray, shape (H, W), uint8, optional
        Levels by which the empty scene wanders at each pixel, as `estimate_plate` gives them.
        Differences of up to so much, 15 at most, are forgiven there.
    tolerance : int, default 6
        Difference, in levels of 0..255, up to which a pixel is the plate, 0 to 255.
    falloff : int, default 12
        Levels from there to full coverage, 1 to 255.
    shadows : bool, default True
        Whether darker pixels of the plate's hue are taken for shadows on it: luma may fall by 3/8
        of what it is.
    compensate : bool, default True
        Whether slow changes of brightness and white balance of the whole scene are followed.
    register : bool, default False
        Whether the plate may have been photographed by hand, a little beside where the camera
        stands and in another exposure. Then it is registered to the first frame that shows
        anything, as by `register`, which that frame's call raises the errors of.
    follow : bool, default False
        Whether the plate follows a camera that moves a little, by hand or turned on its tripod.
        While it stands, every 16th frame is looked at for that.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in every result.

    Raises
    ------
    DTypeError, ShapeError
        An array is not as above, or sizes differ (also a `TypeError` or `ValueError`).
    OptionError, OptionTypeError
        An option is out of range (also a `ValueError`) or of the wrong type (a `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> plate = np.full((4, 4, 3), 90, np.uint8)
    >>> frame = plate.copy()
    >>> frame[0, 0] = (20, 40, 220)
    >>> PlateKeyer(plate).key(frame)[0]
    array([255,   0,   0,   0], dtype=uint8)
    """

    @called_as
    def __init__(
        self,
        plate: Frame | Planes,
        *,
        noise: Plane | None = None,
        tolerance: int = PLATE_TOLERANCE,
        falloff: int = PLATE_FALLOFF,
        shadows: bool = True,
        compensate: bool = True,
        register: bool = False,
        follow: bool = False,
        order: Order = "bgr",
    ) -> None:
        super().__init__(order)
        tolerance = check_integer("tolerance", tolerance, 0, 255)
        falloff = check_integer("falloff", falloff, 1, 255)
        shadows, compensate = check_flag("shadows", shadows), check_flag("compensate", compensate)
        self._planar = isinstance(plate, (tuple, list))
        if isinstance(plate, (tuple, list)):
            self._shape, *shifts = check_planes("plate", plate)
            y, u, v = plate
            wide = (widened(chroma, self._shape, shifts[0], shifts[1]) for chroma in (u, v))
            whole: Planes = (y.copy(), *wide)
            black = _LIMITED_BLACK
        else:
            self._shape, shifts = check_frame("plate", plate, self._order)[:2], [0, 0]
            whole = to_keyspace(as_bgr(plate, self._order))
            black = 0
        self._shifts = (shifts[0], shifts[1])
        self._form = PlateForm(self._planar, self._shape, self._shifts)
        if noise is not None:
            check_same_size("noise", check_plane("noise", noise), "plate", self._shape)
            noise = noise.copy()
        ramp = (tolerance, falloff, slope_of(falloff))
        self._options = (black if shadows else 255, *ramp)
        self._scratch = rows_for(PLATE_ROWS, self._shape[1])
        self._compensates = compensate
        self._by_hand = None
        if check_flag("register", register):
            seen = plate if self._planar else as_bgr(plate, self._order)  # type: ignore[arg-type]
            self._by_hand = PlateByHand(self._layers(seen), noise)
        self._follows = check_flag("follow", follow)
        self._use(whole, noise)

    def _use(self, whole: Planes, noise: Plane | None) -> None:
        """Key against Y, U and V, all as large as luma."""
        shifts = self._shifts if self._planar else None
        self._plate = LitPlate(whole, noise, follows=self._compensates, shifts=shifts)
        self._shown = self._plate.model
        self._camera = None
        if self._follows:
            lies = np.eye(3) if self.registration is None else self.registration.homography
            known = moved(lies, corners(self._shape))
            self._camera = CameraFollower(whole[0], known)

    def _layers(self, picture: Frame | Planes) -> Layers:
        if isinstance(picture, (tuple, list)):
            return layers_of_planes(picture, self._shifts)
        return layers_of_frame(picture)

    @property
    def registration(self) -> Registration | None:
        """How the plate lies in the frames; None where it lies as it was given."""
        return None if self._by_hand is None else self._by_hand.registration

    @property
    def motion(self) -> npt.NDArray[np.float64] | None:
        """Homography from where the plate lies to the last frame, of `follow`; None at rest."""
        return None if self._camera is None else self._camera.homography

    @property
    def shown(self) -> Planes:
        """Y, U and V of the plate in full size, where and as the last frame shows them."""
        y, u, v = (self._shown[:, k, : self._shape[1]] for k in range(3))
        return y, u, v

    @property
    def lost(self) -> bool:
        """Whether the camera has moved so that the plate could not follow."""
        return self._camera is not None and self._camera.lost

    @property
    def missed(self) -> bool:
        """Whether the last frame shows the plate elsewhere, and it was not found there."""
        return self._camera is not None and self._camera.misses > 0

    @property
    def fits(self) -> bool:
        """Whether the last frame shows the plate's room, in some light, where the plate lies."""
        astray = self._camera is not None and self._camera.astray
        return self._plate.found and not (self.waits or astray)

    @property
    def waits(self) -> bool:
        """Whether the plate is yet to be registered to a frame."""
        return self._by_hand is not None and self._by_hand.waits

    def register(self, picture: Frame | Planes) -> Registration | None:
        """Register a plate that was photographed by hand to a frame.

        A homography takes it to where the frame has the same room, and a matrix of colours to the
        frame's exposure and white balance. Of what lies beyond its borders the matte is that of the
        nearest pixel inside. A plate that lies within 0.1 pixels of the frame in the same light is
        left as it is.

        Parameters
        ----------
        picture : ndarray of shape (H, W, 3 or 4), or tuple of 3 ndarray, uint8
            A frame, as `key` or `key_planes` takes it. A person may cover half of it.

        Returns
        -------
        Registration or None
            `registration`. Until a frame shows anything, `waits` stays true.

        Raises
        ------
        OptionError
            The frame shows another room; or the keyer was made without `register` (also a
            `ValueError`). The plate is used as it is then.
        DTypeError, ShapeError, OptionTypeError
            The picture is not as the keyer's frames (also a `TypeError` or `ValueError`).
        """
        seen = self._form.checked(picture, self._order)
        if self._by_hand is None:
            raise OptionError("register: got a keyer made without it, wanted register=True")
        return self._register(self._by_hand, seen)

    @property
    def doubt(self) -> str:
        """What speaks against a plate that could not be registered; empty where nothing does."""
        return "" if self._by_hand is None else self._by_hand.doubt

    @property
    def lights(self) -> tuple[int, ...]:
        """The light that the last frame was keyed in, as `reference.plate.Light` has it.

        Gains beyond a fifth, and offsets of more than 19 levels, are in `shown` alone: `relit`.
        """
        return self._plate.lights

    @property
    def relit(self) -> bool:
        """Whether the last frame's light is so far from the plate's that `lights` tell the rest."""
        return self._plate.relit

    @property
    def unlike(self) -> float:
        """The share of frames so far that in no light look like the plate, 0 to 1."""
        return self._plate.unlike

    def mistaken(self, picture: Frame | Planes) -> float:
        """Return the share of the plate's details in a frame that its matte takes for foreground.

        Of a plate in focus and in one light it is some hundredths at most; from a twentieth on it
        is blurred, was compressed strongly, or lights that fall on a part of the room have changed.

        Parameters
        ----------
        picture : ndarray of shape (H, W, 3 or 4), or tuple of 3 ndarray, uint8
            The last frame, as `key` or `key_planes` was given it.

        Returns
        -------
        float
            0 to 1; 0 where there are too few details to tell.

        Raises
        ------
        DTypeError, ShapeError, OptionTypeError
            The picture is not as the keyer's frames (also a `TypeError` or `ValueError`).
        """
        seen, matte = self._form.checked(picture, self._order), np.empty(self._shape, np.uint8)
        if isinstance(seen, (tuple, list)):
            luma, matte = seen[0], self._matte_of_planes(seen, matte)
        else:
            luma, matte = to_keyspace(seen)[0], self._matte_of_frame(seen, matte)
        return mistaken(self.shown[0], luma, matte)

    def reset(self) -> None:
        """Forget how the light of the last frames was, as at a hard cut."""
        self._plate.reset()
        self._shown = self._plate.model
        if self._camera is not None:
            self._camera.reset()

    def _key_frame(self, frame: Frame, out: Matte | None) -> Matte:
        self._form.check_frame(frame)
        out = plane_out(out, self._shape, "frame", frame=frame)
        self._follow(frame)
        return self._matte_of_frame(frame, out)

    def _key_planes(self, planes: Planes, out: Matte | None) -> Matte:
        self._form.check_planes(planes)
        out = plane_out(out, self._shape, "planes", Y=planes[0], U=planes[1], V=planes[2])
        self._follow(planes)
        return self._matte_of_planes(planes, out)

    def _composite(self, frame: Frame, background: Frame, out: Frame) -> None:
        given, seen = frame, as_bgr(frame, self._order)
        self._form.check_frame(seen)
        self._follow(seen)
        if self.borders is not None:
            matte = self._matte_of_frame(seen, np.empty(self._shape, np.uint8))
            frames.blend.call(given, matte, background, out, self._shape[0])
            return
        to = as_kernels_write(out, self._order)
        rest = self._scratch, self._options
        kernels.composite.call(seen, self._shown, as_bgr(background, self._order), *to, *rest)

    def _composite_planes(self, planes: Planes, background: Planes, out: Planes | None) -> Planes:
        self._form.check_planes(planes)
        out = planes_out(planes, background, out)
        self._follow(planes)
        run = self._run_planes if self.borders is None else self._blend_planes
        return on_packed(run, planes, background, out)

    def _matte_of_frame(self, frame: Frame, out: Matte) -> Matte:
        kernels.key_frame.call(frame, self._shown, out, self._scratch, self._options)
        return self._decided(out)

    def _matte_of_planes(self, planes: Planes, out: Matte) -> Matte:
        kernels.key_planes.call(
            *planes, self._shown, out, self._scratch, *self._shifts, self._options
        )
        return self._decided(out)

    def _decided(self, matte: Matte) -> Matte:
        if self.borders is not None:
            self.borders.decide(matte)
        return matte

    def _run_planes(self, planes: Planes, background: Planes, out: Planes) -> None:
        kernels.composite_planes.call(
            planes, self._shown, background, out, self._scratch, self._shifts, self._options
        )

    def _blend_planes(self, planes: Planes, background: Planes, out: Planes) -> None:
        matte = self._matte_of_planes(planes, np.empty(self._shape, np.uint8))
        for k, (new, old, to) in enumerate(zip(planes, background, out, strict=True)):
            planes_blend.blend_u8.call(matte, new, old, to, *(self._shifts if k else (0, 0)))

    def _as_planes(self, picture: Frame | Planes) -> Planes:
        seen = self._form.checked(picture, self._order)
        if isinstance(seen, (tuple, list)):
            return packed(seen[0]), packed(seen[1]), packed(seen[2])
        return to_keyspace(seen)

    def _follow_frame(self, frame: Frame) -> None:
        self._follow(frame)

    def _follow_planes(self, planes: Planes) -> None:
        self._follow(planes)

    def _follow(self, picture: Frame | Planes) -> None:
        """Bring the plate to where a frame, BGR or planes, has it, and to its light."""
        self._follow_plate(picture)
        plate, camera = self._plate, self._camera
        if camera is not None:
            camera.look(picture)
        if plate.due(picture):
            plate.follow(self._samples(picture))
            if plate.fallen and camera is not None and camera.look(picture, at_once=True):
                plate.follow(self._samples(picture))
        self._shown = plate.model if camera is None else camera.shown(plate.model)

    def _samples(self, picture: Frame | Planes) -> Planes:
        """Return what a frame shows of the plate, evenly spread."""
        step = self._plate.step
        places = None if self._camera is None else self._camera.places(step)
        return spread(picture, self._shifts, step, places)

    def _follow_plate(self, picture: Frame | Planes) -> None:
        """Register a plate by hand, or fit its colours anew, where that is due."""
        if self._by_hand is None:
            return
        if self._by_hand.waits:
            self._register(self._by_hand, picture)
        elif self._by_hand.is_refitted():
            found = self._by_hand.refit(self._layers(picture))
            if found is not None:
                self._use(*found)

    def _register(self, by_hand: PlateByHand, picture: Frame | Planes) -> Registration | None:
        found = by_hand.register(self._layers(picture))
        if found is not None:
            self._use(*found)
        return by_hand.registration

    @property
    def borders(self) -> Borders | CameraFollower | None:
        """What decides parts of the frame beyond the plate."""
        if self._camera is not None and self._camera.homography is not None:
            return self._camera
        return None if self._by_hand is None else self._by_hand.borders
