"""URLs as names of files, and what of a URL others may see: no passwords, no signatures."""

from __future__ import annotations

import os
import re
from typing import Final

__all__ = ["Url", "named", "public", "scrubbed", "whole"]

_SCHEME: Final = r"[A-Za-z][A-Za-z0-9+.\-]*"
_PARTS: Final = re.compile(r"([^/?#]*)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL)
# fsspec's chains, such as zip://a.mp4::s3://bucket/all.zip.
_LINK: Final = re.compile(rf"::(?={_SCHEME}(?:://|::|$))")
_IN_TEXT: Final = re.compile(rf"{_SCHEME}://[^\s'\"<>]+")
# A query that says how to open and nothing else; no other is shown.
_HARMLESS: Final = re.compile(r"listen(?:=\d*)?")
_KEY_IN_PATH: Final = ("rtmp", "rtmps")
_HIDDEN: Final = "..."


def public(url: str) -> str:
    """Return a URL without its user, password, query and fragment, and of RTMP without the key.

    Logs, errors, warnings and status lines are handed on, to people who may not know them.

    Parameters
    ----------
    url : str
        The URL, or a chain of them as fsspec has it.
    """
    return "::".join(_public(link) for link in _LINK.split(url))


def _public(url: str) -> str:
    match = _PARTS.fullmatch(url)
    if match is None:
        return url
    scheme, place, path, query = match.groups()
    scheme, host = scheme.lower(), place.rpartition("@")[2]
    if scheme in _KEY_IN_PATH:
        application = path.strip("/").split("/")[0]
        return f"{scheme}://{host}/{application}/{_HIDDEN}"
    told = "" if not query else f"?{query if _HARMLESS.fullmatch(query) else _HIDDEN}"
    return f"{scheme}://{host}{path}{told}"


def scrubbed(text: str) -> str:
    """Return a text in which each URL is as `public` has it."""
    return _IN_TEXT.sub(lambda match: public(match[0]), text) if "://" in text else text


class Url(str):
    """A URL that names a file: shown as `public` has it, however it gets into a text.

    It equals the whole URL, which `target` is.
    """

    __slots__ = ()

    @property
    def target(self) -> str:
        """The whole URL, for what opens it and for nobody else."""
        return str.__str__(self)

    @property
    def scheme(self) -> str:
        """How it is to be opened, in small letters; of a chain, the first."""
        return re.split(r"::|://", self.target, maxsplit=1)[0].lower()

    @property
    def name(self) -> str:
        """The last part of its path."""
        path = _LINK.split(str(self))[0].partition("://")[2].partition("?")[0]
        return path.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """That of its name, as `Path` has it."""
        stem, dot, rest = self.name.rpartition(".")
        return dot + rest if stem and rest else ""

    def __str__(self) -> str:
        return public(self.target)

    def __repr__(self) -> str:
        return repr(str(self))

    def __format__(self, form: str) -> str:
        return format(str(self), form)


def named(text: str) -> str:
    """Return the name of a file as it is, or as a `Url`; a file that there is wins."""
    text = whole(text)
    return Url(text) if "://" in text and not _is_there(text) else text


def whole(text: str) -> str:
    """Return a name as plain text, of a `Url` with all that is not to be shown."""
    return str.__str__(text)


def _is_there(name: str) -> bool:
    try:
        return os.path.lexists(name)
    except ValueError:  # a zero byte
        return False
