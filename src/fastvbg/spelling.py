"""Objects that say how they were made, as Python has it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from fastvbg.errors import shown
from fastvbg.urls import scrubbed

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Concatenate

    from typing_extensions import ParamSpec

    P = ParamSpec("P")

S = TypeVar("S", bound="Spelled")


def spelled(value: object) -> str:
    """Return a value as it stands in Python, an array by its form, and no secrets of an address."""
    return shown(value) if getattr(value, "shape", ()) else scrubbed(repr(value))


class Spelled:
    """What is shown as the call that made it. Its `__init__` is decorated with `called_as`."""

    _spelled = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._spelled})"


def called_as(init: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
    """Decorate the `__init__` of what is `Spelled`, so that what it is given is kept as text."""

    @wraps(init)
    def keeping(self: S, *given: P.args, **options: P.kwargs) -> None:
        init(self, *given, **options)
        named: dict[str, Any] = dict(options)
        texts = [*map(spelled, given), *(f"{name}={spelled(each)}" for name, each in named.items())]
        self._spelled = ", ".join(texts)

    made: Any = keeping
    return cast("Callable[Concatenate[S, P], None]", made)
