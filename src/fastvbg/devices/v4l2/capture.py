"""A camera: open it, and read its newest frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.devices.errors import CameraGoneError
from fastvbg.devices.v4l2.naming import find_again, find_camera
from fastvbg.devices.v4l2.stream import Stream
from fastvbg.devices.v4l2.system import System

if TYPE_CHECKING:
    from fractions import Fraction
    from types import TracebackType

    from typing_extensions import Self

    from fastvbg._types import Size
    from fastvbg.devices.v4l2.counting import Counts
    from fastvbg.devices.v4l2.nodes import Identity, Node
    from fastvbg.devices.v4l2.picture import Picture
    from fastvbg.devices.v4l2.stream import Frame


class Camera:
    """A camera of Linux, read for its newest frame only.

    Parameters
    ----------
    source : str
        `camera`, `camera:NAME` or a path, as `naming.find_camera` takes them.
    size : (int, int), optional
        Wished width and height in pixels.
    rate : Fraction, optional
        Wished frames a second.
    format : str, optional
        Wished pixel format. For what happens without wishes, see `choose.choose`.
    steady_rate : bool
        Forbid the camera to lower its rate in dim light, where it has a control for that.
    system : System, optional
        What makes the calls.

    Raises
    ------
    OptionError
        This is not Linux.
    """

    def __init__(
        self,
        source: str = "camera",
        *,
        size: Size | None = None,
        rate: Fraction | None = None,
        format: str | None = None,
        steady_rate: bool = False,
        system: System | None = None,
    ) -> None:
        self.source = source
        self._wishes = (size, rate, format)
        self._steady = steady_rate
        self._system = system or System()
        self._identity: Identity | None = None
        self._stream: Stream | None = None

    def open(self) -> None:
        """Open the camera and start its stream; after a close, the same one at whatever number.

        Raises
        ------
        SourceError
            It is not there, is in use, or refuses; `CameraGoneError` where it was unplugged.
        OptionError
            The wished format is not there, or the source is no camera's name.
        """
        if self._stream is not None:
            return
        known = self._identity
        node = find_again(known, self._system) if known else find_camera(self.source, self._system)
        self._stream = Stream(node, self._wishes, self._steady, self._system)
        self._identity = node.identity

    def read(self, timeout: float) -> Frame | None:
        """Return the newest frame, waiting for one at most so long; the one before ends.

        Parameters
        ----------
        timeout : float
            Seconds.

        Returns
        -------
        Frame or None
            None where none came in time.

        Raises
        ------
        CameraGoneError
            It was unplugged, or is not open.
        """
        return self._live.read(timeout)

    def close(self) -> None:
        """Stop the stream and release the camera; its light goes off. A second call does nothing.

        A view of a frame that somebody kept stays readable, and before Python 3.13 holds the device
        open as long.
        """
        if self._stream is not None:
            stream, self._stream = self._stream, None
            stream.close()

    @property
    def node(self) -> Node:
        """The device that is open."""
        return self._live.node

    @property
    def picture(self) -> Picture:
        """The form of frames, as the driver took it."""
        return self._live.picture

    @property
    def rate(self) -> Fraction | None:
        """Frames a second as the driver took them; None where it does not say."""
        return self._live.rate

    @property
    def counts(self) -> Counts:
        """Frames since it was opened."""
        return self._live.counter.counts

    @property
    def holds_rate(self) -> bool:
        """Whether the camera took `steady_rate`."""
        return self._live.holds_rate

    @property
    def _live(self) -> Stream:
        if self._stream is None:
            raise CameraGoneError(f"{self.source}: is not open")
        return self._stream

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
