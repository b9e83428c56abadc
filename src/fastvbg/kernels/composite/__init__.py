"""Kernels that lay frames over backgrounds, and tell where two frames differ."""
