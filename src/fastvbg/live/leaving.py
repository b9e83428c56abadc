"""What leaves where no composite may: a card, black, the last composite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.live.cards import draw_card, read_card
from fastvbg.media.planes import new_picture

if TYPE_CHECKING:
    from pathlib import Path

    import av

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
        self._pixels, self._info = pixels, info

    def keep(self, picture: av.VideoFrame) -> None:
        """Keep a copy of a composite, to freeze it."""
        if self._last is None:
            self._last = new_picture(self._info.width, self._info.height, picture.format.name)
        planes = zip(self._pixels.planes(picture), self._pixels.planes(self._last), strict=True)
        for source, target in planes:
            target[:] = source

    @property
    def frozen(self) -> Any:
        """The last composite that was kept; the card where there is none."""
        return self.card if self._last is None else self._last

    def forget(self) -> None:
        """Freeze nothing that was kept before."""
        self._last = None
