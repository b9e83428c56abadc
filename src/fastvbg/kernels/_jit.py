"""The decorators of what Numba compiles, and the types of arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numba import types
from numba.core.registry import CPUDispatcher

from fastvbg.kernels._helpers import HelperCompiler
from fastvbg.kernels._kernel import PACKAGE, Definition, Kernel, named

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS = {
    "nopython": True,
    "forceinline": True,
    "fastmath": False,
    "boundscheck": False,
    "debug": False,
    "error_model": "numpy",
    "_nrt": False,  # kernels allocate nothing, so nothing needs to count references
}

# Layout "A" (any strides) and read-only are the widest array types: every contiguous, strided,
# writable or read-only array of the rank can be given for them, so each kernel is compiled once.
FRAME = types.Array(types.uint8, 3, "A", readonly=True)
PLANE = types.Array(types.uint8, 2, "A", readonly=True)
OUT_FRAME = types.Array(types.uint8, 3, "A")
OUT_PLANE = types.Array(types.uint8, 2, "A")
INT = types.int64
YUV_WEIGHTS = types.UniTuple(types.int64, 9)


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function a helper that is compiled into the kernels which call it."""
    # `njit` would give the plain function back under `NUMBA_DISABLE_JIT`.
    return CPUDispatcher(function, {}, _OPTIONS, pipeline_class=HelperCompiler)  # type: ignore[no-any-return]


def kernel(
    *signature: Any, fallback: Kernel | None = None, name: str | None = None
) -> Callable[[Callable[..., Any]], Kernel]:
    """Make a module-level function a `Kernel` with these argument types.

    Parameters
    ----------
    *signature : Numba types
        Of its arguments, in order.
    fallback : Kernel, optional
        See `Definition`.
    name : str, optional
        Its room, module and name there, where these are not the function's: several kernels may be
        made of one function.
    """

    def decorate(function: Callable[..., Any]) -> Kernel:
        module = function.__module__.removeprefix(PACKAGE)
        made = named(name or f"{module}.{function.__name__}")
        made.defined = Definition(function, signature, fallback.name if fallback else "")
        return made

    return decorate
