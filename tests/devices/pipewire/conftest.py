"""A session with PipeWire, only where `-m pipewire` asks for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.desktop import lacking, session

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "pipewire" in config.option.markexpr:
        return
    skip = pytest.mark.skip(reason="needs a session with PipeWire, which `-m pipewire` starts")
    for item in items:
        if item.get_closest_marker("pipewire"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def _session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    packages = lacking()
    if packages:
        pytest.skip(f"'apt install {packages}' adds what this needs")
    with session(tmp_path_factory.mktemp("session")) as env:
        yield env


@pytest.fixture
def desktop(_session: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of the session, which is this process's, too."""
    for name in ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, _session[name])
    return {**os.environ}
