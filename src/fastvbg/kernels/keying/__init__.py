"""Kernels of the keyers, but for people."""
