"""How helpers are compiled: typed and lowered, no more; the kernels that call them do the rest.

Numba makes of each function machine code that Python can call: it optimises it with all that it
calls, and adds two wrappers. A helper is called by kernels alone, which optimise it anew, so all of
that would be done in vain, for some hundred functions a keyer.
"""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, _LowerResult
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering, NopythonTypeInference


class Library(JITCodeLibrary):  # type: ignore[misc]
    """The code of a helper, to be linked into what calls it."""

    def _optimize_final_module(self) -> None:
        """Leave that to the kernel."""

    def _finalize_final_module(self) -> None:
        """Make no machine code."""
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:  # noqa: ARG002
        """Return that of nothing: functions that Numba adds are linked, never called by Python."""
        self._ensure_finalized()
        return 0


@register_pass(mutates_CFG=True, analysis_only=False)
class _Inference(NopythonTypeInference):  # type: ignore[misc]
    """Numba's own, but a helper may return part of an array.

    Without reference counts Numba takes no arrays from functions, since nothing would keep the
    memory. A helper's are on that of the kernel's arguments.
    """

    _name = "helper_type_inference"

    def run_pass(self, state: Any) -> bool:
        """Infer the types."""
        context = state.targetctx
        before, context.enable_nrt = context.enable_nrt, True
        try:
            return bool(super().run_pass(state))
        finally:
            context.enable_nrt = before


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(NativeLowering):  # type: ignore[misc]
    """Numba's own, but for what makes a function callable from Python."""

    _name = "helper_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower the function, and let others call it."""
        state.library = Library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_cpython_wrapper = True
        state.flags.no_cfunc_wrapper = True
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]
        # Numba knows a compiled function by what Python calls; any built-in function of its own
        # stands for one that Python cannot call.
        entry: Any = dict[str, str]().pop
        state.targetctx.insert_user_function(entry, lowered.fndesc, [state.library])
        state["cr"] = _LowerResult(
            lowered.fndesc, lowered.call_helper, cfunc=entry, env=lowered.env
        )
        return True


class HelperCompiler(CompilerBase):  # type: ignore[misc]
    """Numba's pipeline for helpers."""

    def define_pipelines(self) -> list[Any]:
        """Return the usual passes, two of them replaced."""
        pipeline = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes = pipeline.passes
        own = {NativeLowering: _Lowering, NopythonTypeInference: _Inference}
        pipeline.passes = [(own.get(one, one), told) for one, told in passes]
        pipeline._finalized = False
        pipeline.finalize()
        return [pipeline]
