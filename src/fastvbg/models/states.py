"""Recurrent models: which inputs are what the model itself said of the frame before.

As in Robust Video Matting (S. Lin, L. Yang, I. Saleemi and S. Sengupta, 2021), whose ONNX file
takes `src`, `r1i` to `r4i` and `downsample_ratio`, and gives `fgr`, `pha` and `r1o` to `r4o`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fastvbg.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.models.contents import Ports, Tensor

_BEFORE = re.compile(r"(.*?)_?(?:in|input|i)([._-]?\d*)|(?:in|input|past|prev)_(.+)")
_AFTER = re.compile(r"(.*?)_?(?:out|output|o)([._-]?\d*)|(?:out|output|present|next)_(.+)")
"""Names of a state before and after a frame: what is common to them is in groups."""
_RATIO = "downsample_ratio"
_INNER = 512
"""Pixels of the longer side to which a model that reduces its input is told to reduce it."""
_FLOATS = ("float32", "float16")
_OPEN = 1 << 31
_LEAST_SIDE = 3
"""Pixels of a map; smaller things are scores and vectors."""
_MOST_NUMBERS = 1 << 26
"""Of a state."""


class State(NamedTuple):
    """What a model keeps from frame to frame."""

    input: str
    output: str
    """Names of the tensors before and after a frame."""
    shape: tuple[int, ...]
    """Before the first frame, when it is all zeros."""


class Roles(NamedTuple):
    """What the inputs and outputs of a model are for."""

    picture: Tensor
    foreground: str
    """Name of the output that is the matte; empty where it is the first."""
    states: tuple[State, ...]
    ratio: str
    """Name of the input that says by how much the picture is reduced inside; empty for none."""


def _common(pattern: re.Pattern[str], name: str) -> tuple[str, ...] | None:
    """Return what a state's names have in common; None where it is no such name."""
    plain = name.removeprefix("serving_default_").removesuffix(":0")
    found = pattern.fullmatch(plain)
    parts = tuple(part or "" for part in found.groups()) if found else ()
    return parts if any(parts) else None


def roles_of(path: Path, ports: Ports) -> Roles:
    """Tell picture, states and foreground of a model apart.

    An input is a state where an output is named like it: `r1i` and `r1o`, `h_in` and `h_out`,
    `past_h` and `present_h`. An input `downsample_ratio` of one number is told 512 over the longer
    side of the picture, at most 1.

    Raises
    ------
    ModelError
        There is not one picture then, or a state is not of float32, or is too large, or has
        another shape after a frame than before it.
    """
    after = {_common(_AFTER, each.alias): each for each in ports.outputs}
    after.pop(None, None)
    followed = [after.get(_common(_BEFORE, each.alias)) for each in ports.inputs]
    if followed and all(followed):
        # Numbers alone, such as input_1 and output_1, may name the picture and the matte as well.
        first = next((k for k, each in enumerate(ports.inputs) if 3 in each.shape[1:]), 0)
        followed[first : first + 1] = [None]
    states: list[State] = []
    ratio, rest = "", []
    for each, output in zip(ports.inputs, followed, strict=True):
        if output is not None:
            states.append(_state(path, each, output))
        elif _is_ratio(each):
            ratio = each.name
        else:
            rest.append(each)
    if len(rest) != 1:
        raise ModelError(_not_one(path, ports, rest))
    kept = {state.output for state in states}
    answers = [each for each in ports.outputs if each.name not in kept]
    # Beside the matte there may be the foreground's colours, before it or after it, and scores.
    best = max(answers, key=_likeness, default=None)
    foreground = best.name if best is not None and _likeness(best) else ""
    return Roles(rest[0], foreground if len(ports.outputs) > 1 else "", tuple(states), ratio)


def _likeness(answer: Tensor) -> int:
    """Return how much an output looks like a matte.

    3 for a map of one or two channels, or of none that are known; 2 for classes, or where nothing
    is known; 1 for scores and vectors; 0 for colours.
    """
    shape = answer.shape
    if 3 in shape[1:]:
        return 0
    if not shape:
        return 2
    extents = sorted(each if each > 0 else _OPEN for each in shape[-3:])
    sides = extents[-2:]
    if len(shape) not in (2, 3, 4) or sides[0] < _LEAST_SIDE:
        return 1
    channels = extents[0] if len(extents) == 3 else 1
    return 2 if 2 < channels < _OPEN else 3


def _is_ratio(each: Tensor) -> bool:
    alone = _numbers(each.shape) == 1 and each.kind in _FLOATS
    return _plain(each.alias) == _RATIO and alone


def _plain(name: str) -> str:
    return name.removeprefix("serving_default_").removesuffix(":0")


def _not_one(path: Path, ports: Ports, rest: list[Tensor]) -> str:
    if len(rest) < 2:
        return f"model: {path} has {len(ports.inputs)} inputs, none of them a picture"
    names = ", ".join(_plain(each.alias) for each in rest)[:100]
    return (
        f"model: {path} has {len(rest)} inputs ({names}) that no output follows by name, as r1o "
        "does r1i; wanted one picture"
    )


def _numbers(shape: list[int]) -> int:
    """Return how many numbers a tensor has, where open extents are 1."""
    count = 1
    for extent in _closed(shape):
        count *= extent
    return count


def _closed(shape: list[int]) -> tuple[int, ...]:
    return tuple(extent if 0 < extent < _OPEN else 1 for extent in shape)


def _state(path: Path, before: Tensor, after: Tensor) -> State:
    said = f"model: {path} has a state, {_plain(before.alias)},"
    if not {before.kind, after.kind} <= set(_FLOATS):
        raise ModelError(f"{said} of another type than float32 or float16")
    fixed = all(0 < each < _OPEN for each in (*before.shape, *after.shape))
    unlike = before.shape != after.shape if fixed else len(before.shape) != len(after.shape)
    if after.shape and unlike:
        shapes = f"{tuple(before.shape)} before a frame and {tuple(after.shape)} after it"
        raise ModelError(f"{said} of shape {shapes}")
    if _numbers(before.shape) > _MOST_NUMBERS:
        raise ModelError(f"{said} of shape {tuple(before.shape)}, which is too large")
    return State(before.name, after.name, _closed(before.shape))


def ratio_for(height: int, width: int) -> float:
    """Return what a model is told that reduces its input, by the input's size."""
    return min(_INNER / max(height, width), 1.0)
