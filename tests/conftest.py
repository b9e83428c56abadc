"""Shared fixtures. Real clips come from the folder that FASTVBG_CLIPS names."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from fastvbg.kernels import _cache, _load
from fastvbg.masks.motion import Motion
from fastvbg.models.store import KNOWN
from fastvbg.preparing import prepare
from fastvbg.warmup import all_kernels
from tests.support.media import Clip, make_clip

settings.register_profile(
    "default",
    deadline=None,  # the first example compiles
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("default")

cv2.setNumThreads(1)


def pytest_configure(config: pytest.Config) -> None:
    """Compile all kernels once, before each of several workers would do it for itself."""
    several = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if several and not config.option.collectonly and _cache.folder() is not None:
        prepare(all_kernels())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs real clips or models, so that `-m clips` runs that alone; set the order.

    A browser is started only where it is asked for, and so is what takes long.
    """
    for item in items:
        if item.get_closest_marker("long") and "long" not in config.option.markexpr:
            item.add_marker(pytest.mark.skip("takes long: by -m long"))
        if item.get_closest_marker("page") and "page" not in config.option.markexpr:
            item.add_marker(pytest.mark.skip("in a browser, by -m page"))
        if {"clips", "real_models"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("clips")
    # What takes long comes first, so that all workers end at the same time.
    items.sort(key=lambda item: "property" not in item.path.parts)


@pytest.fixture
def all_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let kernels store past the caches whatever the size, as they do with large frames."""
    monkeypatch.setattr(_load.stream_bytes, "value", 0)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A short H.264 clip with a sound track, and the frames it was made from."""
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", audio=True)


@pytest.fixture(scope="session")
def clips() -> Path:
    """The folder of real clips."""
    folder = os.environ.get("FASTVBG_CLIPS")
    if not folder:
        pytest.skip("FASTVBG_CLIPS does not name the folder of real clips")
    return Path(folder)


@pytest.fixture(scope="session")
def real_models() -> Path:
    """The folder of the person models, which are not the project's."""
    folder = os.environ.get("FASTVBG_CLIPS")
    where = Path(os.environ.get("FASTVBG_MODELS") or Path(folder or "", "..", "models"))
    if not all((where / model.file).exists() for model in KNOWN):
        pytest.skip("neither FASTVBG_MODELS nor ../models beside FASTVBG_CLIPS has the models")
    return where


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers, the same in every run."""
    return np.random.default_rng(20200517)


@pytest.fixture(autouse=True)
def _no_lines_of_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep lines of progress out of what commands print, however long a kernel takes to compile."""
    monkeypatch.setattr("fastvbg.cli.progress._LINE_SECONDS", 3600.0)


@pytest.fixture(autouse=True)
def _no_model_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open models without a trial in another process, but in the tests of that."""
    monkeypatch.setattr("fastvbg.models.runtimes.demand_survival", lambda *_: None)


@pytest.fixture(autouse=True)
def _nothing_chosen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the mask `auto`, the commands' default, be motion without a look at the clip.

    Only where the choice itself is tested it is made, by the mark `chooses`: it may fetch models.
    """
    if request.node.get_closest_marker("chooses") is None:
        monkeypatch.setattr("fastvbg.masks.auto.Auto.chosen", lambda self, run: Motion())
