"""The virtual camera of PipeWire's as a sink of live mode."""

from __future__ import annotations

import itertools
import math
import os
import re
import time
from typing import TYPE_CHECKING

from fastvbg.devices.keeper import Keeper, Patience
from fastvbg.devices.newest import Newest
from fastvbg.devices.pipewire.colours import colorimetry
from fastvbg.devices.pipewire.launch import Launch
from fastvbg.devices.pipewire.node import NodeWatch
from fastvbg.devices.pipewire.programs import ALIGN, LAUNCH, MARK, demand_elements, find, pipeline
from fastvbg.devices.planar import black, check_even_size, check_picture, picture_bytes
from fastvbg.errors import OptionError, SinkError, shown
from fastvbg.media.colour import ColourTags
from fastvbg.values import check_text, parse_rate

if TYPE_CHECKING:
    from fastvbg._types import Planes

# Whoever reads the pipeline's text takes commas and quotes for its own.
_NAME = re.compile(r"[\w .()-]{1,64}")
# A node was there 0.1 to 0.3 s after the start; a program that cannot reach PipeWire ended in less.
_APPEARS_SECONDS = 3.0
_FAILS_SECONDS = 0.7
_LOOK_SECONDS = 0.02
_PATIENCE = Patience(start=math.inf, silence=math.inf)

_COLOUR = ColourTags(6, 1)  # BT.601, limited, by the numbers of ITU-T H.273 and FFmpeg

_numbers = itertools.count(1)


class PipeWireSink:
    """A camera that programs see which take theirs from PipeWire. It needs no kernel module.

    Parameters
    ----------
    camera : str
        The name that they list it by; letters, digits, blanks, dots, dashes and parentheses, at
        most 64.
    name : str
        As the user wrote it, for messages.
    colour : ColourTags
        Of the pictures: what readers are told of the colours, by a `pipewiresink` that does.
    patience : Patience
        How long to wait before GStreamer's program is started again.

    Raises
    ------
    OptionError, OptionTypeError
        That is no such name.
    """

    def __init__(
        self,
        camera: str = "fastvbg",
        *,
        name: str = "pipewire",
        colour: ColourTags = _COLOUR,
        patience: Patience = _PATIENCE,
    ) -> None:
        if not _NAME.fullmatch(check_text("camera", camera)):
            raise OptionError(
                f"camera: got {shown(camera)}, wanted at most 64 letters, digits, blanks and .-()"
            )
        self.name = name
        self.dropped = 0
        """Pictures that a newer one has replaced before GStreamer took them, since `open`."""
        self._camera, self._colour, self._patience = camera, colour, patience
        self._size = (0, 0)
        self._pictures: Newest | None = None
        self._keeper: Keeper | None = None
        self._watch: NodeWatch | None = None

    def open(self, width: int, height: int, rate: float) -> None:
        """Show the camera, black at first; readers are told the rate, 0.001 to 1000 a second.

        Raises
        ------
        MissingLibraryError
            GStreamer's program or its elements are not installed: one line with the packages.
        SinkError
            It ended at once, for instance since PipeWire does not run.
        OptionError, OptionTypeError
            The size is odd, or the rate is none.
        """
        self.close()
        self._size = check_even_size(width, height)
        program = find(LAUNCH)
        demand_elements()
        mark = f"{os.getpid()}-{next(_numbers)}"
        node = {
            "media.class": "Video/Source",
            "media.role": "Camera",
            "node.name": self._camera,
            "node.description": self._camera,
            MARK: mark,
        }
        colours = colorimetry(self._colour, height)
        command = [program, *pipeline(self._size, parse_rate(rate), colours, node)]
        self._pictures = pictures = Newest(width, height, ALIGN)
        self._watch = NodeWatch(mark)
        self.dropped = 0
        pictures.put(black(width, height))  # the node is there from the first picture on

        def start() -> Launch:
            launch = Launch(command, pictures, picture_bytes(width, height, ALIGN), keeper.ended)
            keeper.at_work()
            return launch

        self._keeper = keeper = Keeper(LAUNCH, start, self._patience)
        keeper.begin()
        self._demand_start(keeper, self._watch)

    def write(self, planes: Planes, captured: float) -> None:  # noqa: ARG002
        """Hand over a picture; it replaces one that GStreamer has not taken yet.

        Readers get its time when it arrives at PipeWire, so `captured` is not used. The rest is as
        of `NetworkSink.write`.
        """
        if self._keeper is None or self._pictures is None:
            raise SinkError(f"{self.name}: got a picture before open or after close")
        check_picture(planes, *self._size)
        self._pictures.put(planes)
        self.dropped = self._pictures.lost

    def watched(self) -> bool | None:
        """Tell whether somebody reads the camera; None where that is not known."""
        return None if self._watch is None else self._watch.watched()

    def status(self) -> str:
        """Return how it stands, for a status line."""
        return "closed" if self._keeper is None else self._keeper.status()

    def close(self) -> None:
        """Take the camera away; ends within 3 seconds, and a second call does nothing."""
        for part in (self._keeper, self._watch):
            if part is not None:
                part.close()
        self._keeper = self._watch = None

    def _demand_start(self, keeper: Keeper, watch: NodeWatch) -> None:
        """Wait until the node is there; raise why it is not."""
        limit = _APPEARS_SECONDS if watch.available else _FAILS_SECONDS
        until = time.monotonic() + limit
        while time.monotonic() < until and not watch.seen:
            if keeper.reason:
                reason = keeper.reason
                self.close()
                raise SinkError(f"{self.name}: {reason}")
            time.sleep(_LOOK_SECONDS)
