"""The function that Python calls: it takes objects apart, runs the kernel without the GIL, answers.

It is emitted beside each kernel, in Python's convention for built-in functions with an array of
arguments (`METH_FASTCALL`), so a call costs no more than that of one written in C. Arrays are read
by the layout that NumPy's C interface fixes (`PyArrayObject_fields`, `PyArray_Descr`), the same in
NumPy 1 and 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.np.arrayobj import populate_array
from numba.np.numpy_support import as_dtype

from fastvbg.kernels import _load

if TYPE_CHECKING:
    from collections.abc import Callable

_BYTE, _INT, _LONG, _DOUBLE = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.DoubleType()
_OBJECT = _BYTE.as_pointer()
_FUNCTIONS = {
    "PyBool_FromLong": (_OBJECT, _LONG),
    "PyErr_Occurred": (_OBJECT,),
    "PyErr_SetString": (ir.VoidType(), _OBJECT, _OBJECT),
    "PyEval_RestoreThread": (ir.VoidType(), _OBJECT),
    "PyEval_SaveThread": (_OBJECT,),
    "PyFloat_AsDouble": (_DOUBLE, _OBJECT),
    "PyFloat_FromDouble": (_OBJECT, _DOUBLE),
    "PyLong_AsLongLong": (_LONG, _OBJECT),
    "PyLong_FromLongLong": (_OBJECT, _LONG),
    "PyObject_IsTrue": (_INT, _OBJECT),
    "PyTuple_GetItem": (_OBJECT, _OBJECT, _LONG),
    "PyTuple_New": (_OBJECT, _LONG),
    "PyTuple_SetItem": (_INT, _OBJECT, _LONG, _OBJECT),
    "PyTuple_Size": (_LONG, _OBJECT),
    "PyType_IsSubtype": (_INT, _OBJECT, _OBJECT),
    "Py_IncRef": (ir.VoidType(), _OBJECT),
}

# After the head that every object has, whose last field is the type.
HEAD: int = object.__basicsize__
_TYPE = HEAD - 8
_DATA, _RANK, _SHAPE, _STRIDES, _DESCRIPTION, _FLAGS = (HEAD + n for n in (0, 8, 16, 24, 40, 48))
_ORDER, _NUMBER = HEAD + 10, HEAD + 12  # of the description: byte order and number of the type
_FOREIGN_ORDERS = b"<>"  # the machine's own is "=", or "|" for bytes
_C_CONTIGUOUS, _ALIGNED, _WRITEABLE = 0x0001, 0x0100, 0x0400


class Entry:
    """Emits the function.

    Parameters
    ----------
    context : Numba's target context
        What lowers values.
    module : llvmlite.ir.Module
        Where to.
    name : str
        Symbol of the function.
    """

    def __init__(self, context: Any, module: Any, name: str) -> None:
        self._context, self._module, self._name = context, module, name
        kind = ir.FunctionType(_OBJECT, [_OBJECT, _OBJECT.as_pointer(), _LONG])
        self._function = ir.Function(module, kind, name)
        self._builder = ir.IRBuilder(self._function.append_basic_block("entry"))
        self._failed = self._function.append_basic_block("failed")
        ir.IRBuilder(self._failed).ret(ir.Constant(_OBJECT, None))

    def emit(self, kernel: Any, signature: Any) -> None:
        """Call a kernel, whose description and signature are Numba's."""
        builder = self._builder
        _, given, count = self._function.args
        wanted = len(signature.args)
        right = builder.icmp_unsigned("==", count, ir.Constant(_LONG, wanted))
        self._demand(right, f"wanted {wanted} arguments")
        values = [
            self._taken(kind, builder.load(cgutils.gep(builder, given, number)), str(number))
            for number, kind in enumerate(signature.args)
        ]
        function = self._context.declare_function(self._module, kernel)
        thread = self._call("PyEval_SaveThread")
        status, result = self._context.call_conv.call_function(
            builder, function, signature.return_type, signature.args, values
        )
        self._call("PyEval_RestoreThread", thread)
        self._demand(builder.not_(status.is_error), "the kernel failed")
        builder.ret(self._answer(signature.return_type, result))

    def _call(self, name: str, *arguments: Any) -> Any:
        result, *takes = _FUNCTIONS[name]
        function = cgutils.get_or_insert_function(
            self._module, ir.FunctionType(result, takes), name
        )
        return self._builder.call(function, arguments)

    def _address(self, symbol: str) -> Any:
        """Return the address of an object of the interpreter's."""
        known = self._module.globals.get(symbol)
        return known or ir.GlobalVariable(self._module, _BYTE, symbol)

    def _go_on_if(self, right: Any, otherwise: Callable[[], None] | None = None) -> None:
        going_on = self._function.append_basic_block()
        wrong = self._function.append_basic_block()
        self._builder.cbranch(right, going_on, wrong)
        self._builder.position_at_end(wrong)
        if otherwise is not None:
            otherwise()
        self._builder.branch(self._failed)
        self._builder.position_at_end(going_on)

    def _demand(self, right: Any, otherwise: str) -> None:
        """Raise a `TypeError` unless something holds."""

        def refuse() -> None:
            text = self._context.insert_const_string(self._module, f"{self._name}: {otherwise}")
            self._call("PyErr_SetString", self._address(_load.TYPE_ERROR), text)

        self._go_on_if(right, refuse)

    def _taken(self, kind: Any, value: Any, place: str) -> Any:
        """Return an argument as Numba has such a value."""
        if isinstance(kind, types.Array):
            return self._array(kind, value, place)
        if isinstance(kind, types.BaseTuple):
            return self._tuple(kind, value, place)
        return self._number(kind, value)

    def _tuple(self, kind: Any, value: Any, place: str) -> Any:
        builder, told = self._builder, f"argument {place}: wanted a tuple of {len(kind)}"
        self._demand_type(value, _load.TUPLE, told)
        size = self._call("PyTuple_Size", value)
        self._demand(builder.icmp_signed("==", size, ir.Constant(_LONG, len(kind))), told)
        parts = []
        for number, part in enumerate(kind.types):
            item = self._call("PyTuple_GetItem", value, ir.Constant(_LONG, number))
            parts.append(self._taken(part, item, f"{place}[{number}]"))
        return self._context.make_tuple(builder, kind, parts)

    def _demand_type(self, value: Any, symbol: str, otherwise: str) -> None:
        """Raise a `TypeError` unless an object is of a type, or of one derived from it."""
        own = self._field(value, _TYPE, _OBJECT)
        fits = self._call("PyType_IsSubtype", own, self._address(symbol))
        self._demand(self._builder.icmp_signed("!=", fits, ir.Constant(_INT, 0)), otherwise)

    def _number(self, kind: Any, value: Any) -> Any:
        builder = self._builder
        if kind == types.boolean:
            truth = self._call("PyObject_IsTrue", value)
            self._go_on_if(builder.icmp_signed(">=", truth, ir.Constant(_INT, 0)))
            return builder.icmp_signed("!=", truth, ir.Constant(_INT, 0))
        if isinstance(kind, types.Float):
            number = self._call("PyFloat_AsDouble", value)
            failed = builder.fcmp_ordered("==", number, ir.Constant(_DOUBLE, -1.0))
            self._go_on_unless_raised(failed)
            return number if kind == types.float64 else builder.fptrunc(number, ir.FloatType())
        number = self._call("PyLong_AsLongLong", value)
        self._go_on_unless_raised(builder.icmp_signed("==", number, ir.Constant(_LONG, -1)))
        return self._context.cast(builder, number, types.int64, kind)

    def _go_on_unless_raised(self, perhaps: Any) -> None:
        builder = self._builder
        asked, going_on = (self._function.append_basic_block() for _ in range(2))
        builder.cbranch(perhaps, asked, going_on)
        builder.position_at_end(asked)
        raised = cgutils.is_not_null(builder, self._call("PyErr_Occurred"))
        builder.cbranch(raised, self._failed, going_on)
        builder.position_at_end(going_on)

    def _field(self, value: Any, offset: int, kind: Any) -> Any:
        """Read a field of an object."""
        place = self._builder.gep(value, [ir.Constant(_LONG, offset)])
        return self._builder.load(self._builder.bitcast(place, kind.as_pointer()))

    def _array(self, kind: Any, value: Any, place: str) -> Any:
        self._check_array(kind, value, place)
        builder, context = self._builder, self._context
        numbers = _LONG.as_pointer()
        shape, strides = (self._field(value, offset, numbers) for offset in (_SHAPE, _STRIDES))
        dtype = as_dtype(kind.dtype)
        array = context.make_array(kind)(context, builder)
        data = self._field(value, _DATA, _OBJECT)
        populate_array(
            array,
            data=builder.bitcast(data, context.get_data_type(kind.dtype).as_pointer()),
            shape=[builder.load(cgutils.gep(builder, shape, n)) for n in range(kind.ndim)],
            strides=[builder.load(cgutils.gep(builder, strides, n)) for n in range(kind.ndim)],
            itemsize=ir.Constant(_LONG, dtype.itemsize),
            meminfo=None,
        )
        return array._getvalue()

    def _check_array(self, kind: Any, value: Any, place: str) -> None:
        """Demand rank, type of the items, and what of the layout the kernel counts on."""
        builder = self._builder
        dtype = as_dtype(kind.dtype)
        told = f"argument {place}: wanted an aligned array of {kind.ndim} axes of {dtype}"
        told += ", in C order" * (kind.layout == "C") + ", writable" * kind.mutable
        self._demand_type(value, _load.ARRAY, told)
        flags, wanted = self._field(value, _FLAGS, _INT), _ALIGNED
        if kind.mutable:
            wanted |= _WRITEABLE
        if kind.layout == "C":
            wanted |= _C_CONTIGUOUS
        mask = ir.Constant(_INT, wanted)
        description = self._field(value, _DESCRIPTION, _OBJECT)
        order = self._field(description, _ORDER, _BYTE)
        right = builder.icmp_signed("==", builder.and_(flags, mask), mask)
        for read, number in (
            (self._field(value, _RANK, _INT), kind.ndim),
            (self._field(description, _NUMBER, _INT), np.dtype(dtype).num),
        ):
            same = builder.icmp_signed("==", read, ir.Constant(_INT, number))
            right = builder.and_(right, same)
        for foreign in _FOREIGN_ORDERS:
            other = builder.icmp_signed("!=", order, ir.Constant(_BYTE, foreign))
            right = builder.and_(right, other)
        self._demand(right, told)

    def _answer(self, kind: Any, result: Any) -> Any:
        """Return a result as an object."""
        builder = self._builder
        if kind == types.none:
            none = self._address(_load.NONE)
            self._call("Py_IncRef", none)
            return none
        if isinstance(kind, types.BaseTuple):
            answer = self._call("PyTuple_New", ir.Constant(_LONG, len(kind)))
            self._go_on_if(cgutils.is_not_null(builder, answer))
            for number, part in enumerate(cgutils.unpack_tuple(builder, result)):
                item = self._answer(kind.types[number], part)
                self._go_on_if(cgutils.is_not_null(builder, item))
                self._call("PyTuple_SetItem", answer, ir.Constant(_LONG, number), item)
            return answer
        if kind == types.boolean:
            return self._call("PyBool_FromLong", builder.zext(result, _LONG))
        if isinstance(kind, types.Float):
            wide = self._context.cast(builder, result, kind, types.float64)
            return self._call("PyFloat_FromDouble", wide)
        wide = self._context.cast(builder, result, kind, types.int64)
        return self._call("PyLong_FromLongLong", wide)
