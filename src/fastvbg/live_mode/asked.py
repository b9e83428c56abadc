"""A session as it is asked for, on the command line or in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastvbg.live_mode.choosing import make_sink, make_source
from fastvbg.live_mode.session import Session
from fastvbg.values import parse_rate, parse_size

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastvbg import _types
    from fastvbg.live_mode.switches import Switches
    from fastvbg.settings import Settings


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
    if settings.background is None:
        settings = settings.replace(background="blur")
    source = make_source(
        asked.source,
        size=None if asked.size is None else parse_size("size", asked.size),
        fps=None if asked.fps is None else parse_rate(asked.fps),
        form=asked.format,
        loop=asked.loop,
    )
    return Session(
        source,
        [make_sink(place, settings, overwrite=asked.overwrite) for place in asked.places],
        settings,
        tell=tell,
        note=note,
        card=None if asked.card is None else str(asked.card),
        seconds=asked.seconds,
        switches=asked.switches,
    )
