"""Errors: each derives from `FastvbgError` and from the built-in that fits it."""

from __future__ import annotations

from typing import Final

from fastvbg.urls import scrubbed

__all__ = [
    "DTypeError",
    "EndedError",
    "FastvbgError",
    "MissingLibraryError",
    "ModelError",
    "OptionError",
    "OptionTypeError",
    "OverlapError",
    "ShapeError",
    "SinkError",
    "SourceError",
]


class FastvbgError(Exception):
    """Base of every error that fastvbg raises on purpose."""

    def __str__(self) -> str:
        """Return the message: one line, whatever is in a file's name, and without secrets."""
        return scrubbed(" ".join(super().__str__().splitlines()))


class DTypeError(FastvbgError, TypeError):
    """An argument is not an array, or its elements are of the wrong type."""


class ShapeError(FastvbgError, ValueError):
    """An array has the wrong rank, channel count, height or width."""


class OverlapError(FastvbgError, ValueError):
    """`out` shares memory with an input without being that input exactly."""


class EndedError(FastvbgError, ValueError):
    """What is asked to go on is over, as a live session that has ended."""


class OptionError(FastvbgError, ValueError):
    """An option's value is outside what it may be."""


class OptionTypeError(FastvbgError, TypeError):
    """An option's value is of the wrong type."""


class SourceError(FastvbgError, OSError):
    """A video, image or sequence cannot be read."""


class SinkError(FastvbgError, OSError):
    """A video, image or sequence cannot be written."""


class MissingLibraryError(FastvbgError, ImportError):
    """A library that fastvbg needs is not installed or does not load."""


class ModelError(FastvbgError, OSError):
    """A model of a network cannot be obtained, read or run."""


_LONGEST: Final = 80


def shown(value: object) -> str:
    """Return a value as messages show it: one short line, whatever it is."""
    try:
        shape, dtype = getattr(value, "shape", ()), getattr(value, "dtype", "")
        text = f"an array of shape {shape}, {dtype}" if shape else repr(value)
    except Exception:  # a class of the user's own, or an integer too long for Python to print
        return f"a value of the type {type(value).__name__}"
    text = scrubbed(" ".join(text.split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
