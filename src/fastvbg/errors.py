"""Errors: each derives from `FastvbgError` and from the built-in that fits it."""

from __future__ import annotations

__all__ = [
    "DTypeError",
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


class DTypeError(FastvbgError, TypeError):
    """An argument is not an array, or its elements are of the wrong type."""


class ShapeError(FastvbgError, ValueError):
    """An array has the wrong rank, channel count, height or width."""


class OverlapError(FastvbgError, ValueError):
    """`out` shares memory with an input without being that input exactly."""


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
