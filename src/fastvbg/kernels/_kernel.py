"""Kernels by name: loaded from the cache where they are kept, else compiled, at their first call.

What is loaded is machine code, and nothing that made it: Numba is imported only to compile.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg import libraries
from fastvbg.kernels import _cache
from fastvbg.kernels._load import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PACKAGE = "fastvbg.kernels."
_known: dict[str, Kernel] = {}
_listening: list[_Listening] = []
_offers: list[Callable[[Kernel], Callable[..., Any] | None]] = []


class Definition(NamedTuple):
    """What a kernel is compiled from.

    Parameters
    ----------
    function : callable
        In the subset of Python that Numba compiles, at module level.
    signature : Numba types
        Of its arguments, in order.
    fallback : str
        Name of a kernel with the same arguments, or empty. The function returns whether it could do
        the work; where it could not, the fallback is called. So the rare general case costs no
        compile time until it comes.
    """

    function: Callable[..., Any]
    signature: tuple[Any, ...]
    fallback: str = ""


class Kernel:
    """A function with one signature, loaded or compiled at its first call.

    `call` is what to call: at first it loads and then replaces itself by machine code that Python
    calls directly. Arguments are taken by place; arrays of another type are a `TypeError`.

    Parameters
    ----------
    name : str
        Its room, module and function, such as `refine.guided.smooth`; the whole name of the module
        where that is not one of this package.

    Attributes
    ----------
    alone : callable
        Its machine code without the fallback, for kernels that have one: what it returns says
        whether it has done the work. Until that is loaded, by a `call`, nothing is done.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.alone: Callable[..., Any] = _nothing
        self.defined: Definition | None = None
        self.call: Callable[..., Any] = self.first_call
        self._compiled: Callable[..., Any] | None = None
        self._fallback: Kernel | None = None
        self._lock = threading.RLock()

    @property
    def definition(self) -> Definition:
        """What it is compiled from; asking for it imports Numba."""
        if self.defined is None:
            module, _, function = self.name.rpartition(".")
            self.defined = getattr(import_module(PACKAGE + module), function).defined
        assert self.defined is not None  # noqa: S101  (a module's kernels are defined in it)
        return self.defined

    def first_call(self, *arguments: Any) -> Any:
        """Load or compile, and call; what is `call` at first."""
        if self._compiled is not None:  # whoever has got hold of this before
            return self._compiled(*arguments)
        offers = () if _cache.keeps(self.name) else tuple(_offers[-1:])
        stand_in = next((found for offer in offers if (found := offer(self)) is not None), None)
        if stand_in is None or not self.let_stand(stand_in):
            self.compile()
        return self.call(*arguments)

    def let_stand(self, stand_in: Callable[..., Any]) -> bool:
        """Let something stand in, unless the kernel itself is there; return whether it does."""
        with self._lock:
            if self._compiled is None:
                self.call = stand_in
            return self._compiled is None

    def no_longer(self, stand_in: Callable[..., Any]) -> None:
        """Go back to where the first call was, if this stands in."""
        with self._lock:
            if self.call is stand_in:
                self.call = self.first_call

    def compile(self, *, fallback: bool = False) -> None:
        """Load from the cache or compile, unless that has been done; a fallback only if asked."""
        with self._lock:
            if self._compiled is None:
                self._compiled = self._loaded(_cache.read(self.name)) or self._loaded(self._made())
            assert self._compiled is not None  # noqa: S101  (what is made here fits)
            self.call = self._compiled
        if fallback and self._fallback is not None:
            self._fallback.compile(fallback=True)

    def renew_lock(self) -> None:
        """Forget who is at it: in a forked child nobody is."""
        self._lock = threading.RLock()

    def _made(self) -> _cache.Code:
        if _listening:
            _listening[-1].about_to_compile(self.name)
        maker = libraries.load("fastvbg.kernels._compile")
        machine = maker.machine_code(self.definition, self.name)
        code = _cache.Code(machine, self.definition.fallback)
        _cache.write(self.name, code)
        return code

    def _loaded(self, code: _cache.Code | None) -> Callable[..., Any] | None:
        """Return what to call of compiled code, or None where that is not this kernel's."""
        compiled = None if code is None else load(self.name, code.machine)
        if compiled is None or code is None or not code.fallback:
            return compiled
        self.alone = compiled
        self._fallback = named(code.fallback)
        return _or(compiled, self._fallback)


def _nothing(*arguments: Any) -> bool:
    return False


def _or(compiled: Callable[..., Any], fallback: Kernel) -> Callable[..., None]:
    def call(*arguments: Any) -> None:
        if not compiled(*arguments):
            fallback.call(*arguments)

    return call


def named(name: str) -> Kernel:
    """Return the kernel of a name, such as `refine.guided.smooth`; always the same object."""
    return _known.setdefault(name, Kernel(name))


def _renew_locks() -> None:
    for kernel in list(_known.values()):
        kernel.renew_lock()


if hasattr(os, "register_at_fork"):
    # A forked child may have got a lock that nobody will release.
    os.register_at_fork(after_in_child=_renew_locks)


class Module:
    """A module's kernels, each as an attribute, without importing the module.

    Parameters
    ----------
    name : str
        Room and module, such as `refine.guided`.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, function: str) -> Kernel:
        """Return the kernel of a function."""
        kernel = named(f"{self.name}.{function}")
        setattr(self, function, kernel)
        return kernel


class _Listening:
    """Counts the kernels that are compiled, and those that are expected to be."""

    def __init__(self, hear: Callable[[str, int, int], None]) -> None:
        self._hear = hear
        self._done = 0
        self.expected: set[str] = set()

    def about_to_compile(self, name: str) -> None:
        """Tell of a kernel that does not come from the cache."""
        self._done += 1
        self.expected.discard(name)
        self._hear(name, self._done, self._done + len(self.expected))


@contextmanager
def listening(hear: Callable[[str, int, int], None]) -> Iterator[None]:
    """Tell meanwhile of each kernel that is about to be compiled, and not of those in the cache.

    Parameters
    ----------
    hear : callable
        Called in the thread that compiles, with the kernel's name, its number from 1, and how many
        there will be as far as is known.
    """
    _listening.append(_Listening(hear))
    try:
        yield
    finally:
        _listening.pop()


@contextmanager
def offered(offer: Callable[[Kernel], Callable[..., Any] | None]) -> Iterator[None]:
    """Ask meanwhile, for each kernel that is called first and is not in the cache, what stands in.

    Parameters
    ----------
    offer : callable
        Returns what to call instead, with the kernel's arguments, or None. What it returns becomes
        the kernel's `call`, and has to give that up in the end (`no_longer`).
    """
    _offers.append(offer)
    try:
        yield
    finally:
        _offers.remove(offer)


def expect(names: Iterable[str]) -> None:
    """Say which kernels will be called, for the count that listeners are told."""
    if _listening:
        _listening[-1].expected.update(name for name in names if not _cache.keeps(name))
