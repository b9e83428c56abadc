"""Cards, drawn and read."""

from __future__ import annotations

import numpy as np

from fastvbg.live_mode.session.cards import draw_card, read_card


def test_cards(tmp_path) -> None:
    card = draw_card(640, 360)
    assert card.shape == (360, 640, 3)
    assert card.max() > 200
    assert draw_card(64, 36, "a long line of text").shape == (36, 64, 3)
    import cv2

    cv2.imwrite(str(tmp_path / "card.png"), np.full((10, 40, 3), (0, 0, 250), np.uint8))
    assert (read_card(tmp_path / "card.png", 64, 48) == (0, 0, 250)).all()
