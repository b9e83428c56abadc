"""What a model file says of its input: size, layout and type, read from TFLite and ONNX themselves.

A recurrent model takes beside the picture what it said itself of the frame before: its states.
"""

from __future__ import annotations

import struct
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from fastvbg.errors import ModelError
from fastvbg.models.contents import read_ports, weights_beside
from fastvbg.models.states import State, roles_of

FORMATS = {".tflite": "tflite", ".onnx": "onnx"}
MOST_SIDE = 4096
"""Pixels of a model's input, across or down."""
_LEVELS = {"float32": None, "float16": None, "uint8": (0, 255), "int8": (-128, 127)}
"""What a picture may be of, and black and white of what is counted."""
_POINTER = b"version https://git-lfs"


class ModelSpec(NamedTuple):
    """A segmentation model's file and the picture that it takes.

    Parameters
    ----------
    path : Path
        The file.
    format : str
        "tflite" or "onnx".
    height, width : int
        Of the picture.
    layout : str
        "nhwc" (pixels interleaved) or "nchw" (planes).
    picture, foreground : str, default ""
        Names of the input and the output that are the picture and the matte; the first when empty.
    states : tuple of State
        What it keeps from frame to frame.
    ratio : str, default ""
        Name of the input that is told by how much the picture is to be reduced inside.
    levels : (int, int), optional
        What black and white are where the picture is of whole numbers of 8 bits.
    """

    path: Path
    format: str
    height: int
    width: int
    layout: str
    picture: str = ""
    foreground: str = ""
    states: tuple[State, ...] = ()
    ratio: str = ""
    levels: tuple[int, int] | None = None


def read_spec(path: str | Path, *, size: tuple[int, int] | None = None) -> ModelSpec:
    """Read what a model wants.

    Parameters
    ----------
    path : str or Path
        A `.tflite` or `.onnx` file.
    size : (int, int), optional
        Width and height of the input, for a model that leaves them open.

    Returns
    -------
    ModelSpec
        Of the model's picture, and of what it keeps from frame to frame.

    Raises
    ------
    ModelError
        The file cannot be read, or takes something else than one RGB picture, beside states; or
        the file beside it that has its weights is not there.
    """
    path, form = Path(path), format_of(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"model: {path} cannot be read ({error.strerror})") from None
    try:
        ports = read_ports(content, form)
        beside = weights_beside(content) if form == "onnx" else []
    except (struct.error, IndexError, TypeError, ValueError):
        if content.startswith(_POINTER):
            raise ModelError(f"model: {path} is a pointer of Git LFS, not the model") from None
        raise ModelError(f"model: {path} is damaged, or no {form} file") from None
    gone = [name for name in beside if not path.parent.joinpath(name).is_file()]
    if gone:
        raise ModelError(f"model: {path} wants {gone[0]} beside it, where its weights are")
    roles = roles_of(path, ports)
    if roles.picture.kind not in _LEVELS:
        raise ModelError(
            f"model: {path} takes {roles.picture.kind}, wanted one of {', '.join(_LEVELS)}"
        )
    height, width, layout = _picture(path, roles.picture.shape, size)
    levels = _LEVELS[roles.picture.kind]
    rest = roles.foreground, roles.states, roles.ratio, levels
    return ModelSpec(path, form, height, width, layout, roles.picture.name, *rest)


def format_of(path: str | PathLike[str]) -> str:
    """Return the format that a model's name says.

    Raises
    ------
    ModelError
        It says none.
    """
    form = FORMATS.get(Path(path).suffix.lower())
    if form is None:
        raise ModelError(
            f"model: {path} is neither .tflite nor .onnx, to which other formats are exported"
        )
    return form


def _picture(path: Path, shape: list[int], size: tuple[int, int] | None) -> tuple[int, int, str]:
    """Return height, width and layout; sides of 0 or less are open."""
    # Exporters may leave all open, even how many extents there are: those of ONNX have planes.
    extents = shape or [0, 0, 0, 0]
    if len(extents) == 4 and extents[0] <= 1 and _channels(extents):
        shape, layout = extents, _channels(extents)
        height, width = shape[1:3] if layout == "nhwc" else shape[2:4]
        if size is not None and (height <= 0 or width <= 0):
            width, height = size
        if size is not None and (width, height) != tuple(size):
            raise ModelError(
                f"model: {path} takes {width}x{height} (width x height) only, not "
                f"{size[0]}x{size[1]}"
            )
        if min(height, width) > 0 and max(height, width) <= MOST_SIDE:
            return height, width, layout
        if max(height, width) <= MOST_SIDE:
            raise ModelError(
                f"model: {path} leaves its input's size open; give it, such as --model-size 256x256"
            )
    raise ModelError(
        f"model: {path} takes shape {tuple(shape)}, wanted one RGB picture: (1, height, width, 3) "
        "or (1, 3, height, width)"
    )


def _channels(shape: list[int]) -> str:
    """Return the layout by where three channels are, or may be; empty for nowhere."""
    if shape[3] == 3:
        return "nhwc"
    return "nchw" if shape[1] == 3 or shape[1] <= 0 else ""
