"""What leaves where no composite may: a card, black, the last composite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.live_mode.session.cards import draw_card, read_card

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import av

    from fastvbg.live_mode.controls.controls import State
    from fastvbg.media.model import StreamInfo
    from fastvbg.pixels import Pixels


class Stills:
    """The still pictures of a session, made once.

    Parameters
    ----------
    pixels : Pixels
        The operations on pictures of the session's size.
    info : StreamInfo
        Of them.
    card : str or Path, optional
        A picture file in place of the drawn card.
    """

    def __init__(self, pixels: Pixels, info: StreamInfo, card: str | Path | None) -> None:
        size = info.width, info.height
        away: Any = draw_card(*size) if card is None else read_card(card, *size)
        self.card: Any = pixels.from_bgr(away)
        self.black: Any = pixels.solid((0, 0, 0))
        self._last: Any = None
        self._recycle: Callable[[Any], None] | None = None

    def keep(self, picture: av.VideoFrame, recycle: Callable[[Any], None] | None) -> None:
        """Keep the last composite; give the one before it back, where somebody takes it."""
        if self._last is not None and self._recycle is not None:
            self._recycle(self._last)
        self._last, self._recycle = picture, recycle

    def of(self, state: State, *, watched: bool) -> tuple[State, Any]:
        """Return what is shown in a state, and the picture for it.

        A frozen picture is the last composite; the card where there is none, or nobody watches.
        """
        if state == "black":
            return state, self.black
        if state == "freeze" and watched and self._last is not None:
            return state, self._last
        return "card", self.card
