"""A session as it is asked for, on the command line or in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastvbg.checks import check_callable, check_flag, check_iterable
from fastvbg.errors import OptionError, shown
from fastvbg.live_mode.asking.checking import check_files, check_places
from fastvbg.live_mode.asking.choosing import demand_recording, make_sink, make_source
from fastvbg.live_mode.session.session import Session
from fastvbg.matting.run import unheard
from fastvbg.media.names import are_same
from fastvbg.values import check_path, check_text, parse_rate, parse_seconds, parse_size

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastvbg import _types
    from fastvbg.live_mode.controls.switches import Switches
    from fastvbg.settings import Settings


_LONGEST_SIDE = 16384
"""Pixels; beyond any camera's, and what FFmpeg scales to."""


class Asked(NamedTuple):
    """What a session is asked for, beside its settings; as `fastvbg.live` has it."""

    source: str
    places: Sequence[str]
    size: tuple[int, int] | str | None
    fps: _types.Number | str | None
    format: str | None
    loop: bool
    card: _types.File | None
    seconds: float | None
    overwrite: bool
    switches: Switches


def make_session(
    asked: Asked, settings: Settings, tell: Callable[[str], None], note: Callable[[str], None]
) -> Session:
    """Return a session that has not begun; the background is blurred where none is named."""
    settings = hidden(settings)
    overwrite = check_flag("overwrite", asked.overwrite)
    text = check_text("source", asked.source)
    places = [check_text("to", place) for place in check_iterable("to", asked.places)]
    _demand_apart(text, places)
    demand_recording(places, settings)
    source = make_source(
        text,
        size=None if asked.size is None else _size(asked.size),
        fps=None if asked.fps is None else parse_rate(asked.fps),
        form=None if asked.format is None else check_text("format", asked.format),
        loop=check_flag("loop", asked.loop),
        whole=places == ["-"],
    )
    card = None if asked.card is None else check_path("card", asked.card)
    check_places(places, overwrite=overwrite)
    check_files(settings, card)
    return Session(
        source,
        [make_sink(place, settings, overwrite=overwrite) for place in places],
        settings,
        tell=check_callable("tell", tell) or unheard,
        note=check_callable("tell", note) or unheard,
        card=card,
        seconds=None if asked.seconds is None else float(parse_seconds("seconds", asked.seconds)),
        switches=asked.switches,
    )


def hidden(settings: Settings) -> Settings:
    """Return settings whose background is blurred where none is named: else the room would show."""
    return settings if settings.background is not None else settings.replace(background="blur")


def _demand_apart(source: str, places: Sequence[str]) -> None:
    """Demand that nothing is written twice, and no file that is being read."""
    for number, place in enumerate(places):
        if any(place == other or are_same(place, other) for other in places[:number]):
            raise OptionError(f"to: got {shown(place)} twice, wanted it once")
        if are_same(place, source):
            raise OptionError(f"to: {shown(place)} is the source, wanted another place")


def _size(value: object) -> tuple[int, int]:
    size = parse_size("size", value)
    if max(size) > _LONGEST_SIDE:
        most = f"wanted at most {_LONGEST_SIDE} pixels a side"
        raise OptionError(f"size: got {size[0]}x{size[1]}, {most}")
    return size
