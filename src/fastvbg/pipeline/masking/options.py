"""What a user may ask of a mask: the kind, and the options of each kind."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.checks import (
    check_array,
    check_colour,
    check_flag,
    check_integer,
    check_number,
    check_size,
)
from fastvbg.errors import OptionError, OptionTypeError, shown
from fastvbg.values import check_path, check_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import File, Frame, Mask

__all__ = ["MaskOptions"]

KINDS: dict[str, tuple[str, ...]] = {
    "motion": (),
    "plate": ("plate", "tolerance", "falloff"),
    "adaptive": (
        "tolerance",
        "learning_rate",
        "warm_up",
        "absorb",
        "freeze",
        "load_model",
        "save_model",
    ),
    "chroma": ("key", "tolerance", "falloff", "choke", "despill"),
    "depth": (
        "depth",
        "near",
        "far",
        "softness",
        "depth_invalid",
        "depth_hold",
        "focal",
        "baseline",
    ),
    "person": ("model", "model_size", "model_range", "runtime", "every"),
    "model": ("model", "model_size", "model_range", "runtime", "every"),
    "mog2": (),
    "knn": (),
    "matte": ("matte", "matte_hold"),
}
"""The kinds, and which options each has beside those that all have."""

FOR_ALL = ("kind", "refine", "keep_region", "drop_region")


def _whole(name: str, *, low: int = 0, high: int = 1 << 30) -> Callable[[Any], Any]:
    """Return the check of an integer; its keyer knows the range, but may call it otherwise."""
    return partial(check_integer, name, low=low, high=high)


def _text_or(other: Callable[[str, Any], Any], name: str) -> Callable[[Any], Any]:
    return lambda value: (check_text if isinstance(value, str) else other)(name, value)


def _file_or_picture(name: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            check_array(name, value)
            return value
        return check_path(name, value)

    return check


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "refine": partial(check_text, "refine"),
    **{name: _file_or_picture(name) for name in ("keep_region", "drop_region", "plate")},
    **{name: _whole(name) for name in ("tolerance", "falloff", "choke", "despill")},
    "key": _text_or(check_colour, "key"),
    "learning_rate": partial(check_number, "learning_rate", low=0, high=1),
    **{name: _whole(name) for name in ("warm_up", "absorb", "matte_hold")},
    "freeze": partial(check_flag, "freeze"),
    **{
        name: partial(check_path, name)
        for name in ("load_model", "save_model", "depth", "model", "matte")
    },
    **{name: _whole(name, high=65535) for name in ("near", "far", "softness", "depth_invalid")},
    "depth_hold": _whole("depth_hold", high=254),
    **{name: partial(check_number, name, low=0, high=1e9) for name in ("focal", "baseline")},
    "model_size": _text_or(check_size, "model_size"),
    "model_range": partial(check_text, "model_range"),
    "runtime": partial(check_text, "runtime"),
    "every": _whole("every", low=1),
}
"""What each option must be; the keyers narrow it."""


@dataclass(frozen=True)
class MaskOptions:
    """Which keyer makes the mask or matte of each frame, and how.

    An option that the kind does not have is an error, so that none is given in vain. None leaves
    the choice to the keyer.

    Parameters
    ----------
    kind : str
        "motion" (what differs between two frames), "plate" (what differs from the empty scene),
        "adaptive" (from a model of the scene that learns), "chroma" (what is not of the key
        colour), "depth" (what is near), "person" (people, by a network), "model" (by a network of
        your own; also "model:FILE"), "matte" (made elsewhere; also "matte:FILE"), or OpenCV's own
        subtractors "mog2" and "knn".
    refine : str, optional
        Steps of refinement, see `Refiner`; "none" for none; by default what suits the kind.
    keep_region, drop_region : str, path-like or ndarray, optional
        What is always in, and always out, whatever the keyer says; see `region_mask`. What is in
        both is out.
    plate : str, path-like or ndarray, optional
        The empty scene: an image file or a BGR picture of the frames' size, "first:SECONDS" of
        the video, or "auto", the temporal median of it all, which is the default.
    tolerance, falloff : int, optional
        Of `PlateKeyer` or `ChromaKeyer`; the tolerance is also `AdaptiveKeyer`'s threshold.
    key : str or (int, int, int), optional
        Colour of the screen, as a name, #rrggbb or (blue, green, red); "auto", the default, finds
        it at the border: where most of the file shows it, or as soon as a stream does.
    choke, despill : int, optional
        Of `ChromaKeyer`: how far the soft edge is drawn in, and how much of the screen's light is
        taken off kept pixels, 0 for none to 255.
    learning_rate : float, optional
        Of `AdaptiveKeyer`.
    warm_up, absorb : int, optional
        Of `AdaptiveKeyer`, in frames.
    freeze : bool, optional
        Whether the adaptive keyer stops learning once the warm-up is over.
    load_model, save_model : str or path-like, optional
        A file that the adaptive keyer's model is read from at the start, or written to at the end.
    depth : str or path-like, optional
        Depth maps: a numbered sequence of 16-bit images, or a gray video, one for each frame. Or
        "stereo:FILE", the right pictures of a rectified pair whose left ones are the input.
    near, far, softness : int, optional
        The range that is kept and the width of the ramps at its ends, in the maps' own numbers; of
        a stereo pair in the unit of the baseline. `near` and `far` have no default.
    depth_invalid : int, optional
        The number that means no measurement; 0 when absent.
    depth_hold : int, optional
        For how many frames a hole keeps its last valid depth.
    focal, baseline : float, optional
        Of a stereo pair: focal length in pixels, and distance of the cameras, whose unit the depth
        gets.
    model : str or path-like, optional
        A segmentation model, `.tflite` or `.onnx`, see `PersonKeyer`; the person mask has its own.
    model_size : str or (int, int), optional
        Width and height of the model's input, or "WIDTHxHEIGHT", where its file leaves them open.
    model_range : str, optional
        What black and white are to the model: "0:1", "-1:1", "0:255" or such, or "imagenet".
    runtime : str, optional
        What runs it: "litert", "onnx", "opencv", or "auto".
    every : int, optional
        The network looks at each so-manieth frame; motion carries the matte in between.
    matte : str or path-like, optional
        A video or image sequence of mattes, of any size, paired with the frames in order.
    matte_hold : int, optional
        For how many frames the last matte is held where the mattes end before the video, then all
        is background; without it, to the end.
    """

    kind: str = "motion"
    refine: str | None = None
    keep_region: File | Mask | Frame | None = None
    drop_region: File | Mask | Frame | None = None
    plate: File | Frame | None = None
    tolerance: int | None = None
    falloff: int | None = None
    key: str | tuple[int, int, int] | None = None
    choke: int | None = None
    despill: int | None = None
    learning_rate: float | None = None
    warm_up: int | None = None
    absorb: int | None = None
    freeze: bool | None = None
    load_model: File | None = None
    save_model: File | None = None
    depth: File | None = None
    near: int | None = None
    far: int | None = None
    softness: int | None = None
    depth_invalid: int | None = None
    depth_hold: int | None = None
    focal: float | None = None
    baseline: float | None = None
    model: File | None = None
    model_size: str | tuple[int, int] | None = None
    model_range: str | None = None
    runtime: str | None = None
    every: int | None = None
    matte: File | None = None
    matte_hold: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str):
            raise OptionTypeError(
                f"mask: got {shown(self.kind)}, wanted one of {', '.join(KINDS)}, or MaskOptions"
            )
        name, colon, rest = self.kind.partition(":")
        if colon and name in ("matte", "chroma", "model") and rest:
            option = {"matte": "matte", "chroma": "key", "model": "model"}[name]
            if getattr(self, option) is not None:
                raise OptionError(f"mask: got {self.kind!r} and {option} too; give it once")
            object.__setattr__(self, "kind", name)
            object.__setattr__(self, option, rest)
        if self.kind not in KINDS:
            raise OptionError(
                f"mask: got {shown(self.kind)}, wanted one of {', '.join(KINDS)} "
                "(matte:FILE, model:FILE)"
            )
        self._refuse_strangers()
        for option, check in _CHECKS.items():
            if getattr(self, option) is not None:
                object.__setattr__(self, option, check(getattr(self, option)))
        for option in ("depth", "matte", "model"):
            if self.kind == option and getattr(self, option) is None:
                raise OptionError(f"{option}: wanted a file for the mask {self.kind!r}, got none")

    def _refuse_strangers(self) -> None:
        own = (*FOR_ALL, *KINDS[self.kind])
        for field in fields(self):
            if field.name not in own and getattr(self, field.name) is not None:
                kinds = [kind for kind, names in KINDS.items() if field.name in names]
                raise OptionError(
                    f"{field.name}: the mask {self.kind!r} does not have it; "
                    f"it belongs to {' and '.join(kinds)}"
                )

    def given(self, *names: str) -> dict[str, Any]:
        """Return those of the named options that were given."""
        values = {name: getattr(self, name) for name in names}
        return {name: value for name, value in values.items() if value is not None}


def mask_options(mask: Any) -> MaskOptions:
    """Return the options that a kind's name, or options themselves, stand for."""
    if isinstance(mask, MaskOptions):
        return mask
    return MaskOptions(mask)
