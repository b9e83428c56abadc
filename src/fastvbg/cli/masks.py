"""The options of masks, which run, matte and preview share."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    NamedTuple,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import typer

if TYPE_CHECKING:
    from collections.abc import Callable


class _Option(NamedTuple):
    kind: Any
    help: str
    metavar: str | None = None


_PANEL = "Mask"
_OPTIONS: dict[str, _Option] = {
    "refine": _Option(str, "Steps such as despeckle=5,fill,feather=1, or none.", "STEPS"),
    "keep_region": _Option(str, "Always in: polygons 10%,20% 90%,20% 50%,90%; or an image."),
    "drop_region": _Option(str, "Always out; wins over --keep-region."),
    "plate": _Option(str, "The empty scene: an image, first:2s, or auto.", "PLATE"),
    "tolerance": _Option(int, "Difference that still counts as the scene or the screen."),
    "falloff": _Option(int, "Width of the soft ramp beyond the tolerance."),
    "key": _Option(str, "Colour of the screen: #rrggbb, a CSS name, or auto.", "COLOUR"),
    "choke": _Option(int, "How far the screen's soft edge is drawn in, 0..254."),
    "despill": _Option(int, "How much of the screen's light is taken off, 0..255."),
    "learning_rate": _Option(float, "Of the adaptive mask, such as 0.0625."),
    "warm_up": _Option(int, "Frames in which the adaptive mask learns all it sees.", "N"),
    "absorb": _Option(int, "Every N frames foreground teaches too; 0 for never.", "N"),
    "freeze": _Option(bool, "Stop learning after the warm-up."),
    "load_model": _Option(str, "Begin with what an earlier run learned.", "FILE"),
    "save_model": _Option(str, "Keep what was learned.", "FILE"),
    "depth": _Option(str, "16-bit image sequence, gray video, or stereo:FILE.", "FILE"),
    "near": _Option(int, "Nearest depth that is kept."),
    "far": _Option(int, "Farthest depth that is kept."),
    "softness": _Option(int, "Width of the ramps beyond near and far."),
    "depth_invalid": _Option(int, "The number that means no measurement."),
    "depth_hold": _Option(int, "Frames for which a hole keeps its last depth.", "N"),
    "focal": _Option(float, "Focal length of a stereo pair, in pixels."),
    "baseline": _Option(float, "Distance of its cameras; depths get its unit."),
    "model": _Option(str, "A segmentation model, .tflite or .onnx.", "FILE"),
    "model_size": _Option(str, "Size of its input, where the file leaves it open.", "WxH"),
    "model_range": _Option(str, "Its black and white: 0:1, -1:1, 0:255; or imagenet.", "RANGE"),
    "runtime": _Option(str, "litert, onnx or opencv; by default the fastest installed.", "NAME"),
    "every": _Option(int, "The network looks at each Nth frame; motion does the rest.", "N"),
    "matte_hold": _Option(int, "Frames for which the last matte is held.", "N"),
}


def takes_mask(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of masks, and call it with `mask`, the `MaskOptions` they make."""

    @wraps(command)
    def with_options(**given: Any) -> None:
        from fastvbg.pipeline.masking.options import MaskOptions

        kind = given.pop("mask")
        options = {name: given.pop(name) for name in _OPTIONS}
        command(**given, mask=MaskOptions(kind, **options))

    # `MaskOptions` itself is loaded with the library, when the command runs.
    hints = get_type_hints(command, localns={"MaskOptions": Any}, include_extras=True)
    signature = inspect.signature(command)
    own = [
        each.replace(annotation=_annotated(hints[each.name]))
        for each in signature.parameters.values()
        if each.name != "mask"
    ]
    parameters = [*own, *_parameters()]
    with_options.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {each.name: each.annotation for each in parameters}
    return with_options


def _annotated(hint: Any) -> Any:
    """Return a parameter's annotation as it was written.

    Python 3.10 wraps that of one whose default is None into a Union, in which Typer does not look.
    """
    if get_origin(hint) is Union:
        return next((part for part in get_args(hint) if get_origin(part) is Annotated), hint)
    return hint


def _parameters() -> list[inspect.Parameter]:
    kind = typer.Option(
        metavar="KIND",
        help="motion, plate, adaptive, chroma, depth, person, model:FILE, matte:FILE, mog2, knn.",
        rich_help_panel=_PANEL,
    )
    parameters = [_parameter("mask", Annotated[str, kind], "motion")]
    for name, option in _OPTIONS.items():
        flags = [f"--{name.replace('_', '-')}"] if option.kind is bool else []
        told = typer.Option(
            *flags, metavar=option.metavar, help=option.help, rich_help_panel=_PANEL
        )
        parameters.append(_parameter(name, Annotated[option.kind | None, told], None))
    return parameters


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)
