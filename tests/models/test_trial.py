"""Models that end the process which runs them: one line, and this process lives."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.errors import ModelError
from fastvbg.models import trial
from fastvbg.models.runtimes import open_model
from fastvbg.models.spec import read_spec
from fastvbg.models.store import ENVIRONMENT, SQUARE
from tests.support.onnxfile import one_by_one


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "models"))
    monkeypatch.setattr(trial, "_passed", set())
    monkeypatch.setattr("fastvbg.models.runtimes.demand_survival", trial.demand_survival)
    path = tmp_path / "model.onnx"
    path.write_bytes(one_by_one([[1, 0, 0]]))
    return read_spec(path)


@pytest.fixture
def worker(monkeypatch):
    """Sets what the process does in place of running the model."""
    return lambda code: monkeypatch.setattr(trial, "_WORKER", code)


def test_what_runs_is_tried_once(model, worker, tmp_path, monkeypatch) -> None:
    assert open_model(model, "opencv") is not None
    (mark,) = (tmp_path / "models" / "tried").iterdir()
    assert "opencv" in mark.name
    worker("import os; os.abort()")
    assert open_model(model, "opencv") is not None  # known by this process
    monkeypatch.setattr(trial, "_passed", set())
    assert open_model(model, "opencv") is not None  # by its mark
    mark.unlink()
    monkeypatch.setattr(trial, "_passed", set())
    with pytest.raises(ModelError, match="ends the process by SIGABRT, tried in a process of its"):
        open_model(model, "opencv")


def test_a_fault_is_one_line_and_is_not_remembered_as_good(model, worker, tmp_path) -> None:
    worker("import ctypes; ctypes.string_at(0)")
    for _ in range(2):
        with pytest.raises(ModelError, match=r"does not run here \(opencv: it ends .* SIGSEGV"):
            open_model(model, "opencv")
    assert not (tmp_path / "models" / "tried").exists()


def test_what_never_ends_is_one_line(model, worker, monkeypatch) -> None:
    worker("import time; time.sleep(60)")
    monkeypatch.setattr(trial, "_SECONDS", 0.5)
    with pytest.raises(ModelError, match="was not done with one picture after 0 s"):
        open_model(model, "opencv")


def test_what_raises_there_is_told_here(model, tmp_path) -> None:
    broken = model._replace(path=tmp_path / "other.onnx")
    broken.path.write_bytes(model.path.read_bytes()[:60])
    with pytest.raises(ModelError, match="does not run here") as told:
        open_model(broken, "opencv")
    assert "process of its own" not in str(told.value)


def test_a_folder_that_takes_nothing_is_done_without(model, tmp_path) -> None:
    (tmp_path / "models").write_text("no folder")
    run = open_model(model, "opencv")
    run.input[...] = np.float32(0.5)
    assert run().shape[1] == 1


def test_the_person_models_are_not_tried(model, worker, monkeypatch) -> None:
    worker("import os; os.abort()")
    monkeypatch.setattr(trial, "digest", lambda content: SQUARE.sha256)
    assert open_model(model, "opencv") is not None
