"""A store by fsspec, and an object's place in it, with errors that say what is wrong in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.errors import FastvbgError, MissingLibraryError, SourceError
from fastvbg.urls import Url, scrubbed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_EXTRA = "pip install 'fastvbg[cloud]'"
# What stores call their mark of an object's contents, the most certain first.
_MARKS = (
    *("ETag", "etag", "generation", "md5", "content_md5"),
    *("LastModified", "last_modified", "mtime", "modified", "updated", "created"),
)
_MOST_LETTERS = 200


class Identity(NamedTuple):
    """What tells an object from one that stood there before."""

    size: int
    """Bytes."""
    mark: str
    """What the store changes with the contents: an ETag, else a time; empty where it has none."""


class Store:
    """An object's place in a store.

    Parameters
    ----------
    url : Url
        The object's.
    role : str
        How messages call it.
    error : type
        What is raised: `SourceError` or `SinkError`.

    Raises
    ------
    SourceError, SinkError
        There is no such kind of store, or its settings are wrong.
    MissingLibraryError
        A library is not installed.
    """

    def __init__(self, url: Url, role: str, error: type[FastvbgError] = SourceError) -> None:
        self.url, self._role, self._error = url, role, error
        self.fs, self.path = self._found()
        self.is_async = bool(getattr(self.fs, "async_impl", False))
        """Whether it does many things at once, and so has its own way to take a whole file."""

    def _found(self) -> tuple[Any, str]:
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise MissingLibraryError(
                f"{self._role}: {self.url} needs fsspec, which is not installed; {_EXTRA}"
            ) from None
        try:
            fs, path = url_to_fs(self.url.target)
        except ImportError as error:
            raise MissingLibraryError(
                f"{self._role}: {self.url} needs a library that is not installed: {words(error)}; "
                f"{_EXTRA} brings that of s3://"
            ) from None
        except Exception as error:  # libraries raise what they like
            raise self.failed(error) from None
        return fs, str(path)

    def identity(self) -> Identity:
        """Return the object's size and mark, asked anew.

        Raises
        ------
        SourceError, SinkError
            It is not there, is a folder, or the store does not answer.
        """
        facts = self._asked(self.fs.info)
        if facts is None:
            raise self.failed(FileNotFoundError())
        return self.identified(facts)

    def _asked(self, question: Callable[..., Any], **more: Any) -> Any:
        """Return what the store answers of the path, asked anew; None where nothing is there."""
        try:
            self.fs.invalidate_cache(self.path)
            return question(self.path, **more)
        except FileNotFoundError:
            return None
        except Exception as error:  # libraries raise what they like
            raise self.failed(error) from None

    def identified(self, facts: Mapping[str, Any]) -> Identity:
        """Return what of a store's facts tells an object from others.

        Raises
        ------
        SourceError, SinkError
            It is a folder, or of no known size.
        """
        if facts.get("type") == "directory":
            raise self.refused("is a folder, wanted an object")
        if not isinstance(facts.get("size"), int):
            raise self.refused("does not say how large it is")
        mark = next((str(facts[name]) for name in _MARKS if facts.get(name)), "")
        return Identity(facts["size"], mark)

    def exists(self) -> bool:
        """Tell whether something stands there.

        Raises
        ------
        SourceError, SinkError
            The store does not say.
        """
        return self._asked(self.fs.info) is not None

    def listed(self) -> dict[str, Identity]:
        """Return the objects in a folder, asked anew; none where there is no such folder.

        Raises
        ------
        SourceError, SinkError
            The store does not say.
        """
        found = self._asked(self.fs.ls, detail=True) or ()
        files = [facts for facts in found if facts.get("type") != "directory"]
        return {str(facts["name"]).rpartition("/")[2]: self.identified(facts) for facts in files}

    def matching(self) -> list[Url]:
        """Return the objects that the path matches as a pattern, asked anew.

        Raises
        ------
        SourceError, SinkError
            The store does not say.
        """
        self.fs.invalidate_cache()
        found = self._asked(self.fs.glob, detail=True) or {}
        names = sorted(name for name, facts in found.items() if facts.get("type") != "directory")
        return [Url(self.fs.unstrip_protocol(name)) for name in names]

    def failed(self, error: BaseException) -> FastvbgError:
        """Return what to raise where a library has raised something."""
        if isinstance(error, FileNotFoundError):
            return self.refused("no such object", colon=True)
        return self.refused(words(error), colon=True)

    def refused(self, why: str, *, colon: bool = False) -> FastvbgError:
        """Return what to raise, with the reason."""
        return self._error(f"{self._role}: {self.url}{':' if colon else ''} {why}")


def words(error: BaseException) -> str:
    """Return what another library's error says, in one line and without secrets."""
    text = " ".join(scrubbed(str(getattr(error, "strerror", None) or error)).split())
    text = text.rstrip(".") or type(error).__name__
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 3]}..."
