"""From a kernel's definition to an object of machine code, by Numba, for a level of CPUs.

The code is for the level that `_target` names, not for this very CPU, so what one machine has
compiled serves all of its kind.
"""

from __future__ import annotations

import gc
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from numba import config
from numba.core import compiler
from numba.core.codegen import JITCPUCodegen
from numba.core.compiler_lock import global_compiler_lock
from numba.core.errors import NumbaWarning
from numba.core.registry import cpu_target

from fastvbg.kernels._entry import Entry
from fastvbg.kernels._helpers import HelperCompiler, Library
from fastvbg.kernels._load import PYTHON
from fastvbg.kernels._target import TARGET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg.kernels._kernel import Definition

_codegens: list[Any] = []
# Of the interpreter and of C.
_ELSEWHERE = {*PYTHON, "memcpy", "memmove", "memset"}


class _Codegen(JITCPUCodegen):  # type: ignore[misc]
    """Numba's own, but for the level of CPUs; nothing is made ready to run in this process."""

    _library_class = Library

    def _customize_tm_options(self, options: dict[str, Any]) -> None:
        """Say what the code is for."""
        super()._customize_tm_options(options)
        options["cpu"], options["features"] = TARGET.cpu, TARGET.features

    def set_env(self, env_name: str, env: Any) -> None:
        """Fill no environment: what Numba compiles of its own accord is never run by itself."""


class _Whole(Library):
    """A kernel with all that it calls, and its entry, which alone is seen from outside."""

    def _optimize_final_module(self) -> None:
        """Optimize as Numba does."""
        for function in self._final_module.functions:
            if not function.is_declaration and function.name != self.name:
                function.linkage = "internal"
        super(Library, self)._optimize_final_module()

    def _verify_declare_only_symbols(self) -> None:
        """Refuse what is not there where the code is loaded: Numba's own functions."""
        names = {f.name for f in self._final_module.functions if f.is_declaration}
        missing = {name for name in names - _ELSEWHERE if not name.startswith("llvm.")}
        if missing:
            raise NotImplementedError(f"{self.name}: calls {', '.join(sorted(missing))}")

    def machine_code(self) -> bytes:
        """Return the object."""
        code: bytes = self.codegen._tm.emit_object(self._final_module)
        return code


@contextmanager
def _ours() -> Iterator[Any]:
    """Let Numba compile for the level meanwhile, here alone, and in the way that kernels need.

    `NUMBA_DISABLE_JIT`, which is for stepping through one's own functions in Python, does not
    count: kernels address memory and have no form in Python. Numba's warnings are for whoever
    writes a kernel.
    """
    with global_compiler_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaWarning)
        config.reload_config()  # else the compiler does, and undoes what is set here
        context = cpu_target.target_context
        if not _codegens:
            _codegens.append(_Codegen("fastvbg"))
        before = config.DISABLE_JIT, context._internal_codegen
        config.DISABLE_JIT, context._internal_codegen = 0, _codegens[0]
        with _no_collections():
            try:
                yield context
            finally:
                config.DISABLE_JIT, context._internal_codegen = before


@contextmanager
def _no_collections() -> Iterator[None]:
    """Let Python look for no garbage meanwhile: Numba makes a million objects, and keeps most.

    It took an eighth of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _flags() -> Any:
    flags = compiler.Flags()
    flags.error_model = "numpy"
    return flags


def machine_code(definition: Definition, name: str) -> bytes:
    """Compile a kernel to an object; arguments are those of `compiled`."""
    return compiled(definition, name).machine_code()


def compiled(definition: Definition, name: str) -> _Whole:
    """Compile a kernel with all that it calls.

    Parameters
    ----------
    definition : Definition
        Of the kernel.
    name : str
        Symbol of the function that Python calls.
    """
    with _ours() as context:
        made = compiler.compile_extra(
            cpu_target.typing_context,
            context,
            definition.function,
            definition.signature,
            None,
            _flags(),
            {},
            pipeline_class=HelperCompiler,
        )
        whole = _Whole(context.codegen(), name)
        whole.add_linking_library(made.library)
        module = whole.create_ir_module(name)
        Entry(context, module, name).emit(made.fndesc, made.signature)
        whole.add_ir_module(module)
        whole.finalize()
        return whole
