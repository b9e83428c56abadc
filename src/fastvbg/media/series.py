"""Numbered pictures to read, in a folder here or in a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from fastvbg.media.names import read_numbering
from fastvbg.media.numbering import Numbering, parse_numbering
from fastvbg.storage import exists, is_stored, listed
from fastvbg.urls import Url

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.storage.stores import Identity


@dataclass(frozen=True)
class StoredNumbering:
    """Objects of a store whose names differ by a number.

    Parameters
    ----------
    url : Url
        Of any of them, with a field for the number.
    form : Numbering
        Their names, without a folder.
    role : str
        How messages call them.
    """

    url: Url
    form: Numbering
    role: str

    @property
    def name(self) -> str:
        """The name with its field, as it was given."""
        return self.form.name

    @property
    def folder(self) -> Url:
        """Where they are."""
        before, _ = self._around()
        return Url(before.rstrip("/"))

    @property
    def spelling(self) -> Url:
        """The whole name with its field."""
        return self.url

    def path(self, number: int) -> Url:
        """Return the object of a frame number."""
        before, after = self._around()
        return Url(f"{before}{self.form.path(number).name}{after}")

    def _around(self) -> tuple[str, str]:
        """Return what of the URL is before the name, and after it."""
        target, name = self.url.target, self.url.name
        link = target.partition("::")[0].partition("?")[0]
        return link.removesuffix(name), target[len(link) :]

    def objects(self) -> dict[int, Identity]:
        """Return what tells each of them from others, by their numbers in order, asked anew.

        Raises
        ------
        SourceError, MissingLibraryError
            The store does not answer, or a library is not installed.
        """
        before, after = self._around()
        found = listed(Url(before.rstrip("/") + after), self.role)
        numbered = ((self.form.number_of(name), each) for name, each in found.items())
        return dict(sorted((number, each) for number, each in numbered if number is not None))

    def existing(self) -> list[int]:
        """Return the numbers that have an object, in order."""
        return list(self.objects())


Series: TypeAlias = Numbering | StoredNumbering


def read_series(path: str | Path, role: str = "input") -> Series | None:
    """Return the pictures that a name spells; None where it has no field, or is there as it is.

    Parameters
    ----------
    path : str or Path
        A name such as `dir/in%06d.jpg`, also as a URL of a store.
    role : str
        How messages call it.

    Raises
    ------
    SourceError, MissingLibraryError
        As of `StoredNumbering.objects`.
    """
    if not isinstance(path, Url):
        return read_numbering(path)
    form = parse_numbering(path.name) if is_stored(path) else None
    if form is None or exists(path, role):
        return None
    return StoredNumbering(path, form, role)
