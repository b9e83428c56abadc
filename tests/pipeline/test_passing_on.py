"""What a run passes on: numbers of images, and sound that lies behind the last frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np

from fastvbg.media.model import CopiedPacket
from fastvbg.pipeline.job import _send_late_sound
from fastvbg.pipeline.process import process


class Sound:
    """A stream that is passed on."""

    type = "audio"


def test_images_keep_their_numbers_from_the_start_asked_for(tmp_path: Path) -> None:
    for number in range(5, 12):
        cv2.imwrite(str(tmp_path / f"in{number}.png"), np.full((32, 32, 3), 9 * number, np.uint8))
    process(tmp_path / "in%d.png", tmp_path / "out%d.png", background="navy", start="0.12")
    assert {path.name for path in tmp_path.glob("out*")} == {f"out{n}.png" for n in range(8, 12)}


def test_sound_is_sent_up_to_the_end_and_not_at_it() -> None:
    sound: Any = Sound()
    packets: list[Any] = [
        SimpleNamespace(dts=dts, time_base=Fraction(1, 100)) for dts in (98, 99, 100, 101)
    ]
    sent: list[Any] = []
    items: Any = iter([CopiedPacket(packet, sound) for packet in packets])
    behind: Any = SimpleNamespace(put=sent.append)
    info: Any = SimpleNamespace(copied=(sound,), time_base=Fraction(1, 100))
    _send_late_sound(items, Fraction(1), info, behind)
    assert [item.packet.dts for item in sent] == [98, 99]
    assert next(items).packet.dts == 101  # nothing is read beyond what ends it
