"""Options that only settings have: a mask, regions, a background, steps of refinement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastvbg.masks.registry import parse
from fastvbg.options import File, Option, Text, joined

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.masks.base import Mask

TRANSPARENT = "transparent"


@dataclass(frozen=True)
class Kind(Option):
    """A kind of mask with its options."""

    def check(self, name: str, value: Any) -> Mask:  # noqa: ARG002
        """Return the mask that a name or a mask stands for."""
        return parse(value)

    def dump(self, name: str, value: Mask, folder: Path | None) -> Any:  # noqa: ARG002
        """Return the kind and its options."""
        return value.data(folder)

    def identity(self, value: Mask) -> Any:
        """Return the kind and what tells its options from others."""
        return value.identity()


@dataclass(frozen=True)
class Region(File):
    """Polygons as text, a picture file, or a picture."""

    picture: bool = field(default=True, kw_only=True)
    gray: bool = field(default=True, kw_only=True)

    def check(self, name: str, value: Any) -> Any:
        """Return it, if it is one of these."""
        checked = super().check(name, value)
        if isinstance(checked, str) and self.is_word(checked):
            from fastvbg.media.polygons import parse_polygons

            parse_polygons(name, checked)
        return checked

    def is_word(self, text: str) -> bool:
        """Tell whether a text is polygons."""
        from fastvbg.media.polygons import is_polygons

        return is_polygons(text)

    def load(self, name: str, value: Any, folder: Path | None) -> Any:
        """Return a file's name as it is to be opened, or the polygons."""
        if isinstance(value, str) and folder is not None and self.is_word(value):
            from fastvbg.media.names import exists

            there = joined(folder, value)
            return there if exists(there) else value
        return super().load(name, value, folder)


@dataclass(frozen=True)
class Background(File):
    """A colour, `blur`, `transparent`, or what lies in a file or an array."""

    def check(self, name: str, value: Any) -> Any:  # noqa: ARG002
        """Return it, if it is one of these."""
        from fastvbg.values.pictures import check_background

        return check_background(value)

    def is_word(self, text: str) -> bool:
        """Tell whether a text names no file."""
        from fastvbg.values.words import parse_blur, parse_colour

        word = parse_colour(text) or parse_blur(text)
        return text == TRANSPARENT or word is not None


@dataclass(frozen=True)
class Steps(Text):
    """Steps of refinement."""

    def check(self, name: str, value: Any) -> str:
        """Return the text, if `Refiner` takes it."""
        from fastvbg.refine.refiner import Refiner

        Refiner(value)
        return super().check(name, value)
