"""Measurement: what this machine is, and how fast the kernels run on it."""
