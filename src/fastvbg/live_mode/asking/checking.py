"""What a session names is looked at before its source is opened, by which a light may go on."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fastvbg.errors import OptionError, SourceError
from fastvbg.live_mode.asking.choosing import is_recording, is_virtual
from fastvbg.media.image import read_frame
from fastvbg.media.model import MAX_PIXELS, ReadOptions
from fastvbg.media.names import exists, is_address, read_numbering
from fastvbg.options import Described, File
from fastvbg.pipeline.backdrop import demand_no_colour
from fastvbg.sink import check_sink
from fastvbg.source import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fastvbg.settings import Settings

_STANDARD = "-"


def check_places(places: Sequence[str], *, overwrite: bool) -> None:
    """Demand that all places can be there, as far as their names tell.

    Raises
    ------
    FastvbgError
        One cannot.
    """
    for place in places:
        if is_recording(place):
            check_sink(place, overwrite=overwrite)
        elif is_virtual(place):
            _check_virtual(place)
        elif place == _STANDARD:
            _demand_no_terminal()


def _demand_no_terminal() -> None:
    """Demand that raw pictures go to a program: a terminal would take them for orders."""
    is_terminal = False
    with suppress(ValueError):  # closed, which is told where it is written to
        is_terminal = sys.stdout is not None and sys.stdout.isatty()
    if is_terminal:
        raise OptionError(
            "to: '-' writes raw pictures, and standard output is a terminal; wanted a pipe, such "
            "as --to - | ffplay -"
        )


def _check_virtual(place: str) -> None:
    kind = place.partition(":")[0]
    if kind == "pipewire":
        from fastvbg.devices.pipewire.programs import LAUNCH, find

        find(LAUNCH)
    elif kind == "virtualcam":
        from fastvbg.live_mode.outlets.virtualcam import demand_virtualcam

        demand_virtualcam(place)
    else:
        from fastvbg.devices.v4l2.naming import find_loopback
        from fastvbg.devices.v4l2.system import System

        find_loopback(place, System())


def check_files(settings: Settings, card: str | Path | None) -> None:
    """Demand that files can be read that a session needs.

    Raises
    ------
    SourceError
        One is not there, or holds something else.
    """
    if card is not None:
        read_frame(card, "card", MAX_PIXELS)
    for described in (settings, settings.kind):
        for name, path in Described.files(described):
            option = described.options()[name]
            if isinstance(option, File) and option.picture:
                _check_picture(name.replace("_", "-"), path, settings)


def _check_picture(role: str, path: str, settings: Settings) -> None:
    """Demand that a file is there, and of a background that it has a first frame."""
    if path == _STANDARD or is_address(path):
        return
    if role == "background":
        most: Any = settings.max_pixels
        demand_no_colour(path)
        options = ReadOptions(alpha="black", max_pixels=most, role=role, threads=1)
        with open_source(path, options=options):
            return
    if read_numbering(path) is None and not exists(path):
        raise SourceError(f"{role}: no such file: {path}")
