"""The programs of GStreamer and PipeWire that this needs, and what to install where one lacks."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from fastvbg.devices.planar import picture_bytes
from fastvbg.errors import MissingLibraryError

if TYPE_CHECKING:
    from fractions import Fraction

LAUNCH: Final = "gst-launch-1.0"
INSPECT: Final = "gst-inspect-1.0"
DUMP: Final = "pw-dump"
ELEMENTS: Final = ("fdsrc", "rawvideoparse", "identity", "pipewiresink")
ALIGN: Final = 4
"""What rows of I420 begin at multiples of in GStreamer (`gst_video_info_set_format`)."""
MARK: Final = "fastvbg.mark"
"""The property by which a node is told from those of other runs."""

_PACKAGES = {
    LAUNCH: ("gstreamer1.0-tools", "gstreamer1"),
    DUMP: ("pipewire-bin", "pipewire-utils"),
    "pipewiresink": ("gstreamer1.0-pipewire", "pipewire-gstreamer"),
}
_OTHERS = ("gstreamer1.0-plugins-base", "gstreamer1-plugins-base")
# The first look at GStreamer's plugins after an installation makes its registry of them.
_SECONDS = 30.0


def packages(what: str) -> str:
    """Return how to install a program or an element of GStreamer's."""
    debian, fedora = _PACKAGES.get(what, _OTHERS)
    return f"'apt install {debian}' (Debian, Ubuntu) or 'dnf install {fedora}' (Fedora)"


def find(program: str) -> str:
    """Return where a program is.

    Raises
    ------
    MissingLibraryError
        It is not installed.
    """
    path = shutil.which(program)
    if path is None:
        raise MissingLibraryError(f"{program} is not installed; {packages(program)} adds it")
    return path


def missing_elements() -> list[str]:
    """Return which of `ELEMENTS` are not there; those that cannot be looked for count as there."""
    path = shutil.which(INSPECT)
    if path is None:
        return []
    return [name for name in ELEMENTS if not _inspects(path, name)]


def _inspects(path: str, name: str) -> bool:
    # Not by --exists, which compares the plugin's version with GStreamer's: PipeWire has its own.
    try:
        done = subprocess.run([path, name], capture_output=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return True
    return done.returncode == 0


def demand_elements() -> None:
    """Demand GStreamer's elements.

    Raises
    ------
    MissingLibraryError
        One is not there.
    """
    for name in missing_elements():
        raise MissingLibraryError(f"GStreamer has no {name}; {packages(name)} adds it")


def pipeline(
    size: tuple[int, int], rate: Fraction, colours: str, node: dict[str, str]
) -> list[str]:
    """Return what `gst-launch-1.0` is told: I420 from standard input to a camera node.

    Parameters
    ----------
    size : (int, int)
        Width and height of the pictures.
    rate : Fraction
        Pictures a second, as readers are told.
    colours : str
        What readers are told of the colours, as `colours.colorimetry` has it.
    node : dict
        The node's properties; neither names nor values have commas or quotes.
    """
    width, height = size
    # Quotes within quotes: one pair is of the pipeline's language, one of a structure's.
    properties = ",".join(["props", *(f'{key}=(string)\\"{node[key]}\\"' for key in node)])
    return [
        # Without its own handler of faults, which would keep a crashed process spinning.
        *("-q", "--no-fault"),
        *(
            "fdsrc",
            "fd=0",
            "do-timestamp=true",
            f"blocksize={picture_bytes(width, height, ALIGN)}",
            "!",
        ),
        *("rawvideoparse", "format=i420", f"width={width}", f"height={height}"),
        *(f"framerate={rate.numerator}/{rate.denominator}", f"colorimetry={colours}", "!"),
        # fdsrc would fill PipeWire's own buffers, of which there are none before a reader comes:
        # gst-launch-1.0 crashed then (PipeWire 0.3.65, GStreamer 1.22).
        *("identity", "drop-allocation=true", "!"),
        # Pictures are paced by who writes them; a clock in between would only delay them.
        *("pipewiresink", "mode=provide", "sync=false", f'stream-properties="{properties}"'),
    ]
