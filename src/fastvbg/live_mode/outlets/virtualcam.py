"""A virtual camera by pyvirtualcam: OBS's on macOS and Windows, Unity Capture's on Windows."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.errors import MissingLibraryError, SinkError

if TYPE_CHECKING:
    from fastvbg._types import Planes


def has_virtualcam() -> bool:
    """Tell whether pyvirtualcam is installed."""
    return find_spec("pyvirtualcam") is not None


def demand_virtualcam(name: str) -> None:
    """Demand pyvirtualcam for the place of a name; `MissingLibraryError` where it is not there."""
    if not has_virtualcam():
        raise MissingLibraryError(
            f"{name}: pyvirtualcam is not installed; '{sys.executable or 'python'} -m pip "
            'install "fastvbg[virtualcam]"\' installs it'
        )


class VirtualCam:
    """A virtual camera of another program's, which pyvirtualcam writes to.

    Parameters
    ----------
    name : str
        As the user wrote it.
    device : str
        The camera's name, such as "OBS Virtual Camera"; "" for the first one.
    """

    status = ""

    def __init__(self, name: str, device: str = "") -> None:
        self.name, self.dropped = name, 0
        self._device, self._camera = device, None
        self._buffer = np.empty(0, np.uint8)

    def open(self, width: int, height: int, rate: float) -> None:
        """Open the camera.

        Raises
        ------
        MissingLibraryError
            pyvirtualcam is not installed.
        SinkError
            There is no such camera, or another program writes to it.
        """
        demand_virtualcam(self.name)
        import pyvirtualcam

        try:
            self._camera = pyvirtualcam.Camera(
                width,
                height,
                rate,
                fmt=pyvirtualcam.PixelFormat.I420,
                device=self._device or None,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise SinkError(
                f"{self.name}: {'; '.join(str(error).split(chr(10)))}; wanted a virtual camera, as "
                "OBS Studio brings one, that nobody else writes to"
            ) from error
        self._buffer = np.empty(width * height * 3 // 2, np.uint8)

    def write(self, planes: Planes, captured: float) -> None:  # noqa: ARG002
        """Write a picture."""
        camera: Any = self._camera
        if camera is None:
            raise SinkError(f"{self.name}: is not open")
        np.concatenate([plane.reshape(-1) for plane in planes], out=self._buffer)
        try:
            camera.send(self._buffer)
        except (RuntimeError, ValueError, OSError) as error:
            raise SinkError(f"{self.name}: {error}") from error

    def watched(self) -> bool | None:
        """Tell nothing: these cameras do not say whether somebody reads them."""
        return None

    def close(self) -> None:
        """Close the camera; a second call does nothing."""
        camera: Any = self._camera
        self._camera = None
        if camera is not None:
            camera.close()
