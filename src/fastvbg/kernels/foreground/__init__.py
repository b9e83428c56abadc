"""Kernels that find the foreground's own colours at soft edges."""
