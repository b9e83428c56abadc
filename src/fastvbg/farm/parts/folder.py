"""The folder of a job's parts: what lies in it, whole or not at all, and whose it is."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.errors import SinkError, SourceError
from fastvbg.farm.cutting.identity import differences
from fastvbg.farm.parts.rendered import Rendered
from fastvbg.options import digest_of
from fastvbg.sink.durable import flush_file, flush_folder
from fastvbg.sink.staging import why
from fastvbg.values import check_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fastvbg._types import File
    from fastvbg.farm.cutting.plans import Plan

MANIFEST, LOCK, STATES = "manifest.json", "lock", "state"
_OURS = re.compile(
    r"(manifest\.json|lock|\d{5}\.(part|json)|\d{5}\.npz|learned\.npz)(\.[0-9a-f]+\.tmp)?"
    r"|\.fastvbg-[0-9a-f]+\.partial\.\w{1,16}"
)
_PIECE = 1 << 20


class Folder:
    """Where the parts of a plan are.

    Parameters
    ----------
    plan : Plan
        The plan.
    work : str or path-like, optional
        The folder, if it is not the plan's.
    """

    def __init__(self, plan: Plan, work: File | None = None) -> None:
        self.plan = plan
        self.path = plan.folder if work is None else Path(check_path("work", work))
        self.key = plan.key

    def part(self, index: int) -> Path:
        """Return the file of a part."""
        return self.path / f"{index:05}.part"

    def facts(self, index: int) -> Path:
        """Return the file of what is known of a part, which is there when the part is."""
        return self.path / f"{index:05}.json"

    def state(self, index: int) -> Path:
        """Return the file of what the frames before a part left behind."""
        return self.path / STATES / f"{index:05}.npz"

    @property
    def learned(self) -> Path:
        """The file of what was found out of the job as a whole."""
        return self.path / STATES / "learned.npz"

    def open(self, *, ours: bool = False) -> None:
        """Make the folder this job's, or demand that it is.

        Parameters
        ----------
        ours : bool
            Whether it was made for parts, whatever lies in it by now.

        Raises
        ------
        SinkError
            It is another job's, is for something else, or cannot be made.
        """
        before = self.manifest_of(self.path)
        if before is not None:
            self._demand_same(before)
            return
        facts = {"key": self.key, "facts": self.plan.facts()}
        self.make(ours=ours)
        self.publish(self.path / MANIFEST, lambda to: to.write_text(json.dumps(facts, indent=1)))

    def make(self, *, ours: bool = False) -> None:
        """Make the folder itself, unless it is there."""
        if not ours and self._is_for_something_else():
            raise SinkError(
                f"parts: {self.path} holds other things, wanted a folder of their own for the parts"
            )
        try:
            (self.path / STATES).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SinkError(f"parts: cannot make {self.path}: {why(error)}") from None

    def _is_for_something_else(self) -> bool:
        try:
            names = {file.name for file in self.path.iterdir()}
        except OSError:
            return False
        foreign = any(name != STATES and not _OURS.fullmatch(name) for name in names)
        return foreign and MANIFEST not in names

    @property
    def has_parts(self) -> bool:
        """Whether there is any part."""
        return any(file.suffix == ".part" for file in self._files())

    @staticmethod
    def manifest_of(path: Path) -> dict[str, Any] | None:
        """Return what a folder says of the job that it is for; None where it says nothing."""
        try:
            data = json.loads((path / MANIFEST).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise SinkError(f"parts: cannot read {path}: {why(error)}") from None
        except ValueError:
            data = None
        if not isinstance(data, dict) or not isinstance(data.get("facts"), dict):
            raise SinkError(f"parts: {path / MANIFEST} is none that fastvbg wrote")
        return data

    def demand_ours(self) -> None:
        """Demand that it is not another job's."""
        manifest = self.manifest_of(self.path)
        if manifest is not None:
            self._demand_same(manifest)

    def _demand_same(self, manifest: Mapping[str, Any]) -> None:
        if manifest.get("key") == self.key:
            return
        now = json.loads(json.dumps(self.plan.facts()))
        # Where the borders are follows from all else.
        found = [line for line in differences(manifest["facts"], now) if line[:9] != "segments "]
        told = "; ".join(found) or "its frames have other times"
        raise SinkError(
            f"parts: {self.path} holds parts of another job ({told}); --restart begins anew"
        )

    def publish(self, path: Path, write: Callable[[Path], Any]) -> None:
        """Let a file appear under its name whole and for good, or not at all.

        Parameters
        ----------
        path : Path
            Its name in this folder.
        write : callable
            Writes it to the path that it is called with.
        """
        staged = path.with_name(f"{path.name}.{os.getpid():x}{secrets.token_hex(6)}.tmp")
        try:
            write(staged)
            flush_file(staged)
            staged.replace(path)
            flush_folder(path.parent)
        except OSError as error:
            if isinstance(error, (SinkError, SourceError)):
                raise
            raise SinkError(f"parts: cannot write {path}: {why(error)}") from None
        finally:
            with suppress(OSError):
                staged.unlink(missing_ok=True)

    def done(self, index: int) -> tuple[Rendered, dict[str, Any]] | None:
        """Return what is known of a part; None unless it is there, whole and of this job."""
        try:
            data = json.loads(self.facts(index).read_bytes())
            check = data.pop("check")
            if check != digest_of(data) or data["key"] != self.key or data["index"] != index:
                return None
            if data["bytes"] is not None and not self._is_whole(index, data):
                return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        found = {name: data[name] for name in ("frames", "lost", "missing", "seconds", "digest")}
        warnings, size = tuple(data["warnings"]), data["bytes"] or 0
        return Rendered(index, bytes=size, warnings=warnings, found=True, **found), data

    def _is_whole(self, index: int, data: Mapping[str, Any]) -> bool:
        size, digest = hashed(self.part(index))
        return (size, digest) == (data["bytes"], data["digest"])

    def record(self, index: int, data: dict[str, Any]) -> None:
        """Note that a part is there."""
        said = {"key": self.key, "index": index, **data}
        text = json.dumps({**said, "check": digest_of(json.loads(json.dumps(said)))})
        self.publish(self.facts(index), lambda to: to.write_text(text))

    def clear(self) -> None:
        """Remove what is this folder's, if it has a manifest, and nothing else."""
        if self.manifest_of(self.path) is None:
            return
        # The manifest goes last: until then the rest is known for what it is.
        for file in sorted(self._files(), key=lambda file: file.name == MANIFEST):
            with suppress(OSError):
                file.unlink()
        self.leave()

    def leave(self) -> None:
        """Remove the folder if it is empty."""
        for folder in (self.path / STATES, self.path):
            with suppress(OSError):
                folder.rmdir()

    def sweep(self) -> None:
        """Remove what was never finished; nobody else may be at work on the job."""
        for file in self._files():
            if file.name.endswith(".tmp") or ".partial." in file.name:
                with suppress(OSError):
                    file.unlink()

    def _files(self) -> Iterator[Path]:
        for folder in (self.path / STATES, self.path):
            with suppress(OSError):
                for file in list(folder.iterdir()):
                    if _OURS.fullmatch(file.name) and file.name != LOCK and file.is_file():
                        yield file


def hashed(path: Path) -> tuple[int, str]:
    """Return a file's size and the BLAKE2b of its content."""
    digest, size = hashlib.blake2b(digest_size=32), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()
