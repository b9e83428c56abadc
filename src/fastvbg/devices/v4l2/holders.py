"""Which other processes have a device open, from /proc."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg.devices.v4l2.system import System

_SHOWN: Final = 3


class Holder(NamedTuple):
    """A process that has a device open."""

    pid: int
    name: str


def holders(path: str, system: System) -> list[Holder]:
    """Return the other processes that have a device open, as far as this user may see them."""
    return [
        Holder(pid, _name(pid, system)) for pid, holds in walk(system.real(path), system) if holds
    ]


def walk(path: str, system: System) -> Iterator[tuple[int, bool]]:
    """Yield each other process, and whether it has a device open; its path has no links in it."""
    try:
        names = system.names("/proc")
    except OSError:
        return
    own = system.pid()
    for name in names:
        if name.isdigit() and int(name) != own:
            yield int(name), _holds(name, path, system)


def _holds(pid: str, path: str, system: System) -> bool:
    folder = f"/proc/{pid}/fd"
    try:
        numbers = system.names(folder)
    except OSError:  # another user's, or gone meanwhile
        return False
    for number in numbers:
        try:
            if system.link(f"{folder}/{number}") == path:
                return True
        except OSError:
            continue
    return False


def _name(pid: int, system: System) -> str:
    return system.word(f"/proc/{pid}/comm")


def told(found: list[Holder]) -> str:
    """Return who holds a device, for a message."""
    if not found:
        return "this program itself, or by one that this user may not see"
    names = [f"{name} (process {pid})" for pid, name in found[:_SHOWN]]
    return ", ".join(names) + (" and others" if len(found) > _SHOWN else "")
