"""A segmentation network as the person keyer uses it: part of a frame in, its matte out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import YUV_RGB
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.person import plan
from fastvbg.kernels.person.taps import UNIT, columns, table
from fastvbg.keyers.person.agreeing import inside
from fastvbg.keyers.person.answers import Answers
from fastvbg.values.words import parse_range

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte, Planes
    from fastvbg.models.runtimes import Runtime

    Box = tuple[int, int, int, int]

scaled = Module("composite.scaled")
kernels = Module("person.network")

_IMAGENET_MEAN, _IMAGENET_SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def scale_of(text: str) -> npt.NDArray[np.float32]:
    """Return scale and offset of red, green and blue for the kernels, from a model's range.

    Parameters
    ----------
    text : str
        "LOW:HIGH", what black and white are to the model; or "imagenet": 0:1 less the mean and over
        the spread of ImageNet's pictures, as torchvision's models take them.

    Raises
    ------
    OptionError
        It is neither.
    """
    ends = parse_range("model_range", text)
    if ends is None:
        steps = [1 / (255 * spread) for spread in _IMAGENET_SPREAD]
        pairs = zip(_IMAGENET_MEAN, _IMAGENET_SPREAD, strict=True)
        offsets = [-mean / spread for mean, spread in pairs]
    else:
        first, last = ends
        steps, offsets = [(last - first) / 255] * 3, [first] * 3
    unit = np.float32(UNIT * UNIT)
    return np.array([*(np.float32(step) / unit for step in steps), *offsets], np.float32)


def _share(before: int, extent: int, whole: int, length: int) -> slice:
    """Return which of `length` results lie in a part of what they are of."""
    start = round(before * length / whole)
    return slice(start, max(start + 1, round((before + extent) * length / whole)))


def _tables_of(shapes: Any, box: Box, form: tuple[int, int], *, planar: bool) -> tuple[Any, Any]:
    """Return what the kernels reduce a box to a form, height and width, by, and their scratch."""
    height, width = shapes[0] if planar else shapes[:2]
    left, top, across, down = box
    vertical = (height, top, down, form[0])
    horizontal = (width, left, across, form[1])
    tables = [table(*vertical), *columns(*horizontal)]
    if planar:
        halved = [int(shapes[1][axis] < shapes[0][axis]) for axis in (0, 1)]
        tables += [table(*vertical, halved[0])]
        tables += columns(*horizontal, halved[1])
    return tuple(tables), plan.network_scratch(width, form[1])


class Network:
    """Runs a model on parts of frames.

    Parameters
    ----------
    runtime : Runtime
        Of the model.
    scale : ndarray, shape (6,), float32
        Of `scale_of`.
    space : (str, str)
        Matrix and range of planes.
    classes : tuple of int, optional
        Which of the model's channels or labels are foreground, as for `Answers`.
    """

    def __init__(
        self,
        runtime: Runtime,
        scale: npt.NDArray[np.float32],
        space: tuple[str, str],
        classes: tuple[int, ...] | None = None,
    ) -> None:
        self._run, self._answers = runtime, Answers(classes)
        self._scale, self._weights = scale, tuple(YUV_RGB[space])
        self.height, self.width = runtime.input.shape[:2]
        self._tables: tuple[Any, ...] = ()
        self._for: Any = None
        self._matte = np.empty((self.height, self.width), np.uint8)
        self._before: npt.NDArray[np.float32] | None = None

    @property
    def name(self) -> str:
        """The runtime's name."""
        return self._run.name

    @property
    def recurrent(self) -> bool:
        """Whether what it says of a frame depends on those before."""
        return self._run.recurrent

    def reset(self) -> None:
        """Forget the frames before."""
        self._run.reset()

    def fill(self, picture: Frame | Planes, box: Box) -> None:
        """Fill the network's input from a part of a frame: left, top, width, height."""
        planar = isinstance(picture, tuple)
        shapes = tuple(plane.shape for plane in picture) if planar else picture.shape  # type: ignore[union-attr]
        if (shapes, box) != self._for:
            self._for = shapes, box
            self._prepare(shapes, box, planar=planar)
        self._fill(picture, self._run.input, self._tables, self._scratch)

    def _fill(self, picture: Frame | Planes, out: Any, tables: Any, scratch: Any) -> None:
        if isinstance(picture, tuple):
            kernels.from_planes.call(*picture, out, *tables, *scratch, self._scale, self._weights)
        else:
            kernels.from_frame.call(picture, out, *tables, *scratch, self._scale)

    def _prepare(self, shapes: Any, box: Box, *, planar: bool) -> None:
        form = self.height, self.width
        self._tables, self._scratch = _tables_of(shapes, box, form, planar=planar)
        self._before = None

    def glance(self, picture: Frame | Planes, box: Box, *, mirrored: bool = False) -> Matte:
        """Return what the network says of a box that may reach beyond the frame; black is there.

        Parameters
        ----------
        picture : ndarray or tuple of 3 ndarray, uint8
            The frame.
        box : (int, int, int, int)
            Left, top, width, height.
        mirrored : bool
            Whether the network sees its mirror image; what it says is turned back.

        Returns
        -------
        ndarray, shape (h, w), uint8
            In memory of its own.
        """
        planar = isinstance(picture, tuple)
        shapes = tuple(plane.shape for plane in picture) if planar else picture.shape  # type: ignore[union-attr]
        size: Any = shapes[0] if planar else shapes[:2]
        within = inside(box, (size[1], size[0]))
        rows = _share(within[1] - box[1], within[3], box[3], self.height)
        cols = _share(within[0] - box[0], within[2], box[2], self.width)
        form = rows.stop - rows.start, cols.stop - cols.start
        whole = np.empty((self.height, self.width, 3), np.float32)
        whole[...] = self._scale[3:]
        tables, scratch = _tables_of(shapes, within, form, planar=planar)
        self._fill(picture, whole[rows, cols], tables, scratch)
        self._run.input[...] = whole[:, ::-1] if mirrored else whole
        # Whether the picture is still is told from the looks by `fill`.
        before, self._before = self._before, None
        matte = self.matte()
        self._before = before
        seen: Matte = (matte[:, ::-1] if mirrored else matte).copy()
        return seen

    def is_still(self, most: float) -> bool:
        """Tell whether the input is as at the last `matte`, but for such a share of black to white.

        Noise falls by the square root of the pixels that are averaged, so a still scene has far
        less in a reduced picture than in a frame.
        """
        if self._before is None:
            return False
        step = most * abs(float(self._scale[0])) * 255 * UNIT * UNIT
        now = self._run.input.ravel(order="K")
        return not kernels.differ.call(now, self._before, 3 * self.width, step)

    def matte(self) -> Matte:
        """Run the network on its input; return the matte of the part, valid until the next call."""
        if self._before is None:
            self._before = np.empty(self._run.input.size, np.float32)
        np.copyto(self._before, self._run.input.ravel(order="K"))
        plane = self._answers.foreground(self._run())
        if plane.shape != self._matte.shape:
            self._matte = np.empty(plane.shape, np.uint8)
        scaled.quantize.call(np.require(plane, np.float32, "A"), self._matte)
        return self._matte
