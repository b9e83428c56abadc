"""A desktop's session for tests: a bus of its own, PipeWire with its manager, the camera portal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.programs import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

PORTAL = Path(__file__).with_name("portal.py")
PYTHON = "/usr/bin/python3"  # the system's, for which python3-gi is
PROGRAMS = {
    "dbus-daemon": "dbus",
    "pipewire": "pipewire",
    "wireplumber": "wireplumber",
    "pw-dump": "pipewire-bin",
    "gst-launch-1.0": "gstreamer1.0-tools",
}


def lacking() -> str:
    """Return which of Debian's packages are not there for a session with a camera."""
    packages = {package for program, package in PROGRAMS.items() if not shutil.which(program)}
    if "gstreamer1.0-tools" not in packages:
        for element, package in [
            ("pipewiresink", "gstreamer1.0-pipewire"),
            ("rawvideoparse", "gstreamer1.0-plugins-base"),
        ]:
            command = [shutil.which("gst-inspect-1.0"), element]
            done = subprocess.run(command, capture_output=True, check=False)
            packages |= {package} if done.returncode else set()
    return " ".join(sorted(packages))


def lacks_portal() -> bool:
    """Tell whether the portal that stands in cannot run."""
    command = [PYTHON, "-c", "from gi.repository import Gio"]
    return not Path(PYTHON).exists() or bool(
        subprocess.run(command, capture_output=True, check=False).returncode
    )


@contextmanager
def session(folder: Path) -> Iterator[dict[str, str]]:
    """Run a bus, PipeWire and WirePlumber; yield the environment by which they are found."""
    folder.chmod(0o700)
    socket = folder / "bus"
    env = {
        **os.environ,
        "XDG_RUNTIME_DIR": str(folder),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={socket}",
    }
    processes: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> None:
        with (folder / f"{command[0]}.log").open("wb") as log:
            processes.append(subprocess.Popen(command, env=env, stdout=log, stderr=log))

    try:
        start("dbus-daemon", "--session", "--nofork", f"--address=unix:path={socket}")
        wait_for(socket.exists)
        start("pipewire")
        wait_for((folder / "pipewire-0").exists)
        start("wireplumber")
        wait_for(lambda: manager_is_up(env))
        yield env
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(20)


def graph(env: dict[str, str]) -> list[dict[str, Any]]:
    """Return the objects of PipeWire's graph."""
    done = subprocess.run(
        [shutil.which("pw-dump")], env=env, capture_output=True, check=False, timeout=20
    )
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout else []


def manager_is_up(env: dict[str, str]) -> bool:
    """Tell whether the manager is there with the second of its clients, which comes last."""
    names = (((each.get("info") or {}).get("props") or {}) for each in graph(env))
    return "WirePlumber [export]" in {props.get("application.name") for props in names}


def cameras(env: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return the camera nodes by name."""
    found = {}
    for each in graph(env):
        info = each.get("info") or {}
        props = info.get("props") or {}
        if props.get("media.class") == "Video/Source":
            found[props["node.name"]] = info
    return found


@contextmanager
def portal(env: dict[str, str]) -> Iterator[None]:
    """Run the camera portal on the session's bus."""
    with subprocess.Popen([PYTHON, str(PORTAL)], env=env, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"up\n"
        try:
            yield
        finally:
            process.terminate()
