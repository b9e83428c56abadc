"""What a doctor asks about PipeWire cameras."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

from fastvbg.devices.fact import Fact
from fastvbg.devices.pipewire.programs import DUMP, LAUNCH, missing_elements, packages

_SECONDS = 5.0
_MANAGERS = ("WirePlumber", "pipewire-media-session")


def pipewire_facts() -> list[Fact]:
    """Return whether this machine can show a camera by PipeWire, and what to do where not."""
    return [_daemon(), _gstreamer(), _permission()]


def _output(*command: str) -> tuple[str | None, str]:
    """Return what a program prints, None when it fails; and the last line of its errors."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return None, f"no answer for {_SECONDS:g} s"
    except OSError as error:
        return None, str(error.strerror)
    said = done.stderr.strip().splitlines()
    return (done.stdout if done.returncode == 0 else None), (said or [""])[-1]


def _daemon() -> Fact:
    path = shutil.which(DUMP)
    if path is None:
        return Fact("PipeWire", None, f"no {DUMP} to ask it by; {packages(DUMP)} adds it")
    text, why = _output(path)
    if text is None:
        start = "'systemctl --user start pipewire wireplumber' starts it"
        return Fact("PipeWire", False, f"not running here ({why or 'no answer'}); {start}")
    graph = _objects(text)
    version = _first(graph, "PipeWire:Interface:Core", "version") or "of an unknown version"
    manager = next((name for name in _MANAGERS if name in text), None)
    if manager is None:
        hint = "no session manager, so cameras reach nobody; install and start wireplumber"
        return Fact("PipeWire", False, f"{version}, {hint}")
    return Fact("PipeWire", True, f"{version}, {manager}")


def _objects(text: str) -> list[dict[str, Any]]:
    try:
        graph = json.loads(text)
    except ValueError:
        return []
    return [each for each in graph if isinstance(each, dict)] if isinstance(graph, list) else []


def _first(graph: list[dict[str, Any]], kind: str, key: str) -> str | None:
    for each in graph:
        if each.get("type") == kind:
            return str((each.get("info") or {}).get(key) or "") or None
    return None


def _gstreamer() -> Fact:
    path = shutil.which(LAUNCH)
    if path is None:
        return Fact("GStreamer", False, f"no {LAUNCH}; {packages(LAUNCH)} adds it")
    missing = missing_elements()
    if missing:
        more = "; ".join(f"no {name}; {packages(name)} adds it" for name in missing)
        return Fact("GStreamer", False, more)
    text, _ = _output(path, "--version")
    version = (text or "").splitlines()[:1]
    return Fact("GStreamer", True, version[0].rsplit(" ", 1)[-1] if version else path)


def _permission() -> Fact:
    """Return what the desktop's portal, which browsers ask for cameras, remembers."""
    name = "camera portal"
    path = shutil.which("flatpak")
    if path is None:
        return Fact(name, None, "no flatpak to ask the portal by; browsers ask it all the same")
    text, why = _output(path, "permissions", "devices", "camera")
    if text is None:
        return Fact(name, None, f"the portal's store does not answer ({why or 'flatpak failed'})")
    refused = _refused(text)
    if not refused:
        return Fact(name, True, "no program is refused")
    forget = "'flatpak permission-reset APP' makes it ask again"
    if "" in refused:
        forget = "'flatpak permission-remove devices camera' makes it ask again"
    names = ", ".join(app or "programs outside Flatpak" for app in refused)
    return Fact(name, False, f"the portal remembers a no for {names}; {forget}")


def _refused(table: str) -> list[str]:
    """Return the programs with a `no` in lines of table, object, program and permissions.

    A program that is no Flatpak has an empty name there.
    """
    found = []
    for line in table.splitlines():
        fields = line.split("\t") if "\t" in line else line.split()
        fields = [field.strip() for field in fields]
        if fields[:2] == ["devices", "camera"] and "no" in fields[2:]:
            app = fields[2]
            found.append("" if app == "no" else app)
    return found
