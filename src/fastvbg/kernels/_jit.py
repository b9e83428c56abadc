"""The one place that names Numba's options."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from numba import config, njit, types
from numba.core.errors import NumbaWarning

from fastvbg.kernels import _cache
from fastvbg.kernels._helpers import HelperCompiler

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_OPTIONS = {
    "nogil": True,
    "fastmath": False,
    "boundscheck": False,
    "error_model": "numpy",
    "_nrt": False,  # kernels allocate nothing, so nothing needs to count references
}

_PACKAGE = "fastvbg.kernels."
_lock = threading.RLock()
_listening: list[_Listening] = []

# Layout "A" (any strides) and read-only are the widest array types: Numba passes every contiguous,
# strided, writable or read-only array of the rank to them, so each kernel compiles exactly once.
FRAME = types.Array(types.uint8, 3, "A", readonly=True)
PLANE = types.Array(types.uint8, 2, "A", readonly=True)
OUT_FRAME = types.Array(types.uint8, 3, "A")
OUT_PLANE = types.Array(types.uint8, 2, "A")
INT = types.int64
YUV_WEIGHTS = types.UniTuple(types.int64, 9)


@contextmanager
def _compiling(folder: Path | None = None) -> Iterator[None]:
    """Set Numba up for these kernels meanwhile, and back again.

    `NUMBA_DISABLE_JIT`, which is for stepping through one's own functions in Python, does not
    count: kernels address memory and have no form in Python. Compiled code is kept in `folder`.
    Numba's warnings are for whoever writes a kernel: that its code cannot be kept, for instance,
    which is so with `NUMBA_OPT=0`.
    """
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaWarning)
        config.reload_config()  # else the compiler does, and undoes what is set here
        before = config.DISABLE_JIT, config.CACHE_DIR
        config.DISABLE_JIT = 0
        if folder is not None:
            config.CACHE_DIR = str(folder)
        try:
            yield
        finally:
            config.DISABLE_JIT, config.CACHE_DIR = before


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


def expect(names: Iterable[str]) -> None:
    """Say which kernels will be called, for the count that listeners are told."""
    if _listening:
        _listening[-1].expected.update(name for name in names if not _cache.keeps(name))


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function a helper that is compiled into the kernels which call it."""
    with _compiling():
        return njit(  # type: ignore[no-any-return]
            forceinline=True, pipeline_class=HelperCompiler, **_OPTIONS
        )(function)


class Kernel:
    """A function with one signature, compiled at its first call.

    `call` is what to call: at first it compiles and then replaces itself by the compiled function,
    so later calls go straight to machine code.

    Parameters
    ----------
    function : callable
        The kernel in the subset of Python that Numba compiles; it must live at module level.
    signature : Numba types
        Of its arguments, in order.
    name : str, optional
        What its module calls it, where it is not the function's name: several kernels may be of one
        function, for arguments of other types.
    fallback : Kernel, optional
        Of the same arguments. The function returns whether it could do the work; where it could
        not, the fallback is called. So the rare general case costs no compile time until it comes.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        signature: tuple[Any, ...],
        fallback: Kernel | None = None,
        name: str | None = None,
    ) -> None:
        self.function = function
        self._name = name or function.__name__
        self.signature = signature
        self._fallback = fallback
        self.call: Callable[..., Any] = self._first_call

    @property
    def name(self) -> str:
        """Its room, module and function, such as `refine.guided.smooth`."""
        module: str = self.function.__module__
        return f"{module.removeprefix(_PACKAGE)}.{self._name}"

    def _first_call(self, *arguments: Any) -> Any:
        self.compile()
        return self.call(*arguments)

    def compile(self, *, fallback: bool = False) -> None:
        """Compile or load from the cache, unless that has been done; a fallback only if asked."""
        if fallback and self._fallback is not None:
            self._fallback.compile()
        with _lock:
            if self.call == self._first_call:
                if _listening and not _cache.keeps(self.name):
                    _listening[-1].about_to_compile(self.name)
                compiled = _compiled(self.function, self.signature)
                self.call = compiled if self._fallback is None else _or(compiled, self._fallback)


def _or(compiled: Callable[..., Any], fallback: Kernel) -> Callable[..., None]:
    def call(*arguments: Any) -> None:
        if not compiled(*arguments):
            fallback.call(*arguments)

    return call


def kernel(
    *signature: Any, fallback: Kernel | None = None, name: str | None = None
) -> Callable[[Callable[..., Any]], Kernel]:
    """Make a module-level function a `Kernel` with these argument types."""

    def decorate(function: Callable[..., Any]) -> Kernel:
        return Kernel(function, signature, fallback, name)

    return decorate


def _compiled(function: Callable[..., Any], signature: tuple[Any, ...]) -> Callable[..., Any]:
    folder = _cache.folder()
    if folder is not None:
        # A cache that fails (disk full, a damaged file, a folder that went away) must not fail the
        # call: compile without it.
        try:
            return _dispatcher(function, signature, folder)
        except Exception:  # noqa: S110
            pass
    return _dispatcher(function, signature, None)


def _dispatcher(
    function: Callable[..., Any], signature: tuple[Any, ...], folder: Path | None
) -> Callable[..., Any]:
    with _compiling(folder):
        dispatcher = njit(cache=folder is not None, **_OPTIONS)(function)
        dispatcher.compile(signature)
    dispatcher.disable_compile()
    return dispatcher  # type: ignore[no-any-return]
