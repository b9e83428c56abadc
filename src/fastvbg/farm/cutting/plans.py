"""A plan: how a job is cut into parts, and what tells it from other jobs. A value."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.checks import check_flag
from fastvbg.errors import FastvbgError, OptionError, SourceError, shown
from fastvbg.farm.cutting.identity import Identity, options_of
from fastvbg.media.names import refuse_used, suffix_of
from fastvbg.options import digest_of
from fastvbg.pipeline.job import Job
from fastvbg.settings import Settings
from fastvbg.settings.file import settings_of
from fastvbg.sink.staging import check_folder, write_whole
from fastvbg.urls import Url, named, whole
from fastvbg.values import check_path

if TYPE_CHECKING:
    from fastvbg._types import File

VERSION = 1
"""Of what is written."""


class Border(NamedTuple):
    """A part of a job: which frames it has, and how many before them are looked at.

    Times are in the unit of the input's, as a run gives them; None is the job's beginning or end.
    """

    number: int
    """How many frames of the job come before `read`."""
    read: int | None
    """From which frame on it is decoded."""
    keyed: int | None
    """From which frame on it is keyed."""
    first: int | None
    """The first frame of the part."""
    end: int | None
    """The first frame after it."""
    until: int | None
    """The first frame that is not decoded any more."""
    frames: int
    """How many frames the part has; 0 where that is not known."""


@dataclass(frozen=True)
class Plan:
    """How a job is cut into parts; `plan` makes it. A value, which can be pickled.

    Parameters
    ----------
    input, output : str
        Whole names.
    settings : Settings
        With the mask that "auto" chose.
    borders : tuple of Border
        The parts, in order.
    origin : int
        The time of the job's first frame.
    threads : int
        How many encode: with another number other bytes come out.
    seconds : float
        How long parts were to be.
    inputs : tuple of Identity
        The files that are read.
    versions : dict of str
        Of the libraries that make the bytes.
    why : str, optional
        Why there is but one part that is no part; empty where the job can be cut.
    work : str, optional
        The folder of the parts; one beside the output by default.
    """

    input: str
    output: str
    settings: Settings
    borders: tuple[Border, ...]
    origin: int
    threads: int
    seconds: float
    inputs: tuple[Identity, ...]
    versions: dict[str, str]
    why: str = ""
    work: str | None = None

    def __len__(self) -> int:
        return len(self.borders)

    @property
    def frames(self) -> int:
        """How many frames there are in all; 0 where that is not known."""
        return sum(border.frames for border in self.borders)

    def facts(self) -> dict[str, Any]:
        """Return what the bytes depend on, as JSON holds it."""
        return {
            "plan": VERSION,
            "options": options_of(self.settings),
            "output": suffix_of(self.output),
            "encoder threads": self.threads,
            "seconds a segment": self.seconds,
            "segments": digest_of([list(border) for border in self.borders]),
            "versions": self.versions,
            **{identity.role.replace("_", " "): identity.data() for identity in self.inputs},
        }

    @property
    def key(self) -> str:
        """What tells this job's parts from another's: SHA-256 in hex."""
        return digest_of(self.facts())

    @property
    def folder(self) -> Path:
        """Where the parts are, unless another folder is named."""
        if self.work is not None:
            return Path(self.work)
        return parts_of(self.output)

    def data(self, folder: Path | None = None) -> dict[str, Any]:
        """Return all of it as JSON holds it.

        Parameters
        ----------
        folder : Path, optional
            As of `Settings.data`.

        Raises
        ------
        OptionTypeError
            A picture in memory is among the settings.
        OptionError
            There is a URL with a password or a signature, which is kept in no file.
        """
        folder = None if folder is None else _absolute(folder)
        refuse_secrets(self.input, self.output, *(path for _, path in self.settings.files()))
        return {
            "version": VERSION,
            "input": _dumped(self.input, folder),
            "output": _dumped(self.output, folder),
            "settings": {**self.settings.data(folder), "mask": self.settings.kind.data(folder)},
            "borders": [list(border) for border in self.borders],
            "origin": self.origin,
            "threads": self.threads,
            "seconds": self.seconds,
            "inputs": [list(identity) for identity in self.inputs],
            "versions": self.versions,
            "why": self.why,
            "work": None if self.work is None else _dumped(self.work, folder),
        }

    @classmethod
    def from_data(cls, data: Any, folder: Path | None = None) -> Plan:
        """Return the plan that `data` wrote.

        Parameters
        ----------
        data : dict
            As `data` gave it.
        folder : Path, optional
            What names in it are relative to.

        Raises
        ------
        OptionError
            It is no such thing, or of another version.
        """
        folder = None if folder is None else _absolute(folder)
        if not isinstance(data, dict) or data.get("version") != VERSION:
            raise OptionError(f"plan: got {shown(data)}, wanted what Plan.data gives")
        try:
            work = data["work"]
            return cls(
                _loaded(data["input"], folder),
                _loaded(data["output"], folder),
                settings_of((folder or Path()) / "plan.json", data["settings"]),
                tuple(Border(*border) for border in data["borders"]),
                int(data["origin"]),
                int(data["threads"]),
                float(data["seconds"]),
                tuple(Identity(*identity) for identity in data["inputs"]),
                dict(data["versions"]),
                str(data["why"]),
                None if work is None else _loaded(work, folder),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            if isinstance(error, FastvbgError):
                raise
            raise OptionError(f"plan: got {shown(data)}, wanted what Plan.data gives") from None

    def save(self, path: File, *, overwrite: bool = False) -> None:
        """Write a JSON file that `load` reads back equal; names of files are relative to it.

        Parameters
        ----------
        path : str or path-like
            The file's name.
        overwrite : bool, default False
            Whether a file of that name is replaced.

        Raises
        ------
        SinkError
            It cannot be written, exists and `overwrite` is not set, or is a file of the job.
        OptionTypeError
            A picture in memory is among the settings.
        """
        overwrite = check_flag("overwrite", overwrite)
        target = Path(check_path("plan", path))
        check_folder(target.parent)
        used = ("input", self.input), ("output", self.output), *self.settings.files()
        refuse_used(target, "plan", used)
        text = json.dumps(self.data(target.absolute().parent), indent=1)
        write_whole(target, text.encode(), "plan", overwrite=overwrite)

    @classmethod
    def load(cls, path: File) -> Plan:
        """Read a plan that `save` wrote.

        Parameters
        ----------
        path : str or path-like
            The file's name.

        Returns
        -------
        Plan
            Equal to the one that was saved.

        Raises
        ------
        SourceError
            It cannot be read.
        OptionError
            It is no plan, or of another version.
        """
        file = Path(check_path("plan", path))
        try:
            data = json.loads(file.read_bytes())
        except OSError as error:
            raise SourceError(f"plan: cannot read {file}: {error.strerror or error}") from None
        except ValueError:
            raise OptionError(f"plan: {file} is no plan that fastvbg wrote") from None
        return cls.from_data(data, file.absolute().parent)


def parts_of(output: str | Path) -> Path:
    """Return the folder of an output's parts: beside it, or of a store's where we work."""
    if isinstance(output, Url):
        return Path.cwd() / f".{output.name}-{digest_of(str(output))[:8]}.parts"
    path = Path(output)
    return path.with_name(f".{path.name}.parts")


def refuse_secrets(*names: str) -> None:
    """Demand that no name is a URL of which something is not to be shown."""
    for name in map(named, names):
        if isinstance(name, Url) and str(name).lower() != whole(name).lower():
            raise OptionError(
                f"plan: {name} has a password or a signature, which is kept in no file; wanted a "
                "URL without, and what it takes in the environment"
            )


def job_of(plan: Plan, **more: Any) -> Job:
    """Return the job that a plan is of."""
    return Job(plan.input, plan.output, plan.settings, encoder_threads=plan.threads, **more)


def _absolute(folder: object) -> Path:
    return Path(check_path("folder", folder)).absolute()


def _dumped(name: str, folder: Path | None) -> str:
    """Return a file's name relative to a folder."""
    if folder is None or name == "-" or "://" in name:
        return whole(name)
    try:
        return os.path.relpath(name, folder)
    except ValueError:  # another drive
        return os.path.abspath(name)  # noqa: PTH100  # a numbered name is none that `Path` finds


def _loaded(name: str, folder: Path | None) -> str:
    if folder is None or name == "-" or "://" in name:
        return named(name)
    return os.path.normpath(folder / name)
