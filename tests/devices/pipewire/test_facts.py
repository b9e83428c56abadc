"""What the doctor is told of PipeWire cameras."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fastvbg.devices.pipewire.facts import pipewire_facts
from tests.support.programs import stand_in

if TYPE_CHECKING:
    from pathlib import Path

GRAPH = [
    {"id": 0, "type": "PipeWire:Interface:Core", "info": {"version": "1.4.2"}},
    {"id": 31, "info": {"props": {"application.name": "WirePlumber"}}},
]
PRINTS = "print('''{}''')"
FAILS = 'import sys\nsys.exit("{}")'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def facts() -> dict[str, tuple[bool | None, str]]:
    return {name: (ok, text) for name, ok, text in pipewire_facts()}


def test_a_machine_without_any_of_it(folder: Path) -> None:
    found = facts()
    assert found["PipeWire"] == (
        None,
        "no pw-dump to ask it by; 'apt install pipewire-bin' (Debian, Ubuntu) or "
        "'dnf install pipewire-utils' (Fedora) adds it",
    )
    assert found["GStreamer"][0] is False
    assert found["camera portal"][0] is None


def test_a_fit_machine(folder: Path) -> None:
    stand_in(folder, "pw-dump", PRINTS.format(json.dumps(GRAPH)))
    stand_in(folder, "gst-launch-1.0", PRINTS.format("gst-launch-1.0 version 1.26.2\nGStreamer"))
    stand_in(folder, "gst-inspect-1.0", "")
    stand_in(folder, "flatpak", PRINTS.format("devices\tcamera\torg.gnome.Snapshot\tyes\t0x00"))
    assert facts() == {
        "PipeWire": (True, "1.4.2, WirePlumber"),
        "GStreamer": (True, "1.26.2"),
        "camera portal": (True, "no program is refused"),
    }


@pytest.mark.parametrize(
    ("program", "code", "name", "text"),
    [
        ("pw-dump", FAILS.format("can't connect"), "PipeWire", "not running here (can't connect)"),
        ("pw-dump", PRINTS.format("[]"), "PipeWire", "no session manager"),
        ("pw-dump", PRINTS.format("no json"), "PipeWire", "of an unknown version, no session"),
        ("gst-launch-1.0", "", "GStreamer", "no fdsrc"),
        (
            "flatpak",
            PRINTS.format("devices camera no 0x00\ndevices camera org.a.b no 0x00"),
            "camera portal",
            "programs outside Flatpak, org.a.b; 'flatpak permission-remove devices camera'",
        ),
        (
            "flatpak",
            PRINTS.format("Table\tObject\tApp\tPermissions\ndevices\tcamera\torg.a.b\tno\t"),
            "camera portal",
            "a no for org.a.b; 'flatpak permission-reset APP'",
        ),
    ],
)
def test_what_is_wrong_is_said(folder: Path, program: str, code: str, name: str, text: str) -> None:
    stand_in(folder, program, code)
    stand_in(folder, "gst-inspect-1.0", "import sys\nsys.exit(1)")
    ok, said = facts()[name]
    assert ok is False
    assert text in said


def test_what_fails_or_hangs_is_not_known(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastvbg.devices.pipewire.facts._SECONDS", 0.2)
    stand_in(folder, "flatpak", FAILS.format("no such bus"))
    stand_in(folder, "pw-dump", "import time\ntime.sleep(60)")
    found = facts()
    assert found["camera portal"] == (
        None,
        "the portal's store does not answer (no such bus)",
    )
    assert found["PipeWire"][0] is False
    assert "no answer for 0.2 s" in found["PipeWire"][1]
