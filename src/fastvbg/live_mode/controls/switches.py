"""What can be turned while a session runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastvbg.checks import check_choice, check_flag

if TYPE_CHECKING:
    from fastvbg.live_mode.controls.controls import Nobody


@dataclass(frozen=True)
class Switches:
    """What can be turned while a session runs."""

    flip: bool = False
    """Whether the camera is mirrored."""
    auto_frame: bool = False
    """Whether a crop follows who is in the picture."""
    nobody: Nobody = "keep"
    """What leaves while nobody is."""
    always: bool = False
    """Whether to work while nobody watches."""

    def __post_init__(self) -> None:
        for name in ("flip", "auto_frame", "always"):
            object.__setattr__(self, name, check_flag(name, getattr(self, name)))
        check_choice("nobody", self.nobody, ("keep", "card", "blur"))
