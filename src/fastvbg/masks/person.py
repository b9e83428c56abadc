"""Person: people, by a segmentation network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from fastvbg.constants import MOST_EVERY, QUALITIES, ROOM_SIDE, ROOMS, RUNTIMES
from fastvbg.errors import OptionError, shown
from fastvbg.masks.base import Mask
from fastvbg.masks.memory import FADING
from fastvbg.masks.plate import Plate
from fastvbg.options import Choice, File, Integer, Size, Text, option

if TYPE_CHECKING:
    from fastvbg import _types
    from fastvbg.masks.memory import Memory
    from fastvbg.matting.person import PersonRun
    from fastvbg.matting.run import Run


_SMALL = (
    "person.canvas.reduce",
    "person.network.from_planes",
    "composite.scaled.quantize",
    "person.canvas.box",
    "refine.regions.hysteresis",
    "person.discriminant.separate",
    "person.canvas.changed",
    "person.canvas.moved",
    "person.colourfit.fit",
    "person.network.differ",
    "person.canvas.steady",
    "person.carry.carry",
)
"""The kernels that make the small matte."""

_ROOM = (
    "person.texture.want",
    "person.texture.gather",
    "person.texture.heed",
    "person.texture.hold",
    "person.edges.apply",
    "person.room_canvas.survey",
    "person.room_canvas.gather",
    "person.room_canvas.mark",
    "person.room_edges.decide",
    "person.room.learn",
    "person.elsewhere.chroma",
    "person.elsewhere.cells",
    "keying.shift.shift_plane",
)
"""Those that make a matte of it, by the room where that is known."""


@dataclass(frozen=True, eq=False, repr=False)
class Person(Mask):
    """People before any room, by a network that is fetched once."""

    # Its mattes are refined by the keyer itself, before they have the frame's size.
    name: ClassVar[str] = "person"
    estimates: ClassVar[bool] = True
    networks: ClassVar[bool] = True
    kernels: ClassVar[tuple[str, ...]] = (
        *_SMALL,
        *_ROOM,
        "person.edges.composite_planes",
        "composite.planes_blend.blend_u8",
    )
    estimating: ClassVar[tuple[str, ...]] = (*_SMALL, *_ROOM)

    model: _types.File | None = option(
        None, File("A segmentation model of your own, .tflite or .onnx.", metavar="FILE")
    )
    model_size: tuple[int, int] | str | None = option(
        None, Size("Size of its input, where the file leaves it open.", metavar="WxH")
    )
    model_range: str = option(
        "0:1", Text("Its black and white: 0:1, -1:1, 0:255; or imagenet.", metavar="RANGE")
    )
    model_classes: str | None = option(
        None,
        Text(
            "Which of its channels or labels are kept, such as 15 or 1-5, where it has several.",
            metavar="N",
        ),
    )
    runtime: str = option(
        "auto", Choice("What runs it; auto takes the fastest installed.", RUNTIMES, metavar="NAME")
    )
    every: int = option(
        1,
        Integer(
            "The network looks at each Nth frame; motion does the rest.", 1, MOST_EVERY, metavar="N"
        ),
    )

    quality: str = option(
        "fine",
        Choice(
            "Further looks at first frames and what is unsure, or one.", QUALITIES, metavar="NAME"
        ),
    )

    room: str = option(
        "remembered",
        Choice(
            "Whether the room is remembered where it was seen, for people's edges.",
            ROOMS,
            metavar="NAME",
        ),
    )

    plate: _types.File | _types.Frame | None = option(
        None,
        File(
            "A picture of the room with nobody in it, which is known from the beginning then.",
            metavar="PLATE",
            picture=True,
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.given("model_size", "model_range", "model_classes")
        if self.model is None and given:
            wanted = "wanted a model of your own beside it, such as --model FILE"
            raise OptionError(f"{', '.join(given)}: got no model; {wanted}")
        if self.model is None:
            return
        from fastvbg.models.spec import MOST_SIDE, format_of
        from fastvbg.values.words import parse_classes, parse_range

        size: Any = self.model_size
        if size is not None and max(size) > MOST_SIDE:
            raise OptionError(f"model_size: got {shown(size)}, wanted at most {MOST_SIDE} a side")
        parse_range("model_range", self.model_range)
        if self.model_classes is not None:
            parse_classes(self.model_classes)
        format_of(self.model)

    def uses(self) -> tuple[str, ...]:
        """Return what a plate takes: it is keyed by, and decides edges."""
        return () if self.plate is None else (*Plate.kernels, *Plate.deciding)

    def knows(self, size: tuple[int, int]) -> bool:
        """Tell whether a plate is of use in frames of a width and height."""
        return self.quality == "fine" and self.room != "off" and max(size) >= ROOM_SIDE

    def memory(self) -> Memory:
        """Return that mattes are steadied."""
        return FADING

    def keyer(self, run: Run) -> PersonRun:
        """Return what keys people, a network some frames ahead of it."""
        from fastvbg.matting.person import PersonRun

        names = (
            "model",
            "model_size",
            "model_range",
            "model_classes",
            "runtime",
            "every",
            "quality",
        )
        return PersonRun(run, plate=self.plate, **self.given(*names, "room"))
