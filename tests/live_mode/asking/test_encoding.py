"""How to encode goes with a recording, from its start on."""

from __future__ import annotations

from pathlib import Path

import pytest

import fastvbg
from fastvbg.errors import OptionError
from fastvbg.live_mode.asking.choosing import demand_recording
from fastvbg.settings import Settings
from tests.support.sessions import MOTION


def test_how_to_encode_goes_with_the_start(tmp_path: Path) -> None:
    to = str(tmp_path / "r.mkv")
    with fastvbg.live("demo", to, MOTION, size="64x36", codec="ffv1", always=True) as made:
        for name, value in {"crf": 51, "codec": "libx264", "encoder_options": {"x": "y"}}.items():
            with pytest.raises(OptionError, match=f"^{name}: a recording has begun; it goes with"):
                made.apply(**{name: value})
        with pytest.raises(OptionError, match="^codec: a recording has begun"):
            made.apply(codec=None)
        with pytest.raises(OptionError, match="^crf: a recording has begun"):
            made.apply(Settings(mask="motion", crf=20))
        made.apply(Settings(mask="motion", background="red"))
        made.apply(background="navy", codec="ffv1")
        assert made.settings == MOTION.replace(codec="ffv1")


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"codec": "libx264"}, "codec"),
        ({"crf": 20}, "crf"),
        ({"preset": "fast", "crf": 20}, "crf"),
        ({"encoder_options": {"tune": "film"}}, "encoder_options"),
    ],
)
def test_how_to_encode_needs_a_recording(asked, name: str) -> None:
    settings = Settings(**asked)
    places = ["loopback", "pipewire:a", "virtualcam", "window", "-", "rtmp://a/b", "/dev/video7"]
    with pytest.raises(OptionError, match=f"^{name}: it goes with a recording, got 'loopback', "):
        demand_recording(places, settings)
    with pytest.raises(OptionError, match="got no place, wanted a file, too"):
        demand_recording([], settings)
    demand_recording([*places, "kept.mkv"], settings)
    demand_recording(places, MOTION)
