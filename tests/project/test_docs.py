"""Docstrings: every public function has one, in which every parameter appears; examples run."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
from types import FunctionType

import pytest

import fastvbg


def public_functions() -> list[tuple[str, object]]:
    found = []
    for name in fastvbg.__all__:
        value = getattr(fastvbg, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            found.append((name, value))
    for name, value in vars(fastvbg.reference).items():
        if not name.startswith("_") and (inspect.isfunction(value) or inspect.isclass(value)):
            found.append((f"reference.{name}", value))
    return [(n, v) for n, v in found if v.__module__.startswith("fastvbg")]


PUBLIC = public_functions()
IDS = [name for name, _ in PUBLIC]


def documented_parameters(text: str) -> set[str]:
    section = re.search(r"Parameters\n\s*-+\n(.*?)(\n\s*\n\s*[A-Z]\w+\n\s*-{3,}|\Z)", text, re.S)
    names: set[str] = set()
    if section:
        for line in section[1].splitlines():
            match = re.match(r"([\w, *]+?) : ", line.strip())
            if match:
                names |= {name.strip(" *") for name in match[1].split(",")}
    return names


@pytest.mark.parametrize(("name", "value"), PUBLIC, ids=IDS)
def test_every_public_name_documents_its_parameters(name: str, value: object) -> None:
    assert value.__doc__, name
    if isinstance(value, type) and issubclass(value, Exception):
        return
    parameters = set(inspect.signature(value).parameters) - {"self"}
    assert documented_parameters(inspect.getdoc(value) or "") == parameters


def public_methods() -> list[tuple[str, object]]:
    owners = [value for name, value in PUBLIC if isinstance(value, type) and "." not in name]
    return [
        (f"{owner.__name__}.{name}", getattr(owner, name))
        for owner in owners
        for name, value in vars(owner).items()
        if not name.startswith("_") and isinstance(value, FunctionType | classmethod)
    ]


@pytest.mark.parametrize(("name", "value"), [pytest.param(*m, id=m[0]) for m in public_methods()])
def test_every_public_method_documents_its_parameters(name: str, value: object) -> None:
    parameters = set(inspect.signature(value).parameters) - {"self"}
    assert documented_parameters(inspect.getdoc(value) or "") == parameters


@pytest.mark.parametrize(
    ("name", "value"), [pytest.param(n, v, id=n) for n, v in [*PUBLIC, *public_methods()]]
)
def test_what_may_be_left_out_says_what_stands_for_it(name: str, value: object) -> None:
    if isinstance(value, type) and issubclass(value, Exception):
        return
    text = inspect.getdoc(value) or ""
    spoken = [line for line in text.splitlines() if re.search(r" : .*\b(default|optional)\b", line)]
    told = documented_parameters("Parameters\n----------\n" + "\n".join(spoken))
    optional = {
        parameter.name
        for parameter in inspect.signature(value).parameters.values()
        if parameter.default is not parameter.empty
    }
    assert optional <= told


@pytest.mark.parametrize(
    ("name", "value"), [pytest.param(n, v, id=n) for n, v in PUBLIC if inspect.isfunction(v)]
)
def test_every_public_function_is_annotated(name: str, value: object) -> None:
    signature = inspect.signature(value)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(p.annotation is not p.empty for p in signature.parameters.values())


def modules() -> list[str]:
    return [
        m.name
        for m in pkgutil.walk_packages(fastvbg.__path__, "fastvbg.")
        if "__main__" not in m.name
    ]


MODULES = modules()


def room_of(name: str) -> str:
    """The part of the package that a module is in, as far as that needs libraries of its own."""
    needing = ("fastvbg.live_mode.page", "fastvbg.farm.workers.plugin")
    return next((room for room in needing if name.startswith(room)), ".".join(name.split(".")[:2]))


@pytest.mark.parametrize("room", sorted({room_of(name) for name in MODULES}))
def test_modules_have_docstrings_whose_examples_run(room: str) -> None:
    if room == "fastvbg.live_mode.page":
        pytest.importorskip("aiohttp", reason="aiohttp is not installed: fastvbg[live]")
    if room == "fastvbg.farm.workers.plugin":
        pytest.importorskip("distributed", reason="Dask is not installed: fastvbg[farm]")
    for name in MODULES:
        if room_of(name) == room:
            module = importlib.import_module(name)
            assert module.__doc__, name
            assert doctest.testmod(module).failed == 0, name


def test_the_examples_are_found() -> None:
    module = importlib.import_module("fastvbg.compositing.frames")
    assert doctest.testmod(module).attempted > 5
