"""Kernels that improve masks and mattes."""
