"""A sink for work whose frames nobody wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self

    from fastvbg.media.model import CopiedPacket, Picture


class Nowhere:
    """Takes frames and keeps none. A context manager."""

    done_with_frames = True

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def write(self, frame: Picture, pts: int, number: int) -> None:
        """Take a frame."""

    def copy(self, packet: CopiedPacket) -> None:
        """Take a packet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass
