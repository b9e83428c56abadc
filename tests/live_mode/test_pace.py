"""Sources whose pictures come seldom: their silence says nothing of them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from fastvbg.live_mode import reader, session
from fastvbg.live_mode.demo import DemoSource
from fastvbg.live_mode.files import FileSource
from fastvbg.live_mode.session import Session
from fastvbg.settings import Settings
from tests.support.live import Kept

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.live_mode.grab import Source

NAVY = Settings(mask="motion", background="navy")


def played(source: Source, seconds: float) -> tuple[Kept, list[str], set[str]]:
    """Run a session; return what left, what was told, and what the session did meanwhile."""
    kept, lines, did = Kept(), [], set()
    made = Session(source, [lambda _: kept], NAVY, tell=lines.append, seconds=seconds)
    write = kept.write

    def seen(planes: object, captured: float) -> None:
        did.add(made.figures()["doing"])
        write(planes, captured)

    kept.write = seen  # type: ignore[method-assign]
    made.run()
    return kept, lines, did


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SILENT_SECONDS", 0.1)
    monkeypatch.setattr(session, "_GONE_SECONDS", 0.05)


def test_a_file_whose_frames_come_seldom_plays_to_its_end(tmp_path: Path) -> None:
    for number in range(1, 5):
        picture = np.full((32, 48, 3), 50 * number, np.uint8)
        cv2.imwrite(str(tmp_path / f"{number:02}.png"), picture)
    source = FileSource(str(tmp_path / "%02d.png"), fps=Fraction(2))
    kept, lines, did = played(source, 20.0)
    assert not lines
    assert "waiting for the camera" not in did
    times = [each for each in kept.captured if each > kept.captured[0]]
    assert [round(2 * (each - times[-4])) for each in times[-4:]] == [0, 1, 2, 3]


def test_so_does_the_generated_scene() -> None:
    kept, lines, did = played(DemoSource((64, 36), rate=Fraction(2)), 2.0)
    assert not lines
    assert "waiting for the camera" not in did
    assert kept.pictures
