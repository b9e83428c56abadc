"""Machine code made callable from Python, by LLVM alone.

An object holds one function in Python's own calling convention (`_entry`) and needs nothing but the
interpreter and NumPy. Loading LLVM takes some 30 ms and an object about one; importing Numba
would take 300.
"""

from __future__ import annotations

import ctypes
import os
import threading
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import llvmlite.binding as llvm
import numpy as np

from fastvbg.kernels import _target

if TYPE_CHECKING:
    from collections.abc import Callable

# What the objects call of the interpreter.
PYTHON = (
    "PyBool_FromLong",
    "PyErr_Occurred",
    "PyErr_SetString",
    "PyEval_RestoreThread",
    "PyEval_SaveThread",
    "PyFloat_AsDouble",
    "PyFloat_FromDouble",
    "PyLong_AsLongLong",
    "PyLong_FromLongLong",
    "PyObject_IsTrue",
    "PyTuple_GetItem",
    "PyTuple_New",
    "PyTuple_SetItem",
    "PyTuple_Size",
    "PyType_IsSubtype",
    "Py_IncRef",
)
NONE, ARRAY, TUPLE, TYPE_ERROR = (
    f"fastvbg.{name}" for name in ("none", "array", "tuple", "type_error")
)
STREAM_BYTES = "fastvbg.stream_bytes"
"""Symbol of the bound from which results are stored past the caches, which is the machine's."""
stream_bytes = ctypes.c_int64(_target.STREAM_BYTES)
"""What kernels read under that name; a test makes it 0, so that small frames are streamed."""

_FASTCALL = 0x0080  # METH_FASTCALL: arguments as an array of objects and their number

_make_function = ctypes.PYFUNCTYPE(ctypes.py_object, *(ctypes.c_void_p,) * 3)(
    ("PyCFunction_NewEx", ctypes.pythonapi)
)
_lock = threading.Lock()
_kept: list[Any] = []  # what compiled functions point to


class _Method(ctypes.Structure):
    """A `PyMethodDef`."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


@cache
def _engine() -> Any:
    """Make what links objects, with the addresses that they ask for."""
    with suppress(RuntimeError):  # newer releases need no such call, and say so
        llvm.initialize()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name in PYTHON:
        llvm.add_symbol(name, ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value)
    known = {NONE: None, ARRAY: np.ndarray, TUPLE: tuple, TYPE_ERROR: TypeError}
    for name, value in known.items():
        llvm.add_symbol(name, id(value))
    llvm.add_symbol(STREAM_BYTES, ctypes.addressof(stream_bytes))
    machine = llvm.Target.from_default_triple().create_target_machine()
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


def _renew_lock() -> None:
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    # A forked child may have got a lock that nobody will release.
    os.register_at_fork(after_in_child=_renew_lock)


def load(name: str, machine: bytes) -> Callable[..., Any] | None:
    """Return the function of that name in an object, as one that Python calls, or None without.

    Parameters
    ----------
    name : str
        Of the kernel.
    machine : bytes
        The object, made by `_compile` for this kind of CPU; nothing else may be given.
    """
    with _lock:
        engine = _engine()
        engine.add_object_file(llvm.ObjectFileRef.from_data(machine))
        engine.finalize_object()
        address = engine.get_function_address(name)
    if not address:
        return None
    method = _Method(name.encode(), address, _FASTCALL, None)
    _kept.append(method)
    function: Callable[..., Any] = _make_function(ctypes.addressof(method), None, None)
    return function
