"""A stand-in for the desktop's portal, which hands PipeWire cameras to browsers: it grants at once.

Run by the system's Python, which has python3-gi. Answers go to the caller alone: Chromium adds no
match rule, and a broadcast would not reach it.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from gi.repository import Gio, GLib

CAMERA = "org.freedesktop.portal.Camera"
REQUEST = "org.freedesktop.portal.Request"
PATH = "/org/freedesktop/portal/desktop"
INTERFACE = f"""
<node><interface name="{CAMERA}">
  <method name="AccessCamera">
    <arg type="a{{sv}}" direction="in"/><arg type="o" direction="out"/>
  </method>
  <method name="OpenPipeWireRemote">
    <arg type="a{{sv}}" direction="in"/><arg type="h" direction="out"/>
  </method>
  <property name="IsCameraPresent" type="b" access="read"/>
  <property name="version" type="u" access="read"/>
</interface></node>
"""


def answer(bus: Any, sender: str, path: str) -> bool:
    bus.emit_signal(sender, path, REQUEST, "Response", GLib.Variant("(ua{sv})", (0, {})))
    return False


def call(bus: Any, sender: str, *rest: Any) -> None:
    method, arguments, invocation = rest[2], rest[3], rest[4]
    if method == "AccessCamera":
        token = arguments.unpack()[0].get("handle_token", "t")
        path = f"{PATH}/request/{sender[1:].replace('.', '_')}/{token}"
        invocation.return_value(GLib.Variant("(o)", (path,)))
        GLib.timeout_add(20, answer, bus, sender, path)
        return
    remote = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    remote.connect(os.path.join(os.environ["XDG_RUNTIME_DIR"], "pipewire-0"))  # noqa: PTH118
    files = Gio.UnixFDList.new()
    number = files.append(remote.fileno())
    invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (number,)), files)


def get(bus: Any, sender: str, path: str, interface: str, name: str) -> Any:
    return GLib.Variant("b", True) if name == "IsCameraPresent" else GLib.Variant("u", 1)


def main() -> None:
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    camera = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
    bus.register_object(PATH, camera, call, get, None)
    Gio.bus_own_name_on_connection(
        bus,
        "org.freedesktop.portal.Desktop",
        Gio.BusNameOwnerFlags.NONE,
        lambda *_: print("up", flush=True),  # noqa: T201
        lambda *_: sys.exit("the name is taken"),
    )
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
