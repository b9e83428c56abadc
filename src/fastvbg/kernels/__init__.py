"""Pixel kernels: leaves that turn checked arrays into a given `out`.

The contract of every kernel here:

- Arrays come checked: uint8, matching sizes, `out` either an input exactly or apart from all.
  Any strides, read-only inputs and empty arrays are allowed; one compilation serves them all.
- Nothing is allocated, no Python object is touched, the GIL is released.
- Every pixel of `out` is written and nothing outside it.
- Output pixels depend only on the inputs' pixels at the same place.

Modules that look at neighbours, at regions or at earlier frames (refinement's) say so. They want
rows of consecutive bytes, which their callers see to, take scratch that they name the size of, and
keep what they still need of the input in it, so that `out` may be the input there, too.

Callers know kernels by name (`_kernel`) and make what else they need by each room's `plan`; neither
loads Numba. `_jit` has the decorators and types of what is compiled, `_compile` makes objects of
it, `_cache` keeps them and `_load` makes them callable.
"""
