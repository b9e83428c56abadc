"""The kinds of mask that there are: the modules of this folder, and what other packages bring."""

from __future__ import annotations

import difflib
from functools import cache
from importlib import import_module, metadata
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.errors import OptionError, OptionTypeError, shown
from fastvbg.masks.base import Mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fastvbg.options import Option

GROUP = "fastvbg.masks"
"""The group of entry points by which other packages bring kinds."""


class Found(NamedTuple):
    """A kind that a package brings."""

    name: str
    package: str
    """Its name and version."""
    kind: type[Mask] | None
    """None where it does not load."""
    error: str = ""
    """Why it does not."""


@cache
def own() -> dict[str, type[Mask]]:
    """Return fastvbg's own kinds by name."""
    import fastvbg.masks as here

    names = sorted(module.name for module in iter_modules(here.__path__))
    modules = [import_module(f"{here.__name__}.{name}") for name in names]
    return {kind.name: kind for module in modules for kind in _kinds_of(module)}


def _kinds_of(module: Any) -> Iterator[type[Mask]]:
    """Yield the kinds that a module defines."""
    for thing in vars(module).values():
        of_here = isinstance(thing, type) and thing.__module__ == module.__name__
        if of_here and issubclass(thing, Mask) and "name" in vars(thing):
            yield thing


@cache
def brought() -> tuple[Found, ...]:
    """Return the kinds of other packages, loaded; what does not load stops nothing."""
    taken = own()
    found = []
    for point in metadata.entry_points(group=GROUP):
        package = _package_of(point)
        try:
            kind = _checked(point.load(), taken)
        except Exception as error:
            why = " ".join(f"{type(error).__name__}: {error}".split())
            found.append(Found(point.name, package, None, why))
        else:
            taken = {**taken, kind.name: kind}
            found.append(Found(kind.name, package, kind))
    return tuple(found)


def _package_of(point: Any) -> str:
    dist = getattr(point, "dist", None)
    return point.value if dist is None else f"{dist.name} {dist.version}"


def _checked(kind: Any, taken: Mapping[str, type[Mask]]) -> type[Mask]:
    """Return a kind of another package, which must not stand in the way of those there are."""
    if not (isinstance(kind, type) and issubclass(kind, Mask)):
        raise TypeError(f"got {shown(kind)}, wanted a subclass of fastvbg.masks.Mask")
    if not getattr(kind, "name", "").isidentifier():
        raise ValueError(f"got the name {getattr(kind, 'name', None)!r}, wanted an identifier")
    if kind.name in taken:
        raise ValueError(f"there is a mask {kind.name!r} already")
    flags = {
        name: option.flag for each in taken.values() for name, option in each.options().items()
    }
    for name, option in kind.options().items():
        if name in _RESERVED or flags.get(name, option.flag) != option.flag:
            raise ValueError(f"the option {name!r} means something else already")
    kind.defaults()
    return kind


# What commands, settings and a settings file's table of a mask have of their own.
# fmt: off
_RESERVED = frozenset(
    [
        "always", "auto_frame", "background", "background_end", "bind", "card", "clip", "cluster",
        "codec", "crf", "drop_region", "encoder_options", "end", "fit", "fix", "flip", "folder",
        "foreground", "format", "fps", "frame_timeout", "help", "input", "inputs", "jobs",
        "jpeg_quality", "json", "json_lines", "keep_partial", "keep_parts", "keep_region", "kind",
        "light_wrap", "list_devices", "loop", "mask", "masks", "max_frames", "max_pixels",
        "memory_limit", "nobody", "number", "output", "overwrite", "page", "pairing", "pixel_path",
        "plan", "preset", "quiet", "rates", "refine", "report", "restart", "resume", "retries",
        "rounds", "save_settings", "scale", "seconds", "segments", "settings", "settings_file",
        "size", "sizes", "source", "start", "threads", "times", "to", "usual", "verbose",
        "work",
    ]
)
# fmt: on


def kinds() -> dict[str, type[Mask]]:
    """Return every kind by name, fastvbg's own first."""
    return own() | {found.name: found.kind for found in brought() if found.kind is not None}


def parse(value: Any) -> Mask:
    """Return the mask that a value stands for.

    Parameters
    ----------
    value : Mask or str
        A mask as it is; the name of a kind; or in short "chroma:green", "matte:FILE", and such.

    Raises
    ------
    OptionError, OptionTypeError
        It stands for none.
    """
    return value if isinstance(value, Mask) else make(value, {})


def make(name: Any, options: Mapping[str, Any], *, texts: bool = False) -> Mask:
    """Return a mask of a kind.

    Parameters
    ----------
    name : str
        Of the kind, or in short as for `parse`.
    options : mapping
        Of that kind, by name.
    texts : bool
        Whether the options are texts of the command line.

    Raises
    ------
    OptionError, OptionTypeError
        There is no such kind, it does not have an option, or that is not what it may be.
    """
    if not isinstance(name, str):
        raise OptionTypeError(f"mask: got {shown(name)}, wanted one of {', '.join(kinds())}")
    name, colon, rest = name.partition(":")
    kind = kind_of(name)
    given = dict(options)
    refuse_strangers(kind, given)
    described = kind.options()
    if texts:
        given = {key: described[key].parse(key, value) for key, value in given.items()}
    if colon:
        key = kind.value
        if key is None or not rest:
            wanted = f"{name}:{key.upper()}" if key else repr(name)
            raise OptionError(f"mask: got {f'{name}:{rest}'!r}, wanted {wanted}")
        if key in given:
            raise OptionError(f"mask: got {f'{name}:{rest}'!r} and {key} too; give it once")
        given[key] = described[key].parse(key, rest)
    return kind(**given)


def kind_of(name: str) -> type[Mask]:
    """Return the kind of a name, or raise `OptionError`."""
    every = kinds()
    if name in every:
        return every[name]
    for found in brought():
        if found.name == name:
            raise OptionError(
                f"mask: {name!r} of {found.package} does not load: {found.error}; "
                "wanted it mended, or another one"
            )
    raise OptionError(
        f"mask: got {shown(name)}, wanted one of {', '.join(every)} "
        f"(matte:FILE, model:FILE){nearest(name, every)}"
    )


def refuse_strangers(kind: type[Mask], given: Mapping[str, Any]) -> None:
    """Demand that a kind has all the options that are given."""
    for name in given:
        if name not in kind.options():
            owners = owners_of(name)
            belongs = f"it belongs to {' and '.join(owners)}" if owners else "no mask has"
            told = "" if owners else nearest(name, kind.options())
            raise OptionError(f"{name}: the mask {kind.name!r} does not have it; {belongs}{told}")


def owners_of(option: str) -> list[str]:
    """Return the names of the kinds that have an option."""
    return [name for name, kind in kinds().items() if option in kind.options()]


def every_option() -> dict[str, dict[str, Option]]:
    """Return the options of all kinds: by their name, then by the kind's."""
    options: dict[str, dict[str, Option]] = {}
    for kind in kinds().values():
        for name, described in kind.options().items():
            options.setdefault(name, {})[kind.name] = described
    return options


def nearest(name: str, names: Any) -> str:
    """Return a hint at the name that was meant, where one is near."""
    close = difflib.get_close_matches(name, list(names), 1)
    return f"; did you mean {close[0]!r}?" if close else ""
