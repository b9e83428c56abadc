"""A virtual camera of v4l2loopback that finished pictures are written to."""

from __future__ import annotations

import errno
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.devices.planar import in_one_piece
from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.colours import describe
from fastvbg.devices.v4l2.device import Device
from fastvbg.devices.v4l2.holders import holders, told
from fastvbg.devices.v4l2.layouts import LAYOUTS, frame_bytes
from fastvbg.devices.v4l2.loopbacks import STUCK, free, loopback_state, sign_writer
from fastvbg.devices.v4l2.naming import MODPROBE, find_loopback
from fastvbg.devices.v4l2.negotiate import set_rate
from fastvbg.devices.v4l2.nodes import node_of
from fastvbg.devices.v4l2.readers import SeenReaders, counted_readers
from fastvbg.devices.v4l2.system import System
from fastvbg.errors import OptionError, ShapeError, SinkError, shown
from fastvbg.media.colour import ColourTags
from fastvbg.values import parse_rate

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Planes
    from fastvbg.devices.v4l2.nodes import Node
    from fastvbg.devices.v4l2.readers import Readers

_COLOUR = ColourTags(6, 1)  # BT.601, limited, by the numbers of ITU-T H.273 and FFmpeg


class LoopbackSink:
    """A virtual camera of v4l2loopback.

    It stays open from `open` to `close`, also while nothing is written: an old module cannot be
    written to a second time.

    Parameters
    ----------
    name : str
        `loopback`, `loopback:NAME` or a path, as `naming.find_loopback` takes them.
    pixel_format : str
        `yu12` (4:2:0, as pictures are) or `yuyv` (4:2:2 packed), for programs that show no other.
    colour : ColourTags
        Of the pictures: what readers are told of the colours.
    system : System, optional
        What makes the calls.

    Raises
    ------
    OptionError
        The format is another, or this is not Linux.
    """

    def __init__(
        self,
        name: str = "loopback",
        *,
        pixel_format: str = "yu12",
        colour: ColourTags = _COLOUR,
        system: System | None = None,
    ) -> None:
        if pixel_format not in LAYOUTS:
            raise OptionError(
                f"pixel_format: got {shown(pixel_format)}, wanted one of {', '.join(LAYOUTS)}"
            )
        self.name = name
        self.dropped = 0
        self._pixel_format, self._colour = pixel_format, colour
        self._system = system or System()
        self._writer: _Writer | None = None

    def open(self, width: int, height: int, rate: float) -> None:
        """Open the device for pictures of one size.

        Parameters
        ----------
        width, height : int
            In pixels, even.
        rate : float
            Frames a second, which readers are told.

        Raises
        ------
        SinkError
            There is no such device, it is in use, or it refuses; or it is open with another size.
        OptionError
            A side is odd, which readers do not survive, or the rate is no rate.
        """
        if self._writer is not None:
            if self._writer.size != (width, height):
                raise SinkError(
                    f"{self.name}: got {width}x{height}, wanted {self._writer.told}, with which it "
                    "was opened: close it, and open it anew"
                )
            return
        if min(width, height) < 2 or width % 2 or height % 2:
            raise OptionError(f"{self.name}: got {width}x{height}, wanted even width and height")
        node = free(find_loopback(self.name, self._system), self._system)
        form = _format(self._pixel_format, width, height, self._colour)
        self._writer = _Writer(node, self._pixel_format, form, parse_rate(rate), self._system)
        self.dropped = 0

    def write(self, planes: Planes, captured: float) -> None:  # noqa: ARG002 - of the protocol
        """Write a picture; where the device does not take one now, drop and count it.

        Raises
        ------
        ShapeError
            It is of another size than the device was opened with.
        SinkError
            The device is gone, or not open, or its format was changed by another program.
        """
        if self._writer is None:
            raise SinkError(f"{self.name}: is not open")
        self.dropped += not self._writer.write(planes)

    def watched(self) -> bool | None:
        """Return whether somebody reads it; None where that is not known."""
        return None if self._writer is None else self._writer.readers.watched()

    def close(self) -> None:
        """Close the device; a second call does nothing."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()

    @property
    def node(self) -> Node | None:
        """The device that is open."""
        return None if self._writer is None else self._writer.node


class _Writer:
    """A device that is open for writing in one format."""

    def __init__(
        self, node: Node, layout: str, form: abi.Format, rate: Fraction, system: System
    ) -> None:
        self.size = (form.pix.width, form.pix.height)
        self.told = f"{form.pix.width}x{form.pix.height}"
        half = (form.pix.height // 2, form.pix.width // 2)
        self._shapes = [self.size[::-1], half, half]
        self._system = system
        with ExitStack() as stack:
            self._device = Device(node.path, system, SinkError)
            stack.callback(self._device.close)
            self.node = node_of(self._device)
            self._check_takes()
            self._set_format(form)
            set_rate(self._device, abi.OUTPUT, rate)
            self.readers = self._readers()
            self._stack = stack.pop_all()
        data = np.empty(frame_bytes(*self.size, layout), np.uint8)
        self._fill, self._bytes = LAYOUTS[layout](data, *self.size), data.data
        self._is_planar = layout == "yu12"

    def _readers(self) -> Readers:
        counted = counted_readers(self._device)
        if counted is not None:
            return counted
        if self.node.is_loopback:
            sign_writer(self._device)
        return SeenReaders(self._device)

    def _check_takes(self) -> None:
        node = self.node
        if not node.is_loopback and not node.caps & abi.CAP_OUTPUT:
            raise SinkError(f"{node}: is a camera, wanted a virtual one that can be written to")

    def _set_format(self, wished: abi.Format) -> None:
        code, size = wished.pix.pixelformat, self.size
        number = self._device.ask(abi.S_FMT, wished)
        node = self.node
        if number == errno.EINVAL and node.is_loopback and loopback_state(node.caps) == STUCK:
            raise SinkError(
                f"{node}: v4l2loopback is stuck (capabilities 0x{node.caps:08x}) after an earlier "
                f"writer: end what has it open, then sudo modprobe -r v4l2loopback; {MODPROBE}; "
                "newer versions such as 0.15 do not get stuck"
            )
        if number:
            raise self._device.error(number, f"take {self.told} as {abi.code_of(code)}")
        pix = wished.pix
        if (pix.width, pix.height) != size or pix.pixelformat != code:
            raise SinkError(
                f"{node}: holds on to {pix.width}x{pix.height} as {abi.code_of(pix.pixelformat)} "
                f"for {told(holders(node.path, self._system))}, wanted {self.told} as "
                f"{abi.code_of(code)}: end that first"
            )

    def write(self, planes: Planes) -> bool:
        """Write a picture; return whether the device took it."""
        got = [plane.shape for plane in planes]
        if got != self._shapes:
            sizes = ", ".join("x".join(map(str, shape[::-1])) for shape in got)
            raise ShapeError(
                f"{self.node}: got planes of {sizes}, wanted a 4:2:0 picture of {self.told}, with "
                "which it was opened: close it, and open it anew"
            )
        content = in_one_piece(planes) if self._is_planar else None
        if content is None:
            self._fill(planes)
            content = self._bytes
        try:
            taken = self._system.write(self._device.fd, content)
        except BlockingIOError:
            return False
        except OSError as error:
            raise self._device.error(error.errno, "take a picture") from None
        if taken != len(self._bytes):
            # What is left would be shown as the beginning of another picture.
            raise SinkError(
                f"{self.node}: took {taken} of the {len(self._bytes)} bytes of a picture: another "
                "program changed its format; close it, and open it anew"
            )
        return True

    def close(self) -> None:
        self._stack.close()


def _format(layout: str, width: int, height: int, colour: ColourTags) -> abi.Format:
    form = abi.Format(type=abi.OUTPUT)
    pix = form.pix
    pix.width, pix.height, pix.field = width, height, abi.FIELD_NONE
    pix.pixelformat = abi.fourcc(layout.upper())
    pix.bytesperline = width * (2 if layout == "yuyv" else 1)
    pix.sizeimage = frame_bytes(width, height, layout)
    describe(pix, colour)
    return form
