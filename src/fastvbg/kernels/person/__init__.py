"""Kernels of the person keyer."""
