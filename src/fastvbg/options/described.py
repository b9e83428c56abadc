"""Values whose fields are options: checked when they are made, compared, and held as data."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from fastvbg.errors import OptionError, shown
from fastvbg.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

    from fastvbg.options.kinds import Option

_KEY = "option"


T = TypeVar("T")
G = TypeVar("G")


class Becomes(Generic[T, G]):
    """To type-checkers, a field that is a T and may be given as a G; it is never made."""

    if TYPE_CHECKING:

        def __get__(self, instance: object, owner: type | None = None) -> T: ...
        def __set__(self, instance: object, value: G) -> None: ...


def option(default: Any, described: Option) -> Any:
    """Return the field of an option, for a dataclass that is `Described`.

    Parameters
    ----------
    default : object
        Its value where nothing is said; None where that leaves it to what uses it. A class is
        called for it.
    described : Option
        What it may be.
    """
    if isinstance(default, type):
        return field(default_factory=default, metadata={_KEY: described})
    return field(default=default, metadata={_KEY: described})


class Described:
    """A frozen dataclass whose fields are options: checked when it is made, and held as data."""

    @classmethod
    def options(cls) -> dict[str, Option]:
        """Return what each field may be, by name."""
        every: Any = fields(cls)  # type: ignore[arg-type]  # every subclass is a dataclass
        return {each.name: each.metadata[_KEY] for each in every if _KEY in each.metadata}

    @classmethod
    def default(cls, name: str) -> Any:
        """Return what an option is where nothing is said."""
        every: Any = fields(cls)  # type: ignore[arg-type]
        found = {each.name: each for each in every}.get(name if isinstance(name, str) else "")
        if found is None:
            raise OptionError(
                f"option: got {shown(name)}, wanted one of {', '.join(cls.options())}"
            )
        return found.default_factory() if found.default is MISSING else found.default

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Return what each option is where nothing is said, by name."""
        return {name: cls.default(name) for name in cls.options()}

    def __post_init__(self) -> None:
        defaults = self.defaults()
        for name, described in self.options().items():
            value = getattr(self, name)
            if value is not None or defaults[name] is not None:
                object.__setattr__(self, name, described.check(name, value))

    def given(self, *names: str) -> dict[str, Any]:
        """Return those options, of the named or of all, that are not as where nothing is said."""
        defaults = {name: self.default(name) for name in names or self.options()}
        values = {name: getattr(self, name) for name in defaults}
        options = self.options()
        return {
            name: value
            for name, value in values.items()
            if options[name].identity(value) != options[name].identity(defaults[name])
        }

    def data(self, folder: Path | None = None) -> dict[str, Any]:
        """Return what is not as where nothing is said, as TOML and JSON hold it.

        Parameters
        ----------
        folder : Path, optional
            File names are made relative to it; they stay as they are without it.

        Raises
        ------
        OptionTypeError
            A value is a picture in memory.
        """
        if folder is not None:
            from fastvbg.values import check_path

            folder = Path(check_path("folder", folder))
        options = self.options()
        return {
            name: options[name].dump(name, value, folder) for name, value in self.given().items()
        }

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the option's name and the file's for each file that is named."""
        for name, described in self.options().items():
            path = described.file(getattr(self, name))
            if path is not None:
                yield name, path

    def identity(self) -> dict[str, Any]:
        """Return what is not as where nothing is said, as JSON holds it."""
        options = self.options()
        return {name: options[name].identity(value) for name, value in self.given().items()}

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={spelled(value)}" for name, value in self.given().items())
        return f"{type(self).__name__}({given})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Described):
            return NotImplemented
        return type(self) is type(other) and self.identity() == other.identity()

    def __hash__(self) -> int:
        return hash((type(self), digest_of(self.identity())))

    def replace(self, **changes: Any) -> Self:
        """Return the same with some options changed; what is wrong with them is told.

        Parameters
        ----------
        **changes : object
            Options by name.
        """
        for name in changes:
            self.default(name)
        return type(self)(**{**{name: getattr(self, name) for name in self.options()}, **changes})


def digest_of(data: Any) -> str:
    """Return the SHA-256 of data as JSON has it, keys in order: the same on every machine."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
