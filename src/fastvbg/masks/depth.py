"""Depth: what is near, by depth maps or two eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fastvbg.constants import DEPTH_HOLD, MOST_DEPTH, MOST_DEPTH_HOLD
from fastvbg.errors import OptionError
from fastvbg.masks.base import Mask
from fastvbg.masks.memory import Memory
from fastvbg.options import File, Integer, Number, option
from fastvbg.urls import whole

if TYPE_CHECKING:
    from fastvbg import _types
    from fastvbg.matting.depth import DepthRun
    from fastvbg.matting.run import Run

_STEREO = "stereo:"


@dataclass(frozen=True, eq=False, repr=False)
class Depth(Mask):
    """What lies in a range of distances, by depth maps or the second eye of a stereo pair."""

    name: ClassVar[str] = "depth"
    estimates: ClassVar[bool] = True
    refinement: ClassVar[str] = "specks=0.002,feather=1"
    value: ClassVar[str | None] = "depth"
    wants: ClassVar[str | None] = "depth"
    kernels: ClassVar[tuple[str, ...]] = ("keying.depth.held_matte",)

    depth: _types.File | None = option(
        None,
        File(
            "Depth maps, one a frame: 16-bit images d%06d.png, a gray video; or stereo:FILE, the "
            "right pictures.",
            metavar="FILE",
            prefix=_STEREO,
        ),
    )
    near: int | None = option(
        None, Integer("Nearest depth that is kept, in the maps' unit.", 0, MOST_DEPTH)
    )
    far: int | None = option(
        None, Integer("Farthest depth that is kept, in the maps' unit.", 0, MOST_DEPTH)
    )
    softness: int = option(
        0, Integer("Width of the ramps beyond near and far, in the maps' unit.", 0, MOST_DEPTH)
    )
    depth_invalid: int = option(
        0, Integer("The number that means no measurement.", 0, MOST_DEPTH, metavar="N")
    )
    depth_hold: int = option(
        DEPTH_HOLD,
        Integer("Frames for which a hole keeps its last depth.", 0, MOST_DEPTH_HOLD, metavar="N"),
    )
    focal: float | None = option(
        None, Number("Focal length of a stereo pair, in pixels.", 0, 1e9, open=True)
    )
    baseline: float | None = option(
        None, Number("Distance of its cameras; depths get its unit.", 0, 1e9, open=True)
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.near is None or self.far is None:
            raise OptionError(
                "near, far: the mask 'depth' wants both, such as --near 300 --far 900"
            )
        if self.near > self.far:
            raise OptionError(
                f"near: got {self.near} beyond far, {self.far}; wanted near at most far"
            )
        if self._is_stereo and (self.focal is None or self.baseline is None):
            raise OptionError(
                "focal, baseline: a stereo pair wants both: the focal length in pixels and the "
                "distance of the cameras"
            )

    @property
    def _is_stereo(self) -> bool:
        return isinstance(self.depth, str) and self.depth.startswith(_STEREO)

    def memory(self) -> Memory:
        """Return for how many frames depths are held."""
        return Memory("frames", self.depth_hold + 1)

    def keyer(self, run: Run) -> DepthRun:
        """Return what keys the depths, maps or those that two eyes see."""
        from fastvbg.matting.depth import DepthMaps, DepthRun, StereoMaps

        path = self.depth
        if isinstance(path, str):
            path = whole(path).removeprefix(_STEREO)
        assert path is not None  # noqa: S101  (it is wanted)
        if self.focal is not None and self.baseline is not None and self._is_stereo:
            maps: DepthMaps = StereoMaps(run, path, self.focal, self.baseline)
        else:
            maps = DepthMaps(run, path)
        return DepthRun(
            run,
            maps,
            near=self.near,
            far=self.far,
            softness=self.softness,
            invalid=self.depth_invalid,
            hold=self.depth_hold,
        )
