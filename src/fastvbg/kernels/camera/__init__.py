"""Kernels that bring a camera's pictures into one form."""
