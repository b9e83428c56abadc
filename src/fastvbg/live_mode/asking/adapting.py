"""Settings that were made for files, as live mode can use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.live_mode.asking.choosing import OF_RECORDINGS, is_file, is_recording
from fastvbg.media.names import read_numbering
from fastvbg.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Collection

    from fastvbg.live_mode.asking.asked import Asked

_OF_FILES = ("fps", "start", "end", "max_frames", "scale", "pairing", "pixel_path")


def adapted(
    asked: Asked, settings: Settings, typed: Collection[str]
) -> tuple[Asked, Settings, list[str]]:
    """Return what a settings file made for files asks for live, and what of it is left out.

    Parameters
    ----------
    asked : Asked
        What the session is asked for. A file as a source is played in the settings' size, and a
        sequence at their rate, unless others are asked for.
    settings : Settings
        Of the file and the command line.
    typed : collection of str
        Those that the command line itself said: they are for `make_session` to judge.
    """
    records = any(is_recording(place) for place in asked.places)
    names = _OF_FILES if records else (*_OF_FILES, *OF_RECORDINGS)
    said = [name for name in names if getattr(settings, name) != Settings.default(name)]
    said = [name for name in (*said, *only_of_runs(settings)) if name not in typed]
    used = _usable(asked, settings)
    asked = asked._replace(**{name: value for name, value in used.items() if value is not None})
    settings = settings.replace(**{name: Settings.default(name) for name in said})
    taken = {"size": "scale", "fps": "fps"}
    return asked, settings, [name for name in said if name not in (taken[each] for each in used)]


def only_of_runs(settings: Settings) -> list[str]:
    """Return the options that live mode has, but not as settings made for files say them."""
    trims = settings.background_end == "trim"
    said = {"background": settings.transparent, "background_end": trims}
    return [name for name, is_said in said.items() if is_said]


def _usable(asked: Asked, settings: Settings) -> dict[str, Any]:
    """Return what a source can have of settings; None for what the line itself said."""
    used: dict[str, Any] = {}
    scale: Any = settings.scale
    if is_file(asked.source) and scale is not None and (asked.size or min(scale) > 0):
        used["size"] = None if asked.size else scale
    if settings.fps is not None and (asked.fps or read_numbering(asked.source)):
        used["fps"] = None if asked.fps else settings.fps
    return used
