"""A window on the screen as a place where pictures go."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from fastvbg.errors import SinkError
from fastvbg.live_mode.pictures.grab import FORM
from fastvbg.matting.run import unheard
from fastvbg.media.colour import ToBGR
from fastvbg.media.planes import new_picture, planes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import Planes
    from fastvbg.media.colour import ColourTags

_PROBE = "import cv2; cv2.namedWindow('fastvbg')"
_SECONDS = 30.0
_NONE_HERE = (
    "window: OpenCV opens none here (no screen, or a build without windows); wanted another sink, "
    "such as --page"
)


class Window:
    """A window of OpenCV's on the screen; `q` or its cross ends the session."""

    def __init__(self, colour: ColourTags) -> None:
        self.name, self.status, self.dropped = "window", "", 0
        self._title, self._convert = "fastvbg", ToBGR(colour)
        self.heard: Callable[[str], object] = unheard
        """Called with each key that is pressed in it; by default nothing comes of them."""

    def open(self, width: int, height: int, rate: float) -> None:  # noqa: ARG002
        """Open the window."""
        import cv2

        _demand_screen()
        try:
            cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)
            cv2.resizeWindow(self._title, width, height)
        except cv2.error as error:
            raise SinkError(_NONE_HERE) from error

    def write(self, planes: Planes, captured: float) -> None:  # noqa: ARG002
        """Show a picture, mirrored as in a mirror."""
        import cv2

        frame = new_picture(planes[0].shape[1], planes[0].shape[0], FORM)
        for source, target in zip(planes, planes_of(frame), strict=True):
            target[:] = source
        try:
            cv2.imshow(self._title, cv2.flip(self._convert(frame), 1))
            key = cv2.waitKey(1) & 0xFF
            is_there = cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1
        except cv2.error as error:
            raise SinkError(f"window: {' '.join(str(error).split())}") from error
        if key != 0xFF:
            self.heard(chr(key))
        if not is_there:
            self.heard("q")

    def watched(self) -> bool | None:
        """Tell that somebody looks."""
        return True

    def close(self) -> None:
        """Close the window."""
        import cv2

        with suppress(cv2.error):
            cv2.destroyWindow(self._title)


def _demand_screen() -> None:
    """Demand a screen: Qt, by which OpenCV opens windows on Linux, ends the process without one."""
    if sys.platform in ("darwin", "win32") or not sys.executable or getattr(sys, "frozen", False):
        return
    code = f"import sys; sys.path[:] = {sys.path!r}; {_PROBE}"
    try:
        tried = subprocess.run(
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise SinkError(_NONE_HERE) from None
    if tried.returncode:
        raise SinkError(_NONE_HERE)
